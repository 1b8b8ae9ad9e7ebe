/* SPDX-License-Identifier: MIT */
/* Between mem.c (VRAM, GSM, physical accesses), mem_ggtt.c, mem_ppgtt.c and mem_ctl.c only. */
#ifndef XE_MODEL_MEM_INTERNAL_H
#define XE_MODEL_MEM_INTERNAL_H

#include <stdio.h>

#include "mem.h"

/* Bits that GGTT and PPGTT entries share */
#define PTE_PRESENT	BIT64(0)
#define PTE_ADDR	GENMASK64(45, 12)

/* 64 bits that the guest may change under our hands */
static inline u64 load64(const void *p)
{
	return __atomic_load_n((const u64 *)p, __ATOMIC_ACQUIRE);
}

/* A walk hands each entry it visits to @fn (control command "ppgtt"). */
typedef void pt_visit_fn(void *arg, unsigned int level, u64 table, unsigned int index, u64 entry);
int ppgtt_walk(struct gpu *gpu, u64 root, u64 va, bool write, struct xlat *x, pt_visit_fn *fn,
	       void *arg);
/* From the entry of @level, at least 1, which is present, on; @va within 48 bits. */
int ppgtt_walk_on(struct gpu *gpu, u64 entry, unsigned int level, u64 va, bool write, struct xlat *x);

/* @used: by the card, not to print it */
int ggtt_walk(struct gpu *gpu, u64 addr, struct xlat *x, bool used);

/* The entries that the card used since ggtt_invalidate(). */
struct ggtt_used *ggtt_used_create(u64 pages);
void ggtt_used_destroy(struct ggtt_used *used);
struct ggtt_used *mem_ggtt_used(struct gpu *gpu);

/* Check that [addr, addr + size) of a leaf lies in existing memory of @space. */
bool mem_in_range(struct gpu *gpu, enum mem_space space, u64 addr, u64 size);

void mem_ctl_init(struct gpu *gpu);

#endif
