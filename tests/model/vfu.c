// SPDX-License-Identifier: MIT
/*
 * vfio-user server.
 *
 * Owner of: the listening socket, the session, the eventfds of the interrupts.
 * Protocol facts: QEMU docs/interop/vfio-user.rst, linux/vfio.h.
 *
 * One message at a time, read whole before it is looked at.  What does not make sense is answered
 * with an error reply where the header allows, else the session is dropped and the server listens.
 */
#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "display.h"
#include "dma.h"
#include "fault.h"
#include "journal.h"
#include "mem.h"
#include "pci.h"
#include "vfu.h"

#define MAX_MSG		(1u << 20)
#define MAX_DATA	(MAX_MSG - 64)
#define MAX_FDS		8
#define MAX_VECTORS	8

/* A client that does not read, or stops in the middle of a message, is dropped after this. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define STALL_MS	0	/* the client is in our thread */
#else
#define STALL_MS	5000
#endif

enum { F_REPLY = 1, F_TYPE = 0xf, F_NO_REPLY = 0x10, F_ERROR = 0x20 };
enum { CMD_VERSION = 1, CMD_DMA_MAP, CMD_DMA_UNMAP, CMD_DEVICE_INFO, CMD_REGION_INFO, CMD_REGION_FDS,
       CMD_IRQ_INFO, CMD_SET_IRQS, CMD_REGION_READ, CMD_REGION_WRITE, CMD_DMA_READ, CMD_DMA_WRITE,
       CMD_RESET };

struct header {
	u16 id, command;
	u32 size, flags, error;
};

struct map_msg { u32 argsz, flags; u64 offset, addr, size; };
struct unmap_msg { u32 argsz, flags; u64 addr, size; };
struct region_msg { u64 offset; u32 region, count; };

struct vfu {
	struct gpu *gpu;
	int listen_fd, fd;	/* fd: the client, or -1 */
	bool untouched;		/* nobody accessed a BAR in this session: the machine is starting */
	int triggers[2][MAX_VECTORS];	/* MSI, MSI-X */
	u8 in[MAX_MSG], out[MAX_MSG];
	int fds[MAX_FDS], num_fds;
};

static void close_fds(struct vfu *v)
{
	for (int i = 0; i < v->num_fds; i++)
		if (v->fds[i] >= 0)
			close(v->fds[i]);
	v->num_fds = 0;
}

static void drop_triggers(struct vfu *v, int kind)
{
	for (int i = 0; i < MAX_VECTORS; i++) {
		if (v->triggers[kind][i] >= 0)
			close(v->triggers[kind][i]);
		v->triggers[kind][i] = -1;
	}
}

static void end_session(struct vfu *v)
{
	close_fds(v);
	drop_triggers(v, 0);
	drop_triggers(v, 1);
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
	dma_unmap_all(v->gpu);
	journal_add(v->gpu, J_NOTE, "session ended");
}

bool vfu_trigger(struct gpu *gpu, unsigned int vector)
{
	struct vfu *v = gpu->vfu;
	u64 one = 1;

	if (!v || vector >= MAX_VECTORS)
		return false;
	for (int kind = 1; kind >= 0; kind--)
		if (v->triggers[kind][vector] >= 0)
			return write(v->triggers[kind][vector], &one, sizeof(one)) == sizeof(one);
	return false;
}

static int send_all(struct vfu *v, const void *data, size_t len, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	while (iov.iov_len) {
		struct pollfd p = { .fd = v->fd, .events = POLLOUT };
		ssize_t n = sendmsg(v->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EINTR || (errno == EAGAIN && poll(&p, 1, STALL_MS) > 0)))
			continue;
		if (n <= 0)
			return -EPIPE;
		iov.iov_base = (u8 *)iov.iov_base + n;
		iov.iov_len -= (size_t)n;
		msg.msg_control = NULL;
		msg.msg_controllen = 0;
	}
	return 0;
}

static int reply(struct vfu *v, const struct header *h, size_t len, int fd)
{
	struct header out = { .id = h->id, .command = h->command, .flags = F_REPLY };

	if (h->flags & F_NO_REPLY)
		return 0;
	out.size = (u32)(sizeof(out) + len);
	memcpy(v->out, &out, sizeof(out));
	return send_all(v, v->out, out.size, fd);
}

