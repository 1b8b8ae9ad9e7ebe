// SPDX-License-Identifier: MIT
/*
 * A buffer that is made of single pages of VRAM costs little more than one in one piece. Time is
 * the number of instructions, see the scenario.
 * KTAP. Usage: fragments PCI-ADDRESS, with pm_test set so that system sleep wakes up by itself.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>

#include "lib/client.h"

#define PAGE	4096u
#define VRAM	2

static int fd;

struct cost {
	double create, touch, evict;
};

static bool nap(void)
{
	int state = open("/sys/power/state", O_WRONLY);
	bool good = write(state, "mem", 3) == 3;

	close(state);
	return good;
}

/* Everything else that is in VRAM goes to @after_touch. */
static struct cost measure(size_t size, void (*after_touch)(void))
{
	struct cost cost;
	uint32_t handle;
	double begin;
	char *p;

	begin = now();
	handle = create(fd, VRAM, size);
	cost.create = now() - begin;
	p = map(fd, mmap_offset(fd, handle), size);
	if (!check(handle && p != MAP_FAILED, "a buffer"))
		exit(1);
	begin = now();
	for (size_t i = 0; i < size; i += PAGE)
		p[i] = (char)(i / PAGE);
	cost.touch = now() - begin;

	if (after_touch)
		after_touch();
	begin = now();
	check(nap(), "it is moved out of VRAM");
	cost.evict = now() - begin;
	munmap(p, size);
	close_handle(fd, handle);
	return cost;
}

static uint32_t *small;
static size_t count;

static void close_small(void)
{
	for (size_t i = 1; i < count; i += 2)
		close_handle(fd, small[i]);
}

static void compare(const char *what, double piece, double pages)
{
	printf("# %s: %.2f s, in pages %.2f s\n", what, piece, pages);
	check(pages < 3 * piece, what);
}

int main(int argc, char **argv)
{
	struct cost piece, pages;
	size_t size;

	if (argc != 2)
		return 2;
	printf("KTAP version 1\n");
	fd = open_card(argv[1], "renderD");
	check(fd >= 0, "open");
	count = vram(fd).size / PAGE;
	small = calloc(count, sizeof(*small));
	size = count / 2 * PAGE;
	printf("# %zu MiB\n", size >> 20);

	piece = measure(size, NULL);
	for (size_t i = 0; i < count; i++)
		small[i] = create(fd, VRAM, PAGE);
	check(count && small[count - 1] && vram(fd).used == count * PAGE,
	      "VRAM is full of small buffers");
	for (size_t i = 0; i < count; i += 2)
		close_handle(fd, small[i]);
	pages = measure(size, close_small);

	/* Which of the two waits for the clear is not the same for both. */
	printf("# create: %.2f s, in pages %.2f s\n", piece.create, pages.create);
	compare("create and touch each page", piece.create + piece.touch, pages.create + pages.touch);
	compare("move out of VRAM", piece.evict, pages.evict);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed;
}
