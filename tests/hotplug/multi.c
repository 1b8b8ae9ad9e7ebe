// SPDX-License-Identifier: MIT
/*
 * Queues of more than one engine, on the class that has most of them: virtual ones, whose jobs go where there is
 * room, and parallel ones, whose jobs have a batch for each engine. KTAP. Usage:
 *
 *	multi basic|errors|hang|close|count PCI-ADDRESS
 *	multi fill|reset PCI-ADDRESS COMMAND
 *
 * "count" has a job as wide as there are engines, of which there may be one; "fill" has a job on each engine and expects COMMAND to find that; for "reset" COMMAND resets the GT.
 */
#define _GNU_SOURCE
#include <stddef.h>

#include "lib/gpu.h"

#define TEXT		0x1000000ull	/* where batches are in a VM */
#define DATA		0x4000000ull
#define MAX_WIDTH	8
#define BATCH_WORDS	64
#define SPIN(n)		(1024 + 64 * (n))	/* words of data */

static int fd;
static struct drm_xe_engine_class_instance set[64];	/* the engines of the class */
static unsigned int count;

struct world {
	uint32_t vm;
	struct memory text, data;
};

/* What Linux 6.12's own driver is known not to do. */
static void check_beyond(bool ok, const char *what)
{
	const char *driver = getenv("LAB_DRIVER");

	if (!ok && driver && !strcmp(driver, "upstream"))
		printf("ok %d - %s # SKIP upstream does not\n", ++number, what);
	else
		check(ok, what);
}

static struct world world_new(uint32_t flags)
{
	struct world w = { .vm = vm_create(fd, flags) };

	w.text = buffer_new(fd, SYSTEM, 1 * MiB);
	w.data = buffer_new(fd, SYSTEM, 64 << 10);
	w.text.address = TEXT;
	w.data.address = DATA;
	for (unsigned int i = 0; i < 2; i++) {
		static volatile uint64_t word;
		struct memory *m = i ? &w.data : &w.text;
		struct drm_xe_vm_bind_op op = op_map(m->handle, 0, m->address, m->size);
		struct drm_xe_sync sync = writes((uintptr_t)&word, 1);

		word = 0;
		need(!bind_with(fd, w.vm, 0, &op, 1, &sync, 1) && !wait_user_fence(fd, &word, 1, WAIT_NS, 0), "VM_BIND");
	}
	return w;
}

static void world_end(struct world *w)
{
	memory_free(fd, &w->text);
	memory_free(fd, &w->data);
	vm_destroy(fd, w->vm);
}

static uint32_t *text(struct world *w, unsigned int n)
{
	return w->text.words + n * BATCH_WORDS;
}

static uint64_t text_at(struct world *w, unsigned int n)
{
	return at(&w->text, n * BATCH_WORDS);
}

static int try_queue(uint32_t vm, unsigned int width, unsigned int placements,
		     const struct drm_xe_engine_class_instance *instances, uint32_t *id)
{
	struct drm_xe_exec_queue_create args = {
		.width = width, .num_placements = placements, .vm_id = vm, .instances = (uintptr_t)instances,
	};

	if (ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args))
		return errno;
	if (id)
		*id = args.exec_queue_id;
	else
		queue_destroy(fd, args.exec_queue_id);
	return 0;
}

/* One engine, from @first on and in order, for each of @width batches; each of them may move on by @step. */
static uint32_t queue_of(uint32_t vm, unsigned int width, unsigned int placements, unsigned int first, unsigned int step)
{
	struct drm_xe_engine_class_instance instances[MAX_WIDTH * MAX_WIDTH];
	uint32_t id;

	for (unsigned int p = 0; p < placements; p++)
		for (unsigned int i = 0; i < width; i++)
			instances[p * width + i] = set[first + p * step + i];
	need(!try_queue(vm, width, placements, instances, &id), "EXEC_QUEUE_CREATE");
	return id;
}

