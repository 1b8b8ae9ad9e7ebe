// SPDX-License-Identifier: MIT
/*
 * Everything is in flight while the card goes: jobs that run, jobs in the ring behind them, jobs that wait for
 * others and for another driver, binds, and somebody in every kind of wait. KTAP. Usage:
 *
 *	pull PCI-ADDRESS DOWN UP	commands of the shell; when DOWN is over, nothing has a fence to come any more
 *	pull PCI-ADDRESS unbind|gone	how long it takes from the write to sysfs to the last fence, of a card that
 *					is there or not, as "pull-unbind-us" or "pull-gone-us"
 *
 * A fence that reports success must have its work in memory, which outlives the card; any other says -ENODEV.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "lib/gpu.h"

#define TEXT		0x1000000ull
#define NOTHING		(TEXT + MiB - 32)	/* a batch that does nothing */
#define COUNT		0x4000000ull	/* a word for each job, which counts how often it ran; of the process */
#define SPIN		0x6000000ull
#define TAKEN		0x8000000ull	/* memory of a child, which frees it meanwhile */
#define FREE		0x10000000ull

#define QUEUES		16
#define SPINNERS	4		/* queues that begin with one */
#define JOBS		1000
#define DONE		100		/* over before the card goes */
#define FILLED		6000		/* of one more queue, that is given jobs until it takes no more */
#define BOUND_S		120.0		/* for DOWN, and for whoever waits, in a slow guest */
#define SPIN_S		10.0		/* the longest that a job may run: one that does is banned, rightly */

static const char *pci;
static int fd;
static uint32_t vm, queue[QUEUES], spin_fence[SPINNERS], full, last;
static struct memory text, count, spin;
static pid_t taker;
static int take;
static struct engines all;
static double begun;			/* spinners, at the earliest */
static double left;			/* when DOWN was over */

/*
 * Fences, each as a sync_file
 */
struct fence {
	const char *what;
	int file;
	int job;		/* which word says that its work is done; -1: nothing does */
	bool never;		/* its work is not done: it waits for somebody who does not come */
	bool endless;		/* it is of a queue whose first job does not end */
	const struct fence *behind;	/* but if this one is over it is done; NULL: none */
};

static struct fence fences[2 * JOBS];
static unsigned int num_fences;

static int keep(const char *what, uint32_t handle, int job, bool never)
{
	struct fence *f = &fences[num_fences++];

	*f = (struct fence){ .what = what, .file = sync_file(fd, handle), .job = job, .never = never };
	need(f->file >= 0, what);
	return f->file;
}

/* The next job of a queue, which counts; its syncs begin with @done. */
static void add_job(const char *what, unsigned int n, uint32_t id, struct drm_xe_sync *syncs, unsigned int num)
{
	put_end(put_count(text.words + 8 * n, at(&count, n)));
	need(!exec(fd, id, at(&text, 8 * n), syncs, num), what);
	keep(what, syncs[0].handle, n, false);
}

static struct drm_xe_engine_class_instance engine(unsigned int n)
{
	struct drm_xe_engine_class_instance e;

	do {
		e = all.all[n++ % all.count];
	} while (e.engine_class == DRM_XE_ENGINE_CLASS_VIDEO_DECODE ||
		 e.engine_class == DRM_XE_ENGINE_CLASS_VIDEO_ENHANCE);
	return e;
}

/* Memory of the process itself. */
static struct memory user_memory(uint64_t size, uint64_t address)
{
	struct memory m = { .address = address, .size = size };
	struct drm_xe_vm_bind_op op = {
		.pat_index = PAT, .range = size, .addr = address, .op = DRM_XE_VM_BIND_OP_MAP_USERPTR,
	};

	m.words = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	op.userptr = (uintptr_t)m.words;
	/* Else fork waits for the jobs. */
	need(m.words != MAP_FAILED && !madvise(m.words, size, MADV_DONTFORK), "memory of the process");
	need(!bind_op(fd, vm, op), "VM_BIND of it");
	return m;
}

