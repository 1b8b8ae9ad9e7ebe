// SPDX-License-Identifier: MIT
/*
 * Queues that go wrong, and the dumps that they leave. KTAP. Usage:
 *
 *	dump taken PCI-ADDRESS		with a job_timeout_ms of 300
 *	dump none PCI-ADDRESS		no dump can be made
 *	dump leave PCI-ADDRESS [once]	has queues go wrong until it is killed, or one
 *	dump read PCI-ADDRESS COMMAND	a dump is open and read while COMMAND takes the device away
 *
 * What a dump says is compared with what was run. Its text is read as Mesa's decoder reads it.
 */
#define _GNU_SOURCE
#include "lib/gpu.h"

#define TEXT		0x1000000ull
#define LOCAL		0x2000000ull
#define SECRET		0x3000000ull
#define HUGE		0x40000000ull
#define FREE		0x10000000ull

#define MARK		0xd0a10000u	/* in what may be seen */
#define HIDDEN		0x5ec2e700u	/* in what may not */
#define SIZE		(64 << 10)

static const char *pci;
static char path[200];
static int fd;

struct world {
	uint32_t vm, queue;
	struct memory text, local, secret, huge;
};

static struct memory mapped(struct world *w, uint32_t placement, uint64_t size, uint64_t address, uint32_t flags)
{
	struct memory m = buffer_new(fd, placement, size);
	struct drm_xe_vm_bind_op op = op_map(m.handle, 0, address, size);

	op.flags = flags;
	m.address = address;
	need(!bind_op(fd, w->vm, op), "VM_BIND");
	return m;
}

static void mark(struct memory *m, uint32_t with)
{
	for (uint32_t i = 1024; i < SIZE / 4; i += 7)
		m->words[i] = with | i;
}

static struct world world_new(struct drm_xe_engine_class_instance engine)
{
	struct world w = { .vm = vm_create(fd, 0) };

	w.text = mapped(&w, SYSTEM, SIZE, TEXT, DRM_XE_VM_BIND_FLAG_DUMPABLE);
	w.local = mapped(&w, VRAM, SIZE, LOCAL, DRM_XE_VM_BIND_FLAG_DUMPABLE | DRM_XE_VM_BIND_FLAG_READONLY);
	w.secret = mapped(&w, SYSTEM, SIZE, SECRET, 0);
	mark(&w.text, MARK);
	mark(&w.local, MARK);
	mark(&w.secret, HIDDEN);
	w.queue = queue_create(fd, w.vm, engine);
	return w;
}

static void world_end(struct world *w)
{
	queue_destroy(fd, w->queue);
	memory_free(fd, &w->text);
	memory_free(fd, &w->local);
	memory_free(fd, &w->secret);
	if (w->huge.size)
		memory_free(fd, &w->huge);
	vm_destroy(fd, w->vm);
}

static bool goes_wrong(struct world *w, uint64_t batch)
{
	uint32_t done = syncobj(fd);
	struct drm_xe_sync sync = signals(done);
	bool wrong = !exec(fd, w->queue, batch, &sync, 1);

	wait_for(fd, done, WAIT_NS);
	wrong &= fence_status(sync_file(fd, done)) < 0 && banned(fd, w->queue) == 1;
	syncobj_destroy(fd, done);
	return wrong;
}

static uint64_t hang_text(struct world *w)
{
	return spin_loop(&w->text, 0);
}

static uint64_t wild_text(struct world *w)
{
	put_end(put_store(w->text.words, FREE, 1));
	return w->text.address;
}

/*
 * Dumps
 */

/* The text; NULL if there is none within so many seconds. */
static char *read_dump(double seconds)
{
	double end = now() + seconds;
	size_t size = 1 << 20, len = 0;
	char *text = malloc(size);
	ssize_t got;
	int file;

	while ((file = open(path, O_RDONLY)) < 0 && now() < end)
		usleep(10000);
	if (file < 0)
		return NULL;
	while ((got = read(file, text + len, size - len - 1)) > 0) {
		len += got;
		if (len + 1 == size)
			text = realloc(text, size *= 2);
	}
	close(file);
	text[len] = 0;
	return text;
}

