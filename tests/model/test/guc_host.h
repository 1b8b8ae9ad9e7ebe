/* SPDX-License-Identifier: MIT */
/*
 * A host for the GuC: a card whose GGTT leads to VRAM, a firmware image, ADS, command channel and
 * contexts laid out there, and the driver's side of every message.
 */
#ifndef XE_MODEL_TEST_GUC_HOST_H
#define XE_MODEL_TEST_GUC_HOST_H

#include <stdlib.h>
#include <string.h>

#include "../clk.h"
#include "../guc_internal.h"
#include "../lrc.h"
#include "../mem.h"
#include "../pci.h"

#define GGTT_BASE	0x1000000u	/* leads to VRAM 0 */
#define GGTT_BYTES	MIB(16)

/* VRAM */
#define FW_AT		0x10000u
#define ADS_AT		0x20000u
#define PRIVATE_AT	0x30000u
#define CT_AT		0x40000u
#define SLPC_AT		0x68000u
#define HWCONFIG_AT	0x6c000u
#define HUC_AT		0x70000u
#define QUEUES_AT	0x80000u
#define CTX_AT(i)	(0x100000u + (i) * 0x10000u)	/* status page, registers; ring and batch behind */
#define RING_OF(i)	(CTX_AT(i) + 0x4000u)
#define BATCH_OF(i)	(CTX_AT(i) + 0x8000u)
#define DATA_OF(i)	(CTX_AT(i) + 0xc000u)
#define RING_SIZE	16384u

#define FW_CODE		0x1800u
#define FW_KEY_WORDS	96u
#define FW_PRIVATE	0x2000u

#define H2G_WORDS	1024u
#define G2H_WORDS	32768u

struct host {
	struct gpu *gpu;
	struct gt *gt;
	struct guc *guc;
	u8 *vram;
	u32 h2g_tail, g2h_head;
	u16 fence;
	u32 msg[CT_MSG_MAX];	/* the last one received */
};

static inline u32 *host_mem(struct host *h, u32 at)
{
	return (u32 *)(h->vram + at);
}

static inline void host_put(struct host *h, u32 at, u32 value)
{
	*host_mem(h, at) = value;
}

/* A CSS image at @at: header, code, signature. */
static inline u32 host_image(struct host *h, u32 at)
{
	u32 header = 32 + FW_KEY_WORDS + FW_KEY_WORDS + 1, i;

	memset(h->vram + at, 0, 0x4000);
	host_put(h, at + 0, 6);
	host_put(h, at + 4, header);
	host_put(h, at + 20, 0x20250101);
	host_put(h, at + 24, header + FW_CODE / 4);
	host_put(h, at + 28, FW_KEY_WORDS);
	host_put(h, at + 32, FW_KEY_WORDS);
	host_put(h, at + 36, 1);
	host_put(h, at + 64, 70 << 16 | 44 << 8 | 1);
	host_put(h, at + 68, 1 << 16 | 14 << 8 | 1);
	host_put(h, at + 120, FW_PRIVATE);
	for (i = 0; i < FW_CODE; i += 4)
		host_put(h, at + 128 + i, i * 0x9e3779b1u);
	for (i = 0; i < FW_KEY_WORDS; i++)
		host_put(h, at + 128 + FW_CODE + i * 4, 0x51900000 + i);
	return 128 + FW_CODE;
}

