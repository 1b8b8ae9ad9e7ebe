// SPDX-License-Identifier: MIT
/*
 * Context switch: loading, saving and dropping the context image (layout: lrc.c).
 *
 * A load takes the ring, the page-table root and the timestamp from their fixed places and executes
 * the image, which may hold load-register commands only; with restore inhibit just its first two
 * lists (ring and address space).  A save writes the whole image anew, as hardware does, so that
 * any saved image is complete.
 */
#include <errno.h>
#include <string.h>

#include "clk.h"
#include "cs_internal.h"
#include "journal.h"
#include "platform.h"
#include "reg.h"

#define MI_NOOP			0u
#define MI_BATCH_END		(0x0au << 23)
#define MI_LRI			(0x22u << 23)
#define   LRI_CS_RELATIVE	BIT(19)
#define   LRI_POSTED		BIT(12)
#define IMAGE_REG		GENMASK(12, 2)	/* offset bits that count in an image */

/* RING_BBSTATE in a saved image: opaque to the driver */
#define BB_DEPTH		GENMASK(1, 0)
#define BB_GGTT			BIT(4)
#define BB_ARB_OFF		BIT(8)
#define BB_ADDR_VALID		BIT(0)
#define STACK_GGTT		BIT(0)

u64 cs_ticks(const struct cs_engine *cs, u64 ns)
{
	return (u64)((unsigned __int128)ns * cs->gpu->platform->ref_clock_hz / 1000000000u);
}

u64 cs_engine_time(const struct cs_engine *cs)
{
	return cs_ticks(cs, clk_ns(cs->gpu->clk));
}

u64 cs_context_time(const struct cs_engine *cs)
{
	if (!cs->loaded)
		return cs->time_base;
	return cs->time_base + cs_engine_time(cs) - cs_ticks(cs, cs->load_ns);
}

static int bad_image(struct cs_engine *cs, enum violation what, const char *text, u32 value)
{
	violation(cs->gpu, what, "%s: context 0x%08x: %s (0x%x)", cs->info->name, cs->lrc, text,
		  value);
	return -EINVAL;
}

/* The driver lays the image out; with registers elsewhere the engine would read garbage. */
static int check_list(struct cs_engine *cs, const u32 *image, const struct lrc_list *list)
{
	u32 want = MI_LRI | LRI_CS_RELATIVE | (2u * list->count - 1);
	u32 header = image[list->word];
	unsigned int i;

	if ((header & ~LRI_POSTED) != want)
		return bad_image(cs, V_LRC_LAYOUT, "header is not that of the list", header);
	for (i = 0; i < list->count; i++) {
		u32 off = image[list->word + 1 + 2 * i];

		if ((off & IMAGE_REG) != list->regs[i])
			return bad_image(cs, V_LRC_LAYOUT, "unexpected register", off);
	}
	return 0;
}

static int check_layout(struct cs_engine *cs, const u32 *image)
{
	const struct lrc_list *list = lrc_layout(cs->info->class);
	bool fresh = image[LRC_CONTROL] & LRC_CONTROL_INHIBIT;
	int err = 0;

	for (; list->count && !err; list++) {
		/* The model's own list exists only after the first save. */
		if (fresh && list->word > 0x60)
			break;
		err = check_list(cs, image, list);
	}
	return err;
}

static int check_tail(struct cs_engine *cs, u32 tail)
{
	if (tail & 7 || tail >= cs->ring_size)
		return bad_image(cs, V_RING_TAIL, "tail", tail);
	return 0;
}

static int load_ring(struct cs_engine *cs, const u32 *image)
{
	cs->ring_ctl = image[LRC_CTL];
	cs->ring_start = image[LRC_START];
	cs->ring_size = (cs->ring_ctl & LRC_CTL_SIZE) + 4096;
	cs->head = image[LRC_HEAD];
	cs->tail = image[LRC_TAIL];
	if (!(cs->ring_ctl & LRC_CTL_VALID))
		return bad_image(cs, V_RING_INVALID, "ring control", cs->ring_ctl);
	if (cs->ring_start & (PAGE_4K - 1))
		return bad_image(cs, V_RING_INVALID, "ring start", cs->ring_start);
	if (cs->head & 3 || cs->head >= cs->ring_size)
		return bad_image(cs, V_RING_HEAD, "head", cs->head);
	return check_tail(cs, cs->tail);
}

void cs_stack_push(struct cs_engine *cs, u32 value)
{
	if (cs->pushed < CS_STACK_WORDS)
		cs->stack[cs->pushed++] = value;
}

