// SPDX-License-Identifier: MIT
/*
 * What no client should do. KTAP.
 *
 *	malice table PCI-ADDRESS			every ioctl with one thing wrong each
 *	malice fuzz PCI-ADDRESS SEED SECONDS DOWN UP	random and mutated ioctls of several threads;
 *							half way the card goes and comes back
 */
#define _GNU_SOURCE
#include <drm_mode.h>
#include <linux/dma-buf.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "lib/client.h"

#define ARRAY(a)	(sizeof(a) / sizeof((a)[0]))
#define SIZE		(64 << 10)
#define KERNEL		0xffff888000001000ull
#define CROOKED		0x8000000000000000ull	/* no address at all */

/*
 * The table
 */

/* Right arguments, of which a row changes one field. */
union args {
	struct drm_xe_device_query query;
	struct drm_xe_gem_create create;
	struct drm_xe_gem_mmap_offset offset;
	uint8_t bytes[512];
};

enum base { QUERY, CREATE, OFFSET, ZERO };	/* the first of requests[] */

static int fd;
static uint32_t handle;
static struct drm_xe_user_extension loop;
/* What ioctls may write to; behind it there is nothing. */
#define ROOM			(64u << 10)
static uint8_t *room;

static unsigned long prepare(enum base base, union args *args)
{
	memset(args, 0, sizeof(*args));
	switch (base) {
	case QUERY:
		args->query.query = DRM_XE_DEVICE_QUERY_CONFIG;
		ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, args);
		args->query.data = (uintptr_t)room;
		return DRM_IOCTL_XE_DEVICE_QUERY;
	case CREATE:
		args->create.size = SIZE;
		args->create.placement = 1;
		args->create.cpu_caching = DRM_XE_GEM_CPU_CACHING_WC;
		return DRM_IOCTL_XE_GEM_CREATE;
	case OFFSET:
		args->offset.handle = handle;
		return DRM_IOCTL_XE_GEM_MMAP_OFFSET;
	default:
		return 0;
	}
}

