/* SPDX-License-Identifier: MIT */
/*
 * Commands of copy engines.
 * Source: Linux 6.12 drivers/gpu/drm/xe/instructions/, hardware.rst xe-hw-commands.
 */
#ifndef _XE_ABI_BLT_COMMANDS_H_
#define _XE_ABI_BLT_COMMANDS_H_

#include <linux/bits.h>
#include <linux/types.h>

#define BLT_COMMAND(opcode, words)	(0x2u << 29 | (u32)(opcode) << 22 | ((words) - 2))

/*
 * Header; width, height and pitch, less one each; address, address; value and caching. A matrix is
 * so many rows of so many bytes, without it there is one row.
 */
#define MEM_SET_WORDS		7
#define MEM_SET			BLT_COMMAND(0x5b, MEM_SET_WORDS)
#define   MEM_SET_MATRIX	BIT(17)
#define   MEM_SET_MOCS		GENMASK(6, 3)		/* in the last word */
#define   MEM_SET_MAX_ROWS	BIT(18)

/*
 * Header; pitch and what it is of; corner; corner, of which neither row nor column is copied;
 * address, address; corner of the source; its pitch; its address, address. A pixel has 4 bytes.
 */
#define FAST_COPY_WORDS		10
#define FAST_COPY		BLT_COMMAND(0x42, FAST_COPY_WORDS)
#define   FAST_COPY_DEPTH_32	(0x3 << 24)		/* in the word of the pitch */
#define   FAST_COPY_TILE_4	(BIT(31) | BIT(30))	/* if tiled, then so */
#define   FAST_COPY_MOCS	GENMASK(23, 20)		/* with each pitch */
#define   FAST_COPY_MAX_ROWS	S16_MAX

#endif
