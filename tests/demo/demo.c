// SPDX-License-Identifier: MIT
/*
 * The demonstration, inside the guest: what the driver found, using it, pulling the card while it
 * works, a second card beside what is left of the first.
 *
 * Prints one line a step, "ok" or "FAILED", with its figure; the exit status tells.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "../hotplug/lib/gpu.h"

#define SIZE	(16 * MiB)

static unsigned int steps, failures;
static char slot[64];

/* ---- saying it */

static void heading(const char *text)
{
	printf("\n%s\n", text);
	fflush(stdout);
}

static bool __attribute__((format(printf, 2, 3))) step(bool good, const char *fmt, ...)
{
	va_list ap;

	steps++;
	failures += !good;
	printf("  %-7s", good ? "ok" : "FAILED");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return good;
}

/* ---- asking the model, and sysfs */

/* What a command prints, without its last newline. */
static char *output_of(const char *command)
{
	static char text[65536];
	FILE *f = popen(command, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	n -= n && text[n - 1] == '\n';
	text[n] = 0;
	if (f)
		pclose(f);
	return text;
}

static char *ask(const char *command)
{
	char line[128];

	snprintf(line, sizeof(line), "model %s", command);
	return output_of(line);
}

static long counter(const char *name)
{
	char *found, key[64];

	snprintf(key, sizeof(key), "\n%s ", name);
	found = strstr(ask("counters"), key + 1);
	return found ? atol(found + strlen(key) - 1) : -1;
}

static const char *path_of(const char *file)
{
	static char path[320];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", slot, file);
	return path;
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static const char *get(const char *path)
{
	static char text[128];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	text[strcspn(text, "\n")] = 0;
	return text;
}

static bool find_slot(void)
{
	DIR *dir = opendir("/sys/bus/pci/devices");
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		snprintf(slot, sizeof(slot), "%.60s", e->d_name);
		if (e->d_name[0] != '.' && !strcmp(get(path_of("vendor")), "0x8086") &&
		    !strncmp(get(path_of("class")), "0x03", 4))
			break;
		slot[0] = 0;
	}
	if (dir)
		closedir(dir);
	return slot[0];
}

/* The minor that starts with @kind ("renderD", "card") of the card that is in the slot now. */
static bool find_node(const char *kind, char *node, size_t size)
{
	DIR *dir = opendir(path_of("drm"));
	struct dirent *e;
	bool found = false;

	while (dir && !found && (e = readdir(dir))) {
		found = !strncmp(e->d_name, kind, strlen(kind));
		if (found)
			snprintf(node, size, "/dev/dri/%.40s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* ---- ioctls */

static void *query(int fd, unsigned int id, uint32_t *size)
{
	struct drm_xe_device_query q = { .query = id };
	void *data;

	if (ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q))
		return NULL;
	data = calloc(1, q.size ? q.size : 1);
	q.data = (uintptr_t)data;
	if (id == DRM_XE_DEVICE_QUERY_ENGINE_CYCLES)
		((struct drm_xe_query_engine_cycles *)data)->clockid = CLOCK_MONOTONIC;
	if (id == DRM_XE_DEVICE_QUERY_UC_FW_VERSION)
		((struct drm_xe_query_uc_fw_version *)data)->uc_type = XE_QUERY_UC_TYPE_GUC_SUBMISSION;
	if (ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q)) {
		free(data);
		return NULL;
	}
	if (size)
		*size = q.size;
	return data;
}

/* NULL if it cannot be mapped. */
static uint32_t *mapped(int fd, uint32_t handle, size_t size)
{
	uint64_t offset = handle ? mmap_offset(fd, handle) : 0;
	void *p = offset ? map(fd, offset, size) : MAP_FAILED;

	return p == MAP_FAILED ? NULL : p;
}

static bool all_are(const uint32_t *p, uint32_t value)
{
	for (unsigned int i = 0; i < SIZE / 4; i += 64)
		if (p[i] != value)
			return false;
	return true;
}

static void fill(uint32_t *p, uint32_t value)
{
	for (unsigned int i = 0; i < SIZE / 4; i += 64)
		p[i] = value;
}

/* ---- what was found */

static void found_engines(int fd)
{
	struct engines e = engines(fd);
	unsigned int count[5] = { 0 };
	char text[128] = "";

	for (unsigned int i = 0; i < e.count; i++)
		if (e.all[i].engine_class < 5)
			count[e.all[i].engine_class]++;
	for (unsigned int i = 0; i < 5; i++)
		if (count[i])
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u %s", *text ? ", " : "",
				 count[i], class_name(i));
	step(e.count, "engines: %s", text);
}

static void found_memory(int fd)
{
	struct drm_xe_query_mem_regions *m = query(fd, DRM_XE_DEVICE_QUERY_MEM_REGIONS, NULL);
	unsigned long long vram = 0, visible = 0;

	for (unsigned int i = 0; m && i < m->num_mem_regions; i++)
		if (m->mem_regions[i].mem_class == DRM_XE_MEM_REGION_CLASS_VRAM) {
			vram = m->mem_regions[i].total_size;
			visible = m->mem_regions[i].cpu_visible_size;
		}
	step(vram && visible, "VRAM: %llu MiB for buffers, %llu MiB of it through the BAR", vram / MiB, visible / MiB);
	free(m);
}

static void found(int fd, const char *render)
{
	struct drm_xe_query_uc_fw_version *guc = query(fd, DRM_XE_DEVICE_QUERY_UC_FW_VERSION, NULL);
	char card[64] = "", low[16], high[16];

	step(guc && guc->major_ver, "GuC runs: %s, interface %u.%u.%u",
	     output_of("dmesg | sed -n 's/.*GuC firmware //p'"), guc ? guc->major_ver : 0,
	     guc ? guc->minor_ver : 0, guc ? guc->patch_ver : 0);
	free(guc);
	found_engines(fd);
	found_memory(fd);
	snprintf(low, sizeof(low), "%s", get(path_of("tile0/gt0/freq0/rpn_freq")));
	snprintf(high, sizeof(high), "%s", get(path_of("tile0/gt0/freq0/rp0_freq")));
	step(*low && *high, "frequencies: %s to %s MHz", low, high);
	find_node("card", card, sizeof(card));
	step(*card, "nodes: %s, %s", card, render);
	step(counter("mmio-read") > 0, "bringing it up took %ld register reads and %ld writes",
	     counter("mmio-read"), counter("mmio-write"));
	step(!counter("violations") && !counter("unknown-registers"),
	     "nothing that hardware forbids: %ld violations, %ld unknown registers",
	     counter("violations"), counter("unknown-registers"));
}

/* ---- what is held over the removal */

static struct {
	int fd, other, dma_buf, freq, hwmon;
	uint32_t *system, *vram, *shared;
	uint32_t vram_handle;
	char node[64];
} held;

static void use(void)
{
	unsigned int good = 0, id;
	uint32_t system;
	int shared;

	for (id = 0; id <= DRM_XE_DEVICE_QUERY_OA_UNITS; id++) {
		void *data = query(held.fd, id, NULL);

		good += data != NULL;
		free(data);
	}
	step(good == id, "%u of %u kinds of query answered", good, id);
	system = create(held.fd, SYSTEM, SIZE);
	held.vram_handle = create(held.fd, VRAM, SIZE);
	held.system = mapped(held.fd, system, SIZE);
	held.vram = mapped(held.fd, held.vram_handle, SIZE);
	if (!step(held.system && held.vram, "buffers of %llu MiB in system memory and in VRAM, mapped", SIZE / MiB))
		return;
	good = all_are(held.system, 0) && all_are(held.vram, 0);
	fill(held.system, 0x5511);
	fill(held.vram, 0x5522);
	step(good && all_are(held.system, 0x5511) && all_are(held.vram, 0x5522),
	     "new memory is zero; what is written is read");
	held.dma_buf = export(held.fd, system);
	held.other = open(held.node, O_RDWR | O_CLOEXEC);
	shared = held.dma_buf < 0 ? -1 : import(held.other, held.dma_buf);
	held.shared = shared > 0 ? mapped(held.other, shared, SIZE) : NULL;
	step(held.shared && all_are(held.shared, 0x5511), "a dma-buf: a second open file sees the same memory");
	held.freq = open(path_of("tile0/gt0/freq0/act_freq"), O_RDONLY);
	step(held.freq >= 0, "a sysfs file is held open");
}

/* ---- work for the engines */

enum { EACH = 100, LOADED = 1000, COUNT = 0, BATCH = 64, SPIN = 128, LOOP = 256 };	/* words of the page */

static struct {
	struct engines engines;
	uint32_t vm, queues[64];
	struct memory m;
	uint64_t batch;			/* counts in word COUNT */
	int fences[LOADED];
} gpu;

static volatile uint32_t *counted(void) { return gpu.m.words + COUNT; }

/* A queue runs batch after batch, of which each counts. */
static bool runs(uint32_t queue, unsigned int batches)
{
	uint32_t before = *counted(), done = syncobj(held.fd);
	struct drm_xe_sync sync = signals(done);
	bool good = true;

	for (unsigned int i = 1; i <= batches; i++)
		good &= !exec(held.fd, queue, gpu.batch, &sync, i == batches);
	good &= !wait_for(held.fd, done, WAIT_NS);
	syncobj_destroy(held.fd, done);
	return good && *counted() == before + batches;
}

/* How long a job may run, on all engines. */
static void allow(const char *ms)
{
	static const char *const names[] = { "rcs", "bcs", "vcs", "vecs", "ccs" };
	char file[100];

	for (unsigned int class = 0; class < 5; class++) {
		snprintf(file, sizeof(file), "tile0/gt0/engines/%s/job_timeout_ms", names[class]);
		put(path_of(file), ms);
	}
}

/* An endless loop beside innocent work. */
static void hang(void)
{
	uint32_t queue = queue_create(held.fd, gpu.vm, gpu.engines.all[0]), done = syncobj(held.fd);
	struct drm_xe_sync sync = signals(done);
	double begin = now(), took;
	int file, status;

	allow("500");
	need(!exec(held.fd, queue, spin_loop(&gpu.m, LOOP), &sync, 1), "EXEC");
	file = sync_file(held.fd, done);
	wait_for(held.fd, done, WAIT_NS);
	took = now() - begin;
	status = fence_status(file);
	step(status == -ETIME, "a batch without end on %s: after %.1f s its fence says %s", class_name(gpu.engines.all[0].engine_class),
	     took, status < 0 ? strerror(-status) : "success");
	status = exec(held.fd, queue, gpu.batch, NULL, 0) ? errno : 0;
	step(status == ECANCELED, "its queue takes no more: %s", strerror(status));
	step(runs(gpu.queues[0], EACH), "its neighbour on the same engine runs %u batches", EACH);
	close(file);
	allow("10000");
}

static void work_for_engines(void)
{
	gpu.engines = engines(held.fd);
	gpu.vm = vm_create(held.fd, 0);
	gpu.m = memory_new(held.fd, gpu.vm, SYSTEM, PAGE, 0x100000);
	gpu.batch = at(&gpu.m, BATCH);
	put_end(put_count(gpu.m.words + BATCH, at(&gpu.m, COUNT)));
	step(true, "an address space of the GPU, and a page of memory in it");
	for (unsigned int i = 0; i < gpu.engines.count; i++) {
		bool good;

		gpu.queues[i] = queue_create(held.fd, gpu.vm, gpu.engines.all[i]);
		good = runs(gpu.queues[i], EACH);
		step(good, "%u batches on %s %u, each counts in memory: %u", EACH,
		     class_name(gpu.engines.all[i].engine_class), gpu.engines.all[i].engine_instance, *counted());
	}
	hang();
}

/* One batch that runs until it is told, on each engine, and all others behind. */
static void load_engines(void)
{
	struct rlimit files = { 2 * LOADED, 2 * LOADED };
	unsigned int n = gpu.engines.count;
	uint32_t done = syncobj(held.fd);
	struct drm_xe_sync sync = signals(done);

	setrlimit(RLIMIT_NOFILE, &files);
	for (unsigned int i = 0; i < LOADED; i++) {
		uint64_t batch = i < n ? spin_semaphore(&gpu.m, SPIN + SPIN_WORDS * i) : gpu.batch;

		need(!exec(held.fd, gpu.queues[i % n], batch, &sync, 1), "EXEC");
		gpu.fences[i] = sync_file(held.fd, done);
		need(gpu.fences[i] >= 0, "a sync_file");
	}
	*counted() = 0;
}

/* Those of the first engine may run. */
static void unload_one(void)
{
	spin_end(&gpu.m, SPIN);
	for (unsigned int i = 0; i < 5000 && *counted() < 10; i++)
		usleep(1000);
}

static void fences_left(void)
{
	unsigned int success = 0, gone = 0;

	for (unsigned int i = 0; i < LOADED; i++) {
		int status = fence_status(gpu.fences[i]);

		/* What ran until it was told counts nothing. */
		success += status == 1 && i >= gpu.engines.count;
		gone += status == -ENODEV;
		close(gpu.fences[i]);
	}
	step(success && gone && success + gone + 1 >= LOADED && success <= *counted(),
	     "%u jobs in flight: %u fences say success, %u %s, none that it ran and did not", LOADED, success, gone,
	     strerror(ENODEV));
}

/* ---- threads that are inside the driver when the card goes */

enum { QUERIES, BUFFERS, FAULTS, SYSFS, WORKERS };

static struct worker {
	const char *what;
	pthread_t thread;
	atomic_ulong calls;	/* that succeeded */
	int last_errno;
} workers[WORKERS] = {
	[QUERIES] = { .what = "timestamp queries" },
	[BUFFERS] = { .what = "buffers made and freed" },
	[FAULTS] = { .what = "page faults in VRAM" },
	[SYSFS] = { .what = "sysfs reads" },
};

static atomic_bool stop;

static bool work(unsigned int kind)
{
	char text[32];
	uint32_t handle;
	volatile uint32_t *page;
	void *data;

	switch (kind) {
	case QUERIES:
		data = query(held.fd, DRM_XE_DEVICE_QUERY_ENGINE_CYCLES, NULL);
		free(data);
		return data;
	case BUFFERS:
		handle = create(held.fd, VRAM, MiB);
		if (handle)
			close_handle(held.fd, handle);
		return handle;
	case FAULTS:
		/* Mapped anew, as it faults once: madvise() takes no page out of such a mapping. */
		page = mapped(held.fd, held.vram_handle, PAGE);
		if (!page)
			return false;
		(*page)++;
		return !munmap((void *)page, PAGE);
	default:
		errno = 0;
		return pread(held.freq, text, sizeof(text), 0) > 0;
	}
}

static void *worker(void *arg)
{
	struct worker *w = arg;

	while (!atomic_load(&stop)) {
		if (work((unsigned int)(w - workers)))
			atomic_fetch_add(&w->calls, 1);
		else if (!w->last_errno)
			w->last_errno = errno;
	}
	return NULL;
}

static bool joined(struct worker *w)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 20;
	return !pthread_timedjoin_np(w->thread, NULL, &end);
}

