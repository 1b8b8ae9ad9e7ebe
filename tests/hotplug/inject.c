// SPDX-License-Identifier: MIT
/*
 * Memory runs out in the middle of a call that gives work to the GPU, or of an array of binds. KTAP. Usage:
 *
 *	inject first PCI-ADDRESS STRIDE SEED	the first queue of each class of engines
 *	inject calls PCI-ADDRESS POINTS SEED	every call, each allocation or POINTS of them
 *	inject room PCI-ADDRESS CALLS SEED	so many queues and binds that are kept, an allocation of each
 *	inject arrays PCI-ADDRESS ARRAYS SEED	random arrays of binds, four allocations of each
 *
 * A call during which an allocation failed succeeds, or has an error that says so and has done nothing: the
 * same call works then, and does what it should; and what was made goes, to the last byte of VRAM.
 * Documentation/fault-injection/fault-injection.rst has what fail-nth is.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>

#include "lib/gpu.h"

#define TEXT		0x1000000ull
#define DATA		0x4000000ull
#define READER		0x6000000ull
#define FREE		0x10000000ull	/* the window */
#define PAGES		1024u		/* of it */
#define WINDOW		(PAGES * PAGE)
#define ALL		1000000		/* more than any call allocates */

static int fd, nth;
static struct engines all;
static unsigned int seed, tried, there_are;

static unsigned int below(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/*
 * One allocation fails
 */

/* From here to relent() the @n-th of this thread does. */
static void arm(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	need(pwrite(nth, text, len, 0) == len, "fail-nth");
}

/* How many more it would have taken: 0 if it was reached. */
static unsigned int relent(void)
{
	char text[16] = "";

	need(pread(nth, text, sizeof(text) - 1, 0) > 0 && pwrite(nth, "0", 1, 0) == 1, "fail-nth");
	return atoi(text);
}

struct call {
	const char *what;
	unsigned long request;
	void *args;
	void (*before)(void);		/* each time: what there has to be */
	bool (*nothing)(void);		/* has failed: has it done nothing? */
	bool (*right)(void);		/* has succeeded: has it done what it should? */
	void (*after)(void);
};

static uint64_t vram_used(void)
{
	return vram(fd).used;
}

static bool stale;	/* a buffer that is used moves in and out of VRAM each time */

/* What is freed by works is there a little later. */
static bool given_back(uint64_t used)
{
	double end = now() + 20;

	if (stale)
		return true;

	while (vram_used() != used && now() < end)
		usleep(1000);
	if (vram_used() != used)
		printf("# VRAM in use: %llu KiB, was %llu\n", (unsigned long long)vram_used() >> 10,
		       (unsigned long long)used >> 10);
	return vram_used() == used;
}

static bool is_memory(int err)
{
	return err == ENOMEM || err == ENOBUFS;
}

/* Return: whether all is well; @left is how many more allocations it would have taken. */
static bool one(const struct call *call, unsigned int n, unsigned int *left)
{
	uint64_t used = vram_used();
	bool good = true;
	int err;

	if (call->before)
		call->before();
	arm(n);
	err = ioctl(fd, call->request, call->args) ? errno : 0;
	*left = relent();
	if (err) {
		good = is_memory(err) && !*left;
		if (!good)
			printf("# %s\n", strerror(err));
		if (call->nothing)
			good &= call->nothing();
		if (ioctl(fd, call->request, call->args)) {
			printf("# then: %s\n", strerror(errno));
			return false;
		}
	}
	good &= call->right();
	if (call->after)
		call->after();
	return given_back(used) && good;
}

/* Each allocation, or @points of them. */
static void sweep(const struct call *call, unsigned int points)
{
	unsigned int left, total, bad = 0;
	char what[120];
	bool good;

	/* Once without, as what stays for good is made then. */
	one(call, ALL, &left);
	good = one(call, ALL, &left);
	total = ALL - left;
	if (points > total)
		points = total;
	for (unsigned int i = 0; i < points; i++) {
		unsigned int n = 1 + ((uint64_t)i * total + below(total)) / points;

		if (one(call, points == total ? i + 1 : n, &left))
			continue;
		bad++;
		printf("# allocation %u of %u\n", points == total ? i + 1 : n, total);
	}
	tried += points;
	there_are += total;
	snprintf(what, sizeof(what), "%s: %u of %u allocations", call->what, points, total);
	check(good && !bad, what);
}

/*
 * The world: a VM that reads zero where nothing is mapped, and what a batch reads in the window
 */
enum { PRIVATE = 1, MOVABLE, SHARED, BUFFERS, NOTHING = 0, ZERO = 0x80 };

static struct {
	uint32_t vm, queue, binds;
	struct memory text, data, reader, buffer[BUFFERS];
	uint32_t in, out, line;
	uint64_t point;
	volatile uint64_t *word;
} w;

/* What should be mapped: of each page of the window the buffer, and the page in it. */
struct picture {
	uint8_t buffer[PAGES];
	uint16_t page[PAGES];
};

static struct picture shown;

static uint32_t expected(const struct picture *p, unsigned int page)
{
	unsigned int buffer = p->buffer[page];

	return buffer == NOTHING || buffer == ZERO ? 0 : buffer << 16 | (p->page[page] + 1);
}

static bool is_shown(const struct picture *p)
{
	memset(w.data.words, 0xff, PAGES * 4);
	if (exec_wait(fd, w.queue, w.reader.address)) {
		printf("# the window cannot be read: %s\n", strerror(errno));
		return false;
	}
	for (unsigned int i = 0; i < PAGES; i++)
		if (w.data.words[i] != expected(p, i)) {
			printf("# page %u of the window is %#x and not %#x\n", i, w.data.words[i], expected(p, i));
			return false;
		}
	return true;
}

static void draw(struct picture *p, const struct drm_xe_vm_bind_op *op)
{
	unsigned int first = (op->addr - FREE) / PAGE, buffer = NOTHING;

	for (unsigned int b = 1; b < BUFFERS; b++)
		if (op->obj && w.buffer[b].handle == op->obj)
			buffer = b;
	if (op->op == DRM_XE_VM_BIND_OP_UNMAP_ALL)
		for (unsigned int i = 0; i < PAGES; i++)
			if (p->buffer[i] == buffer)
				p->buffer[i] = NOTHING;
	if (op->op != DRM_XE_VM_BIND_OP_MAP && op->op != DRM_XE_VM_BIND_OP_UNMAP)
		return;
	if (op->flags & DRM_XE_VM_BIND_FLAG_NULL)
		buffer = ZERO;
	for (unsigned int i = 0; i < op->range / PAGE; i++) {
		p->buffer[first + i] = buffer;
		p->page[first + i] = op->obj_offset / PAGE + i;
	}
}

static struct memory private_buffer(uint32_t placement)
{
	struct drm_xe_gem_create args = {
		.size = WINDOW, .placement = placement, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC, .vm_id = w.vm,
	};
	struct memory m = { .size = WINDOW };

	need(!ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args), "GEM_CREATE in a VM");
	m.handle = args.handle;
	m.words = map(fd, mmap_offset(fd, m.handle), m.size);
	need(m.words != MAP_FAILED, "mmap");
	return m;
}