/* A child that frees what it has mapped when it is told. Its own memory: who frees stops its other threads. */
static void begin_taker(void)
{
	int down[2], up[2];
	char c;

	need(!pipe(down) && !pipe(up), "pipe");
	taker = fork();
	if (!taker) {
		struct memory m = user_memory(MiB, TAKEN);

		need(write(up[1], "", 1) == 1 && read(down[0], &c, 1) == 1, "the parent");
		_exit(munmap(m.words, m.size));
	}
	need(read(up[0], &c, 1) == 1, "memory of a child");
	take = down[1];
}

static void prepare(void)
{
	vm = vm_create(fd, 0);
	begin_taker();
	text = memory_new(fd, vm, SYSTEM, MiB, TEXT);
	count = user_memory(MiB, COUNT);
	spin = memory_new(fd, vm, SYSTEM, 64 << 10, SPIN);
	for (unsigned int i = 0; i < QUEUES; i++)
		queue[i] = queue_create(fd, vm, engine(i));
	put_end(text.words + (NOTHING - TEXT) / 4);
	full = queue_create(fd, vm, engine(0));
	last = syncobj(fd);
}

static void jobs_that_are_over(void)
{
	struct drm_xe_sync sync = signals(last);

	for (unsigned int i = 0; i < DONE; i++)
		add_job("a job that is over", i, queue[i % QUEUES], &sync, 1);
	for (unsigned int i = 0; i < num_fences; i++) {
		struct pollfd p = { .fd = fences[i].file, .events = POLLIN };

		need(poll(&p, 1, 60000) == 1 && fence_status(p.fd) == 1 && count.words[i] == 1, "a job");
	}
}

/* The spinners wait for @gate, so that all the rest is there when they begin. */
static void add_spinners(uint32_t gate)
{
	for (unsigned int i = 0; i < SPINNERS; i++) {
		struct drm_xe_sync sync[2] = { signals(syncobj(fd)), waits(gate) };
		uint64_t batch = i % 2 ? spin_loop(&spin, 64 * i) : spin_semaphore(&spin, 64 * i);

		spin_fence[i] = sync[0].handle;
		need(!exec(fd, queue[i], batch, sync, 2), "a spinner");
		keep("a spinner", spin_fence[i], -1, true);
		fences[num_fences - 1].endless = true;
	}
}

/* A third in the ring behind spinners; a third behind fences of other queues; one queue behind another driver. */
static void add_jobs(uint32_t never)
{
	for (unsigned int i = 0; i < JOBS; i++) {
		unsigned int q = i % QUEUES;
		struct drm_xe_sync sync[2] = { signals(last), waits(q == QUEUES - 1 ? never : spin_fence[q % SPINNERS]) };

		add_job("a job", DONE + i, queue[q], sync, q < SPINNERS ? 1 : 2);
		fences[num_fences - 1].endless = q < SPINNERS;
	}
}

/*
 * Waiters
 */
struct waiter {
	const char *name;
	int (*wait)(struct waiter *w);		/* 0 or an errno */
	int file;
	uint32_t handle;
	uint64_t point;
	volatile uint64_t *address;
	int allowed[2];				/* besides 0 */
	bool not_zero;				/* 0 is not allowed: what it waits for has not come */
	/* What came of it. */
	pthread_t thread;
	int err;
	double when;				/* 0: it has not returned */
};

static struct waiter waiters[24];
static unsigned int num_waiters;

static struct waiter *add_waiter(struct waiter w)
{
	waiters[num_waiters] = w;
	return &waiters[num_waiters++];
}

static int by_syncobj(struct waiter *w)		{ return wait_for(fd, w->handle, FOREVER) ? errno : 0; }
static int by_point(struct waiter *w)		{ return wait_point(fd, w->handle, w->point, FOREVER) ? errno : 0; }
static int by_user_fence(struct waiter *w)	{ return wait_user_fence(fd, w->address, w->point, -1, w->handle) ? errno : 0; }

static int by_poll(struct waiter *w)
{
	struct pollfd p = { .fd = w->file, .events = POLLIN };

	return poll(&p, 1, -1) == 1 ? 0 : errno;
}

