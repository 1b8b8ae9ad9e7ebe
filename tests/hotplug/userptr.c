// SPDX-License-Identifier: MIT
/*
 * Memory of a process for the GPU, and what a process may do to it meanwhile. KTAP. Usage:
 *
 *	userptr basic|errors|moves|waits|longrun|exits PCI-ADDRESS
 *	userptr storm PCI-ADDRESS SECONDS
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>

#include "lib/gpu.h"

#define TEXT		0x1000000ull
#define SPIN		0x2000000ull
#define HERE		0x10000000ull	/* where memory of the process is in the VM */
#define THERE		0x20000000ull
#define SIZE		(2 * MiB + 3 * PAGE)
#define QUEUED		4000

static int fd;
static struct engines all;
static uint32_t vm, queue;
static struct memory text, spin;

static void begin(void)
{
	struct drm_xe_engine_class_instance e = all.all[0];

	for (unsigned int i = 1; e.engine_class >= DRM_XE_ENGINE_CLASS_VIDEO_DECODE && i < all.count; i++)
		e = all.all[i];
	vm = vm_create(fd, 0);
	text = memory_new(fd, vm, SYSTEM, 64 << 10, TEXT);
	spin = memory_new(fd, vm, SYSTEM, 64 << 10, SPIN);
	queue = queue_create(fd, vm, e);
}

static void end(void)
{
	queue_destroy(fd, queue);
	memory_free(fd, &text);
	memory_free(fd, &spin);
	vm_destroy(fd, vm);
}

static void *anonymous(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED, "mmap");
	return p;
}

