// SPDX-License-Identifier: MIT
/*
 * Faults on purpose.
 *
 * Owner of: the armed faults, the vanish countdown, and whether the card is gone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "fault.h"
#include "journal.h"
#include "mem.h"
#include "platform.h"

struct armed {
	bool on, has_value;
	u64 after, count, value, offset;
};

struct faults {
	struct armed armed[FAULT_COUNT];
	unsigned int kinds;	/* what counts towards vanishing */
	u64 left;		/* accesses until then; 0: not armed */
	bool gone;
};

#define X(symbol, name, text) [symbol] = { name, text },
static const struct { const char *name, *text; } table[FAULT_COUNT] = { FAULT_TABLE(X) };
#undef X

bool fault_armed(struct gpu *gpu, enum fault f)
{
	return gpu->faults->armed[f].on;
}

bool fault_take(struct gpu *gpu, enum fault f, u64 *value)
{
	struct armed *a = &gpu->faults->armed[f];

	if (!a->on)
		return false;
	if (a->after) {
		a->after--;
		return false;
	}
	if (a->count && !--a->count)
		a->on = false;
	if (a->has_value && value)
		*value = a->value;
	journal_add(gpu, J_FAULT, "%s", table[f].name);
	return true;
}

bool fault_take_for(struct gpu *gpu, enum fault f, u64 key)
{
	const struct armed *a = &gpu->faults->armed[f];

	return a->on && (!a->has_value || a->value == key) && fault_take(gpu, f, NULL);
}

bool fault_take_at(struct gpu *gpu, enum fault f, u32 off, u32 *value)
{
	u64 v = ALL_ONES;

	if (off != gpu->faults->armed[f].offset || !fault_take(gpu, f, &v))
		return false;
	*value = (u32)v;
	return true;
}

void vanish(struct gpu *gpu)
{
	bool quiet = journal_is_quiet(gpu);

	journal_quiet(gpu, false);
	gpu->faults->gone = true;
	gpu->faults->left = 0;
	journal_add(gpu, J_FAULT, "the card is gone");
	mem_vanish(gpu);
	journal_quiet(gpu, quiet);
}

bool is_gone(struct gpu *gpu)
{
	return gpu->faults->gone;
}

bool gone(struct gpu *gpu, unsigned int kind)
{
	struct faults *f = gpu->faults;

	if (!f->gone && f->left && (f->kinds & kind) && !--f->left)
		vanish(gpu);
	if (f->gone && kind != VANISH_DMA && journal_is_quiet(gpu))
		violation(gpu, V_TOUCHED_AFTER_UNBIND, "a card that is gone");
	return f->gone;
}

/*
 * Where `value` selects a visitor, another one never comes: the fault would silently do nothing.  A time
 * has an end.
 */
static u64 key_max(enum fault f)
{
	switch (f) {
	case FAULT_GUC_H2G_DROP:
	case FAULT_GUC_G2H_DROP:
	case FAULT_GUC_CRASH:
		return 0xffff;
	case FAULT_IRQ_LATE:
	case FAULT_GUC_MBOX_LATE:
	case FAULT_GUC_G2H_LATE:
		return 3600000000;	/* an hour */
	case FAULT_CS_HANG:
		return GUC_CLASS_COUNT - 1;
	default:
		return ~0ull;
	}
}

static int cmd_fault(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct armed a = { .on = true, .count = 1 };
	int f;

	(void)out;
	for (f = 0; f < FAULT_COUNT; f++)
		if (argc > 1 && !strcmp(argv[1], table[f].name))
			break;
	if (f == FAULT_COUNT)
		return -ENOENT;
	for (int i = 2; i < argc; i++) {
		char *eq = strchr(argv[i], '=');
		u64 n;

		if (!strcmp(argv[i], "off")) {
			a.on = false;
			continue;
		}
		if (!eq || !ctl_number(eq + 1, &n))
			return -EINVAL;
		if (!strncmp(argv[i], "after=", 6))
			a.after = n;
		else if (!strncmp(argv[i], "count=", 6))
			a.count = n;
		else if (!strncmp(argv[i], "value=", 6))
			a.value = n, a.has_value = true;
		else if (!strncmp(argv[i], "offset=", 7))
			a.offset = n;
		else
			return -EINVAL;
	}
	if (a.has_value && a.value > key_max((enum fault)f))
		return -ERANGE;
	gpu->faults->armed[f] = a;
	return 0;
}

static int cmd_faults(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	(void)argc;
	(void)argv;
	for (int f = 0; f < FAULT_COUNT; f++)
		fprintf(out, "%-20s %s%s\n", table[f].name, gpu->faults->armed[f].on ? "ARMED " : "",
			table[f].text);
	return 0;
}

static int cmd_vanish(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct faults *f = gpu->faults;
	u64 k;

	(void)out;
	if (argc == 2 && !strcmp(argv[1], "now")) {
		vanish(gpu);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "off")) {
		f->left = 0;
		return 0;
	}
	if (argc != 3 || !ctl_number(argv[2], &k) || !k)
		return -EINVAL;
	f->kinds = (strstr(argv[1], "read") ? VANISH_READ : 0) | (strstr(argv[1], "write") ? VANISH_WRITE : 0) |
		   (strstr(argv[1], "dma") ? VANISH_DMA : 0);
	if (!f->kinds)
		return -EINVAL;
	f->left = k;
	return 0;
}

static int cmd_restore(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	(void)argc;
	(void)argv;
	(void)out;
	memset(gpu->faults->armed, 0, sizeof(gpu->faults->armed));
	gpu->faults->gone = false;
	gpu->faults->left = 0;
	gpu_reset(gpu, GPU_RESET_POWER);
	return 0;
}

struct faults *faults_create(struct gpu *gpu)
{
	struct faults *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	if (gpu->ctl) {
		ctl_register(gpu, "fault", "NAME [after=N] [count=N] [value=V] [offset=O] | NAME off", cmd_fault);
		ctl_register(gpu, "faults", "list the faults there are", cmd_faults);
		ctl_register(gpu, "vanish", "now | off | KINDS K: at the K-th of read,write,dma", cmd_vanish);
		ctl_register(gpu, "restore", "a new card in the slot: power-on state, no faults", cmd_restore);
	}
	return f;
}

void faults_destroy(struct faults *f)
{
	free(f);
}