static void world_begin(void)
{
	uint32_t *p;

	w.vm = vm_create(fd, DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE);
	w.text = memory_new(fd, w.vm, SYSTEM, 64 << 10, TEXT);
	w.data = memory_new(fd, w.vm, SYSTEM, 64 << 10, DATA);
	w.reader = memory_new(fd, w.vm, SYSTEM, 64 << 10, READER);
	w.queue = queue_create(fd, w.vm, all.all[0]);
	w.binds = bind_queue_create(fd, w.vm);
	w.word = (uint64_t *)(w.data.words + 8192);
	p = w.reader.words;
	for (unsigned int i = 0; i < PAGES; i++)
		p = put_copy(p, at(&w.data, i), FREE + i * PAGE);
	put_end(p);
	w.buffer[PRIVATE] = private_buffer(SYSTEM);
	w.buffer[MOVABLE] = private_buffer(vram(fd).size ? SYSTEM | VRAM : SYSTEM);
	w.buffer[SHARED] = buffer_new(fd, SYSTEM, WINDOW);
	for (unsigned int b = 1; b < BUFFERS; b++)
		for (unsigned int i = 0; i < PAGES; i++)
			w.buffer[b].words[i * 1024] = b << 16 | (i + 1);
	w.in = syncobj(fd);
	w.out = syncobj(fd);
	w.line = syncobj(fd);
}

