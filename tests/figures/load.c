// SPDX-License-Identifier: MIT
/*
 * Clients that keep a device busy: two of each kind query it, create buffers, and fault pages of a buffer
 * in. Prints "busy" when all of them are at it. Those that the device says no to end; the faults go on.
 */
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xe_drm.h>

#define SIZE	(2u << 20)

static int query(int fd)
{
	char data[4096];
	struct drm_xe_device_query q = {
		.query = DRM_XE_DEVICE_QUERY_MEM_REGIONS, .size = 0, .data = (uintptr_t)data,
	};

	if (ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q) || q.size > sizeof(data))
		return -1;
	return ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q);
}

static uint32_t buffer(int fd)
{
	struct drm_xe_gem_create args = {
		.size = SIZE, .placement = 2, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
	};

	return ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args) ? 0 : args.handle;
}

static int create(int fd)
{
	struct drm_gem_close end = { .handle = buffer(fd) };

	return end.handle ? ioctl(fd, DRM_IOCTL_GEM_CLOSE, &end) : -1;
}

static volatile char *map(int fd)
{
	struct drm_xe_gem_mmap_offset args = { .handle = buffer(fd) };
	void *p;

	if (ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &args))
		return NULL;
	p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)args.offset);
	return p == MAP_FAILED ? NULL : p;
}

static int fault(int fd)
{
	static volatile char *p;

	if (!p)
		p = map(fd);
	if (!p || madvise((void *)p, SIZE, MADV_DONTNEED))
		return -1;
	for (unsigned int i = 0; i < SIZE; i += 4096)
		p[i] = 1;
	return 0;
}

static void client(int (*act)(int fd), const char *node, int at_it)
{
	int fd = open(node, O_RDWR);

	if (fd < 0 || act(fd)) {
		perror(node);
		_exit(1);
	}
	if (write(at_it, "x", 1) != 1)
		_exit(1);
	while (!act(fd))
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	int (*const acts[])(int fd) = { query, create, fault, query, create, fault };
	const unsigned int n = sizeof(acts) / sizeof(acts[0]);
	int at_it[2];
	char x;

	if (argc != 2 || pipe(at_it))
		return 2;
	for (unsigned int i = 0; i < n; i++)
		if (fork() == 0)
			client(acts[i], argv[1], at_it[1]);
	close(at_it[1]);
	for (unsigned int i = 0; i < n; i++)
		if (read(at_it[0], &x, 1) != 1)
			return 1;
	puts("busy");
	fflush(stdout);
	while (wait(NULL) > 0)
		;
	return 0;
}
