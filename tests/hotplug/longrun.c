// SPDX-License-Identifier: MIT
/*
 * Jobs without an end, as the compute runtime gives them to the card: one batch for each queue, which goes round
 * in a loop, waits for a word, does something and says so. KTAP. Usage:
 *
 *	longrun basic|room|turns|killed PCI-ADDRESS
 *	longrun over PCI-ADDRESS COMMAND	the batches outlive what COMMAND does
 *	longrun gone PCI-ADDRESS DOWN UP	the card goes
 *	longrun wedged PCI-ADDRESS stops|goes-on COMMAND	the driver gives it up, and nobody unbinds
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>

#include "lib/gpu.h"

#define TEXT		0x1000000ull
#define BEAT		0x4000000ull
#define DATA		0x10000000ull
#define BOUND_S		60.0		/* for what has a bound of some seconds, in a slow guest */

static const char *pci;
static struct engines all;

/* An address space with something that beats. Fences are words: this VM signals no others. */
struct heart {
	int fd;
	uint32_t vm, queue;
	struct memory text, beat, data;		/* what it executes, is told and counts; and has mapped besides */
	unsigned int beats;
};

enum { GO, COUNT, FENCE = 4 };			/* words of @beat */

static struct memory lr_memory(struct heart *h, uint32_t placement, uint64_t size, uint64_t address)
{
	struct memory m = buffer_new(h->fd, placement, size);
	struct drm_xe_vm_bind_op op = op_map(m.handle, 0, address, size);
	volatile uint64_t fence = 0;
	struct drm_xe_sync sync = writes((uintptr_t)&fence, 1);

	m.address = address;
	need(!bind_with(h->fd, h->vm, 0, &op, 1, &sync, 1) && !wait_user_fence(h->fd, &fence, 1, WAIT_NS, 0),
	     "VM_BIND with a user fence");
	return m;
}

/* Whatever the engine, it is one that others use as well. */
static struct drm_xe_engine_class_instance engine(unsigned int n)
{
	return all.all[n % all.count];
}

/* @data of @size are mapped besides, in VRAM if @placement allows it, and have a pattern. */
static struct heart heart_new(unsigned int n, uint32_t placement, uint64_t size)
{
	struct heart h = { .fd = open_card(pci, "renderD") };
	uint32_t *p;

	need(h.fd >= 0, "a node");
	h.vm = vm_create(h.fd, DRM_XE_VM_CREATE_FLAG_LR_MODE);
	h.text = lr_memory(&h, SYSTEM, PAGE, TEXT);
	h.beat = lr_memory(&h, SYSTEM, PAGE, BEAT);
	h.data = lr_memory(&h, placement, size, DATA);
	for (uint64_t i = 0; i < size / 4; i += PAGE / 4)
		h.data.words[i] = i + 1;

	/* What is mapped is used: the count is taken there, and shown where the CPU looks for it. */
	p = put_wait(h.text.words, at(&h.beat, GO), 1);
	p = put_count(p, at(&h.data, 1));
	p = put_copy(p, at(&h.beat, COUNT), at(&h.data, 1));
	p = put_store(p, at(&h.beat, GO), 0);
	put_jump(p, TEXT);
	h.queue = queue_create(h.fd, h.vm, engine(n));
	need(!exec(h.fd, h.queue, TEXT, NULL, 0), "EXEC without an end");
	return h;
}

static bool beats(struct heart *h)
{
	volatile uint32_t *beat = h->beat.words;

	__sync_synchronize();
	beat[GO] = 1;
	if (!becomes(&beat[GO], 0, BOUND_S)) {
		printf("# it does not beat: %u times, banned %d\n", beat[COUNT], banned(h->fd, h->queue));
		return false;
	}
	if (beat[COUNT] != ++h->beats)
		printf("# beat %u is number %u\n", h->beats, beat[COUNT]);
	return beat[COUNT] == h->beats;
}

static bool intact(struct heart *h)
{
	for (uint64_t i = 0; i < h->data.size / 4; i += PAGE / 4)
		if (h->data.words[i] != (uint32_t)i + 1) {
			printf("# word %#llx is %#x\n", (unsigned long long)i, h->data.words[i]);
			return false;
		}
	return true;
}

static void heart_end(struct heart *h)
{
	munmap(h->text.words, h->text.size);
	munmap(h->beat.words, h->beat.size);
	munmap(h->data.words, h->data.size);
	close(h->fd);
}

/*
 * basic
 */
