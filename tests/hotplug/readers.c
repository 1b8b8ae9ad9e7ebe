// SPDX-License-Identifier: MIT
/*
 * Threads that read files, again and again, until they are gone. Usage: readers N FILE... Prints
 * "reading" when each is at it, and at the end what came of it: how many reads, and the errors.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **files;
static int num_files;
static unsigned int begun, reads, gone, other;

/* Until ENODEV, or until the file is not there any more. */
static void *read_files(void *data)
{
	char text[256];

	__atomic_fetch_add(&begun, 1, __ATOMIC_RELAXED);
	for (unsigned int i = (unsigned int)(size_t)data;; i++) {
		int fd = open(files[i % num_files], O_RDONLY | O_CLOEXEC), err = 0;

		if (fd < 0 || read(fd, text, sizeof(text)) < 0)
			err = errno;
		if (fd >= 0)
			close(fd);
		if (err) {
			__atomic_fetch_add(err == ENODEV || err == ENOENT ? &gone : &other, 1, __ATOMIC_RELAXED);
			return NULL;
		}
		__atomic_fetch_add(&reads, 1, __ATOMIC_RELAXED);
	}
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? strtoul(argv[1], NULL, 0) : 0;
	pthread_t thread[n + 1];

	if (!n)
		return 2;
	files = argv + 2;
	num_files = argc - 2;
	for (size_t i = 0; i < n; i++)
		if (pthread_create(&thread[i], NULL, read_files, (void *)i))
			return 1;
	while (__atomic_load_n(&begun, __ATOMIC_RELAXED) < n)
		usleep(1000);
	usleep(100000);
	puts("reading");
	fflush(stdout);
	for (unsigned int i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
	printf("%u read %u times, %u were told that it is gone, %u something else\n", n, reads, gone, other);
	return !!other;
}
