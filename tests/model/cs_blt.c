// SPDX-License-Identifier: MIT
/*
 * The blitter's fills and copies.  Each command is reduced to a rectangle of bytes between one or
 * two surfaces, done row by row in pieces that the budget of the run allows: cs->progress counts
 * bytes. A piece costs one unit of budget per 4 KiB of data and of overhead.
 */
#include <string.h>

#include "cs_surf.h"
#include "platform.h"

#define CLIENT_BLT		2u
#define BLT_OPCODE(header)	FIELD_GET(GENMASK(28, 22), header)
#define OP_BLOCK_COPY		0x41u
#define OP_FAST_COPY		0x42u
#define OP_FAST_COLOR		0x44u
#define OP_CTRL_SURF		0x48u
#define OP_MEM_COPY		0x5au
#define OP_MEM_SET		0x5bu

#define PIECE_COST		256u	/* bytes' worth of work that any piece of a row takes */

struct blit {
	struct surf dst, src;
	bool fill;
	u8 pattern[16];		/* fill: one pixel */
	u32 width, height;	/* bytes, rows */
};

static void fill_piece(const struct blit *b, u8 *to, u32 x, u32 n)
{
	unsigned int size = b->dst.bytes;
	u32 i;

	if (size == 1) {
		memset(to, b->pattern[0], n);
		return;
	}
	for (i = 0; i < n; i++)
		to[i] = b->pattern[(x + i) % size];
}

/* One piece of row @y from byte @x on: how many bytes were done, 0 after a fault. */
static u32 blit_piece(struct cs_engine *cs, struct blit *b, u32 x, u32 y)
{
	u8 *to, *from = NULL;
	u32 span, n = b->width - x;

	if (surf_at(cs, &b->dst, x, y, &to, &span))
		return 0;
	n = MIN(n, span);
	if (!b->fill) {
		if (surf_at(cs, &b->src, x, y, &from, &span))
			return 0;
		n = MIN(n, span);
	}
	if (!to)
		return n;
	if (b->fill)
		fill_piece(b, to, x, n);
	else if (from)
		memmove(to, from, n);
	else
		memset(to, 0, n);
	return n;
}

static enum cs_exec blit(struct cs_engine *cs, struct blit *b)
{
	u64 total = (u64)b->width * b->height, cost = 0, limit = (u64)cs->left * PAGE_4K;
	u32 n;

	b->dst.write = true;
	if (!surf_tiling_ok(&b->dst) || (!b->fill && !surf_tiling_ok(&b->src)))
		return cs_illegal(cs, "blit 0x%08x: tiled surface with bad base or pitch",
				  cs->cmd[0]);
	while (cs->progress < total) {
		if (cost >= limit) {
			cs->charge = cs->left;
			return X_AGAIN;
		}
		n = blit_piece(cs, b, (u32)(cs->progress % b->width),
			       (u32)(cs->progress / b->width));
		if (!n)
			return X_FAULT;
		cs->progress += n;
		cost += n + PIECE_COST;
	}
	cs->charge = MAX(1u, (unsigned int)(cost / PAGE_4K));
	return X_NEXT;
}

/* Bytes of a pixel by the field of block copy and fast colour; 96 bits: linear surfaces only */
static unsigned int pixel_bytes(u32 depth)
{
	static const u8 bytes[8] = { 1, 2, 4, 8, 12, 16, 0, 0 };

	return bytes[depth & 7];
}

/* Fast copy counts otherwise. */
static unsigned int fast_pixel_bytes(u32 depth)
{
	static const u8 bytes[8] = { 1, 2, 0, 4, 8, 16, 0, 0 };

	return bytes[depth & 7];
}

/* Tiled surfaces give their pitch in words. */
static u32 pitch_bytes(u32 pitch, enum tiling tiling)
{
	return tiling == TILE_LINEAR ? pitch : pitch * 4;
}

/* Rectangle from (@x1, @y1) to, not including, (@x2, @y2); coordinates are signed 16 bits. */
static enum cs_exec rectangle(struct cs_engine *cs, struct blit *b, u32 from, u32 to)
{
	int x1 = (int16_t)from, y1 = (int16_t)(from >> 16);
	int x2 = (int16_t)to, y2 = (int16_t)(to >> 16);