#define FIELD(base, type, field, value, error)	{						\
	base, #base ": " #field " = " #value, offsetof(struct drm_xe_##type, field),		\
	sizeof(((struct drm_xe_##type *)0)->field), value, error }
#define Q(field, value, error)	FIELD(QUERY, device_query, field, value, error)
#define C(field, value, error)	FIELD(CREATE, gem_create, field, value, error)
#define M(field, value, error)	FIELD(OFFSET, gem_mmap_offset, field, value, error)
#define LOOP			0x4c4f4f50	/* stands for a chain of extensions without an end */

static const struct row {
	enum base base;
	const char *what;
	size_t at, bytes;
	uint64_t value;
	int err;
} rows[] = {
	Q(extensions, LOOP, EINVAL), Q(extensions, KERNEL, EINVAL), Q(reserved[0], 1, EINVAL),
	Q(reserved[1], 1ull << 63, EINVAL), Q(query, 9, EINVAL), Q(query, 0x7fffffff, EINVAL),
	Q(query, 0xffffffff, EINVAL), Q(size, 1, EINVAL), Q(size, 0xffffffff, EINVAL),
	Q(data, 0, EFAULT), Q(data, KERNEL, EFAULT), Q(data, CROOKED, EFAULT),
	Q(data, ~0ull, EFAULT), Q(data, 0xfffffffffffff000, EFAULT), Q(size, 0, 0),

	C(extensions, LOOP, EINVAL), C(extensions, KERNEL, EINVAL), C(size, 0, EINVAL),
	C(size, 1, EINVAL), C(size, SIZE + 1, EINVAL), C(size, ~0ull, EINVAL),
	C(size, 0xfffffffffffff000, ENOSPC), C(size, 1ull << 63, ENOSPC),
	C(size, 1ull << 44, ENOMEM), C(size, 1ull << 32, ENOMEM), C(placement, 0, EINVAL),
	C(placement, 4, EINVAL), C(placement, 0x80000001, EINVAL), C(placement, ~0u, EINVAL),
	C(flags, 8, EINVAL), C(flags, ~0u, EINVAL), C(flags, 1u << 31, EINVAL),
	C(flags, DRM_XE_GEM_CREATE_FLAG_NEEDS_VISIBLE_VRAM, EINVAL), C(vm_id, 1, ENOENT),
	C(vm_id, ~0u, ENOENT), C(handle, 1, EINVAL), C(handle, ~0u, EINVAL),
	C(cpu_caching, 0, EINVAL), C(cpu_caching, 3, EINVAL), C(cpu_caching, 0xffff, EINVAL),
	C(pad[0], 1, EINVAL), C(pad[2], 0xffff, EINVAL), C(reserved[0], 1, EINVAL),
	C(reserved[1], 1ull << 63, EINVAL), C(placement, 1, 0),

	M(extensions, LOOP, EINVAL), M(extensions, KERNEL, EINVAL), M(handle, 0, ENOENT),
	M(handle, ~0u, ENOENT), M(handle, 0x7fffffff, ENOENT), M(flags, 1, EINVAL),
	M(flags, 1u << 31, EINVAL), M(reserved[0], 1, EINVAL), M(reserved[1], ~0ull, EINVAL),
	M(offset, ~0ull, 0),
};

static const unsigned long requests[] = {
	DRM_IOCTL_XE_DEVICE_QUERY, DRM_IOCTL_XE_GEM_CREATE, DRM_IOCTL_XE_GEM_MMAP_OFFSET,
	DRM_IOCTL_XE_VM_CREATE, DRM_IOCTL_XE_VM_DESTROY, DRM_IOCTL_XE_VM_BIND,
	DRM_IOCTL_XE_EXEC_QUEUE_CREATE, DRM_IOCTL_XE_EXEC_QUEUE_DESTROY,
	DRM_IOCTL_XE_EXEC_QUEUE_GET_PROPERTY, DRM_IOCTL_XE_EXEC, DRM_IOCTL_XE_WAIT_USER_FENCE,
	DRM_IOCTL_XE_OBSERVATION,
	/* from here on the DRM core's */
	DRM_IOCTL_GEM_CLOSE, DRM_IOCTL_GEM_FLINK, DRM_IOCTL_GEM_OPEN, DRM_IOCTL_PRIME_HANDLE_TO_FD,
	DRM_IOCTL_PRIME_FD_TO_HANDLE, DRM_IOCTL_SYNCOBJ_CREATE, DRM_IOCTL_SYNCOBJ_DESTROY,
	DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE,
	/* not SYNCOBJ_RESET and others with a count: the core of 6.12 warns where that is huge */
	DRM_IOCTL_VERSION, DRM_IOCTL_GET_CAP, DRM_IOCTL_SET_CLIENT_CAP, DRM_IOCTL_GET_UNIQUE,
	DRM_IOCTL_GET_CLIENT, DRM_IOCTL_GET_STATS, DRM_IOCTL_MODE_CREATE_DUMB,
	DRM_IOCTL_MODE_GETRESOURCES, DRM_IOCTL_WAIT_VBLANK,
};
#define DRIVERS		12	/* of them are ours */
#define DONE		3	/* of these have rows above */

static uint64_t max_field(size_t bytes)
{
	return bytes == 8 ? ~0ull : (1ull << (8 * bytes)) - 1;
}

static bool as_expected(const char *what, int ret, int err)
{
	int got = ret ? errno : 0;

	if (got == err)
		return true;
	printf("# %s: errno %d (%s), expected %d\n", what, got, strerror(got), err);
	return false;
}

static void check_rows(void)
{
	char names[][16] = { "DEVICE_QUERY", "GEM_CREATE", "GEM_MMAP_OFFSET" };

	loop.next_extension = (uintptr_t)&loop;
	for (enum base base = QUERY; base < ZERO; base++) {
		unsigned int bad = 0, tried = 0;
		char what[80];

		for (const struct row *r = rows; r < rows + ARRAY(rows); r++) {
			union args args;
			unsigned long request;
			uint64_t value = r->value & max_field(r->bytes);

			if (r->base != base)
				continue;
			request = prepare(base, &args);
			if (r->value == LOOP)
				value = (uintptr_t)&loop;
			memcpy(args.bytes + r->at, &value, r->bytes);
			bad += !as_expected(r->what, ioctl(fd, request, &args), r->err);
			tried++;
		}
		snprintf(what, sizeof(what), "%s: %u ways of being wrong", names[base], tried);
		check(!bad, what);
	}
}

/* The size is part of the number. What is missing is zero, what is too much is ignored. */
static unsigned long resized(unsigned long request, size_t size)
{
	return (request & ~((unsigned long)_IOC_SIZEMASK << _IOC_SIZESHIFT)) | size << _IOC_SIZESHIFT;
}

static void check_sizes(void)
{
	unsigned int bad = 0;

	for (enum base base = QUERY; base < ZERO; base++) {
		uint8_t big[_IOC_SIZEMASK] = {};
		union args args;
		unsigned long request = prepare(base, &args);

		memcpy(big, &args, sizeof(args));
		bad += !as_expected("longer", ioctl(fd, resized(request, sizeof(big)), big), 0);
		bad += !as_expected("8 bytes", ioctl(fd, resized(request, 8), &args),
				    base == OFFSET ? ENOENT : base == CREATE ? EINVAL : 0);
		bad += !as_expected("no bytes", ioctl(fd, resized(request, 0), &args),
				    base == OFFSET ? ENOENT : base == CREATE ? EINVAL : 0);
		bad += !as_expected("longer than its memory",
				    ioctl(fd, resized(request, sizeof(big)), room + ROOM - 8), EFAULT);
	}
	check(!bad, "wrong sizes");
}

static void check_each(void)
{
	static const uint64_t pointers[] = { 0, 8, KERNEL, CROOKED, ~0ull };
	/* What each says of zeroes, in the order of requests; of ones EINVAL but for what is not done. */
	static const int of_zeroes[DRIVERS] = {
		[DONE] = 0, ENOENT, EINVAL, EINVAL, ENOENT, ENOENT, ENOENT, EFAULT, EOPNOTSUPP,
	};
	unsigned int bad = 0, unknown;
	struct utsname kernel;
	uint8_t ones[512];

	/* Linux 7 has four ioctls more than the headers that this is built with. */
	uname(&kernel);
	unknown = atoi(kernel.release) >= 7 ? 0x50 : 0x4c;
	memset(ones, 0xff, sizeof(ones));
	for (unsigned int i = 0; i < DRIVERS; i++) {
		uint8_t zeroes[512] = {};

		for (unsigned int p = 0; p < ARRAY(pointers); p++)
			bad += !as_expected("pointer", ioctl(fd, requests[i], pointers[p]), EFAULT);
		bad += !as_expected("ones", ioctl(fd, requests[i], ones), i < DRIVERS - 1 ? EINVAL : EOPNOTSUPP);
		if (i >= DONE)
			bad += !as_expected("zeroes", ioctl(fd, requests[i], zeroes), of_zeroes[i]);
		memset(ones, 0xff, sizeof(ones));
	}
	check(!bad, "every ioctl: bad pointers, all ones, all zeroes");
	bad = 0;
	for (unsigned int nr = 0x4c; nr < 0xa0; nr++)
		bad += !as_expected("unknown", ioctl(fd, DRM_IOWR(nr, union args), ones),
				    nr < unknown ? EOPNOTSUPP : EINVAL);
	check(!bad, "numbers that are no ioctl");
}

static void check_mmap(void)
{
	struct drm_gem_close close = { .handle = ~0u };
	uint64_t offset = mmap_offset(fd, handle);

	check(map(fd, 0, SIZE) == MAP_FAILED, "mmap of no offset");
	check(map(fd, offset + 4096, SIZE) == MAP_FAILED, "mmap from the middle");
	check(map(fd, offset, SIZE + 4096) == MAP_FAILED, "mmap of more than there is");
	check(map(fd, 1ull << 50, SIZE) == MAP_FAILED, "mmap of an absurd offset");
	check(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, offset) == MAP_FAILED,
	      "mmap as private memory");
	check(ioctl(fd, DRM_IOCTL_GEM_CLOSE, &close) && errno == EINVAL, "close of no handle");
	check(import(fd, fd) < 0 && errno == EINVAL, "import of what is no dma-buf");
	check(import(fd, -1) < 0 && errno == EBADF, "import of no file");
	check(export(fd, ~0u) < 0 && errno == ENOENT, "export of no handle");
}

/* No SIGBUS: either mmap fails, or there is memory. */
static void check_imported(void)
{
	int vgem = open_vgem("card"), theirs = vgem_buffer(vgem), ours = import(fd, theirs);
	uint32_t *here, *there;

	if (!check(theirs >= 0 && ours > 0, "import"))
		return;
	here = map(fd, mmap_offset(fd, ours), SIZE);
	there = map(theirs, 0, SIZE);
	if (check(here != MAP_FAILED && there != MAP_FAILED, "mmap of an imported buffer")) {
		*here = 0x5511;
		check(*there == 0x5511, "is the exporter's memory");
		munmap(here, SIZE);
		munmap(there, SIZE);
	}
	close(theirs);
	close(vgem);
}

/*
 * Many calls, each with so many operations that they would take a sixth of all memory, and none of
 * which are there. Nobody is killed for it, which the kernel's log would say.
 */
#define GREEDY		8

static void *be_greedy(void *data)
{
	struct drm_xe_vm_bind args = { .vm_id = *(uint32_t *)data };
	unsigned long bad = 0;
	struct sysinfo info;

	sysinfo(&info);
	for (unsigned int i = 0; i < 4; i++) {
		args.num_binds = (uint64_t)info.totalram * info.mem_unit / 6 /
				 sizeof(struct drm_xe_vm_bind_op);
		bad += !as_expected("too many operations", ioctl(fd, DRM_IOCTL_XE_VM_BIND, &args), ENOBUFS);
		args.num_binds /= 32;
		bad += !as_expected("operations that are not there",
				    ioctl(fd, DRM_IOCTL_XE_VM_BIND, &args), EFAULT);
	}
	return (void *)bad;
}

static void check_greed(void)
{
	struct drm_xe_vm_create vm = { };
	pthread_t threads[GREEDY];
	unsigned long bad = 0;

	if (!check(!ioctl(fd, DRM_IOCTL_XE_VM_CREATE, &vm), "a VM"))
		return;
	for (unsigned int i = 0; i < GREEDY; i++)
		bad += pthread_create(&threads[i], NULL, be_greedy, &vm.vm_id) != 0;
	for (unsigned int i = 0; i < GREEDY && !bad; i++) {
		void *of_it;

		pthread_join(threads[i], &of_it);
		bad += (unsigned long)of_it;
	}
	check(!bad, "more operations than there is memory for");
}

static void table(void)
{
	handle = create(fd, 1, SIZE);
	check(fd >= 0 && handle, "open");
	check_rows();
	check_sizes();
	check_each();
	check_mmap();
	check_imported();
	check_greed();
	close(fd);
}

/*
 * Chance
 */

struct thread {
	pthread_t thread;
	uint64_t seed;
	unsigned long done, refused, reopened;
	char pci[48];
	int fd, file, vgem;		/* file: a dma-buf, sometimes */
	union args last;
};

static volatile bool stop;

/* xorshift64* */
static uint64_t any(struct thread *t)
{
	t->seed ^= t->seed >> 12;
	t->seed ^= t->seed << 25;
	t->seed ^= t->seed >> 27;
	return t->seed * 0x2545f4914f6cdd1dull;
}

static unsigned int below(struct thread *t, unsigned int n)
{
	return (any(t) >> 33) % n;
}

static uint64_t interesting(struct thread *t)
{
	switch (below(t, 9)) {
	case 0:	return 0;
	case 1:	return below(t, 12);
	case 2:	return 4096ull << below(t, 8);
	case 3:	return 1ull << below(t, 64);
	case 4:	return ~0ull << below(t, 64);
	case 5:	return (uintptr_t)room + below(t, ROOM);
	case 6:	return KERNEL + below(t, 1 << 20);
	case 7:	return (unsigned int[]){ t->fd, t->file, t->vgem }[below(t, 3)];
	default: return any(t);
	}
}

/* The kernel writes where it is told to: not to what else this program has. */
static uint64_t harmless(uint64_t p)
{
	uint64_t start = (uintptr_t)room;

	return p < 1 << 16 || p >= 1ull << 47 || p - start < ROOM ? p : start + p % (2 * ROOM);
}

static void keep_pointers(unsigned long request, union args *args)
{
	struct drm_version *version = (void *)args;
	struct drm_unique *unique = (void *)args;

	if (request == DRM_IOCTL_XE_DEVICE_QUERY)
		args->query.data = harmless(args->query.data);
	if (request == DRM_IOCTL_GET_UNIQUE)
		unique->unique = (void *)harmless((uintptr_t)unique->unique);
	if (request == DRM_IOCTL_VERSION) {
		version->name = (void *)harmless((uintptr_t)version->name);
		version->date = (void *)harmless((uintptr_t)version->date);
		version->desc = (void *)harmless((uintptr_t)version->desc);
	}
}

/* Nobody shall need memory that the guest does not have: that would be found elsewhere. */
static void keep_small(union args *args)
{
	uint64_t size = args->create.size;

	if (size > (4 << 20) && size < (1ull << 42))
		args->create.size = size & ((4 << 20) - 1);
}

static void fill(struct thread *t, unsigned int which, union args *args)
{
	unsigned long request = requests[which];
	unsigned int n = below(t, 4);

	if (below(t, 3))
		prepare(which < DONE ? which : ZERO, args);
	else
		*args = t->last;
	if (which == CREATE && below(t, 2))
		args->create.placement = 1 + below(t, 3);
	if (which == QUERY && below(t, 2)) {
		args->query.query = below(t, 10);
		args->query.size = below(t, 2) ? 0 : args->query.size;
	}
	if (which == OFFSET || which >= DRIVERS)
		args->offset.handle = 1 + below(t, 20);
	while (n--) {
		uint64_t value = interesting(t);
		size_t bytes = 1u << below(t, 4);

		memcpy(args->bytes + below(t, _IOC_SIZE(request) / bytes + 1) * bytes, &value, bytes);
	}
	if (request == DRM_IOCTL_PRIME_FD_TO_HANDLE && below(t, 2))
		((struct drm_prime_handle *)args)->fd = t->file;
	if (which == CREATE)
		keep_small(args);
	keep_pointers(request, args);
}

static void use_mapping(struct thread *t, uint64_t offset)
{
	size_t size = 4096u << below(t, 6);
	volatile uint32_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, offset);

	if (p == MAP_FAILED)
		return;
	p[below(t, size / 4)] = any(t);
	if (below(t, 4) == 0)	/* the kernel reads and writes there as well */
		ioctl(t->fd, DRM_IOCTL_XE_DEVICE_QUERY, p);
	munmap((void *)p, size);
}

static void use_dma_buf(struct thread *t)
{
	struct dma_buf_sync sync = { .flags = any(t) & 7 };
	struct drm_gem_close close_args = { .handle = 1 + below(t, 20) };
	int theirs = import(t->vgem, t->file);

	ioctl(t->file, DMA_BUF_IOCTL_SYNC, &sync);
	lseek(t->file, any(t), below(t, 3));
	if (theirs > 0 && below(t, 2))
		close_args.handle = theirs;
	ioctl(t->vgem, DRM_IOCTL_GEM_CLOSE, &close_args);
}

static void new_file(struct thread *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = open_card(t->pci, below(t, 4) ? "renderD" : "card");
	t->reopened += t->fd >= 0;
	if (t->fd < 0)
		usleep(20000);
	if (t->file >= 0)
		close(t->file);
	t->file = vgem_buffer(t->vgem);
}

static void one(struct thread *t)
{
	unsigned int n = below(t, 3) ? below(t, DONE) : below(t, ARRAY(requests));
	unsigned long request = requests[n];
	union args args;
	int ret;

	fill(t, n, &args);
	if (below(t, 16) == 0)
		request = resized(request, below(t, sizeof(args)));
	ret = ioctl(t->fd, request, below(t, 64) ? (uintptr_t)&args : harmless(interesting(t)));
	t->done += !ret;
	t->refused += ret != 0;
	t->last = args;
	if (ret)
		return;
	if (request == DRM_IOCTL_XE_GEM_MMAP_OFFSET)
		use_mapping(t, args.offset.offset);
	if (request == DRM_IOCTL_PRIME_HANDLE_TO_FD) {
		if (t->file >= 0)
			close(t->file);
		t->file = ((struct drm_prime_handle *)&args)->fd;
		use_dma_buf(t);
	}
}

static void *work(void *data)
{
	struct thread *t = data;

	t->fd = -1;
	t->file = -1;
	t->vgem = open_vgem("card");
	while (!stop) {
		new_file(t);
		/* Buffers go with their file. */
		for (unsigned int i = 20 + below(t, 200); i && t->fd >= 0 && !stop; i--)
			one(t);
		if (below(t, 4) == 0) {
			close(t->vgem);
			t->vgem = open_vgem("card");
		}
	}
	close(t->fd);
	close(t->file);
	close(t->vgem);
	return NULL;
}

static void fuzz(const char *pci, uint64_t seed, int seconds, const char *down, const char *up)
{
	unsigned long done = 0, refused = 0, reopened = 0;
	static struct thread threads[4];
	double begin;

	/* prepare() asks the card for the size of an answer; any card will do. */
	for (unsigned int i = 0; i < ARRAY(threads); i++) {
		threads[i].seed = seed * 7919 + i + 1;
		snprintf(threads[i].pci, sizeof(threads[i].pci), "%.40s", pci);
		pthread_create(&threads[i].thread, NULL, work, &threads[i]);
	}
	usleep(seconds * 500000);
	begin = now();
	check(!run(down), "the card goes");
	check(now() - begin < 120, "in bounded time");
	sleep(1);
	check(!run(up), "and comes back");
	usleep(seconds * 500000);
	stop = true;
	for (unsigned int i = 0; i < ARRAY(threads); i++) {
		pthread_join(threads[i].thread, NULL);
		done += threads[i].done;
		refused += threads[i].refused;
		reopened += threads[i].reopened;
	}
	printf("# %lu ioctls succeeded, %lu were refused, on %lu files\n", done, refused, reopened);
	check(done > 100 && refused > 100, "some ioctls succeed, some do not");
}

static void killed(int signal, siginfo_t *info, void *unused)
{
	(void)unused;
	printf("not ok %d - signal %d at %p\n", ++number, signal, info->si_addr);
	fflush(stdout);
	_exit(1);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = killed, .sa_flags = SA_SIGINFO };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	if (argc < 3)
		return 2;
	printf("KTAP version 1\n");
	fd = open_card(argv[2], "renderD");
	room = mmap(NULL, 2 * ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(room + ROOM, ROOM, PROT_NONE);
	if (argc == 3)
		table();
	else if (argc == 7)
		fuzz(argv[2], atoll(argv[3]), atoi(argv[4]), argv[5], argv[6]);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed;
}
