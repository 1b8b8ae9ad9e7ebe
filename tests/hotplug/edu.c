// SPDX-License-Identifier: MIT
/*
 * edu NODE: holds the node of a driver of tests/static/convert open.  Each line of its input is a
 * number, and is answered with the factorial or the error that the driver has for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <drm.h>

struct factorial {
	__u32 value, pad;
};

#define FACTORIAL	DRM_IOWR(DRM_COMMAND_BASE, struct factorial)

int main(int argc, char **argv)
{
	struct factorial args = { 0 };
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0) {
		perror("edu");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("open");
	while (scanf("%u", &args.value) == 1) {
		if (ioctl(fd, FACTORIAL, &args))
			puts(strerrorname_np(errno));
		else
			printf("%u\n", args.value);
	}
	return 0;
}
