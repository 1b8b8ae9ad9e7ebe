// SPDX-License-Identifier: MIT
/*
 * Boot of the GuC, and of the HuC that it authenticates: the DMA engine copies an image from the
 * GGTT into the WOPCM, then GUC_STATUS walks through the states of boot ROM and firmware.
 *
 * The bytes are really copied and looked at: what a boot ROM would reject ends in the status that a
 * boot ROM would give, and in a violation that says why.
 */
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "fault.h"
#include "guc_internal.h"
#include "journal.h"
#include "mem.h"

#define START_DMA			BIT(0)
#define UOS_MOVE			BIT(4)
#define HUC_UKERNEL			BIT(9)
#define DMA_ADDR_SPACE_MASK		GENMASK(20, 16)
#define DMA_ADDRESS_SPACE_WOPCM		7
#define DMA_ADDRESS_SPACE_GGTT		8

#define WOPCM_LOCKED		BIT(0)
#define WOPCM_VALID		BIT(0)
#define WOPCM_RESERVED		KIB(16)	/* at its start */
#define GUC_DEST		0x2000	/* below it lies the stack */
#define GUC_STACK		KIB(8)

#define CSS_BYTES		128

/* Boot ROM states */
#define ROM_KEY_FOUND		0x1a
#define ROM_RSA_FAILED		0x50
#define ROM_WOPCM_FAILED	0x74
#define ROM_LOADLOC_FAILED	0x75
#define ROM_JUMPED		0x76
/* Firmware states */
#define FW_START		0x01
#define FW_WRONG_DEVICE		0x02
#define FW_HWCONFIG_START	0x05
#define FW_HWCONFIG_DONE	0x06
#define FW_DPC_READY		0x50
#define FW_READY		0xf0

#define AUTH_BAD		1u
#define AUTH_GOOD		2u
#define STATUS(auth, fw, rom)	((u32)(auth) << 30 | (u32)(fw) << 8 | (u32)(rom) << 1)

#define BOOT_STEP_NS		(40 * USEC)

