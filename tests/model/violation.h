/* SPDX-License-Identifier: MIT */
/*
 * What a correct driver does not do: the kinds of violations, as "violations kinds" lists them.
 *
 * Silicon swallows most of these.  A kind is said where it is noticed, by violation() of journal.h.
 */
#ifndef XE_MODEL_VIOLATION_H
#define XE_MODEL_VIOLATION_H

/* X(symbol, "name", "what was done, or left out") */
#define VIOLATION_TABLE(X) \
	/* the card as a whole */ \
	X(V_TOUCHED_AFTER_UNBIND, "touched-after-unbind", "anything at all after \"quiet on\", or an interrupt") \
	X(V_ACCESS_WHILE_OFF,	"access-while-off",	"a BAR in D3, or with memory space off") \
	X(V_CONFIG_ACCESS,	"config-access",	"configuration space with another size than 1, 2 or 4, or not at a multiple of it") \
	X(V_DMA_NO_MASTER,	"dma-no-master",	"DMA with bus mastering off") \
	X(V_DMA_IN_D3,		"dma-in-d3",		"DMA in D3") \
	X(V_DMA_UNMAPPED,	"dma-unmapped",		"DMA to an address that is not mapped, or not in this direction") \
	X(V_DMA_UNMAPPED_EARLY,	"dma-unmapped-early",	"memory that the card may still reach: see pci_silent()") \
	X(V_VRAM_OUT_OF_RANGE,	"vram-out-of-range",	"an address beyond device memory") \
	/* registers */ \
	X(V_UNKNOWN_REGISTER,	"unknown-register",	"no row in the tables (\"unknown\" lists them)") \
	X(V_UNALIGNED,		"unaligned",		"a register with a size or at an offset that is no multiple of four") \
	X(V_WRITE_READ_ONLY,	"write-read-only",	"a write that can have no effect") \
	X(V_MASKED_WRITE,	"masked-write-without-mask", "none of the upper bits, which enable the lower") \
	X(V_FORCEWAKE_ASLEEP,	"forcewake-asleep",	"the register's power domain is not awake") \
	X(V_FORCEWAKE_REQUEST,	"forcewake-request",	"bits without their mask") \
	X(V_MCR_UNLOCKED,	"mcr-unlocked",		"a replicated register without the semaphore") \
	X(V_MCR_SELECTOR,	"mcr-selector-unlocked", "the selector written without the semaphore") \
	X(V_MCR_SEMAPHORE,	"mcr-semaphore",	"released but not held, or written with 0") \
	X(V_MCR_LEFT_UNICAST,	"mcr-left-unicast",	"released with the selector not back at multicast") \
	X(V_GDRST_DOMAIN,	"gdrst-unknown-domain",	"reset of a domain that there is not") \
	X(V_WOPCM_RANGE,	"wopcm-range",		"beyond the end of WOPCM") \
	X(V_WOPCM_LOCKED,	"wopcm-locked",		"written again after it was locked") \
	X(V_WOPCM_UNLOCKED,	"wopcm-unlocked",	"firmware copied before it was set up") \
	X(V_PCODE_BUSY,		"pcode-busy",		"the mailbox touched while a command runs") \
	X(V_PCODE_NO_START,	"pcode-no-start",	"a command without the bit that starts it") \
	X(V_PCODE_COMMAND,	"pcode-unknown-command", "no such command, or one the card has not") \
	/* interrupts */ \
	X(V_IRQ_MASTER,		"interrupt-master",	"bits to the tile's master that it has not") \
	X(V_IRQ_IDENTITY,	"interrupt-identity",	"selected while the last is there, not pending, or not cleared by its valid bit") \
	X(V_IRQ_NOT_ACKED,	"interrupt-not-acknowledged", "an MSI was sent and nobody wrote to the master") \
	X(V_IRQ_LEFT_ENABLED,	"interrupt-left-enabled", "unbound with the master on") \
	X(V_FREED_MEMORY,	"freed-memory",		"the card accesses VRAM that the driver gave back, or by a last owner's translation") \
	X(V_ORACLE,		"oracle",		"what is said of the owner of pages that there are not, or no such event") \
	/* display */ \
	X(V_PLANE_MEMORY,	"plane-memory",		"what a plane shows that is on was written, or its GGTT entries changed") \
	X(V_PLANE_ASLEEP,	"plane-asleep",		"D3 while a plane is on") \
	X(V_DISPLAY_ASLEEP,	"display-asleep",	"a register of a pipe whose power well is off") \
	/* page tables */ \
	X(V_GGTT_ENTRY,		"ggtt-entry-malformed",	"an entry that is used and cannot be right") \
	X(V_GGTT_STALE,		"ggtt-stale",		"an entry that was used, changed, and is used without an invalidation") \
	X(V_PPGTT_STALE,	"ppgtt-stale",		"an entry that an engine used, that changed or went, and is used without a flush") \
	X(V_PPGTT_ENTRY,	"ppgtt-entry-malformed", "reserved bits, alignment, beyond device memory") \
	/* GuC: load */ \
	X(V_FIRMWARE_HEADER,	"firmware-header",	"lengths in the header that do not fit each other") \
	X(V_FIRMWARE_SIZE,	"firmware-size",	"more or less is copied than the header says") \
	X(V_FIRMWARE_SIGNATURE,	"firmware-signature",	"cannot be read where it should be, or is all zero") \
	X(V_FIRMWARE_DMA,	"firmware-dma",		"wrong source, destination or size of the copy") \
	X(V_HUC_NOT_LOADED,	"huc-not-loaded",	"authentication of a HuC that was not copied") \
	X(V_GUC_NOT_IN_RESET,	"guc-boot-not-in-reset", "started while it runs") \
	X(V_GUC_PARAM,		"guc-param",		"boot parameters: device, log, ADS, reserved words") \
	X(V_DOORBELL_NO_FIRMWARE, "doorbell-no-firmware", "rung while no firmware runs") \
	X(V_ENGINE_RUNNING,	"engine-left-running",	"an engine holds a context at unbind, or when firmware is started") \
	X(V_DOORBELL_ASLEEP,	"doorbell-asleep",	"rung in D3") \
	/* GuC: what it is given */ \
	X(V_ADS_POINTER,	"ads-pointer",		"a structure that the GGTT does not map") \
	X(V_ADS_POLICIES,	"ads-policies",		"not marked valid") \
	X(V_ADS_MAPPING,	"ads-mapping",		"an engine that is mapped to one that is off") \
	X(V_ADS_REG_LIST,	"ads-reg-list",		"too long, reserved bits, an unknown register or flag") \
	X(V_ADS_GOLDEN,		"ads-golden",		"a default context that the GGTT does not map") \
	X(V_ADS_KLV,		"ads-klv",		"not a workaround's key, wrong size, or past the end") \
	X(V_ADS_FAULTS,		"ads-faults",		"no queues for page faults though engines are on, or not where both of their addresses lead") \
	X(V_ADS_PRIVATE,	"ads-private",		"private data that the GGTT does not map") \
	X(V_HWCONFIG_BUFFER,	"hwconfig-buffer",	"too small, or not mapped") \
	X(V_SLPC_DISABLED,	"slpc-disabled",	"an event though the boot parameters leave it off") \
	X(V_SLPC_NOT_STARTED,	"slpc-not-started",	"an event before the reset") \
	X(V_SLPC_EVENT,		"slpc-event",		"no such event, or wrong number of words") \
	X(V_SLPC_SHARED,	"slpc-shared",		"shared data not mapped, of wrong size, or not where it was") \
	X(V_SLPC_PARAM,		"slpc-param",		"no such parameter or value") \
	X(V_SLPC_RANGE,		"slpc-range",		"a frequency that the card has not") \
	X(V_RC_MODE,		"rc-mode",		"no such power-saving mode") \
	/* GuC: mailbox and channel */ \
	X(V_MBOX_MALFORMED,	"mailbox-malformed",	"not a request, or with bits that it does not have") \
	X(V_MBOX_ACTION,	"mailbox-unknown-action", "no such action in the mailbox") \
	X(V_MBOX_KLV,		"mailbox-klv",		"no such key, or wrong length") \
	X(V_CT_CONFIG,		"ct-config",		"address or size of a ring or descriptor") \
	X(V_CT_CONFIG_ENABLED,	"ct-config-enabled",	"a ring changed while the channel is up") \
	X(V_CT_NOT_REGISTERED,	"ct-not-registered",	"enabled without all of it") \
	X(V_CT_ENABLED_TWICE,	"ct-enabled-twice",	"enabled while it is up") \
	X(V_CT_DESCRIPTOR,	"ct-descriptor",	"not zero when it is enabled") \
	X(V_CT_STATUS,		"ct-status",		"the host wrote the firmware's status") \
	X(V_CT_HEAD,		"ct-head",		"out of range, or the firmware's own was written") \
	X(V_CT_TAIL,		"ct-tail",		"out of range, or the firmware's own was written") \
	X(V_H2G_MALFORMED,	"h2g-malformed",	"wrong length or header, or garbage in the padding or the payload") \
	X(V_H2G_FENCE,		"h2g-fence",		"a request with a fence of those that need no answer, or the other way about") \
	X(V_H2G_ACTION,		"h2g-unknown-action",	"no such action in the channel") \
	X(V_H2G_KLV,		"h2g-klv",		"keys that there are not, or that do not fill their message or buffer") \
	X(V_G2H_OVERFLOW,	"g2h-overflow",		"the answers to what was asked have no room and are not read") \
	X(V_FAULT_REPLY,	"fault-reply",		"of a page fault that was not reported, or not to it") \
	X(V_FAULT_UNANSWERED,	"fault-unanswered",	"a page fault was reported and not answered within 5 s") \
	X(V_TLB_MALFORMED,	"tlb-malformed",	"wrong length, or no such operation") \
	X(V_TLB_SEQNO,		"tlb-seqno",		"0, or not the next after the last") \
	/* contexts, as the GuC sees them */ \
	X(V_CTX_MALFORMED,	"context-malformed",	"words of the registration that cannot be right") \
	X(V_CTX_DESCRIPTOR,	"context-descriptor",	"of an image that cannot be there") \
	X(V_CTX_ENGINES,	"context-engines",	"none of the engines exists") \
	X(V_CTX_SHARED_IMAGE,	"context-shared-image",	"another context has it") \
	X(V_CTX_TWICE,		"context-registered-twice", "the id is in use") \
	X(V_CTX_UNKNOWN,	"context-unknown",	"the id is not registered") \
	X(V_CTX_DEREGISTERED,	"context-deregistered",	"used after it was given up") \
	X(V_CTX_DEREG_ENABLED,	"context-deregister-enabled", "given up before it was disabled") \
	X(V_CTX_ENABLED_TWICE,	"context-enabled-twice", "enabled while it is enabled") \
	X(V_CTX_ENABLE_EARLY,	"context-enable-early",	"enabled before the answer to its disable") \
	X(V_CTX_DISABLED_TWICE,	"context-disabled-twice", "disabled before the answer to the last") \
	X(V_CTX_SCHED_DISABLED,	"context-schedule-disabled", "work announced while it is disabled") \
	X(V_CTX_POLICY,		"context-policy",	"no such key, or wrong length or value") \
	X(V_CTX_PARALLEL,	"context-parallel",	"registration or work queue of a parallel context that cannot be right") \
	/* contexts, as an engine sees them */ \
	X(V_RING_MODE,		"ring-mode-legacy",	"an engine that is not in execlist mode") \
	X(V_CCS_DISABLED,	"ccs-disabled",		"a compute engine that is not enabled") \
	X(V_CS_LOAD_TWICE,	"cs-load-twice",	"a context is loaded already") \
	X(V_CS_REGISTER,	"cs-unknown-register",	"a command or an image names a register without a row") \
	X(V_WRITE_AFTER_FENCE,	"write-after-fence",	"an engine writes after \"fenced on\", which says that all fences are signalled") \
	X(V_LRC_DESCRIPTOR,	"lrc-descriptor",	"not valid, or not of a 64-bit address space") \
	X(V_LRC_LAYOUT,		"lrc-layout",		"registers are not in the engine's places") \
	X(V_LRC_GARBAGE,	"lrc-garbage",		"not a list of registers") \
	X(V_LRC_BATCH_STATE,	"lrc-batch-state",	"a batch's depth and address disagree") \
	X(V_LRC_CONTEXT_BATCH,	"lrc-context-batch",	"a batch that the image wants run at each load, and that does not get to its end") \
	X(V_RING_INVALID,	"ring-invalid",		"off, or not at a page") \
	X(V_RING_HEAD,		"ring-head-out-of-range", "head beyond the ring") \
	X(V_RING_TAIL,		"ring-tail-out-of-range", "tail beyond the ring")

#define X(symbol, name, text) symbol,
enum violation { VIOLATION_TABLE(X) V_COUNT };
#undef X

#endif
