// SPDX-License-Identifier: MIT
/*
 * Everything of a card is open and in use while it goes, is used late, and closed late in an order
 * of chance. KTAP. Usage: open PCI-ADDRESS SEED DOWN UP. DOWN and UP are commands of the shell.
 *
 * What each object does once the card is gone is in the table of "late" functions, which is
 * Documentation/gpu/drm-uapi.rst, "Device Hot-Unplug", for the DRM part, and kernfs's and debugfs's
 * own answers for files.
 */
#define _GNU_SOURCE
#include <linux/dma-buf.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lib/client.h"

#define PAGE		4096
#define SIZE		(256 << 10)
#define LATE_S		10.0	/* for one close, in a slow guest: it does not wait for anything */

static const char *pci;
static int render, vgem, foreign;
static uint64_t system_offset;
static bool stop;

/*
 * What is held open
 */

struct thing {
	const char *name;
	int fd;
	uint32_t *map;
	uint32_t value;		/* what was last written to the map; 0: VRAM, lost */
	int (*late)(struct thing *t);
	char path[200];
	bool closed;
};

static struct thing things[400];
static unsigned int num_things;

static struct thing *hold(const char *name, int fd, int (*late)(struct thing *t))
{
	struct thing *t = &things[num_things++];

	*t = (struct thing){ .name = name, .fd = fd, .late = late };
	if (fd < 0)
		check(0, name);
	return t;
}

static void hold_map(const char *name, void *p, int (*late)(struct thing *t))
{
	struct thing *t = hold(name, p == MAP_FAILED ? -1 : 0, late);

	t->map = p;
	t->value = 0x5511;
	/* The other half is touched for the first time when the card is gone. */
	for (unsigned int i = 0; p != MAP_FAILED && i < SIZE / 8; i += PAGE / 4)
		t->map[i] = t->value;
}

static int is(uint32_t *p, unsigned int from, unsigned int to, uint32_t value)
{
	for (unsigned int i = from; i < to; i += PAGE / 4)
		if (p[i] != value) {
			printf("# word %u is %#x, not %#x\n", i, p[i], value);
			return 0;
		}
	return 1;
}

static int rewrite(struct thing *t)
{
	t->value += 0x101;
	for (unsigned int i = 0; i < SIZE / 4; i += PAGE / 4)
		t->map[i] = t->value;
	return is(t->map, 0, SIZE / 4, t->value);
}

/* System memory keeps its contents. */
static int late_memory(struct thing *t)
{
	bool first = t->value == 0x5511;

	return is(t->map, 0, SIZE / 8, t->value) &&
	       is(t->map, SIZE / 8, SIZE / 4, first ? 0 : t->value) && rewrite(t);
}

/* What was in VRAM is lost, but there is something to be read and written. */
static int late_vram(struct thing *t)
{
	return is(t->map, 0, SIZE / 4, t->value == 0x5511 ? 0 : t->value) && rewrite(t);
}

static const unsigned long ioctls[] = {
	DRM_IOCTL_XE_DEVICE_QUERY, DRM_IOCTL_XE_GEM_CREATE, DRM_IOCTL_XE_GEM_MMAP_OFFSET,
	DRM_IOCTL_XE_VM_CREATE, DRM_IOCTL_XE_VM_DESTROY, DRM_IOCTL_XE_VM_BIND,
	DRM_IOCTL_XE_EXEC_QUEUE_CREATE, DRM_IOCTL_XE_EXEC_QUEUE_DESTROY,
	DRM_IOCTL_XE_EXEC_QUEUE_GET_PROPERTY, DRM_IOCTL_XE_EXEC, DRM_IOCTL_XE_WAIT_USER_FENCE,
	DRM_IOCTL_XE_OBSERVATION, DRM_IOCTL_VERSION, DRM_IOCTL_GET_CAP, DRM_IOCTL_GEM_CLOSE,
	DRM_IOCTL_PRIME_HANDLE_TO_FD, DRM_IOCTL_PRIME_FD_TO_HANDLE, DRM_IOCTL_SYNCOBJ_CREATE,
};
#define NUM_IOCTLS	(sizeof(ioctls) / sizeof(ioctls[0]))

