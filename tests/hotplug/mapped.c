// SPDX-License-Identifier: MIT
/*
 * What a process finds when it touches its buffers.
 * KTAP. Usage: mapped PCI-ADDRESS HOW-TO-PULL-THE-CARD HOW-TO-REMOVE-IT.
 */
#define _GNU_SOURCE
#include <linux/dma-buf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <vgem_drm.h>

#include "lib/client.h"

#define SIZE	(1u << 20)
#define PAGE	4096u
#define ROUNDS	20000
#define BOTH	3

static int fd;

struct buffer {
	uint32_t handle, *map;
	int dma_buf;
};

static bool filled(const uint32_t *p, uint32_t value)
{
	for (unsigned int i = 0; i < SIZE / 4; i += PAGE / 4)
		if (p[i] != value + i) {
			printf("# page %u: %#x\n", i * 4 / PAGE, p[i]);
			return false;
		}
	return true;
}

static void fill(uint32_t *p, uint32_t value)
{
	for (unsigned int i = 0; i < SIZE / 4; i += PAGE / 4)
		p[i] = value + i;
}

static struct buffer buffer(uint32_t value)
{
	struct buffer b = { .handle = create(fd, BOTH, SIZE), .dma_buf = -1 };

	b.map = map(fd, mmap_offset(fd, b.handle), SIZE);
	if (!check(b.handle && b.map != MAP_FAILED, "buffer"))
		exit(1);
	fill(b.map, value);
	b.dma_buf = export(fd, b.handle);
	check(b.dma_buf >= 0, "export");
	return b;
}

/* There is room for nobody else in VRAM, and then there is. */
static void evict(void)
{
	size_t size = vram(fd).size - (2u << 20);	/* the driver's own page tables stay */
	uint32_t handle;

	handle = create(fd, 2, size);
	check(size && handle, "everybody leaves VRAM");
	close_handle(fd, handle);
}

/* A buffer of vgem with a fence on it, which vgem signals by itself after ten seconds. */
static int fenced_buffer(void)
{
	struct drm_mode_create_dumb dumb = { .width = 16, .height = 16, .bpp = 32 };
	struct drm_vgem_fence_attach attach = { .flags = VGEM_FENCE_WRITE };
	int vgem = open_vgem("card"), foreign;

	ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb);
	attach.handle = dumb.handle;
	foreign = export(vgem, dumb.handle);
	check(!ioctl(vgem, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach), "a fence of vgem");
	return foreign;
}

static void add_fence(int dma_buf)
{
	struct dma_buf_export_sync_file out = { .flags = DMA_BUF_SYNC_RW };
	struct dma_buf_import_sync_file in = { .flags = DMA_BUF_SYNC_WRITE };
	int foreign = fenced_buffer();

	check(!ioctl(foreign, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &out), "can be had");
	in.fd = out.fd;
	check(!ioctl(dma_buf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &in), "is put on the buffer");
	close(foreign);
}

/* Who uses the contents waits for the fence, see the kernel's description of implicit fences. */
static void import_with_fence(void)
{
	int foreign = fenced_buffer();
	double begin = now(), took;
	int handle = import(fd, foreign);

	took = now() - begin;
	printf("# imported after %.1f s\n", took);
	check(handle > 0 && took < 5, "is imported in no time");
	close(foreign);
}

static unsigned long kib_free(void)
{
	unsigned long kib = 0;
	char line[100];
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f) && sscanf(line, "MemFree: %lu", &kib) != 1)
		;
	if (f)
		fclose(f);
	return kib;
}

static bool map_and_touch(int dma_buf, unsigned int rounds)
{
	for (unsigned int i = 0; i < rounds; i++) {
		volatile uint32_t *p = map(dma_buf, 0, PAGE);

		if (p == MAP_FAILED)
			return false;
		p[0] = i;
		if (p[0] != i)
			return false;
		munmap((void *)p, PAGE);
	}
	return true;
}

int main(int argc, char **argv)
{
	unsigned long before, after;
	struct buffer a, b, c;
	double begin;
	bool good;

	if (argc != 4)
		return 2;
	printf("KTAP version 1\n");
	fd = open_card(argv[1], "renderD");
	check(fd >= 0, "open");
	a = buffer(0xa0000);
	b = buffer(0xb0000);

	evict();
	add_fence(a.dma_buf);
	begin = now();
	check(filled(a.map, 0xa0000), "contents are as before");
	printf("# after %.1f s\n", now() - begin);
	check(now() - begin < 5, "in no time");

	import_with_fence();
	c = buffer(0xc0000);
	run(argv[2]);
	check(filled(b.map, 0xb0000), "what is not in VRAM outlives a card that nobody misses yet");
	fill(b.map, 0xd0000);
	check(filled(b.map, 0xd0000), "and can be written to");

	run(argv[3]);
	check(filled(b.map, 0xd0000), "also after the removal");
	map_and_touch(c.dma_buf, 100);
	before = kib_free();
	good = map_and_touch(c.dma_buf, ROUNDS);
	after = kib_free();
	printf("# %lu KiB are free, then %lu KiB\n", before, after);
	check(good && after + ROUNDS * 4ul * 3 / 4 > before, "mapped and touched over and over");

	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed;
}
