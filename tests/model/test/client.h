/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the transport: a vfio-user client in the thread of the server.  A message is put
 * into the socket, the server handles it, the answer is taken out.
 */
#ifndef XE_MODEL_TEST_CLIENT_H
#define XE_MODEL_TEST_CLIENT_H

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "../gpu.h"
#include "../vfu.h"

enum { VERSION = 1, DMA_MAP, DMA_UNMAP, DEVICE_INFO, REGION_INFO, REGION_FDS, IRQ_INFO, SET_IRQS,
       REGION_READ, REGION_WRITE, DMA_READ, DMA_WRITE, RESET };

struct message {
	u16 id, command;
	u32 size, flags, error;
	u8 body[4096] __attribute__((aligned(8)));
};

#define HEADER	16u

struct client {
	struct gpu *gpu;
	char path[64];
	int fd;
	struct message answer;
	int answer_fd;		/* that came with it, or -1 */
};

static inline void client_connect(struct client *c)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(addr.sun_path, c->path, sizeof(c->path));
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)) || vfu_handle(c->gpu->vfu))
		abort();
}

static inline void client_disconnect(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	vfu_handle(c->gpu->vfu);
}

static inline struct client *client_create(const struct gpu_options *with)
{
	struct client *c = calloc(1, sizeof(*c));
	struct gpu_options opt = *with;

	if (!c)
		abort();
	snprintf(c->path, sizeof(c->path), "/tmp/xe-model-test-%d", (int)getpid());
	opt.socket = c->path;
	c->answer_fd = -1;
	c->gpu = gpu_create(&opt);
	if (!c->gpu)
		abort();
	client_connect(c);
	return c;
}

static inline void client_destroy(struct client *c)
{
	if (c->answer_fd >= 0)
		close(c->answer_fd);
	if (c->fd >= 0)
		close(c->fd);
	gpu_destroy(c->gpu);
	unlink(c->path);
	free(c);
}

/* Put bytes, with up to 16 descriptors, into the socket. */
static inline bool client_put(struct client *c, const void *data, size_t len, const int *fds, unsigned int num)
{
	char control[CMSG_SPACE(16 * sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (num) {
		struct cmsghdr *m;

		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(num * sizeof(int));
		m = CMSG_FIRSTHDR(&msg);
		m->cmsg_level = SOL_SOCKET;
		m->cmsg_type = SCM_RIGHTS;
		m->cmsg_len = CMSG_LEN(num * sizeof(int));
		memcpy(CMSG_DATA(m), fds, num * sizeof(int));
	}
	return sendmsg(c->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

/* Take an answer out: its error, or -1 if there is none. */
static inline int client_get(struct client *c)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &c->answer, .iov_len = HEADER };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *m;

	if (c->answer_fd >= 0)
		close(c->answer_fd);
	c->answer_fd = -1;
	if (recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != HEADER)
		return -1;
	m = CMSG_FIRSTHDR(&msg);
	if (m)
		memcpy(&c->answer_fd, CMSG_DATA(m), sizeof(int));
	for (size_t done = HEADER; done < c->answer.size;) {
		ssize_t n = recv(c->fd, (u8 *)&c->answer + done, MIN(c->answer.size, sizeof(c->answer)) - done, 0);

		if (n <= 0)
			return -1;
		done += (size_t)n;
	}
	return (int)c->answer.error;
}

/* A whole exchange; the answer's error, or -1 if the session was dropped or nothing came. */
static inline int client_ask(struct client *c, u16 command, const void *body, size_t len, const int *fds,
			     unsigned int num)
{
	struct message m = { .id = 7, .command = command, .size = (u32)(HEADER + len) };

	if (len)
		memcpy(m.body, body, len);
	if (!client_put(c, &m, m.size, fds, num) || vfu_handle(c->gpu->vfu))
		return -1;
	return client_get(c);
}

static inline int client_map(struct client *c, u64 iova, u64 size, int fd, u32 flags)
{
	struct { u32 argsz, flags; u64 offset, addr, size; } m = { 32, flags, 0, iova, size };

	return client_ask(c, DMA_MAP, &m, sizeof(m), &fd, fd >= 0);
}

static inline int client_unmap(struct client *c, u64 iova, u64 size, u32 flags)
{
	struct { u32 argsz, flags; u64 addr, size; } m = { 24, flags, iova, size };

	return client_ask(c, DMA_UNMAP, &m, sizeof(m), NULL, 0);
}

/* The answer's data are at c->answer.body + 16. */
static inline int client_read(struct client *c, u32 region, u64 offset, u32 count)
{
	struct { u64 offset; u32 region, count; } m = { offset, region, count };

	return client_ask(c, REGION_READ, &m, sizeof(m), NULL, 0);
}

static inline int client_write(struct client *c, u32 region, u64 offset, const void *data, u32 count)
{
	struct { u64 offset; u32 region, count; u8 data[64]; } m = { offset, region, count, { 0 } };

	memcpy(m.data, data, MIN(count, (u32)sizeof(m.data)));
	return client_ask(c, REGION_WRITE, &m, 16 + MIN(count, (u32)sizeof(m.data)), NULL, 0);
}

static inline u32 client_read32(struct client *c, u32 region, u64 offset)
{
	u32 v = 0xdeadbeef;

	if (!client_read(c, region, offset, 4))
		memcpy(&v, c->answer.body + 16, 4);
	return v;
}

static inline int client_set_irqs(struct client *c, u32 index, u32 flags, u32 start, u32 count, const int *fds,
				  unsigned int num)
{
	struct vfio_irq_set set = { .argsz = sizeof(set), .flags = flags, .index = index, .start = start,
				    .count = count };

	return client_ask(c, SET_IRQS, &set, sizeof(set), fds, num);
}

#endif
