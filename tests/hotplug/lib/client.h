/* SPDX-License-Identifier: MIT */
/*
 * For the C programs of scenarios: nodes, buffers, and KTAP. Included once by each.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <dirent.h>
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xe_drm.h>

static int number, failed;

/* A result of KTAP; errno is told when it is bad. */
static inline int check(int ok, const char *what)
{
	int err = errno;

	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++number, what);
	if (!ok)
		printf("# errno %d (%s)\n", err, strerror(err));
	fflush(stdout);
	failed += !ok;
	return ok;
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* The last entry of @folder that begins with @prefix is a node. */
static inline int open_node(const char *folder, const char *prefix)
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

static inline int open_card(const char *pci, const char *prefix)
{
	char folder[100];

	snprintf(folder, sizeof(folder), "/sys/bus/pci/devices/%.40s/drm", pci);
	return open_node(folder, prefix);
}

/* A node of vgem, which is a faux device since Linux 6.14 and was a platform device before. */
static inline int open_vgem(const char *prefix)
{
	int fd = open_node("/sys/devices/faux/vgem/drm", prefix);

	return fd < 0 ? open_node("/sys/devices/platform/vgem/drm", prefix) : fd;
}

/* 0 is no handle. */
static inline uint32_t create(int fd, uint32_t placement, size_t size)
{
	struct drm_xe_gem_create args = {
		.size = size, .placement = placement, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
	};

	return ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args) ? 0 : args.handle;
}

static inline int close_handle(int fd, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	return ioctl(fd, DRM_IOCTL_GEM_CLOSE, &args);
}

static inline uint64_t mmap_offset(int fd, uint32_t handle)
{
	struct drm_xe_gem_mmap_offset args = { .handle = handle };

	return ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &args) ? 0 : args.offset;
}

static inline void *map(int fd, uint64_t offset, size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
}

static inline int export(int fd, uint32_t handle)
{
	struct drm_prime_handle args = { .handle = handle, .flags = DRM_CLOEXEC | DRM_RDWR };

	return ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args) ? -1 : args.fd;
}

static inline int import(int fd, int dma_buf)
{
	struct drm_prime_handle args = { .fd = dma_buf };

	return ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args) ? -1 : (int)args.handle;
}

static inline int vgem_buffer(int vgem)
{
	struct drm_mode_create_dumb args = { .width = 128, .height = 128, .bpp = 32 };

	return ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &args) ? -1 : export(vgem, args.handle);
}

/* Where a task is in the kernel, as a remark. */
static inline void show_stack(pid_t pid)
{
	char path[40], line[200];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		printf("# %s", line);
	if (f)
		fclose(f);
}

/* A command of the shell, without what this program has open. If it takes long it says where. */
static inline int run(const char *command)
{
	double begin = now(), next = 20;
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		close_range(3, ~0u, 0);
		execl("/bin/bash", "bash", "-c", command, NULL);
		_exit(127);
	}
	while (pid > 0 && !waitpid(pid, &status, WNOHANG)) {
		usleep(10000);
		if (now() - begin < next)
			continue;
		printf("# after %.0f s\n", next);
		show_stack(pid);
		next += 20;
	}
	printf("# in %.0f ms\n", (now() - begin) * 1000);
	return status;
}

#endif
