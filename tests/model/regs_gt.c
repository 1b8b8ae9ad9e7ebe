// SPDX-License-Identifier: MIT
/*
 * Registers in the window of a GT (0 - 0x3ffff).  Offsets and names as the driver knows them; reset
 * values that no source states are 0.  Forcewake domains as i915's table for graphics 12.70 has
 * them, the nearest that is public.
 */
#include "cs.h"
#include "gt.h"
#include "irq.h"
#include "regs_tables.h"
#include "soc.h"

#define GT	.flags = REG_GT, .fw = FW_GT
#define GT_ON	.flags = REG_GT				/* always awake */
#define GT_KEEP	.flags = REG_GT | REG_KEEP_GT
#define MCR	.flags = REG_GT | REG_MCR, .fw = FW_GT

/*
 * A wake request and its answer.  The request sticks over a GT reset: the driver does not
 * repeat it.
 */
#define FW_REQUEST(off, what, more) \
	{ .offset = (off), .name = (what), .flags = REG_MASKED | REG_KEEP_GT | (more), \
	  .ro = GENMASK(31, 16), .write = gt_fw_write }
#define FW_ACK(off, what, more) \
	{ .offset = (off), .name = (what), .flags = REG_KEEP_GT | (more), .ro = ALL_ONES, \
	  .read = gt_fw_ack_read }

const struct reg regs_gt_common[] = {
	R(0x0c60, "MTL_MIRROR_TARGET_WP1", GT_ON, .ro = ALL_ONES, .read = gt_workpoint_read),
	RO(0x0d00, "RPM_CONFIG0", 0x0e, GT_ON),
	R(0x0d04, "RPM_CONFIG1", GT_ON),
	RO(0x0d08, "DIST_DBS_POPULATED", 0x00ff00ff, GT_ON),
	RO(0x0d8c, "GMD_ID", 0, .flags = REG_GT | REG_DUMMY, .read = gt_gmd_read),
	FW_ACK(FORCEWAKE_ACK_GT_MTL, "FORCEWAKE_ACK_GT_MTL", REG_GT),
	R(STEER_SEMAPHORE, "STEER_SEMAPHORE", GT_KEEP, .ro = ALL_ONES, .read = gt_semaphore_read,
	  .write = gt_semaphore_write),
	R(MTL_MCR_SELECTOR, "MTL_MCR_SELECTOR", GT_KEEP, .reset = MCR_MULTICAST,
	  .write = gt_selector_write),

	RN(0x4000, 16, "XEHP_GLOBAL_MOCS", MCR),
	R(0x4148, "STATELESS_COMPRESSION_CTRL", MCR),
	R(0x4194, "XE2_GAMREQSTRM_CTRL", MCR),
	R(0x47fc, "PAT_ATS", MCR),
	RN(0x4800, 8, "PAT_INDEX_0", MCR),
	R(0x4820, "PAT_PTA", MCR),
	RN(0x4848, 24, "PAT_INDEX_8", MCR),

	RO(0x911c, "MIRROR_FUSE1", 0, GT),
	R(GDRST, "GDRST", GT, .write = gt_gdrst_write),

	R(0xa008, "RPNSWREQ", .flags = REG_GT | REG_SHADOW, .fw = FW_GT),
	R(0xa024, "RP_CONTROL", GT),
	R(0xa090, "RC_CONTROL", GT),
	R(0xa094, "RC_STATE", GT),
	R(0xa0ac, "RC_IDLE_HYSTERSIS", GT),
	R(0xa0c4, "MEDIA_POWERGATE_IDLE_HYSTERESIS", GT),
	R(0xa0c8, "RENDER_POWERGATE_IDLE_HYSTERESIS", GT),
	R(0xa168, "PMINTRMSK", GT, .reset = BIT(9)),
	FW_REQUEST(FORCEWAKE_GT, "FORCEWAKE_GT", REG_GT),
	R(0xa210, "POWERGATE_ENABLE", GT),
	R(0xa26c, "CTC_MODE", GT),
	{ 0 }
};

