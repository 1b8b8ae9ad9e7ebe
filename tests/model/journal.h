/* SPDX-License-Identifier: MIT */
/*
 * Journal: what happened, in order.  Counters: how often.  Violations: what must not happen.
 *
 * A violation is something that silicon would swallow and that a correct driver does not do.
 * It is journaled, counted, kept (the first 256) with its text, and printed by the control
 * command "violations".  It never stops the model.  violation.h lists the kinds.
 */
#ifndef XE_MODEL_JOURNAL_H
#define XE_MODEL_JOURNAL_H

#include "gpu.h"
#include "violation.h"

enum counter {
	CNT_MMIO_READ, CNT_MMIO_WRITE,		/* registers of BAR 0, per 32-bit access */
	CNT_GSM_READ, CNT_GSM_WRITE,		/* GGTT entries, only where trapped */
	CNT_VRAM_READ, CNT_VRAM_WRITE,		/* BAR 2, only where trapped */
	CNT_CFG_READ, CNT_CFG_WRITE,
	CNT_DMA_READ, CNT_DMA_WRITE,		/* transfers to or from guest memory */
	CNT_DMA_BLOCKED,			/* those that bus mastering kept on the card */
	CNT_MSI,
	CNT_H2G, CNT_G2H, CNT_MAILBOX, CNT_DOORBELL,
	CNT_JOB,				/* user interrupts / sequence writes are not jobs: contexts scheduled in */
	CNT_CMD, CNT_CMD_SKIPPED,		/* commands executed; skipped by length: "not executed" */
	CNT_GUC_BOOT, CNT_GT_RESET, CNT_ENGINE_RESET,
	CNT_VIOLATION, CNT_UNKNOWN_REG,
	CNT_COUNT
};

enum jkind { J_RD, J_WR, J_CFG, J_DMA, J_IRQ, J_GUC, J_CS, J_PM, J_FAULT, J_VIOLATION, J_NOTE };

struct journal *journal_create(struct gpu *gpu, const char *file);
void journal_destroy(struct journal *j);

/* Append a line.  Cheap when neither a file nor the ring buffer of the last lines wants it. */
void journal_add(struct gpu *gpu, enum jkind kind, const char *fmt, ...) PRINTF(3, 4);
/* Fast path for register accesses (no formatting unless written out). */
void journal_access(struct gpu *gpu, bool write, u32 offset, unsigned int size, u64 value);

void violation(struct gpu *gpu, enum violation what, const char *fmt, ...) PRINTF(3, 4);
const char *violation_name(enum violation what);

void count(struct gpu *gpu, enum counter c);
void count_add(struct gpu *gpu, enum counter c, u64 n);
u64 counter_get(struct gpu *gpu, enum counter c);
/* H2G and G2H actions by code, for "counters" output */
void count_action(struct gpu *gpu, bool h2g, u16 action);

/*
 * "Quiet": the driver said it is unbound; each access (register, GSM, VRAM, DMA, MSI; not config
 * space) from now on is a violation "touched-after-unbind".  GGTT entries and VRAM that are mapped are
 * compared, when quiet ends, with what they held when it began: a write is seen, a read is not, and of
 * a card that is gone only the GGTT entries are compared.
 */
void journal_quiet(struct gpu *gpu, bool on);
/*
 * "Fenced": every fence was signalled, so whoever waited may use the memory for something else.  A write by an
 * engine, or of its context, is a violation "write-after-fence" from now on.
 */
bool journal_is_fenced(struct gpu *gpu);
bool journal_is_quiet(struct gpu *gpu);

#endif