static int exec_all(uint32_t queue, unsigned int width, const uint64_t *batches, struct drm_xe_sync *syncs,
		    unsigned int num_syncs)
{
	struct drm_xe_exec args = {
		.exec_queue_id = queue, .num_batch_buffer = width, .syncs = (uintptr_t)syncs, .num_syncs = num_syncs,
		.address = width == 1 ? batches[0] : (uintptr_t)batches,
	};

	return ioctl(fd, DRM_IOCTL_XE_EXEC, &args);
}

/* No batch; Linux 6.12's driver reads addresses all the same. */
static int exec_none(uint32_t queue, struct drm_xe_sync *sync)
{
	uint64_t unused[MAX_WIDTH];
	struct drm_xe_exec args = {
		.exec_queue_id = queue, .syncs = (uintptr_t)sync, .num_syncs = 1, .address = (uintptr_t)unused,
	};

	return ioctl(fd, DRM_IOCTL_XE_EXEC, &args);
}

/* Batch @n counts at word @n of the data. */
static void counting(struct world *w, uint64_t *batches, unsigned int width)
{
	for (unsigned int i = 0; i < width; i++) {
		put_end(put_count(text(w, i), at(&w->data, i)));
		batches[i] = text_at(w, i);
	}
}

static bool counted(struct world *w, unsigned int width, unsigned int jobs)
{
	for (unsigned int i = 0; i < width; i++)
		if (w->data.words[i] != jobs) {
			printf("# batch %u ran %u times, not %u\n", i, w->data.words[i], jobs);
			return false;
		}
	return true;
}

/*
 * basic
 */