static inline void host_ads(struct host *h, bool engines)
{
	u8 *map = h->vram + ADS_AT + 4668;
	unsigned int c, n[GUC_CLASSES] = { 0 }, i;

	memset(h->vram + ADS_AT, 0, 0x10000);
	memset(map, 32, 512);
	host_put(h, ADS_AT + 4100, GGTT_BASE + ADS_AT + 4572);
	host_put(h, ADS_AT + 4104, GGTT_BASE + ADS_AT + 4668);
	host_put(h, ADS_AT + 4244, GGTT_BASE + PRIVATE_AT);
	host_put(h, ADS_AT + 4572 + 68, 1);
	host_put(h, ADS_AT + 4248, engines ? GGTT_BASE + ADS_AT + 21692 : 0);
	memset(h->vram + QUEUES_AT, 0, 3 * 0x10000);
	for (i = 0; i < 3; i++) {
		u32 at = ADS_AT + 21692 + 32 + i * 32;

		host_put(h, at, QUEUES_AT + i * 0x10000);
		host_put(h, at + 8, GGTT_BASE + QUEUES_AT + i * 0x10000);
		host_put(h, at + 12, 0x10000);
	}
	for (i = 0; engines && i < h->gt->num_engines; i++) {
		const struct engine_info *info = cs_info(h->gt->engines[i]);

		c = info->class;
		map[c * 32 + n[c]++] = info->instance;
		*host_mem(h, ADS_AT + 4668 + 512 + c * 4) |= BIT(info->instance);
		host_put(h, ADS_AT + 4116 + c * 4, GGTT_BASE + ADS_AT + 0x4000);
		host_put(h, ADS_AT + 4180 + c * 4, 0x1000);
	}
}

static inline void host_reg(struct host *h, u32 off, u32 value)
{
	reg_poke(h->gpu, off, value);
}

/* What the driver writes before it starts the DMA. */
static inline void host_boot_regs(struct host *h)
{
	unsigned int i;

	host_reg(h, GUC_WOPCM_SIZE, 0x6f6000 | 1);
	host_reg(h, DMA_GUC_WOPCM_OFFSET, 0x100000 | 3);
	for (i = 0; i < 16; i++)
		host_reg(h, SOFT_SCRATCH(i), 0);
	host_reg(h, SOFT_SCRATCH(3), BIT(2));
	host_reg(h, SOFT_SCRATCH(5), (GGTT_BASE + ADS_AT) >> 12 << 1);
	host_reg(h, SOFT_SCRATCH(6),
		 (u32)h->gpu->platform->device << 16 | h->gpu->platform->revision);
	host_reg(h, UOS_RSA_SCRATCH(0), GGTT_BASE + FW_AT + 128 + FW_CODE);
	host_reg(h, DMA_ADDR_0_LOW, GGTT_BASE + FW_AT);
	host_reg(h, DMA_ADDR_0_HIGH, 8 << 16);
	host_reg(h, DMA_ADDR_1_LOW, 0x2000);
	host_reg(h, DMA_ADDR_1_HIGH, 7 << 16);
	host_reg(h, DMA_COPY_SIZE, 128 + FW_CODE);
}

static inline void host_dma(struct host *h, u32 flag)
{
	host_reg(h, DMA_CTRL, flag | 1);
	guc_dma_ctrl(h->gt, flag | 1);
}

static inline void host_time(struct host *h, u64 ns)
{
	u64 end = clk_ns(h->gpu->clk) + ns;

	while (clk_ns(h->gpu->clk) < end) {
		clk_step(h->gpu->clk, 10 * USEC);
		clk_run(h->gpu->clk);
	}
}

static inline u32 host_status(struct host *h)
{
	return reg_peek(h->gpu, GUC_STATUS);
}

static inline u32 host_boot(struct host *h)
{
	host_boot_regs(h);
	host_dma(h, BIT(4));
	host_time(h, 2 * MSEC);
	return host_status(h);
}

static inline u32 host_mbox(struct host *h, u32 w0, u32 w1, u32 w2, u32 w3)
{
	host_reg(h, VF_SW_FLAG, w0);
	host_reg(h, VF_SW_FLAG + 4, w1);
	host_reg(h, VF_SW_FLAG + 8, w2);
	host_reg(h, VF_SW_FLAG + 12, w3);
	guc_doorbell(h->gt);
	return reg_peek(h->gpu, VF_SW_FLAG);
}

#define MBOX_OK(data0)	(0xf0000000u | (data0))

