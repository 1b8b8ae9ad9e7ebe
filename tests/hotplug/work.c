// SPDX-License-Identifier: MIT
/*
 * Work for the GPU, on every engine that the card has. KTAP. Usage:
 *
 *	jobs basic|deps|binds|errors|room PCI-ADDRESS
 *	jobs flood PCI-ADDRESS JOBS QUEUES
 *
 * All of it is what the uapi promises; nothing knows which driver is there.
 */
#define _GNU_SOURCE
#include <linux/dma-buf.h>
#include <pthread.h>
#include <stddef.h>

#include "lib/gpu.h"

#define TEXT		0x1000000ull	/* where batches are in a VM */
#define DATA		0x4000000ull
#define FREE		0x10000000ull	/* nothing from here on */

static int fd;
static struct engines all;

/* What Linux 6.12's own driver is known not to do. */
static void check_beyond(bool ok, const char *what)
{
	const char *driver = getenv("LAB_DRIVER");

	if (!ok && driver && !strcmp(driver, "upstream"))
		printf("ok %d - %s # SKIP upstream does not\n", ++number, what);
	else
		check(ok, what);
}

/* What most of the tests need: a VM, room for batches, and words that are written. */
struct world {
	uint32_t vm;
	struct memory text, data;
};

static struct world world_new(uint32_t flags)
{
	struct world w = { .vm = vm_create(fd, flags) };

	w.text = memory_new(fd, w.vm, SYSTEM, 1 * MiB, TEXT);
	w.data = memory_new(fd, w.vm, SYSTEM, 256 << 10, DATA);
	return w;
}

static void world_end(struct world *w)
{
	memory_free(fd, &w->text);
	memory_free(fd, &w->data);
	vm_destroy(fd, w->vm);
}

/* Engine @n, but for those of video, round and round. */
static struct drm_xe_engine_class_instance engine(unsigned int n)
{
	struct drm_xe_engine_class_instance e;

	do {
		e = all.all[n++ % all.count];
	} while (e.engine_class == DRM_XE_ENGINE_CLASS_VIDEO_DECODE ||
		 e.engine_class == DRM_XE_ENGINE_CLASS_VIDEO_ENHANCE);
	return e;
}

/* Batch number @n of @w, and the address of it. */
#define BATCH_WORDS	64

static uint32_t *text(struct world *w, unsigned int n)
{
	return w->text.words + n * BATCH_WORDS;
}

static uint64_t text_at(struct world *w, unsigned int n)
{
	return at(&w->text, n * BATCH_WORDS);
}

/* A batch that notes how many came before it: slot @n, which is 0, becomes the counter, and that one more. */
static uint64_t order_batch(struct world *w, unsigned int n)
{
	uint32_t *p = put_copy(text(w, n), at(&w->data, 16 + n), at(&w->data, 0));

	p = put_count(p, at(&w->data, 0));
	put_end(p);
	return text_at(w, n);
}

static bool in_order(struct world *w, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (w->data.words[16 + i] != i) {
			printf("# job %u was number %u\n", i, w->data.words[16 + i]);
			return false;
		}
	if (w->data.words[0] != n)
		printf("# %u jobs of %u\n", w->data.words[0], n);
	return w->data.words[0] == n;
}

/* GPU @queue of @w stores @value at @address. */
static int gpu_store(struct world *w, uint32_t queue, uint64_t address, uint32_t value)
{
	put_end(put_store(text(w, 0), address, value));
	return exec_wait(fd, queue, text_at(w, 0));
}

/* What the GPU reads at @address; ~0 if it could not. */
static uint32_t gpu_load(struct world *w, uint32_t queue, uint64_t address)
{
	w->data.words[8] = ~0u;
	put_end(put_copy(text(w, 0), at(&w->data, 8), address));
	return exec_wait(fd, queue, text_at(w, 0)) ? ~0u : w->data.words[8];
}

/*
 * basic
 */
static void each_engine(void)
{
	for (unsigned int i = 0; i < all.count; i++) {
		struct world w = world_new(0);
		uint32_t queue = queue_create(fd, w.vm, all.all[i]);
		char what[80];

		snprintf(what, sizeof(what), "%s %u of GT %u stores", class_name(all.all[i].engine_class),
			 all.all[i].engine_instance, all.all[i].gt_id);
		check(!gpu_store(&w, queue, at(&w.data, 1), 0xabc0 + i) && w.data.words[1] == 0xabc0 + i, what);
		queue_destroy(fd, queue);
		world_end(&w);
	}
}

static void vram_store(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	struct memory text = memory_new(fd, w.vm, VRAM, 64 << 10, FREE);
	struct memory data = memory_new(fd, w.vm, VRAM, 64 << 10, FREE + 2 * MiB);

	put_end(put_store(text.words, at(&data, 5), 0x77));
	check(!exec_wait(fd, queue, text.address) && data.words[5] == 0x77, "text and data in VRAM");
	memory_free(fd, &text);
	memory_free(fd, &data);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* More than a ring takes at once. */
static void one_queue(unsigned int jobs)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	bool good = true;

	for (unsigned int i = 0; i < jobs; i++)
		good &= !exec(fd, queue, order_batch(&w, i), &sync, i == jobs - 1);
	check(good && !wait_for(fd, done, WAIT_NS) && in_order(&w, jobs),
	      "many jobs of one queue run in order");
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void many_queues(unsigned int queues, unsigned int jobs)
{
	struct world w = world_new(0);
	uint32_t queue[queues], done = syncobj(fd);
	bool good = true;

	for (unsigned int i = 0; i < queues; i++)
		queue[i] = queue_create(fd, w.vm, engine(i));
	for (unsigned int i = 0; i < jobs * queues; i++) {
		put_end(put_count(text(&w, i), at(&w.data, 16 + i % queues)));
		good &= !exec(fd, queue[i % queues], text_at(&w, i), NULL, 0);
	}
	for (unsigned int i = 0; i < queues; i++) {
		struct drm_xe_sync sync = signals(done);

		good &= !exec_nothing(fd, queue[i], &sync, 1) && !wait_for(fd, done, WAIT_NS);
		good &= w.data.words[16 + i] == jobs;
		queue_destroy(fd, queue[i]);
	}
	check(good, "many queues");
	syncobj_destroy(fd, done);
	world_end(&w);
}

/* At the same address in each, something else. */
static void many_vms(unsigned int vms)
{
	struct world w[vms];
	uint32_t queue[vms], done = syncobj(fd);
	bool good = true;

	for (unsigned int i = 0; i < vms; i++) {
		w[i] = world_new(i % 2 ? DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE : 0);
		queue[i] = queue_create(fd, w[i].vm, engine(i));
		put_end(put_store(text(&w[i], 0), at(&w[i].data, 1), 0x1000 + i));
		good &= !exec(fd, queue[i], text_at(&w[i], 0), NULL, 0);
	}
	for (unsigned int i = 0; i < vms; i++) {
		struct drm_xe_sync sync = signals(done);

		good &= !exec_nothing(fd, queue[i], &sync, 1) && !wait_for(fd, done, WAIT_NS);
		good &= w[i].data.words[1] == 0x1000 + i;
		queue_destroy(fd, queue[i]);
	}
	for (unsigned int i = 0; i < vms; i++)
		world_end(&w[i]);
	check(good, "many VMs, each with its own memory at one address");
	syncobj_destroy(fd, done);
}

static void chained(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0));

	put_jump(put_store(text(&w, 0), at(&w.data, 1), 1), text_at(&w, 2));
	put_end(put_store(text(&w, 1), at(&w.data, 2), 1));
	put_jump(put_store(text(&w, 2), at(&w.data, 3), 1), text_at(&w, 1));
	check(!exec_wait(fd, queue, text_at(&w, 0)) && w.data.words[1] && w.data.words[2] && w.data.words[3],
	      "a batch that goes on elsewhere");
	queue_destroy(fd, queue);
	world_end(&w);
}

/* On each class: it runs until it is told, and not longer. */
static void spinners(void)
{
	for (unsigned int i = 0; i < 2 * all.count; i++) {
		struct world w = world_new(0);
		struct drm_xe_engine_class_instance e = all.all[i / 2];
		uint32_t queue = queue_create(fd, w.vm, e), done = syncobj(fd);
		uint64_t batch = i % 2 ? spin_loop(&w.data, 0) : spin_semaphore(&w.data, 0);
		struct drm_xe_sync sync = signals(done);
		char what[80];
		bool good = !exec(fd, queue, batch, &sync, 1) && spin_started(&w.data, 0);

		usleep(20000);
		good &= !over(fd, done);
		spin_end(&w.data, 0);
		snprintf(what, sizeof(what), "%s %u of GT %u %s until it is told", class_name(e.engine_class),
			 e.engine_instance, e.gt_id, i % 2 ? "loops" : "waits");
		check(good && !wait_for(fd, done, WAIT_NS) && !banned(fd, queue), what);
		syncobj_destroy(fd, done);
		queue_destroy(fd, queue);
		world_end(&w);
	}
}

