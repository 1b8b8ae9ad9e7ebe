// SPDX-License-Identifier: MIT
/*
 * Work of every kind is in flight while the card sleeps. KTAP. Usage:
 *
 *	doze sleep|expire PCI-ADDRESS COMMAND	the machine sleeps and wakes up; "expire": long enough for a
 *						fence of vgem to give up meanwhile, after ten seconds
 *	doze gone PCI-ADDRESS COMMAND		the same, and the card goes on the way
 *	doze idle PCI-ADDRESS COMMAND		the card is to sleep because it is idle; fails if it does not
 *
 * What was over does not run again, what had begun is an error, and all the rest runs once. Page tables are as
 * they were, and what was to be changed in them is changed when its time comes.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>

#include "lib/jobs.h"

#define TABLES		(8 * JOBS)	/* word of the text: the batch that reads all pages */
#define NOTHING		(TABLES + 1024)	/* word of the text: a batch that does nothing */
#define READ		10000		/* word of the counts: what it has read */
#define FENCE		8192		/* word of the counts: a user fence */
#define SHUFFLED	0x20000000ull	/* pages of one buffer, in no order */
#define LARGE		0x40000000ull
#define PAGES		64

/* What has to do with memory: a buffer by pages, one in VRAM, one that is bound or unmapped later. */
static struct {
	uint32_t vm, queue, gate, bound, unmapped;
	struct memory pages, large, text, vram, late, old;
	int late_job;
} m;

/* Page @n is somewhere else: the next one is not behind it. */
static uint64_t page_at(unsigned int n)
{
	return SHUFFLED + PAGE * (n * 37 % PAGES * 3);
}

static void map_pages(struct world *w)
{
	struct drm_xe_vm_bind_op ops[PAGES];
	uint32_t *p = w->text.words + TABLES;

	m.pages = buffer_new(fd, SYSTEM, PAGES * PAGE);
	m.large = memory_new(fd, w->vm, SYSTEM, 4 * MiB, LARGE);
	for (unsigned int i = 0; i < PAGES; i++) {
		ops[i] = op_map(m.pages.handle, i * PAGE, page_at(i), PAGE);
		m.pages.words[i * PAGE / 4] = 0x1000 + i;
		m.large.words[i * 4 * MiB / PAGES / 4] = 0x2000 + i;
		p = put_copy(p, at(&w->count, READ + i), page_at(i));
		p = put_copy(p, at(&w->count, READ + PAGES + i), LARGE + i * 4 * MiB / PAGES);
	}
	put_end(p);
	need(!bind_ops(fd, w->vm, ops, PAGES), "pages");
}

/* Each mapping leads to where it led. */
static bool tables_are_right(struct world *w, uint32_t queue)
{
	unsigned int wrong = 0;

	memset(w->count.words + READ, 0, 2 * PAGES * 4);
	if (exec_wait(fd, queue, at(&w->text, TABLES)))
		return false;
	for (unsigned int i = 0; i < 2 * PAGES; i++)
		wrong += w->count.words[READ + i] != 0x1000 * (1 + i / PAGES) + i % PAGES;
	if (wrong)
		printf("# %u mappings lead somewhere else\n", wrong);
	return !wrong;
}

/* Another VM, with scratch and a buffer in VRAM. */
static void make_other(void)
{
	m.vm = vm_create(fd, DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE);
	m.queue = queue_create(fd, m.vm, engine(0));
	m.text = memory_new(fd, m.vm, SYSTEM, 64 << 10, TEXT);
	m.vram = memory_new(fd, m.vm, vram(fd).size ? VRAM : SYSTEM, 2 * MiB, COUNT);
	m.old = memory_new(fd, m.vm, SYSTEM, 64 << 10, SPIN);
	m.vram.words[77] = 0x77;
	m.old.words[0] = 0x55;
}

static uint32_t other_reads(uint64_t address)
{
	put_end(put_copy(m.text.words, at(&m.text, 100), address));
	m.text.words[100] = ~0u;
	return exec_wait(fd, m.queue, m.text.address) ? ~1u : m.text.words[100];
}

