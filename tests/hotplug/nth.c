// SPDX-License-Identifier: MIT
/*
 * Write to a file while the N-th allocation of it fails. Usage: nth N FILE TEXT.
 * Prints what write() said (0 or an errno) and how many more allocations it would have taken to
 * reach the N-th: 0 if it was reached. Documentation/fault-injection/fault-injection.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int file, nth, err = 0;
	char left[32] = "";

	if (argc != 4)
		return 2;
	file = open(argv[2], O_WRONLY);
	nth = open("/proc/self/fail-nth", O_RDWR);
	if (file < 0 || nth < 0 || write(nth, argv[1], strlen(argv[1])) < 0) {
		perror("nth");
		return 1;
	}
	if (write(file, argv[3], strlen(argv[3])) < 0)
		err = errno;
	if (pread(nth, left, sizeof(left) - 1, 0) < 0 || pwrite(nth, "0", 1, 0) < 0) {
		perror("nth");
		return 1;
	}
	printf("%d %d\n", err, atoi(left));
	return 0;
}