/* Somebody who waits in a semaphore does not keep the others of the engine from it. */
static void shared_engine(void)
{
	struct world w = world_new(0);
	uint32_t first = queue_create(fd, w.vm, engine(0)), second = queue_create(fd, w.vm, engine(0));
	uint32_t done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	bool good = !exec(fd, first, spin_semaphore(&w.data, 64), &sync, 1) && spin_started(&w.data, 64);

	good &= !gpu_store(&w, second, at(&w.data, 1), 3) && w.data.words[1] == 3 && !over(fd, done);
	spin_end(&w.data, 64);
	check(good && !wait_for(fd, done, WAIT_NS), "two queues share an engine");
	syncobj_destroy(fd, done);
	queue_destroy(fd, first);
	queue_destroy(fd, second);
	world_end(&w);
}

static void exec_user_fence(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	struct drm_xe_sync sync = writes(at(&w.data, 2), 0x1122334455667788);
	volatile uint64_t *fence = (uint64_t *)(w.data.words + 2);

	put_end(put_store(text(&w, 0), at(&w.data, 1), 4));
	check(!exec(fd, queue, text_at(&w, 0), &sync, 1) &&
	      !wait_user_fence(fd, fence, 0x1122334455667788, WAIT_NS, queue) && w.data.words[1] == 4,
	      "the GPU writes a user fence, after the batch");
	check(wait_user_fence(fd, fence, 1, 10000000, 0) && errno == ETIME,
	      "one that is not written is waited for as long as asked");
	queue_destroy(fd, queue);
	world_end(&w);
}

static void nothing_to_run(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), spin = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync sync[] = { signals(spin), signals(done) };
	bool good = !exec(fd, queue, spin_semaphore(&w.data, 0), &sync[0], 1) &&
		    !exec_nothing(fd, queue, &sync[1], 1) && spin_started(&w.data, 0) && !over(fd, done);

	spin_end(&w.data, 0);
	check(good && !wait_for(fd, done, WAIT_NS) && over(fd, spin),
	      "an exec of nothing is over after what was there before");
	syncobj_destroy(fd, spin);
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* A VM of which the number is gone keeps its tables as long as somebody runs in it. */
static void destroyed_vm(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	bool good = !exec(fd, queue, spin_semaphore(&w.data, 0), NULL, 0);

	put_end(put_store(text(&w, 0), at(&w.data, 64), 5));
	good &= !exec(fd, queue, text_at(&w, 0), &sync, 1) && spin_started(&w.data, 0);
	good &= !vm_destroy(fd, w.vm);
	close_handle(fd, w.text.handle);
	close_handle(fd, w.data.handle);
	usleep(20000);
	spin_end(&w.data, 0);
	good &= !wait_for(fd, done, WAIT_NS) && w.data.words[64] == 5;
	check_beyond(good, "a VM outlives its number, and buffers theirs");	/* frees the tables at once */
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	munmap(w.data.words, w.data.size);
	munmap(w.text.words, w.text.size);
}

/* What is destroyed while it runs is stopped; its fence says that it was not a success. */
static void destroyed_queue(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), other = queue_create(fd, w.vm, engine(0));
	uint32_t done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	bool good = !exec(fd, queue, spin_semaphore(&w.data, 64), &sync, 1) && spin_started(&w.data, 64);
	int file = sync_file(fd, done);

	good &= !queue_destroy(fd, queue) && !wait_for(fd, done, WAIT_NS) && fence_status(file) < 0;
	check(good, "a queue that is destroyed while it runs is stopped");
	check(!gpu_store(&w, other, at(&w.data, 1), 6) && w.data.words[1] == 6,
	      "and its engine does other work");
	close(file);
	syncobj_destroy(fd, done);
	queue_destroy(fd, other);
	world_end(&w);
}

static void basic(void)
{
	each_engine();
	if (vram(fd).size)
		vram_store();
	one_queue(500);
	many_queues(64, 8);
	many_vms(32);
	chained();
	spinners();
	shared_engine();
	exec_user_fence();
	nothing_to_run();
	destroyed_vm();
	destroyed_queue();
}

/*
 * deps
 */
static void binary_wait(void)
{
	struct world w = world_new(0);
	uint32_t first = queue_create(fd, w.vm, engine(0)), second = queue_create(fd, w.vm, engine(1));
	uint32_t spin = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync go = signals(spin), both[] = { waits(spin), signals(done) };
	bool good = !exec(fd, first, spin_semaphore(&w.data, 64), &go, 1) && spin_started(&w.data, 64);

	put_end(put_store(text(&w, 1), at(&w.data, 1), 7));
	good &= !exec(fd, second, text_at(&w, 1), both, 2);
	usleep(50000);
	check(good && !w.data.words[1] && !over(fd, done), "a job does not begin before what it waits for");
	spin_end(&w.data, 64);
	check(!wait_for(fd, done, WAIT_NS) && w.data.words[1] == 7 && over(fd, spin), "and does after it");
	good = !exec(fd, second, text_at(&w, 1), both, 2) && !wait_for(fd, done, WAIT_NS);
	check(good, "what is over already is not waited for");
	syncobj_destroy(fd, spin);
	syncobj_destroy(fd, done);
	queue_destroy(fd, first);
	queue_destroy(fd, second);
	world_end(&w);
}

/* A timeline goes through queues of all engines, one point a job. */
static void timeline_chain(unsigned int queues, unsigned int jobs)
{
	struct world w = world_new(0);
	uint32_t queue[queues], line = syncobj(fd);
	bool good = true;

	for (unsigned int i = 0; i < queues; i++)
		queue[i] = queue_create(fd, w.vm, engine(i));
	for (unsigned int i = 0; i < jobs; i++) {
		struct drm_xe_sync sync[] = { signals_point(line, i + 1), waits_point(line, i) };

		good &= !exec(fd, queue[i % queues], order_batch(&w, i), sync, i ? 2 : 1);
	}
	check(good && !wait_point(fd, line, jobs, WAIT_NS) && in_order(&w, jobs) && reached(fd, line) == jobs,
	      "a timeline orders jobs of many queues");
	for (unsigned int i = 0; i < queues; i++)
		queue_destroy(fd, queue[i]);
	syncobj_destroy(fd, line);
	world_end(&w);
}

static void timeline_points(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), line = syncobj(fd);
	struct drm_xe_sync sync[] = { signals_point(line, 10), signals_point(line, 20), waits_point(line, 30) };
	bool good = !exec(fd, queue, spin_semaphore(&w.data, 64), &sync[0], 1) &&
		    !exec(fd, queue, spin_semaphore(&w.data, 128), &sync[1], 1) && spin_started(&w.data, 64);

	check(good && !reached(fd, line) && wait_point(fd, line, 5, 0) && errno == ETIME,
	      "no point is reached before its job is over");
	spin_end(&w.data, 64);
	check(!wait_point(fd, line, 10, WAIT_NS) && reached(fd, line) == 10 && !wait_point(fd, line, 3, 0) &&
	      wait_point(fd, line, 20, 0), "a point, and those below it");
	spin_end(&w.data, 128);
	check(!wait_point(fd, line, 20, WAIT_NS) && reached(fd, line) == 20, "and the next");
	put_end(text(&w, 0));
	check(exec(fd, queue, text_at(&w, 0), &sync[2], 1) && errno == EINVAL,
	      "a point that nobody has promised is refused");
	queue_destroy(fd, queue);
	syncobj_destroy(fd, line);
	world_end(&w);
}

/* One job waits for all that others do. */
static void many_waits(unsigned int n)
{
	struct world w = world_new(0);
	uint32_t queue[4], last = queue_create(fd, w.vm, engine(0));
	struct drm_xe_sync sync[n + 1];
	uint32_t gate = syncobj(fd);
	struct drm_xe_sync go = signals(gate);
	bool good = true;

	for (unsigned int i = 0; i < 4; i++)
		queue[i] = queue_create(fd, w.vm, engine(i));
	good &= !exec(fd, queue[0], spin_semaphore(&w.data, 4096), &go, 1);
	for (unsigned int i = 0; i < n; i++) {
		struct drm_xe_sync one[] = { signals(syncobj(fd)), waits(gate) };

		sync[i] = waits(one[0].handle);
		put_end(put_count(text(&w, i), at(&w.data, 0)));
		good &= !exec(fd, queue[i % 4], text_at(&w, i), one, 2);
	}
	sync[n] = signals(gate);
	put_end(put_copy(text(&w, n), at(&w.data, 1), at(&w.data, 0)));
	good &= spin_started(&w.data, 4096) && !exec(fd, last, text_at(&w, n), sync, n + 1);
	usleep(20000);
	good &= !over(fd, gate);	/* the last job's now */
	spin_end(&w.data, 4096);
	check(good && !wait_for(fd, gate, WAIT_NS) && w.data.words[1] == n, "a job waits for many");
	for (unsigned int i = 0; i < n; i++)
		syncobj_destroy(fd, sync[i].handle);
	for (unsigned int i = 0; i < 4; i++)
		queue_destroy(fd, queue[i]);
	queue_destroy(fd, last);
	syncobj_destroy(fd, gate);
	world_end(&w);
}

