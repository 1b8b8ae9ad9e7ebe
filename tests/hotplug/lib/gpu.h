/* SPDX-License-Identifier: MIT */
/*
 * For the C programs of scenarios that give work to the GPU: VMs, buffers that are bound, queues, jobs,
 * syncs, and the text of batches. Included once by each. What is a mistake of the program itself ends it.
 */
#ifndef GPU_H
#define GPU_H

#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <stdbool.h>
#include <vgem_drm.h>

#include "client.h"

#define PAGE		4096ull
#define MiB		(1ull << 20)
#define PAT		2		/* write back, coherent, on Xe2 */
#define FOREVER		INT64_MAX
#define WAIT_NS		60000000000ll	/* more than any job of these programs takes in a slow guest */

#define SYSTEM		1		/* placements */
#define VRAM		2

/* What else there is to do, by errno, when something fails that everything else needs. */
static void (*on_need)(void);

/* A result that everything else needs. */
static inline void need(bool ok, const char *what)
{
	if (ok)
		return;
	if (on_need)
		on_need();
	check(0, what);
	printf("1..%d\n", number);
	exit(1);
}

static inline int64_t deadline(int64_t ns)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return ns == FOREVER ? ns : t.tv_sec * 1000000000ll + t.tv_nsec + ns;
}

/*
 * The text of batches. Each function writes at @p and returns what comes after. Command streamers
 * of all classes know these.
 */
static inline uint32_t *address_words(uint32_t *p, uint64_t address)
{
	*p++ = address;
	*p++ = address >> 32;
	return p;
}

static inline uint32_t *put_end(uint32_t *p)
{
	*p++ = 0x0a << 23;
	return p;
}

static inline uint32_t *put_store(uint32_t *p, uint64_t address, uint32_t value)
{
	*p++ = 0x20 << 23 | 2;
	p = address_words(p, address);
	*p++ = value;
	return p;
}

/* An atomic increment: who runs twice counts twice. */
static inline uint32_t *put_count(uint32_t *p, uint64_t address)
{
	*p++ = 0x2f << 23 | 0x05 << 8 | 1;
	return address_words(p, address);
}

static inline uint32_t *put_copy(uint32_t *p, uint64_t to, uint64_t from)
{
	*p++ = 0x2e << 23 | 3;
	p = address_words(p, to);
	return address_words(p, from);
}

/* On with the batch at @address, which does not return. */
static inline uint32_t *put_jump(uint32_t *p, uint64_t address)
{
	*p++ = 0x31 << 23 | 1 << 8 | 1;
	return address_words(p, address);
}

/* Wait, and let others run, until the word is @value. */
static inline uint32_t *put_wait(uint32_t *p, uint64_t address, uint32_t value)
{
	*p++ = 0x1c << 23 | 1 << 15 | 4 << 12 | 3;
	*p++ = value;
	p = address_words(p, address);
	*p++ = 0;
	return p;
}

/* The end of the batch, unless the word is greater than @value. */
static inline uint32_t *put_end_unless_above(uint32_t *p, uint64_t address, uint32_t value)
{
	*p++ = 0x36 << 23 | 1 << 21 | 2;
	*p++ = value;
	return address_words(p, address);
}

static inline uint32_t *put_arbitration(uint32_t *p)
{
	*p++ = 0x05 << 23;
	return p;
}

/*
 * Syncs
 */
static inline uint32_t syncobj(int fd)
{
	struct drm_syncobj_create args = {};

	need(!ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &args), "SYNCOBJ_CREATE");
	return args.handle;
}

static inline void syncobj_destroy(int fd, uint32_t handle)
{
	struct drm_syncobj_destroy args = { .handle = handle };

	ioctl(fd, DRM_IOCTL_SYNCOBJ_DESTROY, &args);
}

static inline struct drm_xe_sync waits(uint32_t handle)
{
	return (struct drm_xe_sync){ .type = DRM_XE_SYNC_TYPE_SYNCOBJ, .handle = handle };
}

static inline struct drm_xe_sync signals(uint32_t handle)
{
	return (struct drm_xe_sync){
		.type = DRM_XE_SYNC_TYPE_SYNCOBJ, .flags = DRM_XE_SYNC_FLAG_SIGNAL, .handle = handle,
	};
}

static inline struct drm_xe_sync waits_point(uint32_t handle, uint64_t point)
{
	return (struct drm_xe_sync){
		.type = DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ, .handle = handle, .timeline_value = point,
	};
}

static inline struct drm_xe_sync signals_point(uint32_t handle, uint64_t point)
{
	struct drm_xe_sync sync = waits_point(handle, point);

	sync.flags = DRM_XE_SYNC_FLAG_SIGNAL;
	return sync;
}

