// SPDX-License-Identifier: MIT
/*
 * Attachments to dma-bufs of other drivers.
 */

#include <linux/dma-buf.h>
#include <linux/dma-resv.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include <drm/drm_print.h>

#include "mm/import.h"
#include "mm/vma.h"
#include "xe_compat.h"
#include "xe_device.h"
#include "xe_hw.h"

/**
 * DOC: Imported pages
 *
 * The pages of an imported buffer are mapped for the card by their exporter, when it likes: with
 * the mapping, or already with the attachment, and it may keep the mapping until the attachment
 * goes. So the attachment is hardware, although it does not look so: unbind gives it back, and what
 * stays for the buffer is a reference to the dma-buf.
 *
 * An exporter may take its time, and may wait for its own card. Therefore nothing here is in a
 * section, which would keep unplug of every DRM device waiting. What takes the place of a section
 * is a list of the device: an attachment is made, used and undone only while it is on the list, and
 * the bound side does not get past unbind until it has emptied the list, and closed it.
 *
 * The exporter may take the mapping back whenever it moves the pages, also while the buffer dies
 * and TTM knows nothing of it any more; so this is between the two of them, and TTM is not asked.
 * Whoever is about to have the card use the pages calls xe_import_map() first, with the reservation
 * held.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_import         buffer        it dies
 * reference to the dma-buf buffer        it dies
 * attachment, its mapping  bound side    the buffer dies, or unbind
 * ======================== ============= ==========================================
 */

#define USERS_TIMEOUT	(15 * HZ)	/* as TTM has it for moves */

/**
 * struct xe_import - what connects a buffer to another driver's pages
 */
struct xe_import {
	/** @ref: the buffer's reference, and one while unbind looks at it */
	struct kref ref;
	/** @link: on &xe_mm.imports, under &xe_mm.lock */
	struct list_head link;
	/** @lock: attach and detach, one at a time; before the reservation */
	struct mutex lock;
	/** @xe: the device, constant; it outlives its buffers */
	struct xe_device *xe;
	/** @dma_buf: constant */
	struct dma_buf *dma_buf;
	/** @attach: NULL from unbind on; under the reservation */
	struct dma_buf_attachment *attach;
	/** @sgt: NULL while not mapped; under the reservation */
	struct sg_table *sgt;
	/** @outdated: the pages have moved since it was mapped; under the reservation */
	bool outdated;
	/** @obj: the buffer, which lives as long as the attachment; under the reservation */
	struct drm_gem_object *obj;
};

static void import_free(struct kref *ref)
{
	struct xe_import *import = container_of(ref, struct xe_import, ref);

	dma_buf_put(import->dma_buf);
	mutex_destroy(&import->lock);
	kfree(import);
}

static void import_put(struct xe_import *import)
{
	kref_put(&import->ref, import_free);
}

static int enlist(struct xe_mm *mm, struct xe_import *import)
{
	guard(mutex)(&mm->lock);
	if (mm->imports_closed)
		return -ENODEV;

	list_add_tail(&import->link, &mm->imports);
	return 0;
}

/*
 * The exporter is about to move the pages; the reservation is held. It waits for the fences there,
 * and engines use the mapping until then: it is given back when the pages are mapped anew.
 */
static void invalidate_mappings(struct dma_buf_attachment *attach)
{
	struct xe_import *import = attach->importer_priv;

	if (import->obj)
		xe_vma_mark_stale(import->obj);
	if (dma_resv_test_signaled(import->dma_buf->resv, DMA_RESV_USAGE_BOOKKEEP))
		xe_import_unmap(import);
	else
		import->outdated = import->sgt;
}

static const struct dma_buf_attach_ops importer_ops = {
	.allow_peer2peer = false,
	.invalidate_mappings = invalidate_mappings,
};

static int attach(struct xe_device *xe, struct xe_import *import)
{
	struct dma_buf_attachment *attach;
	int err;

	/* Before it is on the list, so that unbind waits for what comes next. */
	guard(mutex)(&import->lock);
	err = enlist(&xe->mm, import);
	if (err)
		return err;

	attach = dma_buf_dynamic_attach(import->dma_buf, xe->drm.dev, &importer_ops, import);
	if (IS_ERR(attach))
		return PTR_ERR(attach);

	import->attach = attach;
	return 0;
}

static void detach(struct xe_import *import)
{
	struct dma_buf_attachment *attach;

	guard(mutex)(&import->lock);

	dma_resv_lock(import->dma_buf->resv, NULL);
	xe_import_unmap(import);
	attach = import->attach;
	import->attach = NULL;
	dma_resv_unlock(import->dma_buf->resv);

	if (attach)
		dma_buf_detach(import->dma_buf, attach);
}

/**
 * xe_import_create - attach to a dma-buf
 * @xe: the device
 * @dma_buf: of another driver, or of another card of ours
 *
 * Context: process context, the reservation is not held.
 * Return: to be given back with xe_import_destroy(), or an error pointer; -ENODEV after unbind.
 */
struct xe_import *xe_import_create(struct xe_device *xe, struct dma_buf *dma_buf)
{
	struct xe_import *import = kzalloc(sizeof(*import), GFP_KERNEL);
	int err;

	if (!import)
		return ERR_PTR(-ENOMEM);

	kref_init(&import->ref);
	INIT_LIST_HEAD(&import->link);
	mutex_init(&import->lock);
	get_dma_buf(dma_buf);
	import->xe = xe;
	import->dma_buf = dma_buf;

	err = attach(xe, import);
	if (err) {
		xe_import_destroy(xe, import);
		return ERR_PTR(err);
	}
	return import;
}

