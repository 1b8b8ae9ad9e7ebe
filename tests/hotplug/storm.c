// SPDX-License-Identifier: MIT
/*
 * Clients that do everything at once, while memory is short and the card comes and goes. KTAP. Usage:
 *
 *	storm chaos PCI-ADDRESS SECONDS SEED	processes of two threads each, killed and started again
 *	storm odd PCI-ADDRESS			orders of calls that nobody means
 *	storm binds PCI-ADDRESS COUNT		so many binds in one call, by who is killed, and who is not
 *	storm groups PCI-ADDRESS		mounts the control groups, for which the guest has no program
 *	storm greedy PCI-ADDRESS		asks for more and more, until it is killed
 *	storm contexts PCI-ADDRESS FILES	a process has all contexts that it gets, and is killed when the card sleeps
 *
 * Any call may fail in "chaos". What a fence says to be done is done, and done once.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/gpu.h"

#define TEXT		0x1000000ull
#define DATA		0x4000000ull
#define BIG		0x10000000ull
#define JOBS		24u
#define PROCESSES	2
#define KEPT		16

static const char *pci;
static struct engines all;

/* Of all processes */
static struct shared {
	unsigned int rounds, jobs, refused, done, wrong;
} *shared;

static unsigned int any(unsigned int *seed, unsigned int n)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 8) % n;
}

static void add(unsigned int *what, unsigned int n)
{
	__atomic_fetch_add(what, n, __ATOMIC_RELAXED);
}

/*
 * Chaos
 */
struct client {
	unsigned int seed;
	int fd;
	uint32_t vm, queue[2], text, data, big, done;
	uint64_t big_size;
	uint32_t *text_words, *data_words;
	int kept[KEPT];
};

static uint32_t make_buffer(struct client *c, uint32_t placement, uint64_t size, uint32_t **words)
{
	uint32_t handle = create(c->fd, placement, size);

	if (words && handle) {
		*words = map(c->fd, mmap_offset(c->fd, handle), size);
		if (*words == MAP_FAILED)
			*words = NULL;
	}
	return handle;
}

static uint32_t make_queue(struct client *c)
{
	struct drm_xe_engine_class_instance e = all.all[any(&c->seed, all.count)];
	struct drm_xe_exec_queue_create args = {
		.width = 1, .num_placements = 1, .vm_id = c->vm, .instances = (uintptr_t)&e,
	};

	return ioctl(c->fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args) ? 0 : args.exec_queue_id;
}

/* Whether there is enough to work with. */
static bool make_all(struct client *c)
{
	struct drm_xe_vm_create vm = { .flags = any(&c->seed, 2) ? DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE : 0 };
	struct drm_syncobj_create done = {};
	struct drm_xe_vm_bind_op ops[3];
	struct drm_xe_sync sync;
	int err;

	if (ioctl(c->fd, DRM_IOCTL_XE_VM_CREATE, &vm) || ioctl(c->fd, DRM_IOCTL_SYNCOBJ_CREATE, &done))
		return false;
	c->vm = vm.vm_id;
	c->done = done.handle;
	c->big_size = (4 + any(&c->seed, 28)) * MiB;
	c->text = make_buffer(c, SYSTEM, 64 << 10, &c->text_words);
	c->data = make_buffer(c, SYSTEM, 64 << 10, &c->data_words);
	c->big = make_buffer(c, SYSTEM | VRAM, c->big_size, NULL);
	if (!c->text_words || !c->data_words || !c->big)
		return false;
	ops[0] = op_map(c->text, 0, TEXT, 64 << 10);
	ops[1] = op_map(c->data, 0, DATA, 64 << 10);
	ops[2] = op_map(c->big, 0, BIG, c->big_size);
	sync = signals(c->done);
	err = bind_with(c->fd, c->vm, 0, ops, 3, &sync, 1);
	for (unsigned int i = 0; i < 2; i++)
		c->queue[i] = make_queue(c);
	return !err && c->queue[0] && c->queue[1];
}