const struct reg regs_gt_guc[] = {
	RO(0xc000, "GUC_STATUS", BIT(0), GT),
	RO(0xc014, "GUC_HEADER_INFO", 0, GT),
	R(GUC_WOPCM_SIZE, "GUC_WOPCM_SIZE", .flags = REG_GT | REG_KEEP_GT, .fw = FW_GT, .ro = ALL_ONES,
	  .write = gt_wopcm_write),
	R(0xc064, "GUC_SHIM_CONTROL", GT),
	RN(0xc180, 16, "SOFT_SCRATCH", GT),
	RO(0xc1dc, "HUC_KERNEL_LOAD_INFO", 0, GT),
	RN(0xc200, 64, "UOS_RSA_SCRATCH", GT),
	R(0xc300, "DMA_ADDR_0_LOW", GT),
	R(0xc304, "DMA_ADDR_0_HIGH", GT),
	R(0xc308, "DMA_ADDR_1_LOW", GT),
	R(0xc30c, "DMA_ADDR_1_HIGH", GT),
	R(0xc310, "DMA_COPY_SIZE", GT),
	R(0xc314, "DMA_CTRL", .flags = REG_GT | REG_MASKED, .fw = FW_GT, .write = gt_dma_ctrl_write),
	R(DMA_GUC_WOPCM_OFFSET, "DMA_GUC_WOPCM_OFFSET", .flags = REG_GT | REG_KEEP_GT, .fw = FW_GT,
	  .ro = ALL_ONES, .write = gt_wopcm_write),
	R(PVC_GUC_TLB_INV_DESC0, "PVC_GUC_TLB_INV_DESC0", GT, .write = gt_tlb_write),
	R(PVC_GUC_TLB_INV_DESC1, "PVC_GUC_TLB_INV_DESC1", GT),
	{ 0 }
};

#define RENDER		.fw = FW_RENDER
#define RENDER_MCR	.flags = REG_MCR, .fw = FW_RENDER
#define RENDER_MASKED	.flags = REG_MASKED, .fw = FW_RENDER
#define RENDER_MCR_MASKED .flags = REG_MCR | REG_MASKED, .fw = FW_RENDER
#define P_GT		.fw = FW_GT			/* primary GT only */
#define P_MCR		.flags = REG_MCR, .fw = FW_GT

