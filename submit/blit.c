// SPDX-License-Identifier: MIT
/*
 * Batches that clear and copy memory.
 */

#include <linux/bitfield.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "abi/blt_commands.h"
#include "abi/mi_commands.h"
#include "hw/cache.h"
#include "submit/blit.h"

/**
 * DOC: Batches of copies
 *
 * Memory is filled and copied as rows of 4 KiB, in the address space of the context. A command does
 * at most 64 MiB, which takes an engine less than a millisecond in VRAM: only between two commands
 * it can be taken away from the context. This is memory only, and nothing can fail: a batch is full
 * when less was added to it than was asked for.
 *
 * What is written is not compressed, and resets the metadata of compression where it is written. To
 * read what may be compressed is a matter of the addresses, see submit/copy.c.
 */

#define ROW		SZ_4K
#define MAX_ROWS	(SZ_64M / ROW)

static_assert(MAX_ROWS <= MEM_SET_MAX_ROWS && MAX_ROWS <= FAST_COPY_MAX_ROWS);

static void put(struct xe_blit *blit, u32 word)
{
	blit->words[blit->used++] = word;
}

static void put_address(struct xe_blit *blit, u64 address)
{
	put(blit, lower_32_bits(address));
	put(blit, upper_32_bits(address));
}

/* Behind it there is still room for the end. */
static bool has_room(const struct xe_blit *blit, unsigned int words)
{
	return blit->used + words < ARRAY_SIZE(blit->words);
}

static u32 rows_of(u64 size)
{
	return min(size / ROW, MAX_ROWS);
}

static void clear_rows(struct xe_blit *blit, u64 to, u32 rows)
{
	put(blit, MEM_SET | MEM_SET_MATRIX);
	put(blit, ROW - 1);
	put(blit, rows - 1);
	put(blit, ROW - 1);
	put_address(blit, to);
	put(blit, FIELD_PREP(MEM_SET_MOCS, XE_MOCS_UNCACHED));
}

static void copy_rows(struct xe_blit *blit, u64 to, u64 from, u32 rows)
{
	u32 mocs = FIELD_PREP(FAST_COPY_MOCS, XE_MOCS_UNCACHED);

	put(blit, FAST_COPY);
	put(blit, FAST_COPY_TILE_4 | FAST_COPY_DEPTH_32 | mocs | ROW);
	put(blit, 0);
	put(blit, rows << 16 | ROW / sizeof(u32));
	put_address(blit, to);
	put(blit, 0);
	put(blit, mocs | ROW);
	put_address(blit, from);
}

/**
 * xe_blit_clear - add what fills memory with zeroes
 * @blit: the batch
 * @to: address
 * @size: in bytes, whole pages of 4 KiB
 *
 * Context: any.
 * Return: how many bytes, less than @size if the batch is full.
 */
u64 xe_blit_clear(struct xe_blit *blit, u64 to, u64 size)
{
	u64 done = 0;

	while (done < size && has_room(blit, MEM_SET_WORDS)) {
		u32 rows = rows_of(size - done);

		clear_rows(blit, to + done, rows);
		done += (u64)rows * ROW;
	}
	return done;
}

/**
 * xe_blit_copy - add what copies memory
 * @blit: the batch
 * @to: address
 * @from: address of what does not overlap it
 * @size: in bytes, whole pages of 4 KiB
 *
 * Context: any.
 * Return: how many bytes, less than @size if the batch is full.
 */
u64 xe_blit_copy(struct xe_blit *blit, u64 to, u64 from, u64 size)
{
	u64 done = 0;

	while (done < size && has_room(blit, FAST_COPY_WORDS)) {
		u32 rows = rows_of(size - done);

		copy_rows(blit, to + done, from + done, rows);
		done += (u64)rows * ROW;
	}
	return done;
}

/**
 * xe_blit_end - the batch is complete
 * @blit: the batch
 *
 * Context: any.
 * Return: its size in bytes.
 */
size_t xe_blit_end(struct xe_blit *blit)
{
	put(blit, MI_BATCH_BUFFER_END);
	return blit->used * sizeof(*blit->words);
}
