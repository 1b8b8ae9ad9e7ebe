// SPDX-License-Identifier: MIT
/*
 * What the kernel clears and moves for buffers, whoever does it: nobody sees what was there before, and
 * nothing that was written is lost.
 * KTAP. Usage: blit crowd PCI-ADDRESS: more buffers than VRAM, of two processes.
 * Or: blit under PCI-ADDRESS COMMAND: COMMAND makes the copy engine fail, and data survives it.
 * Or: blit down PCI-ADDRESS COMMAND FAULT: FAULT comes before buffers are cleared, then COMMAND takes the card away,
 *	and each byte is a zero or data.
 * Or: blit sleep PCI-ADDRESS COMMAND FAULT: the same, but COMMAND is a sleep of the system, and no data is lost.
 * Or: blit flight PCI-ADDRESS: clears and moves while the card may go at any moment, as flight.c.
 */
#define _GNU_SOURCE
#include <stdbool.h>

#include "lib/client.h"

#define VRAM	2
#define BOTH	3
#define SIZE	(2u << 20)
#define WORDS	(SIZE / 4)
#define STAIN	0x57a1e000u
#define MANY	96
#define OLD	8	/* fit into VRAM with the new ones */
#define NEW	16
#define FLYING	3

static int fd, vgem = -1;
static unsigned int step = 1;	/* one word of so many is written and looked at */
static bool may_go;		/* data may be lost with the card; */
static unsigned int lost;	/* so many words were */

struct buffer {
	uint32_t handle, who;
	uint32_t *map;
};

static bool make(struct buffer *b, uint32_t placement, uint32_t who)
{
	b->who = who;
	b->handle = create(fd, placement, SIZE);
	b->map = b->handle ? map(fd, mmap_offset(fd, b->handle), SIZE) : MAP_FAILED;
	return b->map != MAP_FAILED;
}

static void drop(struct buffer *b)
{
	munmap(b->map, SIZE);
	close_handle(fd, b->handle);
}

/* Each word is different, and says whose it is. */
static uint32_t word(uint32_t who, uint32_t i)
{
	return who << 20 ^ i * 2654435761u ^ 1;
}

static void fill(struct buffer *b)
{
	for (uint32_t i = 0; i < WORDS; i += step)
		b->map[i] = word(b->who, i);
}

/* A card that is gone reads as all ones, until its driver knows. Then one page is there for all, with what came last. */
static bool is_lost(uint32_t who, uint32_t found)
{
	return may_go && (!found || found == ~0u || found == word(who, WORDS - step));
}

/* How many words are neither. */
static unsigned int wrong(const uint32_t *p, uint32_t who, bool may_be_zero, bool may_be_data)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < WORDS; i += step) {
		uint32_t found = p[i];

		if ((may_be_zero && !found) || (may_be_data && found == word(who, i)))
			continue;
		if (is_lost(who, found))
			lost++;
		else
			n++;
	}
	if (n)
		printf("# buffer %u: %u words are wrong, the first of all is %#x\n", who, n, p[0]);
	return n;
}

/* As much of VRAM as can be had in @max buffers has something in it, and is free. */
static void stain(int max)
{
	static struct buffer b[MANY];
	int n = 0;

	while (n < max && make(&b[n], VRAM, 0))
		n++;
	for (int i = 0; i < n; i++)
		for (uint32_t k = 0; k < WORDS; k += step)
			b[i].map[k] = STAIN;
	while (n--)
		drop(&b[n]);
}

/* The same through a dma-buf, which has to be in system memory for the importer. */
static unsigned int wrong_shared(struct buffer *b)
{
	int dma_buf = export(fd, b->handle), handle;
	unsigned int n = may_go ? 0 : WORDS;
	uint32_t *p;

	handle = vgem >= 0 ? import(vgem, dma_buf) : 0;
	p = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, dma_buf, 0);
	if (dma_buf >= 0 && handle >= 0 && p != MAP_FAILED) {
		n = wrong(p, b->who, false, true);
		munmap(p, SIZE);
	}
	if (handle > 0)
		close_handle(vgem, handle);
	close(dma_buf);
	return n;
}

