// SPDX-License-Identifier: MIT
/*
 * The GuC of one GT: creation, reset, what the doorbell and the main loop set going, and the control
 * commands that show it.
 *
 * struct guc owns everything that the firmware knows.  It calls the engines (cs.h); nothing calls
 * back into it but register hooks, the main loop and its own timers.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "ctl.h"
#include "fault.h"
#include "guc_internal.h"
#include "journal.h"
#include "mem.h"
#include "pci.h"

static u64 ggtt_start(struct guc *guc)
{
	u32 size = guc_reg(guc, GUC_WOPCM_SIZE), base = guc_reg(guc, DMA_GUC_WOPCM_OFFSET);

	if (!(size & GUC_WOPCM_SIZE_LOCKED) || !(base & GUC_WOPCM_OFFSET_VALID))
		return GUC_WOPCM_MAX;
	return ((size & GENMASK(31, 12)) + (u64)(base & GENMASK(31, 14)) + MIB(1) - 1) & ~(MIB(1) - 1);
}

bool guc_buffer_ok(struct guc *guc, u64 addr, u64 len)
{
	struct xlat x;
	u64 page;

	if (addr < ggtt_start(guc) || addr >= GUC_GGTT_END || len > GUC_GGTT_END - addr)
		return false;
	for (page = addr & ~(u64)(PAGE_4K - 1); page < addr + len; page += PAGE_4K)
		if (ggtt_xlate(guc->gpu, page, false, &x))
			return false;
	return true;
}

/* The firmware dies: it says so once, and then nothing more. */
void guc_crash(struct guc *guc)
{
	journal_add(guc->gpu, J_GUC, "gt%u firmware crash", guc->gt->id);
	guc_reg_set(guc, SOFT_SCRATCH(15), guc_reg(guc, SOFT_SCRATCH(15)) | BIT(1) | BIT(30));
	guc_ct_event(guc, G2H_CRASH_POSTED, NULL, 0);
	guc->state = GUC_CRASHED;
	guc_ct_flush(guc);
}

void guc_disorder(struct guc *guc, enum violation what, const char *fmt, ...)
{
	char text[120];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (guc->ct.tainted)
		journal_add(guc->gpu, J_GUC, "after a lost message, %s: %s", violation_name(what), text);
	else
		violation(guc->gpu, what, "%s", text);
}

void guc_reset(struct gt *gt)
{
	struct guc *guc = gt->guc;

	if (guc->working) {
		guc->reset_pending = true;
		return;
	}
	guc->reset_pending = false;
	guc->rung = false;
	guc_boot_reset(guc);
	guc_mbox_reset(guc);
	guc_ct_reset(guc);
	guc_slpc_reset(guc);
	guc_sched_reset(guc);
	guc_contexts_reset(guc);
	guc->state = GUC_IN_RESET;
	guc_reg_set(guc, GUC_STATUS, fault_take(guc->gpu, FAULT_GUC_NO_RESET, NULL) ? 0 : BIT(0));
	journal_add(guc->gpu, J_GUC, "gt%u reset", gt->id);
}

static void read_messages(struct guc *guc)
{
	guc->rung = false;
	guc_mbox_handle(guc);
	guc_ct_receive(guc);
}

/* Answers, events and their interrupt go out after the work that caused them. */
static bool guc_work(struct guc *guc, unsigned int budget)
{
	bool left;

	if (guc->rung)
		read_messages(guc);
	if (guc->state != GUC_RUNNING)
		return false;
	guc->working = true;
	left = guc_sched_run(guc, budget);
	guc->working = false;
	if (guc->reset_pending) {
		guc_reset(guc->gt);
		return false;
	}
	guc_ct_flush(guc);
	guc_sched_timer(guc);
	return left || guc->rung;
}