static inline struct drm_xe_sync writes(uint64_t address, uint64_t value)
{
	return (struct drm_xe_sync){
		.type = DRM_XE_SYNC_TYPE_USER_FENCE, .flags = DRM_XE_SYNC_FLAG_SIGNAL,
		.addr = address, .timeline_value = value,
	};
}

/* 0, or -1 and errno. */
static inline int wait_for(int fd, uint32_t handle, int64_t ns)
{
	struct drm_syncobj_wait args = {
		.handles = (uintptr_t)&handle, .count_handles = 1, .timeout_nsec = deadline(ns),
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_WAIT, &args);
}

static inline int wait_point(int fd, uint32_t handle, uint64_t point, int64_t ns)
{
	struct drm_syncobj_timeline_wait args = {
		.handles = (uintptr_t)&handle, .points = (uintptr_t)&point, .count_handles = 1,
		.timeout_nsec = deadline(ns),
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &args);
}

/* The last point of a timeline that has signalled. */
static inline uint64_t reached(int fd, uint32_t handle)
{
	uint64_t point = ~0ull;
	struct drm_syncobj_timeline_array args = {
		.handles = (uintptr_t)&handle, .points = (uintptr_t)&point, .count_handles = 1,
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_QUERY, &args) ? ~0ull : point;
}

static inline bool over(int fd, uint32_t handle)
{
	return !wait_for(fd, handle, 0);
}

static inline int sync_file(int fd, uint32_t handle)
{
	struct drm_syncobj_handle args = {
		.handle = handle, .flags = DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE,
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &args) ? -1 : args.fd;
}

static inline int set_sync_file(int fd, uint32_t handle, int file)
{
	struct drm_syncobj_handle args = {
		.handle = handle, .fd = file, .flags = DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE,
	};

	return ioctl(fd, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &args);
}

/* 1: success, 0: not signalled, else -errno. */
static inline int fence_status(int file)
{
	struct sync_file_info info = {};

	need(!ioctl(file, SYNC_IOC_FILE_INFO, &info), "SYNC_IOC_FILE_INFO");
	return info.status;
}

/* 0, or -1 and errno. */
static inline int wait_user_fence(int fd, volatile uint64_t *address, uint64_t value, int64_t ns,
				  uint32_t queue)
{
	struct drm_xe_wait_user_fence args = {
		.addr = (uintptr_t)address, .op = DRM_XE_UFENCE_WAIT_OP_EQ, .value = value, .mask = ~0ull,
		.timeout = ns, .exec_queue_id = queue,
	};

	return ioctl(fd, DRM_IOCTL_XE_WAIT_USER_FENCE, &args);
}

/*
 * A fence of another driver, in @handle of ours. The kernel's own for tests, which lasts until it is told; where
 * there is none vgem's, which gives up by itself after ten seconds.
 */
struct sw_sync_create_fence_data {
	__u32 value;
	char name[32];
	__s32 fence;
};
#define SW_SYNC_IOC_CREATE_FENCE	_IOWR('W', 0, struct sw_sync_create_fence_data)

struct foreign {
	int file;		/* of a timeline, or of vgem */
	uint32_t fence;		/* of vgem; 0: of a timeline */
};

static inline int vgem_fence(struct foreign *f)
{
	struct drm_mode_create_dumb dumb = { .width = 64, .height = 64, .bpp = 32 };
	struct dma_buf_export_sync_file sync = { .flags = DMA_BUF_SYNC_RW };
	struct drm_vgem_fence_attach attach = { .flags = VGEM_FENCE_WRITE };
	int buf;

	f->file = open_vgem("card");
	need(f->file >= 0 && !ioctl(f->file, DRM_IOCTL_MODE_CREATE_DUMB, &dumb), "a buffer of vgem");
	attach.handle = dumb.handle;
	need(!ioctl(f->file, DRM_IOCTL_VGEM_FENCE_ATTACH, &attach), "a fence of vgem");
	f->fence = attach.out_fence;
	buf = export(f->file, dumb.handle);
	need(!ioctl(buf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &sync), "its sync_file");
	close(buf);
	return sync.fd;
}

static inline struct foreign foreign_fence(int fd, uint32_t handle)
{
	struct sw_sync_create_fence_data sw = { .value = 1, .name = "foreign" };
	struct foreign f = { .file = open("/sys/kernel/debug/sync/sw_sync", O_RDWR | O_CLOEXEC) };
	int file;

	if (f.file >= 0) {
		need(!ioctl(f.file, SW_SYNC_IOC_CREATE_FENCE, &sw), "a fence of sw_sync");
		file = sw.fence;
	} else {
		file = vgem_fence(&f);
	}
	need(!set_sync_file(fd, handle, file), "a foreign fence in a syncobj");
	close(file);
	return f;
}

