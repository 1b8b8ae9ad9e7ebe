// SPDX-License-Identifier: MIT
/*
 * Fuzzer of the command streamer.  Input: a byte that chooses the engine and how it ends, a byte that
 * counts patches of the context image (word, value), then words: half for the ring, half for a batch.
 */
#include "cs_bench.h"

static u32 take32(const u8 **data, size_t *size)
{
	u32 v = 0;
	size_t n = MIN(*size, 4u);

	memcpy(&v, *data, n);
	*data += n;
	*size -= n;
	return v;
}

static struct bench *bench_once(void)
{
	static void *bench;

	if (!bench && bench_setup(&bench))
		abort();
	return bench;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bench *b = bench_once();
	struct gt *gt = &b->gpu->gts[0];
	struct cs_error err;
	unsigned int used, n, i;
	u8 mode, patches;

	if (size < 2)
		return 0;
	mode = data[0];
	patches = data[1] % 8;
	data += 2;
	size -= 2;
	bench_tables(b);
	bench_use(b, cs_info(gt->engines[mode % gt->num_engines])->name);
	cs_power_reset(b->cs);
	for (i = 0; i < patches; i++) {
		u32 word = take32(&data, &size);

		image_of(b)[word % LRC_REGS_WORDS] = take32(&data, &size);
	}
	memset(b->vram + BATCH, 0, 65536);
	b->batch = 0;
	n = (unsigned int)MIN(size / 8, 1500u);
	RING(b, BATCH_START(VA_BATCH));
	for (i = 0; i < n; i++)
		RING(b, take32(&data, &size));
	for (i = 0; i < n; i++) {
		u32 word = take32(&data, &size);

		batch_add(b, &word, 1);
	}
	if (cs_load(b->cs, bench_desc() & ~(mode & 0x80 ? LRC_DESC_PPGTT : 0)))
		return 0;
	cs_run(b->cs, 500, &used, &err);
	if (mode & 0x40)
		cs_reset(b->cs);
	else
		cs_save(b->cs);
	if (!cs_load(b->cs, bench_desc()))
		cs_run(b->cs, 500, &used, &err);
	cs_power_reset(b->cs);
	return 0;
}