static void user_fence(struct heart *h)
{
	uint32_t queue = queue_create(h->fd, h->vm, engine(0));
	volatile uint64_t *word = (volatile uint64_t *)(h->beat.words + FENCE);
	struct drm_xe_sync sync = writes(at(&h->beat, FENCE), 77);

	put_end(h->text.words + 64);
	check(!exec(h->fd, queue, TEXT + 256, &sync, 1) && !wait_user_fence(h->fd, word, 77, WAIT_NS, queue),
	      "a job with an end writes its user fence");
	check(vm_destroy(h->fd, h->vm) && errno == EBUSY, "a VM with queues keeps its number");
	check(!queue_destroy(h->fd, queue), "a queue goes");
}

/* What is mapped while it runs stays mapped, and what is unmapped frees its memory without an end of the job. */
static void changes(struct heart *h)
{
	struct drm_xe_vm_bind_op op = op_unmap(DATA + 256 * MiB, 4 * MiB);
	bool good = true;

	for (unsigned int i = 0; i < 10; i++) {
		struct memory m = lr_memory(h, VRAM, 4 * MiB, DATA + 256 * MiB);

		good &= beats(h) && !bind_with(h->fd, h->vm, 0, &op, 1, NULL, 0);
		memory_free(h->fd, &m);
	}
	check(good && beats(h), "it beats while buffers come and go");
}

static void basic(void)
{
	struct heart h = heart_new(0, VRAM | SYSTEM, MiB);
	bool good = true;

	for (unsigned int i = 0; i < 20; i++)
		good &= beats(&h);
	check(good, "a batch without an end does what it is told");
	usleep(20000);
	user_fence(&h);
	changes(&h);
	check(intact(&h), "its data are what they were");
	check(!queue_destroy(h.fd, h.queue), "its queue is destroyed");
	check(!vm_destroy(h.fd, h.vm), "and then its VM");
	heart_end(&h);
}

/* An idle VM that has lost its memory is not bothered; the next job has all of it again. */
static void idle(uint64_t size)
{
	struct heart h = heart_new(0, VRAM | SYSTEM, size);
	uint32_t queue = queue_create(h.fd, h.vm, engine(0));
	volatile uint64_t *word = (volatile uint64_t *)(h.beat.words + FENCE);
	bool good = beats(&h) && !queue_destroy(h.fd, h.queue);

	put_end(put_copy(h.text.words + 64, at(&h.beat, COUNT), at(&h.data, PAGE / 4)));
	for (unsigned int i = 1; i < 4 && good; i++) {
		struct drm_xe_sync sync = writes(at(&h.beat, FENCE), i);
		int other = open_card(pci, "renderD");

		good &= create(other, VRAM, size) != 0;
		good &= !exec(h.fd, queue, TEXT + 256, &sync, 1) && !wait_user_fence(h.fd, word, i, WAIT_NS, queue);
		good &= h.beat.words[COUNT] == PAGE / 4 + 1;
		h.beat.words[COUNT] = 0;
		close(other);
	}
	check(good, "a VM that was idle when its memory was taken runs the next job");
	heart_end(&h);
}

/*
 * room: others need the memory
 */
static void room(void)
{
	struct heart h;
	uint64_t size;
	bool good = true;
	int other;

	other = open_card(pci, "renderD");
	size = vram(other).size * 6 / 10 & ~(2 * MiB - 1);
	h = heart_new(0, VRAM | SYSTEM, size);
	need(beats(&h), "it beats");
	for (unsigned int i = 0; i < 3; i++) {
		double start = now();
		uint32_t handle = create(other, VRAM, size);

		printf("# room after %.2f s\n", now() - start);
		good &= handle && beats(&h) && beats(&h);
		close_handle(other, handle);
	}
	check(good, "a batch makes room for others, and goes on");
	check(intact(&h), "its data are what they were");
	close(other);
	heart_end(&h);
	idle(size);
}

/*
 * turns: two that do not fit
 */
static void turns(void)
{
	int fd = open_card(pci, "renderD");
	uint64_t size = vram(fd).size * 6 / 10 & ~(2 * MiB - 1);
	struct heart a = heart_new(0, VRAM, size), b = heart_new(1, VRAM, size);
	bool good = true;

	for (unsigned int i = 0; i < 3 && good; i++)
		good &= beats(&a) && beats(&b);
	check(good, "two that do not fit into VRAM together take turns");
	queue_destroy(a.fd, a.queue);
	queue_destroy(b.fd, b.queue);
	check(intact(&a) && intact(&b), "their data are what they were");
	heart_end(&a);
	heart_end(&b);
	close(fd);
}