const struct reg regs_gt_render[] = {
	FW_ACK(FORCEWAKE_ACK_RENDER, "FORCEWAKE_ACK_RENDER", 0),
	FW_REQUEST(FORCEWAKE_RENDER, "FORCEWAKE_RENDER", 0),

	R(0x2960, "OAR_OACONTROL", P_GT),
	R(0x2968, "OAR_OASTATUS", P_GT),
	R(0x2b28, "OAG_OAGLBCTXCTRL", P_GT),

	R(0x5588, "WM_CHICKEN3", RENDER_MCR_MASKED),
	R(0x6204, "CHICKEN_RASTER_1", RENDER_MCR_MASKED),
	R(0x6208, "CHICKEN_RASTER_2", RENDER_MCR_MASKED),
	R(0x6210, "FF_MODE", RENDER_MCR),
	R(0x62a8, "VFLSKPD", RENDER_MCR_MASKED),
	RO(0x666c, "XEHPG_INSTDONE_GEOM_SVGUNIT", ALL_ONES, RENDER_MCR),
	R(0x7010, "COMMON_SLICE_CHICKEN1", RENDER_MASKED),
	R(0x7044, "PSS_CHICKEN", RENDER_MCR_MASKED),
	RO(0x7100, "SC_INSTDONE", ALL_ONES, RENDER_MCR),
	RO(0x7104, "SC_INSTDONE_EXTRA", ALL_ONES, RENDER_MCR),
	RO(0x7108, "SC_INSTDONE_EXTRA2", ALL_ONES, RENDER_MCR),
	R(0x7300, "COMMON_SLICE_CHICKEN4", RENDER_MASKED),
	R(0x83a8, "VF_SCRATCHPAD", .flags = REG_MASKED, .fw = FW_GT),
	R(0x8718, "SQCNT1", P_MCR),
	R(0x8828, "CCCHKNREG1", P_MCR, .reset = BIT(18)),
	R(0x94d4, "XEHP_SLICE_UNIT_LEVEL_CLKGATE", RENDER_MCR),

	R(0xb0c8, "LSN_VC_REG2", P_MCR),
	R(0xb104, "L3SQCREG2", P_MCR),
	R(0xb108, "L3SQCREG3", P_MCR),
	R(0xb154, "SCRATCH3_LBCF", P_MCR),
	R(0xb158, "XEHP_L3SQCREG5", P_MCR),
	{ .offset = 0xb194, .count = 4, .stride = 8, .name = "XEHPC_L3CLOS_MASK", P_MCR },
	R(0xb404, "XE2_GLOBAL_INVAL", P_GT, .write = gt_self_clear),
	R(0xb418, "XE2_TDF_CTRL", P_GT, .write = gt_self_clear),
	R(0xceec, "OA_TLB_INV_CR", P_GT, .write = gt_self_clear),

	R(0xdaf4, "OAG_OACONTROL", P_GT),
	R(0xdaf8, "OAG_OA_DEBUG", .flags = REG_MASKED, .fw = FW_GT),
	R(0xdafc, "OAG_OASTATUS", P_GT),
	R(0xdb00, "OAG_OAHEADPTR", P_GT),
	R(0xdb04, "OAG_OATAILPTR", P_GT),
	R(0xdb08, "OAG_OABUFFER", P_GT),
	R(0xdb1c, "OAG_MMIOTRIGGER", P_GT),

	RO(0xe160, "SAMPLER_INSTDONE", ALL_ONES, RENDER_MCR),
	RO(0xe164, "ROW_INSTDONE", ALL_ONES, RENDER_MCR),
	R(0xe188, "HALF_SLICE_CHICKEN5", RENDER_MCR_MASKED),
	R(0xe194, "HALF_SLICE_CHICKEN7", RENDER_MCR_MASKED),
	R(0xe458, "EU_PERF_CNTL0", RENDER),
	R(0xe45c, "EU_PERF_CNTL4", RENDER),
	R(0xe48c, "ROW_CHICKEN4", RENDER_MCR_MASKED),
	R(0xe49c, "ROW_CHICKEN3", RENDER_MCR_MASKED),
	R(0xe4c4, "TDL_TSL_CHICKEN", RENDER_MCR_MASKED),
	R(0xe4f0, "ROW_CHICKEN", RENDER_MCR_MASKED),
	R(0xe4f4, "ROW_CHICKEN2", RENDER_MCR_MASKED),
	R(0xe530, "RT_CTRL", RENDER_MCR),
	R(0xe558, "EU_PERF_CNTL1", RENDER),
	R(0xe55c, "EU_PERF_CNTL5", RENDER),
	R(0xe658, "EU_PERF_CNTL2", RENDER),
	R(0xe65c, "EU_PERF_CNTL6", RENDER),
	R(0xe758, "EU_PERF_CNTL3", RENDER),
	R(0xe7c8, "LSC_CHICKEN_BIT_0", RENDER_MCR),
	R(0xe7cc, "LSC_CHICKEN_BIT_0_UDW", RENDER_MCR),

	R(0x14800, "RCU_MODE", .flags = REG_MASKED, .fw = FW_GT),
	R(0x14804, "CCS_MODE", .flags = REG_MASKED, .fw = FW_GT),
	R(0x15114, "OAC_OACONTROL", P_GT),
	{ 0 }
};

#define F_GT	.flags = REG_KEEP_GT, .fw = FW_GT	/* nothing changes a fuse */

