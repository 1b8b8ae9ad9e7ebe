// SPDX-License-Identifier: MIT
/*
 * VRAM has to be emptied, or filled again, and somebody is in the way.
 * KTAP. Usage: memory PCI-ADDRESS, with pm_test set so that system sleep wakes up by itself.
 * Or: memory PCI-ADDRESS SECONDS, which writes to VRAM for so long, and then keeps it mapped; memory PCI-ADDRESS
 * churn, which makes and frees buffers in VRAM.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/client.h"

#define PAGE	4096u
#define VRAM	2
#define BOTH	3
#define CHURNERS 3
#define MANY	90
#define EACH	(8u << 20)
#define LARGE	(256u << 20)

static int fd;

/* 0 or an error number. */
static int nap(void)
{
	int state = open("/sys/power/state", O_WRONLY), err = 0;

	if (write(state, "mem", 3) != 3)
		err = errno;
	close(state);
	return err;
}

static void go_on_churning(uint32_t placement)
{
	for (;;)
		close_handle(fd, create(fd, placement, 1 << 20));
}

static pid_t churn(uint32_t placement)
{
	pid_t pid = fork();

	if (!pid)
		go_on_churning(placement);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_churn(void)
{
	pid_t pids[CHURNERS];
	double begin, took;
	int err;

	for (int i = 0; i < CHURNERS; i++)
		pids[i] = churn(i ? VRAM : BOTH);
	usleep(500000);
	begin = now();
	err = nap();
	took = now() - begin;
	for (int i = 0; i < CHURNERS; i++)
		end(pids[i]);
	printf("# sleep ended with %d after %.1f s\n", err, took);
	check(!err && took < 10, "asleep and awake again while buffers come and go");
}

/* In each page its number, and whose it is. */
static void fill(uint32_t *p, size_t size, uint32_t who)
{
	for (size_t i = 0; i < size / PAGE; i++)
		p[i * PAGE / 4] = who << 20 | (uint32_t)i;
}

static bool filled(const uint32_t *p, size_t size, uint32_t who)
{
	for (size_t i = 0; i < size / PAGE; i++)
		if (p[i * PAGE / 4] != (who << 20 | (uint32_t)i))
			return false;
	return true;
}

static void test_too_much(void)
{
	static uint32_t handles[MANY], *maps[MANY];
	bool good = true;
	double begin;
	int err;

	for (uint32_t i = 0; i < MANY; i++) {
		handles[i] = create(fd, VRAM, EACH);
		maps[i] = map(fd, mmap_offset(fd, handles[i]), EACH);
		good &= maps[i] != MAP_FAILED;
		if (good)
			fill(maps[i], EACH, i + 1);
	}
	if (!check(good, "more in VRAM than memory can take"))
		return;
	begin = now();
	err = nap();
	printf("# sleep ended with %d after %.1f s\n", err, now() - begin);
	check(err == ENOMEM, "sleep is called off for want of memory");
	for (uint32_t i = 0; i < MANY; i++)
		good &= filled(maps[i], EACH, i + 1);
	check(good, "all is as it was");
	for (uint32_t i = 0; i < MANY; i++) {
		munmap(maps[i], EACH);
		close_handle(fd, handles[i]);
	}
}

static volatile bool stop;
static double longest;

/* Another thread of the process wants to change its address space meanwhile. */
static void *change(void *unused)
{
	double begin, took;
	void *p;

	(void)unused;
	for (; !stop; usleep(1000)) {
		begin = now();
		p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		munmap(p, PAGE);
		took = now() - begin;
		if (took > longest)
			longest = took;
	}
	return NULL;
}

static void test_first_touch(void)
{
	uint32_t handle = create(fd, VRAM, LARGE);
	uint32_t *p = map(fd, mmap_offset(fd, handle), LARGE);
	double begin, took, killed;
	pthread_t other;
	pid_t pid;

	if (!check(handle && p != MAP_FAILED, "a large buffer"))
		return;
	fill(p, LARGE, 7);
	check(!nap(), "is moved out of VRAM");
	pthread_create(&other, NULL, change, NULL);
	begin = now();
	*(volatile uint32_t *)p;
	took = now() - begin;
	stop = true;
	pthread_join(other, NULL);
	printf("# the first touch took %.2f s, a change of the address space %.2f s at most\n", took,
	       longest);
	check(longest < took / 2, "what its first touch takes is waited for by nobody else");
	check(filled(p, LARGE, 7), "it has its contents");

	check(!nap(), "is moved out of VRAM again");
	pid = fork();
	if (!pid) {
		*(volatile uint32_t *)p;
		_exit(0);
	}
	usleep((useconds_t)(took * 200000));
	begin = now();
	end(pid);
	killed = now() - begin;
	printf("# killed in %.2f s\n", killed);
	/* An engine is quick: what it has begun is waited for. */
	check(killed < took / 2 || killed < 1, "who touches it first can be killed");
	check(filled(p, LARGE, 7), "it has its contents");
	munmap(p, LARGE);
	close_handle(fd, handle);
}

static int write_on(double seconds)
{
	uint32_t handle = create(fd, VRAM, 1 << 20);
	volatile uint32_t *p = map(fd, mmap_offset(fd, handle), 1 << 20);
	double begin = now();

	if (!handle || p == MAP_FAILED)
		return 1;
	for (uint32_t i = 0; now() - begin < seconds; i++) {
		*p = i;
		if (*p != i)
			return 1;
		usleep(1000);
	}
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	fd = open_card(argv[1], "renderD");
	if (argc > 2 && !strcmp(argv[2], "churn"))
		go_on_churning(VRAM);
	if (argc > 2)
		return write_on(atof(argv[2]));
	printf("KTAP version 1\n");
	check(fd >= 0, "open");
	test_churn();
	test_first_touch();
	test_too_much();
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed;
}