static void many_jobs(unsigned int width, unsigned int placements, unsigned int step, unsigned int jobs)
{
	struct world w = world_new(0);
	uint32_t queue = queue_of(w.vm, width, placements, 0, step), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	uint64_t batches[MAX_WIDTH];
	bool good = true;
	char what[80];

	counting(&w, batches, width);
	for (unsigned int i = 0; i < jobs; i++)
		good &= !exec_all(queue, width, batches, &sync, i == jobs - 1);
	snprintf(what, sizeof(what), "%u jobs of width %u, %u placements", jobs, width, placements);
	check(good && !wait_for(fd, done, WAIT_NS) && counted(&w, width, jobs), what);
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* Whichever of them is last: the job is over with it, and no sooner. */
static void last_child(unsigned int width, unsigned int last)
{
	struct world w = world_new(0);
	uint32_t queue = queue_of(w.vm, width, 1, 0, 0), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	uint64_t batches[MAX_WIDTH];
	bool good;
	char what[80];

	counting(&w, batches, width);
	batches[last] = spin_semaphore(&w.data, SPIN(0));
	good = !exec_all(queue, width, batches, &sync, 1) && spin_started(&w.data, SPIN(0));
	for (unsigned int i = 0; i < width; i++)
		good &= i == last || becomes(w.data.words + i, 1, 30);
	usleep(20000);
	good &= !over(fd, done);
	spin_end(&w.data, SPIN(0));
	snprintf(what, sizeof(what), "a job of width %u is over with its batch %u", width, last);
	check(good && !wait_for(fd, done, WAIT_NS) && !banned(fd, queue), what);
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* Jobs with a user fence each, behind one another; batch @last of the second does not end yet. */
static void user_fences(uint32_t flags, unsigned int width, unsigned int last)
{
	struct world w = world_new(flags);
	uint32_t queue = queue_of(w.vm, width, 1, 0, 0);
	volatile uint64_t *word = (uint64_t *)(w.data.words + 512);
	uint64_t batches[MAX_WIDTH], second[MAX_WIDTH];
	bool good = true;
	char what[80];

	counting(&w, batches, width);
	memcpy(second, batches, sizeof(second));
	second[last] = spin_semaphore(&w.data, SPIN(0));
	for (unsigned int i = 0; i < 10; i++) {
		struct drm_xe_sync sync = writes(at(&w.data, 512 + 2 * i), 0x100 + i);

		good &= !exec_all(queue, width, i == 1 ? second : batches, &sync, 1);
	}
	good &= spin_started(&w.data, SPIN(0)) && !wait_user_fence(fd, word, 0x100, WAIT_NS, queue);
	/* Others go on without it: there are eight more jobs for them. */
	for (unsigned int i = 0; i < width; i++)
		good &= i == last || becomes(w.data.words + i, 10, last ? 0.1 : 30) || !i;
	snprintf(what, sizeof(what), "%sno user fence of width %u before its batch %u is done",
		 flags ? "LR: " : "", width, last);
	usleep(20000);
	check_beyond(good && !word[1] && !word[2], what);	/* each batch of it writes it */
	spin_end(&w.data, SPIN(0));
	good = !wait_user_fence(fd, word + 9, 0x109, WAIT_NS, queue);
	for (unsigned int i = 0; i < 10; i++)
		good &= word[i] == 0x100 + i;
	check(good && !banned(fd, queue), "and then all of them");
	queue_destroy(fd, queue);
	world_end(&w);
}

static void nothing_to_run(unsigned int width)
{
	struct world w = world_new(0);
	uint32_t queue = queue_of(w.vm, width, 1, 0, 0), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	uint64_t batches[MAX_WIDTH];
	bool good;

	counting(&w, batches, width);
	batches[width - 1] = spin_semaphore(&w.data, SPIN(0));
	good = !exec_all(queue, width, batches, NULL, 0) && spin_started(&w.data, SPIN(0)) &&
	       !exec_none(queue, &sync) && !over(fd, done);
	spin_end(&w.data, SPIN(0));
	check(good && !wait_for(fd, done, WAIT_NS), "an exec of nothing is over after a parallel job");
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* Many queues of all shapes at once, each job counted. */
static void crowd(unsigned int queues, unsigned int jobs)
{
	struct world w = world_new(0);
	uint32_t queue[queues], done = syncobj(fd);
	unsigned int width[queues], total = 0;
	uint64_t batches[MAX_WIDTH];
	bool good = true;

	for (unsigned int q = 0; q < queues; q++) {
		width[q] = 1 + q % count;
		queue[q] = queue_of(w.vm, width[q], count - width[q] + 1, 0, 1);
		total += width[q];
	}
	put_end(put_count(text(&w, 0), at(&w.data, 0)));
	for (unsigned int i = 0; i < MAX_WIDTH; i++)
		batches[i] = text_at(&w, 0);
	for (unsigned int i = 0; i < jobs * queues; i++)
		good &= !exec_all(queue[i % queues], width[i % queues], batches, NULL, 0);
	for (unsigned int q = 0; q < queues; q++) {
		struct drm_xe_sync sync = signals(done);

		good &= !exec_none(queue[q], &sync) && !wait_for(fd, done, WAIT_NS);
		queue_destroy(fd, queue[q]);
	}
	check(good && w.data.words[0] == total * jobs, "queues of all shapes at once");
	syncobj_destroy(fd, done);
	world_end(&w);
}

static void basic(void)
{
	many_jobs(1, count, 1, 100);
	for (unsigned int width = 2; width <= count; width++) {
		many_jobs(width, 1, 0, 300);
		many_jobs(width, count - width + 1, 1, 20);
		if (count / width > 1)
			many_jobs(width, count / width, width, 20);
	}
	for (unsigned int last = 0; last < count; last++) {
		last_child(count, last);
		user_fences(0, count, last);
	}
	user_fences(DRM_XE_VM_CREATE_FLAG_LR_MODE, 2, 1);
	nothing_to_run(2);
	crowd(24, 10);
}

/*
 * errors
 */
static void errors(void)
{
	struct world w = world_new(0);
	struct drm_xe_engine_class_instance copy = { .engine_class = DRM_XE_ENGINE_CLASS_COPY }, other = set[0], none = set[0];
	uint32_t queue = queue_of(w.vm, 2, 1, 0, 0);
	uint64_t batches[MAX_WIDTH];
	struct drm_xe_exec exec = { .exec_queue_id = queue, .num_batch_buffer = 2, .address = 4096 };

#define TRY(width, placements, ...) try_queue(w.vm, width, placements, (struct drm_xe_engine_class_instance[]){ __VA_ARGS__ }, NULL)
	other.gt_id = 1;
	none.engine_instance = count;
	check(!TRY(2, 1, set[0], set[1]), "two neighbours");
	check(!TRY(1, 2, set[1], set[0]), "two placements");
	check(!TRY(1, 2, set[1], set[1]), "one placement twice");
	check(TRY(2, 1, set[1], set[0]) == EINVAL, "neighbours in the wrong order");
	check(TRY(2, 1, set[0], set[0]) == EINVAL, "an engine beside itself");
	check(TRY(2, 1, set[0], copy) == EINVAL, "an engine beside one of another class");
	check(TRY(1, 2, set[0], copy) == EINVAL, "a placement of another class");
	check(TRY(1, 2, set[0], other) == EINVAL, "a placement on another GT");
	check(TRY(1, 2, set[0], none) == EINVAL, "a placement on no engine");
	check(TRY(2, 1, set[count - 1], none) == EINVAL, "a neighbour that is not");
	check(try_queue(w.vm, 3, 4, set, NULL) == EINVAL, "width times placements of 12");
	check(try_queue(w.vm, 256, 256, set, NULL) == EINVAL, "width times placements of 65536");
	check(try_queue(w.vm, 10, 1, set, NULL) == EINVAL, "a width of 10");
	check(try_queue(w.vm, 2, 1, NULL, NULL) == EFAULT, "instances that cannot be read");
	if (count > 2) {
		check(TRY(2, 1, set[0], set[2]) == EINVAL, "a gap between neighbours");
		check(TRY(2, 2, set[0], set[1], set[1], set[0]) == EINVAL, "one placement in the wrong order");
		check(!TRY(2, 2, set[0], set[1], set[1], set[2]), "placements that overlap");
	}
	if (count > 3)
		check(!TRY(2, 2, set[2], set[3], set[0], set[1]), "placements in any order");
	counting(&w, batches, 2);
	check(exec_all(queue, 1, batches, NULL, 0) && errno == EINVAL, "one batch for two");
	check(exec_all(queue, 3, batches, NULL, 0) && errno == EINVAL, "three batches for two");
	check(ioctl(fd, DRM_IOCTL_XE_EXEC, &exec) && errno == EFAULT, "addresses that cannot be read");
	exec.syncs = 4096;
	exec.num_syncs = 1;
	check(ioctl(fd, DRM_IOCTL_XE_EXEC, &exec) && errno == EFAULT, "nor syncs");
	check(!exec_all(queue, 2, batches, NULL, 0) && becomes(w.data.words, 1, 30) && becomes(w.data.words + 1, 1, 30),
	      "after all of that a job runs");
	queue_destroy(fd, queue);
	world_end(&w);
}

/*
 * fill: as many jobs as there are engines, none of which says where it wants to be.
 */
static void fill(const char *command)
{
	struct world w = world_new(0);
	uint32_t queue[count];
	bool good = true;

	for (unsigned int i = 0; i < count; i++) {
		queue[i] = queue_of(w.vm, 1, count, 0, 1);
		good &= !exec(fd, queue[i], spin_loop(&w.data, SPIN(i)), NULL, 0) && spin_started(&w.data, SPIN(i));
	}
	check(good && !system(command), "virtual queues fill all engines of a class");
	for (unsigned int i = 0; i < count; i++) {
		spin_end(&w.data, SPIN(i));
		queue_destroy(fd, queue[i]);
	}
	world_end(&w);
}

/*
 * hang: one batch goes on for ever and cannot be switched. The job timeout was made short.
 */
static void hang_of(unsigned int width, unsigned int which)
{
	struct world w = world_new(0);
	uint32_t queue = queue_of(w.vm, width, 1, 0, 0), other = queue_of(w.vm, width, 1, 0, 0), done = syncobj(fd);
	struct drm_xe_sync sync[] = { signals(done), writes(at(&w.data, 512), 7) };
	uint64_t batches[MAX_WIDTH], hangs[MAX_WIDTH];
	bool good = true;
	char what[80];
	int file;

	counting(&w, batches, width);
	memcpy(hangs, batches, sizeof(hangs));
	put_jump(text(&w, 20), text_at(&w, 20));
	hangs[which] = text_at(&w, 20);
	good &= !exec_all(queue, width, hangs, sync, 2);
	file = sync_file(fd, done);
	snprintf(what, sizeof(what), "batch %u of %u hangs, and its queue is banned", which, width);
	check(good && !wait_for(fd, done, WAIT_NS) && fence_status(file) < 0 && banned(fd, queue) == 1, what);
	check_beyond(!w.data.words[512], "its user fence was not written");
	check(exec_all(queue, width, batches, NULL, 0) && errno == ECANCELED, "it takes no more");
	memset(w.data.words, 0, 64);
	good = !exec_all(other, width, batches, sync, 1) && !wait_for(fd, done, WAIT_NS);
	check(good && counted(&w, width, 1) && !banned(fd, other), "another one goes on");
	close(file);
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	queue_destroy(fd, other);
	world_end(&w);
}

static void hang(void)
{
	hang_of(2, 0);
	hang_of(count, count - 1);
}

/*
 * reset: who has begun is banned, also if only one child had; who has not runs, once.
 */
static void reset(const char *command)
{
	struct world w = world_new(0);
	uint32_t last = queue_of(w.vm, 1, 1, count - 1, 0), all = queue_of(w.vm, 1, 1, 0, 0);
	uint32_t half = queue_of(w.vm, 2, 1, count - 2, 0), whole = queue_of(w.vm, 2, 1, count - 2, 0);
	uint32_t done = syncobj(fd), ended = syncobj(fd);
	struct drm_xe_sync sync = signals(done), end = signals(ended);
	uint64_t batches[MAX_WIDTH];
	bool good;

	/* Something before, so that the saved heads are where they are. */
	counting(&w, batches, 2);
	good = !exec_all(whole, 2, batches, &sync, 1) && !wait_for(fd, done, WAIT_NS) &&
	       !exec_all(half, 2, batches, &sync, 1) && !wait_for(fd, done, WAIT_NS);
	check(good && counted(&w, 2, 2), "before a reset");

	/* The last engine is taken, and does not let go: of the job beside it, one half begins. */
	put_jump(put_store(text(&w, 20), at(&w.data, 900), 1), text_at(&w, 21));
	put_jump(text(&w, 21), text_at(&w, 21));
	good = !exec(fd, last, text_at(&w, 20), NULL, 0) && becomes(w.data.words + 900, 1, 30);
	put_end(put_count(text(&w, 2), at(&w.data, 2)));
	put_end(put_count(text(&w, 3), at(&w.data, 3)));
	good &= !exec_all(half, 2, (uint64_t[]){ text_at(&w, 2), text_at(&w, 3) }, &end, 1) && becomes(w.data.words + 2, 1, 30);
	good &= !system(command) && !wait_for(fd, ended, WAIT_NS);
	check(good && banned(fd, last) == 1, "what had begun is banned");
	check_beyond(w.data.words[2] == 1 && banned(fd, half) == 1, "also if one of two batches had");	/* looks at the first */
	good = !exec_all(whole, 2, batches, &sync, 1) && !wait_for(fd, done, WAIT_NS);
	check(good && counted(&w, 2, 3) && !banned(fd, whole), "who was idle goes on, and runs nothing again");
	put_end(text(&w, 6));
	good = !exec_wait(fd, all, text_at(&w, 6));
	check(good && !banned(fd, all), "and who was new");

	/* Both engines are taken: nothing of the job behind begins. */
	last = queue_of(w.vm, 1, 1, count - 1, 0);
	w.data.words[900] = 0;
	put_jump(put_store(text(&w, 22), at(&w.data, 901), 1), text_at(&w, 21));
	good = !exec(fd, last, text_at(&w, 20), NULL, 0) && becomes(w.data.words + 900, 1, 30);
	all = queue_of(w.vm, 1, 1, count - 2, 0);
	good &= !exec(fd, all, text_at(&w, 22), NULL, 0) && becomes(w.data.words + 901, 1, 30);
	for (unsigned int i = 0; i < 5; i++)
		good &= !exec_all(whole, 2, batches, &sync, 1);
	good &= !system(command) && !wait_for(fd, done, WAIT_NS);
	check(good && !banned(fd, whole) && banned(fd, all) == 1, "who waited for others runs");
	check(counted(&w, 2, 8), "and runs once");
	syncobj_destroy(fd, done);
	syncobj_destroy(fd, ended);
	world_end(&w);
}

/*
 * close: work of all shapes under way, some of it waiting for others, and then the file goes.
 */
static void close_all(const char *address)
{
	for (unsigned int round = 0; round < 6; round++) {
		struct world w = world_new(round % 2 ? DRM_XE_VM_CREATE_FLAG_LR_MODE : 0);
		uint32_t done = syncobj(fd), queue = 0;
		struct drm_xe_sync sync[] = { writes(at(&w.data, 512), 1), signals(done) };
		uint64_t batches[MAX_WIDTH];
		int file = -1;

		for (unsigned int width = 1; width <= count; width++) {
			counting(&w, batches, width);
			batches[round % width] = round % 3 ? spin_loop(&w.data, SPIN(width)) : spin_semaphore(&w.data, SPIN(width));
			queue = queue_of(w.vm, width, count - width + 1, 0, 1);
			for (unsigned int i = 0; i < 8; i++)
				need(!exec_all(queue, width, batches, sync, round % 2 ? 1 : 2), "EXEC");
		}
		if (!(round % 2))
			file = sync_file(fd, done);
		if (round < 2)
			spin_started(&w.data, SPIN(1));
		if (round % 3 == 1)
			queue_destroy(fd, queue);
		/* A mapping holds the file, too. */
		munmap(w.text.words, w.text.size);
		munmap(w.data.words, w.data.size);
		close(fd);
		if (file >= 0) {
			struct pollfd p = { .fd = file, .events = POLLIN };

			check(poll(&p, 1, 60000) == 1, "what was under way ends with its file");
			check(fence_status(file) < 0, "and not as a success");
			close(file);
		}
		fd = open_card(address, "renderD");
		need(fd >= 0, "open");
	}
	many_jobs(count, 1, 0, 3);
}

/* The class with most engines. */
static void find_set(unsigned int least)
{
	struct engines all = engines(fd);

	for (unsigned int i = 0; i < all.count; i++) {
		unsigned int n = 0;

		for (unsigned int j = 0; j < all.count; j++)
			n += all.all[j].engine_class == all.all[i].engine_class && all.all[j].gt_id == all.all[i].gt_id;
		if (n <= count)
			continue;
		count = 0;
		for (unsigned int j = 0; j < all.count; j++)
			if (all.all[j].engine_class == all.all[i].engine_class && all.all[j].gt_id == all.all[i].gt_id)
				set[count++] = all.all[j];
	}
	for (unsigned int i = 0; i < count; i++)
		need(set[i].engine_instance == i, "instances without gaps");
	need(count >= least && count <= MAX_WIDTH, "a class with more than one engine");
	printf("# %u engines of class %s\n", count, class_name(set[0].engine_class));
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	printf("KTAP version 1\n");
	fd = open_card(argv[2], "renderD");
	need(fd >= 0, "open");
	find_set(strcmp(argv[1], "count") ? 2 : 1);
	if (!strcmp(argv[1], "basic"))
		basic();
	if (!strcmp(argv[1], "errors"))
		errors();
	if (!strcmp(argv[1], "count"))
		many_jobs(count, 1, 0, 5);
	if (!strcmp(argv[1], "hang"))
		hang();
	if (!strcmp(argv[1], "close"))
		close_all(argv[2]);
	if (!strcmp(argv[1], "fill") && argc == 4)
		fill(argv[3]);
	if (!strcmp(argv[1], "reset") && argc == 4)
		reset(argv[3]);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