/* One register of an image.  What load_ring() and friends took already is skipped here. */
static int restore_reg(struct cs_engine *cs, u32 rel, u32 value)
{
	switch (rel) {
	case RING_CONTEXT_CONTROL:
	case RING_HEAD:
	case RING_TAIL:
	case RING_START:
	case RING_CTL:
	case RING_BBADDR:
	case RING_BBADDR_UDW:
	case RING_BBSTATE:
	case RING_CTX_TIMESTAMP:
	case RING_CTX_TIMESTAMP_UDW:
	case RING_PDP0_LDW:
	case RING_PDP0_UDW:
		return 0;
	case RING_BB_STACK:
		cs_stack_push(cs, value);
		return 0;
	default:
		return reg_cs_write(cs->gpu, cs->info->base + rel, value);
	}
}

static int execute_image(struct cs_engine *cs, const u32 *image, unsigned int words)
{
	unsigned int i = 0, n, k;
	int err;

	while (i < words) {
		u32 header = image[i];

		if (header == MI_NOOP) {
			i++;
			continue;
		}
		if ((header & ~BIT(0)) == MI_BATCH_END)
			return 0;
		n = (header & 0xff) + 2;
		if ((header & ~(LRI_POSTED | 0xff)) != (MI_LRI | LRI_CS_RELATIVE) || !(n & 1) ||
		    i + n > LRC_REGS_WORDS)
			return bad_image(cs, V_LRC_GARBAGE, "not a load-register command", header);
		for (k = 1; k < n; k += 2) {
			err = restore_reg(cs, image[i + k] & IMAGE_REG, image[i + k + 1]);
			if (err)
				return err;
		}
		i += n;
	}
	return words < LRC_REGS_WORDS ? 0 : bad_image(cs, V_LRC_GARBAGE, "no end", 0);
}

/* After execute_image(): the levels of batches that the context was in. */
static int load_batches(struct cs_engine *cs, const u32 *image)
{
	u32 state = image[LRC_BB_STATE], i;

	cs->depth = FIELD_GET(BB_DEPTH, state);
	cs->arb_off = state & BB_ARB_OFF;
	if (!cs->depth != !(image[LRC_BB_ADDR] & BB_ADDR_VALID))
		return bad_image(cs, V_LRC_BATCH_STATE, "depth against address", state);
	if (!cs->depth)
		return 0;
	for (i = 0; i + 1 < cs->depth; i++) {
		cs->bb[i].ggtt = cs->stack[2 * i] & STACK_GGTT;
		cs->bb[i].addr = cs_addr(&cs->stack[2 * i]) & ~3ull;
	}
	cs->bb[i].ggtt = state & BB_GGTT;
	cs->bb[i].addr = ((u64)image[LRC_BB_ADDR_HI] << 32 | image[LRC_BB_ADDR]) & ~3ull;
	return 0;
}

/* With fixed slices a compute engine without one would wait for ever. */
static bool has_slice(const struct cs_engine *cs)
{
	u32 owners = reg_peek(cs->gpu, cs->gt->window + CCS_MODE);
	unsigned int slice;

	if (!(reg_peek(cs->gpu, cs->gt->window + RCU_MODE) & RCU_MODE_FIXED_SLICES))
		return true;
	for (slice = 0; slice < 4; slice++)
		if ((owners >> 3 * slice & 7) == cs->info->instance)
			return true;
	return false;
}

static void check_engine(struct cs_engine *cs)
{
	u32 mode = reg_peek(cs->gpu, cs->info->base + RING_MODE);

	if (!(mode & GFX_DISABLE_LEGACY_MODE))
		violation(cs->gpu, V_RING_MODE, "%s: RING_MODE 0x%x", cs->info->name, mode);
	if (cs->info->class == GUC_COMPUTE &&
	    !(reg_peek(cs->gpu, cs->gt->window + RCU_MODE) & RCU_MODE_CCS_ENABLE))
		violation(cs->gpu, V_CCS_DISABLED, "%s: RCU_MODE", cs->info->name);
	if (cs->info->class == GUC_COMPUTE && !has_slice(cs))
		violation(cs->gpu, V_CCS_DISABLED, "%s: CCS_MODE 0x%x", cs->info->name,
			  reg_peek(cs->gpu, cs->gt->window + CCS_MODE));
}

static int load_desc(struct cs_engine *cs, u64 desc)
{
	if (!(desc & LRC_DESC_VALID) || FIELD_GET(LRC_DESC_MODE, desc) != LRC_MODE_64BIT) {
		violation(cs->gpu, V_LRC_DESCRIPTOR, "%s: 0x%llx", cs->info->name,
			  (unsigned long long)desc);
		return -EINVAL;
	}
	cs->lrc = (u32)(desc & LRC_DESC_ADDR);
	cs->ppgtt = desc & LRC_DESC_PPGTT;
	return 0;
}

