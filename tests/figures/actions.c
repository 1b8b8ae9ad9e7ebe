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
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xe_drm.h>

#define TRIES	8
#define MANY	512	/* binds in one call */
#define ROW	16	/* buffers side by side */
#define SYSTEM	1
#define VRAM	2
#define SIZE	(2u << 20)
#define LARGE	(256u << 20)
#define ADDRESS	0x1a0000ull
#define BATCH	0x1000000ull

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* In ticks of the card's clock, which under --clock=steps goes by what the card does, not by how fast the host is. */
static uint64_t ticks(int fd)
{
	struct drm_xe_query_engine_cycles cycles = {
		.eci.engine_class = DRM_XE_ENGINE_CLASS_COPY, .clockid = CLOCK_MONOTONIC,
	};
	struct drm_xe_device_query query = {
		.query = DRM_XE_DEVICE_QUERY_ENGINE_CYCLES, .size = sizeof(cycles), .data = (uintptr_t)&cycles,
	};

	if (ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &query)) {
		perror("ticks");
		_exit(1);
	}
	return cycles.engine_cycles;
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

/* Its first word has been written, so that what is made of the same memory has to be cleared again. */
static int touch(int fd, uint32_t handle, uint64_t size)
{
	struct drm_xe_gem_mmap_offset args = { .handle = handle };
	volatile uint32_t *p;

	if (ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &args))
		return -1;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)args.offset);
	if (p == MAP_FAILED)
		return -1;
	*p = 1;
	return munmap((void *)p, size);
}

static struct drm_xe_gem_create buffer_of(uint32_t placement, uint64_t size)
{
	return (struct drm_xe_gem_create){
		.size = size, .placement = placement, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
	};
}

static void end(int fd, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	ioctl(fd, DRM_IOCTL_GEM_CLOSE, &args);
}

/*
 * Every second buffer of a row goes, so that blocks of its size are free that cannot be merged: else it hangs on
 * where VRAM ends how often the allocator, which both drivers share, splits a block.
 */
static int part(int fd, uint32_t placement, uint64_t size, uint32_t *kept)
{
	struct drm_xe_gem_create row[ROW];

	for (int i = 0; i < ROW; i++) {
		row[i] = buffer_of(placement, size);
		if (ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &row[i]) || touch(fd, row[i].handle, size))
			return -1;
	}
	for (int i = 0; i < ROW; i += 2) {
		end(fd, row[i].handle);
		kept[i / 2] = row[i + 1].handle;
	}
	return 0;
}

/*
 * To the return of the call. A buffer in VRAM is made while the engine clears another one: else it is chance
 * whether the interrupt of its own clear comes before.
 */
static uint64_t create(int fd, uint32_t placement, uint64_t size)
{
	uint64_t least = UINT64_MAX;
	uint32_t kept[ROW / 2] = { 0 };

	if (size < LARGE && part(fd, placement, size, kept))
		return UINT64_MAX;
	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_gem_create args = buffer_of(placement, size), busy = buffer_of(VRAM, LARGE);

		if (placement == VRAM && ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &busy))
			return UINT64_MAX;
		least = timed(fd, DRM_IOCTL_XE_GEM_CREATE, &args, least);
		if (least == UINT64_MAX || touch(fd, args.handle, size) ||
		    (busy.handle && touch(fd, busy.handle, LARGE)))
			return UINT64_MAX;
		end(fd, args.handle);
		if (busy.handle)
			end(fd, busy.handle);
		usleep(50000);
	}
	for (int i = 0; i < ROW / 2; i++)
		if (kept[i])
			end(fd, kept[i]);
	return least;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * Ticks to the end of the first access, before which it has to be zero: the middle one of the tries, as the clock of
 * the card does not count instructions, and a single try was once a sixth quicker than all others.
 */
static uint64_t create_whole(int fd, uint64_t size)
{
	uint64_t took[TRIES];

	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_gem_create args = buffer_of(VRAM, size);
		uint64_t start = ticks(fd);

		if (ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args) || touch(fd, args.handle, size))
			return UINT64_MAX;
		took[i] = ticks(fd) - start;
		end(fd, args.handle);
		usleep(50000);
	}
	qsort(took, TRIES, sizeof(*took), by_value);
	return took[TRIES / 2];
}

static uint32_t buffer(int fd)
{
	struct drm_xe_gem_create args = buffer_of(SYSTEM, SIZE);

	args.cpu_caching = DRM_XE_GEM_CPU_CACHING_WB;
	return ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args) ? 0 : args.handle;
}

