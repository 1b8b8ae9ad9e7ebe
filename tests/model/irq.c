// SPDX-License-Identifier: MIT
/*
 * The interrupt tree.  From the leaves:
 *
 *	source		latches its bits while enabled and unmasked
 *	GT_INTR_DW	a bit per source; cleared by writing 1, set again while the source has bits
 *	GFX_MSTR	bit n: GT_INTR_DW n is not 0
 *	tile master	bit 0: GFX_MSTR is not 0; bit 31: enable
 *
 * The two masters are levels: writing their pending bits back acknowledges nothing that still
 * stands below.  An MSI leaves when "enabled and pending" becomes true, by an event or by the
 * enable bit.
 *
 * Writing a bit to the selector moves the source's bits to the identity register; what the source
 * latches afterwards sets the DW bit again when the driver has cleared it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clk.h"
#include "ctl.h"
#include "fault.h"
#include "irq.h"
#include "journal.h"
#include "pci.h"

#define HI	16	/* shift of the upper half of an enable or mask register */
#define LO	0

#define REG_RENDER_COPY	0x190030
#define REG_VCS_VECS	0x190034
#define REG_GUC		0x190038
#define REG_GSC		0x190044
#define REG_CCS		0x190048

static const struct irq_source {
	const char *name;
	u32 enable, mask;
	u8 class, instance, dw, bit;
	u8 enable_shift, mask_shift;
} sources[] = {
	{ "rcs0", REG_RENDER_COPY, 0x190090, RENDER_CLASS, 0, 0, 0, HI, HI },
	{ "bcs0", REG_RENDER_COPY, 0x1900a0, COPY_ENGINE_CLASS, 0, 0, 15, LO, HI },
	{ "bcs1", REG_RENDER_COPY, 0x190110, COPY_ENGINE_CLASS, 1, 0, 14, LO, HI },
	{ "bcs2", REG_RENDER_COPY, 0x190110, COPY_ENGINE_CLASS, 2, 0, 13, LO, LO },
	{ "bcs3", REG_RENDER_COPY, 0x190114, COPY_ENGINE_CLASS, 3, 0, 12, LO, HI },
	{ "bcs4", REG_RENDER_COPY, 0x190114, COPY_ENGINE_CLASS, 4, 0, 11, LO, LO },
	{ "bcs5", REG_RENDER_COPY, 0x190118, COPY_ENGINE_CLASS, 5, 0, 10, LO, HI },
	{ "bcs6", REG_RENDER_COPY, 0x190118, COPY_ENGINE_CLASS, 6, 0, 9, LO, LO },
	{ "bcs7", REG_RENDER_COPY, 0x19011c, COPY_ENGINE_CLASS, 7, 0, 8, LO, HI },
	{ "bcs8", REG_RENDER_COPY, 0x19011c, COPY_ENGINE_CLASS, 8, 0, 23, LO, LO },
	{ "ccs0", REG_CCS, 0x190100, COMPUTE_CLASS, 0, 0, 4, HI, HI },
	{ "ccs1", REG_CCS, 0x190100, COMPUTE_CLASS, 1, 0, 5, HI, LO },
	{ "ccs2", REG_CCS, 0x190104, COMPUTE_CLASS, 2, 0, 6, HI, HI },
	{ "ccs3", REG_CCS, 0x190104, COMPUTE_CLASS, 3, 0, 7, HI, LO },
	{ "guc", REG_GUC, 0x1900e8, OTHER_CLASS, OTHER_GUC_INSTANCE, 0, 25, HI, HI },
	{ "media-guc", REG_GUC, 0x1900e8, OTHER_CLASS, OTHER_MEDIA_GUC_INSTANCE, 0, 24, HI, LO },
	{ "gsccs0", REG_GSC, 0x1900f4, OTHER_CLASS, OTHER_GSC_INSTANCE, 0, 31, LO, LO },
	{ "vcs0", REG_VCS_VECS, 0x1900a8, VIDEO_DECODE_CLASS, 0, 1, 0, HI, HI },
	{ "vcs1", REG_VCS_VECS, 0x1900a8, VIDEO_DECODE_CLASS, 1, 1, 1, HI, LO },
	{ "vcs2", REG_VCS_VECS, 0x1900ac, VIDEO_DECODE_CLASS, 2, 1, 2, HI, HI },
	{ "vcs3", REG_VCS_VECS, 0x1900ac, VIDEO_DECODE_CLASS, 3, 1, 3, HI, LO },
	{ "vcs4", REG_VCS_VECS, 0x1900b0, VIDEO_DECODE_CLASS, 4, 1, 4, HI, HI },
	{ "vcs5", REG_VCS_VECS, 0x1900b0, VIDEO_DECODE_CLASS, 5, 1, 5, HI, LO },
	{ "vcs6", REG_VCS_VECS, 0x1900b4, VIDEO_DECODE_CLASS, 6, 1, 6, HI, HI },
	{ "vcs7", REG_VCS_VECS, 0x1900b4, VIDEO_DECODE_CLASS, 7, 1, 7, HI, LO },
	{ "vecs0", REG_VCS_VECS, 0x1900d0, VIDEO_ENHANCEMENT_CLASS, 0, 1, 31, LO, HI },
	{ "vecs1", REG_VCS_VECS, 0x1900d0, VIDEO_ENHANCEMENT_CLASS, 1, 1, 30, LO, LO },
	{ "vecs2", REG_VCS_VECS, 0x1900d4, VIDEO_ENHANCEMENT_CLASS, 2, 1, 29, LO, HI },
	{ "vecs3", REG_VCS_VECS, 0x1900d4, VIDEO_ENHANCEMENT_CLASS, 3, 1, 28, LO, LO },
};