/* Behind @gate: a mapping with a job that counts through it, and the end of another. */
static void bind_later(struct world *w, uint32_t gate)
{
	struct drm_xe_sync sync[] = { signals(syncobj(fd)), waits(gate) };
	struct drm_xe_vm_bind_op op;

	m.late = buffer_new(fd, SYSTEM, MiB);
	m.bound = sync[0].handle;
	op = op_map(m.late.handle, 0, FREE, MiB);
	need(!bind_with(fd, w->vm, bind_queue_create(fd, w->vm), &op, 1, sync, 2), "a bind that waits");
	put_end(put_count(w->text.words + 8 * w->jobs, FREE));
	m.late_job = add_batch(w, w->queue[7], at(&w->text, 8 * w->jobs), m.bound);

	m.unmapped = syncobj(fd);
	sync[0] = signals(m.unmapped);
	op = op_unmap(SPIN, m.old.size);
	need(!bind_with(fd, m.vm, 0, &op, 1, sync, 2), "an unmap that waits");
}

/* What of the jobs is which; each kind ends where the next begins. */
static struct {
	unsigned int idle, half, behind, greedy, begun_not, gated, expiring, destroyed, end;
} job;

static void idle_queues(struct world *w)
{
	for (unsigned int i = 0; i < QUEUES; i++)
		add_jobs(w, w->queue[i], 0, 5);
	add_jobs(w, w->queue[6], 0, 30);
	need(each(w, 0, w->jobs, 1), "jobs");
}

static void not_idle(struct world *w, uint32_t gate, uint32_t expires)
{
	struct drm_xe_sync fence[] = { writes(at(&w->count, FENCE), 1), waits(gate) };
	uint32_t destroyed = queue_create(fd, w->vm, engine(0));

	job.gated = w->jobs;
	add_jobs(w, w->queue[4], gate, 20);
	put_end(w->text.words + NOTHING);
	need(!exec(fd, w->queue[4], at(&w->text, NOTHING), fence, 2), "a job with a user fence");
	bind_later(w, gate);
	job.expiring = w->jobs;
	if (expires)
		add_jobs(w, w->queue[5], expires, 5);

	job.half = w->jobs;
	need(add_batch(w, w->queue[0], spin_loop(&w->spin, 64), 0) >= 0 && spin_started(&w->spin, 64), "a spinner");
	job.behind = w->jobs;
	add_jobs(w, w->queue[0], 0, 20);
	job.destroyed = w->jobs;
	need(add_batch(w, destroyed, spin_semaphore(&w->spin, 128), 0) >= 0 && spin_started(&w->spin, 128),
	     "another spinner");
	job.greedy = w->jobs;
	need(add_batch(w, w->queue[2], greedy(w), 0) >= 0, "a greedy batch");
	usleep(50000);
	job.begun_not = w->jobs;
	add_jobs(w, w->queue[3], 0, 20);
	job.end = w->jobs;
	queue_destroy(fd, destroyed);
}

static bool fails_anyhow(struct world *w, int n)
{
	return ends(w, n, BOUND_MS) < 0;
}

/* Waits on from before the sleep until behind it. */
static void *wait_user(void *data)
{
	struct world *w = data;

	return wait_user_fence(fd, (uint64_t *)(w->count.words + FENCE), 1, -1, w->queue[4]) ? data : NULL;
}

static void what_was_in_flight(struct world *w, bool expired)
{
	check(fails_anyhow(w, job.half) && each(w, job.behind, job.destroyed, -ECANCELED) &&
	      !ran(w, job.behind, job.destroyed) && banned(fd, w->queue[0]) == 1,
	      "what was half done is an error, and its queue is banned");
	check(fails_anyhow(w, job.destroyed), "the job of a queue that was destroyed is an error");
	check(fails_anyhow(w, job.greedy) && each(w, job.begun_not, job.end, 1) && !banned(fd, w->queue[3]),
	      "what had not begun runs");
	if (expired)
		check(each(w, job.expiring, job.half, 1), "what another driver's fence was for has run");
	check(!ends(w, job.gated, 100) && !ran(w, job.gated, job.gated + 20) && !ends(w, m.late_job, 0),
	      "who waits for somebody else goes on waiting");
	check(!over(fd, m.bound) && !over(fd, m.unmapped) && other_reads(SPIN) == 0x55, "binds likewise");
}

static void then(struct world *w, struct foreign gate, pthread_t waiter)
{
	void *failed_wait;

	foreign_signal(gate);
	check(each(w, job.gated, job.expiring, 1) && !banned(fd, w->queue[4]), "and runs then");
	check(!wait_for(fd, m.bound, WAIT_NS) && m.late.words[0] == 1, "a bind that waited is done, before its job");
	check(!wait_for(fd, m.unmapped, WAIT_NS) && other_reads(SPIN) == 0, "and an unmap");
	pthread_join(waiter, &failed_wait);
	check(!failed_wait, "a user fence is written, and its waiter told");
}