static inline bool host_ct_register(struct host *h)
{
	u32 base = GGTT_BASE + CT_AT;

	memset(h->vram + CT_AT, 0, 0x1000);
	h->h2g_tail = 0;
	h->g2h_head = 0;
	return host_mbox(h, 0x508, 0x0903 << 16 | 2, base, 0) == MBOX_OK(1) &&
	       host_mbox(h, 0x508, 0x0902 << 16 | 2, base + 0x1000, 0) == MBOX_OK(1) &&
	       host_mbox(h, 0x508, 0x0904 << 16 | 1, H2G_WORDS * 4, 0) == MBOX_OK(1) &&
	       host_mbox(h, 0x508, 0x0906 << 16 | 2, base + 0x800, 0) == MBOX_OK(1) &&
	       host_mbox(h, 0x508, 0x0905 << 16 | 2, base + 0x2000, 0) == MBOX_OK(1) &&
	       host_mbox(h, 0x508, 0x0907 << 16 | 1, G2H_WORDS * 4, 0) == MBOX_OK(1);
}

static inline bool host_ct_enable(struct host *h)
{
	return host_ct_register(h) && host_mbox(h, 0x4509, 1, 0, 0) == MBOX_OK(0);
}

/* Append without ringing; pads at the end of the ring as the driver does. */
static inline void host_write(struct host *h, u32 header, const u32 *hxg, u32 len)
{
	u32 *ring = host_mem(h, CT_AT + 0x1000);

	if (h->h2g_tail + 1 + len > H2G_WORDS) {
		memset(ring + h->h2g_tail, 0, (H2G_WORDS - h->h2g_tail) * 4);
		h->h2g_tail = 0;
	}
	ring[h->h2g_tail] = header;
	memcpy(ring + h->h2g_tail + 1, hxg, len * 4);
	h->h2g_tail = (h->h2g_tail + 1 + len) % H2G_WORDS;
	host_put(h, CT_AT + 4, h->h2g_tail);
}

static inline u16 host_send(struct host *h, bool fast, u32 action, const u32 *payload, u32 len)
{
	u32 hxg[CT_MSG_MAX];
	u16 fence = (h->fence++ & 0x7fff) | (fast ? 0x8000 : 0);

	hxg[0] = (fast ? 2u << 28 : 0) | action;
	if (len)
		memcpy(hxg + 1, payload, len * 4);
	host_write(h, (u32)fence << 16 | (len + 1), hxg, len + 1);
	guc_doorbell(h->gt);
	return fence;
}

#define HOST_FAST(h, action, ...) do { \
	const u32 words_[] = { __VA_ARGS__ }; \
	host_send(h, true, action, words_, ARRAY_SIZE(words_)); \
} while (0)

/* The next message: its length without the header word, 0: none. */
static inline u32 host_recv(struct host *h)
{
	u32 *ring = host_mem(h, CT_AT + 0x2000), tail = *host_mem(h, CT_AT + 0x804), len, i;

	if (tail == h->g2h_head)
		return 0;
	len = (ring[h->g2h_head] & 0xff) + 1;
	for (i = 0; i < len; i++)
		h->msg[i] = ring[(h->g2h_head + i) % G2H_WORDS];
	h->g2h_head = (h->g2h_head + len) % G2H_WORDS;
	host_put(h, CT_AT + 0x800, h->g2h_head);
	return len - 1;
}

/* True if the next message is the event @action with @a (and @b, if it has two words). */
static inline bool host_event(struct host *h, u32 action, u32 a, u32 b)
{
	u32 len = host_recv(h);

	return len >= 2 && h->msg[0] >> 16 == 0 && h->msg[1] == (0x90000000u | action) &&
	       h->msg[2] == a && (len < 3 || h->msg[3] == b);
}

/* ---- contexts ---- */

static inline const struct engine_info *host_engine(struct host *h, u32 class, u32 nth)
{
	unsigned int i;

	for (i = 0; i < h->gt->num_engines; i++)
		if (cs_info(h->gt->engines[i])->class == class && !nth--)
			return cs_info(h->gt->engines[i]);
	return NULL;
}

static inline u32 *host_image_of(struct host *h, unsigned int i)
{
	return host_mem(h, CTX_AT(i) + 4096);
}