/* Remap, move or cut what is beside the jobs' memory. */
static void disturb(struct client *c)
{
	uint64_t from = any(&c->seed, c->big_size / PAGE) * PAGE;
	struct drm_xe_vm_bind_op ops[] = {
		op_unmap(BIG + from, PAGE), op_map(c->big, 0, BIG + 64 * MiB, c->big_size), op_unmap(BIG, c->big_size),
	};

	ops[1].op = any(&c->seed, 2) ? DRM_XE_VM_BIND_OP_MAP : DRM_XE_VM_BIND_OP_PREFETCH;
	if (ops[1].op == DRM_XE_VM_BIND_OP_PREFETCH) {
		ops[1].obj = 0;
		ops[1].prefetch_mem_region_instance = any(&c->seed, 2);
	}
	bind_with(c->fd, c->vm, 0, ops, 1 + any(&c->seed, 3), NULL, 0);
}

static void keep(struct client *c)
{
	int *kept = &c->kept[any(&c->seed, KEPT)], file = sync_file(c->fd, c->done);

	if (file < 0)
		return;
	if (*kept)
		close(*kept);
	*kept = file;
}

/* Behind the bind and the job before. Each counts in a word of its own; -1 where there is no memory for a file. */
static int send_job(struct client *c, unsigned int n)
{
	struct drm_xe_sync sync[] = { signals(c->done), waits(c->done) };

	put_end(put_count(c->text_words + 8 * n, DATA + 4 * n));
	if (exec(c->fd, c->queue[n % 2], TEXT + 32 * n, sync, 2)) {
		add(&shared->refused, 1);
		return -1;
	}
	add(&shared->jobs, 1);
	return sync_file(c->fd, c->done);
}

static void judge(const struct client *c, unsigned int n, int file)
{
	struct pollfd p = { .fd = file, .events = POLLIN };
	int status = file >= 0 && poll(&p, 1, WAIT_NS / 1000000) == 1 ? fence_status(file) : 0;
	unsigned int count = c->data_words[n];

	if (file >= 0)
		close(file);
	add(&shared->done, status == 1);
	if (count <= 1 && (status == 1 ? count : status || file < 0))
		return;
	add(&shared->wrong, 1);
	fprintf(stderr, "# job %u ran %u times, its fence says %d\n", n, count, status);
}

static void run_jobs(struct client *c)
{
	unsigned int n = 1 + any(&c->seed, JOBS);
	int file[JOBS];

	for (unsigned int i = 0; i < n; i++) {
		file[i] = send_job(c, i);
		if (!any(&c->seed, 4))
			disturb(c);
		if (!any(&c->seed, 6))
			keep(c);
	}
	for (unsigned int i = 0; i < n; i++)
		judge(c, i, file[i]);
}

static void one_life(struct client *c)
{
	int copy;

	c->fd = open_card(pci, "renderD");
	if (c->fd < 0) {
		usleep(50000);
		return;
	}
	c->text_words = c->data_words = NULL;
	memset(c->queue, 0, sizeof(c->queue));
	copy = any(&c->seed, 3) ? -1 : dup(c->fd);
	if (make_all(c))
		run_jobs(c);
	if (any(&c->seed, 2)) {
		queue_destroy(c->fd, c->queue[0]);
		vm_destroy(c->fd, c->vm);
	}
	if (c->text_words)
		munmap(c->text_words, 64 << 10);
	if (c->data_words)
		munmap(c->data_words, 64 << 10);
	close(c->fd);
	if (copy >= 0)
		close(copy);
	add(&shared->rounds, 1);
}

static void *live(void *data)
{
	struct client *c = data;

	for (;;)
		one_life(c);
	return NULL;
}

static pid_t start(unsigned int seed)
{
	static struct client clients[2];
	pthread_t thread;
	pid_t pid = fork();
	int fail;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fail = open("/proc/self/make-it-fail", O_WRONLY);
	if (fail < 0 || write(fail, "1", 1) != 1)
		_exit(1);
	for (unsigned int i = 0; i < 2; i++)
		clients[i].seed = seed * 2 + i;
	pthread_create(&thread, NULL, live, &clients[1]);
	live(&clients[0]);
	_exit(0);
}

