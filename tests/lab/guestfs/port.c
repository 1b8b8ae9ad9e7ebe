// SPDX-License-Identifier: MIT
/*
 * model LINE...	ask the modelled GPU's control socket
 * bench LINE...	ask the runner (unplug, plug, ping)
 *
 * One program, two names.  Send the line through the virtio port of that name,
 * print the answer, whose last line starts with "ok" or "error".  Exit status 0
 * for "ok", 1 for "error", 2 when nothing answers within a minute
 * ($LAB_PORT_TIMEOUT seconds).  Without arguments, lines come from stdin until it
 * closes, each with that time of its own; the port is ours until then.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* A port can be open once: wait for another user of it, within the time. */
static int open_port(const char *path, long long end)
{
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 || errno != EBUSY || now_ms() > end)
			return fd;
		usleep(10000);
	}
}

static int send_all(int fd, const char *data, size_t size, long long end)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	ssize_t n;

	while (size) {
		n = write(fd, data, size);
		if (n > 0) {
			data += n;
			size -= n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -1;
		} else if (now_ms() > end) {
			errno = ETIMEDOUT;
			return -1;
		} else {
			poll(&p, 1, 100);
		}
	}
	return 0;
}

/* Print lines until the last one of the answer: 0 "ok", 1 "error", -1 none. */
static int answer(int fd, long long end)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static char line[1 << 16];
	size_t len = 0;

	for (;;) {
		char c;
		ssize_t n = read(fd, &c, 1);

		if (n == 1) {
			if (len < sizeof(line) - 1)
				line[len++] = c;
			if (c != '\n')
				continue;
			fwrite(line, 1, len, stdout);
			line[len - 1] = 0;
			len = 0;
			if (!strcmp(line, "ok") || !strncmp(line, "ok ", 3))
				return 0;
			if (!strcmp(line, "error") || !strncmp(line, "error", 5))
				return 1;
			continue;
		}
		if (now_ms() > end) {
			errno = ETIMEDOUT;
			return -1;
		}
		/* 0: nobody at the other end (yet) */
		if (n == 0)
			usleep(20000);
		else if (errno == EAGAIN || errno == EINTR)
			poll(&p, 1, 100);
		else
			return -1;
	}
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	const char *limit = getenv("LAB_PORT_TIMEOUT");
	const long long patience = 1000LL * (limit ? atoi(limit) : 60);
	long long end = now_ms() + patience;
	char path[128], drain[256], *line = NULL;
	size_t size = 0;
	int fd, rc = 0, i;

	snprintf(path, sizeof(path), "/dev/virtio-ports/org.xe.%s", name);
	fd = open_port(path, end);
	if (fd < 0) {
		fprintf(stderr, "%s: %s: %s\n", name, path, strerror(errno));
		return 2;
	}
	/* the rest of an answer that somebody gave up on */
	while (read(fd, drain, sizeof(drain)) > 0)
		;
	for (;;) {
		FILE *text = open_memstream(&line, &size);

		if (argc > 1) {
			for (i = 1; i < argc; i++)
				fprintf(text, "%s%s", i > 1 ? " " : "", argv[i]);
			fputc('\n', text);
		} else {
			char in[4096];

			if (!fgets(in, sizeof(in), stdin)) {
				fclose(text);
				break;
			}
			fputs(in, text);
			if (!strchr(in, '\n'))
				fputc('\n', text);
			end = now_ms() + patience;
		}
		fclose(text);
		rc = send_all(fd, line, size, end);
		free(line);
		if (!rc)
			rc = answer(fd, end);
		fflush(stdout);
		if (rc < 0) {
			fprintf(stderr, "%s: no answer: %s\n", name, strerror(errno));
			return 2;
		}
		if (argc > 1)
			break;
	}
	return rc;
}