static void pull(void)
{
	unsigned long before[WORKERS];
	bool ended;
	int err;

	load_engines();
	for (unsigned int i = 0; i < WORKERS; i++)
		pthread_create(&workers[i].thread, NULL, worker, &workers[i]);
	for (unsigned int i = 0; i < WORKERS; i++)
		for (unsigned int n = 0; n < 500 && atomic_load(&workers[i].calls) < 10; n++)
			usleep(20000);
	for (unsigned int i = 0; i < WORKERS; i++)
		before[i] = atomic_load(&workers[i].calls);
	unload_one();
	err = put(path_of("remove"), "1");
	ask("quiet on");
	step(!err && access(path_of("vendor"), F_OK), "echo 1 > /sys/bus/pci/devices/%s/remove", slot);
	usleep(300000);
	atomic_store(&stop, true);
	for (unsigned int i = 0; i < WORKERS; i++) {
		struct worker *w = &workers[i];

		ended = joined(w);
		step(ended && before[i] && w->last_errno == ENODEV, "%lu %s, then %s", before[i], w->what,
		     ended ? strerror(w->last_errno) : "stuck");
	}
	fences_left();
	sleep(1);
	step(!counter("violations"), "registers, DMA and interrupts after that: %ld", counter("violations"));
}

static void left_over(void)
{
	struct drm_xe_device_query q = { 0 };
	char text[32];
	int err, fd;

	errno = 0;
	ioctl(held.fd, DRM_IOCTL_XE_DEVICE_QUERY, &q);
	step(errno == ENODEV, "an ioctl on the open file: %s", strerror(errno));
	errno = 0;
	err = pread(held.freq, text, sizeof(text), 0) < 0 ? errno : 0;
	step(err == ENODEV, "the open sysfs file: %s", strerror(err));
	fd = open(held.node, O_RDWR);
	step(fd < 0, "opening %s anew: %s", held.node, strerror(errno));
	if (fd >= 0)
		close(fd);
	step(held.system && all_are(held.system, 0x5511), "mapped system memory keeps its contents");
	if (held.vram)
		fill(held.vram, 0x77);
	step(held.vram && all_are(held.vram, 0x77), "mapped VRAM became plain memory: no SIGBUS");
	step(held.dma_buf >= 0 && lseek(held.dma_buf, 0, SEEK_END) == SIZE && all_are(held.shared, 0x5511),
	     "the dma-buf is still a valid object, with its contents");
}

