// SPDX-License-Identifier: MIT
/*
 * The display as the system's firmware leaves it.
 *
 * A plane's registers are double buffered: what is written to them counts from the vertical blank on that
 * follows a write of PLANE_SURF.  At each blank the plane fetches a frame, which here means: every page of it
 * is translated, what lies in system memory is read by DMA, and what lies in VRAM is compared with the frame
 * before.  Nobody has any business with that memory while the plane is on.
 *
 * Owner of: what the planes show now, and the timer of the vertical blank.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clk.h"
#include "ctl.h"
#include "display.h"
#include "fault.h"
#include "journal.h"
#include "mem.h"
#include "pci.h"
#include "platform.h"

#define FRAME_NS	16666667ull
#define WIDTH		1024u
#define HEIGHT		768u
#define PITCH		(WIDTH * 4)
#define FRAME_PAGES	(PITCH * HEIGHT / PAGE_4K)
#define MAX_PAGES	16384u		/* of a plane: 64 MiB */
#define VERSION_BMG	(14u << 22 | 1u << 14)

struct page {
	enum mem_space space;
	u64 addr, sum;
	bool mapped;
};

struct plane {
	bool armed;		/* PLANE_SURF was written: the registers count from the next blank on */
	u32 ctl, surf, stride, size;	/* as they count now */
	struct page *page;	/* the frame before */
	unsigned int pages;
	bool bad;		/* said so already */
};

struct display {
	struct plane plane[PLANE_PIPES][PLANE_COUNT];
	unsigned int timer;
	u64 frames;
};

static bool well_on(struct gpu *gpu, unsigned int pipe)
{
	u32 asked = 0;

	for (unsigned int who = 0; who < 4; who++)
		asked |= reg_peek(gpu, PWR_WELL_CTL(who));
	return asked & PWR_WELL_REQ(PW_PIPE(pipe));
}

static bool on(const struct plane *p)
{
	return p->ctl & PLANE_CTL_ENABLE;
}

static u64 sum_of(const u8 *at)
{
	u64 sum = 1, word;

	for (size_t i = 0; i < PAGE_4K; i += sizeof(word)) {
		memcpy(&word, at + i, sizeof(word));
		sum = (sum ^ word) * 1099511628211ull;
	}
	return sum;
}

/* Bytes from the surface's address on. */
static u64 frame_bytes(const struct plane *p)
{
	u64 pitch = (p->stride & GENMASK(11, 0)) * 64ull;

	return pitch * ((p->size >> 16) + 1);
}

static struct page fetch_page(struct gpu *gpu, u64 ggtt)
{
	struct page page = { 0 };
	struct xlat x;
	u8 line[64];

	if (ggtt_peek(gpu, ggtt, &x))
		return page;
	page = (struct page){ .space = x.space, .addr = x.addr, .mapped = true };
	if (x.space == MEM_VRAM)
		page.sum = sum_of(mem_vram(gpu) + x.addr);
	else
		(void)phys_read(gpu, x.space, x.addr, line, sizeof(line));
	return page;
}

static bool bad_page(struct gpu *gpu, const char *name, u64 ggtt, const struct page *was, const struct page *is)
{
	if (!is->mapped)
		violation(gpu, V_PLANE_MEMORY, "plane %s, GGTT %#llx: the entry was taken away", name,
			  (unsigned long long)ggtt);
	else if (was->mapped && (was->space != is->space || was->addr != is->addr))
		violation(gpu, V_PLANE_MEMORY, "plane %s, GGTT %#llx: the entry leads to %s %#llx now", name,
			  (unsigned long long)ggtt, is->space == MEM_VRAM ? "VRAM" : "memory",
			  (unsigned long long)is->addr);
	else if (was->mapped && was->sum != is->sum)
		violation(gpu, V_PLANE_MEMORY, "plane %s, GGTT %#llx: VRAM %#llx was written", name,
			  (unsigned long long)ggtt, (unsigned long long)is->addr);
	else
		return false;
	return true;
}

/* A frame of the plane; one report for each time it is switched on. */
static void fetch_frame(struct gpu *gpu, struct plane *p, const char *name)
{
	u64 at = p->surf & PLANE_SURF_ADDR;
	struct page page;

	for (unsigned int i = 0; i < p->pages; i++, at += PAGE_4K) {
		page = fetch_page(gpu, at);
		if (!p->bad)
			p->bad = bad_page(gpu, name, at, &p->page[i], &page);
		p->page[i] = page;
	}
}

