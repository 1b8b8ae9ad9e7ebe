// SPDX-License-Identifier: MIT
/*
 * Interrupts: one vector, a tree of registers behind it.
 */

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/error-injection.h>

#include <drm/drm_print.h>

#include "hw/engine.h"
#include "hw/gt.h"
#include "hw/irq.h"
#include "hw/state.h"
#include "regs/irq.h"
#include "xe_device.h"
#include "xe_guc.h"
#include "xe_mmio.h"

/**
 * DOC: Interrupts
 *
 * The card sends a message when something is pending while the enable bit at the root of the tree
 * is set. In hard interrupt context the driver clears that bit, walks the tree down to its sources,
 * notes what each has to say, and sets the bit again; that takes a few register accesses for each
 * source that is pending and no more. What the events mean is looked at in the thread of the
 * interrupt: messages of a GuC are read there, and waiters are woken.
 *
 * A source is acknowledged before its memory is looked at, so that an event in between shows
 * up as another interrupt and not as none.
 *
 * Sources that the driver has no use for are masked: PCU, GSC. Display is left as it is; what it
 * had to say would be taken for an interrupt of somebody else.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * vector, handler, thread  devm          unbind, behind irq_stop()
 * enables and masks        bound side    irq_stop() at unbind
 * ======================== ============= ==========================================
 */

#define IDENTITY_TIMEOUT_US	100

#define ENGINE_EVENTS		(GT_RENDER_USER_INTERRUPT | GT_RENDER_PIPECTL_NOTIFY_INTERRUPT)
#define ENGINE_UPPER		IRQ_UPPER(ENGINE_EVENTS)
#define ENGINE_BOTH		(IRQ_UPPER(ENGINE_EVENTS) | IRQ_LOWER(ENGINE_EVENTS))

/* A mask register and the engines that it is for. */
struct mask_row {
	struct xe_reg reg;
	enum xe_engine_class class;
	u32 instances;
	u32 events;
};

static const struct mask_row masks[] = {
	{ RCS0_RSVD_INTR_MASK,		XE_ENGINE_RENDER,	 BIT(0),	ENGINE_UPPER },
	{ BCS_RSVD_INTR_MASK,		XE_ENGINE_COPY,		 BIT(0),	ENGINE_UPPER },
	{ XEHPC_BCS_INTR_MASK(3),	XE_ENGINE_COPY,		 GENMASK(8, 7),	ENGINE_BOTH },
	{ CCS_INTR_MASK(0),		XE_ENGINE_COMPUTE,	 GENMASK(1, 0),	ENGINE_BOTH },
	{ CCS_INTR_MASK(1),		XE_ENGINE_COMPUTE,	 GENMASK(3, 2),	ENGINE_BOTH },
	{ VCS_INTR_MASK(0),		XE_ENGINE_VIDEO_DECODE,	 GENMASK(1, 0),	ENGINE_BOTH },
	{ VCS_INTR_MASK(1),		XE_ENGINE_VIDEO_DECODE,	 GENMASK(3, 2),	ENGINE_BOTH },
	{ VCS_INTR_MASK(2),		XE_ENGINE_VIDEO_DECODE,	 GENMASK(5, 4),	ENGINE_BOTH },
	{ VCS_INTR_MASK(3),		XE_ENGINE_VIDEO_DECODE,	 GENMASK(7, 6),	ENGINE_BOTH },
	{ VECS_INTR_MASK(0),		XE_ENGINE_VIDEO_ENHANCE, GENMASK(1, 0),	ENGINE_BOTH },
	{ VECS_INTR_MASK(1),		XE_ENGINE_VIDEO_ENHANCE, GENMASK(3, 2),	ENGINE_BOTH },
};

static u32 engines_of(struct xe_hw_state *state, enum xe_engine_class class)
{
	u32 engines = 0;

	xe_for_each_gt(gt, state)
		engines |= xe_engine_mask(gt, class);
	return engines;
}

/* Write the enables and masks of all sources; with nothing on, as at unbind. */
static void program_sources(struct xe_hw hw, bool on)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	u32 compute = engines_of(state, XE_ENGINE_COMPUTE);
	u32 media = engines_of(state, XE_ENGINE_VIDEO_DECODE) |
		    engines_of(state, XE_ENGINE_VIDEO_ENHANCE);
	u32 guc = IRQ_UPPER(GUC_INTR_GUC2HOST);

	xe_write32(hw, RENDER_COPY_INTR_ENABLE, on ? ENGINE_BOTH : 0);
	xe_write32(hw, CCS_RSVD_INTR_ENABLE, on && compute ? ENGINE_UPPER : 0);
	xe_write32(hw, VCS_VECS_INTR_ENABLE, on && media ? ENGINE_BOTH : 0);

	for (unsigned int i = 0; i < ARRAY_SIZE(masks); i++) {
		const struct mask_row *row = &masks[i];
		bool used = engines_of(state, row->class) & row->instances;

		xe_write32(hw, row->reg, on && used ? ~row->events : ~0);
	}

	/* One enable for the GuCs of both GTs, a mask for each. */
	xe_write32(hw, GUC_SG_INTR_ENABLE, on ? guc : 0);
	if (state->num_gts > 1)
		guc |= IRQ_LOWER(GUC_INTR_GUC2HOST);
	xe_write32(hw, GUC_SG_INTR_MASK, on ? ~guc : ~0);
}