static void sync_files(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), spin = syncobj(fd), again = syncobj(fd);
	struct drm_xe_sync sync = signals(spin);
	bool good = !exec(fd, queue, spin_semaphore(&w.data, 64), &sync, 1) && spin_started(&w.data, 64);
	struct pollfd p = { .fd = sync_file(fd, spin), .events = POLLIN };

	check(good && p.fd >= 0 && !fence_status(p.fd) && !poll(&p, 1, 10), "a sync_file of a job that runs");
	good = !set_sync_file(fd, again, p.fd) && !over(fd, again);
	spin_end(&w.data, 64);
	check(poll(&p, 1, 60000) == 1 && fence_status(p.fd) == 1, "says when it is over");
	check(good && over(fd, again), "and so does the syncobj that it was put into");
	close(p.fd);
	syncobj_destroy(fd, spin);
	syncobj_destroy(fd, again);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void foreign_waits(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), other = queue_create(fd, w.vm, engine(0));
	uint32_t gate = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync sync[] = { waits(gate), signals(done) };
	struct foreign f = foreign_fence(fd, gate);

	put_end(put_store(text(&w, 1), at(&w.data, 1), 8));
	check(!exec(fd, queue, text_at(&w, 1), sync, 2) && !gpu_store(&w, other, at(&w.data, 2), 9) &&
	      w.data.words[2] == 9 && !w.data.words[1] && !over(fd, done),
	      "a job that waits for another driver is in nobody's way");
	foreign_signal(f);
	check(!wait_for(fd, done, WAIT_NS) && w.data.words[1] == 8, "and goes on with it");
	syncobj_destroy(fd, gate);
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	queue_destroy(fd, other);
	world_end(&w);
}

/* The queue's order holds for what could go first, too. */
static void queue_order(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), gate = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync first = waits(gate), last = signals(done);
	struct foreign f = foreign_fence(fd, gate);
	bool good = !exec(fd, queue, order_batch(&w, 0), &first, 1);

	for (unsigned int i = 1; i < 10; i++)
		good &= !exec(fd, queue, order_batch(&w, i), &last, i == 9);
	usleep(20000);
	good &= !w.data.words[0];
	foreign_signal(f);
	check(good && !wait_for(fd, done, WAIT_NS) && in_order(&w, 10),
	      "who comes later does not overtake who waits");
	syncobj_destroy(fd, gate);
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void deps(void)
{
	binary_wait();
	timeline_chain(7, 200);
	timeline_points();
	many_waits(100);
	sync_files();
	foreign_waits();
	queue_order();
}

/*
 * binds
 */
static const uint64_t sizes[] = { PAGE, 5 * PAGE, 64 << 10, 2 * MiB, 2 * MiB + PAGE, 6 * MiB };
#define NUM_SIZES	(sizeof(sizes) / sizeof(sizes[0]))

/* The first, a middle and the last page of @m can be written by the GPU, and nobody else's is. */
static bool writable(struct world *w, uint32_t queue, struct memory *m)
{
	uint64_t words[] = { 0, m->size / 2 / PAGE * PAGE / 4 + 1, m->size / 4 - 1 };

	for (unsigned int i = 0; i < 3; i++)
		if (gpu_store(w, queue, at(m, words[i]), 0xf00 + i) || m->words[words[i]] != 0xf00 + i) {
			printf("# word %llu is %#x\n", (unsigned long long)words[i], m->words[words[i]]);
			return false;
		}
	return true;
}