static void everything_works(struct world *w)
{
	unsigned int success;
	bool good = true;

	check(tables_are_right(w, w->queue[6]), "page tables are as they were");
	check(other_reads(COUNT + 4 * 77) == 0x77, "what was in VRAM is read where it is now");
	for (unsigned int i = 0; i < QUEUES; i++)
		good &= banned(fd, w->queue[i]) == 1 || stores(w, w->queue[i]);
	check(good, "all queues go on");
	check(judge(w, &success), "each ran once, or its fence has an error");
}

static void in_sleep(const char *command, bool expires)
{
	struct world *w = world_new();
	uint32_t gate = syncobj(fd), expiring = expires ? syncobj(fd) : 0;
	struct foreign f = foreign_fence(fd, gate), other;
	pthread_t waiter;

	map_pages(w);
	make_other();
	idle_queues(w);
	check(tables_are_right(w, w->queue[6]) && other_reads(COUNT + 4 * 77) == 0x77, "page tables");
	if (expires)
		need(!set_sync_file(fd, expiring, vgem_fence(&other)), "a fence of vgem");
	not_idle(w, gate, expiring);
	pthread_create(&waiter, NULL, wait_user, w);
	check(!ran(w, job.begun_not, job.end) && (!expires || !ends(w, job.expiring, 0)), "work is in flight");
	check(!run(command), "asleep and awake");
	what_was_in_flight(w, expires);
	then(w, f, waiter);
	everything_works(w);
	world_end(w);
}

static void pulled(const char *command)
{
	struct world *w = world_new();
	uint32_t gate = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	unsigned int success;
	pthread_t waiter;
	void *failed_wait;

	map_pages(w);
	make_other();
	idle_queues(w);
	not_idle(w, gate, 0);
	pthread_create(&waiter, NULL, wait_user, w);
	run(command);
	check(judge(w, &success), "each ran once, or its fence has an error");
	check(each(w, 0, job.gated, 1) && each(w, job.gated, job.half, -ENODEV), "ENODEV, but for what was over");
	check(!wait_for(fd, m.bound, WAIT_NS) && !wait_for(fd, m.unmapped, WAIT_NS), "binds end");
	pthread_join(waiter, &failed_wait);
	check(failed_wait != NULL, "the waiter for a user fence is told");
	check(exec(fd, w->queue[4], at(&w->text, NOTHING), NULL, 0) && errno == ENODEV, "EXEC says that the card is gone");
	foreign_signal(f);
	world_end(w);
}

static bool is_awake(void)
{
	char path[100], status[20] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.40s/power/runtime_status", pci);
	f = fopen(path, "r");
	need(f && fgets(status, sizeof(status), f), path);
	fclose(f);
	return !strcmp(status, "active\n");
}

/* Who waits keeps the card awake, and is answered whatever he waits for; who is idle does not. */
static void in_idleness(const char *command)
{
	struct world *w = world_new();
	uint32_t gate = syncobj(fd), nothing = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	struct drm_xe_sync sync[] = { signals(nothing), waits(gate) };

	map_pages(w);
	make_other();
	idle_queues(w);
	check(tables_are_right(w, w->queue[6]) && other_reads(COUNT + 4 * 77) == 0x77, "page tables");
	check(!run(command), "asleep");
	everything_works(w);
	need(!exec_nothing(fd, w->queue[4], sync, 2), "an exec of nothing that waits");
	usleep(1000000);
	check(is_awake(), "not asleep, for somebody waits");
	foreign_signal(f);
	check(!wait_for(fd, nothing, WAIT_NS), "an exec of nothing ends");
	check(!run(command), "asleep again");
	queue_destroy(fd, w->queue[5]);
	world_end(w);
}

int main(int argc, char **argv)
{
	struct rlimit files = { 8192, 8192 };

	if (argc != 4)
		return 2;
	pci = argv[2];
	printf("KTAP version 1\n");
	setrlimit(RLIMIT_NOFILE, &files);
	fd = open_card(pci, "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	if (!strcmp(argv[1], "sleep") || !strcmp(argv[1], "expire"))
		in_sleep(argv[3], *argv[1] == 'e');
	else if (!strcmp(argv[1], "gone"))
		pulled(argv[3]);
	else if (!strcmp(argv[1], "idle"))
		in_idleness(argv[3]);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
