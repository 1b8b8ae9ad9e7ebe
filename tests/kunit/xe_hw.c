// SPDX-License-Identifier: MIT
/*
 * The door: sections, probe steps and how they unwind, a card that vanishes; and the fake card that
 * other suites use, too.
 */

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/logic_iomem.h>
#include <linux/pci.h>
#include <linux/pm_domain.h>
#include <linux/vmalloc.h>

#include <kunit/test.h>

#include "submit/submit.h"
#include "tests/kunit/fake.h"

#define FAKE_BAR	0xa0000000
#define FAKE_BAR_SIZE	SZ_16M
#define FAKE_GSM	SZ_8M
#define FAKE_VRAM	0xb0000000
#define FAKE_VRAM_SIZE	SZ_8M
#define FAKE_EXP	0x70	/* its PCI Express capability */
#define NEVER		UINT_MAX

/*
 * The card
 */

static struct {
	u8 *bar, *vram;
	void __iomem *io;
	int irq;
	u8 config[256];
	unsigned int mappings;
	void (*react)(u32 offset, u32 value);
	unsigned int accesses;
	unsigned int left;	/* accesses before it vanishes */
	unsigned int away;	/* accesses that do not arrive, and then it is back */
	bool config_outlives;	/* ... and its configuration space goes on answering */
	bool masters;		/* ... and does not let go of bus mastering */
	unsigned int pending;	/* looks at its transactions until none is pending */
	struct {
		u32 offset, value;
	} writes[64];
	unsigned int num_writes;
} fake;

/* What the PCI core needs a bus for. The rest of it is the real one. */
#define pcim_enable_device(...)		0
#define pcim_iomap_region(...)		fake.io
#define pci_alloc_irq_vectors(...)	1
#define pci_irq_vector(...)		fake.irq

#include "../../xe_hw.c"
#include "submit/copy.h"
#include "xe_mmio.h"
#include "xe_module.h"
#include "xe_recovery.h"

static_assert(FAKE_GSM == XE_GSM_OFFSET);

static bool is_there(void)
{
	fake.accesses++;
	if (!fake.left)
		return false;
	if (fake.away) {
		fake.away--;
		return false;
	}
	if (fake.left != NEVER)
		fake.left--;
	return true;
}

static unsigned long fake_read(void *bar, unsigned int offset, int size)
{
	unsigned long value = 0;

	if (!is_there())
		return ~0ul;
	memcpy(&value, bar + offset, size);
	return value;
}

static void fake_write(void *bar, unsigned int offset, int size, unsigned long value)
{
	unsigned int i = fake.num_writes % ARRAY_SIZE(fake.writes);

	if (!is_there())
		return;
	memcpy(bar + offset, &value, size);
	fake.writes[i].offset = offset;
	fake.writes[i].value = value;
	fake.num_writes++;
	if (fake.react)
		fake.react(offset, value);
}

static void fake_unmap(void *unused)
{
	fake.mappings--;
}

static const struct logic_iomem_ops fake_ops = {
	.read = fake_read, .write = fake_write, .unmap = fake_unmap,
};

static long fake_map(unsigned long offset, size_t size, const struct logic_iomem_ops **ops,
		     void **priv)
{
	*ops = &fake_ops;
	fake.mappings++;
	*priv = size == FAKE_VRAM_SIZE ? fake.vram : fake.bar;
	return offset;
}

static const struct logic_iomem_region_ops fake_region = { .map = fake_map };

static bool config_answers(void)
{
	return fake.left || fake.config_outlives;
}

static int config_read(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 *value)
{
	*value = ~0u;
	if (config_answers())
		*value = 0, memcpy(value, fake.config + where, size);
	if (where == FAKE_EXP + PCI_EXP_DEVSTA && fake.pending)
		fake.pending--, *value |= PCI_EXP_DEVSTA_TRPND;
	return 0;
}

static int config_write(struct pci_bus *bus, unsigned int devfn, int where, int size, u32 value)
{
	if (where == PCI_COMMAND && fake.masters)
		value |= PCI_COMMAND_MASTER;
	if (config_answers())
		memcpy(fake.config + where, &value, size);
	return 0;
}

static struct pci_ops fake_config = { .read = config_read, .write = config_write };

/* The bus cannot be told to forget regions, so these are for good. */
static int fake_build(void)
{
	static struct resource bar = DEFINE_RES_MEM_NAMED(FAKE_BAR, FAKE_BAR_SIZE, "xe-fake");
	static struct resource vram = DEFINE_RES_MEM_NAMED(FAKE_VRAM, FAKE_VRAM_SIZE, "xe-fake");

	fake.bar = vzalloc(FAKE_BAR_SIZE);
	fake.vram = vzalloc(FAKE_VRAM_SIZE);
	if (!fake.bar || !fake.vram || logic_iomem_add_region(&bar, &fake_region) ||
	    logic_iomem_add_region(&vram, &fake_region))
		return -ENOMEM;
	fake.irq = irq_alloc_desc(NUMA_NO_NODE);
	if (fake.irq < 0)
		return fake.irq;
	irq_set_chip_and_handler(fake.irq, &dummy_irq_chip, handle_simple_irq);
	fake.io = ioremap(FAKE_BAR, FAKE_BAR_SIZE);
	return fake.io ? 0 : -ENOMEM;
}

static int fake_power_on(void)
{
	int err = fake.io ? 0 : fake_build();

	if (err)
		return err;
	memset(fake.bar, 0, FAKE_BAR_SIZE);
	memset(fake.config, 0, sizeof(fake.config));
	fake.react = NULL;
	fake.accesses = 0;
	fake.num_writes = 0;
	fake.left = NEVER;
	fake.config_outlives = false;
	fake.masters = false;
	fake.pending = 0;
	return 0;
}

/* What a register holds, not counted as an access. */
u32 xe_fake_peek(u32 offset)
{
	return *(u32 *)(fake.bar + offset);
}

/* Set what a register holds, not counted as an access. */
void xe_fake_poke(u32 offset, u32 value)
{
	*(u32 *)(fake.bar + offset) = value;
}

/* Accesses that reached the bus. */
u32 xe_fake_accesses(void)
{
	return fake.accesses;
}

