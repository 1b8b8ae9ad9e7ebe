// SPDX-License-Identifier: MIT
/*
 * What a client does, once. Usage: use idle|query|buffers|share|nap PCI-ADDRESS|fdN, where
 * fdN is a file that is open. Exit status 0 when all of it worked, 1 when the device said no, as it does
 * when the card is gone.
 */
#define _GNU_SOURCE
#include <stdlib.h>

#include "lib/client.h"

#define SIZE	(64 << 10)	/* one page of VRAM */

static int no(const char *what)
{
	perror(what);
	return 1;
}

static int idle(int fd, int vgem)
{
	(void)fd;
	(void)vgem;
	usleep(100000);
	return 0;
}

static int query(int fd, int vgem)
{
	(void)vgem;
	for (uint32_t id = 0; id <= DRM_XE_DEVICE_QUERY_UC_FW_VERSION; id++) {
		struct drm_xe_device_query q = { .query = id };
		void *data;
		int err;

		if (ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q))
			return no("size of a query");
		data = calloc(1, q.size);
		q.data = (uintptr_t)data;
		if (id == DRM_XE_DEVICE_QUERY_ENGINE_CYCLES)
			((struct drm_xe_query_engine_cycles *)data)->clockid = 1;
		err = ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q);
		free(data);
		if (err)
			return no("query");
	}
	return 0;
}

static int touch(volatile uint32_t *p)
{
	int sum = 0;

	if (p == MAP_FAILED)
		return no("mmap");
	for (int i = 0; i < SIZE / 4; i += 1024) {
		p[i] = i;
		sum |= p[i];
	}
	return munmap((void *)p, SIZE);
}

static int buffers(int fd, int vgem)
{
	(void)vgem;
	for (uint32_t placement = 1; placement <= 2; placement++) {
		uint32_t handle = create(fd, placement, SIZE);
		uint64_t offset = handle ? mmap_offset(fd, handle) : 0;

		if (!offset)
			return no("buffer");
		if (touch(map(fd, offset, SIZE)) || close_handle(fd, handle))
			return 1;
	}
	return 0;
}

/* The system sleeps, as deep as its test of that is set to, with something in VRAM. */
static int nap(int fd, int vgem)
{
	int state = open("/sys/power/state", O_WRONLY | O_CLOEXEC);
	uint32_t handle = create(fd, 2, 4096);
	uint64_t offset = handle ? mmap_offset(fd, handle) : 0;
	volatile uint32_t *p;

	(void)vgem;
	if (!offset)
		return no("buffer");
	p = map(fd, offset, 4096);
	if (p == MAP_FAILED)
		return no("mmap");
	p[1] = 0x5eed;
	if (write(state, "mem", 3) != 3)
		return no("sleep");
	return p[1] == 0x5eed ? 0 : no("contents");
}

/* One buffer goes to vgem, one comes from there. */
static int share(int fd, int vgem)
{
	uint32_t handle = create(fd, 1, SIZE);
	int ours = handle ? export(fd, handle) : -1;
	int theirs;

	if (ours < 0 || import(vgem, ours) < 0)
		return no("export");
	theirs = vgem_buffer(vgem);
	if (theirs < 0)
		return no("vgem");
	if (import(fd, theirs) < 0)
		return no("import");
	return touch(map(ours, 0, SIZE));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*act)(int fd, int vgem);
	} acts[] = {
		{ "idle", idle }, { "query", query }, { "buffers", buffers }, { "share", share },
		{ "nap", nap },
	};
	int fd;

	if (argc != 3)
		return 2;
	if (sscanf(argv[2], "fd%d", &fd) != 1)
		fd = open_card(argv[2], "renderD");
	if (fd < 0)
		return no("open");
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (!strcmp(acts[i].name, argv[1]))
			return acts[i].act(fd, open_vgem("card"));
	return 2;
}