/* Fuses of a B580: 20 Xe cores of 8 EUs in slices of 4, one compute engine, six L3 nodes. */
const struct reg regs_bmg_fuses[] = {
	RO(0x9114, "XEHP_FUSE4", 0, F_GT, .read = soc_fuse4_read),
	RO(0x9118, "MIRROR_FUSE3", 0x003f00f0, F_GT),
	RO(0x9120, "FUSE2", BIT(2), F_GT),		/* production hardware */
	RO(0x9134, "XELP_EU_ENABLE", 0xff, F_GT),
	RO(0x9138, "XELP_GT_SLICE_ENABLE", 0x1f, F_GT),
	RO(0x913c, "XELP_GT_GEOMETRY_DSS_ENABLE", 0xfffff, F_GT),
	RO(0x9140, "GT_VEBOX_VDBOX_DISABLE", 0, F_GT),
	RO(0x9144, "XEHP_GT_COMPUTE_DSS_ENABLE", 0xfffff, F_GT),
	RO(0x9148, "XEHPC_GT_COMPUTE_DSS_ENABLE_EXT", 0, F_GT),
	RO(0x914c, "XE2_GT_COMPUTE_DSS_2", 0, F_GT),
	RO(0x9150, "XE2_GT_GEOMETRY_DSS_1", 0, F_GT),
	RO(0x9154, "XE2_GT_GEOMETRY_DSS_2", 0, F_GT),
	{ 0 }
};

#define M_GT	.flags = REG_MEDIA, .fw = FW_GT

const struct reg regs_gt_media[] = {
	{ .offset = FORCEWAKE_ACK_MEDIA_VDBOX(0), .count = 8, .name = "FORCEWAKE_ACK_MEDIA_VDBOX",
	  .ro = ALL_ONES, .flags = REG_MEDIA | REG_KEEP_GT, .read = gt_fw_ack_read },
	{ .offset = FORCEWAKE_ACK_MEDIA_VEBOX(0), .count = 4, .name = "FORCEWAKE_ACK_MEDIA_VEBOX",
	  .ro = ALL_ONES, .flags = REG_MEDIA | REG_KEEP_GT, .read = gt_fw_ack_read },
	FW_ACK(FORCEWAKE_ACK_GSC, "FORCEWAKE_ACK_GSC", REG_MEDIA),
	R(0x82a8, "XE2LPM_CCCHKNREG1", M_GT),
	R(0x8718, "XELPMP_SQCNT1", M_GT),
	RO(0x9118, "MEDIA_MIRROR_FUSE3", 0x00030000, .flags = REG_MEDIA | REG_KEEP_GT, .fw = FW_GT),
	RO(0x9140, "MEDIA_GT_VEBOX_VDBOX_DISABLE", 0x00030003, .flags = REG_MEDIA | REG_KEEP_GT, .fw = FW_GT),
	{ .offset = FORCEWAKE_MEDIA_VDBOX(0), .count = 8, .name = "FORCEWAKE_MEDIA_VDBOX",
	  .ro = GENMASK(31, 16), .flags = REG_MASKED | REG_MEDIA | REG_KEEP_GT, .write = gt_fw_write },
	{ .offset = FORCEWAKE_MEDIA_VEBOX(0), .count = 4, .name = "FORCEWAKE_MEDIA_VEBOX",
	  .ro = GENMASK(31, 16), .flags = REG_MASKED | REG_MEDIA | REG_KEEP_GT, .write = gt_fw_write },
	FW_REQUEST(FORCEWAKE_GSC, "FORCEWAKE_GSC", REG_MEDIA),
	{ .offset = 0xb194, .count = 4, .stride = 8, .name = "MEDIA_L3CLOS_MASK", M_GT },
	R(0xb604, "XE2LPM_L3SQCREG2", M_GT),
	R(0xb608, "XE2LPM_L3SQCREG3", M_GT),
	R(0xb654, "XE2LPM_SCRATCH3_LBCF", M_GT),
	R(0xb658, "XE2LPM_L3SQCREG5", M_GT),
	{ 0 }
};

const struct reg regs_no_media[] = {
	RO(0x380d8c, "GMD_ID_MEDIA", 0, .flags = REG_DUMMY),
	{ 0 }
};