static bool reap(pid_t pid)
{
	double end = now() + 100;

	kill(pid, SIGKILL);
	while (now() < end) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		usleep(1000);
	}
	show_stack(pid);
	return false;
}

static void chaos(double seconds, unsigned int seed)
{
	pid_t pids[PROCESSES];
	double end = now() + seconds;
	unsigned int kills = 0;
	bool good = true;

	for (unsigned int i = 0; i < PROCESSES; i++)
		pids[i] = start(seed + i);
	while (good && now() < end) {
		unsigned int i = any(&seed, PROCESSES);

		usleep(300000 + any(&seed, 1200000));
		good = reap(pids[i]);
		pids[i] = start(seed);
		kills++;
	}
	for (unsigned int i = 0; i < PROCESSES; i++)
		good &= reap(pids[i]);
	printf("# %u lives, %u jobs, %u refused, %u a success, %u killed\n", shared->rounds, shared->jobs, shared->refused,
	       shared->done, kills);
	check(good, "everybody can be killed");
	check(!shared->wrong, "what is said to be done is done once");
	check(shared->rounds && shared->jobs, "something was done");
}

/*
 * Odd orders
 */
static int fd;

struct world {
	uint32_t vm, queue;
	struct memory text, data;
};

static struct world world_new(int file)
{
	struct world w = { .vm = vm_create(file, 0) };

	w.text = memory_new(file, w.vm, SYSTEM, 64 << 10, TEXT);
	w.data = memory_new(file, w.vm, SYSTEM, 64 << 10, DATA);
	w.queue = queue_create(file, w.vm, all.all[0]);
	return w;
}

static void world_end(int file, struct world *w)
{
	queue_destroy(file, w->queue);
	memory_free(file, &w->text);
	memory_free(file, &w->data);
	vm_destroy(file, w->vm);
}

/* A mapping is a reference to the file, too. */
static void unmap_all(struct world *w)
{
	munmap(w->text.words, w->text.size);
	munmap(w->data.words, w->data.size);
}

static bool ends_badly(int fence)
{
	return poll(&(struct pollfd){ .fd = fence, .events = POLLIN }, 1, 60000) == 1 && fence_status(fence) < 0;
}

static bool counts(int file, struct world *w)
{
	uint32_t before = w->data.words[0];

	put_end(put_count(w->text.words, at(&w->data, 0)));
	return !exec_wait(file, w->queue, w->text.address) && w->data.words[0] == before + 1;
}

/* Its binds are done all the same, and jobs that wait for them run. */
static void destroyed_bind_queue(void)
{
	struct world w = world_new(fd);
	uint32_t binds = bind_queue_create(fd, w.vm), gate = syncobj(fd), bound = syncobj(fd), done = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	struct memory m = buffer_new(fd, SYSTEM, 64 << 10);
	struct drm_xe_sync sync[] = { waits(gate), signals(bound), waits(bound), signals(done) };
	struct drm_xe_vm_bind_op op = op_map(m.handle, 0, BIG, m.size);
	bool good = !bind_with(fd, w.vm, binds, &op, 1, sync, 2);

	put_end(put_store(w.text.words, BIG, 0x77));
	good &= !queue_destroy(fd, binds) && !exec(fd, w.queue, TEXT, &sync[2], 2) && !over(fd, done);
	close_handle(fd, m.handle);
	foreign_signal(f);
	check(good && !wait_for(fd, done, WAIT_NS) && m.words[0] == 0x77,
	      "a bind queue is destroyed, its buffer's handle closed, and the bind is done");
	munmap(m.words, m.size);
	world_end(fd, &w);
}

/* The numbers go in the wrong order, with jobs in flight; then everything by close. */
static void wrong_way_round(void)
{
	int file = open_card(pci, "renderD"), fence, other;
	struct world w = world_new(file);
	uint32_t gate = syncobj(file), done = syncobj(file);
	struct foreign f = foreign_fence(file, gate);
	struct drm_xe_sync sync[] = { waits(gate), signals(done) };
	bool good;

	put_end(put_count(w.text.words, at(&w.data, 0)));
	good = !exec(file, w.queue, TEXT, sync, 2);
	fence = sync_file(file, done);
	other = dup(file);
	good &= !vm_destroy(file, w.vm) && vm_destroy(file, w.vm) && errno == ENOENT;
	unmap_all(&w);
	close(file);
	good &= !fence_status(fence);
	close(other);
	check(good && ends_badly(fence), "who waits for what never comes is killed by the last close, not the first");
	foreign_signal(f);
	close(fence);
}

