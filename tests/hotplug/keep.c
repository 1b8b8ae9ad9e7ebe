// SPDX-License-Identifier: MIT
/*
 * Buffers with known contents, for as long as it takes. Usage: keep PCI-ADDRESS. It answers each
 * line of its input with one that begins with "ok" or "bad":
 *
 *	fill N		other contents, derived from N
 *	check		is everything that was filled still there?
 *	where		KiB that are resident, by place, as fdinfo has it
 *	alarm N		the machine wakes up after N seconds
 *	make / drop	another buffer in VRAM, which nobody touches; it goes
 *	zero		has that one nothing but zeroes in it? It goes as well
 *	pause / go	a thread writes to the first page of a buffer in VRAM again and again, or not
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <xe_drm.h>

#define SYSTEM	1
#define VRAM	2

static struct buffer {
	uint32_t placement;
	uint32_t size;
	uint32_t flags;
	uint32_t *map;
} buffers[] = {
	{ .placement = SYSTEM, .size = 1 << 20 },
	{ .placement = VRAM, .size = 64 << 10 },
	/* More than one piece of the driver's copy. */
	{ .placement = VRAM, .size = (4 << 20) + (64 << 10) },
	{ .placement = SYSTEM | VRAM, .size = 2 << 20 },
	{ .placement = VRAM, .size = 1 << 20, .flags = DRM_XE_GEM_CREATE_FLAG_DEFER_BACKING },
	{ .placement = VRAM, .size = 64 << 10 },	/* the thread's */
};

#define COUNT	(sizeof(buffers) / sizeof(buffers[0]))
#define BUSY	(COUNT - 1)

static volatile int busy;
static volatile uint32_t written;

static void *writer(void *map)
{
	for (volatile uint32_t *p = map;; usleep(1000))
		if (busy)
			*p = ++written;
	return NULL;
}

static int node(const char *pci)
{
	char path[300];
	struct dirent *e;
	int fd = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.40s/drm", pci);
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "renderD", 7)) {
			snprintf(path, sizeof(path), "/dev/dri/%.200s", e->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
	if (dir)
		closedir(dir);
	return fd;
}

static uint32_t create_handle(int fd, const struct buffer *b)
{
	struct drm_xe_gem_create create = {
		.size = b->size, .placement = b->placement, .flags = b->flags,
		.cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
	};

	return ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &create) ? 0 : create.handle;
}

static int make(int fd, struct buffer *b, uint32_t handle)
{
	struct drm_xe_gem_mmap_offset offset = { .handle = handle };

	if (!handle)
		return -1;
	if (ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &offset))
		return -1;
	b->map = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset.offset);
	return b->map == MAP_FAILED ? -1 : 0;
}

static uint32_t pattern(uint32_t seed, unsigned int buffer, uint32_t at)
{
	return (seed * 31 + buffer * 7 + at) * 2654435761u | 1;
}

static void fill(uint32_t seed)
{
	for (unsigned int n = 0; n < BUSY; n++)
		for (uint32_t i = 0; i < buffers[n].size / 4; i++)
			buffers[n].map[i] = pattern(seed, n, i);
}

static void check(uint32_t seed)
{
	char what[200] = "";

	for (unsigned int n = 0; n < BUSY; n++)
		for (uint32_t i = 0; i < buffers[n].size / 4; i++)
			if (buffers[n].map[i] != pattern(seed, n, i)) {
				size_t len = strlen(what);

				snprintf(what + len, sizeof(what) - len, " buffer %u at %#x is %#x;",
					 n, i * 4, buffers[n].map[i]);
				break;
			}
	if (!busy && *buffers[BUSY].map != written)
		strcat(what, " what the thread wrote is lost");
	printf("%s%s\n", *what ? "bad" : "ok", what);
}

static void where(int fd)
{
	char path[64], line[200], place[64];
	unsigned long size;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	printf("ok");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "drm-resident-%63[^:]: %lu", place, &size) == 2)
			printf(" %s %lu%s", place, size, strstr(line, "MiB") ? "M" : strstr(line, "KiB") ? "K" : "");
	printf("\n");
	if (f)
		fclose(f);
}

/* What is made anew is zero, wherever the card has been meanwhile. */
static int fresh(int fd, const char *what)
{
	static struct buffer b = { .placement = VRAM, .size = 8 << 20 };
	static uint32_t handle;
	struct drm_gem_close close = {};
	uint32_t at = 0;

	if (!strcmp(what, "make\n")) {
		handle = create_handle(fd, &b);
		return handle ? 0 : -1;
	}
	if (!strcmp(what, "zero\n")) {
		if (make(fd, &b, handle))
			return -1;
		while (at < b.size / 4 && !b.map[at])
			at++;
		munmap(b.map, b.size);
	}
	close.handle = handle;
	if (ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close))
		return -1;
	errno = EIO;
	return !strcmp(what, "zero\n") && at < b.size / 4 ? -1 : 0;
}

static int alarm_in(int seconds)
{
	static int timer = -1;

	if (timer < 0)
		timer = timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC);
	return timerfd_settime(timer, 0, &(struct itimerspec){ .it_value.tv_sec = seconds }, NULL);
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? node(argv[1]) : -1;
	uint32_t seed = 0, seconds;
	pthread_t thread;
	char line[100];

	if (fd < 0)
		return 2;
	for (unsigned int n = 0; n < COUNT; n++)
		if (make(fd, &buffers[n], create_handle(fd, &buffers[n]))) {
			perror("buffer");
			return 1;
		}
	if (pthread_create(&thread, NULL, writer, buffers[BUSY].map))
		return 1;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "fill %u", &seed) == 1)
			fill(seed);
		else if (!strcmp(line, "go\n"))
			busy = 1;
		else if (!strcmp(line, "pause\n"))
			busy = 0;
		if (!strncmp(line, "check", 5))
			check(seed);
		else if (!strncmp(line, "where", 5))
			where(fd);
		else if (sscanf(line, "alarm %u", &seconds) == 1 && alarm_in(seconds))
			printf("bad no alarm: %m\n");
		else if ((!strcmp(line, "make\n") || !strcmp(line, "drop\n") || !strcmp(line, "zero\n")) && fresh(fd, line))
			printf("bad %.4s: %m\n", line);
		else
			printf("ok\n");
		fflush(stdout);
	}
	return 0;
}
