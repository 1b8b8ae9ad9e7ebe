// SPDX-License-Identifier: MIT
/*
 * Memory of the card: VRAM and GSM (the array of GGTT entries), both behind a sparse memfd that the
 * transport may hand to QEMU; and accesses by physical address.
 *
 * This file owns the two memfds, and copies by physical and by translated address.  mem_ggtt.c and
 * mem_ppgtt.c translate, mem_ctl.c prints.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dma.h"
#include "fault.h"
#include "journal.h"
#include "mem_internal.h"
#include "oracle.h"
#include "platform.h"

#define DARK_PIECE	MIB(1)
#define DARK_MAX	GIB(1)

struct area {
	int fd;
	u64 lead, size;		/* bytes of the file: unused ones first, then the area */
	u8 *map;
	u64 *sums;		/* what it held, page by page, when mem_remember() was called */
};

struct mem {
	struct area gsm, vram;
	struct ggtt_used *used;
	u64 dark;		/* of a card that is gone: VRAM up to here is all ones */
};

/* @lead: bytes of the file before the area, so that a BAR can be mapped at the BAR's own offsets */
static int area_create(struct area *a, const char *name, u64 lead, u64 size)
{
	a->fd = -1;
	a->lead = lead;
	a->size = size;
	if (!size)
		return 0;
	a->fd = memfd_create(name, MFD_CLOEXEC);
	if (a->fd < 0 || ftruncate(a->fd, (off_t)(lead + size)))
		return -errno;
	a->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, a->fd,
		      (off_t)lead);
	if (a->map == MAP_FAILED) {
		a->map = NULL;
		return -errno;
	}
	return 0;
}

static void area_destroy(struct area *a)
{
	if (a->map)
		munmap(a->map, a->size);
	if (a->fd >= 0)
		close(a->fd);
	free(a->sums);
}

static void area_zero(struct area *a)
{
	if (a->map && fallocate(a->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				(off_t)a->lead, (off_t)a->size))
		memset(a->map, 0, a->size);
}

/* The next pages that were ever touched, from *end on: [*start, *end) of the area.  False: no more. */
static bool area_next(const struct area *a, u64 *start, u64 *end)
{
	off_t data, hole;

	if (!a->map || *end >= a->size)
		return false;
	data = lseek(a->fd, (off_t)(a->lead + *end), SEEK_DATA);
	hole = data < 0 ? data : lseek(a->fd, data, SEEK_HOLE);
	if (hole <= data)
		return false;
	*start = (u64)data - a->lead;
	*end = MIN((u64)hole - a->lead, a->size);
	return true;
}

/* All ones in every page that was ever written; pages never touched stay holes. */
static void area_ones(struct area *a)
{
	u64 start, end = 0;

	while (area_next(a, &start, &end))
		memset(a->map + start, 0xff, end - start);
}

/* What memory holds that had no power: anything, but the same each time; pages never touched stay holes. */
static void area_noise(struct area *a)
{
	u64 start, end = 0, word = 0;

	while (area_next(a, &start, &end))
		for (u64 at = start; at < end; at += 8) {
			word = word * 6364136223846793005ull + 1442695040888963407ull;
			memcpy(a->map + at, &(u64){ word ^ word >> 29 }, 8);
		}
}

/* 0 for a page of zeros: to read a page that was never written makes it one. */
static u64 page_sum(const u8 *page)
{
	u64 sum = 0, word;

	for (size_t i = 0; i < PAGE_4K; i += 8) {
		memcpy(&word, page + i, 8);
		sum = (sum ^ word) * 1099511628211ull;
	}
	return sum;
}

/* A sum for each page of the area, in memory that takes no room where there is nothing. */
static u64 *area_sums(const struct area *a)
{
	u64 *sums = calloc(a->size / PAGE_4K + 1, sizeof(*sums)), start, end = 0;

	if (!sums)
		abort();
	while (area_next(a, &start, &end))
		for (u64 at = start; at < end; at += PAGE_4K)
			sums[at / PAGE_4K] = page_sum(a->map + at);
	return sums;
}

static void area_remember(struct area *a)
{
	free(a->sums);
	a->sums = area_sums(a);
}

