// SPDX-License-Identifier: MIT
/* Boot of the GuC, HuC, the mailbox, and the real firmware file where there is one. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hw.h"
#include "guc_host.h"

static int setup(void **state)
{
	*state = host_create();
	return 0;
}

static int teardown(void **state)
{
	host_destroy(*state);
	return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* ---- boot ---- */

static void reset_state(void **state)
{
	struct host *h = *state;

	assert_int_equal(host_status(h), 1);
	assert_int_equal(h->guc->state, GUC_IN_RESET);
}

static void boots(void **state)
{
	struct host *h = *state;

	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_int_equal(reg_peek(h->gpu, DMA_CTRL) & 1, 0);
	assert_int_equal(h->guc->state, GUC_RUNNING);
	assert_int_equal(counter_get(h->gpu, CNT_GUC_BOOT), 1);
	assert_true(answer_has(h->gpu, "guc", "version 70.44.1"));
	assert_quiet(h->gpu);
}

/* The driver waits for each change of the status: there must be several, in order. */
static void status_walks(void **state)
{
	static const u32 walk[] = { 0x34, 0x800001ec, 0x800005ec, 0x800006ec, 0x800050ec, 0x8000f0ec };
	struct host *h = *state;
	unsigned int i = 0, steps;
	u32 last = host_status(h), now;

	host_boot_regs(h);
	host_dma(h, BIT(4));
	for (steps = 0; steps < 1000 && i < ARRAY_SIZE(walk); steps++) {
		host_time(h, 10 * USEC);
		now = host_status(h);
		if (now == last)
			continue;
		assert_int_equal(now, walk[i++]);
		last = now;
	}
	assert_int_equal(i, ARRAY_SIZE(walk));
}

static void boots_twice(void **state)
{
	struct host *h = *state;

	host_ads(h, false);
	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_true(host_ct_enable(h));
	guc_reset(h->gt);
	assert_int_equal(host_status(h), 1);
	assert_false(h->guc->ct.enabled);
	host_ads(h, true);
	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_true(host_ct_enable(h));
	assert_int_equal(counter_get(h->gpu, CNT_GUC_BOOT), 2);
	assert_quiet(h->gpu);
}

static void reset_in_the_middle(void **state)
{
	struct host *h = *state;

	host_boot_regs(h);
	host_dma(h, BIT(4));
	host_time(h, 100 * USEC);
	guc_reset(h->gt);
	host_time(h, 2 * MSEC);
	assert_int_equal(host_status(h), 1);
	assert_quiet(h->gpu);
}

/* The ADS points to system memory, which a card behind a frozen channel cannot read: nobody's fault. */
static void frozen_in_the_middle(void **state)
{
	u64 at = GGTT_BASE + GGTT_BYTES, pte = 0x200000 | BIT(0);
	struct host *h = *state;

	memcpy(mem_gsm(h->gpu) + at / PAGE_4K * 8, &pte, sizeof(pte));
	host_put(h, ADS_AT + 4100, (u32)at);
	host_boot_regs(h);
	assert_true(answer_has(h->gpu, "vanish dma 1 for=0 dma", "ok"));
	host_dma(h, BIT(4));
	host_time(h, 2 * MSEC);
	assert_true(answer_has(h->gpu, "vanish off", "ok"));
	assert_int_equal(h->guc->state, GUC_FAILED);
	assert_quiet(h->gpu);
}

static void boot_without_reset(void **state)
{
	struct host *h = *state;

	host_boot(h);
	assert_violates(h->gpu, "guc-boot-not-in-reset", host_dma(h, BIT(4)));
	assert_int_equal(host_status(h), 0x8000f0ec);
}

/* Each row breaks one thing; the status must be the boot's own word for it. */
struct wrong {
	const char *what;
	void (*fn)(struct host *h);
	u32 status;
};