static void load_state(struct cs_engine *cs, const u32 *image)
{
	cs->control = image[LRC_CONTROL];
	cs->root = (u64)image[LRC_PDP0_HI] << 32 | image[LRC_PDP0_LO];
	cs->asid = image[LRC_ASID] & LRC_ASID_BITS;
	cs->time_base = (u64)image[LRC_TIMESTAMP_HI] << 32 | image[LRC_TIMESTAMP];
	cs->load_ns = clk_ns(cs->gpu->clk);
	cs->depth = 0;
	cs->arb_off = false;
	cs->arb_point = true;
	cs->pushed = 0;
	cs->progress = 0;
	cs->fenced_said = false;
	memset(cs->stack, 0, sizeof(cs->stack));
	cs->stopped = false;
	cs_flush_pages(cs);
}

/* What the image wants executed at each load: the second one ends itself. */
static int run_context_batches(struct cs_engine *cs)
{
	u32 indirect = reg_peek(cs->gpu, cs->info->base + RING_INDIRECT_CTX);
	u32 per_ctx = reg_peek(cs->gpu, cs->info->base + RING_BB_PER_CTX_PTR);
	u32 bytes = FIELD_GET(INDIRECT_CTX_LINES, indirect) * 64;

	if (bytes && cs_run_whole(cs, indirect & INDIRECT_CTX_ADDR, bytes))
		return bad_image(cs, V_LRC_CONTEXT_BATCH, "INDIRECT_CTX", indirect);
	if (per_ctx & PER_CTX_BB_VALID && cs_run_whole(cs, per_ctx & PER_CTX_BB_ADDR, 0))
		return bad_image(cs, V_LRC_CONTEXT_BATCH, "BB_PER_CTX_PTR", per_ctx);
	return 0;
}

int cs_load(struct cs_engine *cs, u64 desc)
{
	u32 image[LRC_REGS_WORDS];
	int err;

	if (cs->loaded) {
		violation(cs->gpu, V_CS_LOAD_TWICE, "%s", cs->info->name);
		return -EINVAL;
	}
	err = load_desc(cs, desc);
	if (err)
		return err;
	err = ggtt_read(cs->gpu, cs->lrc + LRC_REGS_OFFSET, image, sizeof(image));
	if (err)
		return err == -ENODEV ? err : -EFAULT;
	check_engine(cs);
	err = check_layout(cs, image);
	if (!err)
		err = load_ring(cs, image);
	if (err)
		return err;
	load_state(cs, image);
	if (cs->control & LRC_CONTROL_INHIBIT) {
		reg_poke(cs->gpu, cs->info->base + MI_SET_PREDICATE_RESULT, 0);
		err = execute_image(cs, image, LRC_RING_CONTEXT_WORDS);
	} else {
		err = execute_image(cs, image, LRC_REGS_WORDS);
		if (!err)
			err = load_batches(cs, image);
	}
	if (err)
		return err;
	cs->loaded = true;
	err = run_context_batches(cs);
	if (err) {
		cs->loaded = false;
		return err;
	}
	journal_add(cs->gpu, J_CS, "%s: load 0x%08x head 0x%x tail 0x%x", cs->info->name, cs->lrc,
		    cs->head, cs->tail);
	return 0;
}

bool cs_loaded(const struct cs_engine *cs)
{
	return cs->loaded;
}

int cs_update_tail(struct cs_engine *cs)
{
	u32 tail;
	int err;

	if (!cs->loaded)
		return -EINVAL;
	err = ggtt_read32(cs->gpu, cs->lrc + LRC_REGS_OFFSET + LRC_TAIL * 4, &tail);
	if (err)
		return err == -ENODEV ? err : -EFAULT;
	err = check_tail(cs, tail);
	if (!err)
		cs->tail = tail;
	return err;
}

static u32 bb_state(const struct cs_engine *cs)
{
	u32 state = cs->depth | (cs->arb_off ? BB_ARB_OFF : 0);

	if (cs->depth && cs->bb[cs->depth - 1].ggtt)
		state |= BB_GGTT;
	return state;
}

static u32 stack_word(const struct cs_engine *cs, unsigned int word)
{
	const struct cs_level *level = &cs->bb[word / 2];

	if (word / 2 + 1 >= cs->depth)
		return 0;
	if (word & 1)
		return (u32)(level->addr >> 32);
	return (u32)level->addr | (level->ggtt ? STACK_GGTT : 0);
}