static void world_end(void)
{
	queue_destroy(fd, w.queue);
	queue_destroy(fd, w.binds);
	for (unsigned int b = 1; b < BUFFERS; b++)
		memory_free(fd, &w.buffer[b]);
	memory_free(fd, &w.text);
	memory_free(fd, &w.data);
	memory_free(fd, &w.reader);
	vm_destroy(fd, w.vm);
}

static void clear_window(void)
{
	need(!bind_op(fd, w.vm, op_unmap(FREE, WINDOW)), "an empty window");
	memset(&shown, 0, sizeof(shown));
}

/*
 * Calls that make something
 */
static union {
	struct drm_xe_vm_create vm;
	struct drm_xe_exec_queue_create queue;
	struct drm_xe_gem_create gem;
	struct drm_xe_vm_bind bind;
	struct drm_xe_exec exec;
	struct drm_xe_wait_user_fence wait;
} a;
static struct drm_xe_engine_class_instance instance;

static bool vm_right(void)
{
	struct drm_xe_vm_bind_op op = op_null(FREE, WINDOW);

	return !bind_with(fd, a.vm.vm_id, 0, &op, 1, NULL, 0);
}

static void vm_after(void)
{
	need(!vm_destroy(fd, a.vm.vm_id), "VM_DESTROY");
}

static void sweep_vms(unsigned int points)
{
	static const struct { const char *what; uint32_t flags; } vms[] = {
		{ "VM_CREATE", 0 }, { "VM_CREATE with scratch pages", DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE },
		{ "VM_CREATE of long running jobs", DRM_XE_VM_CREATE_FLAG_LR_MODE },
	};

	for (unsigned int i = 0; i < 3; i++) {
		struct call call = { vms[i].what, DRM_IOCTL_XE_VM_CREATE, &a, NULL, NULL, vm_right, vm_after };

		a.vm = (struct drm_xe_vm_create){ .flags = vms[i].flags };
		sweep(&call, points);
	}
}

static bool queue_right(void)
{
	w.data.words[1] = 0;
	put_end(put_store(w.text.words, at(&w.data, 1), 7));
	return instance.engine_class == DRM_XE_ENGINE_CLASS_VM_BIND ||
	       (!exec_wait(fd, a.queue.exec_queue_id, w.text.address) && w.data.words[1] == 7);
}

static void queue_after(void)
{
	need(!queue_destroy(fd, a.queue.exec_queue_id), "EXEC_QUEUE_DESTROY");
}

static void sweep_queues(unsigned int points)
{
	static struct drm_xe_ext_set_property low = {
		.base.name = DRM_XE_EXEC_QUEUE_EXTENSION_SET_PROPERTY,
		.property = DRM_XE_EXEC_QUEUE_SET_PROPERTY_PRIORITY,
	};
	struct call call = { NULL, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &a, NULL, NULL, queue_right, queue_after };
	char what[80];

	for (unsigned int i = 0; i <= all.count; i++) {
		instance = all.all[i % all.count];
		if (i == all.count)
			instance = (struct drm_xe_engine_class_instance){ .engine_class = DRM_XE_ENGINE_CLASS_VM_BIND };
		a.queue = (struct drm_xe_exec_queue_create){
			.width = 1, .num_placements = 1, .vm_id = w.vm, .instances = (uintptr_t)&instance,
			.extensions = i % 2 ? 0 : (uintptr_t)&low,
		};
		snprintf(what, sizeof(what), "EXEC_QUEUE_CREATE, %s", class_name(instance.engine_class));
		call.what = what;
		sweep(&call, points);
	}
}

/*
 * Room for contexts, and for page tables, comes in chunks, of which one that is empty stays. So only calls the results
 * of which are kept need more now and then, which shows in nothing: an allocation fails in each of them, and when that
 * was an error the next one, until it is made.
 */
#define KEPT	1000
#define DEEP	24		/* where the first one fails, at most */

/* How many allocations failed. */
static unsigned int keep(int (*make)(unsigned int n), unsigned int made, bool *good)
{
	unsigned int first = 1 + below(DEEP), n = first, left;
	int err;

	do {
		arm(n++);
		err = make(made) ? errno : 0;
		left = relent();
		*good &= !err || (is_memory(err) && !left);
	} while (err && *good);
	return n - first - !!left;
}

static void sweep_room(const char *what, int (*make)(unsigned int n), void (*drop)(unsigned int made),
		       unsigned int count)
{
	unsigned int made = 0, failed = 0;
	bool good = true;
	char text[100];

	for (; made < count && good; made++)
		failed += keep(make, made, &good);
	drop(made);
	tried += failed;
	snprintf(text, sizeof(text), "%s, %u times: %u allocations failed", what, made, failed);
	check(good && failed, text);
}