/* The last write but @back: its offset, ~0 if there was none; and the value. */
u32 xe_fake_written(unsigned int back, u32 *value)
{
	unsigned int i = (fake.num_writes - 1 - back) % ARRAY_SIZE(fake.writes);

	if (back >= fake.num_writes || back >= ARRAY_SIZE(fake.writes))
		return ~0u;
	if (value)
		*value = fake.writes[i].value;
	return fake.writes[i].offset;
}

/* The card answers so many accesses more, then with all ones. */
void xe_fake_vanish(unsigned int accesses)
{
	fake.left = accesses;
}

/* Its configuration space goes on answering then: it may be alive. */
void xe_fake_config_outlives(void)
{
	fake.config_outlives = true;
}

/* What the card does when it is written to. */
void xe_fake_on_write(void (*react)(u32 offset, u32 value))
{
	fake.react = react;
}

/* A word of its configuration space. */
u16 *xe_fake_config(int where)
{
	return (u16 *)(fake.config + where);
}

/* Ranges of it that are mapped for the CPU. */
unsigned int xe_fake_mappings(void)
{
	return fake.mappings;
}

/* Does any entry of the GGTT lead anywhere? */
bool xe_fake_ggtt_is_clear(void)
{
	return !memchr_inv(fake.bar + FAKE_GSM, 0, FAKE_BAR_SIZE - FAKE_GSM);
}

/*
 * The device
 */

static const struct xe_platform fake_platform = {
	.name = "fake",
	.dma_mask_bits = 46,
	.va_bits = 48,
	.wopcm_size = SZ_8M,
	.ggtt_burst = 4,
};

/* What the PCI core has before it calls probe. */
struct xe_fake_slot {
	struct pci_dev pdev;
	struct pci_bus bus;
	struct xe_hw_private *priv;
	void *group;
	bool bound;
	struct completion released;
};

static void slot_release(struct device *dev)
{
	complete(&container_of(dev, struct xe_fake_slot, pdev.dev)->released);
}

/* A work may drop the last reference to a drm_device, and the slot is memory of the test. */
static void slot_wait(void *data)
{
	struct xe_fake_slot *slot = data;

	WARN_ON(!wait_for_completion_timeout(&slot->released, 10 * HZ));
}

static void unwind(struct xe_fake_slot *slot)
{
	if (slot->group)
		devres_release_group(&slot->pdev.dev, slot->group);
	slot->group = NULL;
}

/* What the PCI core does at unbind. */
void xe_fake_unbind(struct xe_fake_slot *slot)
{
	if (!slot->bound)
		return;
	slot->bound = false;
	pm_runtime_get_sync(&slot->pdev.dev);
	xe_hw_remove(&slot->pdev);
	pm_runtime_put_sync(&slot->pdev.dev);
	unwind(slot);
	pm_runtime_put_noidle(&slot->pdev.dev);
}

/* As an action of the test. */
void xe_fake_slot_remove(void *data)
{
	struct xe_fake_slot *slot = data;

	xe_fake_unbind(slot);
	pm_runtime_disable(&slot->pdev.dev);
	device_del(&slot->pdev.dev);
	put_device(&slot->pdev.dev);
}

static void slot_fill(struct xe_fake_slot *slot)
{
	struct pci_dev *pdev = &slot->pdev;

	pdev->bus = &slot->bus;
	INIT_LIST_HEAD(&slot->bus.resources);
	pdev->pcie_cap = FAKE_EXP;
	pdev->pcie_flags_reg = PCI_EXP_TYPE_ENDPOINT << 4 | 2;
	slot->bus.ops = &fake_config;
	pdev->resource[0] = (struct resource)DEFINE_RES_MEM(FAKE_BAR, FAKE_BAR_SIZE);
	pdev->resource[2] = (struct resource)DEFINE_RES_MEM(FAKE_VRAM, FAKE_VRAM_SIZE);
	pdev->dev.dma_mask = &pdev->dma_mask;
	pdev->dev.dma_parms = &pdev->dma_parms;
}

/* A slot with the card in it, powered on; it goes with the test. */
struct xe_fake_slot *xe_fake_slot(struct kunit *test)
{
	struct xe_fake_slot *slot = kunit_kzalloc(test, sizeof(*slot), GFP_KERNEL);
	struct device *dev;

	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_ASSERT_EQ(test, fake_power_on(), 0);
	slot_fill(slot);
	dev = &slot->pdev.dev;
	device_initialize(dev);
	dev->release = slot_release;
	init_completion(&slot->released);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, slot_wait, slot), 0);
	dev_set_name(dev, "xe-fake");
	KUNIT_ASSERT_EQ(test, device_add(dev), 0);
	pm_runtime_no_callbacks(dev);
	pm_runtime_forbid(dev);
	pm_runtime_set_active(dev);
	pm_runtime_enable(dev);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, xe_fake_slot_remove, slot), 0);
	return slot;
}

static unsigned int shutdowns;

static void fake_shutdown(struct xe_hw hw)
{
	xe_hw_assert_held(hw);
	shutdowns++;
	xe_write32(hw, XE_REG(0x100), 0);
}

/* What software was told of the device. */
static struct {
	unsigned int wakes, unplugged_wakes, lost, wedged;
} told;

static void fake_wake(struct xe_device *xe)
{
	told.wakes += xe_hw_is_gone(xe) || xe_device_is_wedged(xe);
	told.unplugged_wakes += drm_dev_is_unplugged(&xe->drm);
}

static void fake_lost(struct xe_device *xe)
{
	told.lost++;
}

static void fake_wedged(struct xe_device *xe)
{
	told.wedged++;
}

/* How often software was told that a device was given up. */
unsigned int xe_fake_told_wedged(void)
{
	return told.wedged;
}

static int fake_power(struct xe_hw hw, bool system)
{
	xe_hw_assert_held(hw);
	return 0;
}

static const struct xe_hw_ops fake_driver_ops = {
	.suspend = fake_power,
	.resume = fake_power,
	.shutdown = fake_shutdown,
	.wake = fake_wake,
	.lost = fake_lost,
	.wedged = fake_wedged,
};