static void map_sizes(uint32_t placement, uint64_t least, const char *what)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	bool good = true;

	for (unsigned int i = 0; i < NUM_SIZES; i++) {
		for (unsigned int shift = 0; shift < 2; shift++) {
			uint64_t size = (sizes[i] + least - 1) / least * least;
			struct memory m = memory_new(fd, w.vm, placement, size, FREE + shift * 3 * PAGE);
			bool one = writable(&w, queue, &m) && !bind_op(fd, w.vm, op_unmap(m.address, size));

			if (!one)
				printf("# %llu bytes at %#llx\n", (unsigned long long)size, (unsigned long long)m.address);
			good &= one;
			memory_free(fd, &m);
		}
	}
	check(good, what);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void replaced(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	struct memory one = memory_new(fd, w.vm, SYSTEM, 2 * MiB, FREE), two = buffer_new(fd, SYSTEM, 2 * MiB);
	bool good = writable(&w, queue, &one);

	two.address = FREE;
	memset(one.words, 0x11, one.size);
	good &= !bind_op(fd, w.vm, op_map(two.handle, 0, FREE, two.size)) && writable(&w, queue, &two);
	for (uint64_t i = 0; i < one.size / 4; i++)
		good &= one.words[i] == 0x11111111;
	check(good, "a mapping is replaced, and its buffer not touched any more");
	memory_free(fd, &one);
	memory_free(fd, &two);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* Pages of a mapping go, or become another buffer's; all others stay, with what is in them. */
static void holes(bool other)
{
	static const struct { uint64_t page, count; } cut[] = { { 0, 1 }, { 100, 3 }, { 1023, 1 }, { 512, 16 }, { 510, 4 }, { 200, 300 } };
	struct world w = world_new(DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	bool good = true;

	for (unsigned int i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		struct memory m = memory_new(fd, w.vm, SYSTEM, 4 * MiB, FREE), in = buffer_new(fd, SYSTEM, 4 * MiB);
		uint64_t from = cut[i].page, to = from + cut[i].count, hole = FREE + from * PAGE, size = cut[i].count * PAGE;

		for (uint64_t page = 0; page < 1024; page++)
			m.words[page * 1024] = 0x500 + page;
		good &= gpu_load(&w, queue, FREE + from * PAGE) == 0x500 + from;
		good &= !bind_op(fd, w.vm, other ? op_map(in.handle, from * PAGE, hole, size) : op_unmap(hole, size));
		for (uint64_t page = from ? from - 1 : 0; page <= to && page < 1024; page++) {
			bool inside = page >= from && page < to;
			uint32_t seen = gpu_load(&w, queue, FREE + page * PAGE);

			good &= seen == (inside ? 0 : 0x500 + page);
			good &= !gpu_store(&w, queue, FREE + page * PAGE + 4, 0x900 + page);
			good &= m.words[page * 1024 + 1] == (inside ? 0 : 0x900 + page);
			good &= in.words[page * 1024 + 1] == (inside && other ? 0x900 + page : 0);
			if (page > from + 3 && page < to - 3)
				page = to - 4;
		}
		good &= gpu_load(&w, queue, FREE + 1022 * PAGE) == 0x500 + 1022 && gpu_load(&w, queue, FREE + PAGE) == 0x501;
		if (!good)
			printf("# pages %llu to %llu\n", (unsigned long long)from, (unsigned long long)to);
		bind_op(fd, w.vm, op_unmap(FREE, 4 * MiB));
		memory_free(fd, &m);
		memory_free(fd, &in);
	}
	check(good, other ? "pages of a mapping become another buffer's" : "pages of a mapping go, their neighbours stay");
	queue_destroy(fd, queue);
	world_end(&w);
}

/* Over many buffers, none of which begins or ends there. */
static void across(void)
{
	struct world w = world_new(DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	struct memory m[8];
	bool good = true;

	for (unsigned int i = 0; i < 8; i++) {
		m[i] = memory_new(fd, w.vm, SYSTEM, 64 << 10, FREE + (uint64_t)i * (64 << 10));
		m[i].words[0] = 0x10 + i;
		m[i].words[(64 << 10) / 4 - 1] = 0x20 + i;
	}
	good &= !bind_op(fd, w.vm, op_unmap(FREE + PAGE, (64 << 10) * 8 - 2 * PAGE));
	good &= gpu_load(&w, queue, FREE) == 0x10 && gpu_load(&w, queue, FREE + 8 * (64 << 10) - 4) == 0x27;
	for (unsigned int i = 1; i < 8; i++)
		good &= !gpu_load(&w, queue, m[i].address) && !gpu_load(&w, queue, m[i].address - 4);
	check(good, "one unmap over many mappings");
	for (unsigned int i = 0; i < 8; i++)
		memory_free(fd, &m[i]);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void null_mapping(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	bool good = !bind_op(fd, w.vm, op_null(FREE, 4 * MiB + 3 * PAGE));

	for (uint64_t offset = 0; offset < 4 * MiB + 3 * PAGE; offset += MiB + PAGE / 2)
		good &= !gpu_store(&w, queue, FREE + offset, 1) && !gpu_load(&w, queue, FREE + offset);
	check(good, "a mapping of nothing reads zero, and takes what is written");
	struct memory m = memory_new(fd, w.vm, SYSTEM, 64 << 10, FREE + MiB);

	check(writable(&w, queue, &m) && !gpu_load(&w, queue, FREE), "and a part of it becomes memory");
	memory_free(fd, &m);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void scratch(void)
{
	struct world w = world_new(DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	struct memory m;
	bool good = !gpu_load(&w, queue, FREE) && !gpu_store(&w, queue, FREE, 3) && !gpu_load(&w, queue, FREE) &&
		    !gpu_load(&w, queue, 1ull << 46);

	check(good && !banned(fd, queue), "with scratch pages nothing is out of reach");
	m = memory_new(fd, w.vm, SYSTEM, 64 << 10, FREE);
	check(writable(&w, queue, &m), "what is mapped over them is seen");
	m.words[0] = 1;
	good = !bind_op(fd, w.vm, op_unmap(FREE, m.size)) && !gpu_load(&w, queue, FREE);
	check(good, "and they are back when it goes");
	memory_free(fd, &m);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void arrays(void)
{
	enum { N = 64 };
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	struct memory m = buffer_new(fd, SYSTEM, N * PAGE);
	struct drm_xe_vm_bind_op ops[N + 2];
	bool good = true;

	/* Backwards, and then the first two anew: the later one counts. */
	for (uint64_t i = 0; i < N; i++) {
		ops[i] = op_map(m.handle, (N - 1 - i) * PAGE, FREE + i * PAGE, PAGE);
		m.words[i * 1024] = 0x700 + i;
	}
	ops[N] = op_unmap(FREE, 2 * PAGE);
	ops[N + 1] = op_map(m.handle, 0, FREE, PAGE);
	good &= !bind_ops(fd, w.vm, ops, N + 2) && gpu_load(&w, queue, FREE) == 0x700;
	for (uint64_t i = 2; i < N; i++)
		good &= gpu_load(&w, queue, FREE + i * PAGE) == 0x700 + N - 1 - i;
	check(good, "an array of binds, each of which sees those before it");
	for (uint64_t i = 0; i < N; i++)
		ops[i] = op_unmap(FREE + i * PAGE, PAGE);
	check(!bind_ops(fd, w.vm, ops, N), "an array of unmaps");

	/* The last one cannot be: nothing has happened. */
	for (uint64_t i = 0; i < N; i++)
		ops[i] = op_map(m.handle, i * PAGE, FREE + i * PAGE, PAGE);
	good = !bind_ops(fd, w.vm, ops, N);
	for (uint64_t i = 0; i < N; i++)
		ops[i] = op_unmap(FREE + i * PAGE, PAGE);
	ops[N - 1] = op_map(0x7fff, 0, FREE, PAGE);
	good &= bind_with(fd, w.vm, 0, ops, N, NULL, 0) && errno == ENOENT;
	for (uint64_t i = 0; i < N; i++)
		good &= gpu_load(&w, queue, FREE + i * PAGE) == 0x700 + i;
	check(good, "an array of which one is refused does nothing");
	memory_free(fd, &m);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void unmaps(void)
{
	struct world w = world_new(DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE);
	uint32_t queue = queue_create(fd, w.vm, engine(0));
	struct memory m = buffer_new(fd, SYSTEM, 64 << 10);
	bool good = true;

	check(!bind_op(fd, w.vm, op_unmap(FREE, 64 << 10)), "nothing is unmapped, and said to be done");
	m.words[0] = 0x31;
	for (unsigned int i = 0; i < 4; i++)
		good &= !bind_op(fd, w.vm, op_map(m.handle, 0, FREE + i * 3 * MiB, m.size)) &&
			gpu_load(&w, queue, FREE + i * 3 * MiB) == 0x31;
	check(good, "one buffer at four addresses");
	good = !bind_op(fd, w.vm, op_unmap_all(m.handle));
	for (unsigned int i = 0; i < 4; i++)
		good &= !gpu_load(&w, queue, FREE + i * 3 * MiB);
	check(good, "all of its mappings go at once");
	memory_free(fd, &m);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* Where nothing is mapped a job dies, and nobody else does. */
static void out_of_reach(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), other = queue_create(fd, w.vm, engine(0)), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	bool good;
	int file;

	put_end(put_store(text(&w, 0), FREE, 1));
	good = !exec(fd, queue, text_at(&w, 0), &sync, 1);
	file = sync_file(fd, done);
	good &= !wait_for(fd, done, WAIT_NS) && fence_status(file) < 0 && banned(fd, queue) == 1;
	check(good, "a job that writes where nothing is fails");
	check(exec(fd, queue, text_at(&w, 0), NULL, 0) && errno == ECANCELED, "its queue takes no more");
	check(!gpu_store(&w, other, at(&w.data, 1), 2) && w.data.words[1] == 2 && !banned(fd, other),
	      "the other goes on");
	close(file);
	syncobj_destroy(fd, done);
	queue_destroy(fd, queue);
	queue_destroy(fd, other);
	world_end(&w);
}

static void bind_queues(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), gate = syncobj(fd);
	uint32_t late = bind_queue_create(fd, w.vm), early = bind_queue_create(fd, w.vm);
	uint32_t done[3] = { syncobj(fd), syncobj(fd), syncobj(fd) };
	struct memory m[3] = { buffer_new(fd, SYSTEM, PAGE), buffer_new(fd, SYSTEM, PAGE), buffer_new(fd, SYSTEM, PAGE) };
	struct drm_xe_sync sync[][2] = { { waits(gate), signals(done[0]) }, { signals(done[1]) }, { signals(done[2]) } };
	struct foreign f = foreign_fence(fd, gate);
	struct drm_xe_vm_bind_op op[3];
	bool good = true;

	for (unsigned int i = 0; i < 3; i++) {
		m[i].address = FREE + (i << 30);
		m[i].words[0] = 0x60 + i;
		op[i] = op_map(m[i].handle, 0, m[i].address, PAGE);
	}
	good &= !bind_with(fd, w.vm, late, &op[0], 1, sync[0], 2) && !bind_with(fd, w.vm, late, &op[1], 1, sync[1], 1);
	good &= !bind_with(fd, w.vm, early, &op[2], 1, sync[2], 1) && !wait_for(fd, done[2], WAIT_NS);
	check(good && gpu_load(&w, queue, m[2].address) == 0x62 && !over(fd, done[0]) && !over(fd, done[1]),
	      "a bind waits, its queue with it, the others do not");
	foreign_signal(f);
	check(!wait_for(fd, done[1], WAIT_NS) && over(fd, done[0]) && gpu_load(&w, queue, m[0].address) == 0x60 &&
	      gpu_load(&w, queue, m[1].address) == 0x61, "and they come in order");
	for (unsigned int i = 0; i < 3; i++) {
		syncobj_destroy(fd, done[i]);
		memory_free(fd, &m[i]);
	}
	syncobj_destroy(fd, gate);
	queue_destroy(fd, late);
	queue_destroy(fd, early);
	queue_destroy(fd, queue);
	world_end(&w);
}

/* A job waits for the bind that it needs, and the bind for a job. */
static void bind_between_jobs(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), other = queue_create(fd, w.vm, engine(1));
	uint32_t spin = syncobj(fd), bound = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync sync[] = { signals(spin), waits(spin), signals(bound), waits(bound), signals(done) };
	struct memory m = buffer_new(fd, SYSTEM, 64 << 10);
	struct drm_xe_vm_bind_op op = op_map(m.handle, 0, FREE, m.size);
	bool good = !exec(fd, queue, spin_semaphore(&w.data, 64), &sync[0], 1);

	put_end(put_store(text(&w, 1), FREE, 0x99));
	good &= !bind_with(fd, w.vm, 0, &op, 1, &sync[1], 2) && !exec(fd, other, text_at(&w, 1), &sync[3], 2);
	good &= spin_started(&w.data, 64) && !over(fd, bound) && !over(fd, done);
	spin_end(&w.data, 64);
	check(good && !wait_for(fd, done, WAIT_NS) && m.words[0] == 0x99, "a bind between two jobs");
	syncobj_destroy(fd, spin);
	syncobj_destroy(fd, bound);
	syncobj_destroy(fd, done);
	memory_free(fd, &m);
	queue_destroy(fd, queue);
	queue_destroy(fd, other);
	world_end(&w);
}

/* To one address, one after the other; the first has to wait. */
static void bind_user_fences(void)
{
	static volatile uint64_t word __attribute__((aligned(8)));
	struct world w = world_new(0);
	struct memory m = buffer_new(fd, SYSTEM, 64 << 10);
	uint32_t gate = syncobj(fd);
	struct foreign f = foreign_fence(fd, gate);
	bool good = true;

	word = 0;
	for (uint64_t i = 0; i < 7; i++) {
		struct drm_xe_sync sync[] = { writes((uintptr_t)&word, i + 1), waits(gate) };
		struct drm_xe_vm_bind_op op = op_map(m.handle, 0, FREE + i * 2 * MiB, m.size);

		good &= !bind_with(fd, w.vm, 0, &op, 1, sync, i ? 1 : 2);
	}
	check(good && !word && wait_user_fence(fd, &word, 7, 10000000, 0) && errno == ETIME,
	      "no user fence before its bind");
	foreign_signal(f);
	check(!wait_user_fence(fd, &word, 7, WAIT_NS, 0) && word == 7,
	      "user fences of binds, the last one last");
	syncobj_destroy(fd, gate);
	memory_free(fd, &m);
	world_end(&w);
}

/* For nothing to be bound, in order with what is. */
static void bind_nothing(void)
{
	struct world w = world_new(0);
	uint32_t gate = syncobj(fd), bound = syncobj(fd), done = syncobj(fd);
	struct memory m = buffer_new(fd, SYSTEM, 64 << 10);
	struct drm_xe_sync sync[] = { waits(gate), signals(bound), signals(done) };
	struct drm_xe_vm_bind_op op = op_map(m.handle, 0, FREE, m.size);
	struct foreign f = foreign_fence(fd, gate);
	bool good = !bind_with(fd, w.vm, 0, &op, 1, sync, 2) && !bind_with(fd, w.vm, 0, NULL, 0, &sync[2], 1);

	usleep(20000);
	good &= !over(fd, done);
	foreign_signal(f);
	check(good && !wait_for(fd, done, WAIT_NS) && over(fd, bound),
	      "a bind of nothing is over after those before it");
	syncobj_destroy(fd, gate);
	syncobj_destroy(fd, bound);
	syncobj_destroy(fd, done);
	memory_free(fd, &m);
	world_end(&w);
}

/* Unmapped and freed while a job still needs it: what comes there is not written to. */
static void binds_and_jobs(void)
{
	struct world w = world_new(0);
	uint32_t queue = queue_create(fd, w.vm, engine(0)), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	struct memory keep = memory_new(fd, w.vm, SYSTEM, 4 * MiB, FREE);
	bool good = true;

	for (unsigned int i = 0; i < 200; i++) {
		put_end(put_count(text(&w, i), at(&keep, 512 * 1024)));
		good &= !exec(fd, queue, text_at(&w, i), &sync, i == 199);
		if (i % 10)
			continue;
		good &= !bind_op(fd, w.vm, op_unmap(FREE + (uint64_t)(i / 10) * 7 * PAGE, 2 * PAGE));
	}
	check(good && !wait_for(fd, done, WAIT_NS) && keep.words[512 * 1024] == 200,
	      "jobs run on while pages beside theirs are unmapped");
	syncobj_destroy(fd, done);
	memory_free(fd, &keep);
	queue_destroy(fd, queue);
	world_end(&w);
}

static void binds(void)
{
	map_sizes(SYSTEM, PAGE, "mappings of all sizes, of system memory");
	if (vram(fd).size)
		map_sizes(VRAM, 64 << 10, "mappings of all sizes, of VRAM");
	replaced();
	holes(false);
	holes(true);
	across();
	null_mapping();
	scratch();
	arrays();
	unmaps();
	bind_queues();
	bind_between_jobs();
	bind_user_fences();
	bind_nothing();
	binds_and_jobs();
	out_of_reach();
}

/*
 * flood: @jobs on @queues, all of them queued before the first one begins, each counted.
 */
static void flood(unsigned int jobs, unsigned int queues)
{
	struct { uint32_t vm; struct memory text, count; } w = { .vm = vm_create(fd, 0) };
	uint32_t queue[queues], gate = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync wait = waits(gate), sync = signals(done);
	struct foreign f;
	double begin = now();
	bool good = true;
	char what[80];

	w.text = memory_new(fd, w.vm, SYSTEM, (jobs * 32ull + MiB - 1) / MiB * MiB, TEXT);
	w.count = memory_new(fd, w.vm, SYSTEM, (jobs * 4ull + MiB - 1) / MiB * MiB, 1ull << 32);
	for (unsigned int i = 0; i < queues; i++)
		queue[i] = queue_create(fd, w.vm, engine(i));
	printf("# prepared in %.0f ms\n", (now() - begin) * 1000);
	f = foreign_fence(fd, gate);
	begin = now();
	for (unsigned int i = 0; i < jobs; i++) {
		put_end(put_count(w.text.words + 8 * i, at(&w.count, i)));
		good &= !exec(fd, queue[i % queues], at(&w.text, 8 * i), &wait, i < queues);
	}
	printf("# queued in %.0f ms\n", (now() - begin) * 1000);
	begin = now();
	foreign_signal(f);
	for (unsigned int i = 0; i < queues; i++)
		good &= !exec_nothing(fd, queue[i], &sync, 1) && !wait_for(fd, done, WAIT_NS);
	printf("# done in %.0f ms\n", (now() - begin) * 1000);
	for (unsigned int i = 0, told = 0; i < jobs; i++) {
		if (w.count.words[i] != 1 && told++ < 5)
			printf("# job %u ran %u times\n", i, w.count.words[i]);
		good &= w.count.words[i] == 1;
	}
	snprintf(what, sizeof(what), "%u jobs on %u queues, each runs once", jobs, queues);
	check(good, what);
	for (unsigned int i = 0; i < queues; i++)
		queue_destroy(fd, queue[i]);
	memory_free(fd, &w.text);
	memory_free(fd, &w.count);
	vm_destroy(fd, w.vm);
}

/*
 * errors: each row is a call that is right but for one thing, and what comes of that. The first of each is right.
 */
#pragma GCC diagnostic ignored "-Woverride-init"	/* what is named again is what is wrong */

enum { VM = 1, LR_VM = 2, QUEUE = 1, BIND_QUEUE = 2, BO = 1, WB_BO = 2, EMPTY = 1, SIGNALED = 2, NOBODY = 99 };

struct row {
	const char *name;
	int err;
	unsigned long request;
	union {
		struct drm_xe_vm_create vm;
		struct drm_xe_vm_destroy vm_end;
		struct drm_xe_vm_bind bind;
		struct drm_xe_exec_queue_create queue;
		struct drm_xe_exec_queue_destroy queue_end;
		struct drm_xe_exec_queue_get_property property;
		struct drm_xe_exec exec;
		struct drm_xe_wait_user_fence wait;
		struct drm_xe_gem_create gem;
		struct drm_xe_gem_mmap_offset map;
		struct drm_xe_device_query query;
	} args;
};

static void rows(const char *call, const struct row *row, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct row r = row[i];
		int err = ioctl(fd, r.request, &r.args) ? errno : 0;
		char what[120];

		snprintf(what, sizeof(what), "%s, %s: %s", call, r.name, strerror(r.err));
		errno = err;
		check(err == r.err, what);
	}
}
#define ROWS(call, table) rows(call, table, sizeof(table) / sizeof((table)[0]))

static void vm_errors(void)
{
#define CREATE(...) DRM_IOCTL_XE_VM_CREATE, { .vm = { __VA_ARGS__ } }
#define DESTROY(...) DRM_IOCTL_XE_VM_DESTROY, { .vm_end = { .vm_id = VM, __VA_ARGS__ } }
	const struct row create_rows[] = {
		{ "as it should be", 0, CREATE(.flags = DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE) },
		{ "an extension", EINVAL, CREATE(.extensions = 1) },
		{ "an unknown flag", EINVAL, CREATE(.flags = 1 << 8) },
		{ "faults without long running jobs", EINVAL, CREATE(.flags = DRM_XE_VM_CREATE_FLAG_FAULT_MODE) },
		{ "faults and scratch pages", EINVAL, CREATE(.flags = DRM_XE_VM_CREATE_FLAG_FAULT_MODE |
			DRM_XE_VM_CREATE_FLAG_LR_MODE | DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE) },
		{ "reserved[0]", EINVAL, CREATE(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, CREATE(.reserved[1] = 1) },
	};
	const struct row destroy_rows[] = {
		{ "a VM that is not", ENOENT, DESTROY(.vm_id = NOBODY) },
		{ "VM 0", ENOENT, DESTROY(.vm_id = 0) },
		{ "pad", EINVAL, DESTROY(.pad = 1) },
		{ "reserved[0]", EINVAL, DESTROY(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, DESTROY(.reserved[1] = 1) },
	};

	ROWS("VM_CREATE", create_rows);
	ROWS("VM_DESTROY", destroy_rows);
}

#define SYNC(...) (uintptr_t)&(struct drm_xe_sync){ __VA_ARGS__ }
#define BIND(...) DRM_IOCTL_XE_VM_BIND, { .bind = { .vm_id = VM, .num_binds = 1, .bind.obj = BO, \
	.bind.pat_index = PAT, .bind.range = MiB, .bind.addr = FREE, __VA_ARGS__ } }
#define BIND_SYNC(...) BIND(.num_syncs = 1, .syncs = SYNC(__VA_ARGS__))

static void bind_errors(void)
{
	static uint64_t word;
	struct drm_xe_sync two[] = { writes((uintptr_t)&word, 1), writes((uintptr_t)&word, 2) };
	void *read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct row table[] = {
		{ "as it should be", 0, BIND() },
		{ "an extension", EINVAL, BIND(.extensions = 1) },
		{ "an unmap of nothing", 0,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_UNMAP, .bind.obj = 0, .bind.addr = 0) },
		{ "pad", EINVAL, BIND(.pad = 1) },
		{ "pad2", EINVAL, BIND(.pad2 = 1) },
		{ "reserved[0]", EINVAL, BIND(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, BIND(.reserved[1] = 1) },
		{ "too many syncs", EINVAL, BIND(.num_syncs = DRM_XE_MAX_SYNCS + 1, .syncs = 4096) },
		{ "binds that cannot be read", EFAULT, BIND(.num_binds = 2, .vector_of_binds = 4096) },
		{ "syncs that cannot be read", EFAULT, BIND(.num_syncs = 1, .syncs = 4096) },
		{ "a row of the PAT that is not", EINVAL, BIND(.bind.pat_index = 200) },
		{ "a row of the PAT that is reserved", EINVAL, BIND(.bind.pat_index = 17) },
		{ "such a row in an unmap", EINVAL,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_UNMAP, .bind.obj = 0, .bind.pat_index = 200) },
		{ "an unknown operation", EINVAL, BIND(.bind.op = 9) },
		{ "an unknown flag", EINVAL, BIND(.bind.flags = 1 << 12) },
		{ "nothing, and a buffer", EINVAL, BIND(.bind.flags = DRM_XE_VM_BIND_FLAG_NULL) },
		{ "nothing, and an offset", EINVAL,
		  BIND(.bind.flags = DRM_XE_VM_BIND_FLAG_NULL, .bind.obj = 0, .bind.obj_offset = PAGE) },
		{ "an unmap of nothing at all", EINVAL,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_UNMAP, .bind.obj = 0, .bind.flags = DRM_XE_VM_BIND_FLAG_NULL) },
		{ "a map without a buffer", EINVAL, BIND(.bind.obj = 0) },
		{ "an unmap with a buffer", EINVAL, BIND(.bind.op = DRM_XE_VM_BIND_OP_UNMAP) },
		{ "all of no buffer", EINVAL,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_UNMAP_ALL, .bind.obj = 0, .bind.range = 0, .bind.addr = 0) },
		{ "all of a buffer, with an address", EINVAL,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_UNMAP_ALL, .bind.range = 0) },
		{ "all of a buffer, with a range", EINVAL,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_UNMAP_ALL, .bind.addr = 0) },
		{ "user pages with a buffer", EINVAL, BIND(.bind.op = DRM_XE_VM_BIND_OP_MAP_USERPTR) },
		{ "user pages where nothing is", EFAULT,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_MAP_USERPTR, .bind.obj = 0, .bind.userptr = PAGE, .bind.range = PAGE) },
		{ "user pages to be written that are read-only", EPERM,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_MAP_USERPTR, .bind.obj = 0, .bind.userptr = (uintptr_t)read_only, .bind.range = PAGE) },
		{ "a prefetch with a buffer", EINVAL, BIND(.bind.op = DRM_XE_VM_BIND_OP_PREFETCH) },
		{ "a map with a region", EINVAL, BIND(.bind.prefetch_mem_region_instance = 1) },
		{ "a prefetch to a region that is not", EINVAL,
		  BIND(.bind.op = DRM_XE_VM_BIND_OP_PREFETCH, .bind.obj = 0, .bind.prefetch_mem_region_instance = 7) },
		{ "an address within a page", EINVAL, BIND(.bind.addr = FREE + 64) },
		{ "a range within a page", EINVAL, BIND(.bind.range = MiB + 64) },
		{ "an offset within a page", EINVAL, BIND(.bind.obj_offset = 64) },
		{ "no range", EINVAL, BIND(.bind.range = 0) },
		{ "a queue that is not", ENOENT, BIND(.exec_queue_id = NOBODY) },
		{ "a queue that is none for binds", EINVAL, BIND(.exec_queue_id = QUEUE) },
		{ "a VM that is not", EINVAL, BIND(.vm_id = NOBODY) },
		{ "an address beyond the VM", EINVAL, BIND(.bind.addr = 1ull << 48) },
		{ "a range beyond the VM", EINVAL, BIND(.bind.addr = (1ull << 48) - PAGE) },
		{ "a range round the end", EINVAL, BIND(.bind.addr = -PAGE) },
		{ "a buffer that is not", ENOENT, BIND(.bind.obj = NOBODY) },
		{ "a range beyond the buffer", EINVAL, BIND(.bind.range = 4 * MiB) },
		{ "an offset beyond the buffer", EINVAL, BIND(.bind.obj_offset = 4 * MiB) },
		{ "a cached buffer that the GPU does not look at caches for", EINVAL,
		  BIND(.bind.obj = WB_BO, .bind.pat_index = 0) },
		{ "a sync that is right", 0, BIND_SYNC(.handle = SIGNALED) },
		{ "an unknown sync", EINVAL, BIND_SYNC(.type = 9, .handle = SIGNALED) },
		{ "an unknown flag of a sync", EINVAL, BIND_SYNC(.flags = 1 << 4, .handle = SIGNALED) },
		{ "reserved of a sync", EINVAL, BIND_SYNC(.handle = SIGNALED, .reserved[1] = 1) },
		{ "a syncobj that is not", ENOENT, BIND_SYNC(.handle = NOBODY) },
		{ "a syncobj without a fence", EINVAL, BIND_SYNC(.handle = EMPTY) },
		{ "point 0", EINVAL,
		  BIND_SYNC(.type = DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ, .handle = SIGNALED) },
		{ "a point without a fence", EINVAL,
		  BIND_SYNC(.type = DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ, .handle = EMPTY, .timeline_value = 3) },
		{ "a wait for a user fence", EOPNOTSUPP,
		  BIND_SYNC(.type = DRM_XE_SYNC_TYPE_USER_FENCE, .addr = (uintptr_t)&word) },
		{ "a user fence within a word", EINVAL,
		  BIND_SYNC(.type = DRM_XE_SYNC_TYPE_USER_FENCE, .flags = DRM_XE_SYNC_FLAG_SIGNAL, .addr = (uintptr_t)&word + 4) },
		{ "a user fence where nothing is", EFAULT,
		  BIND_SYNC(.type = DRM_XE_SYNC_TYPE_USER_FENCE, .flags = DRM_XE_SYNC_FLAG_SIGNAL, .addr = 4096) },
		{ "two user fences", EINVAL, BIND(.num_syncs = 2, .syncs = (uintptr_t)two) },
		{ "signalling in a VM of long running jobs", EOPNOTSUPP, BIND(.vm_id = LR_VM, .num_syncs = 1,
			.syncs = SYNC(.handle = SIGNALED, .flags = DRM_XE_SYNC_FLAG_SIGNAL)) },
	};

	ROWS("VM_BIND", table);
}

