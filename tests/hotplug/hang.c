// SPDX-License-Identifier: MIT
/*
 * Jobs that go wrong, resets while others run, and clients that are killed. KTAP. Usage:
 *
 *	hang bans PCI-ADDRESS			with a job_timeout_ms of 500
 *	hang resets PCI-ADDRESS
 *	hang all|any PCI-ADDRESS JOBS		jobs, while something is wrong: all succeed, or all end
 *	hang wedge PCI-ADDRESS COMMAND		COMMAND makes the driver give the card up
 *	hang never PCI-ADDRESS COMMAND		with wedged_mode=0; COMMAND has the firmware die by the next job
 *	hang held PCI-ADDRESS			fences are held when driver and module go
 *	hang nobody PCI-ADDRESS ERRNO COMMAND	after COMMAND nobody unbinds: fences say ERRNO
 *
 * How jobs are judged: see lib/jobs.h.
 */
#define _GNU_SOURCE
#include <linux/dma-buf.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "lib/jobs.h"

#define LONG		(8 * JOBS)	/* word of the text from which on there is nothing to do, for a while */
#define LONG_WORDS	30000

/*
 * Batches that go wrong, in the place of job @w->jobs
 */
static uint64_t illegal(struct world *w)
{
	w->text.words[8 * w->jobs] = 0x25 << 23 | 1 << 29;
	return at(&w->text, 8 * w->jobs);
}

static uint64_t wild_store(struct world *w)
{
	put_end(put_store(w->text.words + 8 * w->jobs, FREE, 1));
	return at(&w->text, 8 * w->jobs);
}

static uint64_t wild_batch(struct world *w)
{
	(void)w;
	return FREE;
}

static uint64_t endless(struct world *w)
{
	return spin_loop(&w->spin, 64);
}

static uint64_t waiting_batch(struct world *w)
{
	return spin_semaphore(&w->spin, 64);
}

/*
 * bans
 */
static void one_ban(const char *what, uint64_t (*batch)(struct world *w), int err, int other_err)
{
	struct world *w = world_new();
	int job = add_batch(w, w->queue[0], batch(w), 0), status;
	double begin = now();
	unsigned int behind = w->jobs;
	char text[100];

	need(job >= 0, what);
	/* Behind it, and beside it on the same engine and on another; some may be refused: it may be over by now. */
	for (unsigned int i = 0; i < 20; i++)
		if (add_job(w, w->queue[0], 0) < 0)
			break;
	behind = w->jobs;
	add_jobs(w, w->queue[1], 0, 20);
	add_jobs(w, w->queue[2], 0, 20);
	status = ends(w, job, BOUND_MS);
	printf("# after %.0f ms: %s\n", (now() - begin) * 1000, status < 0 ? strerror(-status) : "no error");
	snprintf(text, sizeof(text), "%s: its fence has the error", what);
	check(status == -err || status == -other_err, text);
	snprintf(text, sizeof(text), "%s: those behind it are cancelled, and have not run", what);
	check(each(w, job + 1, behind, -ECANCELED) && !ran(w, job + 1, behind), text);
	snprintf(text, sizeof(text), "%s: its queue is banned, and takes no more", what);
	check(banned(fd, w->queue[0]) == 1 && add_job(w, w->queue[0], 0) < 0 && errno == ECANCELED, text);
	snprintf(text, sizeof(text), "%s: others are not disturbed", what);
	check(each(w, behind, w->jobs, 1) && !banned(fd, w->queue[1]) && !banned(fd, w->queue[2]) &&
	      stores(w, w->queue[1]) && stores(w, w->queue[2]), text);
	world_end(w);
}

/*
 * Three share an engine for longer than each of them may have it. False if one was ended that cannot have had its
 * time: where the host stands still for a while, who began first has.
 */