static int by_jobs(struct waiter *w)
{
	(void)w;
	for (unsigned int i = 0; i < FILLED; i++)
		if (exec(fd, full, NOTHING, NULL, 0))
			return errno;
	return 0;
}

static void *waiting(void *data)
{
	struct waiter *w = data;

	w->err = w->wait(w);
	__atomic_store_n((uint64_t *)&w->when, (union { double d; uint64_t u; }){ now() }.u, __ATOMIC_RELEASE);
	return NULL;
}

static int merged(int a, int b)
{
	struct sync_merge_data args = { .name = "both", .fd2 = b };

	need(!ioctl(a, SYNC_IOC_MERGE, &args), "SYNC_IOC_MERGE");
	return args.fence;
}

/* Another driver's buffer, in use by one of our jobs. */
static int foreign_buffer(int file)
{
	struct dma_buf_import_sync_file args = { .flags = DMA_BUF_SYNC_WRITE, .fd = file };
	int vgem = open_vgem("card"), buf = vgem_buffer(vgem);

	need(!ioctl(buf, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &args), "DMA_BUF_IOCTL_IMPORT_SYNC_FILE");
	close(vgem);
	return buf;
}

static int event_of(uint32_t handle)
{
	struct drm_syncobj_eventfd args = { .handle = handle, .fd = eventfd(0, EFD_CLOEXEC) };

	need(!ioctl(fd, DRM_IOCTL_SYNCOBJ_EVENTFD, &args), "SYNCOBJ_EVENTFD");
	return args.fd;
}

/* A bind behind @gate; its fence is kept, and it has a user fence that is not written. */
static int add_bind(const char *what, uint32_t gate, uint64_t address, volatile uint64_t *word)
{
	struct drm_xe_sync sync[] = { signals(last), waits(gate), writes((uintptr_t)word, 1) };
	struct drm_xe_vm_bind_op op = op_map(text.handle, 0, address, text.size);

	need(!bind_with(fd, vm, bind_queue_create(fd, vm), &op, 1, sync, 3), what);
	return keep(what, last, -1, true);
}

/* Engines of the class that has most of them. */
static unsigned int widest(struct drm_xe_engine_class_instance *set)
{
	unsigned int most = 0;

	for (unsigned int class = 0; class < 5; class++) {
		unsigned int n = 0;

		for (unsigned int i = 0; i < all.count; i++)
			n += all.all[i].engine_class == class;
		if (n <= most)
			continue;
		most = 0;
		for (unsigned int i = 0; i < all.count; i++)
			if (all.all[i].engine_class == class)
				set[most++] = all.all[i];
	}
	return most;
}

/* @width batches a job, on any engines that fit. */
static uint32_t wide_queue(const struct drm_xe_engine_class_instance *set, unsigned int n, unsigned int width)
{
	struct drm_xe_engine_class_instance instances[9];
	struct drm_xe_exec_queue_create args = {
		.width = width, .num_placements = n - width + 1, .vm_id = vm, .instances = (uintptr_t)instances,
	};

	for (unsigned int place = 0; place < args.num_placements; place++)
		for (unsigned int i = 0; i < width; i++)
			instances[place * width + i] = set[place + i];
	need(!ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args), "a wide queue");
	return args.exec_queue_id;
}

#define WIDE(width)	(4096 + 64 * (width))	/* its spinner, in words of spin */

/*
 * Where there are several engines: virtual and parallel queues, the last batch of whose first job does not end. It
 * waits for @gate, as spinners do.
 */