/*
 * killed: a process goes without a word
 */
static void die(void)
{
	struct heart h = heart_new(0, VRAM | SYSTEM, MiB);

	_exit(beats(&h) ? kill(getpid(), SIGKILL) : 1);
}

static void killed(void)
{
	double start = now();
	struct heart h;
	int status;
	pid_t pid = fork();

	if (!pid)
		die();
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && now() - start < BOUND_S,
	      "a process with a batch without an end can be killed");
	h = heart_new(0, VRAM | SYSTEM, MiB);
	check(beats(&h), "and its engine does other work");
	heart_end(&h);
}

/*
 * over: what the batches have to outlive
 */
static void over_it(const char *command)
{
	struct heart h[4];
	bool good = true;

	for (unsigned int i = 0; i < 4; i++)
		h[i] = heart_new(i, i % 2 ? SYSTEM : VRAM | SYSTEM, 4 * MiB);
	for (unsigned int i = 0; i < 4; i++)
		good &= beats(&h[i]);
	need(good, "they beat");
	check(!system(command), command);
	for (unsigned int i = 0; i < 4; i++)
		good &= beats(&h[i]) && beats(&h[i]) && intact(&h[i]);
	check(good, "batches without an end go on");
	for (unsigned int i = 0; i < 4; i++)
		heart_end(&h[i]);
}

/*
 * gone: the card goes. Somebody waits for a word, somebody for room, and two want more VRAM than there is.
 */
static struct heart going[4];
static volatile unsigned int taken[4];		/* turns */

static void *wait_word(void *data)
{
	struct heart *h = data;

	return (void *)(intptr_t)(wait_user_fence(h->fd, (volatile uint64_t *)(h->beat.words + FENCE), 1,
						  1000000000ll * (int64_t)(2 * BOUND_S), h->queue) ? errno : 0);
}

/* Buffers that do not fit, one after the other, until that is an error. */
static void *want_room(void *data)
{
	struct heart *h = data;
	uint64_t size = vram(h->fd).size * 6 / 10 & ~(2 * MiB - 1);

	for (;;) {
		uint32_t handle = create(h->fd, VRAM, size);

		if (!handle)
			return (void *)(intptr_t)errno;
		close_handle(h->fd, handle);
	}
}

static bool binds(struct heart *h, struct drm_xe_vm_bind_op op)
{
	volatile uint64_t fence = 0;
	struct drm_xe_sync sync = writes((uintptr_t)&fence, 1);

	return !bind_with(h->fd, h->vm, 0, &op, 1, &sync, 1) && !wait_user_fence(h->fd, &fence, 1, WAIT_NS, 0);
}

/* Maps more, runs a job, and unmaps it again, for which it needs all that it has mapped, until that is an error. */
static void *take_turns(void *data)
{
	struct heart *h = data;
	volatile uint64_t *word = (volatile uint64_t *)(h->beat.words + FENCE);
	uint32_t queue = queue_create(h->fd, h->vm, engine(0));

	put_end(h->text.words + 64);
	for (;;) {
		unsigned int turn = taken[h - going] + 1;
		struct drm_xe_sync sync = writes(at(&h->beat, FENCE), turn);
		uint32_t handle = create(h->fd, VRAM, MiB);

		if (!handle || !binds(h, op_map(handle, 0, DATA + 256 * MiB, MiB)) ||
		    exec(h->fd, queue, TEXT + 256, &sync, 1) ||
		    wait_user_fence(h->fd, word, turn, WAIT_NS, queue) ||
		    !binds(h, op_unmap(DATA + 256 * MiB, MiB)))
			return (void *)(intptr_t)errno;
		close_handle(h->fd, handle);
		taken[h - going] = turn;
	}
}

static void set_off(pthread_t *thread, bool room)
{
	void *(*const waits[])(void *) = { wait_word, want_room, take_turns, take_turns };
	bool good = true;

	memset((void *)taken, 0, sizeof(taken));
	for (unsigned int i = 0; i < 4; i++)
		going[i] = heart_new(i, VRAM | SYSTEM, 4 * MiB);
	for (unsigned int i = 0; i < 4; i++)
		good &= beats(&going[i]);
	need(good, "they beat");
	for (unsigned int i = 2; i < 4 && room; i++) {
		heart_end(&going[i]);
		going[i] = heart_new(i, VRAM, vram(going[0].fd).size * 6 / 10 & ~(2 * MiB - 1));
	}
	for (unsigned int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, room ? waits[i] : wait_word, &going[i]);
	usleep(300000);
	for (double start = now(); room && now() - start < BOUND_S && (taken[2] < 2 || taken[3] < 2);)
		usleep(10000);
	if (room)
		check(taken[2] > 1 && taken[3] > 1, "two that do not fit change what they have mapped");
}

