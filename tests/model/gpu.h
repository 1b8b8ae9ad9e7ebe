/* SPDX-License-Identifier: MIT */
/*
 * struct gpu: the modelled card, as the sum of its parts.
 *
 * Each part is one .c/.h pair; its state is an incomplete type here and only
 * its own .c completes it.  Parts talk through the functions in the headers
 * and never reach into each other's state.
 *
 * The model is single threaded.  main.c polls; an access of the CPU arrives
 * in bar.c, reaches a register hook, and everything that follows from it (a
 * doorbell: the whole of the firmware's answer, and the engines up to
 * GPU_SYNC_BUDGET commands) happens before the access is answered.  What is
 * left over (a spinning batch) continues in slices from the loop.
 */
#ifndef XE_MODEL_GPU_H
#define XE_MODEL_GPU_H

#include "util.h"

#define GPU_MAX_GTS		2
/*
 * Whoever rings a doorbell waits for the first, and any access for the second; both are short as seen by a guest on a
 * host that has too much to do. An empty batch, or a clear of 2 MiB, is over before the doorbell is answered.
 */
#define GPU_SYNC_BUDGET		1000u	/* commands run before an access is answered */
#define GPU_SLICE_BUDGET	500u	/* commands run between two polls */

struct platform;	/* platform.h: what card this is, as data */
struct clk;		/* clk.h: time */
struct journal;		/* journal.h: journal, counters, violations */
struct faults;		/* fault.h: vanish and scripted faults */
struct dma;		/* dma.h: guest memory */
struct pci;		/* pci.h: configuration space, MSI */
struct vfu;		/* vfu.h: vfio-user server */
struct ctl;		/* ctl.h: control socket */
struct regs;		/* reg.h: register file of BAR 0 */
struct irq;		/* irq.h: interrupt tree */
struct gt_hw;		/* gt.h: forcewake, reset, steering of the GTs */
struct oracle;		/* oracle.h: who owns a page of VRAM */
struct display;	/* display.h: what the system's firmware left on */
struct pcode;		/* pcode.h: mailbox of the power controller */
struct mem;		/* mem.h: VRAM, GSM, GGTT and PPGTT translation */
struct guc;		/* guc.h: firmware of one GT */
struct cs_engine;	/* cs.h: one command streamer */

/* One GT.  gts[0] is the primary one, gts[1] the media GT where there is one. */
struct gt {
	struct gpu *gpu;
	unsigned int id;
	u32 window;		/* added to register offsets below 0x40000: 0 or 0x380000 */
	struct guc *guc;
	struct cs_engine **engines;	/* as platform->gt[id].engines lists them */
	unsigned int num_engines;
};

struct gpu_options {
	const char *socket;	/* vfio-user socket */
	const char *control;	/* control socket */
	const char *platform;	/* "bmg" */
	const char *journal;	/* file, or NULL */
	u64 vram;		/* bytes, multiple of 1 GiB; 0: the platform's default */
	u64 bar;		/* bytes of it in BAR 2, a power of two; 0: all */
	unsigned int ccs;	/* compute engines, 1 to 4; 0: 1 */
	bool plane;		/* a display, with a plane that the system's firmware left on */
	u64 plane_vram, plane_ggtt;	/* where */
	bool clock_steps;	/* time is counted in steps of work, not taken from the host */
	bool trap_gsm;		/* GGTT entries by message, so that each access is seen */
	bool trap_vram;		/* likewise for the VRAM BAR */
	bool msix;		/* MSI-X beside MSI */
	bool oracle;		/* the driver says who owns a page of VRAM */
	bool no_pipe;		/* what the render and compute pipes would do is an error, not skipped */
};

struct gpu {
	struct gpu_options opt;
	u64 power_ns;		/* when it was powered up */
	const struct platform *platform;
	struct clk *clk;
	struct journal *journal;
	struct faults *faults;
	struct dma *dma;
	struct pci *pci;
	struct vfu *vfu;
	struct ctl *ctl;
	struct regs *regs;
	struct gt_hw *gt_hw;	/* made and freed with regs */
	struct pcode *pcode;	/* likewise */
	struct display *display;
	struct oracle *oracle;
	struct irq *irq;
	struct mem *mem;
	struct gt gts[GPU_MAX_GTS];
	unsigned int num_gts;
};

/* gpu.c: build and take down the whole card (used by main.c, unit tests and fuzzers). */
struct gpu *gpu_create(const struct gpu_options *opt);
void gpu_destroy(struct gpu *gpu);

/* How deep a reset goes. */
enum gpu_reset {
	GPU_RESET_POWER,	/* power cycle or replug: everything, VRAM contents lost */
	GPU_RESET_FLR,		/* function level reset: registers, WOPCM lock; VRAM kept */
};
void gpu_reset(struct gpu *gpu, enum gpu_reset depth);

/* Run engines and firmware for at most @budget commands.  Returns true if work that can make progress is left. */
bool gpu_run(struct gpu *gpu, unsigned int budget);

#endif