static int reply_error(struct vfu *v, const struct header *h, int err)
{
	struct header out = { .id = h->id, .command = h->command, .size = sizeof(out),
			      .flags = F_REPLY | F_ERROR, .error = (u32)-err };

	journal_add(v->gpu, J_NOTE, "vfio-user command %u refused: %s", h->command, strerror(-err));
	return h->flags & F_NO_REPLY ? 0 : send_all(v, &out, sizeof(out), -1);
}

/* Exactly @len bytes, and what fds come along. */
static int receive(struct vfu *v, void *to, size_t len)
{
	for (size_t done = 0; done < len;) {
		char control[CMSG_SPACE(MAX_FDS * sizeof(int))];
		struct iovec iov = { .iov_base = (u8 *)to + done, .iov_len = len - done };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
				      .msg_controllen = sizeof(control) };
		struct pollfd p = { .fd = v->fd, .events = POLLIN };
		ssize_t n = recvmsg(v->fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

		if (n < 0 && (errno == EINTR || (errno == EAGAIN && poll(&p, 1, STALL_MS) > 0)))
			continue;
		if (n <= 0)
			return -EPIPE;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
			size_t num;

			if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
				continue;
			num = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			for (size_t i = 0; i < num; i++) {
				int fd;

				memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
				if (v->num_fds < MAX_FDS)
					v->fds[v->num_fds++] = fd;
				else
					close(fd);
			}
		}
		done += (size_t)n;
	}
	return 0;
}

static int do_version(struct vfu *v, const struct header *h, const u8 *body, size_t len)
{
	static const char caps[] = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048512}}";
	u16 version[2] = { 0, 0 }, theirs;
	u8 *out = v->out + sizeof(struct header);

	if (len < 4)
		return reply_error(v, h, -EINVAL);
	memcpy(&theirs, body, 2);
	if (theirs != 0)
		return reply_error(v, h, -ENOTSUP);
	memcpy(out, version, 4);
	memcpy(out + 4, caps, sizeof(caps));
	return reply(v, h, 4 + sizeof(caps), -1);
}

static int do_map(struct vfu *v, const struct header *h, const u8 *body, size_t len)
{
	struct map_msg m;
	int err;

	if (len < sizeof(m))
		return reply_error(v, h, -EINVAL);
	memcpy(&m, body, sizeof(m));
	err = dma_map(v->gpu, m.addr, m.size, v->num_fds ? v->fds[0] : -1, m.offset, m.flags & 1, m.flags & 2);
	return err ? reply_error(v, h, err) : reply(v, h, 0, -1);
}

static int do_unmap(struct vfu *v, const struct header *h, const u8 *body, size_t len)
{
	struct unmap_msg m;
	int err = 0;

	if (len < sizeof(m))
		return reply_error(v, h, -EINVAL);
	memcpy(&m, body, sizeof(m));
	if (m.flags & ~2u)
		return reply_error(v, h, -ENOTSUP);
	if (m.flags & 2)
		dma_unmap_all(v->gpu);
	else
		err = dma_unmap(v->gpu, m.addr, m.size);
	if (err)
		return reply_error(v, h, err);
	memcpy(v->out + sizeof(*h), &m, sizeof(m));
	return reply(v, h, sizeof(m), -1);
}

static int do_device_info(struct vfu *v, const struct header *h)
{
	/* Not struct vfio_device_info: the kernel's has grown since, the protocol's has not. */
	const u32 info[] = {
		16, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET,
		VFIO_PCI_NUM_REGIONS, VFIO_PCI_NUM_IRQS,
	};

	memcpy(v->out + sizeof(*h), info, sizeof(info));
	return reply(v, h, sizeof(info), -1);
}