/* Memory that the process gets in the place of what is there. */
static bool renew(void *p, size_t size)
{
	return mmap(p, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p;
}

static struct drm_xe_vm_bind_op op_user(const volatile void *p, uint64_t size, uint64_t address, uint32_t flags)
{
	return (struct drm_xe_vm_bind_op){
		.pat_index = PAT, .userptr = (uintptr_t)p, .range = size, .addr = address,
		.op = DRM_XE_VM_BIND_OP_MAP_USERPTR, .flags = flags,
	};
}

static int bind_user(const volatile void *p, uint64_t size, uint64_t address)
{
	return bind_op(fd, vm, op_user(p, size, address, 0));
}

static int unbind(uint64_t address, uint64_t size)
{
	return bind_op(fd, vm, op_unmap(address, size));
}

static int store(uint64_t address, uint32_t value)
{
	put_end(put_store(text.words, address, value));
	return exec_wait(fd, queue, text.address);
}

/* What the GPU stores at @address is found at @word. */
static bool reaches(uint64_t address, volatile uint32_t *word)
{
	static uint32_t value = 0x1000;

	return !store(address, ++value) && *word == value;
}

static bool loads(uint64_t address, uint32_t value)
{
	text.words[1024] = ~value;
	put_end(put_copy(text.words, at(&text, 1024), address));
	return !exec_wait(fd, queue, text.address) && text.words[1024] == value;
}

/* A job that ends without having been anywhere. */
static bool runs(void)
{
	put_end(text.words);
	return !exec_wait(fd, queue, text.address) && !banned(fd, queue);
}

/* The queue did wrong by what comes; there is another one afterwards. */
static bool faults(uint64_t address)
{
	bool good;

	store(address, 1);
	good = banned(fd, queue) == 1;
	queue_destroy(fd, queue);
	queue = queue_create(fd, vm, all.all[0]);
	return good;
}

/*
 * basic
 */
static void stores(void)
{
	uint32_t *p = anonymous(SIZE);
	bool good = !bind_user(p, SIZE, HERE);

	for (uint64_t o = 0; o < SIZE; o += 300 * PAGE)
		good &= reaches(HERE + o + 8, p + o / 4 + 2);
	good &= reaches(HERE + SIZE - 4, p + SIZE / 4 - 1);
	p[5] = 0x55;
	check(good && loads(HERE + 20, 0x55), "the GPU has memory of the process");
	good = !bind_user(p, PAGE, THERE);
	check(good && reaches(THERE, p) && loads(HERE, p[0]), "at two addresses");
	check(!unbind(HERE, SIZE) && !unbind(THERE, PAGE), "and nowhere");
	munmap(p, SIZE);
	check(runs(), "and it is freed");
}

static void parts(void)
{
	uint32_t *p = anonymous(8 * PAGE);
	bool good = !bind_user(p, 8 * PAGE, HERE);

	good &= !unbind(HERE + 3 * PAGE, 2 * PAGE);
	good &= reaches(HERE, p) && reaches(HERE + 2 * PAGE, p + 2048) && reaches(HERE + 5 * PAGE, p + 5120);
	check(good, "what is beside a part that is unmapped");
	good = !munmap(p + 3072, 2 * PAGE);
	good &= reaches(HERE + 2 * PAGE, p + 2048) && reaches(HERE + 7 * PAGE, p + 7168);
	check(good, "also when the process does not have that part any more");
	good = !bind_user(p, PAGE, HERE + PAGE) && reaches(HERE + PAGE, p) && reaches(HERE + 2 * PAGE, p + 2048);
	check(good, "a part becomes another");
	good = !bind_op(fd, vm, op_map(spin.handle, 0, HERE, PAGE)) && reaches(HERE, spin.words);
	check(good && reaches(HERE + 2 * PAGE, p + 2048), "and a buffer");
	unbind(HERE, 8 * PAGE);
	munmap(p, 8 * PAGE);
}

static void arrays(void)
{
	uint32_t *p = anonymous(64 * PAGE);
	struct drm_xe_vm_bind_op ops[4] = {
		op_user(p, 64 * PAGE, HERE, 0), op_unmap(HERE + PAGE, PAGE),
		op_user(p + 1024, PAGE, HERE + 8 * PAGE, 0), op_user(p, PAGE, THERE, 0),
	};
	bool good = !bind_ops(fd, vm, ops, 4);

	check(good && reaches(HERE, p) && reaches(HERE + 8 * PAGE, p + 1024) && reaches(THERE, p),
	      "several at a time, one over the other");
	ops[2].userptr = 0x10000;
	ops[1] = op_unmap(HERE, 64 * PAGE);
	good = bind_ops(fd, vm, ops, 4) && errno == EFAULT;
	check(good && reaches(HERE, p) && reaches(THERE, p), "all of them or none");
	unbind(HERE, 64 * PAGE);
	unbind(THERE, PAGE);
	munmap(p, 64 * PAGE);
}

static void read_only(void)
{
	uint32_t *p = anonymous(2 * PAGE);
	const uint32_t before = p[0] = 0x77;
	bool good = !mprotect(p, PAGE, PROT_READ);

	good &= bind_user(p, PAGE, HERE) && (errno == EPERM || errno == EFAULT);
	check(good, "what the process can only read is not mapped for writing");
	good = !bind_op(fd, vm, op_user(p, PAGE, HERE, DRM_XE_VM_BIND_FLAG_READONLY));
	check(good && loads(HERE, before), "for reading it is");
	store(HERE, 0x99);
	check(p[0] == before, "and is not written to");
	queue_destroy(fd, queue);
	queue = queue_create(fd, vm, all.all[0]);
	unbind(HERE, PAGE);
	munmap(p, 2 * PAGE);
}

static void large(void)
{
	uint32_t *p = mmap(NULL, 2 * MiB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	bool good;

	if (p == MAP_FAILED) {
		printf("ok %d - huge pages # SKIP there are none\n", ++number);
		return;
	}
	good = !bind_user(p, 2 * MiB, HERE) && reaches(HERE, p) && reaches(HERE + MiB + 4, p + MiB / 4 + 1);
	check(good && !munmap(p, 2 * MiB) && runs(), "huge pages");
	unbind(HERE, 2 * MiB);
}

static void basic(void)
{
	stores();
	parts();
	arrays();
	read_only();
	large();
}

/*
 * errors
 */
static void wrong(const char *what, const volatile void *p, uint64_t size, uint64_t address, int err)
{
	bool good = bind_user(p, size, address) && errno == err;

	check(good, what);
}

static void errors(void)
{
	uint32_t *p = anonymous(4 * PAGE), *buffer = map(fd, mmap_offset(fd, text.handle), 64 << 10);
	struct drm_xe_vm_bind_op op = op_user(p, PAGE, HERE, DRM_XE_VM_BIND_FLAG_NULL);

	wrong("an address that is not of a page", (char *)p + 8, PAGE, HERE, EINVAL);
	wrong("a size that is not of pages", p, PAGE + 8, HERE, EINVAL);
	wrong("a place that is not of a page", p, PAGE, HERE + 8, EINVAL);
	wrong("no size", p, 0, HERE, EINVAL);
	wrong("beyond the VM", p, PAGE, 1ull << 48, EINVAL);
	wrong("no memory", (void *)0x10000, PAGE, HERE, EFAULT);
	wrong("memory of the kernel", (void *)0xffff888000000000, PAGE, HERE, EFAULT);
	wrong("round the end of everything", (void *)~(PAGE - 1), 2 * PAGE, HERE, EOVERFLOW);
	wrong("a buffer", buffer, PAGE, HERE, EFAULT);
	munmap(p + 2048, PAGE);
	wrong("memory with a hole", p, 4 * PAGE, HERE, EFAULT);
	mprotect(p, PAGE, PROT_NONE);
	wrong("memory of which nothing can be had", p, PAGE, HERE, EFAULT);
	check(bind_op(fd, vm, op) && errno == EINVAL, "nothing, and memory");
	check(runs(), "none of it hurts");
	munmap(p, 4 * PAGE);
	munmap(buffer, 64 << 10);
}

/*
 * moves: what is mapped becomes other memory
 */
static void fork_moves(uint32_t *p)
{
	int status = -1;
	pid_t child;
	bool good;

	p[0] = 1;
	child = fork();
	if (!child) {
		/* The pages are shared until somebody writes. */
		usleep(100000);
		_exit(p[0] != 1);
	}
	good = reaches(HERE, p) && p[0] != 1;
	check(good, "after fork it is the parent's");
	check(waitpid(child, &status, 0) == child && !status, "and the child's is as it was");
}

static void file_moves(void)
{
	int file = memfd_create("user", 0);
	bool good = !ftruncate(file, 4 * PAGE);
	uint32_t *p = map(file, 0, 4 * PAGE), word = 0;

	good &= !bind_user(p, 4 * PAGE, THERE) && reaches(THERE + 3 * PAGE, p + 3072);
	good &= pread(file, &word, 4, 3 * PAGE) == 4 && word == p[3072];
	check(good, "pages of a file");
	good = !fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 3 * PAGE, PAGE);
	check(good && loads(THERE + 3 * PAGE, 0) && reaches(THERE + 3 * PAGE, p + 3072), "a hole in it");
	good = !ftruncate(file, PAGE);
	check(good && runs(), "a file that becomes shorter");
	check(faults(THERE + 3 * PAGE), "what is gone cannot be used");
	unbind(THERE, 4 * PAGE);
	munmap(p, 4 * PAGE);
	close(file);
}

static void moves(void)
{
	uint32_t *p = anonymous(SIZE), *q;
	bool good = !bind_user(p, SIZE, HERE) && reaches(HERE, p);

	check(good && !madvise(p, SIZE, MADV_DONTNEED) && !p[0] && reaches(HERE, p), "thrown away");
	check(renew(p, SIZE) && !p[0] && reaches(HERE + MiB, p + MiB / 4), "replaced");
	check(renew(p + MiB / 4, PAGE) && reaches(HERE + MiB, p + MiB / 4) && reaches(HERE, p), "a page of it");
	check(!mprotect(p, SIZE, PROT_READ) && !mprotect(p, SIZE, PROT_READ | PROT_WRITE) && reaches(HERE, p),
	      "forbidden and allowed");
	fork_moves(p);
	madvise(p, SIZE, MADV_PAGEOUT);
	check(reaches(HERE + 64, p + 16), "paged out");
	q = mremap(p, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, anonymous(SIZE));
	check(q != MAP_FAILED && runs(), "moved to another address");
	check(faults(HERE), "where it was nothing is used");
	check(renew(p, SIZE) && !unbind(HERE, SIZE) && !bind_user(p, SIZE, HERE) && reaches(HERE, p), "mapped anew");
	munmap(p, SIZE);
	check(runs() && runs(), "freed before it is unmapped: jobs run");
	check(faults(HERE + PAGE), "and cannot use it");
	check(!unbind(HERE, SIZE) && runs(), "it is unmapped afterwards");
	munmap(q, SIZE);
	file_moves();
}

/*
 * waits
 */
struct taking {
	pthread_t thread;
	void *p;
	size_t size;
	volatile double when;
};

static void *take(void *data)
{
	struct taking *t = data;

	munmap(t->p, t->size);
	t->when = now();
	return NULL;
}

static void begin_taking(struct taking *t, void *p, size_t size)
{
	*t = (struct taking){ .p = p, .size = size };
	pthread_create(&t->thread, NULL, take, t);
}

static void wait_for_job(void)
{
	uint32_t *p = anonymous(SIZE), done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	struct taking t;
	bool good = !bind_user(p, SIZE, HERE);

	good &= !exec(fd, queue, spin_semaphore(&spin, 0), &sync, 1) && spin_started(&spin, 0);
	begin_taking(&t, p, SIZE);
	usleep(300000);
	check(good && !t.when && !over(fd, done), "munmap waits for a job that runs");
	spin_end(&spin, 0);
	pthread_join(t.thread, NULL);
	check(!wait_for(fd, done, WAIT_NS) && runs(), "and for nothing else");
	unbind(HERE, SIZE);
	syncobj_destroy(fd, done);
}

/* An unmapped range is known until its entries are cleared, which waits for somebody else. */
static void wait_for_bind(void)
{
	uint32_t *p = anonymous(PAGE), gate = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync sync[] = { waits(gate), signals(done) };
	struct drm_xe_vm_bind_op op = op_unmap(HERE, PAGE);
	struct foreign f = foreign_fence(fd, gate);
	struct taking t;
	bool good = !bind_user(p, PAGE, HERE) && reaches(HERE, p);

	good &= !bind_with(fd, vm, 0, &op, 1, sync, 2);
	begin_taking(&t, p, PAGE);
	usleep(300000);
	check(good && !t.when && !over(fd, done), "munmap waits for entries that lead there");
	foreign_signal(f);
	pthread_join(t.thread, NULL);
	check(!wait_for(fd, done, WAIT_NS) && runs(), "until they are cleared");
	syncobj_destroy(fd, done);
	syncobj_destroy(fd, gate);
}

/* What is bound later is memory by then. */
static void late_bind(void)
{
	uint32_t *p = anonymous(PAGE), gate = syncobj(fd), done = syncobj(fd);
	struct drm_xe_sync sync[] = { waits(gate), signals(done) };
	struct drm_xe_vm_bind_op op = op_user(p, PAGE, HERE, 0);
	struct foreign f = foreign_fence(fd, gate);
	bool good = !bind_with(fd, vm, 0, &op, 1, sync, 2) && !over(fd, done);

	foreign_signal(f);
	check(good && !wait_for(fd, done, WAIT_NS) && reaches(HERE, p), "a bind that waits for somebody else");
	unbind(HERE, PAGE);
	munmap(p, PAGE);
	syncobj_destroy(fd, done);
	syncobj_destroy(fd, gate);
}

/* Its entries lead to what is somebody else's by now, and nobody would look for it any more. */
static void freed_and_unmapped_late(void)
{
	uint32_t *p = anonymous(PAGE), gate = syncobj(fd), ran = syncobj(fd);
	struct drm_xe_sync sync = waits(gate), done = signals(ran);
	struct drm_xe_vm_bind_op op = op_unmap(HERE, PAGE);
	struct foreign f = foreign_fence(fd, gate);
	bool good = !bind_user(p, PAGE, HERE) && reaches(HERE, p);

	munmap(p, PAGE);
	good &= !bind_with(fd, vm, 0, &op, 1, &sync, 1);
	put_end(put_store(text.words, HERE, 1));
	good &= !exec(fd, queue, text.address, &done, 1);
	usleep(300000);
	check(good && !over(fd, ran) && !banned(fd, queue), "a job waits until what was freed is unmapped");
	foreign_signal(f);
	wait_for(fd, ran, WAIT_NS);
	check(banned(fd, queue) == 1, "and cannot use it");
	queue_destroy(fd, queue);
	queue = queue_create(fd, vm, all.all[0]);
	syncobj_destroy(fd, ran);
	syncobj_destroy(fd, gate);
}

/*
 * longrun: a job without an end counts in memory that becomes other memory
 */
static bool counts(volatile uint32_t *word)
{
	uint32_t then = *word;
	double last = now() + 30;

	while (*word == then && now() < last)
		usleep(1000);
	return *word != then;
}

/* The child's is what it was. */
static void fork_moves_of(volatile uint32_t *p)
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		uint32_t then = *p;

		usleep(200000);
		_exit(*p != then);
	}
	check(counts(p), "after fork it is the parent's");
	check(waitpid(child, &status, 0) == child && !status, "and the child's stays as it was");
}