static bool share_engine(unsigned int timeout_ms, bool *judged)
{
	struct world *w = world_new();
	uint32_t third = queue_create(fd, w->vm, engine(0));
	uint32_t queue[] = { w->queue[0], w->queue[1], third };
	double begin = now(), began, end;
	bool good = true;

	for (unsigned int i = 0; i < 3; i++)
		good &= add_batch(w, queue[i], spin_loop(&w->spin, 64 * i), 0) >= 0;
	for (unsigned int i = 0; i < 3; i++)
		good &= spin_started(&w->spin, 64 * i);
	began = now();
	usleep(1500 * timeout_ms);
	for (unsigned int i = 0; i < 3; i++) {
		good &= !ends(w, i, 0);
		spin_end(&w->spin, 64 * i);
	}
	good &= each(w, 0, 3, 1) && !banned(fd, queue[0]) && !banned(fd, third);
	end = now();
	queue_destroy(fd, third);
	world_end(w);

	/* Alone at first, and a third of the rest, was less than it may have. */
	*judged = good || began - begin + (end - began) / 3 < timeout_ms * 0.95 / 1000;
	if (!good)
		printf("# begun after %.0f ms, over after %.0f\n", (began - begin) * 1000, (end - begin) * 1000);
	return good;
}

static void preempted(unsigned int timeout_ms)
{
	bool good = false, judged = false;

	for (unsigned int i = 0; i < 20 && !judged; i++)
		good = share_engine(timeout_ms, &judged);
	check(good, "who has the engine for a part of the time has longer");
}

static uint32_t low_queue(uint32_t vm, struct drm_xe_engine_class_instance e)
{
	struct drm_xe_ext_set_property priority = {
		.base.name = DRM_XE_EXEC_QUEUE_EXTENSION_SET_PROPERTY,
		.property = DRM_XE_EXEC_QUEUE_SET_PROPERTY_PRIORITY, .value = 0,
	};
	struct drm_xe_exec_queue_create args = {
		.width = 1, .num_placements = 1, .vm_id = vm, .instances = (uintptr_t)&e,
		.extensions = (uintptr_t)&priority,
	};

	need(!ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args), "a queue of low priority");
	return args.exec_queue_id;
}

/* It has begun; then three others have the engine, for as long as each of them may run: three times its own time. */
static void starved(void)
{
	struct world *w = world_new();
	uint32_t low = low_queue(w->vm, engine(0)), third = queue_create(fd, w->vm, engine(0));
	uint32_t queue[] = { w->queue[0], w->queue[1], third };

	need(add_batch(w, low, spin_loop(&w->spin, 0), 0) >= 0 && spin_started(&w->spin, 0), "a spinner");
	for (unsigned int i = 0; i < 3; i++)
		need(add_batch(w, queue[i], spin_loop(&w->spin, 64 * (i + 1)), 0) >= 0, "another");
	check(each(w, 1, 4, -ETIME), "others of a higher priority have the engine, for too long");
	check(!ends(w, 0, 0) && !banned(fd, low), "who had begun and had to wait for them is not to blame");
	spin_end(&w->spin, 0);
	check(each(w, 0, 1, 1) && stores(w, low), "and goes on");
	queue_destroy(fd, low);
	queue_destroy(fd, third);
	world_end(w);
}

static void waiter_of_banned(void)
{
	struct world *w = world_new();
	struct drm_xe_sync fence = writes(at(&w->count, 8192), 1);

	need(!exec(fd, w->queue[0], endless(w), &fence, 1), "a batch with a user fence");
	check(wait_user_fence(fd, (uint64_t *)(w->count.words + 8192), 1, WAIT_NS, w->queue[0]) && errno == EIO,
	      "who waits for a user fence of a queue that is banned is told");
	world_end(w);
}

static void bans(void)
{
	one_ban("an endless loop", endless, ETIME, ETIME);
	one_ban("a word that nobody writes", waiting_batch, ETIME, ETIME);
	/* The firmware may be first: others want the engine. */
	one_ban("a loop that does not let others run", greedy, ETIME, EIO);
	one_ban("a command that there is not", illegal, ETIME, EIO);
	one_ban("a store to where nothing is", wild_store, EIO, EIO);
	one_ban("a batch where nothing is", wild_batch, EIO, EIO);
	waiter_of_banned();
	preempted(500);
	starved();
}