static uint32_t kept[KEPT];

static int keep_queue(unsigned int n)
{
	if (ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &a.queue))
		return -1;
	kept[n] = a.queue.exec_queue_id;
	return 0;
}

static void drop_queues(unsigned int made)
{
	a.queue.exec_queue_id = kept[made - 1];
	check(queue_right(), "the last queue runs");
	while (made)
		queue_destroy(fd, kept[--made]);
}

/* Tables for a page in a GiB of its own */
#define SPARSE	(1ull << 40)
#define STEP	(1ull << 30)

static int keep_page(unsigned int n)
{
	struct drm_xe_vm_bind_op op = op_map(w.buffer[SHARED].handle, 0, SPARSE + n * STEP, PAGE);

	return bind_with(fd, w.vm, 0, &op, 1, NULL, 0);
}

static void drop_pages(unsigned int made)
{
	bool good = true;

	for (unsigned int i = 0; i < made; i += 1 + made / 10) {
		w.data.words[0] = 0;
		put_end(put_copy(w.text.words, at(&w.data, 0), SPARSE + i * STEP));
		good &= !exec_wait(fd, w.queue, w.text.address) && w.data.words[0] == w.buffer[SHARED].words[0];
	}
	check(good, "pages are where they were bound");
	need(!bind_op(fd, w.vm, op_unmap(SPARSE, KEPT * STEP)), "unmap");
}

static void room(unsigned int count)
{
	if (count > KEPT)
		count = KEPT;
	world_begin();
	instance = all.all[0];
	a.queue = (struct drm_xe_exec_queue_create){
		.width = 1, .num_placements = 1, .vm_id = w.vm, .instances = (uintptr_t)&instance,
	};
	sweep_room("EXEC_QUEUE_CREATE", keep_queue, drop_queues, count);
	sweep_room("VM_BIND of a page in a GiB of its own", keep_page, drop_pages, count);
	world_end();
}

static void gem_before(void)
{
	a.gem.handle = 0;
}

static bool gem_right(void)
{
	uint32_t *p = map(fd, mmap_offset(fd, a.gem.handle), a.gem.size);
	bool good = p != MAP_FAILED && !p[0];

	if (good)
		munmap(p, a.gem.size);
	return good;
}

static void gem_after(void)
{
	close_handle(fd, a.gem.handle);
}

static void sweep_buffers(unsigned int points)
{
	static const char *const what[] = { "", "GEM_CREATE in a VM, system memory", "GEM_CREATE in a VM, VRAM" };

	for (uint32_t placement = SYSTEM; placement <= (vram(fd).size ? VRAM : SYSTEM); placement++) {
		struct call call = { what[placement], DRM_IOCTL_XE_GEM_CREATE, &a, gem_before, NULL, gem_right,
				     gem_after };

		a.gem = (struct drm_xe_gem_create){
			.size = MiB, .placement = placement, .vm_id = w.vm, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
		};
		sweep(&call, points);
	}
}

/*
 * Binds
 */
static struct drm_xe_vm_bind_op ops[64];
static struct drm_xe_sync syncs[8];
static struct picture before, after;
static bool out, in_vram;

static struct drm_xe_vm_bind_op op_prefetch(unsigned int first, unsigned int pages, unsigned int region)
{
	struct drm_xe_vm_bind_op op = op_unmap(FREE + first * PAGE, pages * PAGE);

	op.op = DRM_XE_VM_BIND_OP_PREFETCH;
	op.prefetch_mem_region_instance = region;
	return op;
}

/* @pages of @buffer from @offset on, at page @first of the window */
static struct drm_xe_vm_bind_op op_pages(unsigned int buffer, unsigned int offset, unsigned int first,
					 unsigned int pages)
{
	return op_map(w.buffer[buffer].handle, offset * PAGE, FREE + first * PAGE, pages * PAGE);
}

/* A mapping of each kind and size, and where MOVABLE is mapped it is in system memory. */
static const struct { uint8_t buffer; uint16_t offset, first, pages; } scene[] = {
	{ PRIVATE, 0, 0, 512 }, { MOVABLE, 3, 600, 100 }, { SHARED, 16, 720, 48 }, { MOVABLE, 512, 800, 64 },
};
#define SCENES	(sizeof(scene) / sizeof(scene[0]))