void guc_doorbell(struct gt *gt)
{
	struct guc *guc = gt->guc;
	struct gpu *gpu = gt->gpu;

	if (is_gone(gpu))
		return;
	count(gpu, CNT_DOORBELL);
	if (pci_power_state(gpu))
		violation(gpu, V_DOORBELL_ASLEEP, "gt%u doorbell in D%u", gt->id,
			  pci_power_state(gpu));
	if (guc->state == GUC_IN_RESET || guc->state == GUC_BOOTING)
		violation(gpu, V_DOORBELL_NO_FIRMWARE, "gt%u doorbell while no firmware runs",
			  gt->id);
	if (guc->state != GUC_RUNNING)
		return;
	guc->rung = true;
	if (!guc->working)
		guc_work(guc, GPU_SYNC_BUDGET);
}

static bool run_orphans(struct guc *guc, unsigned int budget)
{
	bool more;

	guc->working = true;
	more = guc_sched_orphans(guc, budget);
	guc->working = false;
	if (guc->reset_pending)
		guc_reset(guc->gt);
	return more;
}

bool guc_run(struct gt *gt, unsigned int budget)
{
	struct guc *guc = gt->guc;

	if (guc->working || is_gone(gt->gpu) || pci_power_state(gt->gpu))
		return false;
	return guc->state == GUC_RUNNING ? guc_work(guc, budget) : run_orphans(guc, budget);
}

void guc_check_quiet(struct gt *gt)
{
	if (!is_gone(gt->gpu))
		guc_sched_check_stopped(gt->guc, "unbound");
}

/* ---- a log that is written all the time ---- */

#define LOG_VALID	BIT(0)
#define LOG_ADDR	GENMASK(31, 12)
#define LOG_WORD	(PAGE_4K - 4)	/* behind the states, in front of the log itself */

static void chatter(void *arg)
{
	struct guc *guc = arg;
	u64 log = (guc->boot.params[0] & LOG_ADDR) + LOG_WORD;
	u32 word;

	guc->chatter_timer = clk_after(guc->gpu->clk, guc->chatter_us * USEC, chatter, guc);
	if (guc->state != GUC_RUNNING || is_gone(guc->gpu) || pci_power_state(guc->gpu) ||
	    !(guc->boot.params[0] & LOG_VALID))
		return;
	/* Both ways, and the log stays what it was. */
	if (!ggtt_read32(guc->gpu, log, &word))
		ggtt_write32(guc->gpu, log, word);
}

static int ctl_chatter(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	u64 us = 0;

	if (argc != 2 || (strcmp(argv[1], "off") != 0 && (!ctl_number(argv[1], &us) || !us || us > MSEC)))
		return -EINVAL;
	for (unsigned int i = 0; i < gpu->num_gts; i++) {
		struct guc *guc = gpu->gts[i].guc;

		clk_cancel(gpu->clk, guc->chatter_timer);
		guc->chatter_timer = 0;
		guc->chatter_us = us;
		if (us)
			guc->chatter_timer = clk_after(gpu->clk, us * USEC, chatter, guc);
	}
	return 0;
}

static const char *state_name(enum guc_state state)
{
	static const char *const names[] = {
		[GUC_IN_RESET] = "in reset", [GUC_BOOTING] = "booting", [GUC_RUNNING] = "running",
		[GUC_FAILED] = "boot failed", [GUC_CRASHED] = "crashed",
	};

	return names[state];
}

static void print_image(FILE *out, const char *name, const struct guc_image *image)
{
	if (!image->valid)
		return;
	fprintf(out, "  %s version %u.%u.%u, submission %u.%u.%u, %u bytes, date %x, private data %#x\n",
		name, image->version >> 16 & 0xff, image->version >> 8 & 0xff, image->version & 0xff,
		image->submission >> 16 & 0xff, image->submission >> 8 & 0xff,
		image->submission & 0xff, image->bytes, image->date, image->private_bytes);
}

