// SPDX-License-Identifier: MIT
/*
 * Usage: steady NODE.  What one more job of a queue that is in use costs on the bus, as "NAME
 * NUMBER" lines: until the ioctl has returned and the batch runs, and from there until it is over.
 * The batch waits in between, so the interrupt counts with the latter.
 */
#define _GNU_SOURCE
#include "../hotplug/lib/gpu.h"

#define TRIES	4
#define SIZE	4096u

enum { READS, WRITES, MESSAGES, COUNTERS };

static const char *const counters[] = { "mmio-read", "mmio-write", "h2g" };
static const char *const names[] = { "reads", "writes", "h2g" };

struct counts {
	long of[COUNTERS];
};

static struct counts counted(void)
{
	struct counts c = {};
	FILE *model = popen("model counters", "r");
	char name[64];
	long value;

	need(model, "the model's counters");
	while (fscanf(model, "%63s %ld", name, &value) == 2)
		for (int i = 0; i < COUNTERS; i++)
			if (!strcmp(name, counters[i]))
				c.of[i] = value;
	pclose(model);
	return c;
}

static void less(struct counts *least, const struct counts *from, const struct counts *to)
{
	for (int i = 0; i < COUNTERS; i++)
		if (to->of[i] - from->of[i] < least->of[i])
			least->of[i] = to->of[i] - from->of[i];
}

static void say(const char *what, const struct counts *c)
{
	for (int i = 0; i < COUNTERS; i++)
		printf("%s-%s %ld\n", what, names[i], c->of[i]);
}

int main(int argc, char **argv)
{
	struct drm_xe_engine_class_instance copy = { .engine_class = DRM_XE_ENGINE_CLASS_COPY };
	struct counts job = { { 999, 999, 999 } }, end = job;
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;

	need(fd >= 0, "the node");
	uint32_t vm = vm_create(fd, 0), queue = queue_create(fd, vm, copy);
	struct memory m = memory_new(fd, vm, 1, SIZE, 0x1a0000);

	for (int i = 0; i < TRIES; i++) {
		uint32_t done = syncobj(fd);
		struct drm_xe_sync sync = signals(done);
		struct counts before, running, over;
		uint64_t batch = spin_semaphore(&m, 0);

		before = counted();
		need(!exec(fd, queue, batch, &sync, 1) && spin_started(&m, 0), "EXEC");
		running = counted();
		spin_end(&m, 0);
		need(!wait_for(fd, done, WAIT_NS), "the end of a job");
		usleep(100000);
		over = counted();
		syncobj_destroy(fd, done);
		if (!i)		/* the context is registered with it */
			continue;
		less(&job, &before, &running);
		less(&end, &running, &over);
	}
	say("exec", &job);
	say("done", &end);
	return 0;
}