static void queue_errors(void)
{
#define QUEUE_CREATE(...) DRM_IOCTL_XE_EXEC_QUEUE_CREATE, { .queue = { .width = 1, .num_placements = 1, .vm_id = VM, \
	.instances = (uintptr_t)&good, __VA_ARGS__ } }
#define PROPERTY(...) QUEUE_CREATE(.extensions = (uintptr_t)&(struct drm_xe_ext_set_property){ \
	.base.name = DRM_XE_EXEC_QUEUE_EXTENSION_SET_PROPERTY, __VA_ARGS__ })
#define INSTANCE(...) QUEUE_CREATE(.instances = (uintptr_t)&(struct drm_xe_engine_class_instance){ __VA_ARGS__ })
#define QUEUE_END(...) DRM_IOCTL_XE_EXEC_QUEUE_DESTROY, { .queue_end = { .exec_queue_id = QUEUE, __VA_ARGS__ } }
#define GET(...) DRM_IOCTL_XE_EXEC_QUEUE_GET_PROPERTY, { .property = { .exec_queue_id = QUEUE, __VA_ARGS__ } }
	struct drm_xe_engine_class_instance good = engine(0), mixed[2] = { engine(0) }, copy = { .engine_class = DRM_XE_ENGINE_CLASS_COPY };
	struct drm_xe_ext_set_property round = {
		.base.name = DRM_XE_EXEC_QUEUE_EXTENSION_SET_PROPERTY, .base.next_extension = (uintptr_t)&round,
		.property = DRM_XE_EXEC_QUEUE_SET_PROPERTY_PRIORITY, .value = 1,
	};
	const struct row create_rows[] = {
		{ "as it should be", 0, QUEUE_CREATE() },
		{ "flags", EINVAL, QUEUE_CREATE(.flags = 1) },
		{ "reserved[0]", EINVAL, QUEUE_CREATE(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, QUEUE_CREATE(.reserved[1] = 1) },
		{ "no width", EINVAL, QUEUE_CREATE(.width = 0) },
		{ "no placement", EINVAL, QUEUE_CREATE(.num_placements = 0) },
		{ "too many placements", EINVAL, QUEUE_CREATE(.num_placements = 100) },
		{ "instances that cannot be read", EFAULT, QUEUE_CREATE(.instances = 4096) },
		{ "a GT that is not", EINVAL, INSTANCE(.engine_class = good.engine_class, .gt_id = 9) },
		{ "a class that is not", EINVAL, INSTANCE(.engine_class = 33) },
		{ "an engine that is not", EINVAL,
		  INSTANCE(.engine_class = good.engine_class, .engine_instance = 63) },
		{ "two classes", EINVAL, QUEUE_CREATE(.num_placements = 2, .instances = (uintptr_t)mixed) },
		{ "one engine twice, side by side", EINVAL,
		  QUEUE_CREATE(.width = 2, .instances = (uintptr_t)(struct drm_xe_engine_class_instance[]){ good, good }) },
		{ "a queue for binds of width 2", EINVAL,
		  QUEUE_CREATE(.width = 2, .instances = (uintptr_t)(struct drm_xe_engine_class_instance[]){
			{ .engine_class = DRM_XE_ENGINE_CLASS_VM_BIND }, { .engine_class = DRM_XE_ENGINE_CLASS_VM_BIND } }) },
		{ "a second queue for binds", EINVAL,
		  INSTANCE(.engine_class = DRM_XE_ENGINE_CLASS_VM_BIND, .engine_instance = 1) },
		{ "a VM that is not", ENOENT, QUEUE_CREATE(.vm_id = NOBODY) },
		{ "extensions that cannot be read", EFAULT, QUEUE_CREATE(.extensions = 4096) },
		{ "an extension that is not", EINVAL,
		  QUEUE_CREATE(.extensions = (uintptr_t)&(struct drm_xe_ext_set_property){ .base.name = 7 }) },
		{ "pad of an extension", EINVAL, PROPERTY(.base.pad = 1) },
		{ "a property that is not", EINVAL, PROPERTY(.property = 77) },
		{ "a priority", 0,
		  PROPERTY(.property = DRM_XE_EXEC_QUEUE_SET_PROPERTY_PRIORITY, .value = 0) },
		{ "too high a priority", EINVAL,
		  PROPERTY(.property = DRM_XE_EXEC_QUEUE_SET_PROPERTY_PRIORITY, .value = 9) },
		{ "extensions without end", E2BIG, QUEUE_CREATE(.extensions = (uintptr_t)&round) },
	};
	const struct row user_rows[] = {
		{ "a high priority without CAP_SYS_NICE", EPERM,
		  PROPERTY(.property = DRM_XE_EXEC_QUEUE_SET_PROPERTY_PRIORITY, .value = 2) },
	};
	const struct row end_rows[] = {
		{ "a queue that is not", ENOENT, QUEUE_END(.exec_queue_id = NOBODY) },
		{ "pad", EINVAL, QUEUE_END(.pad = 1) },
		{ "reserved", EINVAL, QUEUE_END(.reserved[1] = 1) },
	};
	const struct row get_rows[] = {
		{ "as it should be", 0, GET() },
		{ "a queue that is not", ENOENT, GET(.exec_queue_id = NOBODY) },
		{ "a property that is not", EINVAL, GET(.property = 5) },
		{ "reserved", EINVAL, GET(.reserved[0] = 1) },
	};

	mixed[1] = copy;
	ROWS("EXEC_QUEUE_CREATE", create_rows);
	need(!seteuid(65534), "to be a user");
	ROWS("EXEC_QUEUE_CREATE", user_rows);
	need(!seteuid(0), "to be root again");
	ROWS("EXEC_QUEUE_DESTROY", end_rows);
	ROWS("EXEC_QUEUE_GET_PROPERTY", get_rows);
}