static void longrun(void)
{
	uint32_t *p = anonymous(SIZE), id;
	bool good;

	queue_destroy(fd, queue);
	vm_destroy(fd, vm);
	vm = vm_create(fd, DRM_XE_VM_CREATE_FLAG_LR_MODE);
	queue = id = queue_create(fd, vm, all.all[0]);
	good = !bind_with(fd, vm, 0, (struct drm_xe_vm_bind_op[]){ op_map(text.handle, 0, TEXT, text.size) }, 1, NULL, 0);
	good &= !bind_with(fd, vm, 0, (struct drm_xe_vm_bind_op[]){ op_user(p, SIZE, HERE, 0) }, 1, NULL, 0);
	put_jump(put_arbitration(put_count(text.words, HERE)), text.address);
	good &= !exec(fd, id, text.address, NULL, 0);
	check(good && counts(p), "a job without an end");
	good = true;
	for (int i = 0; i < 5; i++)
		good &= !madvise(p, SIZE, MADV_DONTNEED) && counts(p);
	check(good, "memory is taken from it, and it goes on");
	check(renew(p, SIZE) && counts(p), "other memory");
	fork_moves_of(p);
	check(!madvise(p, SIZE, MADV_PAGEOUT) && counts(p), "that was paged out");
	good = true;
	for (int i = 0; i < 5; i++)
		good &= !bind_with(fd, vm, 0, (struct drm_xe_vm_bind_op[]){ op_user(p, PAGE, THERE, 0) }, 1, NULL, 0) &&
			!bind_with(fd, vm, 0, (struct drm_xe_vm_bind_op[]){ op_unmap(THERE, PAGE) }, 1, NULL, 0) && counts(p);
	check(good, "while more is mapped");
	check(banned(fd, id) == 0 && !munmap(p, SIZE), "and freed under it");
	queue_destroy(fd, queue);
	queue = queue_create(fd, vm, all.all[0]);
}

