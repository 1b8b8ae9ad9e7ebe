// SPDX-License-Identifier: MIT
/*
 * Usage: hold NODE. Has much open, says "held", and goes on using it until it is killed, whether
 * the card is there or not.
 */
#define _GNU_SOURCE
#include "../hotplug/lib/client.h"

#define SIZE	(16u << 20)

static volatile uint32_t *buffer(int fd, uint32_t placement)
{
	uint32_t handle = create(fd, placement, SIZE);
	volatile uint32_t *p = handle ? map(fd, mmap_offset(fd, handle), SIZE) : MAP_FAILED;

	if (p == MAP_FAILED || export(fd, handle) < 0)
		return NULL;
	for (uint32_t i = 0; i < SIZE / 4; i += 1024)
		p[i] = i;
	return p;
}

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;
	volatile uint32_t *system = buffer(fd, 1), *vram = buffer(fd, 2);

	if (!system || !vram) {
		perror("hold");
		return 1;
	}
	printf("held\n");
	fflush(stdout);
	for (uint32_t i = 0;; i = (i + 1024) % (SIZE / 4)) {
		struct drm_xe_query_engine_cycles cycles = { .clockid = CLOCK_MONOTONIC };
		struct drm_xe_device_query query = {
			.query = DRM_XE_DEVICE_QUERY_ENGINE_CYCLES, .size = sizeof(cycles),
			.data = (uintptr_t)&cycles,
		};

		ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &query);
		system[i] = vram[i] = i;
		usleep(2000);
	}
}