static void wopcm_open(struct host *h) { host_reg(h, GUC_WOPCM_SIZE, 0x6f6000); }
static void wopcm_invalid(struct host *h) { host_reg(h, DMA_GUC_WOPCM_OFFSET, 0x100000); }
static void wopcm_large(struct host *h) { host_reg(h, DMA_GUC_WOPCM_OFFSET, 0x700001); }
static void wopcm_small(struct host *h) { host_reg(h, GUC_WOPCM_SIZE, 0x5001); }
static void dst_wrong(struct host *h) { host_reg(h, DMA_ADDR_1_LOW, 0x3000); }
static void size_wrong(struct host *h) { host_reg(h, DMA_COPY_SIZE, 128 + FW_CODE - 4); }
static void size_tiny(struct host *h) { host_reg(h, DMA_COPY_SIZE, 64); }
static void css_words(struct host *h) { host_put(h, FW_AT + 4, 7); }
static void css_total(struct host *h) { host_put(h, FW_AT + 24, 3); }
static void src_unmapped(struct host *h) { host_reg(h, DMA_ADDR_0_LOW, 0x40000000); }
static void rsa_unmapped(struct host *h) { host_reg(h, UOS_RSA_SCRATCH(0), 0x40000000); }
static void rsa_zero(struct host *h) { memset(h->vram + FW_AT + 128 + FW_CODE, 0, FW_KEY_WORDS * 4); }
static void device_wrong(struct host *h) { host_reg(h, SOFT_SCRATCH(6), 0x12340000); }
static void ads_nowhere(struct host *h) { host_reg(h, SOFT_SCRATCH(5), 0x40000000 >> 12 << 1); }
static void ads_policies(struct host *h) { host_put(h, ADS_AT + 4572 + 68, 0); }
static void ads_info(struct host *h) { host_put(h, ADS_AT + 4104, 0x40000000); }
static void ads_golden(struct host *h) { host_put(h, ADS_AT + 4116, 0); }
static void ads_private(struct host *h) { host_put(h, ADS_AT + 4244, 0x40000000); }
static void ads_no_queues(struct host *h) { host_put(h, ADS_AT + 4248, 0); }
static void ads_queues(struct host *h) { host_put(h, ADS_AT + 4248, 0x40000000); }
static void ads_queue_size(struct host *h) { host_put(h, ADS_AT + 21692 + 32 + 12, 0x1000); }
static void ads_queue_device(struct host *h) { host_put(h, ADS_AT + 21692 + 64, QUEUES_AT); }
static void ads_queue_ggtt(struct host *h) { host_put(h, ADS_AT + 21692 + 96 + 8, 0x40000000); }
static void ads_queue_used(struct host *h) { h->vram[QUEUES_AT + 0x1ffff] = 1; }

static void ads_queue_shared(struct host *h)
{
	host_put(h, ADS_AT + 21692 + 96, QUEUES_AT);
	host_put(h, ADS_AT + 21692 + 96 + 8, GGTT_BASE + QUEUES_AT);
}

static void ads_mapping(struct host *h) { h->vram[ADS_AT + 4668 + 5] = 7; }

static void ads_list(struct host *h)
{
	host_put(h, ADS_AT, GGTT_BASE + ADS_AT + 0x6000);
	host_put(h, ADS_AT + 4, 1);
	host_put(h, ADS_AT + 0x6000, 0x3fffc);	/* no register */
}

static void ads_one(struct host *h, u32 reg, u32 flags)
{
	host_put(h, ADS_AT, GGTT_BASE + ADS_AT + 0x6000);
	host_put(h, ADS_AT + 4, 1);
	host_put(h, ADS_AT + 0x6000, reg);
	host_put(h, ADS_AT + 0x6008, flags);
}

/* steered to an instance: not replicated; an instance without being steered; a bit that there is not */
static void ads_not_mcr(struct host *h) { ads_one(h, 0xc064, BIT(1) | 2 << 12); }
static void ads_not_steered(struct host *h) { ads_one(h, 0xe194, 1 << 20); }
static void ads_flag(struct host *h) { ads_one(h, 0xe194, BIT(4)); }

static void ads_list_long(struct host *h)
{
	host_put(h, ADS_AT, GGTT_BASE + ADS_AT + 0x6000);
	host_put(h, ADS_AT + 4, 0xffff);
}