static int bind_with(struct xe_fake_slot *slot, const struct xe_platform *platform,
		     const struct xe_sw_step *software, unsigned int num_software,
		     const struct xe_hw_step *steps, unsigned int num_steps)
{
	const struct xe_hw_driver driver = {
		.drm = &xe_drm_driver,
		.sw_steps = software, .num_sw_steps = num_software,
		.steps = steps, .num_steps = num_steps,
		.ops = &fake_driver_ops,
	};
	int err;

	pci_set_drvdata(&slot->pdev, NULL);
	slot->group = devres_open_group(&slot->pdev.dev, NULL, GFP_KERNEL);
	pm_runtime_get_sync(&slot->pdev.dev);
	err = xe_hw_probe(&slot->pdev, platform, &driver);
	slot->priv = pci_get_drvdata(&slot->pdev);
	slot->bound = !err;
	if (err) {
		pm_runtime_put_noidle(&slot->pdev.dev);
		unwind(slot);
	}
	return err;
}

/* What the PCI core does at bind. */
int xe_fake_bind(struct xe_fake_slot *slot, const struct xe_platform *platform,
		 const struct xe_hw_step *steps, unsigned int num_steps)
{
	static const struct xe_sw_step software[] = {
		{ "memory", xe_mm_init }, { "slots", xe_lrcs_init },
		{ "recovery", xe_recovery_init }, { "GuC", xe_guc_init },
		{ "address spaces", xe_vms_init }, { "submission", xe_submit_init },
		{ "copies", xe_copy_init },
	};

	return bind_with(slot, platform, software, ARRAY_SIZE(software), steps, num_steps);
}

struct device *xe_fake_slot_device(struct xe_fake_slot *slot)
{
	return &slot->pdev.dev;
}

/* The bound device; its hardware side for tests that look into it. */
struct xe_device *xe_fake_bound(struct xe_fake_slot *slot, struct xe_hw_state **state)
{
	*state = &slot->priv->state;
	return &slot->priv->device;
}

/* It is there, but no section opens. */
void xe_fake_set_asleep(struct xe_device *xe, bool asleep)
{
	WRITE_ONCE(xe_hw_of(xe)->asleep_system, asleep);
}

/* Side by side with xe_fake_scoped(): the token, held. */
struct xe_fake_hold xe_fake_hold(struct xe_device *xe)
{
	struct xe_hw_private *priv = xe_hw_of(xe);

	xe_hw_hold(priv);
	return (struct xe_fake_hold){ .token = xe_hw_token(priv), .open = true };
}

void xe_fake_release(struct xe_fake_hold *hold)
{
	xe_hw_release(xe_hw_priv(hold->token));
}

struct deferred {
	xe_hw_stop_t stop[64];
	unsigned int count;
};

static void add_deferred(struct device *dev, void *res, void *data)
{
	struct deferred *deferred = data;

	if (deferred->count < ARRAY_SIZE(deferred->stop))
		deferred->stop[deferred->count++] = ((struct xe_hw_action *)res)->stop;
}

/*
 * What is to be undone, by the names of the functions: in the order of registration, without the
 * first @skip; "name*3" for three in a row. Returns how many there are.
 */
unsigned int xe_fake_deferred(struct xe_hw hw, unsigned int skip, char *buf, size_t size)
{
	struct deferred deferred = {};
	unsigned int same = 1;
	size_t len = 0;

	buf[0] = 0;
	devres_for_each_res(&xe_hw_priv(hw)->pdev->dev, action_release, NULL, NULL, add_deferred,
			    &deferred);
	for (unsigned int i = deferred.count - skip; i-- > 0; same = 1) {
		xe_hw_stop_t stop = deferred.stop[i];

		for (; i && deferred.stop[i - 1] == stop; i--)
			same++;
		len += scnprintf(buf + len, size - len, "%s%ps", len ? " " : "", stop);
		if (same > 1)
			len += scnprintf(buf + len, size - len, "*%u", same);
	}
	return deferred.count;
}

static const struct xe_hw_step dma_only[] = { { "DMA", xe_hw_enable_dma } };

static int slot_bind(struct xe_fake_slot *slot, const struct xe_hw_step *steps,
		     unsigned int num_steps)
{
	return xe_fake_bind(slot, &fake_platform, steps ?: dma_only, steps ? num_steps : 1);
}

/* A device that is published, for suites of blocks; it goes with the test. */
struct xe_device *xe_fake_device(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_state *state;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	state = &slot->priv->state;
	state->num_gts = 1;
	spin_lock_init(&state->gt[0].steering.lock);
	spin_lock_init(&state->gt[0].forcewake.lock);
	return &slot->priv->device;
}

/*
 * Sections
 */

static int leave_by_return(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe)
		return 1;
	return 0;
}

static int leave_by_goto(struct xe_device *xe)
{
	xe_hw_scoped(hw, xe) {
		if (xe)
			goto out;
	}
	return 0;
out:
	return 1;
}

static int leave_by_break(struct xe_device *xe)
{
	int runs = 0;

	for (int i = 0; i < 3; i++)
		xe_hw_scoped(hw, xe) {
			runs++;
			break;
		}
	return runs;
}

static int leave_by_continue(struct xe_device *xe)
{
	int runs = 0;

	for (int i = 0; i < 3; i++)
		xe_hw_scoped(hw, xe) {
			runs++;
			continue;
		}
	return runs;
}

static int leave_at_end(struct xe_device *xe)
{
	int runs = 0;

	xe_hw_scoped(hw, xe)
		runs++;
	return runs;
}

static int leave_nested(struct xe_device *xe)
{
	int runs = 0;

	xe_hw_scoped(outer, xe) {
		xe_hw_scoped_dma(inner, xe) {
			runs++;
			break;
		}
		runs++;
	}
	return runs;
}

static int leave_dma(struct xe_device *xe)
{
	xe_hw_scoped_dma(hw, xe)
		return 1;
	return 0;
}

struct leave_case {
	const char *name;
	int (*run)(struct xe_device *xe);
	int bound, unbound;	/* what it returns */
};

static const struct leave_case leave_cases[] = {
	{ "return", leave_by_return, 1, 0 },
	{ "goto", leave_by_goto, 1, 0 },
	{ "break", leave_by_break, 3, 0 },
	{ "continue", leave_by_continue, 3, 0 },
	{ "end", leave_at_end, 1, 0 },
	{ "nested", leave_nested, 2, 0 },
};

KUNIT_ARRAY_PARAM_DESC(leave, leave_cases, name);