#define EXEC(...) DRM_IOCTL_XE_EXEC, { .exec = { .exec_queue_id = QUEUE, .address = TEXT, .num_batch_buffer = 1, __VA_ARGS__ } }
#define EXEC_SYNC(...) EXEC(.num_syncs = 1, .syncs = SYNC(__VA_ARGS__))

static void exec_errors(void)
{
	struct drm_xe_sync two[] = { writes(DATA, 1), writes(DATA, 2) };
	const struct row table[] = {
		{ "as it should be", 0, EXEC() },
		{ "no batch", 0, EXEC(.num_batch_buffer = 0) },
		{ "an extension", EINVAL, EXEC(.extensions = 1) },
		{ "pad", EINVAL, EXEC(.pad[1] = 1) },
		{ "reserved[0]", EINVAL, EXEC(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, EXEC(.reserved[1] = 1) },
		{ "too many syncs", EINVAL, EXEC(.num_syncs = DRM_XE_MAX_SYNCS + 1, .syncs = 4096) },
		{ "syncs that cannot be read", EFAULT, EXEC(.num_syncs = 1, .syncs = 4096) },
		{ "a queue that is not", ENOENT, EXEC(.exec_queue_id = NOBODY) },
		{ "a queue for binds", EINVAL, EXEC(.exec_queue_id = BIND_QUEUE) },
		{ "two batches for one", EINVAL, EXEC(.num_batch_buffer = 2) },
		{ "a sync that is right", 0, EXEC_SYNC(.handle = SIGNALED) },
		{ "an unknown sync", EINVAL, EXEC_SYNC(.type = 9, .handle = SIGNALED) },
		{ "an unknown flag of a sync", EINVAL, EXEC_SYNC(.flags = 1 << 4, .handle = SIGNALED) },
		{ "reserved of a sync", EINVAL, EXEC_SYNC(.handle = SIGNALED, .reserved[0] = 1) },
		{ "a syncobj that is not", ENOENT, EXEC_SYNC(.handle = NOBODY) },
		{ "a syncobj without a fence", EINVAL, EXEC_SYNC(.handle = EMPTY) },
		{ "a wait for point 0", EINVAL,
		  EXEC_SYNC(.type = DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ, .handle = SIGNALED) },
		{ "signalling point 0", EINVAL,
		  EXEC_SYNC(.type = DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ, .handle = EMPTY, .flags = DRM_XE_SYNC_FLAG_SIGNAL) },
		{ "a point without a fence", EINVAL,
		  EXEC_SYNC(.type = DRM_XE_SYNC_TYPE_TIMELINE_SYNCOBJ, .handle = EMPTY, .timeline_value = 3) },
		{ "a wait for a user fence", EOPNOTSUPP,
		  EXEC_SYNC(.type = DRM_XE_SYNC_TYPE_USER_FENCE, .addr = DATA) },
		{ "a user fence without a batch", EOPNOTSUPP,
		  EXEC(.num_batch_buffer = 0, .num_syncs = 1,
		       .syncs = SYNC(.type = DRM_XE_SYNC_TYPE_USER_FENCE, .flags = DRM_XE_SYNC_FLAG_SIGNAL, .addr = DATA)) },
		{ "a user fence within a word", EINVAL,
		  EXEC_SYNC(.type = DRM_XE_SYNC_TYPE_USER_FENCE, .flags = DRM_XE_SYNC_FLAG_SIGNAL, .addr = DATA + 4) },
		{ "a user fence", 0,
		  EXEC_SYNC(.type = DRM_XE_SYNC_TYPE_USER_FENCE, .flags = DRM_XE_SYNC_FLAG_SIGNAL, .addr = DATA) },
	};
	struct drm_xe_exec twice = {
		.exec_queue_id = QUEUE, .address = TEXT, .num_batch_buffer = 1, .num_syncs = 2, .syncs = (uintptr_t)two,
	};

	ROWS("EXEC", table);
	check_beyond(ioctl(fd, DRM_IOCTL_XE_EXEC, &twice) && errno == EINVAL,
	             "EXEC, two user fences");	/* writes the last */
}

static void wait_errors(void)
{
#define WAIT(...) DRM_IOCTL_XE_WAIT_USER_FENCE, { .wait = { .addr = (uintptr_t)&word, .value = 5, .mask = ~0ull, \
	.timeout = 1000, __VA_ARGS__ } }
	static uint64_t word __attribute__((aligned(8))) = 5;
	const struct row table[] = {
		{ "as it should be", 0, WAIT() },
		{ "not equal", ETIME, WAIT(.op = DRM_XE_UFENCE_WAIT_OP_NEQ) },
		{ "greater", ETIME, WAIT(.op = DRM_XE_UFENCE_WAIT_OP_GT) },
		{ "greater or equal", 0, WAIT(.op = DRM_XE_UFENCE_WAIT_OP_GTE) },
		{ "less", ETIME, WAIT(.op = DRM_XE_UFENCE_WAIT_OP_LT) },
		{ "less or equal", 0, WAIT(.op = DRM_XE_UFENCE_WAIT_OP_LTE) },
		{ "under a mask", 0, WAIT(.value = 0xff5, .mask = 0xf) },
		{ "one look", ETIME, WAIT(.value = 6, .timeout = 0) },
		{ "until a time that is past", ETIME, WAIT(.value = 6, .flags = DRM_XE_UFENCE_WAIT_FLAG_ABSTIME, .timeout = 1) },
		{ "of a queue", 0, WAIT(.exec_queue_id = QUEUE) },
		{ "an extension", EINVAL, WAIT(.extensions = 1) },
		{ "pad", EINVAL, WAIT(.pad = 1) },
		{ "pad2", EINVAL, WAIT(.pad2 = 1) },
		{ "reserved[0]", EINVAL, WAIT(.reserved[0] = 1) },
		{ "an unknown flag", EINVAL, WAIT(.flags = 1 << 5) },
		{ "an unknown comparison", EINVAL, WAIT(.op = 6) },
		{ "an address within a word", EINVAL, WAIT(.addr = (uintptr_t)&word + 4) },
		{ "a queue that is not", ENOENT, WAIT(.exec_queue_id = NOBODY) },
		{ "an address where nothing is", EFAULT, WAIT(.addr = 4096) },
	};

	ROWS("WAIT_USER_FENCE", table);
}