static unsigned int add_wide(uint32_t gate)
{
	struct drm_xe_engine_class_instance set[64];
	unsigned int n = widest(set);

	n = n > 4 ? 4 : n;
	for (unsigned int width = 1; n > 1 && width <= n; width++) {
		uint32_t id = wide_queue(set, n, width);
		uint64_t batches[4] = { NOTHING, NOTHING, NOTHING, NOTHING };

		batches[width - 1] = width % 2 ? spin_loop(&spin, WIDE(width)) : spin_semaphore(&spin, WIDE(width));
		for (unsigned int job = 0; job < 20; job++) {
			struct drm_xe_sync sync[] = { signals(last), job ? writes(at(&spin, 8192 + 2 * width), 1) : waits(gate) };
			struct drm_xe_exec args = {
				.exec_queue_id = id, .num_batch_buffer = width, .syncs = (uintptr_t)sync, .num_syncs = 1 + (job < 2),
				.address = width == 1 ? batches[0] : (uintptr_t)batches,
			};

			need(!ioctl(fd, DRM_IOCTL_XE_EXEC, &args), "a wide job");
			keep("a wide job", last, -1, true);
			fences[num_fences - 1].endless = true;
			batches[width - 1] = NOTHING;
		}
		add_waiter((struct waiter){ "WAIT_USER_FENCE of a wide job", by_user_fence, .point = 1, .handle = id,
					    .address = (uint64_t *)(spin.words + 8192 + 2 * width), .allowed = { ENODEV, EIO },
					    .not_zero = true });
	}
	return n > 1 ? n : 0;
}

static void add_waiters(uint32_t never)
{
	static volatile uint64_t words[3] __attribute__((aligned(8)));
	uint32_t line = syncobj(fd), one = syncobj(fd);
	struct drm_xe_sync sync[] = { signals_point(line, 5), waits(spin_fence[1]) }, behind = signals(one);
	int job = fences[num_fences - 1].file, other = fences[num_fences - 2].file;
	struct drm_xe_sync fence = writes(at(&spin, 2048), 1);

	need(!exec(fd, queue[6], NOTHING, sync, 2), "a job with a point");
	need(!exec(fd, queue[2], NOTHING, &behind, 1), "a job with a syncobj");
	need(!exec(fd, queue[3], NOTHING, &fence, 1), "a job with a user fence");
	need(!exec(fd, full, NOTHING, &(struct drm_xe_sync){ .handle = never }, 1), "a job before many");
	add_waiter((struct waiter){ "SYNCOBJ_WAIT", by_syncobj, .handle = one, .allowed = { ENODEV } });
	add_waiter((struct waiter){ "SYNCOBJ_TIMELINE_WAIT", by_point, .handle = line, .point = 5, .allowed = { ENODEV } });
	add_waiter((struct waiter){ "poll of a sync_file", by_poll, .file = job });
	add_waiter((struct waiter){ "poll of a merged sync_file", by_poll, .file = merged(job, other) });
	add_waiter((struct waiter){ "poll of another driver's dma-buf", by_poll, .file = foreign_buffer(job) });
	add_waiter((struct waiter){ "poll of an eventfd of a syncobj", by_poll, .file = event_of(one) });
	add_waiter((struct waiter){ "poll of a spinner", by_poll, .file = fences[DONE].file });
	add_waiter((struct waiter){ "poll of a bind behind a job", by_poll,
				    .file = add_bind("a bind behind a job", spin_fence[0], FREE, &words[0]) });
	fences[num_fences - 1].behind = &fences[DONE];
	add_waiter((struct waiter){ "poll of a bind behind another driver", by_poll,
				    .file = add_bind("a bind behind another driver", never, FREE + 64 * MiB, &words[1]) });
	add_waiter((struct waiter){ "WAIT_USER_FENCE of a bind", by_user_fence, .address = &words[1], .point = 1,
				    .allowed = { ENODEV }, .not_zero = true });
	add_waiter((struct waiter){ "WAIT_USER_FENCE of nobody", by_user_fence, .address = &words[2], .point = 1,
				    .allowed = { ENODEV }, .not_zero = true });
	add_waiter((struct waiter){ "WAIT_USER_FENCE of a job", by_user_fence, .point = 1, .handle = queue[3],
				    .address = (uint64_t *)(spin.words + 2048), .allowed = { ENODEV, EIO }, .not_zero = true });
	add_waiter((struct waiter){ "EXEC of a queue that is full", by_jobs, .allowed = { ENODEV, ECANCELED } });
	for (unsigned int i = 0; i < num_waiters; i++)
		pthread_create(&waiters[i].thread, NULL, waiting, &waiters[i]);
}