static void test_section(struct kunit *test)
{
	const struct leave_case *c = test->param_value;
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_device *xe;
	int usage;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	drm_dev_get(&xe->drm);

	usage = atomic_read(&slot->pdev.dev.power.usage_count);
	KUNIT_EXPECT_EQ(test, c->run(xe), c->bound);
	KUNIT_EXPECT_EQ(test, atomic_read(&slot->pdev.dev.power.usage_count), usage);
#ifdef CONFIG_LOCKDEP
	KUNIT_EXPECT_FALSE(test, lock_is_held(&slot->priv->held));
#endif
	xe_hw_declare_lost(xe_hw_token(slot->priv), "for the test");
	KUNIT_EXPECT_EQ(test, c->run(xe), c->unbound);

	/* It would not end if a section had not been left. */
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, c->run(xe), c->unbound);
	drm_dev_put(&xe->drm);
}

static void test_section_not_published(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	slot->priv->published = false;
	KUNIT_EXPECT_EQ(test, leave_at_end(&slot->priv->device), 0);
	slot->priv->published = true;
	KUNIT_EXPECT_EQ(test, leave_at_end(&slot->priv->device), 1);
}

static void test_section_unplugged(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	drm_dev_unplug(&slot->priv->device.drm);
	KUNIT_EXPECT_EQ(test, leave_at_end(&slot->priv->device), 0);
}

static void test_section_dma(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	priv = slot->priv;
	KUNIT_EXPECT_EQ(test, leave_dma(&priv->device), 1);
	drm_dev_unplug(&priv->device.drm);
	KUNIT_EXPECT_EQ(test, leave_dma(&priv->device), 1);
	xe_hw_seal_dma(xe_hw_token(priv));
	KUNIT_EXPECT_EQ(test, leave_dma(&priv->device), 0);
}

/*
 * Who is awake
 */

static int leave_awake(struct xe_device *xe)
{
	int runs = 0;

	xe_hw_scoped_awake(hw, xe)
		runs++;
	return runs;
}

/* Sends the device to sleep as the PM core does when it is idle. */
static int fall_asleep(struct xe_fake_slot *slot)
{
	return pm_runtime_suspend(&slot->pdev.dev);
}

/* Open when the device is awake, and does not wake it. */
static void test_section_awake(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_device *xe;
	int usage;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	usage = atomic_read(&slot->pdev.dev.power.usage_count);
	KUNIT_EXPECT_EQ(test, leave_awake(xe), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&slot->pdev.dev.power.usage_count), usage);
	KUNIT_EXPECT_EQ(test, atomic_read(&slot->priv->sections), 0);

	KUNIT_ASSERT_EQ(test, fall_asleep(slot), 0);
	KUNIT_EXPECT_EQ(test, leave_awake(xe), 0);
	KUNIT_EXPECT_TRUE(test, pm_runtime_suspended(&slot->pdev.dev));
	KUNIT_EXPECT_EQ(test, atomic_read(&slot->priv->sections), 0);
	KUNIT_EXPECT_EQ(test, leave_at_end(xe), 1);
	KUNIT_EXPECT_EQ(test, leave_awake(xe), 1);

	drm_dev_get(&xe->drm);
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, leave_awake(xe), 0);
	drm_dev_put(&xe->drm);
}

static void test_keep_awake(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_device *xe;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	xe_hw_scoped(hw, xe) {
		KUNIT_EXPECT_TRUE(test, xe_hw_awake_get(hw));
		KUNIT_EXPECT_TRUE(test, xe_hw_awake_get(hw));
	}
	KUNIT_EXPECT_EQ(test, fall_asleep(slot), -EAGAIN);
	xe_hw_awake_put(xe);
	KUNIT_EXPECT_EQ(test, fall_asleep(slot), -EAGAIN);
	xe_hw_awake_put(xe);
	KUNIT_EXPECT_EQ(test, fall_asleep(slot), 0);
}

static int lost_at_resume(struct device *dev)
{
	xe_hw_declare_lost(xe_hw_token(dev_get_drvdata(dev)), "test");
	return 0;
}

/* Lost while it was waited for: there is nothing to try again for. */
static void test_keep_awake_lost(struct kunit *test)
{
	struct dev_pm_domain domain = { .ops.runtime_resume = lost_at_resume };
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct device *dev = &slot->pdev.dev;
	bool awake = true;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	KUNIT_ASSERT_EQ(test, fall_asleep(slot), 0);
	dev->power.no_callbacks = false;
	dev_pm_domain_set(dev, &domain);
	KUNIT_EXPECT_EQ(test, xe_submit_keep_awake(&slot->priv->device, &awake), -ENODEV);
	KUNIT_EXPECT_FALSE(test, awake);
	dev_pm_domain_set(dev, NULL);
	dev->power.no_callbacks = true;
}

/* What is left of the count is undone by unbind, and by nobody behind it. */
static void test_keep_awake_unbind(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	atomic_t *usage = &slot->pdev.dev.power.usage_count;
	struct xe_device *xe;
	int unbound;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe_fake_unbind(slot);
	unbound = atomic_read(usage);

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	drm_dev_get(&xe->drm);
	xe_hw_scoped(hw, xe)
		KUNIT_EXPECT_TRUE(test, xe_hw_awake_get(hw) && xe_hw_awake_get(hw));
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, atomic_read(usage), unbound);
	xe_hw_awake_put(xe);
	xe_hw_awake_put(xe);
	scoped_guard(xe_hw_token, slot->priv)
		KUNIT_EXPECT_FALSE(test, xe_hw_awake_get(xe_hw_token(slot->priv)));
	KUNIT_EXPECT_EQ(test, atomic_read(usage), unbound);
	drm_dev_put(&xe->drm);
}

/*
 * Who is told
 */

/* Who looks again when unbind begins finds it gone, and is woken once more when it is unplugged. */
static void test_wake_unbind(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	memset(&told, 0, sizeof(told));
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, told.wakes, 2);
	KUNIT_EXPECT_EQ(test, told.unplugged_wakes, 1);
	KUNIT_EXPECT_EQ(test, told.lost, 0);
}

/* Who waits looks again at once, and not only when the engines have been stopped. */
static void test_told_wedged(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	memset(&told, 0, sizeof(told));
	xe_device_declare_wedged(&slot->priv->device, "for the test");
	KUNIT_EXPECT_EQ(test, told.wakes, 1);
	xe_fake_unbind(slot);
}