static bool remove_dump(void)
{
	int file = open(path, O_WRONLY);
	bool good = file >= 0 && write(file, "1", 1) == 1;
	double end = now() + 30;

	close(file);
	while (!access(path, F_OK) && now() < end)
		usleep(10000);
	return good && access(path, F_OK);
}

/* Behind the first line of a section that begins so, or NULL. */
static const char *value(const char *text, const char *section, const char *begin)
{
	char line[100];
	const char *at, *end;

	snprintf(line, sizeof(line), "**** %s ****\n", section);
	at = strstr(text, line);
	if (!at)
		return NULL;
	at += strlen(line);
	end = strstr(at, "\n**** ");
	for (; at && (!end || at < end); at = strchr(at, '\n')) {
		at += strspn(at, "\n\t");
		if (!strncmp(at, begin, strlen(begin)))
			return at + strlen(begin);
	}
	return NULL;
}

static unsigned long long number_of(const char *text, const char *section, const char *begin)
{
	const char *at = value(text, section, begin);

	return at ? strtoull(at, NULL, 0) : ~0ull;
}

static uint32_t *decode(const char *at, unsigned long bytes)
{
	uint32_t *words = calloc(1, bytes + 4);

	for (unsigned long i = 0; i < bytes / 4; i++) {
		if (*at == 'z') {
			at++;
			continue;
		}
		for (int n = 0; n < 5; n++, at++) {
			if (*at < '!' || *at > 'u')
				return NULL;
			words[i] = words[i] * 85 + *at - '!';
		}
	}
	return *at == '\n' ? words : NULL;
}

/* The words of a block; NULL if they are not there, or are more or less than it says. */
static uint32_t *block(const char *text, const char *section, const char *name, unsigned long *bytes)
{
	char line[100];
	const char *at;

	snprintf(line, sizeof(line), "[%s].length: ", name);
	*bytes = number_of(text, section, line);
	snprintf(line, sizeof(line), "[%s].data: ", name);
	at = value(text, section, line);
	return at && *bytes <= 64 * MiB ? decode(at, *bytes) : NULL;
}

static bool has_words(const char *text, const struct memory *m)
{
	unsigned long bytes;
	char name[20];
	uint32_t *words;
	bool same;

	snprintf(name, sizeof(name), "%llx", (unsigned long long)m->address);
	words = block(text, "VM state", name, &bytes);
	same = words && bytes == m->size && !memcmp(words, m->words, bytes);
	free(words);
	return same;
}

static bool is_hidden(const char *text, const struct memory *m)
{
	unsigned long bytes;
	char name[20];

	snprintf(name, sizeof(name), "%llx", (unsigned long long)m->address);
	return !block(text, "VM state", name, &bytes) && bytes == ~0ul;
}

/* No word of what may not be seen, in any block. */
static bool keeps_secrets(const char *text)
{
	const char *at = text;
	unsigned int blocks = 0;

	while ((at = strstr(at, "].data: "))) {
		for (at += strlen("].data: "); *at != '\n';) {
			uint32_t word = 0;

			if (*at == 'z') {
				at++;
				continue;
			}
			for (int n = 0; n < 5; n++)
				word = word * 85 + *at++ - '!';
			if ((word & 0xffff0000) == (HIDDEN & 0xffff0000))
				return false;
		}
		blocks++;
	}
	return blocks >= 4;
}

