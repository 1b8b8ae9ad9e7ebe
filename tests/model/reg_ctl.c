// SPDX-License-Identifier: MIT
/* Control commands on registers: "regs", "reg", "unknown". */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "reg.h"

struct dump {
	struct gpu *gpu;
	FILE *out;
	const char *pattern;
	unsigned int lines;
};

static const char *const domains[FW_COUNT] = {
	[FW_NONE] = "-", [FW_GT] = "gt", [FW_RENDER] = "render", [FW_GSC] = "gsc",
};

static void print_flags(FILE *out, const struct reg *reg)
{
	static const struct { u32 flag; const char *name; } names[] = {
		{ REG_MASKED, "masked" }, { REG_MCR, "mcr" }, { REG_KEEP_GT, "keep-gt" },
		{ REG_KEEP_FLR, "keep-flr" }, { REG_SHADOW, "shadow" }, { REG_DUMMY, "dummy" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (reg->flags & names[i].flag)
			fprintf(out, " %s", names[i].name);
	if (reg->read)
		fprintf(out, " read-hook");
	if (reg->write)
		fprintf(out, " write-hook");
}

static void dump_one(void *arg, const struct reg *reg, u32 off, const char *name)
{
	struct dump *d = arg;
	const char *domain = domains[reg->fw] ? domains[reg->fw] : "media";

	if (d->pattern && fnmatch(d->pattern, name, 0))
		return;
	fprintf(d->out, "%06x %08x %-40s n=%u reset=%08x ro=%08x w1c=%08x fw=%s", off,
		reg_peek(d->gpu, off), name, reg_accesses(d->gpu, off), reg->reset, reg->ro,
		reg->w1c, reg->flags & REG_ENGINE ? "engine" : domain);
	print_flags(d->out, reg);
	fputc('\n', d->out);
	d->lines++;
}

static int ctl_regs(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct dump d = { gpu, out, argc > 1 ? argv[1] : NULL, 0 };

	regs_for_each(gpu, dump_one, &d);
	return d.lines ? 0 : -ENOENT;
}

static void untouched_one(void *arg, const struct reg *reg, u32 off, const char *name)
{
	struct dump *d = arg;

	if (reg_accesses(d->gpu, off) || (d->pattern && fnmatch(d->pattern, name, 0)))
		return;
	fprintf(d->out, "%06x %s\n", off, name);
}

static int ctl_untouched(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	struct dump d = { gpu, out, argc > 1 ? argv[1] : NULL, 0 };

	regs_for_each(gpu, untouched_one, &d);
	return 0;
}

static int ctl_reg(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	const struct reg *reg;
	u64 off, value;

	if (argc < 2 || !ctl_number(argv[1], &off) || off >= 0x400000)
		return -EINVAL;
	reg = reg_find(gpu, (u32)off);
	if (!reg)
		return -ENOENT;
	if (argc > 2) {
		if (!ctl_number(argv[2], &value) || value > ALL_ONES)
			return -EINVAL;
		reg_poke(gpu, (u32)off, (u32)value);
	}
	fprintf(out, "%06" PRIx64 " %08x %s\n", off, reg_peek(gpu, (u32)off), reg->name);
	return 0;
}

static void unknown_one(void *arg, u32 off, u64 reads, u64 writes)
{
	fprintf(arg, "%06x reads=%" PRIu64 " writes=%" PRIu64 "\n", off, reads, writes);
}

static int ctl_unknown(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	regs_unknown(gpu, unknown_one, out);
	return 0;
}

void reg_ctl_init(struct gpu *gpu)
{
	ctl_register(gpu, "regs", "[pattern]: registers with their values", ctl_regs);
	ctl_register(gpu, "untouched", "[pattern]: registers that nobody accessed", ctl_untouched);
	ctl_register(gpu, "reg", "OFFSET [VALUE]: stored value of one register; set it", ctl_reg);
	ctl_register(gpu, "unknown", "unknown registers that were accessed", ctl_unknown);
}