static void ads_klv(struct host *h)
{
	host_put(h, ADS_AT + 4516, GGTT_BASE + ADS_AT + 0x6000);
	host_put(h, ADS_AT + 4524, 8);
	host_put(h, ADS_AT + 0x6000, 0x90020002);	/* longer than the list */
}

static const struct wrong wrongs[] = {
	{ "wopcm-unlocked", wopcm_open, 0x74 << 1 },
	{ "wopcm-unlocked", wopcm_invalid, 0x74 << 1 },
	{ "firmware-dma", wopcm_large, 0x74 << 1 },
	{ "firmware-dma", wopcm_small, 0x74 << 1 },
	{ "firmware-dma", dst_wrong, 0x74 << 1 },
	{ "firmware-size", size_wrong, 0x75 << 1 },
	{ "firmware-dma", size_tiny, 0x74 << 1 },
	{ "firmware-header", css_words, 0x75 << 1 },
	{ "firmware-size", css_total, 0x75 << 1 },
	{ "firmware-dma", src_unmapped, 0x75 << 1 },
	{ "firmware-signature", rsa_unmapped, 0x40000000 | 0x50 << 1 },
	{ "firmware-signature", rsa_zero, 0x40000000 | 0x50 << 1 },
	{ "guc-param", device_wrong, 0x800002ec },
	{ "ads-pointer", ads_nowhere, 0x800071ec },
	{ "ads-policies", ads_policies, 0x800071ec },
	{ "ads-pointer", ads_info, 0x800071ec },
	{ "ads-golden", ads_golden, 0x800071ec },
	{ "ads-private", ads_private, 0x800071ec },
	{ "ads-faults", ads_no_queues, 0x800071ec },
	{ "ads-pointer", ads_queues, 0x800071ec },
	{ "ads-faults", ads_queue_size, 0x800071ec },
	{ "ads-faults", ads_queue_device, 0x800071ec },
	{ "ads-faults", ads_queue_ggtt, 0x800071ec },
	{ "ads-faults", ads_queue_used, 0x800071ec },
	{ "ads-faults", ads_queue_shared, 0x800071ec },
	{ "ads-mapping", ads_mapping, 0x800071ec },
	{ "ads-reg-list", ads_list, 0x800074ec },
	{ "ads-reg-list", ads_list_long, 0x800074ec },
	{ "ads-reg-list", ads_not_mcr, 0x800074ec },
	{ "ads-reg-list", ads_not_steered, 0x800074ec },
	{ "ads-reg-list", ads_flag, 0x800074ec },
	{ "ads-klv", ads_klv, 0x800075ec },
};

static void refuses(void **state)
{
	struct host *h = *state;
	const struct wrong *w;

	for (w = wrongs; w < wrongs + ARRAY_SIZE(wrongs); w++) {
		guc_reset(h->gt);
		host_image(h, FW_AT);
		host_ads(h, true);
		host_boot_regs(h);
		w->fn(h);
		assert_violates(h->gpu, w->what, host_dma(h, BIT(4)));
		host_time(h, 2 * MSEC);
		assert_int_equal(host_status(h), w->status);
		assert_int_equal(h->guc->state, GUC_FAILED);
	}
}

static void steered_lists(void **state)
{
	struct host *h = *state;

	host_ads(h, true);
	ads_one(h, 0xe194, BIT(0) | BIT(1) | 2 << 12 | 3 << 20);
	assert_int_equal(host_boot(h), 0x8000f0ec);
	assert_quiet(h->gpu);
}

/* Where the GGTT begins for firmware follows the WOPCM that the driver set up. */
static void wopcm_floor(void **state)
{
	struct host *h = *state;
	u64 off;

	for (off = 0; off < GGTT_BYTES; off += PAGE_4K)
		((u64 *)mem_gsm(h->gpu))[(MIB(4) + off) / PAGE_4K] = off | 3;
	assert_false(guc_buffer_ok(h->guc, MIB(4), PAGE_4K));
	assert_true(guc_buffer_ok(h->guc, MIB(8), PAGE_4K));
	host_reg(h, GUC_WOPCM_SIZE, 0x363000 | 1);
	host_reg(h, DMA_GUC_WOPCM_OFFSET, 0x94000 | 3);
	assert_true(guc_buffer_ok(h->guc, MIB(4), PAGE_4K));
	assert_false(guc_buffer_ok(h->guc, MIB(4) - PAGE_4K, PAGE_4K));
	host_reg(h, GUC_WOPCM_SIZE, 0x763000 | 1);
	assert_false(guc_buffer_ok(h->guc, MIB(8) - PAGE_4K, PAGE_4K));
	assert_true(guc_buffer_ok(h->guc, MIB(8), PAGE_4K));
}