static void waits_all(void)
{
	wait_for_job();
	wait_for_bind();
	late_bind();
	freed_and_unmapped_late();
}

/*
 * exits: files are closed when memory has been given back
 */
static void child_with(unsigned int jobs, bool never)
{
	uint32_t gate = syncobj(fd), *p = anonymous(SIZE);
	struct drm_xe_sync sync = waits(gate);
	struct foreign f = foreign_fence(fd, gate);

	need(!bind_user(p, SIZE, HERE), "VM_BIND");
	need(!exec(fd, queue, spin_semaphore(&spin, 0), &sync, 1), "a spinner");
	put_end(put_count(text.words, HERE));
	/* In a guest that is slow enough the fence gives up, and the spinner is found out. */
	for (unsigned int i = 1; i < jobs; i++)
		need(!exec(fd, queue, text.address, NULL, 0) || banned(fd, queue) == 1, "a job");
	if (!never)
		foreign_signal(f);
	need(never || spin_started(&spin, 0), "it runs");
}

static void killed(const char *pci, unsigned int jobs, bool never, const char *what)
{
	int ready[2], status;
	double then;
	pid_t child;
	char c;

	need(!pipe(ready), "pipe");
	child = fork();
	if (!child) {
		fd = open_card(pci, "renderD");
		begin();
		child_with(jobs, never);
		need(write(ready[1], "", 1) == 1, "write");
		pause();
	}
	close(ready[1]);
	need(read(ready[0], &c, 1) == 1, "a child with jobs");
	close(ready[0]);
	then = now();
	kill(child, SIGKILL);
	check(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && now() - then < 25, what);
	printf("# %.1f s\n", now() - then);
}

