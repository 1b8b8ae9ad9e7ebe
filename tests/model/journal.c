// SPDX-License-Identifier: MIT
/*
 * Journal, counters, violations, and the quiet after unbind.
 *
 * Owner of: the journal file, the ring of the last lines, all counters, the kept violations.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "ctl.h"
#include "fault.h"
#include "guc.h"
#include "irq.h"
#include "journal.h"
#include "mem.h"

#define RING		4096
#define LINE		160
#define KEPT		256
#define MARKS		16

struct journal {
	FILE *file;
	u64 seq;
	enum jkind last_kind;
	char last[LINE];	/* what the newest line says */
	u64 again;		/* how often that came once more */
	char ring[RING][LINE];
	u64 counters[CNT_COUNT];
	u32 h2g[65536], g2h[65536];
	char kept[KEPT][LINE];
	unsigned int num_kept;
	bool quiet, fenced;
	struct mark {
		char name[32];
		u64 counters[CNT_COUNT];
	} marks[MARKS];
	unsigned int num_marks;
};

static const char *const counter_names[CNT_COUNT] = {
	[CNT_MMIO_READ] = "mmio-read", [CNT_MMIO_WRITE] = "mmio-write",
	[CNT_GSM_READ] = "gsm-read", [CNT_GSM_WRITE] = "gsm-write",
	[CNT_VRAM_READ] = "vram-read", [CNT_VRAM_WRITE] = "vram-write",
	[CNT_CFG_READ] = "config-read", [CNT_CFG_WRITE] = "config-write",
	[CNT_DMA_READ] = "dma-read", [CNT_DMA_WRITE] = "dma-write", [CNT_DMA_BLOCKED] = "dma-blocked",
	[CNT_MSI] = "msi",
	[CNT_H2G] = "h2g", [CNT_G2H] = "g2h", [CNT_MAILBOX] = "mailbox", [CNT_DOORBELL] = "doorbell",
	[CNT_JOB] = "context-loads", [CNT_CMD] = "commands", [CNT_CMD_SKIPPED] = "commands-not-executed",
	[CNT_GUC_BOOT] = "guc-boots", [CNT_GT_RESET] = "gt-resets", [CNT_ENGINE_RESET] = "engine-resets",
	[CNT_VIOLATION] = "violations", [CNT_UNKNOWN_REG] = "unknown-registers",
};

static const char *const kinds[] = {
	"rd", "wr", "cfg", "dma", "irq", "guc", "cs", "pm", "fault", "violation", "note",
};

static const struct {
	const char *name, *text;
} violation_kinds[V_COUNT] = {
#define X(symbol, name, text) [symbol] = { name, text },
	VIOLATION_TABLE(X)
#undef X
};

static void write_line(struct gpu *gpu, enum jkind kind, const char *text)
{
	struct journal *j = gpu->journal;
	char *line = j->ring[j->seq % RING];

	snprintf(line, LINE, "%llu %llu %s %s", (unsigned long long)j->seq,
		 (unsigned long long)(clk_ns(gpu->clk) / 1000), kinds[kind], text);
	j->seq++;
	if (j->file)
		fprintf(j->file, "%s\n", line);
}

static void write_again(struct gpu *gpu)
{
	struct journal *j = gpu->journal;
	char text[64];

	if (!j->again)
		return;
	snprintf(text, sizeof(text), "%llu times more", (unsigned long long)j->again);
	j->again = 0;
	write_line(gpu, j->last_kind, text);
}

/* An engine that polls a semaphore says the same a million times: that is one line, and one that counts. */
static void put_line(struct gpu *gpu, enum jkind kind, const char *text)
{
	struct journal *j = gpu->journal;

	if (kind == j->last_kind && !strcmp(text, j->last)) {
		j->again++;
		return;
	}
	write_again(gpu);
	j->last_kind = kind;
	snprintf(j->last, sizeof(j->last), "%s", text);
	write_line(gpu, kind, text);
}