/* Nobody has to unbind it: software is told, and once. */
static void test_told_lost(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	priv = slot->priv;
	memset(&told, 0, sizeof(told));
	xe_hw_declare_lost(xe_hw_token(priv), "for the test");
	KUNIT_EXPECT_EQ(test, told.wakes, 1);
	flush_work(&priv->lost_work);
	KUNIT_EXPECT_EQ(test, told.lost, 1);
	xe_hw_declare_lost(xe_hw_token(priv), "for the test");
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, told.lost, 1);
}

/* Of a device that is lost while it is unbound, too, before its memory may go. */
static void lose_it(struct xe_hw hw, void *unused)
{
	xe_hw_declare_lost(hw, "for the test");
}

static int lost_at_unbind(struct xe_hw_bind bind)
{
	return xe_hw_on_unbind(bind, lose_it, NULL);
}

static void test_told_lost_at_unbind(struct kunit *test)
{
	static const struct xe_hw_step steps[] = { { "lost at unbind", lost_at_unbind } };
	struct xe_fake_slot *slot = xe_fake_slot(test);

	KUNIT_ASSERT_EQ(test, slot_bind(slot, steps, ARRAY_SIZE(steps)), 0);
	memset(&told, 0, sizeof(told));
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, told.lost, 1);
}

/*
 * Works
 */

static int double_it(struct xe_hw hw, void *data)
{
	xe_hw_assert_held(hw);
	*(int *)data *= 2;
	return 7;
}

static struct xe_hw_work counted;
static unsigned int counted_runs;

static void count_run(struct xe_hw hw, struct xe_hw_work *work)
{
	xe_hw_assert_held(hw);
	counted_runs++;
}

static int count_init(struct xe_device *xe)
{
	xe_hw_work_init(xe, &counted, count_run);
	return 0;
}

/* A device that has @counted, which ran when it was published. */
static struct xe_hw_private *bind_counted(struct kunit *test, struct xe_fake_slot *slot)
{
	static const struct xe_sw_step software[] = {
		{ "memory", xe_mm_init }, { "recovery", xe_recovery_init },
		{ "GuC", xe_guc_init }, { "submission", xe_submit_init }, { "test", count_init },
	};

	counted_runs = 0;
	KUNIT_ASSERT_EQ(test, bind_with(slot, &fake_platform, software, ARRAY_SIZE(software),
					dma_only, 1), 0);
	xe_hw_work_flush(&counted);
	KUNIT_ASSERT_EQ(test, counted_runs, 1);
	memset(&told, 0, sizeof(told));
	return slot->priv;
}

static struct {
	struct work_struct work;
	struct device *dev;
	int err;
} sleeper;

static void sleep_fn(struct work_struct *work)
{
	sleeper.err = xe_hw_pm_ops.suspend(sleeper.dev);
}

/* A section that is open when the system is about to sleep is waited for. */
static void test_parks_behind_section(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv = bind_counted(test, slot);

	sleeper.dev = &slot->pdev.dev;
	sleeper.err = 1;
	INIT_WORK(&sleeper.work, sleep_fn);
	pm_runtime_get_noresume(sleeper.dev);
	xe_hw_scoped(hw, &priv->device) {
		schedule_work(&sleeper.work);
		msleep(50);
		KUNIT_EXPECT_EQ(test, sleeper.err, 1);
	}
	flush_work(&sleeper.work);
	KUNIT_EXPECT_EQ(test, sleeper.err, 0);
	*xe_fake_config(PCI_VENDOR_ID) = PCI_VENDOR_ID_INTEL;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.resume(sleeper.dev), 0);
	pm_runtime_put_noidle(sleeper.dev);
}

/* For so long; then the system does not sleep, and the card goes on. */
static void test_parks_for_so_long(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv = bind_counted(test, slot);
	struct device *dev = &slot->pdev.dev;
	ktime_t start = ktime_get();

	pm_runtime_get_noresume(dev);
	atomic_inc(&priv->sections);
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.suspend(dev), -EBUSY);
	KUNIT_EXPECT_TRUE(test, xe_fake_took(start, 20));
	atomic_dec(&priv->sections);
	KUNIT_EXPECT_EQ(test, leave_at_end(&priv->device), 1);
	pm_runtime_put_noidle(dev);
}

/* While the system sleeps nothing begins; nobody is told that the device is gone. */
static void test_parked(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv = bind_counted(test, slot);
	struct device *dev = &slot->pdev.dev;

	/* As the PM core does. */
	pm_runtime_get_noresume(dev);
	KUNIT_ASSERT_EQ(test, xe_hw_pm_ops.suspend(dev), 0);
	KUNIT_EXPECT_EQ(test, leave_at_end(&priv->device), 0);
	KUNIT_EXPECT_EQ(test, leave_awake(&priv->device), 0);
	KUNIT_EXPECT_FALSE(test, xe_hw_is_gone(&priv->device));
	xe_hw_work_queue(&counted);
	xe_hw_work_flush(&counted);
	KUNIT_EXPECT_EQ(test, counted_runs, 1);

	*xe_fake_config(PCI_VENDOR_ID) = PCI_VENDOR_ID_INTEL;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.resume(dev), 0);
	xe_hw_work_flush(&counted);
	KUNIT_EXPECT_EQ(test, counted_runs, 2);
	KUNIT_EXPECT_EQ(test, leave_at_end(&priv->device), 1);
	KUNIT_EXPECT_EQ(test, told.lost, 0);
	pm_runtime_put_noidle(dev);
}

/* One that cannot be woken up is lost: who waits for a work or a call does not wait for good. */
static void test_work_cannot_resume(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv = bind_counted(test, slot);
	struct device *dev = &slot->pdev.dev;
	int value = 21;

	KUNIT_ASSERT_EQ(test, fall_asleep(slot), 0);
	pm_runtime_disable(dev);
	KUNIT_EXPECT_EQ(test, xe_hw_call(&priv->device, double_it, &value), -ENODEV);
	KUNIT_EXPECT_EQ(test, value, 21);
	flush_work(&priv->lost_work);
	KUNIT_EXPECT_EQ(test, told.lost, 1);
	KUNIT_EXPECT_TRUE(test, xe_hw_is_gone(&priv->device));
	pm_runtime_enable(dev);
}