static inline void host_context_image(struct host *h, unsigned int i, u32 class)
{
	const struct engine_info *info = host_engine(h, class, 0);
	const struct lrc_list *list = lrc_layout(class);
	u32 *image = host_image_of(h, i), end = 0, k;

	memset(h->vram + CTX_AT(i), 0, 0x10000);
	for (; list->count && list->word < 0x60; list++) {
		image[list->word] = 0x22u << 23 | BIT(19) | (2u * list->count - 1);
		for (k = 0; k < list->count; k++)
			image[list->word + 1 + 2 * k] = info->base + list->regs[k];
		end = list->word + 1 + 2u * list->count;
	}
	image[end] = 0x0au << 23 | 1;
	image[LRC_CONTROL] = 0x00090009;
	image[LRC_START] = GGTT_BASE + RING_OF(i);
	image[LRC_CTL] = (RING_SIZE - 4096) | 1;
}

static inline u32 host_desc(unsigned int i)
{
	return (GGTT_BASE + CTX_AT(i)) | 1 | 3 << 3;
}

static inline void host_register(struct host *h, unsigned int i, u32 class, u32 mask)
{
	HOST_FAST(h, H2G_REGISTER, 1, i, class, mask, 0, 0, 0, 0, 0, host_desc(i), 0);
}

static inline void host_ring(struct host *h, unsigned int i, const u32 *words, u32 n)
{
	u32 *image = host_image_of(h, i), k;

	for (k = 0; k < n; k++) {
		*host_mem(h, RING_OF(i) + image[LRC_TAIL]) = words[k];
		image[LRC_TAIL] = (image[LRC_TAIL] + 4) % RING_SIZE;
	}
	if (image[LRC_TAIL] & 4) {
		*host_mem(h, RING_OF(i) + image[LRC_TAIL]) = 0;
		image[LRC_TAIL] = (image[LRC_TAIL] + 4) % RING_SIZE;
	}
}

/* Ring text: store @value at DATA_OF(i) + off, through the GGTT. */
static inline void host_ring_store(struct host *h, unsigned int i, u32 off, u32 value)
{
	const u32 text[] = { 0x20u << 23 | BIT(22) | 2, GGTT_BASE + DATA_OF(i) + off, 0, value };

	host_ring(h, i, text, 4);
}

/* Ring text: start the batch at BATCH_OF(i), from the GGTT. */
static inline void host_ring_batch(struct host *h, unsigned int i)
{
	const u32 text[] = { 0x31u << 23 | 1, GGTT_BASE + BATCH_OF(i), 0 };

	host_ring(h, i, text, 3);
}

/* A batch that jumps to itself; @arb: with a point where it can be preempted; ends once word 0 changes. */
static inline void host_spin(struct host *h, unsigned int i, bool arb)
{
	u32 *b = host_mem(h, BATCH_OF(i));

	*b++ = arb ? 0x05u << 23 : 0;
	*b++ = 0x31u << 23 | 1;
	*b++ = GGTT_BASE + BATCH_OF(i);
	*b++ = 0;
}

static inline void host_spin_end(struct host *h, unsigned int i)
{
	host_put(h, BATCH_OF(i), 0x0au << 23);
}

static inline u32 host_data(struct host *h, unsigned int i, u32 off)
{
	return *host_mem(h, DATA_OF(i) + off);
}

/* ---- life ---- */

static inline struct host *host_create(void)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true };
	struct host *h = calloc(1, sizeof(*h));
	unsigned int i;
	u64 off;

	if (!h)
		abort();
	h->gpu = gpu_create(&opt);
	h->gt = &h->gpu->gts[0];
	h->guc = h->gt->guc;
	pci_config_write(h->gpu, 4, 2, 0x6);
	h->vram = mem_vram(h->gpu);
	for (off = 0; off < GGTT_BYTES; off += PAGE_4K)
		((u64 *)mem_gsm(h->gpu))[(GGTT_BASE + off) / PAGE_4K] = off | 3;
	for (i = 0; i < h->gt->num_engines; i++)
		reg_poke(h->gpu, cs_info(h->gt->engines[i])->base + RING_MODE, GFX_DISABLE_LEGACY_MODE);
	host_image(h, FW_AT);
	host_ads(h, true);
	return h;
}

static inline void host_destroy(struct host *h)
{
	gpu_destroy(h->gpu);
	free(h);
}

#endif