/*
 * resets
 */
static bool reset_gt(void)
{
	char path[100], answer[64];
	int file;
	bool good;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%.40s/gt0/force_reset_sync", pci);
	file = open(path, O_RDONLY);
	good = file >= 0 && read(file, answer, sizeof(answer)) >= 0;
	close(file);
	return good;
}

/* Idle, waiting for somebody else, in the ring and not begun, half done, and behind what is half done. */
static void reset_in_the_middle(void)
{
	struct world *w = world_new();
	uint32_t gate = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	unsigned int done, half, not_begun, behind, success;

	add_jobs(w, w->queue[4], 0, 30);
	need(each(w, 0, w->jobs, 1), "jobs");
	done = w->jobs;
	add_jobs(w, w->queue[6], gate, 30);
	half = add_batch(w, w->queue[0], waiting_batch(w), 0);
	need(spin_started(&w->spin, 64), "a spinner");
	add_jobs(w, w->queue[0], 0, 20);
	not_begun = w->jobs;
	need(add_batch(w, w->queue[2], greedy(w), 0) >= 0, "a greedy batch");
	usleep(50000);
	add_jobs(w, w->queue[3], 0, 20);
	behind = w->jobs;
	check(reset_gt(), "a GT is reset");
	check(each(w, 0, done, 1), "what was over is still a success");
	check(fails(w, half, EIO) && each(w, half + 1, not_begun, -ECANCELED) && banned(fd, w->queue[0]) == 1,
	      "what was half done is an error, and its queue is banned");
	check(fails(w, not_begun, EIO) && each(w, not_begun + 1, behind, 1) && !banned(fd, w->queue[3]),
	      "what had not begun runs");
	check(!ends(w, done, 100), "who waits for somebody else goes on waiting");
	foreign_signal(f);
	check(each(w, done, half, 1) && !banned(fd, w->queue[6]), "and runs then");
	check(stores(w, w->queue[4]) && stores(w, w->queue[6]) && stores(w, w->queue[3]), "the others go on");
	check(judge(w, &success), "each ran once, or its fence has an error");
	world_end(w);
}

struct resetter {
	unsigned int resets;
	bool good, over;
};

static void *reset_often(void *data)
{
	struct resetter *r = data;

	for (unsigned int i = 0; i < r->resets; i++) {
		r->good &= reset_gt();
		usleep(20000);
	}
	__atomic_store_n(&r->over, true, __ATOMIC_RELEASE);
	return NULL;
}

/* One that counts, and is not over at once. */
static int add_long_job(struct world *w, uint32_t queue)
{
	unsigned int n = w->jobs;

	need(n < JOBS, "room for jobs");
	put_jump(put_count(w->text.words + 8 * n, at(&w->count, n)), at(&w->text, LONG));
	w->counts[n] = true;
	return add_batch(w, queue, at(&w->text, 8 * n), 0);
}

/* Like a client that does not know of resets: who is banned gets another queue. */
static bool insist(struct world *w, uint32_t *queue, unsigned int n, unsigned int *new_queues)
{
	if (add_long_job(w, *queue) >= 0)
		return true;
	if (errno != ECANCELED)
		return false;
	queue_destroy(fd, *queue);
	*queue = queue_create(fd, w->vm, engine(n));
	(*new_queues)++;
	return add_long_job(w, *queue) >= 0;
}

