// SPDX-License-Identifier: MIT
/* Control commands that show memory: ggtt, ppgtt, vram. */
#include <errno.h>
#include <inttypes.h>

#include "ctl.h"
#include "mem_internal.h"

#define MAX_LINES	4096u

static const char *space_name(enum mem_space space)
{
	static const char *const names[] = { "system", "vram", "null" };

	return names[space];
}

static void print_xlat(FILE *out, const struct xlat *x, int err)
{
	if (err == -EFAULT)
		fprintf(out, "not mapped (level %u)\n", x->level);
	else if (err)
		fprintf(out, "malformed (level %u)\n", x->level);
	else
		fprintf(out, "%s 0x%" PRIx64 " +0x%" PRIx64 " %s pat %u level %u\n",
			space_name(x->space), x->addr, x->len, x->writable ? "rw" : "ro", x->pat,
			x->level);
}

static int ctl_ggtt(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	u64 addr, n = 1, i;
	struct xlat x;
	int err;

	if (argc < 2 || argc > 3 || !ctl_number(argv[1], &addr) ||
	    (argc == 3 && !ctl_number(argv[2], &n)))
		return -EINVAL;
	addr &= ~(u64)(PAGE_4K - 1);
	n = MIN(n, MAX_LINES);
	for (i = 0; i < n && addr / PAGE_4K < mem_gsm_size(gpu) / 8; i++, addr += PAGE_4K) {
		fprintf(out, "0x%08" PRIx64 ": 0x%016" PRIx64 " ", addr,
			load64(mem_gsm(gpu) + addr / PAGE_4K * 8));
		err = ggtt_walk(gpu, addr, &x, false);
		print_xlat(out, &x, err);
	}
	return 0;
}

static void print_entry(void *arg, unsigned int level, u64 table, unsigned int index, u64 entry)
{
	fprintf(arg, "level %u: table 0x%" PRIx64 " [%u] = 0x%016" PRIx64 "\n", level, table, index,
		entry);
}

static int ctl_ppgtt(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	u64 root, va;
	struct xlat x;
	int err;

	if (argc != 3 || !ctl_number(argv[1], &root) || !ctl_number(argv[2], &va))
		return -EINVAL;
	err = ppgtt_walk(gpu, root, va, false, &x, print_entry, out);
	print_xlat(out, &x, err);
	return 0;
}

static int ctl_vram(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	u64 off, len, i;

	if (argc != 3 || !ctl_number(argv[1], &off) || !ctl_number(argv[2], &len))
		return -EINVAL;
	len = MIN(len, (u64)MAX_LINES * 16);
	if (!mem_in_range(gpu, MEM_VRAM, off, len))
		return -ERANGE;
	for (i = 0; i < len; i++)
		fprintf(out, "%s%02x%s", i % 16 ? " " : "", mem_vram(gpu)[off + i],
			i % 16 == 15 || i + 1 == len ? "\n" : "");
	return 0;
}

void mem_ctl_init(struct gpu *gpu)
{
	ctl_register(gpu, "ggtt", "ADDR [N]: GGTT entries from ADDR on", ctl_ggtt);
	ctl_register(gpu, "ppgtt", "ROOT VA: walk of the page tables", ctl_ppgtt);
	ctl_register(gpu, "vram", "OFFSET LENGTH: bytes of VRAM", ctl_vram);
}