struct irq {
	u16 latched[ARRAY_SIZE(sources)];
	u64 raised[ARRAY_SIZE(sources)], dropped[ARRAY_SIZE(sources)];
	u32 dw[2];
	bool enabled;
	bool line;		/* "enabled and pending" as of the last look */
	bool lost;		/* the MSI for it went missing on purpose */
	u8 unheard;		/* a bit per DW: the card may have missed that its identity was cleared */
	bool answered;		/* the driver wrote the master since the last MSI */
	u32 accesses;		/* of the CPU since then */
	u64 sent;		/* MSIs */
	unsigned int late;	/* timer of the one that is held back on purpose, 0: none */
};

static int ctl_irq(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	const struct irq *irq = gpu->irq;
	size_t i;

	fprintf(out, "enabled=%d line=%d answered=%d sent=%" PRIu64 " dw0=%08x dw1=%08x\n",
		irq->enabled, irq->line, irq->answered, irq->sent, irq->dw[0], irq->dw[1]);
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (irq->raised[i] || irq->dropped[i])
			fprintf(out, "%s latched=%04x raised=%" PRIu64 " masked=%" PRIu64 "\n",
				sources[i].name, irq->latched[i], irq->raised[i], irq->dropped[i]);
	return 0;
}

struct irq *irq_create(struct gpu *gpu)
{
	struct irq *irq = calloc(1, sizeof(*irq));

	if (!irq)
		abort();
	irq->answered = true;
	ctl_register(gpu, "irq", "interrupt tree: what is pending, per source", ctl_irq);
	return irq;
}

void irq_destroy(struct irq *irq)
{
	free(irq);
}

void irq_reset(struct gpu *gpu)
{
	clk_cancel(gpu->clk, gpu->irq->late);
	*gpu->irq = (struct irq){ .answered = true };
}

static u32 master_level(const struct irq *irq)
{
	return (irq->dw[0] ? BIT(0) : 0) | (irq->dw[1] ? BIT(1) : 0);
}

static void send_now(void *arg)
{
	struct gpu *gpu = arg;
	struct irq *irq = gpu->irq;

	irq->late = 0;
	irq->answered = false;
	irq->accesses = 0;
	irq->sent++;
	pci_msi(gpu);
}

static void send(struct gpu *gpu)
{
	struct irq *irq = gpu->irq;
	u64 late_us = 1000;

	irq->lost = fault_take(gpu, FAULT_IRQ_LOST, NULL);
	if (irq->lost || irq->late)
		return;
	if (fault_take(gpu, FAULT_IRQ_LATE, &late_us))
		irq->late = clk_after(gpu->clk, late_us * 1000, send_now, gpu);
	else
		send_now(gpu);
}

/*
 * Look at the level again; @event: something new is pending, so that a lost MSI gets another
 * chance.
 */
static void update(struct gpu *gpu, bool event)
{
	struct irq *irq = gpu->irq;
	bool line = irq->enabled && master_level(irq);
	bool edge = line && (!irq->line || (event && irq->lost));

	irq->line = line;
	if (edge)
		send(gpu);
}

static const struct irq_source *find_source(enum irq_class class, unsigned int instance)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].class == class && sources[i].instance == instance)
			return &sources[i];
	return NULL;
}

void irq_raise(struct gpu *gpu, enum irq_class class, unsigned int instance, u16 bits)
{
	const struct irq_source *s = find_source(class, instance);
	struct irq *irq = gpu->irq;
	u32 open;
	size_t i;

	if (!s)
		return;
	i = (size_t)(s - sources);
	open = reg_peek(gpu, s->enable) >> s->enable_shift;
	open &= ~(reg_peek(gpu, s->mask) >> s->mask_shift);
	journal_add(gpu, J_IRQ, "%s 0x%04x%s", s->name, bits, bits & open ? "" : " masked");
	if (!(bits & open)) {
		irq->dropped[i]++;
		return;
	}
	irq->raised[i]++;
	irq->latched[i] |= (u16)(bits & open);
	irq->dw[s->dw] |= BIT(s->bit);
	update(gpu, true);
}