static int by_child(struct waiter *w)
{
	int status;

	return waitpid(w->handle, &status, 0) < 0 ? errno : status;
}

/* It waits for the jobs of the VM, and half a minute for those that never begin: it comes last. */
static void add_munmap(void)
{
	struct waiter *w = add_waiter((struct waiter){ "munmap of what jobs may use", by_child, .handle = taker });

	need(write(take, "", 1) == 1, "the child is told");
	pthread_create(&w->thread, NULL, waiting, w);
	usleep(100000);
	check(!w->when, "munmap waits, too");
}

/* Who waits is where it is to be, and has not been answered. */
static void all_waiting(void)
{
	unsigned int early = 0;

	usleep(200000);
	for (unsigned int i = 0; i < num_waiters; i++)
		if (waiters[i].when && waiters[i].wait != by_jobs) {
			printf("# %s: %s\n", waiters[i].name, strerror(waiters[i].err));
			early++;
		}
	check(!early, "all of them wait");
}

static void waiters_end(double begin)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += (time_t)BOUND_S;
	for (unsigned int i = 0; i < num_waiters; i++) {
		struct waiter *w = &waiters[i];
		bool over = !pthread_timedjoin_np(w->thread, NULL, &t);
		bool good = over && (w->err ? w->err == w->allowed[0] || w->err == w->allowed[1] : !w->not_zero);
		char what[100];

		if (over)
			printf("# %s: after %.0f ms, %s\n", w->name, (w->when - begin) * 1000, strerror(w->err));
		snprintf(what, sizeof(what), "%s ends", w->name);
		errno = over ? w->err : 0;
		check(good, what);
	}
}

/* In nanoseconds, of the clock that now() reads. */
static uint64_t signalled_at(int file)
{
	struct sync_fence_info fence = {};
	struct sync_file_info info = { .num_fences = 1, .sync_fence_info = (uintptr_t)&fence };

	need(!ioctl(file, SYNC_IOC_FILE_INFO, &info), "SYNC_IOC_FILE_INFO");
	return fence.timestamp_ns;
}

/* Where the guest is slow a spinner may have had its time before the card goes, also while it goes. */
static bool had_its_time(const struct fence *f)
{
	int status = fence_status(f->file);
	double at = signalled_at(f->file) * 1e-9;

	return f->endless && (status == -ETIME || status == -ECANCELED) && at - begun >= SPIN_S && at <= left;
}

static bool is_done(const struct fence *f)
{
	if (f->job >= 0)
		return count.words[f->job];
	return !f->never || (f->behind && had_its_time(f->behind));
}

static void judge_fences(void)
{
	unsigned int late = 0, none = 0, success = 0, gone = 0, other = 0, lies = 0, twice = 0;

	for (unsigned int i = 0; i < num_fences; i++) {
		struct fence *f = &fences[i];
		int status = fence_status(f->file);

		none += !status;
		success += status == 1;
		gone += status == -ENODEV;
		late += had_its_time(f);
		other += status < 0 && status != -ENODEV && !had_its_time(f);
		if (status == 1 && !is_done(f) && lies++ < 5)
			printf("# success without the work: %s %d\n", f->what, f->job);
		if (status < 0 && status != -ENODEV && other < 5)
			printf("# %s %d: %s\n", f->what, f->job, strerror(-status));
	}
	for (unsigned int i = 0; i < DONE + JOBS; i++)
		twice += count.words[i] > 1;
	printf("# %u fences: %u success, %u ENODEV, %u another error, %u not signalled; %u lies\n", num_fences, success,
	       gone, other, none, lies);
	if (late)
		printf("# %u of these are of queues whose job took longer than it may\n", late);
	check(!none, "every fence has signalled");
	check(!lies, "none says success without its work");
	check(!other && gone, "and the others say ENODEV");
	check(success >= DONE, "what was over before is still a success");
	check(!twice, "no job ran twice");
}

static int unbind(void)
{
	int file = open("/sys/bus/pci/drivers/xe/unbind", O_WRONLY);
	bool good = file >= 0 && write(file, pci, strlen(pci)) == (ssize_t)strlen(pci);

	close(file);
	return !good;
}