/**
 * xe_import_destroy - detach, if unbind has not, and let go of the dma-buf
 * @xe: the device
 * @import: nobody else has it
 *
 * Context: process context, the reservation is not held; at any time, also long after unbind.
 */
void xe_import_destroy(struct xe_device *xe, struct xe_import *import)
{
	detach(import);

	mutex_lock(&xe->mm.lock);
	list_del_init(&import->link);
	mutex_unlock(&xe->mm.lock);

	import_put(import);
}

/**
 * xe_import_resv - the reservation of the buffer, which is the exporter's
 * @import: the import
 *
 * Context: any.
 */
struct dma_resv *xe_import_resv(const struct xe_import *import)
{
	return import->dma_buf->resv;
}

/**
 * xe_import_set_buffer - whose mappings are stale when the exporter moves the pages
 * @import: the import
 * @obj: the buffer
 *
 * Context: the reservation is held; once.
 */
void xe_import_set_buffer(struct xe_import *import, struct drm_gem_object *obj)
{
	dma_resv_assert_held(import->dma_buf->resv);
	import->obj = obj;
}

/**
 * xe_import_sgt - the DMA addresses of the pages
 * @import: the import
 *
 * Context: the reservation is held.
 * Return: valid as long as it is held; NULL if they are not mapped.
 */
const struct sg_table *xe_import_sgt(const struct xe_import *import)
{
	return import->sgt;
}

/* Page tables lead to whole pages: of a part of one they would show the rest, too. */
static bool has_whole_pages(const struct sg_table *sgt)
{
	struct scatterlist *sg;
	unsigned int i;

	for_each_sgtable_dma_sg(sgt, sg, i)
		if (!PAGE_ALIGNED(sg_dma_address(sg) | sg_dma_len(sg)))
			return false;
	return true;
}

/* Those who used the pages where they were have to be done with them. */
static int give_back_outdated(struct xe_import *import)
{
	long left;

	if (!import->sgt)
		return 0;

	left = dma_resv_wait_timeout(import->dma_buf->resv, DMA_RESV_USAGE_BOOKKEEP, true,
				     USERS_TIMEOUT);
	if (left <= 0)
		return left ?: -EBUSY;
	xe_import_unmap(import);
	return 0;
}

/**
 * xe_import_map - have the pages mapped for the card
 * @import: the import; nothing happens if it is mapped
 *
 * Context: the reservation is held; may wait for the exporter, and for those who use the pages, so
 * not in a section.
 * Return: 0; -ENODEV after unbind; -EBUSY if a fence does not signal in 15 seconds; -ERESTARTSYS;
 * -EINVAL if it maps anything but whole pages; whatever the exporter returns.
 */
int xe_import_map(struct xe_import *import)
{
	struct sg_table *sgt;
	int err;

	dma_resv_assert_held(import->dma_buf->resv);
	if (!import->attach)
		return -ENODEV;
	if (import->sgt && !import->outdated)
		return 0;
	err = give_back_outdated(import);
	if (err)
		return err;

	sgt = dma_buf_map_attachment(import->attach, DMA_BIDIRECTIONAL);
	if (IS_ERR(sgt))
		return PTR_ERR(sgt);

	import->sgt = sgt;
	if (has_whole_pages(sgt))
		return 0;

	drm_dbg(&import->xe->drm, "an exporter maps parts of pages, which cannot be mapped on\n");
	xe_import_unmap(import);
	return -EINVAL;
}

/**
 * xe_import_unmap - undo xe_import_map()
 * @import: the import; nothing happens if it is not mapped, or not any more
 *
 * Context: the reservation is held; may sleep.
 */
void xe_import_unmap(struct xe_import *import)
{
	dma_resv_assert_held(import->dma_buf->resv);
	if (!import->sgt)
		return;

	/* A device that was lost may be alive, and knows these pages. */
	xe_hw_silence_lost(import->xe);
	dma_buf_unmap_attachment(import->attach, import->sgt, DMA_BIDIRECTIONAL);
	import->sgt = NULL;
	import->outdated = false;
}

/**
 * xe_import_mmap - have a process map the pages of their exporter
 * @import: whose pages
 * @vma: set up for the buffer so far
 *
 * From then on the mapping is the exporter's: its faults are, and it does not notice that our card
 * goes. TTM would map nothing, and answer an access with SIGBUS.
 *
 * Context: mmap.
 * Return: 0, or what the exporter says.
 */
int xe_import_mmap(struct xe_import *import, struct vm_area_struct *vma)
{
	/* An exporter need not set its own. */
	vma->vm_ops = NULL;
	vma->vm_private_data = NULL;
	vm_flags_set(vma, VM_DONTEXPAND);
	return dma_buf_mmap(import->dma_buf, vma, 0);
}

/**
 * xe_import_stop - give every attachment back; there will be no others
 * @hw: the token
 *
 * Context: bound, at unbind; may sleep.
 */
void xe_import_stop(struct xe_hw hw)
{
	struct xe_mm *mm = &xe_hw_device(hw)->mm;
	struct xe_import *import;

	mutex_lock(&mm->lock);
	mm->imports_closed = true;
	while ((import = list_first_entry_or_null(&mm->imports, struct xe_import, link))) {
		kref_get(&import->ref);
		mutex_unlock(&mm->lock);

		/* Also waits for an attach or detach that is under way. */
		detach(import);

		mutex_lock(&mm->lock);
		list_del_init(&import->link);
		mutex_unlock(&mm->lock);
		/* An exporter may do anything when its buffer goes. */
		import_put(import);
		mutex_lock(&mm->lock);
	}
	mutex_unlock(&mm->lock);
}