	if (x1 < 0 || y1 < 0)
		return cs_illegal(cs, "blit 0x%08x: rectangle at %d,%d", cs->cmd[0], x1, y1);
	b->dst.x = (u32)x1 * b->dst.bytes;
	b->dst.y = (u32)y1;
	/* An empty rectangle is no error. */
	b->width = x2 > x1 ? (u32)(x2 - x1) * b->dst.bytes : 0;
	b->height = y2 > y1 ? (u32)(y2 - y1) : 0;
	return X_NEXT;
}

static enum cs_exec source_corner(struct cs_engine *cs, struct blit *b, u32 from)
{
	int x1 = (int16_t)from, y1 = (int16_t)(from >> 16);

	if (x1 < 0 || y1 < 0)
		return cs_illegal(cs, "blit 0x%08x: source at %d,%d", cs->cmd[0], x1, y1);
	b->src.bytes = b->dst.bytes;
	b->src.x = (u32)x1 * b->src.bytes;
	b->src.y = (u32)y1;
	return X_NEXT;
}

static enum cs_exec mem_set(struct cs_engine *cs)
{
	const u32 *w = cs->cmd;
	bool matrix = w[0] & BIT(17);
	struct blit b = {
		.fill = true,
		.pattern = { (u8)(w[6] >> 24) },
		.width = (w[1] & GENMASK(23, 0)) + 1,
		.height = matrix ? (w[2] & GENMASK(17, 0)) + 1 : 1,
		.dst = { .base = cs_addr(w + 4), .bytes = 1,
			 .pitch = (w[3] & GENMASK(17, 0)) + 1 },
	};

	return blit(cs, &b);
}

/* Bit 19: width in pages of 256 bytes; bits 18:17: 0 linear, 1 matrix */
static enum cs_exec mem_copy(struct cs_engine *cs)
{
	const u32 *w = cs->cmd;
	bool pages = w[0] & BIT(19), matrix = FIELD_GET(GENMASK(18, 17), w[0]) == 1;
	struct blit b = {
		.width = pages ? ((w[1] & GENMASK(23, 0)) + 1) * 256 :
				 (w[1] & GENMASK(17, 0)) + 1,
		.height = matrix ? (w[2] & GENMASK(17, 0)) + 1 : 1,
		.src = { .base = cs_addr(w + 5), .bytes = 1,
			 .pitch = (w[3] & GENMASK(17, 0)) + 1 },
		.dst = { .base = cs_addr(w + 7), .bytes = 1,
			 .pitch = (w[4] & GENMASK(17, 0)) + 1 },
	};

	if (FIELD_GET(GENMASK(18, 17), w[0]) > 1)
		return cs_illegal(cs, "memory copy of type %u", FIELD_GET(GENMASK(18, 17), w[0]));
	if (pages && (b.src.base | b.dst.base) & 255)
		return cs_illegal(cs, "memory copy of pages that are not aligned");
	/* 2^24 pages do not fit 32 bits: as many rows of half of that */
	if (pages && !b.width) {
		b.width = BIT(31);
		b.src.pitch = BIT(31);
		b.dst.pitch = BIT(31);
		b.height = 2;
	}
	return blit(cs, &b);
}

static enum cs_exec fast_copy(struct cs_engine *cs)
{
	const u32 *w = cs->cmd;
	struct blit b = {
		.dst = { .base = cs_addr(w + 4), .tiling = FIELD_GET(GENMASK(14, 13), w[0]),
			 .bytes = fast_pixel_bytes(w[1] >> 24) },
		.src = { .base = cs_addr(w + 8), .tiling = FIELD_GET(GENMASK(21, 20), w[0]) },
	};
	enum cs_exec ret;

	if (!b.dst.bytes)
		return cs_illegal(cs, "fast copy with depth %u", w[1] >> 24 & 7);
	/* Tiling 2 means tile 4 only if these bits say so; there is no Y tiling here. */
	if ((b.dst.tiling == TILE_4 && !(w[1] & BIT(30))) ||
	    (b.src.tiling == TILE_4 && !(w[1] & BIT(31))))
		return cs_illegal(cs, "fast copy of a Y-tiled surface");
	b.dst.pitch = pitch_bytes(w[1] & 0xffff, b.dst.tiling);
	b.src.pitch = pitch_bytes(w[7] & 0xffff, b.src.tiling);
	ret = rectangle(cs, &b, w[2], w[3]);
	if (ret == X_NEXT)
		ret = source_corner(cs, &b, w[6]);
	return ret == X_NEXT ? blit(cs, &b) : ret;
}