static void resets_under_load(unsigned int resets)
{
	struct resetter r = { .resets = resets, .good = true };
	struct world *w = world_new();
	unsigned int success, new_queues = 0;
	pthread_t thread;
	bool good = true;

	memset(w->text.words + LONG, 0, LONG_WORDS * 4);
	put_end(w->text.words + LONG + LONG_WORDS);
	pthread_create(&thread, NULL, reset_often, &r);
	while (!__atomic_load_n(&r.over, __ATOMIC_ACQUIRE) && w->jobs < JOBS - QUEUES - 1) {
		good &= insist(w, &w->queue[w->jobs % QUEUES], w->jobs, &new_queues);
		if (!(w->jobs % QUEUES))
			usleep(4000);
	}
	pthread_join(thread, NULL);
	printf("# %u queues were banned\n", new_queues);
	check(good && r.good, "jobs of many queues while the GT is reset again and again");
	check(judge(w, &success) && success > w->jobs / 2, "each ran once, or its fence has an error");
	for (unsigned int i = 0; i < QUEUES; i++)
		good &= banned(fd, w->queue[i]) == 1 || stores(w, w->queue[i]);
	check(good, "who is not banned goes on");
	world_end(w);
}

static void resets(void)
{
	reset_in_the_middle();
	resets_under_load(20);
}

/*
 * all, any
 */
static void work(bool all_succeed, unsigned int jobs)
{
	struct world *w = world_new();
	struct drm_xe_sync fence = writes(at(&w->count, 8192), 1);
	unsigned int success;
	double begin = now();
	int user;

	for (unsigned int i = 0; i < jobs; i++)
		if (add_job(w, w->queue[i % QUEUES], 0) < 0 && all_succeed)
			break;
	put_end(w->text.words + 8 * (JOBS - 1));
	user = exec(fd, w->queue[0], at(&w->text, 8 * (JOBS - 1)), &fence, 1) ||
	       wait_user_fence(fd, (uint64_t *)(w->count.words + 8192), 1, BOUND_MS * 1000000ll, w->queue[0]) ? errno : 0;
	check(all_succeed ? !user : user != ETIME, "a user fence is written, or its waiter told");
	check(judge(w, &success), "all jobs end, and ran once if they succeed");
	check(!bind_op(fd, w->vm, op_unmap(SPIN, w->spin.size)), "an unmap is done");
	printf("# after %.0f ms\n", (now() - begin) * 1000);
	if (all_succeed)
		check(success == jobs, "all of them succeed");
	world_end(w);
	w = world_new();
	for (unsigned int i = 0; i < QUEUES; i++)
		user |= !stores(w, w->queue[i]) << 16;
	check(!(user >> 16), "new queues work");
	world_end(w);
}

/*
 * wedge
 */
static void refused(struct world *w)
{
	struct drm_xe_vm_create vm = {};
	struct drm_xe_vm_bind_op op = op_map(w->text.handle, 0, FREE, w->text.size);
	struct drm_xe_engine_class_instance e = engine(0);
	struct drm_xe_exec_queue_create queue = {
		.width = 1, .num_placements = 1, .vm_id = w->vm, .instances = (uintptr_t)&e,
	};

	check(exec(fd, w->queue[0], TEXT, NULL, 0) && errno == ECANCELED, "EXEC is refused");
	check(bind_with(fd, w->vm, 0, &op, 1, NULL, 0) && errno == ECANCELED, "VM_BIND");
	check(ioctl(fd, DRM_IOCTL_XE_VM_CREATE, &vm) && errno == ECANCELED, "VM_CREATE");
	check(ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &queue) && errno == ECANCELED, "EXEC_QUEUE_CREATE");
	check(wait_user_fence(fd, (uint64_t *)w->count.words, 9, -1, 0) && errno == ECANCELED, "WAIT_USER_FENCE");
	check(banned(fd, w->queue[7]) == 1, "queues say that they are banned");
	check(!queue_destroy(fd, w->queue[7]), "a queue can be destroyed");
	w->queue[7] = 0;
}

#define JOB_TIMEOUT_S	5	/* see hang.sh */

/* The machine is so slow that spinners may have had their time. */
static bool is_late(double begin)
{
	return now() - begin > JOB_TIMEOUT_S / 2.0;
}

/* They say @err; or if it was late, what spinners in front are ended with. */
static bool all_say(struct world *w, unsigned int first, unsigned int end, int err, bool late)
{
	bool good = true;

	for (unsigned int i = first; i < end && good; i++) {
		int status = -ends(w, i, BOUND_MS);

		good = status == err || (late && (status == ETIME || status == ECANCELED));
		if (!good)
			printf("# job %u: %d\n", i, status);
	}
	return good;
}