/* What others may have switched on and this driver never does. */
static void silence_the_rest(struct xe_hw hw)
{
	static const struct xe_reg off[] = {
		GPM_WGBOXPERF_INTR_ENABLE, GUNIT_GSC_INTR_ENABLE, PCU_IER, GU_MISC_IER,
	};
	static const struct xe_reg masked[] = {
		GPM_WGBOXPERF_INTR_MASK, GUNIT_GSC_INTR_MASK, HECI2_RSVD_INTR_MASK, PCU_IMR,
		GU_MISC_IMR,
		XEHPC_BCS_INTR_MASK(0), XEHPC_BCS_INTR_MASK(1), XEHPC_BCS_INTR_MASK(2),
	};
	static const struct xe_reg latched[] = {
		/* Twice: an event may be queued behind the one that shows. */
		PCU_IIR, PCU_IIR, GU_MISC_IIR, GU_MISC_IIR,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(masked); i++)
		xe_write32(hw, masked[i], ~0);
	for (unsigned int i = 0; i < ARRAY_SIZE(off); i++)
		xe_write32(hw, off[i], 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(latched); i++)
		xe_write32(hw, latched[i], ~0);
}

static void switch_off(struct xe_hw hw)
{
	struct xe_irq *irq = &xe_hw_state(hw)->irq;

	scoped_guard(spinlock_irq, &irq->lock) {
		irq->on = false;
		xe_write32(hw, DG1_MSTR_TILE_INTR, 0);
	}
	xe_hw_wait_irq_idle(hw);
	program_sources(hw, false);
	/* Last: what is below could set it again. */
	xe_write32(hw, GFX_MSTR_IRQ, ~0);
}