/*
 * Steps
 */

#define STEPS 4

static struct {
	char order[32];
	int fail;	/* step that fails, -1 for none */
	bool published_at_stop;
} trace;

static void note(char c)
{
	size_t len = strlen(trace.order);

	if (len < sizeof(trace.order) - 1)
		trace.order[len] = c;
}

struct elsewhere {
	struct work_struct work;
	struct xe_device *xe;
	int runs;
};

static void elsewhere_work(struct work_struct *work)
{
	struct elsewhere *e = container_of(work, struct elsewhere, work);

	e->runs = leave_at_end(e->xe);
}

/* Software does not have the token, and does not run on the stack of who has. */
static int section_elsewhere(struct xe_device *xe)
{
	struct elsewhere e = { .xe = xe };

	INIT_WORK_ONSTACK(&e.work, elsewhere_work);
	schedule_work(&e.work);
	flush_work(&e.work);
	destroy_work_on_stack(&e.work);
	return e.runs;
}

static void step_stop(struct xe_hw hw, void *data)
{
	xe_hw_assert_held(hw);
	note('a' + (uintptr_t)data);
	trace.published_at_stop |= section_elsewhere(xe_hw_device(hw));
	xe_write32(hw, XE_REG(0x100), 0);
}

static int step(struct xe_hw_bind bind, uintptr_t i)
{
	struct xe_hw hw = xe_hw_bound(bind);

	/* A section is for software; there is none before the device is published. */
	if (section_elsewhere(xe_hw_device(hw)))
		return -EBUSY;
	xe_write32(hw, XE_REG(0x100), i);
	if (trace.fail == (int)i)
		return -EIO;
	note('A' + i);
	return xe_hw_on_unbind(bind, step_stop, (void *)i);
}

static int step_0(struct xe_hw_bind bind) { return step(bind, 0); }
static int step_1(struct xe_hw_bind bind) { return step(bind, 1); }
static int step_2(struct xe_hw_bind bind) { return step(bind, 2); }
static int step_3(struct xe_hw_bind bind) { return step(bind, 3); }

static const struct xe_hw_step fake_steps[STEPS] = {
	{ "step 0", step_0 }, { "step 1", step_1 }, { "step 2", step_2 }, { "step 3", step_3 },
};

static void trace_start(int fail)
{
	memset(&trace, 0, sizeof(trace));
	trace.fail = fail;
}

static void test_steps(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);

	trace_start(-1);
	KUNIT_ASSERT_EQ(test, slot_bind(slot, fake_steps, STEPS), 0);
	KUNIT_EXPECT_STREQ(test, trace.order, "ABCD");
	KUNIT_EXPECT_TRUE(test, slot->priv->published);
	xe_fake_unbind(slot);
	KUNIT_EXPECT_STREQ(test, trace.order, "ABCDdcba");
	KUNIT_EXPECT_FALSE(test, trace.published_at_stop);
}

/* The card is silenced once, and then out of reach for software that goes on, also for unbind. */
static void test_shutdown(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	u32 accesses;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, fake_steps, STEPS), 0);
	shutdowns = 0;
	told.lost = 0;
	accesses = xe_fake_accesses();
	xe_hw_shutdown(&slot->pdev);
	KUNIT_EXPECT_EQ(test, shutdowns, 1);
	KUNIT_EXPECT_EQ(test, told.lost, 1);
	KUNIT_EXPECT_EQ(test, xe_fake_accesses(), accesses + 1);
	KUNIT_EXPECT_EQ(test, leave_at_end(&slot->priv->device), 0);

	xe_hw_shutdown(&slot->pdev);
	KUNIT_EXPECT_EQ(test, shutdowns, 1);
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, xe_fake_accesses(), accesses + 1);
}

static void test_step_fails(struct kunit *test)
{
	static const char *const orders[STEPS] = { "", "Aa", "ABba", "ABCcba" };

	for (int i = 0; i < STEPS; i++) {
		struct xe_fake_slot *slot = xe_fake_slot(test);

		trace_start(i);
		KUNIT_EXPECT_EQ(test, slot_bind(slot, fake_steps, STEPS), -EIO);
		KUNIT_EXPECT_FALSE(test, slot->priv->published);
		xe_fake_unbind(slot);
		KUNIT_EXPECT_STREQ(test, trace.order, orders[i]);
		kunit_release_action(test, xe_fake_slot_remove, slot);
	}
}

/* The card vanishes at each access of probe and unbind: each ends, in order, off the bus. */
static void test_vanish(struct kunit *test)
{
	for (unsigned int k = 0; k <= 2 * STEPS; k++) {
		struct xe_fake_slot *slot = xe_fake_slot(test);
		size_t ups = 0, downs = 0;
		unsigned int accesses;

		trace_start(-1);
		xe_fake_vanish(k);
		slot_bind(slot, fake_steps, STEPS);
		scoped_guard(xe_hw_token, slot->priv)
			xe_read32(xe_hw_token(slot->priv), XE_REG(0));
		accesses = xe_fake_accesses();
		KUNIT_EXPECT_EQ(test, slot->priv->lost, k <= STEPS);
		xe_fake_unbind(slot);
		if (k <= STEPS)
			KUNIT_EXPECT_EQ(test, xe_fake_accesses(), accesses);
		for (const char *c = trace.order; *c; c++)
			*c >= 'a' ? downs++ : ups++;
		KUNIT_EXPECT_EQ(test, ups, downs);
		kunit_release_action(test, xe_fake_slot_remove, slot);
	}
}

/*
 * A device that is lost, and alive
 */

static u16 command(void)
{
	return *xe_fake_config(PCI_COMMAND);
}

static struct xe_hw_private *lose_alive(struct kunit *test, struct xe_fake_slot *slot)
{
	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	KUNIT_ASSERT_TRUE(test, command() & PCI_COMMAND_MASTER);
	fake.config_outlives = true;
	xe_fake_vanish(0);
	xe_hw_scoped(hw, &slot->priv->device)
		xe_read32(hw, XE_REG(0x404));
	KUNIT_ASSERT_TRUE(test, slot->priv->lost);
	xe_fake_vanish(NEVER);
	return slot->priv;
}