/* New ones are zero; then they hold what was written, wherever they are. */
static unsigned int live(uint32_t from, unsigned int count, bool shares)
{
	struct buffer b[MANY];
	unsigned int n = 0, bad = 0;

	while (n < count && make(&b[n], BOTH, from + n)) {
		bad += wrong(b[n].map, b[n].who, true, false);
		fill(&b[n++]);
	}
	bad += n < count;
	for (int round = 0; round < 2; round++)
		for (unsigned int i = 0; i < n; i++)
			bad += wrong(b[i].map, b[i].who, false, true);
	for (unsigned int i = 0; shares && i < n; i += 7)
		bad += wrong_shared(&b[i]);
	for (unsigned int i = 0; i < n; i++)
		bad += wrong(b[i].map, b[i].who, false, true);
	while (n--)
		drop(&b[n]);
	return bad;
}

static bool two_processes(unsigned int count)
{
	int status = -1;
	unsigned int bad;
	pid_t pid = fork();

	if (!pid)
		_exit(!!live(1, count, true));
	bad = live(1 + MANY, count, true);
	waitpid(pid, &status, 0);
	return !bad && !status;
}

static void crowd(void)
{
	stain(MANY);
	check(two_processes(24), "two processes with more buffers than VRAM find what they wrote");
	stain(MANY);
	check(!live(1, 8, false), "and what was in VRAM before is nowhere");
}

static void under(const char *command)
{
	struct buffer b[8];
	unsigned int bad = 0;

	stain(MANY);
	for (uint32_t i = 0; i < 8; i++)
		if (make(&b[i], BOTH, i + 1))
			fill(&b[i]);
	check(!run(command), "the engine fails from now on");
	check(!live(100, 24, false), "new buffers are zero, and hold what is written");
	for (uint32_t i = 0; i < 8; i++)
		bad += wrong(b[i].map, b[i].who, false, true) + wrong_shared(&b[i]);
	check(!bad, "those that had to make room are as they were");
	for (uint32_t i = 0; i < 8; i++)
		drop(&b[i]);
	check(two_processes(24), "two processes with more buffers than VRAM find what they wrote");
}

/* Nobody has looked at the new ones; the old ones have moved, or have not. */
static void through(const char *command, const char *fault, bool goes)
{
	struct buffer b[OLD + NEW];
	unsigned int n = 0, bad = 0;

	stain(MANY);
	for (; n < OLD && make(&b[n], BOTH, n + 1); n++)
		fill(&b[n]);
	run(fault);
	for (; n < OLD + NEW && make(&b[n], VRAM, n + 1); n++)
		;
	check(n == OLD + NEW, "there are buffers, with data and new");
	check(!run(command), goes ? "the card goes" : "the system sleeps, or is told why not");
	for (unsigned int i = 0; i < n; i++)
		bad += wrong(b[i].map, b[i].who, goes || i >= OLD, i < OLD);
	check(!bad, goes ? "each byte is zero, or what was written" : "new ones are zero, and old ones as they were");
	while (n--)
		drop(&b[n]);
}

/* A register is read for it. */
static bool is_there(void)
{
	struct drm_xe_query_engine_cycles cycles = { .clockid = CLOCK_MONOTONIC };
	struct drm_xe_device_query q = {
		.query = DRM_XE_DEVICE_QUERY_ENGINE_CYCLES, .size = sizeof(cycles), .data = (uintptr_t)&cycles,
	};

	return !ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q);
}

/* Clears, moves out for an importer, and back. Few words are looked at: each is an access, and copies are to be most. */
static void flight(void)
{
	struct buffer b[FLYING];
	unsigned int n = 0, bad = 0;

	may_go = true;
	step = 16384;
	stain(FLYING);
	for (; n < FLYING && make(&b[n], BOTH, n + 1); n++)
		;
	for (unsigned int i = 0; i < n; i++) {
		bad += wrong(b[i].map, b[i].who, true, false);
		fill(&b[i]);
		bad += wrong_shared(&b[i]) + wrong(b[i].map, b[i].who, false, true);
	}
	check(!bad, "each word is zero, or what was written");
	check((n == FLYING && !lost) || !is_there(), "nothing is lost but with the card");
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	fd = argc > 2 ? open_card(argv[2], "render") : -1;
	vgem = open_vgem("renderD");
	if (vgem < 0)
		vgem = open_vgem("card");
	if (!strcmp(what, "flight") && fd >= 0)
		flight();
	else if (!strcmp(what, "crowd"))
		crowd();
	else if (!strcmp(what, "under") && argc > 3)
		under(argv[3]);
	else if ((!strcmp(what, "down") || !strcmp(what, "sleep")) && argc > 4)
		through(argv[3], argv[4], *what == 'd');
	else if (strcmp(what, "flight"))
		return 2;
	printf("1..%d\n", number);
	return !!failed;
}
