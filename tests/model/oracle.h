/* SPDX-License-Identifier: MIT */
/*
 * Who owns a page of VRAM, as the driver says it (option --oracle).
 *
 * Only the driver knows when it gave memory back.  One that is built for it tells four registers which no card
 * has: an address, a number of pages, and then what happened.  From then on any access of the card to a page
 * that nobody owns, also of a page-table walk, is a violation; and so is a translation that an engine remembers
 * from the page's last owner.  Pages that nothing was said of are not looked at.
 */
#ifndef XE_MODEL_ORACLE_H
#define XE_MODEL_ORACLE_H

#include "reg.h"

#define ORACLE_ADDR_LDW		0x3ff000	/* of VRAM */
#define ORACLE_ADDR_UDW		0x3ff004
#define ORACLE_PAGES		0x3ff008	/* of 4 KiB */
#define ORACLE_EVENT		0x3ff00c	/* to write it says the event */
#define   ORACLE_OWNED		1u
#define   ORACLE_FREED		2u

struct oracle *oracle_create(struct gpu *gpu);	/* after mem_create() */
void oracle_destroy(struct oracle *oracle);
void oracle_reset(struct gpu *gpu);		/* power-on: nothing is known */

/* An access of the card to VRAM: a violation if nobody owns a page of it. */
void oracle_check(struct gpu *gpu, u64 addr, u64 len, bool write);
/* What changes when the page gets another owner; 0: nothing is known of it. */
u32 oracle_epoch(struct gpu *gpu, u64 addr);

/* Hook */
reg_write_fn oracle_write;

#endif