static uint64_t bind(int fd, uint32_t vm, uint32_t handle, uint64_t address, uint64_t size)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_vm_bind args = {
			.vm_id = vm, .num_binds = 1,
			.bind = { .obj = handle, .range = size, .addr = address, .op = DRM_XE_VM_BIND_OP_MAP,
				  .pat_index = 2 },
		};
		struct drm_xe_vm_bind undo = {
			.vm_id = vm, .num_binds = 1,
			.bind = { .range = size, .addr = address, .op = DRM_XE_VM_BIND_OP_UNMAP, .pat_index = 2 },
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

/* A page each, next to each other. */
static uint64_t bind_many(int fd, uint32_t vm, uint32_t handle, uint64_t address)
{
	static struct drm_xe_vm_bind_op ops[MANY];
	struct drm_xe_vm_bind args = { .vm_id = vm, .num_binds = MANY, .vector_of_binds = (uintptr_t)ops };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		for (uint64_t k = 0; k < MANY; k++)
			ops[k] = (struct drm_xe_vm_bind_op){
				.obj = handle, .obj_offset = k << 12, .range = 1 << 12, .addr = address + (k << 12),
				.op = DRM_XE_VM_BIND_OP_MAP, .pat_index = 2,
			};
		least = timed(fd, DRM_IOCTL_XE_VM_BIND, &args, least);
		if (least == UINT64_MAX)
			break;
		usleep(50000);
		for (uint64_t k = 0; k < MANY; k++)
			ops[k] = (struct drm_xe_vm_bind_op){
				.range = 1 << 12, .addr = address + (k << 12), .op = DRM_XE_VM_BIND_OP_UNMAP, .pat_index = 2,
			};
		ioctl(fd, DRM_IOCTL_XE_VM_BIND, &args);
		usleep(50000);
	}
	return least;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a == UINT64_MAX || b == UINT64_MAX ? UINT64_MAX : a + b;
}

static uint64_t vm_life(int fd)
{
	uint64_t made = UINT64_MAX, ended = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_vm_create vm = { 0 };
		struct drm_xe_vm_destroy end = { 0 };

		made = timed(fd, DRM_IOCTL_XE_VM_CREATE, &vm, made);
		end.vm_id = vm.vm_id;
		usleep(50000);
		ended = timed(fd, DRM_IOCTL_XE_VM_DESTROY, &end, ended);
		usleep(50000);
	}
	return sum(made, ended);
}

static struct drm_xe_exec_queue_create copy_queue(uint32_t vm)
{
	static struct drm_xe_engine_class_instance copy = { .engine_class = DRM_XE_ENGINE_CLASS_COPY };

	return (struct drm_xe_exec_queue_create){
		.width = 1, .num_placements = 1, .vm_id = vm, .instances = (uintptr_t)&copy,
	};
}

static uint64_t queue_life(int fd, uint32_t vm)
{
	uint64_t made = UINT64_MAX, ended = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		struct drm_xe_exec_queue_create queue = copy_queue(vm);
		struct drm_xe_exec_queue_destroy end = { 0 };

		made = timed(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &queue, made);
		end.exec_queue_id = queue.exec_queue_id;
		usleep(50000);
		ended = timed(fd, DRM_IOCTL_XE_EXEC_QUEUE_DESTROY, &end, ended);
		usleep(50000);
	}
	return sum(made, ended);
}

static uint64_t exec(int fd, uint32_t vm, uint32_t handle)
{
	struct drm_xe_exec_queue_create queue = copy_queue(vm);
	struct drm_xe_gem_mmap_offset map = { .handle = handle };
	uint64_t least = UINT64_MAX;
	uint32_t *batch;

	if (ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &queue) || ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &map))
		return least;
	batch = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)map.offset);
	if (batch == MAP_FAILED)
		return least;
	batch[0] = 0x05000000;	/* MI_BATCH_BUFFER_END */
	/* More of them: the interrupt of so short a batch may well come before the call returns. */
	for (int i = 0; i < 4 * TRIES; i++) {
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
	uint64_t address = ADDRESS & ~(uint64_t)(SIZE - 1);
	uint32_t handle;
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0)
		return 2;
	say("create-system", create(fd, SYSTEM, SIZE));
	say("create-vram", create(fd, VRAM, SIZE));
	say("create-vram-zero", create_whole(fd, SIZE));
	say("create-vram-large", create(fd, VRAM, LARGE));
	say("create-vram-large-zero", create_whole(fd, LARGE));
	handle = buffer(fd);
	say("vm", vm_life(fd));
	if (ioctl(fd, DRM_IOCTL_XE_VM_CREATE, &vm))
		return 0;
	say("bind", bind(fd, vm.vm_id, handle, address, SIZE));
	bind(fd, vm.vm_id, handle, BATCH, SIZE);
	say("bind-page", bind(fd, vm.vm_id, handle, 2 * BATCH, 1 << 12));
	say("bind-many", bind_many(fd, vm.vm_id, handle, 3 * BATCH));
	say("queue", queue_life(fd, vm.vm_id));
	say("exec", exec(fd, vm.vm_id, handle));
	return 0;
}
