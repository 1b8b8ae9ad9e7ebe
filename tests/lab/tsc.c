// SPDX-License-Identifier: MIT
/*
 * Print the frequency of this machine's time stamp counter in kHz.
 *
 * An emulated CPU has the same one. A guest that measures it while the host gives the CPU to
 * somebody else can be wrong by a factor of ten, and all its timeouts with it.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct moment {
	uint64_t ns, ticks;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Both at one time: of some tries the one in which the least time went by between the two. */
static struct moment moment(void)
{
	struct moment best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 50; i++) {
		uint64_t before = __rdtsc(), ns = now_ns(), after = __rdtsc();

		if (after - before < least) {
			least = after - before;
			best = (struct moment){ ns, before + least / 2 };
		}
	}
	return best;
}

int main(void)
{
	struct moment begin = moment(), end;

	do {
		end = moment();
	} while (end.ns - begin.ns < 100000000);
	printf("%llu\n", (unsigned long long)
	       ((__uint128_t)(end.ticks - begin.ticks) * 1000000 / (end.ns - begin.ns)));
	return 0;
}
