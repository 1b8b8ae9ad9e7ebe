/* SPDX-License-Identifier: MIT */
/* The mailbox of the power controller: a command, two words of data, a busy bit. */
#ifndef XE_MODEL_PCODE_H
#define XE_MODEL_PCODE_H

#include "reg.h"

#define PCODE_MAILBOX		0x138124
#define   PCODE_READY		BIT(31)
#define PCODE_DATA0		0x138128
#define PCODE_DATA1		0x13812c

struct pcode *pcode_create(struct gpu *gpu);
void pcode_destroy(struct pcode *pcode);
void pcode_reset(struct gpu *gpu);

/* Hooks */
reg_read_fn pcode_read, pcode_data_read;
reg_write_fn pcode_write, pcode_data_write;

#endif