/* A child goes on with what its parent has made, and the parent with what the child has. */
static void shared_with_child(void)
{
	int file = open_card(pci, "renderD"), status = -1;
	struct world w = world_new(file);
	pid_t pid = fork();

	if (!pid)
		_exit(!counts(file, &w));
	check(waitpid(pid, &status, 0) == pid && !status && counts(file, &w) && w.data.words[0] == 2,
	      "a child runs jobs on its parent's queue");
	close(file);
}

struct mapping {
	char *at;
	size_t size;
};

static void *unmap_soon(void *data)
{
	struct mapping *m = data;

	usleep((uintptr_t)m->at / 4096 % 8 * 100);
	munmap(m->at, m->size);
	return NULL;
}

/* Who touches it is the kernel, which gets an error where there is nothing any more. */
static int touched(int zero, char *at)
{
	return read(zero, at, 1) == 1 || errno == EFAULT;
}

/* A buffer whose handle was closed before it was touched; and its last mapping goes meanwhile. */
static void only_mapped(void)
{
	int file = open_card(pci, "renderD"), zero = open("/dev/zero", O_RDONLY);
	uint32_t vm = vm_create(file, 0);
	unsigned int bad = 0;

	for (unsigned int i = 0; i < 200; i++) {
		struct drm_xe_gem_create create = {
			.size = MiB, .placement = i % 3 ? VRAM : SYSTEM, .vm_id = i % 4 < 2 ? vm : 0,
			.flags = DRM_XE_GEM_CREATE_FLAG_DEFER_BACKING, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
		};
		struct mapping m = { .size = MiB };
		pthread_t thread;

		need(!ioctl(file, DRM_IOCTL_XE_GEM_CREATE, &create), "a buffer");
		m.at = map(file, mmap_offset(file, create.handle), MiB);
		need(m.at != MAP_FAILED && !close_handle(file, create.handle), "only mapped");
		if (i >= 8) {
			need(!pthread_create(&thread, NULL, unmap_soon, &m), "thread");
			bad += !touched(zero, m.at);
			pthread_join(thread, NULL);
		} else {
			bad += !touched(zero, m.at) || m.at[MiB - 1];
			munmap(m.at, MiB);
		}
	}
	check(!bad, "a buffer is touched that is only mapped any more");
	close(zero);
	close(file);
}

static int send_file(int to, int file)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &file, sizeof(int));
	return sendmsg(to, &message, 0) == 1 ? 0 : -1;
}

/* The only reference to a file with a job in flight is in a message that nobody reads. */
static void file_in_a_message(void)
{
	int file = open_card(pci, "renderD"), pair[2], fence;
	struct world w = world_new(file);
	uint32_t done = syncobj(file);
	struct drm_xe_sync sync = signals(done);
	bool good = !exec(file, w.queue, spin_semaphore(&w.data, 64), &sync, 1) && spin_started(&w.data, 64);

	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	fence = sync_file(file, done);
	good &= !send_file(pair[0], file);
	unmap_all(&w);
	close(file);
	good &= !fence_status(fence);
	close(pair[0]);
	close(pair[1]);
	check(good && ends_badly(fence), "a file that is in a message lives, and goes with it");
	close(fence);
}