static void scripted(void **state)
{
	static const struct {
		const char *fault;
		u32 status;
	} rows[] = {
		{ "guc.boot-status value=0x76", 0x800076ec },
		{ "guc.bootrom-status value=0x13", 0x13 << 1 },
		{ "guc.auth", 0x40000000 | 0x50 << 1 },
		{ "guc.boot-hang", 0x800005ec },
	};
	struct host *h = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		guc_reset(h->gt);
		arm(h->gpu, rows[i].fault);
		assert_int_equal(host_boot(h), rows[i].status);
		assert_int_not_equal(h->guc->state, GUC_RUNNING);
	}
	guc_reset(h->gt);
	arm(h->gpu, "guc.dma-stuck");
	host_boot(h);
	assert_int_equal(reg_peek(h->gpu, DMA_CTRL) & 1, 1);
	arm(h->gpu, "guc.no-reset");
	guc_reset(h->gt);
	assert_int_equal(host_status(h), 0);
	assert_quiet(h->gpu);
}

/* ---- HuC ---- */

static void huc_load(struct host *h)
{
	u32 size = host_image(h, HUC_AT);

	host_boot_regs(h);
	host_reg(h, DMA_ADDR_0_LOW, GGTT_BASE + HUC_AT);
	host_reg(h, DMA_ADDR_1_LOW, 0);
	host_reg(h, DMA_COPY_SIZE, size);
	host_dma(h, BIT(9));
}

static void huc(void **state)
{
	struct host *h = *state;
	const u32 signature = GGTT_BASE + HUC_AT + 128 + FW_CODE;
	u16 fence;

	huc_load(h);
	assert_int_equal(host_status(h), 1);
	host_boot(h);
	assert_true(host_ct_enable(h));
	fence = host_send(h, false, H2G_AUTH_HUC, &signature, 1);
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[0] >> 16, fence);
	assert_int_equal(h->msg[1], MBOX_OK(0));
	assert_int_equal(reg_peek(h->gpu, HUC_KERNEL_LOAD_INFO) & 1, 1);
	assert_quiet(h->gpu);
}

static void huc_not_loaded(void **state)
{
	struct host *h = *state;
	const u32 signature = GGTT_BASE;

	host_boot(h);
	host_ct_enable(h);
	assert_violates(h->gpu, "huc-not-loaded", host_send(h, false, H2G_AUTH_HUC, &signature, 1));
	assert_int_equal(host_recv(h), 1);
	assert_int_equal(h->msg[1] >> 28, 0x8 | HXG_FAILURE);
	assert_int_equal(reg_peek(h->gpu, HUC_KERNEL_LOAD_INFO) & 1, 0);
}

/* ---- mailbox ---- */

static void hwconfig_table(void **state)
{
	/* what kernel and compute runtime look for */
	static const u32 wanted[] = { 1, 2, 3, 10, 11, 15, 23, 24, 62, 64, 65, 70, 71, 73, 83 };
	struct host *h = *state;
	u32 size, pos = 0, *table = host_mem(h, HWCONFIG_AT), found = 0;

	host_boot(h);
	size = host_mbox(h, 0x4100, 0, 0, 0);
	assert_int_equal(size >> 28, 0xf);
	size &= 0xfffffff;
	assert_true(size > 0 && size < 4096 && size % 4 == 0);
	assert_int_equal(host_mbox(h, 0x4100, GGTT_BASE + HWCONFIG_AT, 0, size), MBOX_OK(0));
	while (pos < size / 4) {
		for (u32 i = 0; i < ARRAY_SIZE(wanted); i++)
			found += table[pos] == wanted[i] && table[pos + 1] == 1 && table[pos + 2];
		pos += 2 + table[pos + 1];
	}
	assert_int_equal(pos, size / 4);
	assert_int_equal(found, ARRAY_SIZE(wanted));
	assert_quiet(h->gpu);
	assert_violates(h->gpu, "hwconfig-buffer", host_mbox(h, 0x4100, 0x1000, 0, size));
	assert_violates(h->gpu, "hwconfig-buffer",
			host_mbox(h, 0x4100, GGTT_BASE + HWCONFIG_AT, 0, 4));
}

