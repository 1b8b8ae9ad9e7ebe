/* SPDX-License-Identifier: MIT */
/*
 * Faults on purpose: the card that vanishes, and scripted misbehaviour.
 *
 * Vanish: at the k-th access of the chosen kinds, before that access takes effect.  From then on
 * reads (registers, config, mapped BARs) are all ones, writes, DMA and interrupts go nowhere, until
 * "restore", which is a new card in the slot (power-on state).
 *
 * With for=N or us=N it is "away" instead: for N accesses of the CPU, or N microseconds, it cannot be
 * reached, and then is there again, having lived on all the time: firmware, DMA and interrupts.
 * Configuration space answers meanwhile and DMA reaches memory, unless the words `config` and `dma` say
 * that they do not.  A driver that takes such a card for gone has to silence it: see unheard().
 *
 * Scripted faults are named places in the model (FAULT_TABLE).  Armed over the control socket:
 *	fault NAME [after=N] [count=N] [value=V]
 * skips N visits of the place, then applies to `count` visits (default 1, 0 = for ever).
 */
#ifndef XE_MODEL_FAULT_H
#define XE_MODEL_FAULT_H

#include "gpu.h"

#define VANISH_READ	BIT(0)
#define VANISH_WRITE	BIT(1)
#define VANISH_DMA	BIT(2)
#define VANISH_CONFIG	BIT(3)	/* an access to configuration space; nothing counts down to it */

/* X(symbol, "name", "what it does; meaning of value") */
#define FAULT_TABLE(X) \
	X(FAULT_PCODE_BUSY,	"pcode.busy",		"mailbox stays busy") \
	X(FAULT_PCODE_ERROR,	"pcode.error",		"mailbox answers with error code `value`") \
	X(FAULT_PCODE_NOT_READY, "pcode.not-ready",	"init status says not complete") \
	X(FAULT_LMEM_NOT_READY,	"lmem.not-ready",	"GU_CNTL bit 7 reads 0") \
	X(FAULT_POWER_CUT,	"power.cut",		"in D3: leaving it is a power-on; with a `value` the card is gone") \
	X(FAULT_FW_NO_ACK,	"forcewake.no-ack",	"a wake request is never acknowledged") \
	X(FAULT_FW_LATE_ACK,	"forcewake.late-ack",	"acknowledged only after `value` reads, or ms") \
	X(FAULT_RESET_STUCK,	"reset.stuck",		"GDRST does not clear") \
	X(FAULT_SELF_CLEAR,	"gt.self-clear",	"a flush or invalidation bit does not clear") \
	X(FAULT_FLR_STUCK,	"flr.stuck",		"the driver's own FLR never says that it is done") \
	X(FAULT_MCR_BUSY,	"mcr.busy",		"steering semaphore not granted") \
	X(FAULT_IRQ_LOST,	"irq.lost",		"an MSI is not sent") \
	X(FAULT_IRQ_LATE,	"irq.late",		"an MSI comes `value` microseconds late") \
	X(FAULT_IRQ_SPURIOUS,	"irq.spurious",		"an MSI with nothing pending follows") \
	X(FAULT_REG_VALUE,	"reg.value",		"register `offset` reads `value`") \
	X(FAULT_CFG_VALUE,	"cfg.value",		"configuration space at `offset` reads `value`") \
	X(FAULT_PCI_PENDING,	"pci.pending",		"Device Status says Transactions Pending") \
	X(FAULT_DMA_IN_FLIGHT,	"dma.in-flight",	"a transfer goes out although bus mastering is off") \
	X(FAULT_GUC_BOOT_STATUS, "guc.boot-status",	"firmware state `value` instead of ready") \
	X(FAULT_GUC_BOOTROM,	"guc.bootrom-status",	"boot ROM state `value`") \
	X(FAULT_GUC_BOOT_HANG,	"guc.boot-hang",	"boot never ends") \
	X(FAULT_GUC_AUTH,	"guc.auth",		"authentication field says bad") \
	X(FAULT_GUC_DMA_STUCK,	"guc.dma-stuck",	"firmware DMA never completes") \
	X(FAULT_GUC_NO_RESET,	"guc.no-reset",		"in-reset bit does not show after GuC reset") \
	X(FAULT_GUC_MBOX_FAIL,	"guc.mailbox-fail",	"mailbox answers FAILURE with error `value`") \
	X(FAULT_GUC_MBOX_NONE,	"guc.mailbox-none",	"mailbox never answers") \
	X(FAULT_GUC_MBOX_LATE,	"guc.mailbox-late",	"mailbox answers after `value` microseconds") \
	X(FAULT_GUC_MBOX_BUSY,	"guc.mailbox-busy",	"mailbox answers BUSY for ever") \
	X(FAULT_GUC_MBOX_RETRY,	"guc.mailbox-retry",	"mailbox answers RETRY") \
	X(FAULT_GUC_MBOX_JUNK,	"guc.mailbox-junk",	"mailbox answers header `value`") \
	X(FAULT_GUC_H2G_DROP,	"guc.h2g-drop",		"an H2G message is swallowed; `value`: only this action") \
	X(FAULT_GUC_H2G_FAIL,	"guc.h2g-fail",		"an H2G request is answered FAILURE; `value`: error") \
	X(FAULT_GUC_H2G_STALL,	"guc.h2g-stall",	"H2G ring is no longer drained") \
	X(FAULT_GUC_H2G_LATE,	"guc.h2g-late",		"H2G messages are read after `value` microseconds") \
	X(FAULT_GUC_G2H_DROP,	"guc.g2h-drop",		"a G2H event is not sent; `value`: only this action") \
	X(FAULT_GUC_G2H_TWICE,	"guc.g2h-twice",	"a G2H event is sent twice") \
	X(FAULT_GUC_G2H_LATE,	"guc.g2h-late",		"a G2H message is sent after `value` microseconds") \
	X(FAULT_GUC_G2H_JUNK,	"guc.g2h-junk",		"a G2H message with header `value` is inserted") \
	X(FAULT_GUC_G2H_LENGTH,	"guc.g2h-length",	"a G2H message claims `value` words") \
	X(FAULT_GUC_G2H_FENCE,	"guc.g2h-fence",	"an answer carries a stale fence") \
	X(FAULT_GUC_G2H_TAIL,	"guc.g2h-tail",		"G2H tail is written as `value`") \
	X(FAULT_GUC_H2G_HEAD,	"guc.h2g-head",		"H2G head is written as `value`") \
	X(FAULT_GUC_CT_STATUS,	"guc.ct-status",	"descriptor status `value`") \
	X(FAULT_GUC_PAGE_FAULT,	"guc.page-fault",	"a page fault is reported in front of a G2H message, or `value` of them") \
	X(FAULT_GUC_CRASH,	"guc.crash",		"firmware crash: event, scratch 15, then silence") \
	X(FAULT_SLPC_STATE,	"slpc.state",		"SLPC global state stays `value`") \
	X(FAULT_TLB_LOST,	"tlb.lost",		"TLB invalidation is never acknowledged") \
	X(FAULT_CS_HANG,	"cs.hang",		"an engine stops executing; `value`: GuC class") \
	X(FAULT_CS_NO_IRQ,	"cs.no-irq",		"a user interrupt is lost") \
	X(FAULT_ENGINE_RESET,	"engine.reset-fail",	"an engine reset fails")