/* Opened anew by its number: what /dev has is another device, or nothing. */
static int reopen(int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDWR | O_CLOEXEC);
}

static int late_node(struct thing *t)
{
	for (unsigned int i = 0; i < NUM_IOCTLS; i++) {
		uint64_t args[32] = {};

		errno = 0;
		if (!ioctl(t->fd, ioctls[i], args) || errno != ENODEV) {
			printf("# ioctl %#lx\n", ioctls[i]);
			return 0;
		}
	}
	if (map(t->fd, system_offset, SIZE) != MAP_FAILED || errno != ENODEV) {
		printf("# mmap\n");
		return 0;
	}
	/* The DRM core's answer is one, the document's the other. */
	return reopen(t->fd) < 0 && (errno == ENODEV || errno == ENXIO);
}

static int late_dma_buf(struct thing *t)
{
	struct dma_buf_sync sync = { .flags = DMA_BUF_SYNC_RW | DMA_BUF_SYNC_START };
	uint32_t *p = map(t->fd, 0, SIZE);

	if (p == MAP_FAILED || munmap(p, SIZE))
		return 0;
	if (lseek(t->fd, 0, SEEK_END) != SIZE || ioctl(t->fd, DMA_BUF_IOCTL_SYNC, &sync))
		return 0;
	/* Its card is gone: nobody can attach any more. */
	int other = open_vgem("render");
	int handle = other < 0 ? -1 : import(other, t->fd);

	if (other >= 0)
		close(other);
	return handle < 0 && errno == ENODEV;
}

/* Somebody else's buffer does not care about our card. */
static int late_foreign(struct thing *t)
{
	uint32_t *p = map(t->fd, 0, 1 << 16);

	if (p == MAP_FAILED)
		return 0;
	*p = 1;
	return !munmap(p, 1 << 16);
}

static int late_vgem(struct thing *t)
{
	uint64_t args[32] = {};

	return !ioctl(t->fd, DRM_IOCTL_VERSION, args);
}

