// SPDX-License-Identifier: MIT
/*
 * Layouts of surfaces.
 *
 *	X	4 KiB tiles of 512 bytes by 8 rows, row after row
 *	4	4 KiB tiles of 128 bytes by 32 rows; the offset takes, from bit 0 on, these bits
 *		of x (u) and y (v):  u0 u1 u2 u3 v0 v1 u4 u5 v2 u6 v3 v4
 *	64	64 KiB tiles, their shape depends on the size of a pixel: 256 x 256, 512 x 128 or
 *		1024 x 64 (bytes x rows).  The shapes are documented; the order of the bits within a
 *		tile is this model's choice: a surface that only the blitter touches comes back
 *		as it was, one that the CPU reads as it lies may differ from silicon.
 *
 * Tiles follow each other in rows; a row of tiles is pitch times height of a tile.
 */
#include <errno.h>

#include "cs_surf.h"
#include "fault.h"

#define U(n)	(n)
#define V(n)	(0x10 | (n))

struct layout {
	u8 width, height;	/* log2 of bytes and rows of a tile */
	u8 run;			/* log2 of bytes that follow each other in a row */
	u8 bits[16];		/* per bit of the offset in the tile */
};

static const struct layout layout_x = {
	9, 3, 9, { U(0), U(1), U(2), U(3), U(4), U(5), U(6), U(7), U(8), V(0), V(1), V(2) }
};

static const struct layout layout_4 = {
	7, 5, 4, { U(0), U(1), U(2), U(3), V(0), V(1), U(4), U(5), V(2), U(6), V(3), V(4) }
};

/* By log2 of the bytes of a pixel */
static const struct layout layout_64[5] = {
	{ 8, 8, 4, { U(0), U(1), U(2), U(3), V(0), V(1), V(2), V(3), U(4), U(5), U(6), V(4),
		     V(5), V(6), U(7), V(7) } },
	{ 9, 7, 4, { U(0), U(1), U(2), U(3), V(0), V(1), V(2), U(4), U(5), U(6), V(3), V(4),
		     U(7), V(5), U(8), V(6) } },
	{ 9, 7, 4, { U(0), U(1), U(2), U(3), V(0), V(1), V(2), U(4), U(5), U(6), V(3), V(4),
		     U(7), V(5), U(8), V(6) } },
	{ 10, 6, 4, { U(0), U(1), U(2), U(3), V(0), V(1), U(4), U(5), U(6), U(7), V(2), V(3),
		      U(8), V(4), U(9), V(5) } },
	{ 10, 6, 4, { U(0), U(1), U(2), U(3), V(0), V(1), U(4), U(5), U(6), U(7), V(2), V(3),
		      U(8), V(4), U(9), V(5) } },
};

static const struct layout *layout_of(const struct surf *s)
{
	switch (s->tiling) {
	case TILE_X:
		return &layout_x;
	case TILE_4:
		return &layout_4;
	case TILE_64:
		return &layout_64[__builtin_ctz(s->bytes)];
	default:
		return NULL;
	}
}

/*
 * A tiled surface needs whole tiles in a row, a base at a page, and pixels of 2^n bytes.  The base of a surface
 * in 64 KiB tiles is not at a multiple of its tiles where memory is handed out in pages.
 */
bool surf_tiling_ok(const struct surf *s)
{
	const struct layout *l;

	if (s->tiling == TILE_LINEAR)
		return true;
	if (s->bytes & (s->bytes - 1) || s->bytes > 16)
		return false;
	l = layout_of(s);
	return s->pitch && !(s->pitch & ((1u << l->width) - 1)) &&
	       !(s->base & (PAGE_4K - 1));
}

u64 surf_offset(const struct surf *s, u32 x, u32 y, u32 *span)
{
	const struct layout *l = layout_of(s);
	unsigned int i, size;
	u64 off;

	if (!l) {
		*span = ~0u;
		return (u64)y * s->pitch + x;
	}
	size = l->width + l->height;
	off = (u64)(y >> l->height) * s->pitch << l->height;
	off += (u64)(x >> l->width) << size;
	for (i = 0; i < size; i++)
		off |= (u64)((l->bits[i] & 0x10 ? y : x) >> (l->bits[i] & 0xf) & 1) << i;
	*span = (1u << l->run) - (x & ((1u << l->run) - 1));
	return off;
}

int surf_at(struct cs_engine *cs, struct surf *s, u32 x, u32 y, u8 **ptr, u32 *span)
{
	u64 va = s->base + surf_offset(s, s->x + x, s->y + y, span);
	u64 page = va & ~(u64)(PAGE_4K - 1);
	struct xlat xl = { 0 };
	int err;

	if (!s->valid || s->page != page) {
		s->valid = false;
		err = cs_xlate(cs, page, false, s->write, &xl);
		s->null = xl.space == MEM_NULL;
		if (!err && !s->null) {
			s->ptr = phys_ptr(cs->gpu, xl.space, xl.addr, PAGE_4K, s->write);
			if (!s->ptr)
				err = is_gone(cs->gpu) ? -ENODEV : -EFAULT;
		}
		if (err) {
			cs_fault(cs, va, !cs->ppgtt, s->write, xl.level, err);
			return err;
		}
		s->valid = true;
		s->page = page;
	}
	*ptr = s->null ? NULL : s->ptr + va % PAGE_4K;
	*span = MIN(*span, PAGE_4K - (u32)(va % PAGE_4K));
	return 0;
}
