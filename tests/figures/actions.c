// SPDX-License-Identifier: MIT
/*
 * What one call costs: "NAME NANOSECONDS" lines, the least of several tries.  Under -icount shift=0 a
 * nanosecond in which the CPU does not idle is an instruction.  A call that the driver does not
 * have yet prints "-".
 */
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xe_drm.h>

#define TRIES	8
#define SIZE	(2u << 20)
#define ADDRESS	0x1a0000ull
#define BATCH	0x1000000ull

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void say(const char *name, uint64_t least)
{
	if (least == UINT64_MAX)
		printf("%s -\n", name);
	else
		printf("%s %llu\n", name, (unsigned long long)least);
}

static uint64_t timed(int fd, unsigned long request, void *args, uint64_t least)
{
	uint64_t start = now(), took;

	if (ioctl(fd, request, args)) {
		fprintf(stderr, "%#lx: %s\n", request, strerror(errno));
		return UINT64_MAX;
	}
	took = now() - start;
	return took < least ? took : least;
}

static uint64_t create(int fd, uint32_t placement)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_gem_create args = {
			.size = SIZE, .placement = placement, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
		};
		struct drm_gem_close end = { 0 };

		least = timed(fd, DRM_IOCTL_XE_GEM_CREATE, &args, least);
		end.handle = args.handle;
		ioctl(fd, DRM_IOCTL_GEM_CLOSE, &end);
		usleep(50000);
	}
	return least;
}

static uint32_t buffer(int fd)
{
	struct drm_xe_gem_create args = {
		.size = SIZE, .placement = 1, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WB,
	};

	return ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args) ? 0 : args.handle;
}

static uint64_t bind(int fd, uint32_t vm, uint32_t handle, uint64_t address)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_vm_bind args = {
			.vm_id = vm, .num_binds = 1,
			.bind = { .obj = handle, .range = SIZE, .addr = address, .op = DRM_XE_VM_BIND_OP_MAP,
				  .pat_index = 2 },
		};
		struct drm_xe_vm_bind undo = {
			.vm_id = vm, .num_binds = 1,
			.bind = { .range = SIZE, .addr = address, .op = DRM_XE_VM_BIND_OP_UNMAP, .pat_index = 2 },
		};

		least = timed(fd, DRM_IOCTL_XE_VM_BIND, &args, least);
		if (least == UINT64_MAX)
			break;
		usleep(50000);
		if (i < TRIES - 1)
			ioctl(fd, DRM_IOCTL_XE_VM_BIND, &undo);
		usleep(50000);
	}
	return least;
}

static uint64_t exec(int fd, uint32_t vm, uint32_t handle)
{
	struct drm_xe_engine_class_instance copy = { .engine_class = DRM_XE_ENGINE_CLASS_COPY };
	struct drm_xe_exec_queue_create queue = {
		.width = 1, .num_placements = 1, .vm_id = vm, .instances = (uintptr_t)&copy,
	};
	struct drm_xe_gem_mmap_offset map = { .handle = handle };
	uint64_t least = UINT64_MAX;
	uint32_t *batch;

	if (ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &queue) || ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &map))
		return least;
	batch = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)map.offset);
	if (batch == MAP_FAILED)
		return least;
	batch[0] = 0x05000000;	/* MI_BATCH_BUFFER_END */
	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_exec args = {
			.exec_queue_id = queue.exec_queue_id, .address = BATCH, .num_batch_buffer = 1,
		};

		least = timed(fd, DRM_IOCTL_XE_EXEC, &args, least);
		usleep(100000);
	}
	return least;
}

int main(int argc, char **argv)
{
	struct drm_xe_vm_create vm = { 0 };
	uint32_t handle;
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0)
		return 2;
	say("create-system", create(fd, 1));
	say("create-vram", create(fd, 2));
	handle = buffer(fd);
	if (ioctl(fd, DRM_IOCTL_XE_VM_CREATE, &vm)) {
		say("bind", UINT64_MAX);
		say("exec", UINT64_MAX);
		return 0;
	}
	say("bind", bind(fd, vm.vm_id, handle, ADDRESS & ~(uint64_t)(SIZE - 1)));
	bind(fd, vm.vm_id, handle, BATCH);
	say("exec", exec(fd, vm.vm_id, handle));
	return 0;
}
