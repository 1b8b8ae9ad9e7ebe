/* SPDX-License-Identifier: MIT */
/* Memory of the card: VRAM and GSM as memfds, physical accesses.  Skeleton. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

struct mem {
	int gsm_fd, vram_fd;
};

struct mem *mem_create(struct gpu *gpu)
{
	(void)gpu;
	return calloc(1, sizeof(struct mem));
}

void mem_destroy(struct mem *mem)
{
	free(mem);
}

void mem_reset(struct gpu *gpu, enum gpu_reset depth) { (void)gpu; (void)depth; }
int mem_gsm_fd(struct gpu *gpu) { return gpu->mem->gsm_fd; }
int mem_vram_fd(struct gpu *gpu) { return gpu->mem->vram_fd; }
u8 *mem_gsm(struct gpu *gpu) { (void)gpu; return NULL; }
u8 *mem_vram(struct gpu *gpu) { (void)gpu; return NULL; }
u64 mem_gsm_size(struct gpu *gpu) { (void)gpu; return 0; }
u64 mem_vram_size(struct gpu *gpu) { (void)gpu; return 0; }
void mem_vanish(struct gpu *gpu) { (void)gpu; }

#define UNUSED4(a, b, c, d) do { (void)(a); (void)(b); (void)(c); (void)(d); } while (0)

int ggtt_xlate(struct gpu *gpu, u64 addr, bool write, struct xlat *x)
{
	UNUSED4(gpu, addr, write, x);
	return -EFAULT;
}

int ppgtt_xlate(struct gpu *gpu, u64 root, u64 va, bool write, struct xlat *x)
{
	UNUSED4(gpu, root, va, write);
	(void)x;
	return -EFAULT;
}

int ggtt_read(struct gpu *gpu, u64 addr, void *buf, size_t len)
{
	UNUSED4(gpu, addr, buf, len);
	return -EFAULT;
}

int ggtt_write(struct gpu *gpu, u64 addr, const void *buf, size_t len)
{
	UNUSED4(gpu, addr, buf, len);
	return -EFAULT;
}

int ppgtt_read(struct gpu *gpu, u64 root, u64 va, void *buf, size_t len)
{
	UNUSED4(gpu, va, buf, len);
	(void)root;
	return -EFAULT;
}

int ppgtt_write(struct gpu *gpu, u64 root, u64 va, const void *buf, size_t len)
{
	UNUSED4(gpu, va, buf, len);
	(void)root;
	return -EFAULT;
}

int phys_read(struct gpu *gpu, enum mem_space space, u64 addr, void *buf, size_t len)
{
	UNUSED4(gpu, space, buf, len);
	(void)addr;
	return -EFAULT;
}

int phys_write(struct gpu *gpu, enum mem_space space, u64 addr, const void *buf, size_t len)
{
	UNUSED4(gpu, space, buf, len);
	(void)addr;
	return -EFAULT;
}