static void fresh_out(void)
{
	syncobj_destroy(fd, w.out);
	syncobj_destroy(fd, w.line);
	w.out = syncobj(fd);
	w.line = syncobj(fd);
	*w.word = 0;
	if (!out)
		return;
	syncs[0].handle = w.out;
	syncs[1].handle = w.line;
}

static void bind_before(void)
{
	fresh_out();
	clear_window();
	for (unsigned int i = 0; i < SCENES; i++) {
		struct drm_xe_vm_bind_op op = op_pages(scene[i].buffer, scene[i].offset, scene[i].first, scene[i].pages);

		need(!bind_op(fd, w.vm, op), "the scene");
		draw(&shown, &op);
	}
	need(!vram(fd).size || !bind_op(fd, w.vm, op_prefetch(600, 100, in_vram)), "where it is");
	before = shown;
	after = before;
	for (unsigned int i = 0; i < a.bind.num_binds; i++)
		draw(&after, a.bind.num_binds == 1 ? &a.bind.bind : &ops[i]);
}

static bool silent(void)
{
	return !out || (wait_for(fd, w.out, 0) && errno == EINVAL && wait_point(fd, w.line, 5, 0) && errno == EINVAL &&
			!*w.word);
}

static bool bind_nothing(void)
{
	return silent() && is_shown(&before);
}

static bool bind_right(void)
{
	return (!out || (!wait_for(fd, w.out, WAIT_NS) && !wait_point(fd, w.line, 5, WAIT_NS) &&
			 !wait_user_fence(fd, w.word, 9, WAIT_NS, 0))) &&
	       is_shown(&after);
}

static void bind_after(void)
{
	clear_window();
	if (vram(fd).size)
		need(!bind_op(fd, w.vm, op_pages(MOVABLE, 0, 0, 1)) && !bind_op(fd, w.vm, op_prefetch(0, 1, 0)),
		     "back to where it was");
	clear_window();
}

/* What is waited for, and told, in every way. */
static void all_syncs(void)
{
	struct drm_syncobj_create signaled = { .flags = DRM_SYNCOBJ_CREATE_SIGNALED };

	need(!ioctl(fd, DRM_IOCTL_SYNCOBJ_CREATE, &signaled), "SYNCOBJ_CREATE");
	w.in = signaled.handle;
	syncs[0] = signals(w.out);
	syncs[1] = signals_point(w.line, 5);
	syncs[2] = writes((uintptr_t)w.word, 9);
	for (unsigned int i = 3; i < 8; i++)
		syncs[i] = waits(w.in);
}

static void sweep_bind(const char *what, unsigned int num_ops, bool with_syncs, uint32_t queue, unsigned int points)
{
	struct call call = { what, DRM_IOCTL_XE_VM_BIND, &a, bind_before, bind_nothing, bind_right, bind_after };

	a.bind = (struct drm_xe_vm_bind){ .vm_id = w.vm, .num_binds = num_ops, .exec_queue_id = queue };
	if (num_ops == 1)
		a.bind.bind = ops[0];
	else
		a.bind.vector_of_binds = (uintptr_t)ops;
	out = with_syncs;
	if (out) {
		all_syncs();
		a.bind.syncs = (uintptr_t)syncs;
		a.bind.num_syncs = 8;
	}
	sweep(&call, points);
	out = false;
}