static void switch_on(struct xe_hw hw)
{
	struct xe_irq *irq = &xe_hw_state(hw)->irq;

	silence_the_rest(hw);
	program_sources(hw, true);
	xe_write32(hw, GFX_MSTR_IRQ, ~0);

	guard(spinlock_irq)(&irq->lock);
	irq->on = true;
	xe_write32(hw, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
}

/* Ask a source what it has to say; that acknowledges it. */
static u32 identify(struct xe_hw hw, unsigned int bank, unsigned int bit)
{
	u32 identity;
	int err;

	xe_write32(hw, IIR_REG_SELECTOR(bank), BIT(bit));
	err = xe_wait32_atomic(hw, INTR_IDENTITY_REG(bank), INTR_DATA_VALID, INTR_DATA_VALID,
			       IDENTITY_TIMEOUT_US, &identity);
	if (err) {
		if (err == -ETIMEDOUT)
			drm_err_ratelimited(&xe_hw_device(hw)->drm,
					    "interrupt %u.%u does not say what it is (%#x); if work hangs, reset the card\n",
					    bank, bit, identity);
		return 0;
	}
	xe_write32(hw, INTR_IDENTITY_REG(bank), identity);
	return identity;
}

static struct xe_engine *engine_of(struct xe_hw_state *state, unsigned int irq_class,
				   unsigned int instance)
{
	static const s8 classes[8] = {
		[RENDER_CLASS] = XE_ENGINE_RENDER,
		[VIDEO_DECODE_CLASS] = XE_ENGINE_VIDEO_DECODE,
		[VIDEO_ENHANCEMENT_CLASS] = XE_ENGINE_VIDEO_ENHANCE,
		[COPY_ENGINE_CLASS] = XE_ENGINE_COPY,
		[OTHER_CLASS] = -1, [6] = -1, [7] = -1,
		[COMPUTE_CLASS] = XE_ENGINE_COMPUTE,
	};
	struct xe_engine *engine = NULL;

	if (classes[irq_class] < 0)
		return NULL;
	xe_for_each_gt(gt, state)
		engine = engine ?: xe_engine_find(gt, classes[irq_class], instance);
	return engine;
}

static void note(struct xe_hw hw, u32 identity)
{
	unsigned int class = FIELD_GET(INTR_ENGINE_CLASS_MASK, identity);
	unsigned int instance = FIELD_GET(INTR_ENGINE_INSTANCE_MASK, identity);
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_engine *engine;

	lockdep_assert_held(&state->irq.lock);

	if (class == OTHER_CLASS && instance == OTHER_GUC_INSTANCE) {
		state->irq.guc_pending |= BIT(0);
		return;
	}
	if (class == OTHER_CLASS && instance == OTHER_MEDIA_GUC_INSTANCE) {
		state->irq.guc_pending |= BIT(1);
		return;
	}

	engine = engine_of(state, class, instance);
	if (engine)
		engine->events |= FIELD_GET(INTR_ENGINE_INTR_MASK, identity);
	else
		drm_dbg(&xe_hw_device(hw)->drm, "interrupt of class %u instance %u, which is not there\n",
			class, instance);
}

static void walk_bank(struct xe_hw hw, unsigned int bank)
{
	u32 value = xe_read32(hw, GT_INTR_DW(bank));
	unsigned long pending = value;
	unsigned int bit;

	if (xe_hw_is_lost(hw))
		return;

	for_each_set_bit(bit, &pending, 32) {
		u32 identity = identify(hw, bank, bit);

		if (identity)
			note(hw, identity);
	}
	xe_write32(hw, GT_INTR_DW(bank), value);
}

static irqreturn_t walk_tile(struct xe_hw hw)
{
	u32 pending = xe_read32(hw, GFX_MSTR_IRQ);
	irqreturn_t ret = IRQ_NONE;

	if (xe_hw_is_lost(hw))
		return IRQ_NONE;

	xe_write32(hw, GFX_MSTR_IRQ, pending);
	for (unsigned int bank = 0; bank < GT_INTR_DW_COUNT; bank++) {
		if (!(pending & GT_DW_IRQ(bank)))
			continue;
		walk_bank(hw, bank);
		ret = IRQ_WAKE_THREAD;
	}
	return ret;
}

static irqreturn_t hard_handler(struct xe_hw hw)
{
	struct xe_irq *irq = &xe_hw_state(hw)->irq;
	irqreturn_t ret = IRQ_NONE;
	u32 tiles;

	guard(spinlock)(&irq->lock);
	if (!irq->on || xe_hw_is_lost(hw))
		return IRQ_NONE;

	xe_write32(hw, DG1_MSTR_TILE_INTR, 0);
	tiles = xe_read32(hw, DG1_MSTR_TILE_INTR);
	if (xe_hw_is_lost(hw))
		return IRQ_NONE;

	if (tiles)
		xe_write32(hw, DG1_MSTR_TILE_INTR, tiles);
	if (tiles & DG1_MSTR_TILE(0))
		ret = walk_tile(hw);
	irq->count += ret != IRQ_NONE;

	xe_write32(hw, DG1_MSTR_TILE_INTR, DG1_MSTR_IRQ);
	return ret;
}

static u16 take_engine(struct xe_irq *irq, struct xe_engine *engine)
{
	guard(spinlock_irq)(&irq->lock);
	return xchg(&engine->events, 0);
}

static u32 take_gucs(struct xe_irq *irq)
{
	guard(spinlock_irq)(&irq->lock);
	return xchg(&irq->guc_pending, 0);
}

static irqreturn_t thread_handler(struct xe_hw hw)
{
	struct xe_hw_state *state = xe_hw_state(hw);
	struct xe_irq *irq = &state->irq;
	u32 gucs = take_gucs(irq);

	xe_for_each_gt(gt, state) {
		/* What a GuC has to say before it was booted is from another life. */
		if (gucs & BIT(gt->id) && READ_ONCE(xe_guc(hw, gt)->booted))
			xe_guc_irq(hw, gt);

		xe_for_each_engine(engine, gt) {
			u16 events = take_engine(irq, engine);

			if (events && irq->engine)
				irq->engine(hw, gt, engine, events);
		}
	}
	return IRQ_HANDLED;
}

static void irq_stop(struct xe_hw hw, void *unused)
{
	switch_off(hw);
}

/**
 * xe_irq_handle_engines - who is told of interrupts of engines
 * @hw: the token
 * @engine: called in the thread of the interrupt
 *
 * Context: probe, before the first context runs.
 */
void xe_irq_handle_engines(struct xe_hw hw, xe_irq_engine_t engine)
{
	xe_hw_state(hw)->irq.engine = engine;
}

/**
 * xe_irq_suspend - no interrupts from now on
 * @hw: the token
 *
 * A handler or thread that runs has ended when it returns.
 *
 * Context: bound, may sleep.
 */
void xe_irq_suspend(struct xe_hw hw)
{
	switch_off(hw);
}

/**
 * xe_irq_resume - undo xe_irq_suspend(); the registers may have lost their contents
 * @hw: the token
 *
 * Context: bound, may sleep.
 */
void xe_irq_resume(struct xe_hw hw)
{
	switch_on(hw);
}

/**
 * xe_irq_start - probe step: interrupts of the engines and GuCs that the fuses left
 * @bind: the token of a probe step
 *
 * Context: bound, may sleep.
 * Return: 0; -ENOSPC if the platform gives the card no MSI, or another negative error code.
 */
int xe_irq_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_irq *irq = &xe_hw_state(hw)->irq;
	int err;

	spin_lock_init(&irq->lock);
	/* Whatever ran before us may have left it on. */
	xe_write32(hw, DG1_MSTR_TILE_INTR, 0);

	err = xe_hw_request_irq(hw, hard_handler, thread_handler);
	if (err) {
		drm_err(&xe_hw_device(hw)->drm,
			"no interrupt for the card (%pe); it needs MSI or MSI-X (booted with pci=nomsi?)\n",
			ERR_PTR(err));
		return err;
	}

	switch_on(hw);
	return xe_hw_on_unbind(bind, irq_stop, NULL);
}
ALLOW_ERROR_INJECTION(xe_irq_start, ERRNO);
