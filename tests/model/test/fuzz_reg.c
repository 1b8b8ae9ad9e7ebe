// SPDX-License-Identifier: MIT
/*
 * Fuzzer of the register file as the CPU sees it.  Input: accesses of 7 bytes: what, which register
 * (index into those there are, or an offset), value.  Every eighth round the engines run as well.
 */
#include <stdlib.h>
#include <string.h>

#include "../gt.h"
#include "../irq.h"

#define MAX_ACCESSES	512
#define WHAT_WRITE	BIT(0)
#define WHAT_OFFSET	BIT(1)
#define WHAT_RUN	GENMASK(4, 2)
#define WHAT_RAISE	GENMASK(7, 5)

static struct gpu *card;
static u32 offsets[4096];
static unsigned int num_offsets;

static void remember(void *arg, const struct reg *reg, u32 off, const char *name)
{
	if (num_offsets < ARRAY_SIZE(offsets))
		offsets[num_offsets++] = off;
}

static void one_access(const u8 *in)
{
	u32 value, off;
	u16 which;

	memcpy(&which, in + 1, 2);
	memcpy(&value, in + 3, 4);
	off = in[0] & WHAT_OFFSET ? which * 64u + (in[0] >> 2) : offsets[which % num_offsets];
	if (in[0] & WHAT_WRITE)
		reg_cpu_write(card, off, value);
	else
		reg_cpu_read(card, off);
	if (!(in[0] & WHAT_RUN))
		gpu_run(card, 100);
	if ((in[0] & WHAT_RAISE) == WHAT_RAISE)
		irq_raise(card, value & 7, value >> 8 & 31, (u16)(value >> 16));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true };
	unsigned int i;

	if (!card) {
		card = gpu_create(&opt);
		if (!card)
			abort();
		regs_for_each(card, remember, NULL);
	}
	gpu_reset(card, GPU_RESET_FLR);
	reg_cpu_write(card, FORCEWAKE_GT, 0x00010001);
	reg_cpu_write(card, FORCEWAKE_RENDER, 0x00010001);
	for (i = 0; i < MAX_ACCESSES && size >= 7; i++, data += 7, size -= 7)
		one_access(data);
	return 0;
}