static u32 le32(const u8 *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* ---- the status register walks ---- */

static void boot_done(struct guc *guc)
{
	u32 status = guc_reg(guc, GUC_STATUS);

	if ((status >> 8 & 0xff) == FW_READY) {
		guc->state = GUC_RUNNING;
		guc->boot.boots++;
		count(guc->gpu, CNT_GUC_BOOT);
	} else {
		guc->state = GUC_FAILED;
	}
	journal_add(guc->gpu, J_GUC, "gt%u boot ends with status %#010x", guc->gt->id, status);
}

static void boot_step(void *arg)
{
	struct guc *guc = arg;
	struct guc_boot *boot = &guc->boot;

	boot->timer = 0;
	if (boot->step == boot->num_steps)
		return;
	guc_reg_set(guc, GUC_STATUS, boot->steps[boot->step++]);
	if (boot->step < boot->num_steps)
		boot->timer = clk_after(guc->gpu->clk, BOOT_STEP_NS, boot_step, guc);
	else if (!boot->hang)
		boot_done(guc);
}

static void add_step(struct guc_boot *boot, u32 status)
{
	boot->steps[boot->num_steps++] = status;
}

/* The walk that ends in @fw, or in a boot ROM state if @rom is none of those that jump. */
static void boot_plan(struct guc *guc, u8 rom, u8 fw)
{
	struct guc_boot *boot = &guc->boot;
	u64 value;

	value = rom;
	if (fault_take(guc->gpu, FAULT_GUC_BOOTROM, &value))
		rom = value;
	if (fault_take(guc->gpu, FAULT_GUC_AUTH, NULL))
		rom = ROM_RSA_FAILED;
	value = 0x70;
	if (fault_take(guc->gpu, FAULT_GUC_BOOT_STATUS, &value))
		fw = value;

	boot->num_steps = 0;
	boot->step = 0;
	boot->hang = false;
	add_step(boot, STATUS(0, 0, ROM_KEY_FOUND));
	if (rom != ROM_JUMPED) {
		add_step(boot, STATUS(rom == ROM_RSA_FAILED ? AUTH_BAD : 0, 0, rom));
		return;
	}
	add_step(boot, STATUS(AUTH_GOOD, FW_START, rom));
	add_step(boot, STATUS(AUTH_GOOD, FW_HWCONFIG_START, rom));
	boot->hang = fault_take(guc->gpu, FAULT_GUC_BOOT_HANG, NULL);
	if (boot->hang)
		return;
	add_step(boot, STATUS(AUTH_GOOD, FW_HWCONFIG_DONE, rom));
	add_step(boot, STATUS(AUTH_GOOD, FW_DPC_READY, rom));
	add_step(boot, STATUS(AUTH_GOOD, fw, rom));
}

/* ---- checks of what was copied and set up ---- */

static bool css_parse(struct guc *guc, const char *name, const u8 *css, u32 size,
		      struct guc_image *image)
{
	u32 header = le32(css + 4), total = le32(css + 24);
	u32 key = le32(css + 28), modulus = le32(css + 32), exponent = le32(css + 36);

	memset(image, 0, sizeof(*image));
	if (key > 1024 || modulus > 1024 || exponent > 1024 || header > 4096 ||
	    (u64)header != (u64)key + modulus + exponent + CSS_BYTES / 4) {
		violation(guc->gpu, V_FIRMWARE_HEADER,
			  "%s CSS: header %u words, key %u, modulus %u, exponent %u", name, header,
			  key, modulus, exponent);
		return false;
	}
	if (total <= header || size != CSS_BYTES + (u64)(total - header) * 4) {
		violation(guc->gpu, V_FIRMWARE_SIZE,
			  "%s copied %u bytes, CSS says header %u total %u words", name, size,
			  header, total);
		return false;
	}
	image->bytes = size;
	image->key_bytes = key * 4;
	image->date = le32(css + 20);
	image->version = le32(css + 64);
	image->submission = le32(css + 68);
	image->private_bytes = le32(css + 120);
	image->valid = true;
	return true;
}

static bool all_zero(const u8 *p, size_t len)
{
	while (len && !*p) {
		p++;
		len--;
	}
	return !len;
}

/* Long signatures lie in the GGTT, short ones in the scratch registers. */
static bool signature_ok(struct guc *guc)
{
	u8 sig[4096] = { 0 };
	u32 len = guc->boot.fw.key_bytes, i, word;

	if (len > 256) {
		u32 addr = guc_reg(guc, UOS_RSA_SCRATCH(0));

		if (!guc_buffer_ok(guc, addr, len) || ggtt_read(guc->gpu, addr, sig, len)) {
			if (is_cut_off(guc->gpu))
				return false;
			violation(guc->gpu, V_FIRMWARE_SIGNATURE,
				  "signature of %u bytes at GGTT %#x cannot be read", len, addr);
			return false;
		}
	} else {
		for (i = 0; i < len / 4; i++) {
			word = guc_reg(guc, UOS_RSA_SCRATCH(i));
			memcpy(sig + i * 4ul, &word, 4);
		}
	}
	if (all_zero(sig, len)) {
		violation(guc->gpu, V_FIRMWARE_SIGNATURE, "signature of %u bytes is all zero", len);
		return false;
	}
	return true;
}

/* Boot parameters: the log buffer, the device id, the ADS. 0 or the firmware's error state. */
static u8 params_check(struct guc *guc)
{
	struct guc_boot *boot = &guc->boot;
	u32 id = (u32)guc->gpu->platform->device << 16 | guc->gpu->platform->revision;
	u64 ads = (u64)(boot->params[4] >> 1 & 0xfffff) << 12;
	unsigned int i;

	if (boot->params[5] != id) {
		violation(guc->gpu, V_GUC_PARAM, "device id %#010x, the card is %#010x",
			  boot->params[5], id);
		return FW_WRONG_DEVICE;
	}
	if ((boot->params[0] & BIT(0)) &&
	    !guc_buffer_ok(guc, boot->params[0] & GENMASK(31, 12), PAGE_4K))
		violation(guc->gpu, V_GUC_PARAM, "log buffer %#x is not mapped",
			  boot->params[0] & GENMASK(31, 12));
	if (boot->params[4] & ~GENMASK(20, 1))
		violation(guc->gpu, V_GUC_PARAM, "ADS word %#x has unknown bits", boot->params[4]);
	for (i = 6; i < ARRAY_SIZE(boot->params); i++)
		if (boot->params[i])
			violation(guc->gpu, V_GUC_PARAM, "reserved word %u is %#x", i,
				  boot->params[i]);
	return guc_ads_load(guc, ads);
}

static void boot_start(struct guc *guc)
{
	struct guc_boot *boot = &guc->boot;
	const u8 *css = boot->wopcm + (guc_reg(guc, DMA_GUC_WOPCM_OFFSET) & GENMASK(31, 14)) + GUC_DEST;
	unsigned int i;
	u8 rom = ROM_JUMPED, fw = FW_READY, bad;

	for (i = 0; i < ARRAY_SIZE(boot->params); i++)
		boot->params[i] = guc_reg(guc, SOFT_SCRATCH(1 + i));
	if (!css_parse(guc, "GuC", css, guc_reg(guc, DMA_COPY_SIZE), &boot->fw)) {
		rom = ROM_LOADLOC_FAILED;
	} else if (!signature_ok(guc)) {
		rom = ROM_RSA_FAILED;
	} else {
		bad = params_check(guc);
		if (bad)
			fw = bad;
	}
	boot_plan(guc, rom, fw);
	guc_sched_check_stopped(guc, "firmware started");
	guc_sched_stop(guc);
	guc_sched_init(guc);
	guc->state = GUC_BOOTING;
	journal_add(guc->gpu, J_GUC, "gt%u boot of GuC %u.%u.%u, %u bytes", guc->gt->id,
		    boot->fw.version >> 16 & 0xff, boot->fw.version >> 8 & 0xff,
		    boot->fw.version & 0xff, boot->fw.bytes);
	boot->timer = clk_after(guc->gpu->clk, BOOT_STEP_NS, boot_step, guc);
}

static void boot_fail(struct guc *guc, u8 rom)
{
	boot_plan(guc, rom, 0);
	guc->state = GUC_BOOTING;
	guc->boot.timer = clk_after(guc->gpu->clk, BOOT_STEP_NS, boot_step, guc);
}

/* ---- the DMA engine ---- */

struct dma_job {
	u64 src;
	u32 dst, size;		/* destination: absolute, in the WOPCM */
	bool huc;
};

static bool dma_bad(struct guc *guc, const char *what, u32 value)
{
	violation(guc->gpu, V_FIRMWARE_DMA, "%s: %#x", what, value);
	return false;
}

static bool dma_wopcm(struct guc *guc, struct dma_job *job)
{
	u32 size = guc_reg(guc, GUC_WOPCM_SIZE), base = guc_reg(guc, DMA_GUC_WOPCM_OFFSET);
	u32 room, want = job->huc ? 0 : GUC_DEST;

	if (!(size & WOPCM_LOCKED) || !(base & WOPCM_VALID)) {
		violation(guc->gpu, V_WOPCM_UNLOCKED, "DMA with size %#x base %#x", size, base);
		return false;
	}
	size &= GENMASK(31, 12);
	base &= GENMASK(31, 14);
	if (base < WOPCM_RESERVED || (u64)base + size > GUC_WOPCM_MAX)
		return dma_bad(guc, "WOPCM layout, base", base);
	if (job->dst != want)
		return dma_bad(guc, "destination", job->dst);
	room = job->huc ? base - WOPCM_RESERVED : size - MIN(size, GUC_DEST + GUC_STACK);
	if (job->size < CSS_BYTES || job->size > room)
		return dma_bad(guc, "size", job->size);
	if (!job->huc)
		job->dst += base;
	return true;
}

static bool dma_setup(struct guc *guc, u32 ctrl, struct dma_job *job)
{
	u32 src_hi = guc_reg(guc, DMA_ADDR_0_HIGH), dst_hi = guc_reg(guc, DMA_ADDR_1_HIGH);

	job->src = guc_reg(guc, DMA_ADDR_0_LOW);
	job->dst = guc_reg(guc, DMA_ADDR_1_LOW);
	job->size = guc_reg(guc, DMA_COPY_SIZE);
	job->huc = ctrl & HUC_UKERNEL;
	if ((ctrl & ~START_DMA) != UOS_MOVE && (ctrl & ~START_DMA) != HUC_UKERNEL)
		return dma_bad(guc, "flags", ctrl);
	if (src_hi != FIELD_PREP(DMA_ADDR_SPACE_MASK, DMA_ADDRESS_SPACE_GGTT))
		return dma_bad(guc, "source address high", src_hi);
	if (dst_hi != FIELD_PREP(DMA_ADDR_SPACE_MASK, DMA_ADDRESS_SPACE_WOPCM))
		return dma_bad(guc, "destination address high", dst_hi);
	if (!job->huc && guc->state != GUC_IN_RESET) {
		violation(guc->gpu, V_GUC_NOT_IN_RESET, "status %#x", guc_reg(guc, GUC_STATUS));
		return false;
	}
	return true;
}

static bool dma_copy(struct guc *guc, const struct dma_job *job)
{
	if (!guc->boot.wopcm)
		guc->boot.wopcm = calloc(1, GUC_WOPCM_MAX);
	if (!guc->boot.wopcm)
		abort();
	if (!guc_buffer_ok(guc, job->src, job->size))
		return dma_bad(guc, "source is not mapped", (u32)job->src);
	return !ggtt_read(guc->gpu, job->src, guc->boot.wopcm + job->dst, job->size);
}

void guc_dma_ctrl(struct gt *gt, u32 value)
{
	struct guc *guc = gt->guc;
	struct dma_job job;
	u32 ctrl = value & 0xffff;
	bool ok;

	if (is_gone(gt->gpu) || fault_take(gt->gpu, FAULT_GUC_DMA_STUCK, NULL))
		return;
	guc_reg_set(guc, DMA_CTRL, guc_reg(guc, DMA_CTRL) & ~START_DMA);
	if (!dma_setup(guc, ctrl, &job))
		return;
	ok = dma_wopcm(guc, &job);
	if (!ok || !dma_copy(guc, &job)) {
		if (!job.huc)
			boot_fail(guc, ok ? ROM_LOADLOC_FAILED : ROM_WOPCM_FAILED);
		return;
	}
	if (job.huc)
		css_parse(guc, "HuC", guc->boot.wopcm + job.dst, job.size, &guc->boot.huc);
	else
		boot_start(guc);
}

enum guc_error guc_auth_huc(struct guc *guc, u32 signature)
{
	const struct guc_image *huc = &guc->boot.huc;

	if (!huc->valid) {
		violation(guc->gpu, V_HUC_NOT_LOADED, "authentication of a HuC that was not copied");
		return GUC_ERR_STATE;
	}
	if (!guc_buffer_ok(guc, signature, huc->key_bytes)) {
		violation(guc->gpu, V_FIRMWARE_SIGNATURE, "HuC signature at GGTT %#x is not mapped",
			  signature);
		return GUC_ERR_GGTT;
	}
	guc_reg_set(guc, HUC_KERNEL_LOAD_INFO, guc_reg(guc, HUC_KERNEL_LOAD_INFO) | BIT(0));
	return GUC_OK;
}

void guc_boot_reset(struct guc *guc)
{
	struct guc_boot *boot = &guc->boot;

	if (boot->timer)
		clk_cancel(guc->gpu->clk, boot->timer);
	boot->timer = 0;
	boot->num_steps = 0;
	boot->step = 0;
	memset(&boot->fw, 0, sizeof(boot->fw));
	memset(&boot->huc, 0, sizeof(boot->huc));
	memset(&guc->ads, 0, sizeof(guc->ads));
}

void guc_boot_fini(struct guc *guc)
{
	free(guc->boot.wopcm);
}