/* The registers count from now on. */
static void latch(struct gpu *gpu, struct plane *p, u32 base)
{
	u64 at, pages;

	p->armed = false;
	p->ctl = reg_peek(gpu, base + PLANE_CTL);
	p->surf = reg_peek(gpu, base + PLANE_SURF);
	p->stride = reg_peek(gpu, base + PLANE_STRIDE);
	p->size = reg_peek(gpu, base + PLANE_SIZE);
	p->bad = false;
	free(p->page);
	p->page = NULL;
	pages = (frame_bytes(p) + PAGE_4K - 1) / PAGE_4K;
	p->pages = on(p) ? (unsigned int)MIN(pages, MAX_PAGES) : 0;
	if (!p->pages)
		return;
	p->page = calloc(p->pages, sizeof(*p->page));
	if (!p->page)
		abort();
	at = p->surf & PLANE_SURF_ADDR;
	for (unsigned int i = 0; i < p->pages; i++, at += PAGE_4K)
		p->page[i] = fetch_page(gpu, at);
}

static void name_of(char name[4], unsigned int pipe, unsigned int plane)
{
	name[0] = (char)('1' + plane);
	name[1] = (char)('A' + pipe);
	name[2] = 0;
}

static bool blank_pipe(struct gpu *gpu, unsigned int pipe)
{
	bool enabled = reg_peek(gpu, TRANSCONF(pipe)) & TRANSCONF_ENABLE, any = enabled;
	char name[4];

	for (unsigned int i = 0; i < PLANE_COUNT; i++) {
		struct plane *p = &gpu->display->plane[pipe][i];

		name_of(name, pipe, i);
		if (on(p))
			fetch_frame(gpu, p, name);
		/* Without its pipe a plane shows nothing. */
		if (!enabled)
			p->ctl = 0;
		else if (p->armed)
			latch(gpu, p, PLANE_BASE(pipe, i));
		any |= on(p);
	}
	return any;
}

static void blank(void *arg)
{
	struct gpu *gpu = arg;
	bool any = false;

	gpu->display->timer = 0;
	if (is_gone(gpu))
		return;
	gpu->display->frames++;
	for (unsigned int pipe = 0; pipe < PLANE_PIPES; pipe++)
		any |= blank_pipe(gpu, pipe);
	if (any)
		gpu->display->timer = clk_after(gpu->clk, FRAME_NS, blank, gpu);
}

bool display_options_ok(const struct gpu *gpu)
{
	const struct gpu_options *opt = &gpu->opt;
	u64 vram = opt->vram ? opt->vram : gpu->platform->vram, frame = FRAME_PAGES * (u64)PAGE_4K;

	if (!opt->plane || (opt->plane_vram <= vram && vram - opt->plane_vram >= frame &&
			    opt->plane_ggtt <= GIB(4) && GIB(4) - opt->plane_ggtt >= frame))
		return true;
	fprintf(stderr, "xe-model: a plane of %llu bytes is not in VRAM or GGTT there\n", (unsigned long long)frame);
	return false;
}

void display_boot(struct gpu *gpu)
{
	u64 vram = gpu->opt.plane_vram, surf = gpu->opt.plane_ggtt, pte;
	u32 base = PLANE_BASE(0, 0);

	if (!gpu->opt.plane)
		return;
	for (unsigned int i = 0; i < FRAME_PAGES; i++) {
		pte = (vram + i * (u64)PAGE_4K) | 3;	/* present, device memory */
		memcpy(mem_gsm(gpu) + (surf / PAGE_4K + i) * 8, &pte, sizeof(pte));
	}
	for (u64 i = 0; i < (u64)PITCH * HEIGHT; i += 4)
		memcpy(mem_vram(gpu) + vram + i, &(u32){ (u32)(i * 0x9e3779b1u) & 0xffffff }, 4);
	reg_poke(gpu, PWR_WELL_CTL(0), PWR_WELL_REQ(PW_1) | PWR_WELL_REQ(PW_2) | PWR_WELL_REQ(PW_PIPE(0)));
	reg_poke(gpu, PIPESRC(0), (WIDTH - 1) << 16 | (HEIGHT - 1));
	reg_poke(gpu, TRANSCONF(0), TRANSCONF_ENABLE);
	reg_poke(gpu, base + PLANE_CTL, PLANE_CTL_ENABLE | PLANE_CTL_XRGB8888);
	reg_poke(gpu, base + PLANE_STRIDE, PITCH / 64);
	reg_poke(gpu, base + PLANE_SIZE, (HEIGHT - 1) << 16 | (WIDTH - 1));
	reg_poke(gpu, base + PLANE_SURF, (u32)surf);
	latch(gpu, &gpu->display->plane[0][0], base);
	clk_cancel(gpu->clk, gpu->display->timer);
	gpu->display->timer = clk_after(gpu->clk, FRAME_NS, blank, gpu);
	journal_add(gpu, J_NOTE, "the system's firmware left plane 1A on: GGTT %#llx, VRAM %#llx",
		    (unsigned long long)surf, (unsigned long long)vram);
}