static void gem_errors(void)
{
#define GEM(...) DRM_IOCTL_XE_GEM_CREATE, { .gem = { .size = MiB, .placement = SYSTEM, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC, __VA_ARGS__ } }
	const struct row table[] = {
		{ "in a VM", 0, GEM(.vm_id = VM) },
		{ "in a VM that is not", ENOENT, GEM(.vm_id = NOBODY) },
		{ "an extension", EINVAL, GEM(.extensions = 1) },
		{ "pad[0]", EINVAL, GEM(.pad[0] = 1) },
		{ "pad[1]", EINVAL, GEM(.pad[1] = 1) },
		{ "pad[2]", EINVAL, GEM(.pad[2] = 1) },
		{ "reserved[0]", EINVAL, GEM(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, GEM(.reserved[1] = 1) },
		{ "no region", EINVAL, GEM(.placement = 0) },
		{ "a region that is not", EINVAL, GEM(.placement = SYSTEM | 1 << 7) },
		{ "an unknown flag", EINVAL, GEM(.flags = 1 << 5) },
		{ "a handle", EINVAL, GEM(.handle = BO) },
		{ "no size", EINVAL, GEM(.size = 0) },
		{ "a size within a page", EINVAL, GEM(.size = MiB + 64) },
		{ "visible VRAM in system memory", EINVAL, GEM(.flags = DRM_XE_GEM_CREATE_FLAG_NEEDS_VISIBLE_VRAM) },
		{ "no caching", EINVAL, GEM(.cpu_caching = 0) },
		{ "an unknown caching", EINVAL, GEM(.cpu_caching = 3) },
		{ "cached VRAM", EINVAL, GEM(.placement = VRAM, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WB) },
		{ "cached for scanout", EINVAL,
		  GEM(.flags = DRM_XE_GEM_CREATE_FLAG_SCANOUT, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WB) },
	};
#define OFFSET(...) DRM_IOCTL_XE_GEM_MMAP_OFFSET, { .map = { .handle = BO, __VA_ARGS__ } }
	const struct row offset_rows[] = {
		{ "as it should be", 0, OFFSET() },
		{ "an extension", EINVAL, OFFSET(.extensions = 1) },
		{ "a flag", EINVAL, OFFSET(.flags = 1) },
		{ "reserved[0]", EINVAL, OFFSET(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, OFFSET(.reserved[1] = 1) },
		{ "a buffer that is not", ENOENT, OFFSET(.handle = NOBODY) },
	};

	ROWS("GEM_CREATE", table);
	ROWS("GEM_MMAP_OFFSET", offset_rows);
}

static void query_errors(void)
{
	struct drm_xe_device_query size = { .query = DRM_XE_DEVICE_QUERY_GT_LIST };
#define QUERY(...) DRM_IOCTL_XE_DEVICE_QUERY, { .query = { .query = DRM_XE_DEVICE_QUERY_GT_LIST, .size = size.size, \
	.data = (uintptr_t)answer, __VA_ARGS__ } }
	static char answer[4096];

	need(!ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &size) && size.size < sizeof(answer), "the size of a list of GTs");

	const struct row table[] = {
		{ "as it should be", 0, QUERY() },
		{ "for its size", 0, QUERY(.size = 0) },
		{ "an extension", EINVAL, QUERY(.extensions = 1) },
		{ "reserved[0]", EINVAL, QUERY(.reserved[0] = 1) },
		{ "reserved[1]", EINVAL, QUERY(.reserved[1] = 1) },
		{ "a query that is not", EINVAL, QUERY(.query = 77) },
		{ "a size that is too small", EINVAL, QUERY(.size = size.size - 1) },
		{ "a size that is too large", EINVAL, QUERY(.size = size.size + 1) },
		{ "an answer that cannot be written", EFAULT, QUERY(.data = 4096) },
	};

	ROWS("DEVICE_QUERY", table);
}