/* Who waits, and who comes later, is told @err. */
static void told(pthread_t *thread, int err, double start)
{
	bool good = true;

	for (unsigned int i = 0; i < 4; i++) {
		void *result;

		pthread_join(thread[i], &result);
		printf("# waiter %u: %s after %.2f s\n", i, strerror((intptr_t)result), now() - start);
		good &= (intptr_t)result == err;
	}
	check(good && now() - start < BOUND_S, "who waits is told");
	check(exec(going[0].fd, going[0].queue, TEXT, NULL, 0) && errno == err, "no more jobs");
}

static void gone(const char *down, const char *up)
{
	pthread_t thread[4];
	double start;

	set_off(thread, true);
	start = now();
	check(!system(down) && now() - start < BOUND_S, "the card goes");
	told(thread, ENODEV, start);
	for (unsigned int i = 0; i < 4; i++)
		heart_end(&going[i]);
	check(now() - start < BOUND_S, "what is left is closed");
	check(!system(up), "the card comes");
}

/*
 * wedged: the card is given up, and nobody unbinds. Memory is given back, though no batch has let go of it, but for
 * VRAM if the engines do not stop: they still reach it.
 */
static void wedged(bool stops, const char *command)
{
	struct drm_xe_vm_bind_op op = {
		.obj_offset = (uintptr_t)mmap(NULL, MiB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		.pat_index = PAT, .range = MiB, .addr = DATA + 256 * MiB, .op = DRM_XE_VM_BIND_OP_MAP_USERPTR,
	};
	int other = open_card(pci, "renderD");
	uint64_t used = vram(other).used;
	volatile uint64_t fence = 0;
	struct drm_xe_sync sync = writes((uintptr_t)&fence, 1);
	pthread_t thread[4];
	double start;

	/* What somebody wants room for may just be elsewhere. */
	set_off(thread, stops);
	need(!bind_with(going[0].fd, going[0].vm, 0, &op, 1, &sync, 1) &&
	     !wait_user_fence(going[0].fd, &fence, 1, WAIT_NS, 0) && beats(&going[0]), "memory of a process");
	start = now();
	check(!system(command) && now() - start < BOUND_S, "the card is given up");
	told(thread, ECANCELED, start);
	check(banned(going[1].fd, going[1].queue) == 1, "their queues are banned");
	check(!munmap((void *)(uintptr_t)op.obj_offset, MiB), "memory of the process is taken away");
	for (unsigned int i = 0; i < 4; i++)
		heart_end(&going[i]);
	/* But for page tables, of which the driver keeps some. */
	for (unsigned int ms = 0; vram(other).used >= used + 4 * MiB && ms < (stops ? 1000 * BOUND_S : 500); ms += 10)
		usleep(10000);
	used = vram(other).used - used;
	printf("# %llu KiB more are in use\n", (unsigned long long)used >> 10);
	check(stops ? used < 4 * MiB : used >= 4 * 4 * MiB, stops ? "VRAM is free again" : "VRAM is not used again");
	close(other);
}

int main(int argc, char **argv)
{
	int fd;

	if (argc < 3)
		return 2;
	pci = argv[2];
	fd = open_card(pci, "renderD");
	need(fd >= 0, "the card has a node");
	all = engines(fd);
	close(fd);
	if (!strcmp(argv[1], "basic"))
		basic();
	else if (!strcmp(argv[1], "room"))
		room();
	else if (!strcmp(argv[1], "turns"))
		turns();
	else if (!strcmp(argv[1], "killed"))
		killed();
	else if (!strcmp(argv[1], "over") && argc > 3)
		over_it(argv[3]);
	else if (!strcmp(argv[1], "wedged") && argc > 4)
		wedged(!strcmp(argv[3], "stops"), argv[4]);
	else if (!strcmp(argv[1], "gone") && argc > 4)
		gone(argv[3], argv[4]);
	else
		return 2;
	printf("1..%d\n", number);
	return failed != 0;
}
