/* SPDX-License-Identifier: MIT */
/*
 * Commands that an engine fetches from a ring or a batch.
 * Source: Linux 6.12 drivers/gpu/drm/xe/instructions/, hardware.rst xe-hw-commands.
 */
#ifndef _XE_ABI_MI_COMMANDS_H_
#define _XE_ABI_MI_COMMANDS_H_

#include <linux/bits.h>

/* The first word has the length, less two, in its low bits; a single word has none. */
#define MI_COMMAND(opcode)		((u32)(opcode) << 23)
#define MI_WORDS(n)			((n) - 2)

#define MI_NOOP				MI_COMMAND(0x00)
#define MI_USER_INTERRUPT		MI_COMMAND(0x02)

/* The context may be switched here */
#define MI_ARB_CHECK			MI_COMMAND(0x05)
#define   MI_ARB_CHECK_SET_PREPARSER	BIT(8)
#define   MI_ARB_CHECK_PREPARSER_OFF	BIT(0)

#define MI_ARB_ON_OFF			MI_COMMAND(0x08)
#define   MI_ARB_ENABLE			BIT(0)

#define MI_BATCH_BUFFER_END		MI_COMMAND(0x0a)

/* Header, value, address, address, 0 */
#define MI_SEMAPHORE_WAIT		(MI_COMMAND(0x1c) | MI_WORDS(5))
#define   MI_SEMAPHORE_WAIT_GGTT	BIT(22)
#define   MI_SEMAPHORE_WAIT_POLL	BIT(15)
#define   MI_SEMAPHORE_WAIT_EQUAL	(4 << 12)

/* Header, address, address, values */
#define MI_STORE_DATA_IMM_DW		(MI_COMMAND(0x20) | MI_WORDS(4))
#define MI_STORE_DATA_IMM_QW		(MI_COMMAND(0x20) | BIT(21) | MI_WORDS(5))
#define   MI_STORE_DATA_IMM_GGTT	BIT(22)

/* Header, then offset and value of each register */
#define MI_LOAD_REGISTER_IMM(n)		(MI_COMMAND(0x22) | MI_WORDS(1 + 2 * (n)))
#define   MI_LOAD_REGISTER_IMM_ENGINE	BIT(19)		/* offsets are relative to the engine */
#define   MI_LOAD_REGISTER_IMM_POSTED	BIT(12)

/* Header, offset, address, address */
#define MI_STORE_REGISTER_MEM		(MI_COMMAND(0x24) | MI_WORDS(4))
#define   MI_STORE_REGISTER_MEM_GGTT	BIT(22)
#define   MI_STORE_REGISTER_MEM_ENGINE	BIT(19)		/* the offset is relative to the engine */

/* Header, address, address, value */
#define MI_FLUSH_DW			(MI_COMMAND(0x26) | MI_WORDS(4))
#define   MI_FLUSH_DW_INVALIDATE_TLB	BIT(18)
#define   MI_FLUSH_DW_STORE		BIT(14)
#define   MI_FLUSH_DW_ADDRESS_GGTT	BIT(2)		/* in the address */

/* Header, address, address */
#define MI_BATCH_BUFFER_START		(MI_COMMAND(0x31) | MI_WORDS(3))
#define   MI_BATCH_BUFFER_START_PPGTT	BIT(8)

/* Header, flags, address, address, value, value; engines that have EUs */
#define PIPE_CONTROL			(0x3u << 29 | 0x3 << 27 | 0x2 << 24 | MI_WORDS(6))
#define   PIPE_CONTROL_UNTYPED_FLUSH	BIT(11)		/* in the header */
#define   PIPE_CONTROL_HDC_FLUSH	BIT(9)		/* in the header */
#define   PIPE_CONTROL_COMMAND_INVALIDATE	BIT(29)
#define   PIPE_CONTROL_TILE_FLUSH		BIT(28)
#define   PIPE_CONTROL_GGTT			BIT(24)
#define   PIPE_CONTROL_STORE_IN_STATUS		BIT(21)	/* the address is one in the status page */
#define   PIPE_CONTROL_STALL			BIT(20)
#define   PIPE_CONTROL_TLB_INVALIDATE		BIT(18)
#define   PIPE_CONTROL_STORE_QW			BIT(14)
#define   PIPE_CONTROL_TARGET_FLUSH		BIT(12)
#define   PIPE_CONTROL_INSTRUCTION_INVALIDATE	BIT(11)
#define   PIPE_CONTROL_TEXTURE_INVALIDATE	BIT(10)
#define   PIPE_CONTROL_FLUSH			BIT(7)
#define   PIPE_CONTROL_DATA_FLUSH		BIT(5)
#define   PIPE_CONTROL_VERTEX_INVALIDATE	BIT(4)
#define   PIPE_CONTROL_CONSTANT_INVALIDATE	BIT(3)
#define   PIPE_CONTROL_STATE_INVALIDATE		BIT(2)
#define   PIPE_CONTROL_DEPTH_FLUSH		BIT(0)

#endif
