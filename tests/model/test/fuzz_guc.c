// SPDX-License-Identifier: MIT
/*
 * Fuzzer of the firmware interface: boot data, mailbox, command channel, contexts.
 *
 * Input: operations of one byte, each followed by what it needs.  The card is booted and its channel
 * is up at the start, so that the first message already gets through.
 */
#include "guc_host.h"

struct input {
	const u8 *data;
	size_t size;
};

static u8 take8(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

static u32 take32(struct input *in)
{
	u32 v = take8(in);

	v |= (u32)take8(in) << 8;
	v |= (u32)take8(in) << 16;
	return v | (u32)take8(in) << 24;
}

/* Small numbers and addresses that exist get further than random ones. */
static u32 take_word(struct input *in)
{
	u8 how = take8(in);

	switch (how >> 6) {
	case 0:
		return how & 0x3f;
	case 1:
		return host_desc(how & 7);
	case 2:
		return (how & 0x3f) << 16 | take8(in);
	default:
		return take32(in);
	}
}

static const u16 actions[] = {
	H2G_LOG_FORCE_FLUSH, H2G_POLICY_CHANGE, H2G_SCHEDULE, H2G_MODE_SET, H2G_UPDATE_POLICIES,
	H2G_SLPC, H2G_RC_CONTROL, H2G_AUTH_HUC, H2G_REGISTER, H2G_DEREGISTER,
	H2G_REGISTER_PARALLEL, H2G_FAULT_REPLY, H2G_TLB_INVALIDATE,
};

static void op_message(struct host *h, struct input *in)
{
	u32 words[16], n = take8(in) % 16, i;
	u8 which = take8(in);

	for (i = 0; i < n; i++)
		words[i] = take_word(in);
	host_send(h, which & 0x80, actions[which % ARRAY_SIZE(actions)], words, n);
}

static void op_raw_message(struct host *h, struct input *in)
{
	u32 words[16], n = 1 + take8(in) % 15, i, header = take32(in);

	for (i = 0; i < n; i++)
		words[i] = take32(in);
	host_write(h, header, words, n);
	guc_doorbell(h->gt);
}

static void op_register(struct host *h, struct input *in)
{
	u8 i = take8(in) % 8;

	host_register(h, i, take8(in) % 6, take8(in) & 3);
	HOST_FAST(h, H2G_MODE_SET, i, 1);
}

static void op_poke(struct host *h, struct input *in)
{
	static const u32 at[] = { CT_AT, CT_AT + 0x800, CT_AT + 0x1000, ADS_AT, ADS_AT + 4096, FW_AT };
	u32 base = at[take8(in) % ARRAY_SIZE(at)], off = take8(in) * 4u;

	host_put(h, base + off, take_word(in));
}

static void op_context(struct host *h, struct input *in)
{
	u8 i = take8(in) % 8;

	host_image_of(h, i)[take8(in)] = take_word(in);
}

static void op_ring(struct host *h, struct input *in)
{
	u32 words[8], n = take8(in) % 8, i;
	u8 c = take8(in) % 8;

	for (i = 0; i < n; i++)
		words[i] = take_word(in);
	host_image_of(h, c)[LRC_TAIL] &= RING_SIZE - 8;
	host_ring(h, c, words, n);
}

static void op_boot(struct host *h, struct input *in)
{
	guc_reset(h->gt);
	host_boot_regs(h);
	while (take8(in) & 1)
		host_reg(h, (take8(in) & 1 ? 0xc300 : 0xc180) + (take8(in) & 15) * 4, take_word(in));
	host_dma(h, take8(in) & 1 ? BIT(4) : BIT(9));
	host_time(h, MSEC);
	host_ct_enable(h);
}

static void op_receive(struct host *h)
{
	while (*host_mem(h, CT_AT + 0x804) < G2H_WORDS && host_recv(h))
		;
}

static void one(struct host *h, struct input *in)
{
	switch (take8(in) % 10) {
	case 0:
		op_message(h, in);
		break;
	case 1:
		op_raw_message(h, in);
		break;
	case 2:
		op_register(h, in);
		break;
	case 3:
		op_poke(h, in);
		break;
	case 4:
		op_context(h, in);
		break;
	case 5:
		op_ring(h, in);
		break;
	case 6:
		host_mbox(h, take_word(in) & 0x7fffffff, take_word(in), take_word(in), take_word(in));
		break;
	case 7:
		op_boot(h, in);
		break;
	case 8:
		op_receive(h);
		break;
	default:
		gpu_run(h->gpu, 500);
		host_time(h, take8(in) * 100 * USEC);
	}
}

static int guc_fuzz_one(const u8 *data, size_t size)
{
	struct input in = { data, size };
	static struct host *h;
	unsigned int i;

	if (!h)
		h = host_create();
	memset(h->vram + PRIVATE_AT, 0, CTX_AT(8) - PRIVATE_AT);
	host_image(h, FW_AT);
	host_ads(h, true);
	for (i = 0; i < 8; i++)
		host_context_image(h, i, i == 7 ? GUC_RENDER : GUC_BLITTER);
	gpu_reset(h->gpu, GPU_RESET_FLR);
	pci_config_write(h->gpu, 4, 2, 0x6);
	for (i = 0; i < h->gt->num_engines; i++)
		reg_poke(h->gpu, cs_info(h->gt->engines[i])->base + RING_MODE, GFX_DISABLE_LEGACY_MODE);
	host_boot(h);
	host_ct_enable(h);
	while (in.size)
		one(h, &in);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return guc_fuzz_one(data, size);
}
