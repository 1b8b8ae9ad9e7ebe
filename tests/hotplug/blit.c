// SPDX-License-Identifier: MIT
/*
 * What the kernel clears and moves for buffers, whoever does it: nobody sees what was there before, and
 * nothing that was written is lost.
 * KTAP. Usage: blit crowd PCI-ADDRESS: more buffers than VRAM, of two processes.
 * Or: blit under PCI-ADDRESS COMMAND: COMMAND makes the copy engine fail, and data survives it.
 * Or: blit down PCI-ADDRESS COMMAND FAULT: FAULT comes before buffers are cleared, then COMMAND takes the card away,
 *	and each byte is a zero or data.
 * Or: blit quiet PCI-ADDRESS: creates, moves and looks, and says nothing.
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

static int fd, vgem = -1;

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
	for (uint32_t i = 0; i < WORDS; i++)
		b->map[i] = word(b->who, i);
}

/* How many words are neither. */
static unsigned int wrong(const uint32_t *p, uint32_t who, bool may_be_zero, bool may_be_data)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < WORDS; i++)
		n += !(may_be_zero && !p[i]) && !(may_be_data && p[i] == word(who, i));
	if (n)
		printf("# buffer %u: %u words are wrong, the first of all is %#x\n", who, n, p[0]);
	return n;
}

/* As much of VRAM as can be had has something in it, and is free. */
static void stain(void)
{
	static struct buffer b[MANY];
	int n = 0;

	while (n < MANY && make(&b[n], VRAM, 0))
		n++;
	for (int i = 0; i < n; i++)
		for (uint32_t k = 0; k < WORDS; k++)
			b[i].map[k] = STAIN;
	while (n--)
		drop(&b[n]);
}

/* The same through a dma-buf, which has to be in system memory for the importer. */
static unsigned int wrong_shared(struct buffer *b)
{
	int dma_buf = export(fd, b->handle), handle;
	unsigned int n = WORDS;
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
	stain();
	check(two_processes(24), "two processes with more buffers than VRAM find what they wrote");
	stain();
	check(!live(1, 8, false), "and what was in VRAM before is nowhere");
}

static void under(const char *command)
{
	struct buffer b[8];
	unsigned int bad = 0;

	stain();
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
static void down(const char *command, const char *fault)
{
	struct buffer b[OLD + NEW];
	unsigned int n = 0, bad = 0;

	stain();
	for (; n < OLD && make(&b[n], BOTH, n + 1); n++)
		fill(&b[n]);
	run(fault);
	for (; n < OLD + NEW && make(&b[n], VRAM, n + 1); n++)
		;
	check(n == OLD + NEW, "there are buffers, with data and new");
	check(!run(command), "the card goes");
	for (unsigned int i = 0; i < n; i++)
		bad += wrong(b[i].map, b[i].who, true, i < OLD);
	check(!bad, "each byte is zero, or what was written");
	while (n--)
		drop(&b[n]);
}

/* The card may go at any time. */
static void quiet(void)
{
	struct buffer b[40];
	unsigned int n = 0, bad = 0;

	for (; n < 40 && make(&b[n], BOTH, n + 1); n++)
		if (n % 2)
			fill(&b[n]);
	for (unsigned int i = 0; i < n; i++)
		bad += wrong(b[i].map, b[i].who, true, i % 2);
	exit(bad ? 3 : 0);
}

int main(int argc, char **argv)
{
	fd = argc > 2 ? open_card(argv[2], "render") : -1;
	if (fd < 0) {
		fprintf(stderr, "usage: blit crowd|under|down|quiet PCI-ADDRESS [COMMAND [FAULT]]\n");
		return 2;
	}
	vgem = open_vgem("renderD");
	if (vgem < 0)
		vgem = open_vgem("card");
	if (!strcmp(argv[1], "crowd"))
		crowd();
	else if (!strcmp(argv[1], "under") && argc > 3)
		under(argv[3]);
	else if (!strcmp(argv[1], "down") && argc > 4)
		down(argv[3], argv[4]);
	else
		quiet();
	printf("1..%d\n", number);
	return !!failed;
}