static void errors(void)
{
	struct drm_syncobj_create signaled = { .flags = DRM_SYNCOBJ_CREATE_SIGNALED };
	struct drm_xe_gem_create cached = { .size = 2 * MiB, .placement = SYSTEM, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WB };
	struct memory text;

	need(vm_create(fd, 0) == VM && vm_create(fd, DRM_XE_VM_CREATE_FLAG_LR_MODE) == LR_VM,
	     "numbers of VMs begin at 1");
	text = memory_new(fd, VM, SYSTEM, 2 * MiB, TEXT);
	put_end(text.words);
	need(text.handle == BO && !ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &cached) && cached.handle == WB_BO,
	     "handles begin at 1");
	need(queue_create(fd, VM, engine(0)) == QUEUE && bind_queue_create(fd, VM) == BIND_QUEUE,
	     "numbers of queues begin at 1");
	need(!bind_op(fd, VM, op_map(BO, MiB, DATA, MiB)), "room for user fences");
	need(syncobj(fd) == EMPTY && !ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &signaled) && signaled.handle == SIGNALED,
	     "syncobjs");
	vm_errors();
	bind_errors();
	queue_errors();
	exec_errors();
	wait_errors();
	gem_errors();
	query_errors();
	check(!exec_wait(fd, QUEUE, TEXT) && !banned(fd, QUEUE), "after all of that a job runs");
}

/*
 * room: some VMs of which VRAM holds one at a time, and jobs that take a while. Who waits for such a job has what the
 * others want as well, and they wait for him.
 */
#define TENANTS		4
#define TURNS		2
#define TURN_US		2600000		/* longer than anybody tries who sees nobody else move */

struct tenant {
	pthread_t thread;
	struct world w;
	struct memory large;		/* what all of them cannot have at once */
	uint32_t queue;
	unsigned int turns;
	int err;			/* what ended it early */
};

static void *take_turns(void *data)
{
	struct tenant *t = data;

	while (t->turns < TURNS) {
		uint32_t done = syncobj(fd);
		struct drm_xe_sync sync = signals(done);

		if (exec(fd, t->queue, spin_semaphore(&t->w.text, 0), &sync, 1)) {
			t->err = errno;
			return NULL;
		}
		if (spin_started(&t->w.text, 0))
			usleep(TURN_US);
		spin_end(&t->w.text, 0);
		if (wait_for(fd, done, WAIT_NS)) {
			t->err = errno;
			return NULL;
		}
		syncobj_destroy(fd, done);
		t->turns++;
	}
	return NULL;
}

static void room(void)
{
	static struct tenant tenants[TENANTS];
	uint64_t size = vram(fd).size * 6 / 10 & ~(2 * MiB - 1);
	bool good = true;

	for (unsigned int i = 0; i < TENANTS; i++) {
		struct tenant *t = &tenants[i];

		t->w = world_new(0);
		t->large = memory_new(fd, t->w.vm, VRAM, size, FREE);
		t->queue = queue_create(fd, t->w.vm, engine(i));
	}
	for (unsigned int i = 0; i < TENANTS; i++)
		pthread_create(&tenants[i].thread, NULL, take_turns, &tenants[i]);
	for (unsigned int i = 0; i < TENANTS; i++) {
		struct tenant *t = &tenants[i];

		pthread_join(t->thread, NULL);
		if (t->turns < TURNS)
			printf("# tenant %u had %u turns: %s\n", i, t->turns, strerror(t->err));
		good &= t->turns == TURNS;
	}
	check(good, "those that do not fit into VRAM together wait for one another");
	for (unsigned int i = 0; i < TENANTS; i++) {
		queue_destroy(fd, tenants[i].queue);
		memory_free(fd, &tenants[i].large);
		world_end(&tenants[i].w);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "basic", basic }, { "deps", deps }, { "binds", binds }, { "errors", errors },
		{ "room", room },
	};

	if (argc < 3)
		return 2;
	printf("KTAP version 1\n");
	fd = open_card(argv[2], "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (!strcmp(argv[1], tests[i].name))
			tests[i].run();
	if (!strcmp(argv[1], "flood") && argc == 5)
		flood(atoi(argv[3]), atoi(argv[4]));
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