static void sweep_binds(unsigned int points)
{
	bool has_vram = vram(fd).size;

	ops[0] = op_pages(PRIVATE, 7, 1000, 1);
	sweep_bind("VM_BIND of a page", 1, false, 0, points);
	ops[0] = op_pages(SHARED, 0, 512, 512);
	sweep_bind("VM_BIND of 2 MiB over others, syncs", 1, true, w.binds, points);
	ops[0] = op_pages(MOVABLE, 1, 5, 900);
	sweep_bind("VM_BIND of many pages", 1, false, 0, points);
	ops[0] = op_null(FREE + 3 * PAGE, 700 * PAGE);
	sweep_bind("VM_BIND of nothing over others", 1, true, 0, points);
	ops[0] = op_unmap(FREE + 100 * PAGE, 3 * PAGE);
	sweep_bind("VM_BIND, a hole in 2 MiB", 1, true, 0, points);
	ops[0] = op_unmap(FREE, WINDOW);
	sweep_bind("VM_BIND, all unmapped", 1, true, w.binds, points);
	ops[0] = op_unmap_all(w.buffer[MOVABLE].handle);
	sweep_bind("VM_BIND, all of a buffer unmapped", 1, false, 0, points);
	sweep_bind("VM_BIND of no operation", 0, false, 0, points);
	for (unsigned int i = 0; i < 24; i++)
		ops[i] = i % 3 == 2 ? op_unmap(FREE + (30 * i + 3) * PAGE, 5 * PAGE) :
				      op_pages(1 + i % 3, i * 7, i * 30, 20 + i);
	sweep_bind("VM_BIND of 24 operations, syncs", 24, true, 0, points);
	in_vram = false;
	ops[0] = op_prefetch(600, 100, has_vram);
	sweep_bind("VM_BIND, a prefetch", 1, true, 0, points);
	in_vram = has_vram;
	ops[0] = op_prefetch(600, 100, 0);
	ops[1] = op_unmap(FREE + 610 * PAGE, 20 * PAGE);
	ops[2] = op_prefetch(800, 64, 0);
	sweep_bind("VM_BIND of prefetches and unmaps", 3, false, 0, points);
	in_vram = false;
}

/* An import of which nobody has asked for the pages before. */
static int vgem;

static void import_before(void)
{
	int buf = vgem_buffer(vgem);

	need(buf >= 0 && (a.bind.bind.obj = import(fd, buf)) > 0, "import");
	close(buf);
}

static bool import_right(void)
{
	w.data.words[0] = 5;
	put_end(put_copy(w.text.words, at(&w.data, 0), FREE));
	return !exec_wait(fd, w.queue, w.text.address) && !w.data.words[0];
}

static void import_after(void)
{
	clear_window();
	close_handle(fd, a.bind.bind.obj);
}

static void sweep_import(unsigned int points)
{
	struct call call = { "VM_BIND of an import", DRM_IOCTL_XE_VM_BIND, &a, import_before, NULL, import_right,
			     import_after };

	vgem = open_vgem("card");
	need(vgem >= 0, "vgem");
	a.bind = (struct drm_xe_vm_bind){ .vm_id = w.vm, .num_binds = 1 };
	a.bind.bind = op_map(0, 0, FREE, 64 << 10);
	sweep(&call, points);
	close(vgem);
}

/*
 * Jobs
 */
static void exec_before(void)
{
	static unsigned int region;

	fresh_out();
	w.data.words[2] = 0;
	put_end(put_count(w.text.words, at(&w.data, 2)));
	if (stale && vram(fd).size) {
		region ^= 1;
		need(!bind_op(fd, w.vm, op_prefetch(0, 1, region)), "a buffer moves");
	}
}

static bool exec_nothing_done(void)
{
	return silent() && !w.data.words[2];
}

static bool exec_right(void)
{
	return !exec_nothing(fd, w.queue, syncs, 1) && !wait_for(fd, w.out, WAIT_NS) &&
	       w.data.words[2] == a.exec.num_batch_buffer && (a.exec.num_syncs < 8 ||
	       (!wait_point(fd, w.line, 5, WAIT_NS) && *w.word == 9)) && (!stale || is_shown(&shown));
}

static void sweep_exec(const char *what, unsigned int batches, unsigned int num_syncs, unsigned int points)
{
	struct call call = { what, DRM_IOCTL_XE_EXEC, &a, exec_before, exec_nothing_done, exec_right, NULL };

	out = true;
	all_syncs();
	syncs[2] = writes(at(&w.data, 8192), 9);
	a.exec = (struct drm_xe_exec){
		.exec_queue_id = w.queue, .address = TEXT, .num_batch_buffer = batches,
		.syncs = (uintptr_t)syncs, .num_syncs = num_syncs,
	};
	sweep(&call, points);
	out = false;
}

/* The mapping of another VM's user has moved: the next job needs new entries. */
static void sweep_stale(unsigned int points)
{
	struct memory other = buffer_new(fd, vram(fd).size ? SYSTEM | VRAM : SYSTEM, 4 * MiB);
	uint32_t vm = vm_create(fd, 0), mine = w.vm;

	clear_window();
	for (unsigned int i = 0; i < PAGES; i++)
		other.words[i * 1024] = SHARED << 16 | (i + 1);
	for (unsigned int i = 0; i < PAGES; i += 64) {
		struct drm_xe_vm_bind_op op = op_map(other.handle, 0, FREE + i * PAGE, 60 * PAGE);

		need(!bind_op(fd, w.vm, op), "bind");
		op.obj = w.buffer[SHARED].handle;
		draw(&shown, &op);
	}
	need(!bind_op(fd, vm, op_map(other.handle, 0, FREE, PAGE)), "bind");
	stale = true;
	w.vm = vm;
	sweep_exec("EXEC with stale mappings, all syncs", 1, 8, points);
	w.vm = mine;
	stale = false;
	clear_window();
	vm_destroy(fd, vm);
	memory_free(fd, &other);
}