/* Who closes a timeline ends what is on it. */
static inline void foreign_signal(struct foreign f)
{
	struct drm_vgem_fence_signal args = { .fence = f.fence };

	if (f.fence)
		ioctl(f.file, DRM_IOCTL_VGEM_FENCE_SIGNAL, &args);
	close(f.file);
}

/*
 * VMs and binds
 */
static inline uint32_t vm_create(int fd, uint32_t flags)
{
	struct drm_xe_vm_create args = { .flags = flags };

	need(!ioctl(fd, DRM_IOCTL_XE_VM_CREATE, &args), "VM_CREATE");
	return args.vm_id;
}

static inline int vm_destroy(int fd, uint32_t vm)
{
	struct drm_xe_vm_destroy args = { .vm_id = vm };

	return ioctl(fd, DRM_IOCTL_XE_VM_DESTROY, &args);
}

static inline struct drm_xe_vm_bind_op op_map(uint32_t handle, uint64_t offset, uint64_t address, uint64_t size)
{
	return (struct drm_xe_vm_bind_op){
		.obj = handle, .pat_index = PAT, .obj_offset = offset, .range = size, .addr = address,
		.op = DRM_XE_VM_BIND_OP_MAP,
	};
}

static inline struct drm_xe_vm_bind_op op_null(uint64_t address, uint64_t size)
{
	return (struct drm_xe_vm_bind_op){
		.pat_index = PAT, .range = size, .addr = address, .op = DRM_XE_VM_BIND_OP_MAP,
		.flags = DRM_XE_VM_BIND_FLAG_NULL,
	};
}

static inline struct drm_xe_vm_bind_op op_unmap(uint64_t address, uint64_t size)
{
	return (struct drm_xe_vm_bind_op){
		.pat_index = PAT, .range = size, .addr = address, .op = DRM_XE_VM_BIND_OP_UNMAP,
	};
}

static inline struct drm_xe_vm_bind_op op_unmap_all(uint32_t handle)
{
	return (struct drm_xe_vm_bind_op){
		.obj = handle, .pat_index = PAT, .op = DRM_XE_VM_BIND_OP_UNMAP_ALL,
	};
}

/* One call of VM_BIND; 0, or -1 and errno. */
static inline int bind_with(int fd, uint32_t vm, uint32_t queue, const struct drm_xe_vm_bind_op *ops,
			    unsigned int num_ops, struct drm_xe_sync *syncs, unsigned int num_syncs)
{
	struct drm_xe_vm_bind args = {
		.vm_id = vm, .exec_queue_id = queue, .num_binds = num_ops,
		.syncs = (uintptr_t)syncs, .num_syncs = num_syncs,
	};

	if (num_ops == 1)
		args.bind = ops[0];
	else
		args.vector_of_binds = (uintptr_t)ops;
	return ioctl(fd, DRM_IOCTL_XE_VM_BIND, &args);
}

/* The same, and it is over at the return. */
static inline int bind_ops(int fd, uint32_t vm, const struct drm_xe_vm_bind_op *ops, unsigned int n)
{
	uint32_t done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	int err = bind_with(fd, vm, 0, ops, n, &sync, 1) || wait_for(fd, done, WAIT_NS) ? -1 : 0;

	syncobj_destroy(fd, done);
	return err;
}

static inline int bind_op(int fd, uint32_t vm, struct drm_xe_vm_bind_op op)
{
	return bind_ops(fd, vm, &op, 1);
}

/*
 * A buffer with where the GPU and where the CPU has it.
 */
struct memory {
	uint32_t handle;
	uint64_t address, size;
	uint32_t *words;
};

static inline struct memory buffer_new(int fd, uint32_t placement, uint64_t size)
{
	struct memory m = { .handle = create(fd, placement, size), .size = size };

	need(m.handle, "GEM_CREATE");
	m.words = map(fd, mmap_offset(fd, m.handle), size);
	need(m.words != MAP_FAILED, "mmap");
	return m;
}

static inline struct memory memory_new(int fd, uint32_t vm, uint32_t placement, uint64_t size,
				       uint64_t address)
{
	struct memory m = buffer_new(fd, placement, size);

	m.address = address;
	need(!bind_op(fd, vm, op_map(m.handle, 0, address, size)), "VM_BIND");
	return m;
}

static inline void memory_free(int fd, struct memory *m)
{
	munmap(m->words, m->size);
	close_handle(fd, m->handle);
}

/* Where the GPU has word @n. */
static inline uint64_t at(const struct memory *m, uint64_t n)
{
	return m->address + 4 * n;
}

/*
 * Queues and jobs
 */
struct engines {
	struct drm_xe_engine_class_instance all[64];
	unsigned int count;
};

