// SPDX-License-Identifier: MIT
/*
 * VRAM that is free in small parts is of use to a large buffer: nobody has to leave for it, and
 * everybody keeps what they wrote, also when there is no room any more and some do have to leave.
 * KTAP. Usage: scattered PCI-ADDRESS.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>

#include "lib/client.h"

#define PAGE	4096u
#define SMALL	(4u << 20)
#define LARGE	(64u << 20)
#define MOST	400

static int fd;

/* In each page its number, and whose it is. */
static void fill(uint32_t *p, size_t size, uint32_t who)
{
	for (size_t i = 0; i < size / PAGE; i++)
		p[i * PAGE / 4] = who << 16 | (uint32_t)i;
}

static bool filled(const uint32_t *p, size_t size, uint32_t who)
{
	for (size_t i = 0; i < size / PAGE; i++)
		if (p[i * PAGE / 4] != (who << 16 | (uint32_t)i)) {
			printf("# buffer %u, page %zu: %#x\n", who, i, p[i * PAGE / 4]);
			return false;
		}
	return true;
}

static uint32_t *create_and_fill(uint32_t who, size_t size, uint32_t *handle)
{
	uint32_t *p;

	*handle = create(fd, 2, size);
	if (!*handle)
		return NULL;
	p = map(fd, mmap_offset(fd, *handle), size);
	if (p == MAP_FAILED)
		return NULL;
	fill(p, size, who);
	return p;
}

int main(int argc, char **argv)
{
	static uint32_t *maps[MOST], handles[MOST];
	uint32_t *large, *another, handle;
	struct region before, now;
	unsigned int n = 0;
	bool good = true;

	if (argc != 2)
		return 2;
	printf("KTAP version 1\n");
	fd = open_card(argv[1], "renderD");
	check(fd >= 0, "open");

	for (now = vram(fd); n < MOST && now.used + SMALL <= now.size; now = vram(fd), n++) {
		maps[n] = create_and_fill(n, SMALL, &handles[n]);
		good &= !!maps[n];
	}
	printf("# %u buffers in %llu MiB\n", n, (unsigned long long)now.size >> 20);
	check(good && n > 2 * LARGE / SMALL && n < MOST, "small buffers fill VRAM");

	for (unsigned int i = 0; i < n; i += 2) {
		munmap(maps[i], SMALL);
		close_handle(fd, handles[i]);
	}
	before = vram(fd);
	large = create_and_fill(MOST, LARGE, &handle);
	now = vram(fd);
	check(!!large, "a large buffer where every second of them was");
	printf("# in use: %llu MiB, then %llu MiB\n", (unsigned long long)before.used >> 20,
	      (unsigned long long)now.used >> 20);
	check(now.used == before.used + LARGE, "nobody has to leave for it");

	for (unsigned int i = 1; i < n; i += 2)
		good &= filled(maps[i], SMALL, i);
	check(good && large && filled(large, LARGE, MOST), "all have what they wrote");

	another = create_and_fill(MOST + 1, now.size / 4 * 3, &handle);
	check(!!another, "a buffer that others have to leave for");
	for (unsigned int i = 1; i < n; i += 2)
		good &= filled(maps[i], SMALL, i);
	check(good && large && filled(large, LARGE, MOST) && another &&
	      filled(another, now.size / 4 * 3, MOST + 1), "all have what they wrote, wherever");

	close(fd);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed;
}