static void sweep_jobs(unsigned int points)
{
	sweep_exec("EXEC", 1, 0, points);
	sweep_exec("EXEC, all syncs", 1, 8, points);
	sweep_exec("EXEC of nothing, syncs", 0, 1, points);
	sweep_stale(points);
}

/*
 * The first touch of memory
 */
static sigjmp_buf bus;

static void no_page(int signal)
{
	(void)signal;
	siglongjmp(bus, 1);
}

static bool touch(volatile uint32_t *p)
{
	if (sigsetjmp(bus, 1))
		return false;
	*p = 0x55;
	return true;
}

static bool touch_one(struct memory *m, unsigned int n, unsigned int *left)
{
	volatile uint32_t *p = map(fd, mmap_offset(fd, m->handle), m->size);
	bool good;

	need(p != MAP_FAILED, "mmap");
	arm(n);
	good = touch(p);
	*left = relent();
	good = (good || !*left) && touch(p) && *p == 0x55 && touch(p + m->size / 4 - 1);
	munmap((void *)p, m->size);
	return good;
}

static void sweep_touch(uint32_t placement, const char *where, unsigned int points)
{
	unsigned int bad = 0, left, total = 0;
	char what[80];

	for (unsigned int n = 1; n <= points; n++) {
		struct memory m = memory_new(fd, w.vm, placement, MiB, FREE);

		bad += !touch_one(&m, n, &left);
		bind_op(fd, w.vm, op_unmap(FREE, MiB));
		memory_free(fd, &m);
		if (left)
			break;
		total = n;
	}
	tried += total;
	there_are += total;
	snprintf(what, sizeof(what), "the first touch of a buffer in %s: %u allocations", where, total);
	check(!bad, what);
}

static void calls(unsigned int points)
{
	uint64_t used;

	world_begin();
	world_end();
	world_begin();
	bind_after();
	used = vram_used();
	sweep_vms(points);
	sweep_queues(points);
	sweep_buffers(points);
	sweep_binds(points);
	sweep_import(points);
	sweep_jobs(points);
	signal(SIGBUS, no_page);
	sweep_touch(SYSTEM, "system memory", points);
	if (vram(fd).size)
		sweep_touch(VRAM, "VRAM", points);
	clear_window();
	check(given_back(used), "VRAM is as it was");
	world_end();
}

/*
 * The first queue of each class: until it works there is no default image, and all of it is done again.
 */
static void first(unsigned int stride)
{
	uint32_t vm = vm_create(fd, 0);

	for (unsigned int i = 0; i < all.count; i++) {
		struct drm_xe_engine_class_instance e = all.all[i];
		struct drm_xe_exec_queue_create args = {
			.width = 1, .num_placements = 1, .vm_id = vm, .instances = (uintptr_t)&e,
		};
		unsigned int n = 1, left = 0, failures = 0;
		bool good = true;
		char what[80];

		do {
			int err;

			arm(n);
			err = ioctl(fd, DRM_IOCTL_XE_EXEC_QUEUE_CREATE, &args) ? errno : 0;
			left = relent();
			if (err && (!is_memory(err) || left))
				good = false;
			if (!good)
				printf("# allocation %u: %s\n", n, strerror(err));
			failures += !!err;
			if (!err)
				queue_destroy(fd, args.exec_queue_id);
			n += 1 + below(stride);
		} while (good && !left);
		snprintf(what, sizeof(what), "the first queue of %s: of %u allocations %u failed",
			 class_name(e.engine_class), n, failures);
		tried += failures;
		there_are += n;
		check(good && failures, what);
	}
	vm_destroy(fd, vm);
}

/*
 * Random arrays
 */
static unsigned int any_pages(void)
{
	static const uint16_t sizes[] = { 1, 2, 16, 48, 512 };

	return below(3) ? sizes[below(5)] : 1 + below(PAGES / 2);
}