/* Whose memory it was is gone, and somebody else has the VM, and jobs in it that do not use that memory. */
static void inherited(void)
{
	int status, ready[2], go[2];
	pid_t child;
	char c;

	need(!pipe(ready) && !pipe(go), "pipes");
	child = fork();
	if (!child) {
		uint32_t *p = anonymous(SIZE);
		bool bad = bind_user(p, SIZE, HERE) || !reaches(HERE, p);

		need(write(ready[1], "", 1) == 1 && read(go[0], &c, 1) == 1, "a parent");
		_exit(bad);
	}
	need(read(ready[0], &c, 1) == 1, "a child");
	need(!exec(fd, queue, spin_semaphore(&spin, 0), NULL, 0) && spin_started(&spin, 0), "a spinner");
	need(write(go[1], "", 1) == 1, "write");
	usleep(200000);		/* it waits for the spinner */
	spin_end(&spin, 0);
	check(waitpid(child, &status, 0) == child && !status, "a child maps its memory in the parent's VM");
	check(banned(fd, queue) == 0 && runs(), "which goes on when the child is gone, and so does what runs then");
	check(faults(HERE), "without the memory");
	unbind(HERE, SIZE);
}

static void exits(const char *pci)
{
	killed(pci, QUEUED, false, "a process with thousands of jobs is killed");
	killed(pci, 100, true, "one whose jobs wait for somebody who does not come");
	inherited();
	check(runs(), "others go on");
}

