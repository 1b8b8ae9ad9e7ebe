// SPDX-License-Identifier: MIT
/*
 * What a client does, once. Usage: use idle|query|buffers|share|nap PCI-ADDRESS. Exit status 0 when all
 * of it worked, 1 when the device said no, as it does when the card is gone.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <drm.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xe_drm.h>

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

static uint32_t create(int fd, uint32_t placement)
{
	struct drm_xe_gem_create args = {
		.size = SIZE, .placement = placement, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
	};

	return ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args) ? 0 : args.handle;
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
		struct drm_xe_gem_mmap_offset args = { .handle = create(fd, placement) };
		struct drm_gem_close close = { .handle = args.handle };

		if (!args.handle || ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &args))
			return no("buffer");
		if (touch(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, args.offset)) ||
		    ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close))
			return 1;
	}
	return 0;
}

/* The system sleeps, as deep as its test of that is set to, with something in VRAM. */
static int nap(int fd, int vgem)
{
	struct drm_xe_gem_create create = {
		.size = 4096, .placement = 2, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
	};
	struct drm_xe_gem_mmap_offset offset = {};
	int state = open("/sys/power/state", O_WRONLY | O_CLOEXEC);
	volatile uint32_t *p;

	(void)vgem;
	if (ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &create))
		return no("buffer");
	offset.handle = create.handle;
	if (ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &offset))
		return no("buffer");
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset.offset);
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
	struct drm_prime_handle ours = { .handle = create(fd, 1), .flags = DRM_CLOEXEC | DRM_RDWR };
	struct drm_mode_create_dumb dumb = { .width = 128, .height = 128, .bpp = 32 };
	struct drm_prime_handle theirs = { .flags = DRM_CLOEXEC | DRM_RDWR };

	if (!ours.handle || ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &ours) ||
	    ioctl(vgem, DRM_IOCTL_PRIME_FD_TO_HANDLE, &ours))
		return no("export");
	if (ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		return no("vgem");
	theirs.handle = dumb.handle;
	if (ioctl(vgem, DRM_IOCTL_PRIME_HANDLE_TO_FD, &theirs) ||
	    ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &theirs))
		return no("import");
	return touch(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, ours.fd, 0));
}

static int node(const char *folder, const char *prefix)
{
	char path[300] = "";
	struct dirent *e;
	DIR *dir = opendir(folder);

	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, prefix, strlen(prefix)))
			snprintf(path, sizeof(path), "/dev/dri/%.200s", e->d_name);
	if (dir)
		closedir(dir);
	return open(path, O_RDWR | O_CLOEXEC);
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
	char folder[100];
	int fd;

	if (argc != 3)
		return 2;
	snprintf(folder, sizeof(folder), "/sys/bus/pci/devices/%.40s/drm", argv[2]);
	fd = node(folder, "renderD");
	if (fd < 0)
		return no("open");
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (!strcmp(acts[i].name, argv[1]))
			return acts[i].act(fd, node("/sys/devices/platform/vgem/drm", "card"));
	return 2;
}