static bool can_prefetch(const struct picture *p, unsigned int from, unsigned int pages)
{
	for (unsigned int i = from; i < from + pages; i++)
		if (p->buffer[i] != NOTHING && p->buffer[i] != ZERO && p->buffer[i] != MOVABLE)
			return false;
	return true;
}

static struct drm_xe_vm_bind_op any_op(const struct picture *p)
{
	unsigned int pages = any_pages(), align = (unsigned int[]){ 1, 16, 512 }[below(3)];
	unsigned int at_page = below(PAGES - pages + 1) / align * align, buffer = 1 + below(BUFFERS - 1);

	switch (below(12)) {
	case 0:	return op_unmap_all(w.buffer[buffer].handle);
	case 1:	return op_null(FREE + at_page * PAGE, pages * PAGE);
	case 2 ... 4:
		return op_unmap(FREE + at_page * PAGE, pages * PAGE);
	case 5 ... 7:
		if (vram(fd).size && can_prefetch(p, at_page, pages))
			return op_prefetch(at_page, pages, below(2));
		/* fallthrough */
	default:
		return op_pages(buffer, below(PAGES - pages + 1) / align * align, at_page, pages);
	}
}

static unsigned int any_array(struct picture *p)
{
	unsigned int n = 1 + below(12);

	for (unsigned int i = 0; i < n; i++) {
		ops[i] = any_op(p);
		draw(p, &ops[i]);
	}
	return n;
}

/* The last operation is refused, and so the others were not done. */
static bool poisoned(unsigned int n)
{
	ops[n] = op_pages(PRIVATE, 0, 0, 1);	/* in system memory only */
	ops[n + 1] = op_prefetch(0, 1, 1);
	if (bind_with(fd, w.vm, 0, ops, n + 2, NULL, 0) && errno == EINVAL)
		return is_shown(&shown);
	printf("# %s\n", strerror(errno));
	return false;
}

static bool one_array(unsigned int number_of)
{
	struct picture next = shown;
	unsigned int n = any_array(&next), left = 0, at_once = 1 + below(20), reached = 0;
	bool good = true, done = false;

	for (unsigned int i = 0; good && !done && i < 4; i++) {
		int err;

		arm(at_once);
		err = bind_with(fd, w.vm, 0, ops, n, NULL, 0) ? errno : 0;
		left = relent();
		done = !err;
		good = (done || (is_memory(err) && !left)) && is_shown(done ? &next : &shown);
		reached += !left;
		if (!good)
			printf("# %s, allocation %u\n", strerror(err), at_once);
		at_once += 1 + below(40);
	}
	if (good && !done)
		good = poisoned(n) && !bind_ops(fd, w.vm, ops, n) && is_shown(&next);
	if (!good)
		for (unsigned int i = 0; i < n; i++)
			printf("# array %u: op %u of %#x pages %llu at %llu\n", number_of, ops[i].op, ops[i].obj,
			       (unsigned long long)ops[i].range / PAGE, (unsigned long long)(ops[i].addr - FREE) / PAGE);
	tried += reached;
	shown = next;
	return good;
}

static void arrays(unsigned int how_many)
{
	unsigned int bad = 0;
	char what[80];
	uint64_t used;

	world_begin();
	bind_after();
	used = vram_used();
	for (unsigned int i = 0; i < how_many && !bad; i++)
		bad += !one_array(i);
	snprintf(what, sizeof(what), "%u random arrays of binds, of which %u failed half way", how_many, tried);
	check(!bad && tried, what);
	bind_after();
	check(given_back(used), "VRAM is as it was");
	world_end();
}

int main(int argc, char **argv)
{
	double begin = now();

	if (argc != 5)
		return 2;
	printf("KTAP version 1\n");
	seed = atoi(argv[4]);
	fd = open_card(argv[2], "renderD");
	nth = open("/proc/self/fail-nth", O_RDWR);
	need(fd >= 0 && nth >= 0, "open");
	all = engines(fd);
	if (!strcmp(argv[1], "first"))
		first(atoi(argv[3]));
	else if (!strcmp(argv[1], "calls"))
		calls(atoi(argv[3]));
	else if (!strcmp(argv[1], "room"))
		room(atoi(argv[3]));
	else if (!strcmp(argv[1], "arrays"))
		arrays(atoi(argv[3]));
	printf("# in %.0f s\n# total %u %u\n", now() - begin, tried, there_are);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