/* Text that is wrong in every way that an address can be; somebody else goes on. */
static void bad_addresses(void)
{
	static const struct { const char *what; uint64_t address; bool loops; } bad[] = {
		{ "an odd address", TEXT + 3, false }, { "the last page", (1ull << 48) - PAGE, false },
		{ "not canonical", 1ull << 60, false }, { "another VM's", BIG, false }, { "itself", TEXT, true },
	};
	struct world good = world_new(fd), theirs = world_new(fd);
	struct memory m = memory_new(fd, theirs.vm, SYSTEM, 64 << 10, BIG);

	put_end(put_store(m.words, BIG + 64, 0x66));
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct world w = world_new(fd);
		char what[80];
		bool ends;

		put_jump(w.text.words, bad[i].address);
		put_end(w.text.words + 4);
		ends = bad[i].loops ? !exec(fd, w.queue, TEXT, NULL, 0) : !exec_wait(fd, w.queue, TEXT);
		snprintf(what, sizeof(what), "a batch that jumps to %s", bad[i].what);
		/* To do nothing is right as well where the two low bits are not looked at. */
		check((ends || errno == ECANCELED) && !m.words[16] && counts(fd, &good), what);
		world_end(fd, &w);
	}
	check(m.words[16] == 0, "another VM's memory is as it was");
	memory_free(fd, &m);
	world_end(fd, &good);
	world_end(fd, &theirs);
}

/* Rings, status pages and images have addresses in the GGTT: in a VM nothing is there, wherever that is. */
static void own_ring(void)
{
	struct world w = world_new(fd);
	bool good = true;

	for (uint64_t address = 0; address < 1ull << 32; address += 1ull << 28) {
		struct world bad = world_new(fd);

		put_end(put_store(bad.text.words, address + MiB, 0xdeadbeef));
		exec_wait(fd, bad.queue, TEXT);
		good &= banned(fd, bad.queue) == 1;
		world_end(fd, &bad);
	}
	check(good && counts(fd, &w), "no address of the GGTT is a batch's");
	world_end(fd, &w);
}

/* As many as there may be, and one less after one is gone; those of another file are its own. */
static void many_queues(void)
{
	struct drm_xe_engine_class_instance e = { .engine_class = DRM_XE_ENGINE_CLASS_VM_BIND };
	struct drm_xe_exec_queue_create args = { .width = 1, .num_placements = 1, .instances = (uintptr_t)&e };
	int file = open_card(pci, "renderD"), other = open_card(pci, "renderD");
	unsigned int n = 0;

	while (n < 100000 && !ioctl(file, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args))
		n++;
	check(n == 4096 && errno == ENOSPC, "a file has up to 4096 queues");
	check(!queue_destroy(file, 77) && !ioctl(file, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args) &&
	      !ioctl(other, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args), "of which each can be another's");
	close(file);
	close(other);
}

static unsigned int take_contexts(int file)
{
	struct drm_xe_exec_queue_create args = {
		.width = 1, .num_placements = 1, .instances = (uintptr_t)&all.all[0], .vm_id = vm_create(file, 0),
	};
	unsigned int n = 0;

	while (!ioctl(file, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args))
		n++;
	need(errno == ENOSPC, "EXEC_QUEUE_CREATE");
	return n;
}

/* Lines of a file in debugfs that have @text */
static unsigned int lines(const char *name, const char *text)
{
	char path[100], line[500];
	unsigned int n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%.40s/%s", pci, name);
	f = fopen(path, "r");
	need(f, path);
	while (fgets(line, sizeof(line), f))
		n += !!strstr(line, text);
	fclose(f);
	return n;
}

/* Those of contexts in the GGTT, each of 2 MiB; to look wakes the card up */
static unsigned int chunks(void)
{
	return lines("ggtt", ":   2048 KiB");
}

static bool sleeps(void)
{
	char path[100], text[20] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.40s/power/runtime_status", pci);
	f = fopen(path, "r");
	need(f && fgets(text, sizeof(text), f), path);
	fclose(f);
	return !strcmp(text, "suspended\n");
}

static void let_sleep(const char *control)
{
	double end = now() + 60;
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.40s/power/control", pci);
	f = fopen(path, "w");
	need(f && fputs(control, f) > 0 && !fclose(f), path);
	while (!strcmp(control, "auto") && !sleeps() && now() < end)
		usleep(1000);
}