void display_reset(struct gpu *gpu)
{
	struct display *d = gpu->display;

	clk_cancel(gpu->clk, d->timer);
	for (unsigned int pipe = 0; pipe < PLANE_PIPES; pipe++)
		for (unsigned int i = 0; i < PLANE_COUNT; i++)
			free(d->plane[pipe][i].page);
	memset(d, 0, sizeof(*d));
}

void display_check_sleep(struct gpu *gpu)
{
	char name[4];

	for (unsigned int pipe = 0; pipe < PLANE_PIPES; pipe++) {
		for (unsigned int i = 0; i < PLANE_COUNT; i++) {
			name_of(name, pipe, i);
			if (on(&gpu->display->plane[pipe][i]))
				violation(gpu, V_PLANE_ASLEEP, "plane %s", name);
		}
	}
}

/* ---- registers ---- */

static unsigned int pipe_of(u32 off)
{
	return off >> 12 & 0xf;
}

/* All that belongs to a pipe lies in its power well. */
static bool awake(struct gpu *gpu, const struct reg *reg, u32 off)
{
	if (well_on(gpu, pipe_of(off)))
		return true;
	violation(gpu, V_DISPLAY_ASLEEP, "%s at %#x", reg->name, off);
	return false;
}

u32 display_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	unsigned int pipe = pipe_of(off), plane = (off - PLANE_BASE(pipe, 0)) >> 8;

	if (!awake(gpu, reg, off))
		return 0;
	if (off == TRANSCONF(pipe))
		return value & TRANSCONF_ENABLE ? value | TRANSCONF_STATE : value & ~TRANSCONF_STATE;
	if (off == PIPE_FRMCOUNT(pipe))
		return (u32)gpu->display->frames;
	if (plane < PLANE_COUNT && off == PLANE_BASE(pipe, plane) + PLANE_SURFLIVE)
		return gpu->display->plane[pipe][plane].surf;
	return value;
}

void display_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct display *d = gpu->display;
	unsigned int pipe = pipe_of(off);

	if (!awake(gpu, reg, off))
		return;
	for (unsigned int i = 0; i < PLANE_COUNT; i++)
		if (off == PLANE_BASE(pipe, i) + PLANE_SURF)
			d->plane[pipe][i].armed = true;
	if (!d->timer)
		d->timer = clk_after(gpu->clk, FRAME_NS, blank, gpu);
}

u32 display_power_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	u32 asked = 0;

	for (unsigned int who = 0; who < 4; who++)
		asked |= reg_peek(gpu, PWR_WELL_CTL(who));
	return value | asked >> 1;
}

u32 display_version_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return gpu->opt.plane ? VERSION_BMG : value;
}

static int cmd_plane(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	char name[4];

	for (unsigned int pipe = 0; pipe < PLANE_PIPES; pipe++) {
		for (unsigned int i = 0; i < PLANE_COUNT; i++) {
			const struct plane *p = &gpu->display->plane[pipe][i];

			if (!on(p))
				continue;
			name_of(name, pipe, i);
			fprintf(out, "%s %ux%u stride %u ggtt %#x + %#llx", name, (p->size & 0xffff) + 1,
				(p->size >> 16) + 1, (p->stride & 0xfff) * 64, p->surf,
				(unsigned long long)frame_bytes(p));
			if (p->pages && p->page[0].mapped)
				fprintf(out, " %s %#llx", p->page[0].space == MEM_VRAM ? "vram" : "system",
					(unsigned long long)p->page[0].addr);
			fputc('\n', out);
		}
	}
	return 0;
}

struct display *display_create(struct gpu *gpu)
{
	struct display *display = calloc(1, sizeof(*display));

	if (!display)
		abort();
	if (gpu->ctl)
		ctl_register(gpu, "plane", "planes that are on, and where they scan out", cmd_plane);
	return display;
}

void display_destroy(struct display *display)
{
	for (unsigned int pipe = 0; pipe < PLANE_PIPES; pipe++)
		for (unsigned int i = 0; i < PLANE_COUNT; i++)
			free(display->plane[pipe][i].page);
	free(display);
}
