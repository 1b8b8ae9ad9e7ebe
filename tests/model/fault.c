// SPDX-License-Identifier: MIT
/*
 * Faults on purpose.
 *
 * Owner of: the armed faults, the vanish countdown, and whether the card is gone or away.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "ctl.h"
#include "fault.h"
#include "irq.h"
#include "journal.h"
#include "mem.h"
#include "platform.h"

#define MAX_US	3600000000ull	/* an hour */
#define MAX_PAGE_FAULTS	1024	/* that many messages wait for room */

struct armed {
	bool on, has_value;
	u64 after, count, value, offset;
};

/* How the card goes at the end of the countdown. */
struct leave {
	bool back;		/* it comes back */
	u64 accesses, us;	/* after so many, or after so long; 0: "vanish off" says when */
	unsigned int kinds;	/* VANISH_*: what does not get through meanwhile */
};

struct faults {
	struct armed armed[FAULT_COUNT];
	unsigned int kinds;	/* what counts towards vanishing */
	u64 left;		/* accesses until then; 0: not armed */
	struct leave leave;
	bool gone, away, unheard;
	u64 away_left;		/* accesses until it is back; 0: they do not matter */
	unsigned int back_timer;
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

bool unheard(struct gpu *gpu)
{
	return gpu->faults->unheard;
}

void unheard_set(struct gpu *gpu, bool on)
{
	gpu->faults->unheard = on;
}

static void come_back(struct gpu *gpu)
{
	struct faults *f = gpu->faults;

	clk_cancel(gpu->clk, f->back_timer);
	f->back_timer = 0;
	if (f->away) {
		journal_add(gpu, J_FAULT, "the card is back");
		irq_unheard(gpu);
	}
	f->away = false;
}

static void back_timer(void *arg)
{
	come_back(arg);
}

static void go_away(struct gpu *gpu)
{
	struct faults *f = gpu->faults;

	f->away = true;
	f->unheard = true;
	f->away_left = f->leave.accesses;
	if (f->leave.us)
		f->back_timer = clk_after(gpu->clk, f->leave.us * 1000, back_timer, gpu);
	journal_add(gpu, J_FAULT, "the card is away");
}

/* An access of @kind while the card is away: true if it does not get through. */
static bool away(struct gpu *gpu, unsigned int kind)
{
	struct faults *f = gpu->faults;

	if (!(f->leave.kinds & kind))
		return false;
	if (kind != VANISH_DMA && f->away_left && !--f->away_left)
		come_back(gpu);
	return true;
}

bool is_gone(struct gpu *gpu)
{
	return gpu->faults->gone;
}

bool is_cut_off(struct gpu *gpu)
{
	const struct faults *f = gpu->faults;

	return f->gone || (f->away && f->leave.kinds & VANISH_DMA);
}

bool gone(struct gpu *gpu, unsigned int kind)
{
	struct faults *f = gpu->faults;

	if (!f->gone && f->left && (f->kinds & kind) && !--f->left) {
		if (f->leave.back)
			go_away(gpu);
		else
			vanish(gpu);
	}
	if ((f->gone || f->away) && kind & (VANISH_READ | VANISH_WRITE) && journal_is_quiet(gpu))
		violation(gpu, V_TOUCHED_AFTER_UNBIND, "a card that is gone");
	return f->gone || (f->away && away(gpu, kind));
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
		return MAX_US;
	case FAULT_GUC_PAGE_FAULT:
		return MAX_PAGE_FAULTS;
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
	for (int f = 0; f < FAULT_COUNT; f++)
		fprintf(out, "%-20s %s%s\n", table[f].name, gpu->faults->armed[f].on ? "ARMED " : "",
			table[f].text);
	return 0;
}

static bool number_after(const char *word, const char *key, u64 *value)
{
	size_t len = strlen(key);

	return !strncmp(word, key, len) && ctl_number(word + len, value);
}

/* for=N, us=N, config, dma: the words that follow KINDS K, or "now" */
static bool parse_leave(int argc, char **argv, struct leave *leave)
{
	*leave = (struct leave){ .kinds = VANISH_READ | VANISH_WRITE };
	for (; argc > 0; argc--, argv++) {
		if (!strcmp(*argv, "config"))
			leave->kinds |= VANISH_CONFIG;
		else if (!strcmp(*argv, "dma"))
			leave->kinds |= VANISH_DMA;
		else if (!number_after(*argv, "for=", &leave->accesses) && !number_after(*argv, "us=", &leave->us))
			return false;
		else
			leave->back = true;
	}
	/* The words on what does not get through are for a card that comes back. */
	return leave->us <= MAX_US && (leave->back || leave->kinds == (VANISH_READ | VANISH_WRITE));
}

static int vanish_now(struct gpu *gpu, int argc, char **argv)
{
	struct leave leave;

	if (!parse_leave(argc, argv, &leave))
		return -EINVAL;
	gpu->faults->left = 0;
	gpu->faults->leave = leave;
	if (leave.back)
		go_away(gpu);
	else
		vanish(gpu);
	return 0;
}

static int cmd_vanish(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct faults *f = gpu->faults;
	unsigned int kinds;
	struct leave leave;
	u64 k;

	if (argc >= 2 && !strcmp(argv[1], "now"))
		return vanish_now(gpu, argc - 2, argv + 2);
	if (argc == 2 && !strcmp(argv[1], "off")) {
		f->left = 0;
		come_back(gpu);
		return 0;
	}
	if (argc < 3 || !ctl_number(argv[2], &k) || !k || !parse_leave(argc - 3, argv + 3, &leave))
		return -EINVAL;
	kinds = (strstr(argv[1], "read") ? VANISH_READ : 0) | (strstr(argv[1], "write") ? VANISH_WRITE : 0) |
		(strstr(argv[1], "dma") ? VANISH_DMA : 0);
	if (!kinds)
		return -EINVAL;
	come_back(gpu);
	f->kinds = kinds;
	f->leave = leave;
	f->left = k;
	return 0;
}

static int cmd_restore(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	come_back(gpu);
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
		ctl_register(gpu, "vanish", "off | now ... | KINDS K ...: at the K-th of read,write,dma; "
			     "for=N us=N [config] [dma]: and is back", cmd_vanish);
		ctl_register(gpu, "restore", "a new card in the slot: power-on state, no faults", cmd_restore);
	}
	return f;
}

void faults_destroy(struct faults *f)
{
	free(f);
}
