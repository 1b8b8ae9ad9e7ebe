// SPDX-License-Identifier: MIT
/*
 * What the device may reach in memory: bus mastering, and mappings for DMA.
 */

#include <linux/dma-mapping.h>
#include <linux/error-injection.h>
#include <linux/pci.h>
#include <linux/swiotlb.h>

#include <drm/drm_print.h>

#include "xe_hw_private.h"
#include "xe_platform.h"

/**
 * DOC: DMA
 *
 * What is mapped is undone before the device could do without it, or it may not reach memory any
 * more. The gate is open from the step "DMA" until unbind has undone all mappings; who undoes one
 * by himself looks at it, see xe_hw_scoped_dma().
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * bus mastering            bound side    unbind, behind all mappings
 * DMA mappings             their memory  with it, or at unbind
 * gate                     bound side    xe_hw_seal_dma() at unbind
 * ======================== ============= ==========================================
 */

/**
 * xe_hw_seal_dma - no section of xe_hw_scoped_dma() opens any more
 * @hw: the token
 *
 * For the one who undoes all DMA mappings of software: waits for sections that are open.
 *
 * Context: bound, may sleep.
 */
void xe_hw_seal_dma(struct xe_hw hw)
{
	struct xe_hw_private *priv = xe_hw_priv(hw);

	down_write(&priv->dma_gate);
	priv->dma_open = false;
	up_write(&priv->dma_gate);
}

static void bus_master_off(struct xe_hw hw, void *unused)
{
	xe_hw_seal_dma(hw);
	pci_clear_master(xe_hw_priv(hw)->pdev);
}

/*
 * What is mapped is used by CPU and device at the same time. Where the kernel has the device use a
 * copy of it (swiotlb), that takes a call for each use, which ring buffers and jobs do not make.
 */
static int check_copies(struct xe_hw hw)
{
	struct device *dev = &xe_hw_priv(hw)->pdev->dev;

	if (!is_swiotlb_force_bounce(dev) || dma_max_mapping_size(dev) == SIZE_MAX)
		return 0;

	drm_err(&xe_hw_device(hw)->drm,
		"the kernel copies all that a device reaches (swiotlb=force, or a confidential guest), which this one cannot work with; boot without, or with an IOMMU\n");
	return -EOPNOTSUPP;
}

/**
 * xe_hw_enable_dma - probe step: the card may reach memory
 * @bind: the token of a probe step
 *
 * Context: bound, when nothing of an earlier life of the card runs any more.
 * Return: 0; -EOPNOTSUPP, which was logged, where the device would be given copies of memory; or
 * another negative error code.
 */
int xe_hw_enable_dma(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	int err;

	err = dma_set_mask_and_coherent(&xe_hw_priv(hw)->pdev->dev,
					DMA_BIT_MASK(xe_hw_device(hw)->platform->dma_mask_bits));
	if (err)
		return err;

	err = check_copies(hw);
	if (err)
		return err;

	dma_set_max_seg_size(&xe_hw_priv(hw)->pdev->dev, UINT_MAX);
	if (xe_hw_is_lost(hw))
		return -ENODEV;
	pci_set_master(xe_hw_priv(hw)->pdev);
	xe_hw_priv(hw)->dma_open = true;
	return xe_hw_on_unbind(bind, bus_master_off, NULL);
}
ALLOW_ERROR_INJECTION(xe_hw_enable_dma, ERRNO);

/**
 * xe_dma_map - map a scatter list for the card
 * @hw: the token
 * @sgt: the list; its DMA addresses are filled in
 * @dir: direction
 *
 * The mapping has to be undone before unbind ends. The card is coherent with the caches of CPUs,
 * and nothing is synchronised: a page may be mapped more than once, as memory of a process is that
 * is bound at two addresses.
 *
 * Context: bound or in a section, may sleep.
 * Return: 0 or a negative error code.
 */
int xe_dma_map(struct xe_hw hw, struct sg_table *sgt, enum dma_data_direction dir)
{
	xe_hw_assert_held(hw);
	return dma_map_sgtable(&xe_hw_priv(hw)->pdev->dev, sgt, dir, DMA_ATTR_SKIP_CPU_SYNC);
}
ALLOW_ERROR_INJECTION(xe_dma_map, ERRNO);

/**
 * xe_hw_dma - what xe_dma_unmap() takes, for who has the whole token
 * @hw: the token
 *
 * Context: bound or in a section.
 */
struct xe_dma xe_hw_dma(struct xe_hw hw)
{
	xe_hw_assert_held(hw);
	return (struct xe_dma){ .priv = xe_hw_priv(hw) };
}

/**
 * xe_dma_unmap - undo xe_dma_map()
 * @dma: from xe_hw_scoped_dma() or xe_hw_dma()
 * @sgt: the list
 * @dir: as it was mapped
 *
 * Also for a lost device, which is kept from memory first: it may be alive.
 *
 * Context: bound or in a section, may sleep.
 */
void xe_dma_unmap(struct xe_dma dma, struct sg_table *sgt, enum dma_data_direction dir)
{
	struct xe_hw_private *priv = ACCESS_PRIVATE(&dma, priv);

#ifdef CONFIG_LOCKDEP
	lockdep_assert(lock_is_held(&priv->held) || lockdep_is_held(&priv->dma_gate));
#endif
	if (READ_ONCE(priv->lost))
		xe_hw_silence(priv);
	dma_unmap_sgtable(&priv->pdev->dev, sgt, dir, DMA_ATTR_SKIP_CPU_SYNC);
}