void journal_add(struct gpu *gpu, enum jkind kind, const char *fmt, ...)
{
	char text[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_line(gpu, kind, text);
}

void journal_access(struct gpu *gpu, bool write, u32 offset, unsigned int size, u64 value)
{
	journal_add(gpu, write ? J_WR : J_RD, "%#x/%u = %#llx", offset, size, (unsigned long long)value);
	if (gpu->journal->quiet)
		violation(gpu, V_TOUCHED_AFTER_UNBIND, "%s %#x", write ? "write" : "read", offset);
}

const char *violation_name(enum violation what)
{
	return violation_kinds[what].name;
}

void violation(struct gpu *gpu, enum violation what, const char *fmt, ...)
{
	struct journal *j = gpu->journal;
	char text[LINE - 40], line[LINE];
	va_list ap;

	/* What the firmware or an engine stumbles over when the card goes is nobody's fault. */
	if (is_gone(gpu) && !j->quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(line, sizeof(line), "%s: %s", violation_name(what), text);
	put_line(gpu, J_VIOLATION, line);
	j->counters[CNT_VIOLATION]++;
	if (j->num_kept < KEPT)
		memcpy(j->kept[j->num_kept++], line, LINE);
}

void count_add(struct gpu *gpu, enum counter c, u64 n)
{
	gpu->journal->counters[c] += n;
}

void count(struct gpu *gpu, enum counter c)
{
	count_add(gpu, c, 1);
}

u64 counter_get(struct gpu *gpu, enum counter c)
{
	return gpu->journal->counters[c];
}

void count_action(struct gpu *gpu, bool h2g, u16 action)
{
	(h2g ? gpu->journal->h2g : gpu->journal->g2h)[action]++;
}

bool journal_is_quiet(struct gpu *gpu)
{
	return gpu->journal->quiet;
}

static void check_mapped(struct gpu *gpu)
{
	u64 at;

	if (mem_gsm_changed(gpu, &at))
		violation(gpu, V_TOUCHED_AFTER_UNBIND,
			  "GGTT entries were written, the first page at %#llx",
			  (unsigned long long)at);
	if (mem_vram_changed(gpu, &at))
		violation(gpu, V_TOUCHED_AFTER_UNBIND, "VRAM was written, the first page at %#llx",
			  (unsigned long long)at);
}

void journal_quiet(struct gpu *gpu, bool on)
{
	struct journal *j = gpu->journal;

	if (j->quiet == on)
		return;
	if (on) {
		mem_remember(gpu);
		irq_check_quiet(gpu);
		for (unsigned int id = 0; id < gpu->num_gts; id++)
			guc_check_quiet(&gpu->gts[id]);
	} else {
		check_mapped(gpu);
	}
	j->quiet = on;
}

static int cmd_journal(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct journal *j = gpu->journal;
	u64 n = 32;

	if (argc > 1 && !ctl_number(argv[1], &n))
		return -EINVAL;
	write_again(gpu);
	n = MIN(n, MIN(j->seq, (u64)RING));
	for (u64 i = j->seq - n; i < j->seq; i++)
		fprintf(out, "%s\n", j->ring[i % RING]);
	return 0;
}

static struct mark *mark_find(struct journal *j, const char *name)
{
	for (unsigned int i = 0; i < j->num_marks; i++)
		if (!strcmp(j->marks[i].name, name))
			return &j->marks[i];
	return NULL;
}

static int cmd_mark(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct journal *j = gpu->journal;
	struct mark *m;

	if (argc != 2 || strlen(argv[1]) >= sizeof(m->name))
		return -EINVAL;
	m = mark_find(j, argv[1]);
	if (!m && j->num_marks == MARKS)
		return -ENOSPC;
	if (!m)
		m = &j->marks[j->num_marks++];
	snprintf(m->name, sizeof(m->name), "%s", argv[1]);
	memcpy(m->counters, j->counters, sizeof(m->counters));
	journal_add(gpu, J_NOTE, "mark %s", argv[1]);
	return 0;
}

static int counters_since(struct journal *j, const char *name, FILE *out)
{
	const struct mark *m = mark_find(j, name);

	if (!m)
		return -ENOENT;
	for (int c = 0; c < CNT_COUNT; c++)
		fprintf(out, "%s %llu\n", counter_names[c],
			(unsigned long long)(j->counters[c] - m->counters[c]));
	return 0;
}

static int cmd_counters(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct journal *j = gpu->journal;

	if (argc == 3 && !strcmp(argv[1], "since"))
		return counters_since(j, argv[2], out);
	if (argc > 2 || (argc == 2 && strcmp(argv[1], "reset") != 0))
		return -EINVAL;
	for (int c = 0; c < CNT_COUNT; c++)
		fprintf(out, "%s %llu\n", counter_names[c], (unsigned long long)j->counters[c]);
	for (u32 a = 0; a < 65536; a++) {
		if (j->h2g[a])
			fprintf(out, "h2g-%#06x %u\n", a, j->h2g[a]);
		if (j->g2h[a])
			fprintf(out, "g2h-%#06x %u\n", a, j->g2h[a]);
	}
	if (argc == 2) {
		j->num_marks = 0;
		memset(j->counters, 0, sizeof(j->counters));
		memset(j->h2g, 0, sizeof(j->h2g));
		memset(j->g2h, 0, sizeof(j->g2h));
	}
	return 0;
}

static int cmd_violations(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct journal *j = gpu->journal;

	if (argc > 1 && !strcmp(argv[1], "kinds")) {
		for (unsigned int i = 0; i < V_COUNT; i++)
			fprintf(out, "%-28s %s\n", violation_kinds[i].name, violation_kinds[i].text);
		return 0;
	}
	for (unsigned int i = 0; i < j->num_kept; i++)
		fprintf(out, "%s\n", j->kept[i]);
	if (argc > 1 && !strcmp(argv[1], "clear")) {
		j->num_kept = 0;
		j->counters[CNT_VIOLATION] = 0;
	}
	return 0;
}

bool journal_is_fenced(struct gpu *gpu)
{
	return gpu->journal->fenced;
}

static int cmd_fenced(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	if (argc != 2 || (strcmp(argv[1], "on") != 0 && strcmp(argv[1], "off") != 0))
		return -EINVAL;
	gpu->journal->fenced = !strcmp(argv[1], "on");
	journal_add(gpu, J_NOTE, "fenced %s", argv[1]);
	return 0;
}

static int cmd_quiet(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	if (argc != 2)
		return -EINVAL;
	journal_quiet(gpu, !strcmp(argv[1], "on"));
	return 0;
}

struct journal *journal_create(struct gpu *gpu, const char *file)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	if (file)
		j->file = fopen(file, "w");
	if (gpu->ctl) {
		ctl_register(gpu, "journal", "[N]: the last N lines", cmd_journal);
		ctl_register(gpu, "mark", "NAME: a moment, for \"counters since NAME\"", cmd_mark);
		ctl_register(gpu, "counters", "[reset|since NAME]: how often what happened", cmd_counters);
		ctl_register(gpu, "violations", "[clear|kinds]: what must not happen and did", cmd_violations);
		ctl_register(gpu, "fenced", "on|off: any write of an engine is a violation", cmd_fenced);
		ctl_register(gpu, "quiet", "on|off: any access is a violation", cmd_quiet);
	}
	return j;
}

void journal_destroy(struct journal *j)
{
	if (j->file)
		fclose(j->file);
	free(j);
}