static enum cs_exec block_copy(struct cs_engine *cs)
{
	const u32 *w = cs->cmd;
	struct blit b = {
		.dst = { .base = cs_addr(w + 4), .tiling = w[1] >> 30,
			 .bytes = pixel_bytes(w[0] >> 19) },
		.src = { .base = cs_addr(w + 9), .tiling = w[8] >> 30 },
	};
	enum cs_exec ret;

	if (!b.dst.bytes)
		return cs_illegal(cs, "block copy with depth %u", w[0] >> 19 & 7);
	b.dst.pitch = pitch_bytes((w[1] & GENMASK(17, 0)) + 1, b.dst.tiling);
	b.src.pitch = pitch_bytes((w[8] & GENMASK(17, 0)) + 1, b.src.tiling);
	ret = rectangle(cs, &b, w[2], w[3]);
	if (ret == X_NEXT)
		ret = source_corner(cs, &b, w[7]);
	if (ret != X_NEXT)
		return ret;
	b.dst.x += (w[6] & GENMASK(13, 0)) * b.dst.bytes;
	b.dst.y += w[6] >> 16 & GENMASK(13, 0);
	b.src.x += (w[11] & GENMASK(13, 0)) * b.src.bytes;
	b.src.y += w[11] >> 16 & GENMASK(13, 0);
	return blit(cs, &b);
}

static enum cs_exec fast_color(struct cs_engine *cs)
{
	const u32 *w = cs->cmd;
	struct blit b = {
		.fill = true,
		.dst = { .base = cs_addr(w + 4), .tiling = w[1] >> 30,
			 .bytes = pixel_bytes(w[0] >> 19) },
	};
	enum cs_exec ret;

	if (!b.dst.bytes)
		return cs_illegal(cs, "fast colour with depth %u", w[0] >> 19 & 7);
	memcpy(b.pattern, w + 7, sizeof(b.pattern));
	b.dst.pitch = pitch_bytes((w[1] & GENMASK(17, 0)) + 1, b.dst.tiling);
	ret = rectangle(cs, &b, w[2], w[3]);
	return ret == X_NEXT ? blit(cs, &b) : ret;
}

static bool is_gsc(const struct cs_engine *cs)
{
	return cs->info->class == GUC_GSC;
}

unsigned int blt_length(struct cs_engine *cs, u32 header)
{
	unsigned int len = (header & GENMASK(7, 0)) + 2;

	if (is_gsc(cs))
		return (header & GENMASK(21, 0)) + 2;
	if (cs->info->class != GUC_BLITTER)
		return 0;
	switch (BLT_OPCODE(header)) {
	case OP_BLOCK_COPY:
		return len == 12 || len == 22 ? len : 0;
	case OP_FAST_COPY:
	case OP_MEM_COPY:
		return len == 10 ? len : 0;
	case OP_FAST_COLOR:
		return len == 11 || len == 16 ? len : 0;
	case OP_CTRL_SURF:
		return len == 5 ? len : 0;
	case OP_MEM_SET:
		return len == 7 ? len : 0;
	default:
		return 0;
	}
}

enum cs_exec blt_exec(struct cs_engine *cs, unsigned int len)
{
	if (is_gsc(cs)) {
		cs->skipped++;
		return X_NEXT;
	}
	switch (BLT_OPCODE(cs->cmd[0])) {
	case OP_BLOCK_COPY:
		return block_copy(cs);
	case OP_FAST_COPY:
		return fast_copy(cs);
	case OP_FAST_COLOR:
		return fast_color(cs);
	case OP_MEM_COPY:
		return mem_copy(cs);
	case OP_MEM_SET:
		return mem_set(cs);
	default:	/* control surface copy: flat CCS is off, there is nothing to move */
		return X_NEXT;
	}
}