static inline struct engines engines(int fd)
{
	struct drm_xe_device_query q = { .query = DRM_XE_DEVICE_QUERY_ENGINES };
	struct drm_xe_query_engines *answer;
	struct engines e = {};

	need(!ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q), "size of the engines");
	answer = calloc(1, q.size);
	q.data = (uintptr_t)answer;
	need(!ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q), "engines");
	for (; e.count < answer->num_engines && e.count < 64; e.count++)
		e.all[e.count] = answer->engines[e.count].instance;
	free(answer);
	need(e.count, "there is an engine");
	return e;
}

static inline const char *class_name(unsigned int class)
{
	static const char *const names[] = {
		"render", "copy", "video decode", "video enhance", "compute", "bind",
	};

	return names[class];
}

static inline uint32_t queue_create(int fd, uint32_t vm, struct drm_xe_engine_class_instance engine)
{
	struct drm_xe_exec_queue_create args = {
		.width = 1, .num_placements = 1, .vm_id = vm, .instances = (uintptr_t)&engine,
	};

	need(!ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args), "EXEC_QUEUE_CREATE");
	return args.exec_queue_id;
}

static inline uint32_t bind_queue_create(int fd, uint32_t vm)
{
	return queue_create(fd, vm, (struct drm_xe_engine_class_instance){
		.engine_class = DRM_XE_ENGINE_CLASS_VM_BIND,
	});
}

static inline int queue_destroy(int fd, uint32_t queue)
{
	struct drm_xe_exec_queue_destroy args = { .exec_queue_id = queue };

	return ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_DESTROY, &args);
}

static inline int banned(int fd, uint32_t queue)
{
	struct drm_xe_exec_queue_get_property args = {
		.exec_queue_id = queue, .property = DRM_XE_EXEC_QUEUE_GET_PROPERTY_BAN,
	};

	return ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_GET_PROPERTY, &args) ? -1 : (int)args.value;
}

/* One job; 0, or -1 and errno. */
static inline int exec(int fd, uint32_t queue, uint64_t address, struct drm_xe_sync *syncs,
		       unsigned int num_syncs)
{
	struct drm_xe_exec args = {
		.exec_queue_id = queue, .address = address, .num_batch_buffer = 1,
		.syncs = (uintptr_t)syncs, .num_syncs = num_syncs,
	};

	return ioctl(fd, DRM_IOCTL_XE_EXEC, &args);
}

/* No batch: the syncs after all that was there before. */
static inline int exec_nothing(int fd, uint32_t queue, struct drm_xe_sync *syncs, unsigned int num_syncs)
{
	struct drm_xe_exec args = {
		.exec_queue_id = queue, .syncs = (uintptr_t)syncs, .num_syncs = num_syncs,
	};

	return ioctl(fd, DRM_IOCTL_XE_EXEC, &args);
}

/* One job, and it is over at the return. */
static inline int exec_wait(int fd, uint32_t queue, uint64_t address)
{
	uint32_t done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	int err = exec(fd, queue, address, &sync, 1) || wait_for(fd, done, WAIT_NS) ? -1 : 0;

	syncobj_destroy(fd, done);
	return err;
}

/*
 * A batch that runs until it is told: what it needs is 16 words at @word of @m. The first kind waits in
 * one command, at which others get the engine; the other goes round in a loop.
 */
enum { SPIN_TEXT, SPIN_STARTED = 12, SPIN_END = 13, SPIN_WORDS = 32 };

static inline uint64_t spin_semaphore(struct memory *m, unsigned int word)
{
	uint32_t *p = m->words + word;

	p[SPIN_STARTED] = p[SPIN_END] = 0;
	p = put_store(p, at(m, word + SPIN_STARTED), 1);
	p = put_wait(p, at(m, word + SPIN_END), 1);
	put_end(p);
	return at(m, word);
}

static inline uint64_t spin_loop(struct memory *m, unsigned int word)
{
	uint32_t *p = m->words + word;
	uint64_t start = at(m, word + 16);

	p[SPIN_STARTED] = 0;
	p[SPIN_END] = 1;
	p = put_store(p, at(m, word + SPIN_STARTED), 1);
	put_jump(p, start);
	p = put_end_unless_above(m->words + word + 16, at(m, word + SPIN_END), 0);
	p = put_arbitration(p);
	put_jump(p, start);
	return at(m, word);
}

/* Either of them goes on. */
static inline void spin_end(struct memory *m, unsigned int word)
{
	volatile uint32_t *end = m->words + word + SPIN_END;

	*end = !*end;
	__sync_synchronize();
}

static inline bool becomes(volatile uint32_t *word, uint32_t value, double seconds)
{
	double end = now() + seconds;

	while (*word != value && now() < end)
		usleep(1000);
	return *word == value;
}

static inline bool spin_started(struct memory *m, unsigned int word)
{
	return becomes(m->words + word + SPIN_STARTED, 1, 30);
}

#endif