/*
 * storm: memory comes and goes while jobs use it
 */
static volatile bool stop;

static void *blow(void *data)
{
	uint32_t *p = data;

	for (unsigned int i = 0; !stop; i++) {
		if (i % 3 == 0)
			renew(p + i % 4 * 1024, 2 * PAGE);
		else if (i % 3 == 1)
			madvise(p, 8 * PAGE, MADV_DONTNEED);
		else
			need(!mprotect(p, 8 * PAGE, PROT_READ) && !mprotect(p, 8 * PAGE, PROT_READ | PROT_WRITE), "mprotect");
		usleep(i % 7 * 100);
	}
	return NULL;
}

static void *rebind(void *data)
{
	uint32_t *p = data;

	for (unsigned int i = 0; !stop; i++) {
		bind_user(p, (1 + i % 8) * PAGE, THERE + i % 3 * PAGE);
		unbind(THERE + i % 5 * PAGE, 3 * PAGE);
	}
	return NULL;
}

/* Its memory may have been gone for a moment, also for a job that was waited for well. */
static void renew_banned(void)
{
	if (banned(fd, queue) != 1)
		return;
	queue_destroy(fd, queue);
	queue = queue_create(fd, vm, all.all[0]);
}

static void storm(double seconds)
{
	uint32_t *p = anonymous(8 * PAGE), *q = anonymous(8 * PAGE);
	pthread_t thread[4];
	unsigned int jobs = 0, busy = 0, bad = 0;
	double last = now() + seconds;

	need(!bind_user(p, 8 * PAGE, HERE), "VM_BIND");
	pthread_create(&thread[0], NULL, blow, p);
	pthread_create(&thread[1], NULL, blow, q);
	pthread_create(&thread[2], NULL, rebind, q);
	pthread_create(&thread[3], NULL, rebind, q);
	for (; now() < last; jobs++) {
		put_end(put_store(text.words, HERE + jobs % 8 * PAGE, jobs));
		if (!exec_wait(fd, queue, text.address))
			continue;
		busy += errno == EAGAIN;
		bad += errno != EAGAIN;
		renew_banned();
	}
	stop = true;
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	printf("# %u jobs, %u not now, %u failed\n", jobs, busy, bad);
	renew_banned();
	/* On one core all may be told to come again: who takes the memory away always runs in between. */
	check(jobs > bad, "jobs were tried in a storm");
	check(renew(p, 8 * PAGE) && !unbind(HERE, 8 * PAGE) && !bind_user(p, 8 * PAGE, HERE) && reaches(HERE, p),
	      "after a storm");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	printf("KTAP version 1\n");
	fd = open_card(argv[2], "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	begin();
	if (!strcmp(argv[1], "basic"))
		basic();
	else if (!strcmp(argv[1], "errors"))
		errors();
	else if (!strcmp(argv[1], "moves"))
		moves();
	else if (!strcmp(argv[1], "waits"))
		waits_all();
	else if (!strcmp(argv[1], "exits"))
		exits(argv[2]);
	else if (!strcmp(argv[1], "longrun"))
		longrun();
	else if (!strcmp(argv[1], "storm") && argc == 4)
		storm(atof(argv[3]));
	end();
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
