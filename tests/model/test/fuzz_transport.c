// SPDX-License-Identifier: MIT
/*
 * Fuzzer of the vfio-user server.  Input: messages of three bytes (command, how, length of the body),
 * each followed by its body.  What the header says of its size may be wrong, descriptors may come
 * along, and the client may go and come back in the middle.
 */
#include <sys/eventfd.h>

#include "client.h"

#define MAX_MESSAGES	64
#define HOW_FDS		GENMASK(1, 0)
#define HOW_NO_REPLY	BIT(2)
#define HOW_SIZE	GENMASK(5, 3)	/* 7: the size is off by the length, 6: a random one */
#define HOW_LEAVE	GENMASK(7, 6)	/* 3: disconnect after this message */

static struct client *client;
static int spare[3];

static void end(void)
{
	unlink(client->path);
}

static void start(void)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true, .msix = true };

	client = client_create(&opt);
	atexit(end);
	spare[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	spare[1] = memfd_create("guest", MFD_CLOEXEC);
	spare[2] = memfd_create("empty", MFD_CLOEXEC);
	if (spare[0] < 0 || spare[1] < 0 || ftruncate(spare[1], (off_t)MIB(2)))
		abort();
}

static void leave(bool cut)
{
	if (cut)
		shutdown(client->fd, SHUT_WR);
	while (client->fd >= 0 && vfu_poll_fd(client->gpu->vfu) >= 0) {
		struct pollfd p = { .fd = vfu_poll_fd(client->gpu->vfu), .events = POLLIN };

		if (poll(&p, 1, 0) <= 0 || vfu_handle(client->gpu->vfu))
			break;
	}
	close(client->fd);
	client->fd = -1;
	/* The server notices with the next poll, if it has not yet. */
	for (int i = 0; i < 2; i++) {
		struct pollfd p = { .fd = vfu_poll_fd(client->gpu->vfu), .events = POLLIN };

		if (poll(&p, 1, 0) > 0 && vfu_handle(client->gpu->vfu))
			break;
	}
}

/* A message whose size is right: the server has an answer or has dropped the client. */
static bool one_message(const u8 *in, const u8 *body, u8 len)
{
	struct message m = { .id = 1, .command = in[0], .size = HEADER + len };
	u8 size = (in[1] & HOW_SIZE) >> 3;

	if (in[1] & HOW_NO_REPLY)
		m.flags = 0x10;
	if (size == 7)
		m.size += len;
	else if (size == 6)
		memcpy(&m.size, body, MIN(len, (u8)4));
	memcpy(m.body, body, len);
	if (!client_put(client, &m, HEADER + len, spare, in[1] & HOW_FDS))
		return false;
	if (size >= 6 || (in[1] & HOW_LEAVE) == HOW_LEAVE) {
		leave(true);
		client_connect(client);
		return true;
	}
	if (vfu_handle(client->gpu->vfu))
		return false;
	while (client_get(client) >= 0)
		;
	gpu_run(client->gpu, 100);
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!client)
		start();
	for (unsigned int i = 0; i < MAX_MESSAGES && size >= 3; i++) {
		u8 len = (u8)MIN((size_t)data[2], size - 3);

		if (!one_message(data, data + 3, len)) {
			leave(true);
			client_connect(client);
		}
		data += 3 + len;
		size -= 3u + len;
	}
	/* A new card for each input takes too long; no memory of the last one will do. */
	client_unmap(client, 0, 0, 2);
	return 0;
}