static void second_card(void)
{
	char node[64] = "";
	uint32_t *p = NULL;
	uint32_t handle = 0;
	int fd = -1;

	ask("quiet off");
	put("/sys/bus/pci/rescan", "1");
	for (int i = 0; i < 100 && fd < 0; i++) {
		if (find_node("renderD", node, sizeof(node)))
			fd = open(node, O_RDWR | O_CLOEXEC);
		usleep(100000);
	}
	step(fd >= 0 && strcmp(node, held.node), "rescan: %s comes up while %s is open", node, held.node);
	step(*get(path_of("tile0/gt0/freq0/cur_freq")), "its sysfs files are there: %s runs at %s MHz", slot,
	     get(path_of("tile0/gt0/freq0/cur_freq")));
	handle = create(fd, VRAM, SIZE);
	p = mapped(fd, handle, SIZE);
	if (p)
		fill(p, 0x99);
	step(p && all_are(p, 0x99), "it works: a buffer in VRAM, written and read");
	if (held.system)
		munmap(held.system, SIZE);
	if (held.vram)
		munmap(held.vram, SIZE);
	if (held.shared)
		munmap(held.shared, SIZE);
	munmap(gpu.m.words, gpu.m.size);
	close(held.dma_buf);
	close(held.freq);
	close(held.other);
	step(!close(held.fd), "everything of the old one is closed");
	step(p && all_are(p, 0x99), "which does not disturb the new one");
	if (p)
		munmap(p, SIZE);
	close(fd);
	/* The last fences are freed a moment after the last file is closed. */
	step(!system("timeout 30 sh -c 'until rmmod xe 2>/dev/null; do sleep 0.1; done'"), "rmmod xe");
	step(!counter("violations"), "violations in all: %ld", counter("violations"));
	step(!system("dmesg >/tmp/log && grep -q xe /tmp/log && ! grep -E 'WARNING:|BUG:|Oops|Call Trace' /tmp/log"),
	     "no warning in the kernel log");
}

int main(void)
{
	heading("What was found");
	find_slot();
	if (!step(*slot, "a graphics card at %s: %s", *slot ? slot : "no address", get(path_of("device"))) ||
	    !step(!system("modprobe xe"), "modprobe xe") ||
	    !step(find_node("renderD", held.node, sizeof(held.node)), "it is bound"))
		return 1;
	held.fd = open(held.node, O_RDWR | O_CLOEXEC);
	found(held.fd, held.node);
	heading("Using it");
	use();
	heading("Work for the engines");
	work_for_engines();
	heading("Pulling the card while it works and four threads are inside the driver");
	pull();
	heading("What is left of it");
	left_over();
	heading("The card plugged in again");
	second_card();
	printf("\n%u passed, %u failed\n", steps - failures, failures);
	return failures != 0;
}