static int ctl_guc(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	unsigned int i;

	for (i = 0; i < gpu->num_gts; i++) {
		struct guc *guc = gpu->gts[i].guc;

		fprintf(out, "gt%u %s, status %#010x, boots %llu, ADS %#llx with %u register lists (%u registers)\n",
			i, state_name(guc->state), guc_reg(guc, GUC_STATUS),
			(unsigned long long)guc->boot.boots, (unsigned long long)guc->ads.base,
			guc->ads.lists, guc->ads.list_regs);
		print_image(out, "guc", &guc->boot.fw);
		print_image(out, "huc", &guc->boot.huc);
		fprintf(out, "  slpc %s, min %u max %u MHz, rc mode %u\n",
			guc->slpc.shared ? "running" : "off", (guc->slpc.min * 50 + 1) / 3,
			(guc->slpc.max * 50 + 1) / 3, guc->slpc.rc_mode);
	}
	return 0;
}

static void print_ring(FILE *out, const char *name, const struct guc_ctb *ctb)
{
	fprintf(out, "  %s descriptor %#llx buffer %#llx words %u %s %u\n", name,
		(unsigned long long)ctb->desc, (unsigned long long)ctb->buf, ctb->size,
		name[0] == 'h' ? "head" : "tail", ctb->pos);
}

static int ctl_ct(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	unsigned int i;

	for (i = 0; i < gpu->num_gts; i++) {
		struct guc_ct *ct = &gpu->gts[i].guc->ct;

		fprintf(out, "gt%u %s%s, received %llu, sent %llu, waiting for room %u (ever %llu)\n",
			i, ct->enabled ? "enabled" : "disabled", ct->broken ? ", broken" : "",
			(unsigned long long)ct->received, (unsigned long long)ct->sent,
			ct->out_count, (unsigned long long)ct->queued);
		print_ring(out, "h2g", &ct->h2g);
		fprintf(out, "  %u words of h2g have waited at once\n", ct->most);
		print_ring(out, "g2h", &ct->g2h);
	}
	return 0;
}

static int ctl_contexts(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	unsigned int i;

	for (i = 0; i < gpu->num_gts; i++)
		guc_contexts_print(gpu->gts[i].guc, out);
	return 0;
}

static int ctl_actions(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	unsigned int i, a;
	const char *name;
	u16 code;

	for (i = 0; i < gpu->num_gts; i++)
		for (a = 0; (name = guc_action_name(a, &code)); a++)
			if (gpu->gts[i].guc->actions[a])
				fprintf(out, "gt%u %#06x %-20s %llu\n", i, code, name,
					(unsigned long long)gpu->gts[i].guc->actions[a]);
	return 0;
}

static void register_commands(struct gpu *gpu)
{
	ctl_register(gpu, "guc", "firmware state, versions, boot count, frequency limits", ctl_guc);
	ctl_register(gpu, "ct", "command channel: rings, positions, counts", ctl_ct);
	ctl_register(gpu, "chatter", "US|off: the firmware reads and writes its log so often", ctl_chatter);
	ctl_register(gpu, "contexts", "contexts: id, state, engine, ring, run time", ctl_contexts);
	ctl_register(gpu, "actions", "H2G messages by action", ctl_actions);
}

struct guc *guc_create(struct gt *gt)
{
	struct guc *guc = calloc(1, sizeof(*guc));

	if (!guc)
		abort();
	guc->gt = gt;
	guc->gpu = gt->gpu;
	guc->mbox = gt->window ? MED_VF_SW_FLAG : VF_SW_FLAG;
	guc_contexts_init(guc);
	if (gt->id == 0)
		register_commands(gt->gpu);
	return guc;
}

void guc_destroy(struct guc *guc)
{
	if (!guc)
		return;
	clk_cancel(guc->gpu->clk, guc->chatter_timer);
	guc_sched_reset(guc);
	guc_contexts_reset(guc);
	guc_contexts_fini(guc);
	guc_boot_fini(guc);
	free(guc);
}
