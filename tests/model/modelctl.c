// SPDX-License-Identifier: MIT
/*
 * xe-modelctl SOCKET COMMAND...: one command to the model's control socket (or, in a guest, to the
 * virtio port that leads there).  Prints the answer; exit status 0 for "ok".
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int open_path(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	if (stat(path, &st))
		return -1;
	if (!S_ISSOCK(st.st_mode))
		return open(path, O_RDWR | O_CLOEXEC);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	return fd >= 0 && !connect(fd, (struct sockaddr *)&addr, sizeof(addr)) ? fd : -1;
}

int main(int argc, char **argv)
{
	char line[1024] = "", text[4096];
	size_t len = 0;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: xe-modelctl SOCKET COMMAND...\n");
		return 2;
	}
	fd = open_path(argv[1]);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	for (int i = 2; i < argc && len < sizeof(line) - 1; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%c", argv[i], i + 1 < argc ? ' ' : '\n');
	if (len >= sizeof(line) || write(fd, line, len) != (ssize_t)len) {
		fprintf(stderr, "xe-modelctl: command not sent\n");
		return 2;
	}
	for (len = 0;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (poll(&p, 1, 20000) <= 0 || read(fd, &text[len], 1) != 1) {
			fprintf(stderr, "xe-modelctl: no answer\n");
			return 2;
		}
		if (text[len] != '\n' && len < sizeof(text) - 2) {
			len++;
			continue;
		}
		text[len] = 0;
		if (!strcmp(text, "ok"))
			return 0;
		puts(text);
		if (!strncmp(text, "error ", 6))
			return 1;
		len = 0;
	}
}