static int do_region_info(struct vfu *v, const struct header *h, const u8 *body, size_t len)
{
	struct vfio_region_info info = { 0 };
	/* The capability with its one area, laid out as linux/vfio.h does */
	struct {
		struct vfio_info_cap_header header;
		u32 nr_areas, reserved;
		struct vfio_region_sparse_mmap_area area;
	} sparse = { .header = { .id = VFIO_REGION_INFO_CAP_SPARSE_MMAP, .version = 1 }, .nr_areas = 1 };
	u8 *out = v->out + sizeof(*h);
	u32 argsz;
	int fd = -1;

	if (len < sizeof(info))
		return reply_error(v, h, -EINVAL);
	memcpy(&info, body, sizeof(info));
	argsz = info.argsz;
	info = (struct vfio_region_info){ .argsz = sizeof(info), .index = info.index };
	if (info.index >= VFIO_PCI_NUM_REGIONS)
		return reply_error(v, h, -EINVAL);
	switch (info.index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		info.size = 4096;
		break;
	case VFIO_PCI_BAR0_REGION_INDEX:
		info.size = MIB(16);
		if (!v->gpu->opt.trap_gsm) {
			fd = mem_gsm_fd(v->gpu);
			sparse.area.offset = MIB(8);
			sparse.area.size = mem_gsm_size(v->gpu);
		}
		break;
	case VFIO_PCI_BAR2_REGION_INDEX:
		info.size = mem_bar_size(v->gpu);
		if (info.size && !v->gpu->opt.trap_vram) {
			fd = mem_vram_fd(v->gpu);
			sparse.area.size = info.size;
		}
		break;
	default:
		break;
	}
	if (info.size)
		info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (fd >= 0) {
		info.flags |= VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS;
		info.argsz = sizeof(info) + sizeof(sparse);
		info.cap_offset = sizeof(info);
		/* Offsets in the fd are offsets in the region, also for BAR 0: see area_create(). */
		if (argsz >= info.argsz) {
			memcpy(out + sizeof(info), &sparse, sizeof(sparse));
			memcpy(out, &info, sizeof(info));
			return reply(v, h, info.argsz, fd);
		}
	}
	memcpy(out, &info, sizeof(info));
	return reply(v, h, sizeof(info), -1);
}

static int do_irq_info(struct vfu *v, const struct header *h, const u8 *body, size_t len)
{
	struct vfio_irq_info info;

	if (len < sizeof(info))
		return reply_error(v, h, -EINVAL);
	memcpy(&info, body, sizeof(info));
	if (info.index >= VFIO_PCI_NUM_IRQS)
		return reply_error(v, h, -EINVAL);
	info.argsz = sizeof(info);
	info.flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE;
	info.count = info.index == VFIO_PCI_MSI_IRQ_INDEX ||
		     (info.index == VFIO_PCI_MSIX_IRQ_INDEX && v->gpu->opt.msix);
	memcpy(v->out + sizeof(*h), &info, sizeof(info));
	return reply(v, h, sizeof(info), -1);
}

static int do_set_irqs(struct vfu *v, const struct header *h, const u8 *body, size_t len)
{
	struct vfio_irq_set set;
	int kind;

	if (len < sizeof(set))
		return reply_error(v, h, -EINVAL);
	memcpy(&set, body, sizeof(set));
	kind = set.index == VFIO_PCI_MSI_IRQ_INDEX ? 0 : set.index == VFIO_PCI_MSIX_IRQ_INDEX ? 1 : -1;
	if (kind < 0)	/* INTx, ERR, REQ: the card has none; taking a trigger away is fine */
		return set.count && v->num_fds ? reply_error(v, h, -EINVAL) : reply(v, h, 0, -1);
	if (set.start > MAX_VECTORS || set.count > MAX_VECTORS - set.start)
		return reply_error(v, h, -EINVAL);
	if (!(set.flags & VFIO_IRQ_SET_ACTION_TRIGGER))
		return reply(v, h, 0, -1);	/* mask and unmask: QEMU does that itself */
	if (!set.count || (set.flags & VFIO_IRQ_SET_DATA_NONE))
		drop_triggers(v, kind);
	for (u32 i = 0; i < set.count && (set.flags & VFIO_IRQ_SET_DATA_EVENTFD); i++) {
		int *slot = &v->triggers[kind][set.start + i];

		if (*slot >= 0)
			close(*slot);
		*slot = (int)i < v->num_fds ? v->fds[i] : -1;
		if ((int)i < v->num_fds)
			v->fds[i] = -1;
	}
	return reply(v, h, 0, -1);
}

static void config_access(struct gpu *gpu, u32 at, u8 *data, u32 len, bool write)
{
	while (len) {
		u32 part = !(at % 4) && len >= 4 ? 4 : !(at % 2) && len >= 2 ? 2 : 1, value = 0;

		if (write) {
			memcpy(&value, data, part);
			pci_config_write(gpu, at, part, value);
		} else {
			value = pci_config_read(gpu, at, part);
			memcpy(data, &value, part);
		}
		at += part;
		data += part;
		len -= part;
	}
}