void irq_access(struct gpu *gpu)
{
	struct irq *irq = gpu->irq;

	if (!irq || irq->answered || ++irq->accesses < IRQ_ACK_ACCESSES)
		return;
	irq->answered = true;	/* one report per MSI */
	violation(gpu, V_IRQ_NOT_ACKED, "%u accesses since the MSI, none to the master",
		  irq->accesses);
}

void irq_check_quiet(struct gpu *gpu)
{
	struct irq *irq = gpu->irq;

	if (is_gone(gpu) || unheard(gpu))
		return;
	if (irq->enabled)
		violation(gpu, V_IRQ_LEFT_ENABLED, "the driver is unbound");
	if (!irq->answered)
		violation(gpu, V_IRQ_NOT_ACKED, "an MSI was sent, the driver is unbound");
	irq->answered = true;
}

/* ---- registers ---- */

u32 irq_tile_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	const struct irq *irq = gpu->irq;

	return (irq->enabled ? DG1_MSTR_IRQ : 0) | (master_level(irq) ? DG1_MSTR_TILE_0 : 0);
}

void irq_tile_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct irq *irq = gpu->irq;
	u64 unused;

	if (raw & ~(DG1_MSTR_IRQ | GENMASK(7, 0)))
		violation(gpu, V_IRQ_MASTER, "0x%08x to the tile master", raw);
	irq->answered = true;
	irq->enabled = raw & DG1_MSTR_IRQ;
	update(gpu, false);
	if (irq->enabled && !irq->line && fault_take(gpu, FAULT_IRQ_SPURIOUS, &unused))
		send(gpu);
}

u32 irq_master_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return master_level(gpu->irq);
}

/* Pending bits are levels: there is nothing to clear here. */
void irq_master_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
}

static unsigned int bank(u32 off)
{
	return off & 4 ? 1 : 0;
}

u32 irq_dw_read(struct gpu *gpu, const struct reg *reg, u32 off, u32 value)
{
	return gpu->irq->dw[bank(off)];
}

/* Each source of the DW shows again what it latched since its identity was taken. */
void irq_dw_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	struct irq *irq = gpu->irq;
	unsigned int n = bank(off);
	size_t i;

	irq->dw[n] &= ~raw;
	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].dw == n && irq->latched[i])
			irq->dw[n] |= BIT(sources[i].bit);
	update(gpu, false);
}

static const struct irq_source *selected(unsigned int n, u32 bits)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sources); i++)
		if (sources[i].dw == n && BIT(sources[i].bit) == bits)
			return &sources[i];
	return NULL;
}

void irq_selector_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	unsigned int n = bank(off);
	const struct irq_source *s = selected(n, raw);
	struct irq *irq = gpu->irq;
	u32 bits;

	if (reg_peek(gpu, INTR_IDENTITY_REG(n)) & INTR_DATA_VALID && !(irq->unheard & BIT(n)))
		violation(gpu, V_IRQ_IDENTITY, "selector %u: last identity was not cleared", n);
	irq->unheard &= ~BIT(n);
	if (!s || !(irq->dw[n] & raw)) {
		violation(gpu, V_IRQ_IDENTITY, "selector %u: 0x%08x is not pending", n, raw);
		reg_poke(gpu, INTR_IDENTITY_REG(n), 0);
		return;
	}
	bits = irq->latched[s - sources];
	irq->latched[s - sources] = 0;
	reg_poke(gpu, INTR_IDENTITY_REG(n), INTR_DATA_VALID | bits |
		 FIELD_PREP(INTR_ENGINE_INSTANCE_MASK, (u32)s->instance) |
		 FIELD_PREP(INTR_ENGINE_CLASS_MASK, (u32)s->class));
}

void irq_unheard(struct gpu *gpu)
{
	for (unsigned int n = 0; n < ARRAY_SIZE(gpu->irq->dw); n++)
		if (reg_peek(gpu, INTR_IDENTITY_REG(n)) & INTR_DATA_VALID)
			gpu->irq->unheard |= BIT(n);
}

void irq_identity_write(struct gpu *gpu, const struct reg *reg, u32 off, u32 value, u32 raw)
{
	if (raw & INTR_DATA_VALID)
		reg_poke(gpu, off, 0);
	else
		violation(gpu, V_IRQ_IDENTITY, "0x%08x written over 0x%08x", raw, value);
}