static void wedge(const char *command)
{
	struct world *w = world_new();
	uint32_t gate = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	unsigned int first, success;
	double begin;

	add_jobs(w, w->queue[4], 0, 10);
	first = w->jobs;
	need(each(w, 0, first, 1), "jobs");
	begin = now();
	need(add_batch(w, w->queue[0], waiting_batch(w), 0) >= 0 && spin_started(&w->spin, 64), "a spinner");
	add_jobs(w, w->queue[0], 0, 20);
	add_jobs(w, w->queue[5], gate, 20);
	run(command);
	check(all_say(w, first, w->jobs, EIO, is_late(begin)), "all fences say EIO");
	check(judge(w, &success) && success == first, "but for what was over");
	refused(w);
	foreign_signal(f);
	world_end(w);
}

/*
 * never: a card that is reset over and over, and is not given up. What was there is.
 */
static void never(const char *command)
{
	struct world *w = world_new(), *other;
	uint32_t gate = syncobj(fd), queue;
	struct foreign f = foreign_fence(fd, gate);
	unsigned int resets;
	bool good = true;

	/* The driver has a queue of its own, and has another one in the end. */
	close_handle(fd, create(fd, 2, 1 << 20));
	add_jobs(w, w->queue[4], gate, 5);
	/* Who waits for somebody else outlives a reset. */
	for (resets = 0; resets < 20 && !ends(w, 0, 0); resets++) {
		need(!run(command), command);
		if (add_job(w, w->queue[0], 0) >= 0)
			good &= ends(w, w->jobs - 1, BOUND_MS) != 0;
	}
	printf("# after %u resets\n", resets);
	check(good && resets > 1 && each(w, 0, 5, -ECANCELED), "resets over and over end what was under way");
	check(banned(fd, w->queue[7]) == 1, "queues say that they are banned");
	queue = queue_create(fd, w->vm, engine(0));
	check(stores(w, queue), "another queue works");
	other = world_new();
	for (unsigned int i = 0; i < QUEUES; i++)
		good &= stores(other, other->queue[i]);
	check(good, "so does another address space");
	close_handle(fd, create(fd, 2, 8 << 20));	/* not all of it is known to be zero */
	need(!run(command), command);
	check(stores(other, other->queue[0]) && stores(w, queue), "and the next reset costs nobody anything");
	foreign_signal(f);
	queue_destroy(fd, queue);
	world_end(other);
	world_end(w);
}

/*
 * nobody
 */
#define CLIENTS		4

static uint32_t never_of(int file)
{
	uint32_t handle = syncobj(fd);

	need(!set_sync_file(fd, handle, file), "a foreign fence in a syncobj");
	return handle;
}

static volatile uint64_t user_words[2] __attribute__((aligned(8)));
static struct world *mine;
static uint32_t mine_never;

static void *wait_syncobj(void *unused)
{
	wait_for(fd, mine->last, FOREVER);
	return unused;
}

static void *wait_user(void *unused)
{
	wait_user_fence(fd, &user_words[0], 1, -1, 0);
	return unused;
}

static void *wait_room(void *unused)
{
	while (!exec(fd, mine->queue[7], TEXT, &(struct drm_xe_sync){ .handle = mine_never }, 1))
		continue;
	return unused;
}

/* What a client has in flight when it is killed; @file is a fence that does not signal. */
static void in_flight(int file, unsigned int jobs)
{
	struct drm_xe_sync syncs[] = { signals(syncobj(fd)), {}, writes((uintptr_t)user_words, 1) };
	struct drm_xe_vm_bind_op op;

	mine = world_new();
	mine_never = never_of(file);
	syncs[1] = waits(mine_never);
	op = op_map(mine->text.handle, 0, FREE, mine->text.size);
	need(add_batch(mine, mine->queue[0], waiting_batch(mine), 0) >= 0, "a spinner");
	need(add_batch(mine, mine->queue[2], spin_loop(&mine->spin, 128), 0) >= 0, "a spinner");
	add_jobs(mine, mine->queue[0], 0, jobs / 2);
	add_jobs(mine, mine->queue[4], mine_never, jobs / 2);
	need(!bind_with(fd, mine->vm, 0, &op, 1, syncs, 3), "a bind behind another driver");
	/* Its queue may be one among many that share an engine, and wait. */
	need(spin_started(&mine->spin, 64) && spin_started(&mine->spin, 128), "spinners");
}