/* True if something was written since area_remember(); *@at is the first such page.  Forgets. */
static bool area_changed(struct area *a, u64 *at)
{
	u64 *was = a->sums, *is, n = a->size / PAGE_4K, i;

	if (!was)
		return false;
	is = area_sums(a);
	for (i = 0; i < n && was[i] == is[i]; i++)
		;
	*at = i * PAGE_4K;
	free(was);
	free(is);
	a->sums = NULL;
	return i < n;
}

struct mem *mem_create(struct gpu *gpu)
{
	struct mem *mem = calloc(1, sizeof(*mem));
	u64 vram = gpu->opt.vram ? gpu->opt.vram : gpu->platform->vram;

	if (!mem)
		abort();
	if (area_create(&mem->gsm, "xe-model-gsm", MIB(8),
			gpu->platform->ggms ? MIB(1) << gpu->platform->ggms : 0) ||
	    area_create(&mem->vram, "xe-model-vram", 0, vram)) {
		perror("xe-model: memory of the card");
		exit(1);
	}
	mem->used = ggtt_used_create(mem->gsm.size / 8);
	if (gpu->ctl)
		mem_ctl_init(gpu);
	return mem;
}

void mem_destroy(struct mem *mem)
{
	if (!mem)
		return;
	area_destroy(&mem->gsm);
	area_destroy(&mem->vram);
	ggtt_used_destroy(mem->used);
	free(mem);
}

void mem_reset(struct gpu *gpu, enum gpu_reset depth)
{
	ggtt_invalidate(gpu);
	/* The GGTT entries live in a reserved part of VRAM: an FLR keeps both. */
	if (depth != GPU_RESET_POWER)
		return;
	area_zero(&gpu->mem->gsm);
	area_noise(&gpu->mem->vram);
}

void mem_vanish(struct gpu *gpu)
{
	memset(gpu->mem->gsm.map, 0xff, gpu->mem->gsm.size);
	area_ones(&gpu->mem->vram);
	gpu->mem->dark = 0;
}

bool mem_darken(struct gpu *gpu)
{
	static u8 ones[DARK_PIECE];
	struct mem *mem = gpu->mem;
	u64 end = MIN(mem->vram.size, DARK_MAX);

	/* What is not mapped is answered by bar.c. */
	if (gpu->opt.trap_vram || mem->dark >= end)
		return false;
	/* Not through the mapping: the kernel would zero each page first. */
	memset(ones, 0xff, sizeof(ones));
	if (pwrite(mem->vram.fd, ones, sizeof(ones), (off_t)mem->dark) != sizeof(ones))
		return false;
	mem->dark += sizeof(ones);
	return true;
}

void mem_remember(struct gpu *gpu)
{
	area_remember(&gpu->mem->gsm);
	/* mem_darken() goes on writing to the VRAM of a card that is gone */
	if (!is_gone(gpu))
		area_remember(&gpu->mem->vram);
}

bool mem_gsm_changed(struct gpu *gpu, u64 *at)
{
	return area_changed(&gpu->mem->gsm, at);
}

bool mem_vram_changed(struct gpu *gpu, u64 *at)
{
	return area_changed(&gpu->mem->vram, at);
}

int mem_gsm_fd(struct gpu *gpu)
{
	return gpu->mem->gsm.fd;
}

int mem_vram_fd(struct gpu *gpu)
{
	return gpu->mem->vram.fd;
}

u8 *mem_gsm(struct gpu *gpu)
{
	return gpu->mem->gsm.map;
}

struct ggtt_used *mem_ggtt_used(struct gpu *gpu)
{
	return gpu->mem->used;
}

u8 *mem_vram(struct gpu *gpu)
{
	return gpu->mem->vram.map;
}

u64 mem_gsm_size(struct gpu *gpu)
{
	return gpu->mem->gsm.size;
}

u64 mem_vram_size(struct gpu *gpu)
{
	return gpu->mem->vram.size;
}

u64 mem_bar_size(struct gpu *gpu)
{
	u64 vram = mem_vram_size(gpu), bar = gpu->opt.bar;

	return bar && bar < vram ? bar : vram;
}

bool mem_in_range(struct gpu *gpu, enum mem_space space, u64 addr, u64 size)
{
	u64 end = space == MEM_VRAM ? gpu->mem->vram.size : BIT64(46);

	return space == MEM_NULL || (addr < end && size <= end - addr);
}

