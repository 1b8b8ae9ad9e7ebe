// SPDX-License-Identifier: MIT
/*
 * Work that is under way while the card may go at any moment. KTAP. Usage: flight PCI-ADDRESS KIND...
 *
 * Each kind of work is in the table at the end. What fails because the card is gone ends the program early; but
 * then too it waits until all of its fences have signalled, and none says success without its work.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/resource.h>

#include "lib/jobs.h"

#define LONG		(8 * JOBS)	/* word of the text from which on there is nothing to do, for a while */
#define LONG_WORDS	4000
#define FENCE		8192		/* word of the counts: a user fence */

static struct world *w;
static volatile uint64_t *user_fence;

/* The end, sooner or later. All that hangs is an error. */
static void finish(void)
{
	unsigned int success = 0;

	check(!w || judge(w, &success), "each ran once, or its fence has an error");
	printf("1..%d\n# %d failed\n", number, failed);
	fflush(stdout);
	_exit(!!failed);
}

/* It may not be gone, and have missed what tells it to run the first context of a class. */
static void if_gone(void)
{
	if (errno == ENODEV || errno == ECANCELED || errno == EIO || errno == ENXIO || errno == ETIMEDOUT)
		finish();
}

/* Also if it has ended without having begun. */
static void wait_started(int job, unsigned int word)
{
	while (!w->spin.words[word + SPIN_STARTED] && !ends(w, job, 1))
		continue;
}

static int add_spinner(unsigned int queue, unsigned int word)
{
	int job = add_batch(w, w->queue[queue], spin_semaphore(&w->spin, word), 0);

	need(job >= 0, "a spinner");
	wait_started(job, word);
	return job;
}

static void do_bind(void)
{
	struct drm_xe_vm_bind_op ops[16];

	for (unsigned int i = 0; i < 16; i++)
		ops[i] = op_map(w->text.handle, i * PAGE, FREE + 16 * MiB + 3 * i * PAGE, PAGE);
	for (unsigned int i = 0; i < 4; i++) {
		need(!bind_op(fd, w->vm, op_map(w->text.handle, 0, FREE, MiB)), "a bind");
		need(!bind_ops(fd, w->vm, ops, 16), "many binds");
		need(!bind_op(fd, w->vm, op_null(FREE + 2 * MiB, 2 * MiB)), "a bind of nothing");
		need(!bind_op(fd, w->vm, op_unmap(FREE, 32 * MiB)), "an unmap");
	}
}

static void do_exec(void)
{
	for (unsigned int i = 0; i < 24; i++)
		need(add_job(w, w->queue[i % QUEUES], 0) >= 0, "a job");
}

static void do_run(void)
{
	unsigned int n = w->jobs;

	memset(w->text.words + LONG, 0, LONG_WORDS * 4);
	put_end(w->text.words + LONG + LONG_WORDS);
	put_jump(put_count(w->text.words + 8 * n, at(&w->count, n)), at(&w->text, LONG));
	w->counts[n] = true;
	need(add_batch(w, w->queue[2], at(&w->text, 8 * n), 0) >= 0, "a long batch");
}

static void do_spin(void)
{
	int job = add_spinner(0, 64);

	usleep(10000);
	spin_end(&w->spin, 64);
	ends(w, job, BOUND_MS);
}

/* 1,000 jobs: in the ring behind a spinner, and behind its fence. */
static void do_queue(void)
{
	uint32_t gate = syncobj(fd);
	int job = add_spinner(0, 128);

	need(!set_sync_file(fd, gate, w->file[job]), "a fence");
	for (unsigned int i = 0; i < 1000; i++)
		need(add_job(w, w->queue[i % QUEUES], i % QUEUES ? gate : 0) >= 0, "a job");
	spin_end(&w->spin, 128);
}

static void *wait_user(void *unused)
{
	wait_user_fence(fd, user_fence, 1, -1, w->queue[4]);
	return unused;
}

static void do_fence(void)
{
	struct drm_xe_sync fence[] = { writes(at(&w->count, FENCE), 1), waits(syncobj(fd)) };
	int job = add_spinner(0, 192);
	pthread_t thread;

	need(!set_sync_file(fd, fence[1].handle, w->file[job]), "a fence");
	put_end(w->text.words + 8 * (JOBS - 1));
	need(!exec(fd, w->queue[4], at(&w->text, 8 * (JOBS - 1)), fence, 2), "a job with a user fence");
	user_fence = (uint64_t *)(w->count.words + FENCE);
	pthread_create(&thread, NULL, wait_user, NULL);
	usleep(10000);
	spin_end(&w->spin, 192);
	pthread_join(thread, NULL);
}

/* One that is found out, and a reset of the GT while others run. */
static void do_hang(void)
{
	char path[100], answer[64];
	int job = add_batch(w, w->queue[1], spin_loop(&w->spin, 256), 0), file;

	need(job >= 0, "an endless batch");
	for (unsigned int i = 0; i < 40; i++)
		need(add_job(w, w->queue[2 + i % (QUEUES - 2)], 0) >= 0, "a job");
	ends(w, job, BOUND_MS);
	do_run();
	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%.40s/gt0/force_reset_sync", pci);
	file = open(path, O_RDONLY);
	if (file >= 0 && read(file, answer, sizeof(answer)) < 0)
		printf("# no reset: %s\n", strerror(errno));
	close(file);
}

/* The whole machine sleeps with work in flight. */
static void do_nap(void)
{
	int file = open("/sys/power/state", O_WRONLY);

	add_spinner(0, 320);
	for (unsigned int i = 0; i < 40; i++)
		need(add_job(w, w->queue[2 + i % (QUEUES - 2)], 0) >= 0, "a job");
	if (write(file, "mem", 3) != 3)
		printf("# no sleep: %s\n", strerror(errno));
	close(file);
}

static const struct {
	const char *name;
	void (*go)(void);
} kinds[] = {
	{ "bind", do_bind }, { "exec", do_exec }, { "run", do_run }, { "spin", do_spin }, { "queue", do_queue },
	{ "fence", do_fence }, { "hang", do_hang }, { "nap", do_nap },
};

int main(int argc, char **argv)
{
	struct rlimit files = { 8192, 8192 };

	if (argc < 3)
		return 2;
	pci = argv[1];
	printf("KTAP version 1\n");
	on_need = if_gone;
	setrlimit(RLIMIT_NOFILE, &files);
	fd = open_card(pci, "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	w = world_new();
	for (int i = 2; i < argc; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (!strcmp(argv[i], kinds[k].name))
				kinds[k].go();
	finish();
}