static void mailbox_strict(void **state)
{
	struct host *h = *state;

	assert_violates(h->gpu, "doorbell-no-firmware", guc_doorbell(h->gt));
	host_boot(h);
	assert_violates(h->gpu, "mailbox-unknown-action", host_mbox(h, 0x1234, 0, 0, 0));
	assert_int_equal(reg_peek(h->gpu, VF_SW_FLAG), 0xe0000030);
	assert_violates(h->gpu, "mailbox-malformed", host_mbox(h, 0x10000000 | 0x4100, 0, 0, 0));
	assert_violates(h->gpu, "mailbox-malformed", host_mbox(h, 0x00010000 | 0x4100, 0, 0, 0));
	assert_violates(h->gpu, "mailbox-klv", host_mbox(h, 0x508, 0x0999 << 16 | 1, 0, 0));
	assert_int_equal(reg_peek(h->gpu, VF_SW_FLAG), MBOX_OK(0));
	assert_violates(h->gpu, "mailbox-klv", host_mbox(h, 0x508, 0x0904 << 16 | 2, 4096, 0));
	assert_violates(h->gpu, "ct-config", host_mbox(h, 0x508, 0x0904 << 16 | 1, 4000, 0));
	assert_violates(h->gpu, "ct-config", host_mbox(h, 0x508, 0x0902 << 16 | 2, 0x1000, 0));
	assert_violates(h->gpu, "ct-config",
			host_mbox(h, 0x508, 0x0902 << 16 | 2, GGTT_BASE + 4, 0));
	assert_violates(h->gpu, "ct-not-registered", host_mbox(h, 0x4509, 1, 0, 0));
	assert_violates(h->gpu, "mailbox-malformed", host_mbox(h, 0x4509, 2, 0, 0));
	pci_config_write(h->gpu, 0x64, 2, 3);
	assert_violates(h->gpu, "doorbell-asleep", guc_doorbell(h->gt));
}

static void mailbox_scripted(void **state)
{
	struct host *h = *state;

	host_boot(h);
	arm(h->gpu, "guc.mailbox-fail value=0x41");
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0), 0xe0000041);
	arm(h->gpu, "guc.mailbox-none");
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0), 0);
	guc_doorbell(h->gt);	/* the request was read, and is not read again */
	assert_int_equal(reg_peek(h->gpu, VF_SW_FLAG), 0);
	arm(h->gpu, "guc.mailbox-late value=500");
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0), 0);
	host_time(h, 400 * USEC);
	assert_int_equal(reg_peek(h->gpu, VF_SW_FLAG), 0);
	host_time(h, 200 * USEC);
	assert_int_equal(reg_peek(h->gpu, VF_SW_FLAG) >> 28, 0xf);
	arm(h->gpu, "guc.mailbox-busy");
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0) >> 28, 0xb);
	arm(h->gpu, "guc.mailbox-retry");
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0) >> 28, 0xd);
	arm(h->gpu, "guc.mailbox-junk value=0xdeadbeef");
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0), 0xdeadbeef);
	arm(h->gpu, "guc.mailbox-junk value=0x1234");
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0), 0x1234);
	guc_doorbell(h->gt);	/* nor is junk a request */
	assert_int_equal(reg_peek(h->gpu, VF_SW_FLAG), 0x1234);
	assert_int_equal(host_mbox(h, 0x4100, 0, 0, 0) >> 28, 0xf);
	assert_quiet(h->gpu);
}