static bool has_context(const char *text)
{
	unsigned long status, regs, ring;
	uint32_t *s = block(text, "Contexts", "HWSP", &status), *r = block(text, "Contexts", "HWCTX", &regs);
	uint32_t *t = block(text, "Contexts", "RING", &ring);
	bool good = s && r && t && status == 4096 && regs >= 4096 && ring == 16384;
	uint32_t tail = good ? r[7] : 0;

	/* The tail in the image is behind what is in the ring, and the batch is in that. */
	for (unsigned int i = 0; good && i < tail / 4; i++)
		if (t[i] == TEXT && t[i - 1] >> 23 == 0x31)
			return true;
	return false;
}

static void check_dump(const char *text, struct world *w, const char *why, const char *what)
{
	char name[150], process[50];
	const char *at;

	snprintf(name, sizeof(name), "%s: there is a dump, and it says why", what);
	at = text ? value(text, "Xe Device Coredump", "Reason: ") : NULL;
	check(at && !strncmp(at, why, strlen(why)), name);
	if (!text)
		return;
	snprintf(name, sizeof(name), "%s: and who", what);
	snprintf(process, sizeof(process), "dump [%d]\n", getpid());
	at = value(text, "Xe Device Coredump", "Process: ");
	check(at && !strncmp(at, process, strlen(process)), name);
	snprintf(name, sizeof(name), "%s: the batch, and the context with it in the ring", what);
	check(number_of(text, "Job", "batch_addr[0]: ") == TEXT && has_context(text), name);
	snprintf(name, sizeof(name), "%s: the firmware, and its channel", what);
	check(value(text, "GuC CT", "GuC firmware: ") && value(text, "GuC CT", "channel up"), name);
	snprintf(name, sizeof(name), "%s: what was bound as dumpable", what);
	check(has_words(text, &w->text) && has_words(text, &w->local), name);
	snprintf(name, sizeof(name), "%s: and nothing else", what);
	check(is_hidden(text, &w->secret) && keeps_secrets(text), name);
	snprintf(name, sizeof(name), "%s: what is mapped", what);
	check(value(text, "VM mappings", "000001000000-000001010000 gtt") &&
	      value(text, "VM mappings", "000002000000-000002010000 vram0 offset 0x0, PAT 2, read-only, dumpable") &&
	      value(text, "VM mappings", "000003000000-000003010000 gtt offset 0x0, PAT 2\n"), name);
}

static void one_dump(struct drm_xe_engine_class_instance engine, uint64_t (*batch)(struct world *w),
		     const char *why, const char *what)
{
	struct world w = world_new(engine);
	char *text, name[100];

	snprintf(name, sizeof(name), "%s: its queue is banned", what);
	check(goes_wrong(&w, batch(&w)), name);
	text = read_dump(30);
	check_dump(text, &w, why, what);
	world_end(&w);
	free(text);
}

/* What it was doing when it hung: the engine was in the loop. */
static void registers(void)
{
	char *text = read_dump(0);
	unsigned long long at = text ? number_of(text, "HW Engines", "ACTHD: ") : 0;
	const char *engine = text ? value(text, "HW Engines", "rcs0 (physical), logical instance=") : NULL;

	printf("# ACTHD %#llx\n", at);
	check(engine && *engine == '0' && at >= TEXT && at < TEXT + SIZE, "and where its engine was");
	free(text);
}

static void second(struct drm_xe_engine_class_instance engine)
{
	struct world w = world_new(engine);
	char *first = read_dump(0), *then;

	check(goes_wrong(&w, wild_text(&w)), "another one goes wrong while the dump is there");
	usleep(500000);
	then = read_dump(0);
	check(first && then && !strcmp(first, then), "the first stays");
	check(remove_dump(), "a write removes it");
	world_end(&w);
	free(first);
	free(then);
}