static int late_sync_file(struct thing *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* Another device takes it, if there is one. */
static int late_syncobj(struct thing *t)
{
	struct drm_syncobj_handle handle = { .fd = t->fd };
	struct drm_syncobj_wait wait = { .handles = (uintptr_t)&handle.handle, .count_handles = 1 };
	int ok, card = open_card(pci, "renderD");

	if (card < 0)
		return 1;
	ok = !ioctl(card, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &handle) &&
	     !ioctl(card, DRM_IOCTL_SYNCOBJ_WAIT, &wait);
	close(card);
	return ok;
}

static int reads(struct thing *t, int err)
{
	char data[256];

	errno = 0;
	return pread(t->fd, data, sizeof(data), 0) < 0 && errno == err;
}

static int late_sysfs(struct thing *t)		{ return reads(t, ENODEV); }

/* Some of its files cannot be read but from where one is. */
static int late_debugfs(struct thing *t)
{
	char data[256];

	errno = 0;
	return read(t->fd, data, sizeof(data)) < 0 && errno == EIO;
}

/* It is about the number, which has nothing behind it once the node is closed. */
static int late_fdinfo(struct thing *t)
{
	char data[256];
	bool closed = false;

	for (unsigned int i = 0; i < num_things; i++)
		closed |= things[i].closed && !things[i].map && things[i].fd == render;
	return pread(t->fd, data, sizeof(data), 0) > 0 || (closed && errno == ENOENT);
}

/* All files that a command prints the names of. */
static void hold_files(const char *name, const char *find, int (*late)(struct thing *t))
{
	char path[200], command[400];
	FILE *list;
	int n = 0;

	snprintf(command, sizeof(command), find, pci);
	list = popen(command, "r");
	while (list && fgets(path, sizeof(path), list)) {
		struct thing *t;

		path[strcspn(path, "\n")] = 0;
		t = hold(name, open(path, O_RDONLY | O_CLOEXEC), late);
		strcpy(t->path, path);
		n++;
	}
	if (list)
		pclose(list);
	printf("# %d files of %s\n", n, name);
	check(n > 0, name);
}

static void hold_all(void)
{
	struct dma_buf_export_sync_file sync = { .flags = DMA_BUF_SYNC_RW };
	struct drm_syncobj_create syncobj = { .flags = DRM_SYNCOBJ_CREATE_SIGNALED };
	struct drm_syncobj_handle handle = { .fd = -1 };
	char path[64];
	uint32_t system, vram;
	int shared;

	hold("card node", open_card(pci, "card"), late_node);
	render = open_card(pci, "renderD");
	hold("render node", render, late_node);
	vgem = open_vgem("card");
	hold("importer", vgem, late_vgem);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", render);
	hold("fdinfo", open(path, O_RDONLY), late_fdinfo);

	system = create(render, 1, SIZE);
	vram = create(render, 2, SIZE);
	system_offset = mmap_offset(render, system);
	hold_map("mmap of system memory", map(render, system_offset, SIZE), late_memory);
	hold_map("mmap of VRAM", map(render, mmap_offset(render, vram), SIZE), late_vram);

	system = create(render, 1, SIZE);
	shared = export(render, system);
	hold("exported dma-buf", shared, late_dma_buf);
	hold_map("mmap of the dma-buf", map(shared, 0, SIZE), late_memory);
	check(import(vgem, shared) >= 0, "another driver imports it");
	check(!ioctl(shared, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &sync), "sync_file");
	hold("sync_file", sync.fd, late_sync_file);
	foreign = vgem_buffer(vgem);
	hold("imported dma-buf", foreign, late_foreign);
	check(import(render, foreign) >= 0, "our driver imports a dma-buf");

	check(!ioctl(render, DRM_IOCTL_SYNCOBJ_CREATE, &syncobj), "syncobj");
	handle.handle = syncobj.handle;
	check(!ioctl(render, DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &handle), "its file");
	hold("syncobj", handle.fd, late_syncobj);

	hold_files("sysfs", "find /sys/bus/pci/devices/%s/tile0 -type f -perm -400", late_sysfs);
	hold_files("hwmon", "find /sys/bus/pci/devices/%s/hwmon/ -type f -name '*_*' -perm -400 "
		   "! -path '*/power/*'", late_sysfs);
	hold_files("debugfs", "find /sys/kernel/debug/dri/%s/ -type f ! -name 'force_*'", late_debugfs);
}

static void late_use(const char *when)
{
	char what[100];
	int bad = 0, used = 0;

	for (unsigned int i = 0; i < num_things; i++) {
		struct thing *t = &things[i];

		if (t->closed)
			continue;
		used++;
		if (!t->late(t)) {
			bad++;
			printf("# %s %s: errno %d (%s)\n", t->name, t->path, errno, strerror(errno));
		}
	}
	snprintf(what, sizeof(what), "late use %s", when);
	printf("# %d objects\n", used);
	check(!bad, what);
}

/* In the order of @order; the slowest one counts. */
static void close_some(const unsigned int *order, unsigned int from, unsigned int to)
{
	double worst = 0;

	for (unsigned int i = from; i < to; i++) {
		struct thing *t = &things[order[i]];
		double begin = now();

		if (t->map ? munmap(t->map, SIZE) : close(t->fd))
			check(0, t->name);
		t->closed = true;
		if (now() - begin > worst)
			worst = now() - begin;
	}
	printf("# %u closed, the slowest in %.0f ms\n", to - from, worst * 1000);
	check(worst < LATE_S, "late close does not wait");
}

/*
 * What is under way when the card goes: threads
 */

struct worker {
	const char *name;
	int (*once)(int render);	/* 0, or an errno */
	int allowed[4];
};

static struct {
	int fd;				/* of its own */
	unsigned int rounds, refused;
	int bad;			/* the first error that is not allowed */
	pthread_t thread;
} state[8];

static int shared_vgem, shared_foreign;	/* likewise */

static int query_once(int render)
{
	for (uint32_t id = 0; id <= DRM_XE_DEVICE_QUERY_UC_FW_VERSION; id++) {
		struct drm_xe_device_query q = { .query = id };
		char data[PAGE] = {};

		if (ioctl(render, DRM_IOCTL_XE_DEVICE_QUERY, &q))
			return errno;
		q.data = (uintptr_t)data;
		if (id == DRM_XE_DEVICE_QUERY_ENGINE_CYCLES)
			((struct drm_xe_query_engine_cycles *)data)->clockid = 1;
		if (q.size <= sizeof(data) && ioctl(render, DRM_IOCTL_XE_DEVICE_QUERY, &q))
			return errno;
	}
	return 0;
}

/* Both mappings fault, here and there. */
static int buffer_once(int render)
{
	for (uint32_t placement = 1; placement <= 2; placement++) {
		uint32_t handle = create(render, placement, 1 << 16);
		uint64_t offset = handle ? mmap_offset(render, handle) : 0;
		volatile uint32_t *p;

		if (!offset)
			return errno;
		p = map(render, offset, 1 << 16);
		if (p == MAP_FAILED)
			return errno;
		for (unsigned int i = 0; i < (1 << 16) / 4; i += PAGE / 4)
			p[i] = i;
		munmap((void *)p, 1 << 16);
		if (close_handle(render, handle))
			return errno;
	}
	return 0;
}

static int share_once(int render)
{
	uint32_t handle = create(render, 1, 1 << 16);
	int fd, theirs, err = 0;

	if (!handle)
		return errno;
	fd = export(render, handle);
	if (fd < 0)
		return errno;
	theirs = import(shared_vgem, fd);
	if (theirs < 0)
		err = errno;
	else
		close_handle(shared_vgem, theirs);
	close(fd);
	if (!err && import(render, shared_foreign) < 0)
		err = errno;
	if (!err && close_handle(render, handle))
		err = errno;
	return err;
}

/* A VM comes and goes; what the others are asked for is not there, or is nothing that they know. */
static int later_once(int render)
{
	struct drm_xe_vm_create vm = {};
	struct drm_xe_vm_destroy destroy = {};

	if (ioctl(render, DRM_IOCTL_XE_VM_CREATE, &vm))
		return errno;
	destroy.vm_id = vm.vm_id;
	if (ioctl(render, DRM_IOCTL_XE_VM_DESTROY, &destroy))
		return errno;

	for (unsigned int i = 4; i < 12; i++) {
		uint64_t args[32] = {};

		if (ioctl(render, ioctls[i], args) && errno != EOPNOTSUPP && errno != EINVAL &&
		    errno != ENOENT && errno != EFAULT && errno != ETIME)
			return errno;
	}
	return 0;
}

/* One after the other, so that a card that is gone is noticed. */
static int files_once(int render)
{
	static unsigned int next;
	char data[PAGE];
	int fd, err = 0;

	(void)render;
	do
		next = (next + 1) % num_things;
	while (!things[next].path[0]);
	fd = open(things[next].path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (read(fd, data, sizeof(data)) < 0)
		err = errno;
	close(fd);
	return err;
}

static int setting_once(int render)
{
	char path[100];
	int fd, err = 0;

	(void)render;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.40s/tile0/gt0/freq0/max_freq", pci);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (write(fd, "1000", 4) < 0)
		err = errno;
	close(fd);
	return err;
}

static int open_once(int render)
{
	int fd = reopen(render), err = errno;

	if (fd < 0)
		return err;
	close(fd);
	return 0;
}

/* There are no events: it waits until it is interrupted, in the DRM core. */
static int read_once(int render)
{
	char data[64];

	return read(render, data, sizeof(data)) < 0 ? errno : 0;
}

static const struct worker workers[] = {
	{ "queries", query_once, { ENODEV } },
	{ "buffers and faults", buffer_once, { ENODEV } },
	{ "dma-bufs", share_once, { ENODEV } },
	{ "other ioctls", later_once, { ENODEV } },
	{ "reading files", files_once, { ENODEV, ENOENT, EIO, EAGAIN } },	/* of the next device, not there yet */
	{ "writing a setting", setting_once, { ENODEV, ENOENT } },
	{ "opening", open_once, { ENODEV, ENXIO, ENOENT } },
	{ "blocked in read", read_once, { EINTR, ENODEV } },
};
#define NUM_WORKERS	(sizeof(workers) / sizeof(workers[0]))

static void *work(void *data)
{
	unsigned int n = (uintptr_t)data;
	const struct worker *w = &workers[n];

	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		int err = w->once(state[n].fd);
		bool allowed = !err;

		for (unsigned int i = 0; i < 4 && err; i++)
			allowed |= w->allowed[i] == err;
		__atomic_fetch_add(&state[n].rounds, !err, __ATOMIC_RELAXED);
		state[n].refused += err && allowed;
		if (!allowed && !state[n].bad)
			state[n].bad = err;
		/* Others want to run, too: there are two slow CPUs. */
		usleep(2000);
	}
	return NULL;
}

/*
 * Inside of ioctls that wait for the memory of their caller: the first for what it tells, the others
 * for what they are asked.
 */
static struct stuck {
	const char *name;
	unsigned long request;
	int expected;
	int err;
	pthread_t thread;
} stuck[] = {
	{ .name = "a query ends, and has not noticed", .request = DRM_IOCTL_XE_DEVICE_QUERY },
	{ .name = "GEM_CREATE ends", .request = DRM_IOCTL_XE_GEM_CREATE, .expected = ENODEV },
	{ .name = "GEM_MMAP_OFFSET ends", .request = DRM_IOCTL_XE_GEM_MMAP_OFFSET, .expected = ENODEV },
	{ .name = "PRIME_HANDLE_TO_FD ends", .request = DRM_IOCTL_PRIME_HANDLE_TO_FD, .expected = ENODEV },
	{ .name = "PRIME_FD_TO_HANDLE ends", .request = DRM_IOCTL_PRIME_FD_TO_HANDLE, .expected = ENODEV },
};
#define NUM_STUCK	(sizeof(stuck) / sizeof(stuck[0]))

static union {
	char page[PAGE];
	struct drm_xe_gem_create create;
	struct drm_xe_gem_mmap_offset offset;
	struct drm_prime_handle prime;
} answers[NUM_STUCK];		/* what is in the page of each, once it may go on */

static int uffd, stuck_fd;
static char *stuck_pages;

static void *stuck_call(void *data)
{
	struct stuck *s = data;
	void *page = stuck_pages + (s - stuck) * PAGE;
	struct drm_xe_device_query q = { .query = DRM_XE_DEVICE_QUERY_CONFIG };

	if (s->request == DRM_IOCTL_XE_DEVICE_QUERY) {
		ioctl(stuck_fd, s->request, &q);
		q.data = (uintptr_t)page;
		page = &q;
	}
	s->err = ioctl(stuck_fd, s->request, page) ? errno : 0;
	return NULL;
}

/* All of these would do well if the card was there. */
static void prepare_answers(void)
{
	uint32_t handle = create(stuck_fd, 1, SIZE);

	answers[1].create.size = SIZE;
	answers[1].create.placement = 1;
	answers[1].create.cpu_caching = DRM_XE_GEM_CPU_CACHING_WC;
	answers[2].offset.handle = handle;
	answers[3].prime.handle = handle;
	answers[4].prime.fd = foreign;
}

static bool wait_for_faults(unsigned int n)
{
	struct pollfd p = { .fd = uffd, .events = POLLIN };
	struct uffd_msg msg;

	while (n && poll(&p, 1, 20000) == 1)
		n -= read(uffd, &msg, sizeof(msg)) == sizeof(msg);
	return !n;
}

static void stick(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	stuck_fd = dup(render);
	prepare_answers();
	stuck_pages = mmap(NULL, sizeof(answers), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	reg.range.start = (uintptr_t)stuck_pages;
	reg.range.len = sizeof(answers);
	if (!check(uffd >= 0 && !ioctl(uffd, UFFDIO_API, &api) && !ioctl(uffd, UFFDIO_REGISTER, &reg),
		   "userfaultfd"))
		return;
	for (unsigned int i = 0; i < NUM_STUCK; i++)
		pthread_create(&stuck[i].thread, NULL, stuck_call, &stuck[i]);
	check(wait_for_faults(NUM_STUCK), "five ioctls wait for the memory of their callers");
}

static void unstick(void)
{
	for (unsigned int i = 0; i < NUM_STUCK; i++) {
		struct uffdio_copy copy = {
			.dst = (uintptr_t)stuck_pages + i * PAGE, .src = (uintptr_t)&answers[i], .len = PAGE,
		};

		ioctl(uffd, UFFDIO_COPY, &copy);
		pthread_join(stuck[i].thread, NULL);
		errno = stuck[i].err;
		check(stuck[i].err == stuck[i].expected, stuck[i].name);
	}
	close(uffd);
	close(stuck_fd);
}

static void start_workers(void)
{
	shared_vgem = dup(vgem);
	shared_foreign = dup(foreign);
	for (uintptr_t i = 0; i < NUM_WORKERS; i++) {
		state[i].fd = reopen(render);
		pthread_create(&state[i].thread, NULL, work, (void *)i);
	}
}

/* Each has done its work once before the card goes; to read there is nothing. */
static void all_at_work(void)
{
	double end = now() + 30;
	unsigned int i = 0;

	while (i < NUM_WORKERS && now() < end) {
		if (workers[i].once == read_once || __atomic_load_n(&state[i].rounds, __ATOMIC_RELAXED))
			i++;
		else
			usleep(10000);
	}
	check(i == NUM_WORKERS, i == NUM_WORKERS ? "all threads are at work" : workers[i].name);
}

/* A signal may come just before what it is to interrupt. */
static void stop_worker(pthread_t thread)
{
	struct timespec t;

	do {
		pthread_kill(thread, SIGUSR1);
		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_sec++;
	} while (pthread_timedjoin_np(thread, NULL, &t));
}

static void stop_workers(void)
{
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < NUM_WORKERS; i++) {
		const struct worker *w = &workers[i];

		stop_worker(state[i].thread);
		close(state[i].fd);
		printf("# %s: %u times, refused %u times\n", w->name, state[i].rounds,
		       state[i].refused);
		errno = state[i].bad;
		check(!state[i].bad && (state[i].rounds || w->once == read_once), w->name);
	}
	close(shared_vgem);
	close(shared_foreign);
}

static void interrupt(int signal)
{
	(void)signal;
}

/*
 * The course of it
 */

static void new_device(void)
{
	double end = now() + 60;
	int card = open_vgem("card"), other = vgem_buffer(card), fd = -1;
	uint32_t *p = MAP_FAILED, handle;

	do {
		usleep(200000);
		if (fd >= 0)
			close(fd);
		fd = open_card(pci, "renderD");
		handle = fd < 0 ? 0 : create(fd, 2, SIZE);
	} while (!handle && now() < end);
	if (handle)
		p = map(fd, mmap_offset(fd, handle), SIZE);
	if (check(p != MAP_FAILED, "the new device works beside the old one")) {
		for (unsigned int i = 0; i < SIZE / 4; i += PAGE / 4)
			p[i] = 0x99;
		check(is(p, 0, SIZE / 4, 0x99), "its VRAM is its own");
		check(import(fd, other) >= 0, "it imports a dma-buf");
		munmap(p, SIZE);
	}
	close(other);
	close(card);
	close(fd);
}

static void unload_is_refused(const char *when)
{
	check(syscall(SYS_delete_module, "xe", O_NONBLOCK) && errno == EWOULDBLOCK, when);
}

int main(int argc, char **argv)
{
	static unsigned int order[sizeof(things) / sizeof(things[0])];
	struct sigaction action = { .sa_handler = interrupt };
	unsigned int cut, busy;
	double begin;

	if (argc != 5)
		return 2;
	pci = argv[1];
	srandom(atoi(argv[2]));
	sigaction(SIGUSR1, &action, NULL);
	printf("KTAP version 1\n");

	hold_all();
	for (unsigned int i = 0; i < num_things; i++) {
		unsigned int j = random() % (i + 1);

		order[i] = order[j];
		order[j] = i;
	}
	cut = random() % (num_things + 1);
	busy = random() % 3;	/* until when the threads are */
	stick();
	start_workers();
	unload_is_refused("module unload is refused");
	all_at_work();
	usleep(random() % 400000);

	begin = now();
	check(!run(argv[3]), "the card goes");
	check(now() - begin < 120, "in bounded time, an ioctl under way or not");
	late_use("while the card is gone");
	unload_is_refused("module unload is refused while files are open");
	if (busy == 0)
		stop_workers();
	close_some(order, 0, cut);

	check(!run(argv[4]), "the card comes back");
	new_device();
	late_use("beside the new device");
	if (busy == 1)
		stop_workers();
	close_some(order, cut, num_things);
	if (busy == 2)
		stop_workers();
	unstick();
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed;
}