static int take_away(const char *how)
{
	double begin;
	uint64_t last = 0, at;
	int err;

	if (strcmp(how, "unbind") && strcmp(how, "gone"))
		return run(how);

	if (!strcmp(how, "gone"))
		run("model vanish now >/dev/null");
	begin = now();
	err = unbind();
	printf("# unbind took %.0f us\n", (now() - begin) * 1e6);
	for (unsigned int i = 0; i < num_fences; i++) {
		at = signalled_at(fences[i].file);
		last = at > last ? at : last;
	}
	printf("pull-%s-us %.0f\n", how, (last * 1e-9 - begin) * 1e6);
	return err;
}

static void late_use(void)
{
	struct drm_xe_vm_create vm_args = {};
	struct drm_xe_vm_bind_op op = op_map(text.handle, 0, FREE, text.size);

	check(exec(fd, queue[0], at(&text, 0), NULL, 0) && errno == ENODEV, "EXEC says that the card is gone");
	check(bind_with(fd, vm, 0, &op, 1, NULL, 0) && errno == ENODEV, "VM_BIND");
	check(ioctl(fd, DRM_IOCTL_XE_VM_CREATE, &vm_args) && errno == ENODEV, "VM_CREATE");
	check(queue_destroy(fd, queue[0]) && errno == ENODEV, "EXEC_QUEUE_DESTROY");
	check(vm_destroy(fd, vm) && errno == ENODEV, "VM_DESTROY");
	check(banned(fd, queue[1]) < 0 && errno == ENODEV, "EXEC_QUEUE_GET_PROPERTY");
	check(wait_user_fence(fd, (uint64_t *)spin.words, 9, -1, 0) && errno == ENODEV, "WAIT_USER_FENCE");
}

static void go(const char *down)
{
	double begin = now();
	bool good = !take_away(down);

	left = now();
	check(good, "the card goes");
	check(left - begin < BOUND_S, "in bounded time");
	waiters_end(begin);
	judge_fences();
	late_use();
}

static void new_device(const char *up)
{
	char command[200];
	double end = now() + 60;
	int card = -1;

	check(!run(up), "the card comes back");
	while (card < 0 && now() < end) {
		usleep(200000);
		card = open_card(pci, "renderD");
	}
	close(card);
	fflush(stdout);
	snprintf(command, sizeof(command), "work basic %s", pci);
	check(!run(command), "it works beside the file of the old one");
}

static bool same_counts(const uint32_t *then)
{
	return !memcmp(then, count.words, count.size);
}

int main(int argc, char **argv)
{
	struct rlimit files = { 4096, 4096 };
	unsigned int wide;
	uint32_t gate, never;
	struct foreign start, nobody;
	uint32_t *then;

	if (argc < 3)
		return 2;
	pci = argv[1];
	printf("KTAP version 1\n");
	setrlimit(RLIMIT_NOFILE, &files);
	fd = open_card(pci, "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	prepare();
	jobs_that_are_over();
	gate = syncobj(fd);
	never = syncobj(fd);
	start = foreign_fence(fd, gate);
	add_spinners(gate);
	wide = add_wide(gate);
	nobody = foreign_fence(fd, never);
	add_jobs(never);
	add_waiters(never);
	begun = now();
	foreign_signal(start);
	for (unsigned int i = 0; i < SPINNERS; i++)
		check(spin_started(&spin, 64 * i), "a spinner runs");
	for (unsigned int width = 1; width <= wide; width++)
		check(spin_started(&spin, WIDE(width)), "a wide job runs");
	all_waiting();
	add_munmap();

	go(argv[2]);
	then = malloc(count.size);
	memcpy(then, count.words, count.size);
	if (argc > 3)
		new_device(argv[3]);
	check(same_counts(then), "nothing of the old card's came to memory later");
	for (unsigned int i = 0; i < num_fences; i++)
		close(fences[i].file);
	foreign_signal(nobody);
	close(fd);
	printf("1..%d\n# %d failed\n", number, failed);
	fflush(stdout);
	_exit(!!failed);	/* somebody may wait for ever */
}