/* It is kept from memory at once, and for good, although it answers again. */
static void test_lost_alive(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv = lose_alive(test, slot);

	KUNIT_EXPECT_FALSE(test, command() & PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, leave_at_end(&priv->device), 0);
	KUNIT_EXPECT_TRUE(test, xe_hw_is_gone(&priv->device));
	xe_fake_unbind(slot);
	KUNIT_EXPECT_FALSE(test, command() & PCI_COMMAND_MASTER);

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	KUNIT_EXPECT_TRUE(test, command() & PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, leave_at_end(&slot->priv->device), 1);
}

/*
 * The PCI core saved its configuration before it was lost, and restores it behind that, at the end
 * of a sleep. It gets to no memory that is given back then, nor is there anything to be restored if
 * it was lost before.
 */
static void test_lost_restored(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv = lose_alive(test, slot);
	struct device *dev = &slot->pdev.dev;

	flush_work(&priv->lost_work);
	KUNIT_EXPECT_TRUE(test, priv->silenced);
	*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
	xe_hw_silence_lost(&priv->device);
	KUNIT_EXPECT_FALSE_MSG(test, command() & PCI_COMMAND_MASTER, "memory is given back");

	*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
	KUNIT_ASSERT_EQ(test, xe_hw_pm_ops.suspend(dev), 0);
	KUNIT_EXPECT_FALSE_MSG(test, command() & PCI_COMMAND_MASTER, "the system goes to sleep");
	*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.resume(dev), 0);
	KUNIT_EXPECT_FALSE_MSG(test, command() & PCI_COMMAND_MASTER, "it is awake");

	*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.runtime_suspend(dev), 0);
	KUNIT_EXPECT_FALSE_MSG(test, command() & PCI_COMMAND_MASTER, "the device goes to sleep");
	*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
	KUNIT_EXPECT_EQ(test, xe_hw_pm_ops.runtime_resume(dev), 0);
	KUNIT_EXPECT_FALSE_MSG(test, command() & PCI_COMMAND_MASTER, "it is awake");

	*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
	xe_fake_unbind(slot);
	KUNIT_EXPECT_FALSE_MSG(test, command() & PCI_COMMAND_MASTER, "the driver has left");
}

/* Before a page is given back its transactions have ended, or had 100 ms; that is asked once. */
static void test_pending(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_hw_private *priv = lose_alive(test, slot);
	ktime_t start;

	flush_work(&priv->lost_work);
	KUNIT_EXPECT_TRUE(test, priv->silenced);
	priv->silenced = false;
	fake.pending = 3;
	xe_hw_silence_lost(&priv->device);
	KUNIT_EXPECT_EQ(test, fake.pending, 0);
	fake.pending = 1;
	xe_hw_silence_lost(&priv->device);
	KUNIT_EXPECT_EQ(test, fake.pending, 1);

	/* Nor is one that goes on reaching memory waited for each time. */
	fake.masters = true;
	*xe_fake_config(PCI_COMMAND) |= PCI_COMMAND_MASTER;
	xe_hw_silence_lost(&priv->device);
	KUNIT_EXPECT_TRUE(test, command() & PCI_COMMAND_MASTER);
	KUNIT_EXPECT_EQ(test, fake.pending, 1);
	fake.masters = false;

	priv->silenced = false;
	fake.pending = NEVER;
	start = ktime_get();
	xe_hw_silence_lost(&priv->device);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 5000);
	KUNIT_EXPECT_GE(test, NEVER - fake.pending, 10);
	KUNIT_EXPECT_LE(test, NEVER - fake.pending, 20);
}

/* What could not be stopped, and then could, reaches memory again; a lost device does not. */
static void test_allow_master(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_device *xe;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	for (int i = 0; i < 2; i++) {
		xe_fake_scoped(hw, xe)
			xe_hw_clear_master(hw);
		KUNIT_EXPECT_FALSE(test, command() & PCI_COMMAND_MASTER);
		xe_fake_scoped(hw, xe)
			xe_hw_allow_master(hw);
		KUNIT_EXPECT_TRUE(test, command() & PCI_COMMAND_MASTER);
	}

	fake.config_outlives = true;
	xe_fake_scoped(hw, xe) {
		xe_hw_clear_master(hw);
		xe_hw_declare_lost(hw, "for the test");
		xe_hw_allow_master(hw);
	}
	KUNIT_EXPECT_FALSE(test, command() & PCI_COMMAND_MASTER);
}

/* A token that somebody kept leads nowhere behind unbind. */
static void test_out_of_reach(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_device *xe;
	u32 accesses;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	drm_dev_get(&xe->drm);
	xe_fake_unbind(slot);
	accesses = xe_fake_accesses();
	scoped_guard(xe_hw_token, slot->priv)
		xe_write32(xe_hw_token(slot->priv), XE_REG(0x100), 1);
	KUNIT_EXPECT_EQ(test, xe_fake_accesses(), accesses);
	drm_dev_put(&xe->drm);
}

/*
 * Calls
 */

static void test_call(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct xe_device *xe;
	int value = 21;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	KUNIT_EXPECT_EQ(test, xe_hw_call(xe, double_it, &value), 7);
	KUNIT_EXPECT_EQ(test, value, 42);

	drm_dev_get(&xe->drm);
	xe_fake_unbind(slot);
	KUNIT_EXPECT_EQ(test, xe_hw_call(xe, double_it, &value), -ENODEV);
	KUNIT_EXPECT_EQ(test, value, 42);
	drm_dev_put(&xe->drm);
}

static void test_call_lost(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	int value = 21;

	xe_hw_scoped(hw, xe)
		xe_hw_declare_lost(hw, "for the test");
	KUNIT_EXPECT_EQ(test, xe_hw_call(xe, double_it, &value), -ENODEV);
	KUNIT_EXPECT_EQ(test, value, 21);
}

struct slow_call {
	struct work_struct work;
	struct xe_device *xe;
	struct completion begun;
	int err;
};

/* As a wait for firmware that does not answer. */
static int never_ends(struct xe_hw hw, void *data)
{
	struct slow_call *slow = data;

	complete(&slow->begun);
	while (!xe_hw_is_going(hw) && !xe_hw_is_lost(hw))
		msleep(20);
	return 0;
}

