// SPDX-License-Identifier: MIT
/*
 * Control socket.
 *
 * Owner of: the listening socket, its clients, the table of commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl.h"

#define MAX_CLIENTS	8
#define MAX_COMMANDS	64
#define MAX_LINE	512
#define MAX_ARGS	16

struct client {
	int fd;			/* -1: free */
	char line[MAX_LINE];
	size_t len;
};

struct ctl {
	struct gpu *gpu;
	int fd;
	struct client clients[MAX_CLIENTS];
	struct { const char *name, *help; ctl_fn *fn; } commands[MAX_COMMANDS];
	unsigned int num;
};

bool ctl_number(const char *text, u64 *value)
{
	static const char suffixes[] = "KMG";
	const char *suffix;
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno || end == text || *text == '-')
		return false;
	suffix = *end ? strchr(suffixes, *end) : NULL;
	if (suffix) {
		long shift = 10 * (suffix - suffixes + 1);

		if (*value > UINT64_MAX >> shift)
			return false;
		*value <<= shift;
		end++;
	}
	return !*end;
}

void ctl_register(struct gpu *gpu, const char *name, const char *help, ctl_fn *fn)
{
	struct ctl *ctl = gpu->ctl;

	if (ctl->num == MAX_COMMANDS)
		abort();
	ctl->commands[ctl->num].name = name;
	ctl->commands[ctl->num].help = help;
	ctl->commands[ctl->num++].fn = fn;
}

static int cmd_help(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	for (unsigned int i = 0; i < gpu->ctl->num; i++)
		fprintf(out, "%-12s %s\n", gpu->ctl->commands[i].name, gpu->ctl->commands[i].help);
	return 0;
}

static int run(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	for (unsigned int i = 0; i < gpu->ctl->num; i++)
		if (!strcmp(gpu->ctl->commands[i].name, argv[0]))
			return gpu->ctl->commands[i].fn(gpu, argc, argv, out);
	fprintf(out, "no command '%s'; see help\n", argv[0]);
	return -ENOENT;
}

int ctl_command(struct gpu *gpu, const char *line, FILE *out)
{
	char copy[MAX_LINE], *argv[MAX_ARGS + 1], *save = NULL;
	int argc = 0, err;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " \t\r\n", &save); word && argc < MAX_ARGS;
	     word = strtok_r(NULL, " \t\r\n", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	if (!argc)
		return 0;
	err = run(gpu, argc, argv, out);
	if (err)
		fprintf(out, "error %s\n", strerror(-err));
	else
		fprintf(out, "ok\n");
	return err;
}

struct ctl *ctl_create(struct gpu *gpu, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct ctl *ctl = calloc(1, sizeof(*ctl));

	if (!ctl)
		abort();
	ctl->gpu = gpu;
	ctl->fd = -1;
	for (int i = 0; i < MAX_CLIENTS; i++)
		ctl->clients[i].fd = -1;
	gpu->ctl = ctl;
	ctl_register(gpu, "help", "this list", cmd_help);
	if (!path)
		return ctl;
	ctl->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	unlink(path);
	if (ctl->fd < 0 || bind(ctl->fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(ctl->fd, 4)) {
		perror(path);
		exit(1);
	}
	return ctl;
}

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

void ctl_destroy(struct ctl *ctl)
{
	for (int i = 0; i < MAX_CLIENTS; i++)
		if (ctl->clients[i].fd >= 0)
			drop(&ctl->clients[i]);
	if (ctl->fd >= 0)
		close(ctl->fd);
	free(ctl);
}

int ctl_pollfds(struct ctl *ctl, struct pollfd *fds, int max)
{
	int n = 0;

	if (ctl->fd >= 0 && n < max)
		fds[n++] = (struct pollfd){ .fd = ctl->fd, .events = POLLIN };
	for (int i = 0; i < MAX_CLIENTS && n < max; i++)
		if (ctl->clients[i].fd >= 0)
			fds[n++] = (struct pollfd){ .fd = ctl->clients[i].fd, .events = POLLIN };
	return n;
}

/* The whole answer or no client: one that does not read is not waited for long. */
static void answer(struct ctl *ctl, struct client *c, const char *line)
{
	char *text = NULL;
	size_t len = 0, done = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	ctl_command(ctl->gpu, line, out);
	fclose(out);
	while (done < len) {
		struct pollfd p = { .fd = c->fd, .events = POLLOUT };
		ssize_t n = send(c->fd, text + done, len - done, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EAGAIN || poll(&p, 1, 1000) <= 0)
			break;
	}
	free(text);
	if (done < len)
		drop(c);
}

static void serve(struct ctl *ctl, struct client *c)
{
	ssize_t n = recv(c->fd, c->line + c->len, sizeof(c->line) - 1 - c->len, MSG_DONTWAIT);
	char *end;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		drop(c);
		return;
	}
	c->len += (size_t)n;
	c->line[c->len] = 0;
	while (c->fd >= 0 && (end = memchr(c->line, '\n', c->len))) {
		*end++ = 0;
		answer(ctl, c, c->line);
		c->len -= (size_t)(end - c->line);
		memmove(c->line, end, c->len);
	}
	if (c->fd >= 0 && c->len == sizeof(c->line) - 1)
		drop(c);
}

void ctl_handle(struct ctl *ctl)
{
	int fd = ctl->fd >= 0 ? accept4(ctl->fd, NULL, NULL, SOCK_CLOEXEC) : -1;

	for (int i = 0; i < MAX_CLIENTS && fd >= 0; i++) {
		if (ctl->clients[i].fd < 0) {
			ctl->clients[i] = (struct client){ .fd = fd };
			fd = -1;
		}
	}
	if (fd >= 0)
		close(fd);
	for (int i = 0; i < MAX_CLIENTS; i++)
		if (ctl->clients[i].fd >= 0)
			serve(ctl, &ctl->clients[i]);
}
