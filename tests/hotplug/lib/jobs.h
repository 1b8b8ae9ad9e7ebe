/* SPDX-License-Identifier: MIT */
/*
 * For the C programs of scenarios whose jobs are judged: each counts in a word of its own. A fence that says
 * success has a count of one, any other of no more than one. Included once by each.
 */
#ifndef JOBS_H
#define JOBS_H

#include "gpu.h"

#define TEXT		0x1000000ull
#define COUNT		0x4000000ull
#define SPIN		0x6000000ull
#define FREE		0x10000000ull	/* nothing from here on */

#define QUEUES		8
#define JOBS		4096
#define BOUND_MS	60000		/* of what ends by itself, in a slow guest */

static const char *pci;
static int fd;
static struct engines all;

struct world {
	uint32_t vm, queue[QUEUES], last;
	struct memory text, count, spin;
	int file[JOBS];			/* of the job's fence */
	bool counts[JOBS];
	unsigned int jobs;
};

/* Engine @n, but for those of video, round and round. */
static inline struct drm_xe_engine_class_instance engine(unsigned int n)
{
	struct drm_xe_engine_class_instance e;

	do {
		e = all.all[n++ % all.count];
	} while (e.engine_class == DRM_XE_ENGINE_CLASS_VIDEO_DECODE ||
		 e.engine_class == DRM_XE_ENGINE_CLASS_VIDEO_ENHANCE);
	return e;
}

/* Queues 0 and 1 share an engine, 2 and 3 another, and so on. */
static inline struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	w->vm = vm_create(fd, 0);
	w->text = memory_new(fd, w->vm, SYSTEM, MiB, TEXT);
	w->count = memory_new(fd, w->vm, SYSTEM, 64 << 10, COUNT);
	w->spin = memory_new(fd, w->vm, SYSTEM, 64 << 10, SPIN);
	w->last = syncobj(fd);
	for (unsigned int i = 0; i < QUEUES; i++)
		w->queue[i] = queue_create(fd, w->vm, engine(i / 2));
	return w;
}

static inline void world_end(struct world *w)
{
	for (unsigned int i = 0; i < w->jobs; i++)
		close(w->file[i]);
	for (unsigned int i = 0; i < QUEUES; i++)
		queue_destroy(fd, w->queue[i]);
	syncobj_destroy(fd, w->last);
	memory_free(fd, &w->text);
	memory_free(fd, &w->count);
	memory_free(fd, &w->spin);
	vm_destroy(fd, w->vm);
	free(w);
}

/*
 * Jobs
 */

/* A batch of somebody else's making; its number, or -1 and errno. */
static inline int add_batch(struct world *w, uint32_t queue, uint64_t address, uint32_t gate)
{
	struct drm_xe_sync syncs[] = { signals(w->last), waits(gate) };

	need(w->jobs < JOBS, "room for jobs");
	if (exec(fd, queue, address, syncs, gate ? 2 : 1))
		return -1;
	w->file[w->jobs] = sync_file(fd, w->last);
	need(w->file[w->jobs] >= 0, "a sync_file");
	return w->jobs++;
}

/* A job that counts, behind @gate if that is not 0. */
static inline int add_job(struct world *w, uint32_t queue, uint32_t gate)
{
	unsigned int n = w->jobs;

	need(n < JOBS, "room for jobs");
	put_end(put_count(w->text.words + 8 * n, at(&w->count, n)));
	w->counts[n] = true;
	return add_batch(w, queue, at(&w->text, 8 * n), gate);
}

static inline void add_jobs(struct world *w, uint32_t queue, uint32_t gate, unsigned int n)
{
	while (n--)
		need(add_job(w, queue, gate) >= 0, "a job");
}

/* 1, -errno, or 0 if it does not end. */
static inline int ends(struct world *w, int job, int ms)
{
	struct pollfd p = { .fd = w->file[job], .events = POLLIN };

	return poll(&p, 1, ms) == 1 ? fence_status(p.fd) : 0;
}

static inline bool fails(struct world *w, int job, int err)
{
	int status = ends(w, job, BOUND_MS);

	if (status != -err)
		printf("# job %d: %s\n", job, status > 0 ? "success" : status ? strerror(-status) : "no end");
	return status == -err;
}

/* Jobs from @first on, up to @end, have this status. */
static inline bool each(struct world *w, unsigned int first, unsigned int end, int status)
{
	bool good = true;

	for (unsigned int i = first; i < end && good; i++)
		good = status == 1 ? ends(w, i, BOUND_MS) == 1 : fails(w, i, -status);
	return good;
}

static inline bool ran(const struct world *w, unsigned int first, unsigned int end)
{
	for (unsigned int i = first; i < end; i++)
		if (w->count.words[i])
			return true;
	return false;
}

/* All have ended, and the counts are what their fences say; how many are a success. */
static inline bool judge(struct world *w, unsigned int *success)
{
	unsigned int bad = 0, open = 0;

	*success = 0;
	for (unsigned int i = 0; i < w->jobs; i++) {
		int status = ends(w, i, open ? 0 : BOUND_MS);
		unsigned int count = w->count.words[i];

		open += !status;
		*success += status == 1;
		if (w->counts[i] && (count > 1 || (status == 1 && !count)) && bad++ < 5)
			printf("# job %u ran %u times, its fence says %d\n", i, count, status);
	}
	printf("# %u jobs: %u success, %u without an end, %u that lie\n", w->jobs, *success, open, bad);
	return !bad && !open;
}

static inline bool stores(struct world *w, uint32_t queue)
{
	int job = add_job(w, queue, 0);

	return job >= 0 && ends(w, job, BOUND_MS) == 1 && w->count.words[job] == 1;
}

/* A batch in the place of job @w->jobs: round and round; others do not get the engine. */
static inline uint64_t greedy(struct world *w)
{
	uint64_t start = at(&w->text, 8 * w->jobs);
	uint32_t *p = w->text.words + 8 * w->jobs;

	*p++ = 0x08 << 23;
	put_jump(p, start + 4);
	return start;
}

#endif