/* A doorbell without a new request leaves the last answer alone. */
static void mailbox_once(void **state)
{
	struct host *h = *state;
	u32 answer;

	host_boot(h);
	answer = host_mbox(h, 0x4100, 0, 0, 0);
	guc_doorbell(h->gt);
	assert_int_equal(reg_peek(h->gpu, VF_SW_FLAG), answer);
	assert_int_equal(counter_get(h->gpu, CNT_MAILBOX), 1);
}

static void soft_reset(void **state)
{
	struct host *h = *state;

	host_boot(h);
	host_ct_enable(h);
	host_context_image(h, 3, GUC_BLITTER);
	host_register(h, 3, GUC_BLITTER, 1);
	assert_int_equal(h->guc->sched.num_contexts, 1);
	assert_int_equal(host_mbox(h, 0x5507, 0, 0, 0), MBOX_OK(0));
	assert_int_equal(h->guc->sched.num_contexts, 0);
	assert_false(h->guc->ct.enabled);
	assert_true(host_ct_enable(h));
	host_register(h, 3, GUC_BLITTER, 1);
	assert_quiet(h->gpu);
}

/* ---- the real file ---- */

static bool find_firmware(char *path, size_t len)
{
	char lab[512];
	struct dirent *d;
	bool found = false;
	DIR *dir;

	snprintf(lab, sizeof(lab), "%s/.cache/xe-lab", getenv("HOME") ? getenv("HOME") : "");
	if (getenv("XE_LAB"))
		snprintf(lab, sizeof(lab), "%s", getenv("XE_LAB"));
	dir = opendir(lab);
	while (dir && !found && (d = readdir(dir))) {
		if (strncmp(d->d_name, "firmware", 8))
			continue;
		snprintf(path, len, "%s/%s/xe/bmg_guc_70.bin", lab, d->d_name);
		found = !access(path, R_OK);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void real_file(void **state)
{
	struct host *h = *state;
	u32 header, total, key, size;
	char path[1024];
	struct stat st;
	int fd;

	if (!find_firmware(path, sizeof(path))) {
		print_message("skipped: no xe/bmg_guc_70.bin in the lab's cache\n");
		skip();
	}
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && !fstat(fd, &st) && st.st_size < 0x400000);
	assert_int_equal(read(fd, h->vram + 0x800000, st.st_size), st.st_size);
	close(fd);
	header = *host_mem(h, 0x800004);
	total = *host_mem(h, 0x800018);
	key = *host_mem(h, 0x80001c);
	size = 128 + (total - header) * 4;
	assert_true(size + key * 4 <= (u32)st.st_size);
	host_boot_regs(h);
	host_reg(h, UOS_RSA_SCRATCH(0), GGTT_BASE + 0x800000 + size);
	host_reg(h, DMA_ADDR_0_LOW, GGTT_BASE + 0x800000);
	host_reg(h, DMA_COPY_SIZE, size);
	/* It wants 9 MiB of private data: any mapped memory will do. */
	memcpy(mem_gsm(h->gpu) + 0x20000000 / PAGE_4K * 8, mem_gsm(h->gpu) + GGTT_BASE / PAGE_4K * 8,
	       GGTT_BYTES / PAGE_4K * 8);
	host_put(h, ADS_AT + 4244, 0x20000000);
	host_dma(h, BIT(4));
	host_time(h, 2 * MSEC);
	assert_int_equal(host_status(h), 0x8000f0ec);
	assert_memory_equal(h->guc->boot.wopcm + 0x102000, h->vram + 0x800000, size);
	assert_int_equal(h->guc->boot.fw.version >> 16 & 0xff, 70);
	assert_quiet(h->gpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reset_state), TEST(boots), TEST(status_walks), TEST(boots_twice),
		TEST(reset_in_the_middle), TEST(frozen_in_the_middle), TEST(boot_without_reset), TEST(refuses), TEST(scripted),
		TEST(huc), TEST(huc_not_loaded), TEST(hwconfig_table), TEST(steered_lists), TEST(wopcm_floor),
		TEST(mailbox_strict),
		TEST(mailbox_scripted), TEST(mailbox_once), TEST(soft_reset), TEST(real_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