static void slow_work(struct work_struct *work)
{
	struct slow_call *slow = container_of(work, struct slow_call, work);

	slow->err = xe_hw_call(slow->xe, never_ends, slow);
}

/* One call is under way and others wait for it: unbind ends all of them. */
static void test_call_unbind(struct kunit *test)
{
	struct xe_fake_slot *slot = xe_fake_slot(test);
	struct slow_call slow[3] = {};
	struct xe_device *xe;

	KUNIT_ASSERT_EQ(test, slot_bind(slot, NULL, 0), 0);
	xe = &slot->priv->device;
	drm_dev_get(&xe->drm);
	for (unsigned int i = 0; i < ARRAY_SIZE(slow); i++) {
		slow[i].xe = xe;
		init_completion(&slow[i].begun);
		INIT_WORK_ONSTACK(&slow[i].work, slow_work);
		queue_work(system_unbound_wq, &slow[i].work);
	}
	while (!completion_done(&slow[0].begun) && !completion_done(&slow[1].begun) &&
	       !completion_done(&slow[2].begun))
		msleep(20);

	xe_fake_unbind(slot);
	for (unsigned int i = 0; i < ARRAY_SIZE(slow); i++) {
		flush_work(&slow[i].work);
		destroy_work_on_stack(&slow[i].work);
		KUNIT_EXPECT_EQ(test, slow[i].err, -ENODEV);
	}
	drm_dev_put(&xe->drm);
}

/*
 * Accessors
 */

static void test_all_ones(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_hw_scoped(hw, xe) {
		/* A register may read so by right, the card is there. */
		xe_fake_poke(0x400, ~0u);
		KUNIT_EXPECT_EQ(test, xe_read32(hw, XE_REG(0x400)), ~0u);
		KUNIT_EXPECT_FALSE(test, xe_hw_is_lost(hw));

		xe_fake_vanish(0);
		KUNIT_EXPECT_EQ(test, xe_read32(hw, XE_REG(0x404)), ~0u);
		KUNIT_EXPECT_TRUE(test, xe_hw_is_lost(hw));
	}
}

/* A read that was lost on the way is no value of the register, and ends no wait for bits. */
static void test_away(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_hw_scoped(hw, xe) {
		xe_fake_poke(0x400, 0x1234);
		fake.away = 1;
		KUNIT_EXPECT_EQ(test, xe_read32(hw, XE_REG(0x400)), 0x1234);
		fake.away = 1;
		KUNIT_EXPECT_EQ(test, xe_wait32(hw, XE_REG(0x400), BIT(31), BIT(31), 100, NULL),
				-ETIMEDOUT);
		KUNIT_EXPECT_FALSE(test, xe_hw_is_lost(hw));
		fake.away = 2;
		KUNIT_EXPECT_EQ(test, xe_read32(hw, XE_REG(0x400)), ~0u);
		KUNIT_EXPECT_TRUE(test, xe_hw_is_lost(hw));
	}
}

static void test_wait(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	u32 last = 0;

	xe_hw_scoped(hw, xe) {
		xe_fake_poke(0x400, 0x1234);
		KUNIT_EXPECT_EQ(test, xe_wait32(hw, XE_REG(0x400), 0xff, 0x34, 100, &last), 0);
		KUNIT_EXPECT_EQ(test, last, 0x1234);
		KUNIT_EXPECT_EQ(test, xe_wait32(hw, XE_REG(0x400), 0xff, 0x35, 100, &last),
				-ETIMEDOUT);
		xe_fake_vanish(2);
		KUNIT_EXPECT_EQ(test, xe_wait32(hw, XE_REG(0x400), 0xff, 0x35, 10000000, &last),
				-ENODEV);
	}
}

static void test_rmw(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);

	xe_hw_scoped(hw, xe) {
		xe_fake_poke(0x400, 0xf0f0);
		KUNIT_EXPECT_EQ(test, xe_rmw32(hw, XE_REG(0x400), 0xff, 0x0f), 0xf0f0);
		KUNIT_EXPECT_EQ(test, xe_fake_peek(0x400), 0xf00f);
		KUNIT_EXPECT_EQ(test, xe_fake_accesses(), 2);
		xe_rmw32(hw, XE_REG(0x400), 0xff, 0x0f);
		KUNIT_EXPECT_EQ(test, xe_fake_accesses(), 3);

		xe_fake_poke(0x408, 0x11);
		xe_fake_poke(0x40c, 0x22);
		KUNIT_EXPECT_EQ(test, xe_read64(hw, XE_REG(0x408)), 0x2200000011ull);
	}
}

static struct kunit_case door_cases[] = {
	KUNIT_CASE_PARAM(test_section, leave_gen_params),
	KUNIT_CASE(test_section_not_published),
	KUNIT_CASE(test_section_unplugged),
	KUNIT_CASE(test_section_dma),
	KUNIT_CASE(test_section_awake),
	KUNIT_CASE(test_keep_awake),
	KUNIT_CASE(test_keep_awake_lost),
	KUNIT_CASE(test_keep_awake_unbind),
	KUNIT_CASE(test_wake_unbind),
	KUNIT_CASE(test_told_lost),
	KUNIT_CASE(test_told_wedged),
	KUNIT_CASE(test_told_lost_at_unbind),
	KUNIT_CASE(test_parked),
	KUNIT_CASE(test_parks_behind_section),
	KUNIT_CASE_SLOW(test_parks_for_so_long),
	KUNIT_CASE(test_work_cannot_resume),
	KUNIT_CASE(test_steps),
	KUNIT_CASE(test_shutdown),
	KUNIT_CASE(test_step_fails),
	KUNIT_CASE(test_vanish),
	KUNIT_CASE(test_lost_alive),
	KUNIT_CASE(test_lost_restored),
	KUNIT_CASE(test_pending),
	KUNIT_CASE(test_allow_master),
	KUNIT_CASE(test_out_of_reach),
	KUNIT_CASE(test_call),
	KUNIT_CASE(test_call_lost),
	KUNIT_CASE(test_call_unbind),
	KUNIT_CASE(test_all_ones),
	KUNIT_CASE(test_away),
	KUNIT_CASE(test_wait),
	KUNIT_CASE(test_rmw),
	{ }
};

static struct kunit_suite door_suite = {
	.name = "xe_door",
	.test_cases = door_cases,
};

kunit_test_suite(door_suite);
