/* SPDX-License-Identifier: MIT */
/*
 * Memory as the engines and the firmware see it: VRAM, the GSM (GGTT entries), GGTT and PPGTT.
 */
#ifndef XE_MODEL_MEM_H
#define XE_MODEL_MEM_H

#include "gpu.h"

enum mem_space { MEM_SYSTEM, MEM_VRAM, MEM_NULL };

struct mem *mem_create(struct gpu *gpu);
void mem_destroy(struct mem *mem);
void mem_reset(struct gpu *gpu, enum gpu_reset depth);

/* For the transport: memfds behind BAR 0's upper half and BAR 2, and their mappings. */
int mem_gsm_fd(struct gpu *gpu);
int mem_vram_fd(struct gpu *gpu);
u8 *mem_gsm(struct gpu *gpu);		/* GSM_SIZE bytes */
u8 *mem_vram(struct gpu *gpu);
u64 mem_gsm_size(struct gpu *gpu);
u64 mem_vram_size(struct gpu *gpu);
/* how much of VRAM the CPU can reach, through BAR 2 */
u64 mem_bar_size(struct gpu *gpu);
/*
 * The card is gone: mapped BARs read all ones.  At once where something was written, the rest of VRAM
 * (1 GiB at the most) with mem_darken(), a piece each; it returns whether more is to be done.
 */
void mem_vanish(struct gpu *gpu);
bool mem_darken(struct gpu *gpu);
/*
 * What is mapped is written without a message.  Remember what it holds now, and say later, once, whether
 * it is still the same; *@at is the offset of the first page that is not.
 */
void mem_remember(struct gpu *gpu);
bool mem_gsm_changed(struct gpu *gpu, u64 *at);
bool mem_vram_changed(struct gpu *gpu, u64 *at);

/* Where one address leads. */
struct xlat {
	enum mem_space space;
	u64 addr;		/* system: DMA address; VRAM: offset */
	u64 len;		/* bytes that are contiguous from here within the page */
	bool writable;
	u8 pat;
	u8 level;		/* PPGTT: level of the entry that ended the walk */
};

/*
 * 0, -EFAULT (no valid entry), -EPERM (write to read-only), -EINVAL (malformed entry; violation).
 * @root: PDP0 as in the context image.
 */
int ggtt_xlate(struct gpu *gpu, u64 addr, bool write, struct xlat *x);
int ppgtt_xlate(struct gpu *gpu, u64 root, u64 va, bool write, struct xlat *x);
/* Where an address of the GGTT leads now, without a TLB in between. */
int ggtt_peek(struct gpu *gpu, u64 addr, struct xlat *x);

/* What one engine may still know of page tables.  @name: the engine's. */
struct ppgtt_tlb *ppgtt_tlb_create(const char *name);
void ppgtt_tlb_destroy(struct ppgtt_tlb *tlb);
/* As ppgtt_xlate(), by that engine: a violation if it passes an entry that changed since it passed it last. */
int ppgtt_xlate_tlb(struct gpu *gpu, struct ppgtt_tlb *tlb, u32 asid, u64 root, u64 va, bool write, struct xlat *x);
void ppgtt_tlb_flush(struct ppgtt_tlb *tlb);
void ppgtt_tlb_flush_range(struct ppgtt_tlb *tlb, u32 asid, u64 start, u64 last);

/* The GGTT's TLB is empty: entries that were changed until now may be used. */
void ggtt_invalidate(struct gpu *gpu);
/*
 * True if an entry that the card used since then leads to system memory in [@dma, @dma + @size), as it was
 * when it was used; *@addr is its GGTT address.
 */
bool ggtt_reaches(struct gpu *gpu, u64 dma, u64 size, u64 *addr);

/* Whole transfers, page by page.  Same errors; after one in the middle the part before is done. */
int ggtt_read(struct gpu *gpu, u64 addr, void *buf, size_t len);
int ggtt_write(struct gpu *gpu, u64 addr, const void *buf, size_t len);
int ppgtt_read(struct gpu *gpu, u64 root, u64 va, void *buf, size_t len);
int ppgtt_write(struct gpu *gpu, u64 root, u64 va, const void *buf, size_t len);
int phys_read(struct gpu *gpu, enum mem_space space, u64 addr, void *buf, size_t len);
int phys_write(struct gpu *gpu, enum mem_space space, u64 addr, const void *buf, size_t len);
/*
 * A pointer to [addr, addr + len), valid until the next poll; NULL for null pages, or if the checks
 * of phys_read() failed.
 */
void *phys_ptr(struct gpu *gpu, enum mem_space space, u64 addr, size_t len, bool write);

static inline int ggtt_read32(struct gpu *gpu, u64 addr, u32 *v)
{
	return ggtt_read(gpu, addr, v, 4);
}

static inline int ggtt_write32(struct gpu *gpu, u64 addr, u32 v)
{
	return ggtt_write(gpu, addr, &v, 4);
}

#endif