static int do_access(struct vfu *v, const struct header *h, const u8 *body, size_t len, bool write)
{
	struct region_msg m;
	u64 end;
	u8 *data;

	if (len < sizeof(m))
		return reply_error(v, h, -EINVAL);
	memcpy(&m, body, sizeof(m));
	end = m.region == VFIO_PCI_CONFIG_REGION_INDEX ? 4096 : m.region == 0 ? MIB(16) :
	      m.region == 2 ? mem_bar_size(v->gpu) : 0;
	if (!m.count || m.count > MAX_DATA || m.offset > end || m.count > end - m.offset ||
	    (write && len - sizeof(m) < m.count))
		return reply_error(v, h, -EINVAL);
	v->untouched &= m.region == VFIO_PCI_CONFIG_REGION_INDEX;
	memcpy(v->out + sizeof(*h), &m, sizeof(m));
	data = write ? (u8 *)body + sizeof(m) : v->out + sizeof(*h) + sizeof(m);
	if (m.region == VFIO_PCI_CONFIG_REGION_INDEX)
		config_access(v->gpu, (u32)m.offset, data, m.count, write);
	else if (write)
		bar_write(v->gpu, m.region, m.offset, data, m.count);
	else
		bar_read(v->gpu, m.region, m.offset, data, m.count);
	return reply(v, h, sizeof(m) + (write ? 0 : m.count), -1);
}

static int dispatch(struct vfu *v, const struct header *h, const u8 *body, size_t len)
{
	switch (h->command) {
	case CMD_VERSION:	return do_version(v, h, body, len);
	case CMD_DMA_MAP:	return do_map(v, h, body, len);
	case CMD_DMA_UNMAP:	return do_unmap(v, h, body, len);
	case CMD_DEVICE_INFO:	return do_device_info(v, h);
	case CMD_REGION_INFO:	return do_region_info(v, h, body, len);
	case CMD_IRQ_INFO:	return do_irq_info(v, h, body, len);
	case CMD_SET_IRQS:	return do_set_irqs(v, h, body, len);
	case CMD_REGION_READ:	return do_access(v, h, body, len, false);
	case CMD_REGION_WRITE:	return do_access(v, h, body, len, true);
	case CMD_RESET:
		if (!is_gone(v->gpu))
			gpu_reset(v->gpu, GPU_RESET_FLR);
		/* QEMU resets all devices before the system's firmware runs. */
		if (!is_gone(v->gpu) && v->untouched)
			display_boot(v->gpu);
		return reply(v, h, 0, -1);
	default:		return reply_error(v, h, -ENOTSUP);
	}
}

static int new_session(struct vfu *v)
{
	v->fd = accept4(v->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (v->fd < 0)
		return -errno;
	/* A card that is plugged in is a card that was just powered up. */
	if (!is_gone(v->gpu)) {
		gpu_reset(v->gpu, GPU_RESET_POWER);
		display_boot(v->gpu);
	}
	v->untouched = true;
	journal_add(v->gpu, J_NOTE, "session began");
	return 0;
}

int vfu_handle(struct vfu *v)
{
	struct header h;
	int err;

	if (v->fd < 0)
		return new_session(v);
	err = receive(v, &h, sizeof(h));
	if (!err && (h.size < sizeof(h) || h.size > sizeof(v->in)))
		err = -EPROTO;
	if (!err)
		err = receive(v, v->in, h.size - sizeof(h));
	if (!err && !(h.flags & F_TYPE))
		err = dispatch(v, &h, v->in, h.size - sizeof(h));
	close_fds(v);
	if (err)
		end_session(v);
	return err;
}

int vfu_poll_fd(struct vfu *v)
{
	return v->fd >= 0 ? v->fd : v->listen_fd;
}

struct vfu *vfu_create(struct gpu *gpu, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct vfu *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->gpu = gpu;
	v->fd = v->listen_fd = -1;
	memset(v->triggers, 0xff, sizeof(v->triggers));
	if (!path)
		return v;
	v->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	unlink(path);
	if (v->listen_fd < 0 || bind(v->listen_fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(v->listen_fd, 1)) {
		perror(path);
		exit(1);
	}
	return v;
}

void vfu_destroy(struct vfu *v)
{
	end_session(v);
	if (v->listen_fd >= 0)
		close(v->listen_fd);
	free(v);
}