#define X(symbol, name, text) symbol,
enum fault { FAULT_TABLE(X) FAULT_COUNT };
#undef X

struct faults *faults_create(struct gpu *gpu);
void faults_destroy(struct faults *f);

/* True if the fault applies to this visit; *value is set if the command gave one, else left alone. */
bool fault_take(struct gpu *gpu, enum fault f, u64 *value);
/*
 * For places where `value` says which of several visitors is meant: visits with another @key do not
 * count.  Without a value every visit does.
 */
bool fault_take_for(struct gpu *gpu, enum fault f, u64 key);
/* FAULT_REG_VALUE, FAULT_CFG_VALUE: true if @off is the one meant; *value is then what it reads. */
bool fault_take_at(struct gpu *gpu, enum fault f, u32 off, u32 *value);
/* True while armed, without using a visit up. */
bool fault_armed(struct gpu *gpu, enum fault f);

/* To be asked by every access, before it takes effect: counts down, true once the card is gone. */
bool gone(struct gpu *gpu, unsigned int kind);
bool is_gone(struct gpu *gpu);
/* Gone, or away with its DMA: nothing that the card sends arrives. */
bool is_cut_off(struct gpu *gpu);
/* The card is gone from now on. */
void vanish(struct gpu *gpu);

/*
 * True if the card lives in a state that its driver cannot have wanted: it was away, or somebody else
 * reset it.  What it tries on the bus with mastering off, and what is left switched on in it, is then no
 * fault of the driver.  Ends when the driver resets it.
 */
bool unheard(struct gpu *gpu);
void unheard_set(struct gpu *gpu, bool on);

#endif