/* Value of the register at @rel for the image; @nth: how often it came up already (stack port). */
static u32 save_reg(struct cs_engine *cs, u32 rel, unsigned int nth)
{
	const struct cs_level *level = cs->depth ? &cs->bb[cs->depth - 1] : NULL;
	u32 off = cs->info->base + rel;
	const struct reg *reg;

	switch (rel) {
	case RING_CONTEXT_CONTROL:
		return cs->control & ~LRC_CONTROL_INHIBIT;
	case RING_HEAD:
		return cs->head;
	case RING_START:
		return cs->ring_start;
	case RING_CTL:
		return cs->ring_ctl;
	case RING_BBADDR_UDW:
		return level ? (u32)(level->addr >> 32) : 0;
	case RING_BBADDR:
		return level ? (u32)level->addr | BB_ADDR_VALID : 0;
	case RING_BBSTATE:
		return bb_state(cs);
	case RING_CTX_TIMESTAMP:
		return (u32)cs_context_time(cs);
	case RING_CTX_TIMESTAMP_UDW:
		return (u32)(cs_context_time(cs) >> 32);
	case RING_PDP0_UDW:
		return (u32)(cs->root >> 32);
	case RING_PDP0_LDW:
		return (u32)cs->root;
	case RING_BB_STACK:
		return stack_word(cs, nth);
	default:
		reg = reg_find(cs->gpu, off);
		return reg_peek(cs->gpu, off) | (reg && reg->flags & REG_MASKED ? 0xffff0000 : 0);
	}
}

static void build_image(struct cs_engine *cs, u32 *image, u32 tail)
{
	const struct lrc_list *list = lrc_layout(cs->info->class);
	unsigned int i, end = 0, nth = 0;

	for (; list->count; list++) {
		u32 *at = image + list->word;

		*at++ = MI_LRI | LRI_CS_RELATIVE | (list->posted ? LRI_POSTED : 0) |
			(2u * list->count - 1);
		for (i = 0; i < list->count; i++) {
			u32 rel = list->regs[i];

			*at++ = cs->info->base + rel;
			*at++ = rel == RING_TAIL ? tail : save_reg(cs, rel, nth);
			if (rel == RING_BB_STACK)
				nth++;
		}
		end = (unsigned int)(at - image);
	}
	image[end] = MI_BATCH_END | BIT(0);
}

/*
 * The driver writes the tail while the context runs, so the tail in memory stays: the image is
 * written in two parts around it.
 */
static int write_image(struct cs_engine *cs, const u32 *image)
{
	u64 addr = cs->lrc + LRC_REGS_OFFSET;
	int err;

	cs_check_fenced(cs, addr);
	err = ggtt_write(cs->gpu, addr, image, LRC_TAIL * 4ul);
	if (!err)
		err = ggtt_write(cs->gpu, addr + (LRC_TAIL + 1) * 4ul, image + LRC_TAIL + 1,
				 (LRC_REGS_WORDS - LRC_TAIL - 1) * 4ul);
	return err;
}

int cs_save(struct cs_engine *cs)
{
	u32 image[LRC_REGS_WORDS] = { 0 };
	int err;

	if (!cs->loaded)
		return -EINVAL;
	build_image(cs, image, cs->tail);
	err = write_image(cs, image);
	cs->time_base = cs_context_time(cs);
	cs->loaded = false;
	journal_add(cs->gpu, J_CS, "%s: save 0x%08x head 0x%x depth %u", cs->info->name, cs->lrc,
		    cs->head, cs->depth);
	cs->depth = 0;
	return err && err != -ENODEV ? -EFAULT : err;
}

void cs_reset(struct cs_engine *cs)
{
	u32 time[3];	/* low word, register offset in between, high word */
	u64 addr = cs->lrc + LRC_REGS_OFFSET, now = cs_context_time(cs);

	if (cs->loaded) {
		journal_add(cs->gpu, J_CS, "%s: reset, dropping 0x%08x head 0x%x", cs->info->name,
			    cs->lrc, cs->head);
		time[0] = (u32)now;
		time[1] = cs->info->base + RING_CTX_TIMESTAMP_UDW;
		time[2] = (u32)(now >> 32);
		(void)ggtt_write32(cs->gpu, addr + LRC_HEAD * 4ul, cs->head);
		(void)ggtt_write(cs->gpu, addr + LRC_TIMESTAMP * 4ul, time, sizeof(time));
	}
	cs->time_base = now;
	cs->loaded = false;
	cs->stopped = false;
	cs->depth = 0;
	cs->arb_off = false;
	cs->progress = 0;
	cs_tlb_flush(cs);
}

void cs_power_reset(struct cs_engine *cs)
{
	cs->loaded = false;
	cs->stopped = false;
	cs->last = CS_IDLE;
	cs->depth = 0;
	cs->arb_off = false;
	cs->progress = 0;
	cs->time_base = 0;
	cs->lrc = 0;
	cs->head = 0;
	cs->tail = 0;
	cs->ipehr = 0;
	cs_tlb_flush(cs);
}