/* A process that takes all it can get does not get all, and what it had is there again when it is gone. */
static void many_contexts(unsigned int files)
{
	unsigned int n = 0, queues = lines("queues", ""), before = chunks(), then;
	double end;
	int pipes[2], file;
	struct world w;
	pid_t pid;

	let_sleep("on");
	need(!pipe(pipes), "pipe");
	pid = fork();
	if (!pid) {
		for (unsigned int i = 0; i < files; i++)
			n += take_contexts(open_card(pci, "renderD"));
		if (write(pipes[1], &n, sizeof(n)) == sizeof(n))
			pause();
		_exit(1);
	}
	close(pipes[1]);
	check(read(pipes[0], &n, sizeof(n)) == sizeof(n) && n == (files == 1 ? 4096 : 8160),
	      files == 1 ? "a file has 4,096 queues" : "all files of a user have 8,160 contexts");
	then = chunks();

	need(!seteuid(65534), "seteuid");
	file = open_card(pci, "renderD");
	need(!seteuid(0), "seteuid");
	w = world_new(file);
	check(counts(file, &w), "and jobs of another user run");
	unmap_all(&w);
	close(file);

	let_sleep("auto");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(pipes[0]);
	end = now() + 60;
	while (lines("queues", "") > queues && now() < end)
		usleep(100000);
	check(lines("queues", "") <= queues, "who is killed while the card sleeps leaves no queues behind");
	while (chunks() > before + 1 && now() < end)
		usleep(100000);
	printf("# %u contexts, chunks: %u, %u, %u\n", n, before, then, chunks());
	check(chunks() <= before + 1 && then >= 64, "and no memory of contexts");
}

static void odd(void)
{
	destroyed_bind_queue();
	wrong_way_round();
	shared_with_child();
	only_mapped();
	file_in_a_message();
	bad_addresses();
	own_ring();
	many_queues();
}

/*
 * Very many binds in one call, of @count pages
 */
#define MAX_LOOKS	4194304u
#define MUCH		100000u		/* binds that a guest may have no memory for */

static struct drm_xe_vm_bind_op *many;

static bool refused(unsigned int count, int err)
{
	return count >= MUCH && err == ENOMEM;
}

static int bind_many(int fd, uint32_t vm, unsigned int count)
{
	double begin = now();
	int err = bind_with(fd, vm, 0, many, count, NULL, 0) ? errno : 0;

	printf("# %u binds in %.0f ms: %s\n", count, (now() - begin) * 1000, strerror(err));
	fflush(stdout);
	return err;
}

/* While it binds, or with all of it bound: in a file of its own, which goes with it. */
static void killed(unsigned int count, bool bound, const char *what)
{
	int pipes[2], status;
	char byte;
	double begin;
	pid_t pid;

	need(!pipe(pipes), "pipe");
	pid = fork();
	if (!pid) {
		int own = prctl(PR_SET_PDEATHSIG, SIGKILL) ? -1 : open_card(pci, "renderD");
		uint32_t vm = vm_create(own, 0);
		uint32_t handle = create(own, SYSTEM, MiB);

		for (unsigned int i = 0; i < count; i++)
			many[i].obj = handle;
		if (bound)
			bind_many(own, vm, count);
		if (write(pipes[1], "", 1) != 1)
			_exit(1);
		if (!bound)
			bind_many(own, vm, count);
		pause();
	}
	close(pipes[1]);
	need(read(pipes[0], &byte, 1) == 1, "a process that binds");
	close(pipes[0]);
	usleep(bound ? 0 : 50000);
	begin = now();
	kill(pid, SIGKILL);
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), what);
	printf("# in %.0f ms\n", (now() - begin) * 1000);
}

/* Operations that look at all there is, so many that it would take them for ever. */
static void looks(uint32_t vm, uint32_t other, unsigned int count)
{
	unsigned int n = MAX_LOOKS / count + 1;
	struct drm_xe_vm_bind_op *ops = calloc(n, sizeof(*ops));
	double begin = now();

	for (unsigned int i = 0; i < n; i++)
		ops[i] = op_unmap_all(other);
	check(bind_with(fd, vm, 0, ops, n, NULL, 0) && errno == ENOBUFS, "many times all there is: refused");
	printf("# %u of them in %.0f ms\n", n, (now() - begin) * 1000);
	free(ops);
}