static void client(int file, int ready)
{
	void *(*waits_[])(void *unused) = { wait_syncobj, wait_user, wait_room };
	pthread_t thread;

	fd = open_card(pci, "renderD");
	need(fd >= 0, "open");
	in_flight(file, 250);
	for (unsigned int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, waits_[i], NULL);
	usleep(300000);
	need(write(ready, "", 1) == 1, "write");
	for (;;)
		pause();
}

static int state_of(pid_t pid)
{
	char command[100];

	snprintf(command, sizeof(command), "head -n 20 /proc/%d/task/*/stack", pid);
	return run(command);
}

static void kill_clients(pid_t *pids)
{
	double begin = now();
	unsigned int left = CLIENTS;

	for (unsigned int i = 0; i < CLIENTS; i++)
		kill(pids[i], SIGKILL);
	while (left && (now() - begin) * 1000 < BOUND_MS) {
		for (unsigned int i = 0; i < CLIENTS; i++)
			if (pids[i] && waitpid(pids[i], NULL, WNOHANG) == pids[i]) {
				pids[i] = 0;
				left--;
			}
		usleep(10000);
	}
	printf("# %u left after %.0f ms\n", left, (now() - begin) * 1000);
	check(!left, "all clients can be killed");
	for (unsigned int i = 0; i < CLIENTS; i++)
		if (pids[i])
			state_of(pids[i]);
}

static void nobody(int err, const char *command)
{
	uint32_t gate = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	int file = sync_file(fd, gate), pipes[2];
	pid_t pids[CLIENTS];
	double begin;
	bool late;
	char byte;

	need(!pipe(pipes), "pipe");
	for (unsigned int i = 0; i < CLIENTS; i++) {
		pids[i] = fork();
		if (!pids[i])
			client(file, pipes[1]);
	}
	for (unsigned int i = 0; i < CLIENTS; i++)
		need(read(pipes[0], &byte, 1) == 1, "a client");
	begin = now();
	in_flight(file, 20);
	check(!run(command), "it happens");
	late = is_late(begin);
	if (late)	/* with nothing on an engine nobody asks the card for long */
		run("cat /sys/bus/pci/devices/*/tile0/gt0/freq0/act_freq >/dev/null 2>&1");
	check(all_say(mine, 0, 1, err, late), "the first fence has the error");
	run("model fenced on >/dev/null");
	printf("# after %.0f ms\n", (now() - begin) * 1000);
	kill_clients(pids);
	check(all_say(mine, 0, mine->jobs, err, late), "all the others have it, too");
	check(wait_user_fence(fd, &user_words[1], 1, WAIT_NS, 0) && errno != ETIME, "and waiters are told");
	usleep(500000);
	run("model fenced off >/dev/null");
	foreign_signal(f);
	world_end(mine);
}

/*
 * held: the module goes when nobody has a fence of it any more
 */
static bool unload(void)
{
	return !syscall(SYS_delete_module, "xe", O_NONBLOCK);
}

/* Whose is it? Code of the module says so. */
static bool is_ours(int file, bool success)
{
	struct sync_fence_info fence = {};
	struct sync_file_info info = { .num_fences = 1, .sync_fence_info = (uintptr_t)&fence };

	return !ioctl(file, SYNC_IOC_FILE_INFO, &info) && !strcmp(fence.driver_name, "xe") &&
	       (fence.status == 1) == success;
}

