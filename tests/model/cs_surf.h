/* SPDX-License-Identifier: MIT */
/* Surfaces of the blitter: where byte x of row y lies (cs_tile.c). */
#ifndef XE_MODEL_CS_SURF_H
#define XE_MODEL_CS_SURF_H

#include "cs_internal.h"

enum tiling { TILE_LINEAR, TILE_X, TILE_4, TILE_64 };

struct surf {
	u64 base;
	u32 pitch;		/* bytes */
	enum tiling tiling;
	unsigned int bytes;	/* of a pixel */
	u32 x, y;		/* where the rectangle starts: byte, row */
	bool write;
	/* the page last used */
	bool valid, null;
	u64 page;
	u8 *ptr;
};

/*
 * Byte @x of row @y of the rectangle: *ptr (NULL: a null page) and how many bytes of the row
 * follow in one piece.  0, or -errno after cs_fault().
 */
int surf_at(struct cs_engine *cs, struct surf *s, u32 x, u32 y, u8 **ptr, u32 *span);
/* Offset of byte @x of row @y from the surface's base (no rectangle). */
u64 surf_offset(const struct surf *s, u32 x, u32 y, u32 *span);
bool surf_tiling_ok(const struct surf *s);

#endif