/* Ranges that are all there is, of which the first finds it. */
static void unmap_many(uint32_t vm, unsigned int count, unsigned int n)
{
	struct drm_xe_vm_bind_op *ops = calloc(n, sizeof(*ops));
	double begin = now();
	int err;

	for (unsigned int i = 0; i < n; i++)
		ops[i] = op_unmap(BIG, count * 2 * PAGE);
	err = bind_with(fd, vm, 0, ops, n, NULL, 0) ? errno : 0;
	check(!err || refused(n, err), "all is unmapped, many times over, or that is refused");
	printf("# in %.0f ms\n", (now() - begin) * 1000);
	free(ops);
}

static void many_binds(unsigned int count)
{
	struct world w = world_new(fd);
	struct memory m = buffer_new(fd, SYSTEM, MiB), other = buffer_new(fd, SYSTEM, PAGE);
	char command[100];
	int err;

	many = calloc(count, sizeof(*many));
	for (unsigned int i = 0; i < count; i++)
		many[i] = op_map(m.handle, i % 256 * PAGE, BIG + i * 2 * PAGE, PAGE);
	killed(count, false, "who binds very much can be killed");
	killed(count, true, "who has bound very much can be killed");
	err = bind_many(fd, w.vm, count);
	check(!err || refused(count, err), "very many binds are done, or refused");
	check(counts(fd, &w), "and the VM works");
	if (!err) {
		looks(w.vm, other.handle, count);
		unmap_many(w.vm, count, count);
		err = bind_many(fd, w.vm, count);
		check(!err || refused(count, err), "and bound again");
	}

	/* The card goes, with all of it bound. */
	snprintf(command, sizeof(command), "echo %s >/sys/bus/pci/drivers/xe/unbind", pci);
	check(!run(command), "unbind");
	check(bind_many(fd, w.vm, count) == ENODEV, "nothing is bound any more");
	memory_free(fd, &m);
	memory_free(fd, &other);
	world_end(fd, &w);
	close(fd);
	snprintf(command, sizeof(command), "echo %s >/sys/bus/pci/drivers/xe/bind", pci);
	check(!run(command), "bind");
	free(many);
}

/*
 * Whatever the kernel allocates for a client, much of it, over and over; each call may fail.
 */
static void greedy(void)
{
	struct drm_xe_engine_class_instance e = all.all[0];
	unsigned int seed = 0;

	for (;;) {
		int file = open_card(pci, "renderD");
		uint32_t buffer = create(file, SYSTEM, MiB);

		for (unsigned int i = 0; i < 200; i++) {
			struct drm_xe_vm_create vm = {};
			struct drm_xe_exec_queue_create queue = {
				.width = 1, .num_placements = 1, .instances = (uintptr_t)&e,
			};
			struct drm_xe_vm_bind_op ops[256];

			for (unsigned int k = 0; k < 256; k++)
				ops[k] = op_map(buffer, k * PAGE, BIG + (k * 512 + any(&seed, 512)) * PAGE, PAGE);
			if (ioctl(file, DRM_IOCTL_XE_VM_CREATE, &vm))
				continue;
			bind_with(file, vm.vm_id, 0, ops, 256, NULL, 0);
			queue.vm_id = vm.vm_id;
			ioctl(file, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &queue);
		}
		close(file);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	pci = argv[2];
	printf("KTAP version 1\n");
	fflush(stdout);
	fd = open_card(pci, "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!strcmp(argv[1], "chaos") && argc == 5) {
		close(fd);
		chaos(atof(argv[3]), atoi(argv[4]));
	} else if (!strcmp(argv[1], "groups")) {
		check(!mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL), "there are groups of processes");
	} else if (!strcmp(argv[1], "greedy")) {
		greedy();
	} else if (!strcmp(argv[1], "odd")) {
		odd();
	} else if (!strcmp(argv[1], "contexts") && argc == 4) {
		many_contexts(atoi(argv[3]));
	} else if (!strcmp(argv[1], "binds") && argc == 4) {
		many_binds(atoi(argv[3]));
	}
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