/* More than a dump may have: what does not fit is not there, the rest is. */
static void huge(struct drm_xe_engine_class_instance engine)
{
	struct world w = world_new(engine);
	char *text;

	w.huge = mapped(&w, SYSTEM, 48 * MiB, HUGE, DRM_XE_VM_BIND_FLAG_DUMPABLE);
	check(goes_wrong(&w, wild_text(&w)), "one with a huge buffer goes wrong");
	text = read_dump(60);
	check(text && strlen(text) < MiB && has_words(text, &w.text) && has_words(text, &w.local) &&
	      number_of(text, "VM state", "[40000000].error: ") == -27ull, "what is too much for a dump is named");
	check(remove_dump(), "it is removed");
	world_end(&w);
	free(text);
}

/* Who is killed by its own user, or ends, leaves nothing. */
static void innocent(struct drm_xe_engine_class_instance engine)
{
	struct world w = world_new(engine);
	struct drm_xe_sync sync = signals(syncobj(fd));

	need(!exec(fd, w.queue, hang_text(&w), &sync, 1), "a spinner");
	need(spin_started(&w.text, 0), "a spinner");
	queue_destroy(fd, w.queue);
	wait_for(fd, sync.handle, WAIT_NS);
	w.queue = queue_create(fd, w.vm, engine);
	check(!exec_wait(fd, w.queue, (put_end(w.text.words), w.text.address)) && !read_dump(0.5),
	      "a queue that is destroyed leaves none");
	world_end(&w);
}

static void taken(struct engines *all)
{
	one_dump(all->all[0], hang_text, "its job takes longer", "hang");
	registers();
	second(all->all[0]);
	one_dump(all->all[0], wild_text, "it accessed memory that is not mapped", "fault");
	check(remove_dump(), "it is removed");
	for (unsigned int i = 0; i < all->count; i++)
		if (all->all[i].engine_class == DRM_XE_ENGINE_CLASS_COPY) {
			one_dump(all->all[i], hang_text, "its job takes longer", "copy");
			break;
		}
	check(remove_dump(), "it is removed");
	innocent(all->all[0]);
	huge(all->all[0]);
}

static void none(struct engines *all)
{
	struct world w = world_new(all->all[0]);

	check(goes_wrong(&w, wild_text(&w)), "a queue goes wrong, and is banned");
	check(!read_dump(1), "there is no dump");
	world_end(&w);
}

static void leave(struct engines *all, bool once)
{
	bool good = true;

	do {
		struct world w = world_new(all->all[0]);

		good &= goes_wrong(&w, wild_text(&w));
		world_end(&w);
	} while (!once);
	check(good, "a queue goes wrong");
}

static void reading(struct engines *all, const char *command)
{
	struct world w = world_new(all->all[0]);
	char *first, *rest;
	size_t len;
	int file;

	check(goes_wrong(&w, wild_text(&w)), "a queue goes wrong");
	first = read_dump(30);
	need(first, "a dump");
	len = strlen(first);
	file = open(path, O_RDONLY);
	rest = calloc(1, len + 1);
	check(read(file, rest, 4096) == 4096, "its begin can be read");
	close(fd);
	check(!run(command), "the device goes");
	for (size_t done = 4096; done < len;) {
		ssize_t got = read(file, rest + done, len - done);

		if (got <= 0)
			break;
		done += got;
	}
	printf("# %zu of %zu bytes\n", strlen(rest), len);
	check(!strcmp(first, rest), "the rest of it can be read, and is the same");
	close(file);
}

int main(int argc, char **argv)
{
	struct engines all;

	if (argc < 3)
		return 2;
	pci = argv[2];
	printf("KTAP version 1\n");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%.40s/devcoredump/data", pci);
	fd = open_card(pci, "renderD");
	need(fd >= 0, "open");
	all = engines(fd);
	if (!strcmp(argv[1], "taken"))
		taken(&all);
	else if (!strcmp(argv[1], "none"))
		none(&all);
	else if (!strcmp(argv[1], "leave"))
		leave(&all, argc > 3);
	else if (!strcmp(argv[1], "read") && argc == 4)
		reading(&all, argv[3]);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed || !number;
}