/* An aligned word arrives at once: the guest polls fences and page-table entries. */
static void copy_to(u8 *dst, const u8 *src, size_t len)
{
	u32 w;
	u64 q;

	if (len == 4 && !((uintptr_t)dst & 3)) {
		memcpy(&w, src, 4);
		__atomic_store_n((u32 *)dst, w, __ATOMIC_RELEASE);
	} else if (len == 8 && !((uintptr_t)dst & 7)) {
		memcpy(&q, src, 8);
		__atomic_store_n((u64 *)dst, q, __ATOMIC_RELEASE);
	} else {
		memcpy(dst, src, len);
	}
}

static int vram_check(struct gpu *gpu, u64 addr, size_t len, bool write)
{
	if (is_gone(gpu))
		return -ENODEV;
	if (mem_in_range(gpu, MEM_VRAM, addr, len)) {
		oracle_check(gpu, addr, len, write);
		return 0;
	}
	violation(gpu, V_VRAM_OUT_OF_RANGE, "0x%llx+0x%zx", (unsigned long long)addr, len);
	return -EINVAL;
}

int phys_read(struct gpu *gpu, enum mem_space space, u64 addr, void *buf, size_t len)
{
	int err;

	switch (space) {
	case MEM_SYSTEM:
		return dma_read(gpu, addr, buf, len);
	case MEM_VRAM:
		err = vram_check(gpu, addr, len, false);
		if (!err)
			memcpy(buf, gpu->mem->vram.map + addr, len);
		return err;
	case MEM_NULL:
		memset(buf, 0, len);
		return 0;
	}
	return -EINVAL;
}

int phys_write(struct gpu *gpu, enum mem_space space, u64 addr, const void *buf, size_t len)
{
	u8 *ptr;
	int err;

	switch (space) {
	case MEM_SYSTEM:
		if (len != 4 && len != 8)
			return dma_write(gpu, addr, buf, len);
		ptr = dma_ptr(gpu, addr, len, true);
		if (!ptr)
			return is_gone(gpu) ? -ENODEV : -EFAULT;
		copy_to(ptr, buf, len);
		return 0;
	case MEM_VRAM:
		err = vram_check(gpu, addr, len, true);
		if (!err)
			copy_to(gpu->mem->vram.map + addr, buf, len);
		return err;
	case MEM_NULL:
		return 0;
	}
	return -EINVAL;
}

void *phys_ptr(struct gpu *gpu, enum mem_space space, u64 addr, size_t len, bool write)
{
	if (space == MEM_SYSTEM)
		return dma_ptr(gpu, addr, len, write);
	if (space == MEM_VRAM && !vram_check(gpu, addr, len, write))
		return gpu->mem->vram.map + addr;
	return NULL;
}

/* @root: NULL for the GGTT */
static int copy(struct gpu *gpu, const u64 *root, u64 addr, u8 *buf, size_t len, bool write)
{
	struct xlat x;
	size_t n;
	int err;

	for (; len; len -= n, addr += n, buf += n) {
		err = root ? ppgtt_xlate(gpu, *root, addr, write, &x) : ggtt_xlate(gpu, addr, write, &x);
		if (err)
			return err;
		n = MIN(len, x.len);
		err = write ? phys_write(gpu, x.space, x.addr, buf, n) : phys_read(gpu, x.space, x.addr, buf, n);
		if (err)
			return err;
	}
	return 0;
}

int ggtt_read(struct gpu *gpu, u64 addr, void *buf, size_t len)
{
	return copy(gpu, NULL, addr, buf, len, false);
}

int ggtt_write(struct gpu *gpu, u64 addr, const void *buf, size_t len)
{
	return copy(gpu, NULL, addr, (u8 *)buf, len, true);
}

int ppgtt_read(struct gpu *gpu, u64 root, u64 va, void *buf, size_t len)
{
	return copy(gpu, &root, va, buf, len, false);
}

int ppgtt_write(struct gpu *gpu, u64 root, u64 va, const void *buf, size_t len)
{
	return copy(gpu, &root, va, (u8 *)buf, len, true);
}