/* A buffer of vgem, with one fence of ours: of jobs without an end. */
static int used_without_end(struct world *w)
{
	uint32_t vm = vm_create(fd, DRM_XE_VM_CREATE_FLAG_LR_MODE);
	int vgem = open_vgem("card"), buffer = vgem_buffer(vgem), handle = import(fd, buffer);
	struct drm_xe_vm_bind_op ops[] = {
		op_map(handle, 0, FREE, PAGE), op_map(w->spin.handle, 0, SPIN, w->spin.size),
	};
	volatile uint64_t done = 0;
	struct drm_xe_sync sync = writes((uintptr_t)&done, 1);

	need(!bind_with(fd, vm, 0, ops, 2, &sync, 1) && !wait_user_fence(fd, &done, 1, WAIT_NS, 0), "a buffer of vgem");
	need(!exec(fd, queue_create(fd, vm, engine(2)), spin_loop(&w->spin, 128), NULL, 0) &&
	     spin_started(&w->spin, 128), "a job without an end");
	close(vgem);
	return buffer;
}

static void held(void)
{
	struct world *w = world_new();
	int vgem = open_vgem("card"), buffer = vgem_buffer(vgem), handle = import(fd, buffer), other, bind;
	uint32_t gate = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	struct drm_xe_sync syncs[] = { waits(gate), signals(w->last) };
	struct drm_xe_vm_bind_op op = op_map(w->text.handle, 0, FREE + MiB, w->text.size);
	char unbind[80];
	double end;
	bool gone;

	need(handle > 0 && !bind_op(fd, w->vm, op_map(handle, 0, FREE, PAGE)), "a buffer of vgem is mapped");
	close(vgem);
	other = used_without_end(w);
	need(!bind_with(fd, w->vm, 0, &op, 1, syncs, 2), "a bind that waits");
	bind = sync_file(fd, w->last);
	add_jobs(w, w->queue[2], 0, 1);
	need(each(w, 0, 1, 1), "a job that is over");
	need(add_batch(w, w->queue[0], waiting_batch(w), 0) >= 0 && spin_started(&w->spin, 64), "one that is not");
	munmap(w->text.words, w->text.size);
	munmap(w->count.words, w->count.size);
	munmap(w->spin.words, w->spin.size);
	close(fd);
	snprintf(unbind, sizeof(unbind), "echo %.20s >/sys/bus/pci/drivers/xe/unbind", pci);
	check(!run(unbind), "the driver is unbound");
	check(!unload() && errno == EWOULDBLOCK, "the module stays as long as somebody has its fences");
	check(is_ours(w->file[0], true) && is_ours(w->file[1], false), "which say whose they are");
	close(w->file[0]);
	close(w->file[1]);
	check(!unload() && errno == EWOULDBLOCK, "or a buffer of another driver does");
	close(buffer);
	check(!unload() && errno == EWOULDBLOCK && is_ours(bind, false), "of a bind");
	close(bind);
	check(!unload() && errno == EWOULDBLOCK, "and of jobs without an end");
	close(other);
	foreign_signal(f);
	for (end = now() + 60; !(gone = unload()) && now() < end;)
		usleep(10000);
	check(gone, "and goes then");
}

int main(int argc, char **argv)
{
	struct rlimit files = { 8192, 8192 };

	if (argc < 3)
		return 2;
	pci = argv[2];
	printf("KTAP version 1\n");
	setrlimit(RLIMIT_NOFILE, &files);
	fd = open_card(pci, "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	if (!strcmp(argv[1], "bans"))
		bans();
	else if (!strcmp(argv[1], "resets"))
		resets();
	else if ((!strcmp(argv[1], "all") || !strcmp(argv[1], "any")) && argc == 4)
		work(argv[1][1] == 'l', atoi(argv[3]));
	else if (!strcmp(argv[1], "wedge") && argc == 4)
		wedge(argv[3]);
	else if (!strcmp(argv[1], "never") && argc == 4)
		never(argv[3]);
	else if (!strcmp(argv[1], "held"))
		held();
	else if (!strcmp(argv[1], "nobody") && argc == 5)
		nobody(atoi(argv[3]), argv[4]);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
