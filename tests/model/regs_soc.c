// SPDX-License-Identifier: MIT
/* Registers outside the GTs: power controller, memory layout, interrupts, firmware mailboxes. */
#include "display.h"
#include "gt.h"
#include "irq.h"
#include "oracle.h"
#include "pcode.h"
#include "regs_tables.h"
#include "soc.h"

#define MHZ(mhz)	((mhz) * 3 / 50)	/* in units of 50/3 MHz */

const struct reg regs_soc[] = {
	R(0x044074, "TIMESTAMP_OVERRIDE", .reset = 18),
	RO(0x0510a0, "GMD_ID_DISPLAY", 0, .read = display_version_read),
	RO(0x1082c0, "STOLEN_RESERVED", 3u << 7),
	RO(0x1082c4, "STOLEN_RESERVED_UDW", 0),
	RO(0x138000, "MTL_RP_STATE_CAP", MHZ(2850) | MHZ(400) << 16),
	RO(0x13800c, "MTL_GT_RPE_FREQUENCY", MHZ(1500)),
	RO(0x138020, "MTL_MEDIAP_STATE_CAP", MHZ(1500) | MHZ(400) << 16),
	RO(0x13802c, "MTL_MPE_FREQUENCY", MHZ(600)),
	RO(0x138030, "MTL_MEDIA_PERF_LIMIT_REASONS", 0),
	RO(0x138048, "MTL_MEDIA_MC6", 0, .read = gt_residency_read),
	RO(0x138108, "GT_GFX_RC6", 0, .read = gt_residency_read),
	R(0x13816c, "GT_PM_CONFIG"),
	RO(0x1381a8, "GT0_PERF_LIMIT_REASONS", 0),

	R(0x1901f0, "GUC_HOST_INTERRUPT", .write = gt_doorbell_write),
	RO(0x1901f8, "VF_CAP_REG", 0, .flags = REG_DUMMY),
	RN(0x190240, 4, "VF_SW_FLAG"),
	R(0x190304, "MED_GUC_HOST_INTERRUPT", .write = gt_doorbell_write),
	RN(0x190310, 4, "MED_VF_SW_FLAG"),
	{ 0 }
};

/* 190 W in units of 1/8 W; energy in 2^-14 J; time in 2^-10 s. */
#define TDP		(190u * 8)
#define LIMIT_ENABLE	BIT(15)

const struct reg regs_soc_discrete[] = {
	{ .offset = 0x4900, .name = "XEHP_TILE_ADDR_RANGE", .ro = ALL_ONES, .flags = REG_MCR,
	  .fw = FW_GT, .read = soc_tile_range_read },
	RO(0x8800, "XE2_FLAT_CCS_BASE_RANGE_LOWER", 0, .flags = REG_MCR, .fw = FW_GT),
	RO(0x8804, "XE2_FLAT_CCS_BASE_RANGE_UPPER", 0, .flags = REG_MCR, .fw = FW_GT),
	RO(0x10100c, "GU_CNTL_PROTECTED", 0),
	R(GU_CNTL, "GU_CNTL", .reset = LMEM_INIT, .ro = ALL_ONES, .read = gt_cntl_read,
	  .write = gt_flr_write),
	R(GU_DEBUG, "GU_DEBUG", .w1c = DRIVERFLR_STATUS),
	RO(0x1080c0, "DSMBASE", 0, .read = soc_dsmbase_read),
	RO(0x1080c4, "DSMBASE_UDW", 0, .read = soc_dsmbase_read),
	RO(0x1083a0, "SG_TILE_ADDR_RANGE", 0, .read = soc_tile_range_read),
	RO(0x108100, "GSMBASE", 0, .read = soc_gsmbase_read),
	RO(0x108104, "GSMBASE_UDW", 0, .read = soc_gsmbase_read),

	RO(0x138320, "PCODE_SCRATCH_0", 0),
	RON(0x138260, 16, "BMG_VRAM_TEMPERATURE", 0),
	RON(0x280164, 2, "REG_SG_REMAP_ADDR", 0),
	RO(0x138098, "BMG_PACKAGE_POWER_SKU", TDP | (50u * 8) << 16),
	RO(0x13809c, "BMG_PACKAGE_POWER_SKU_UDW", 230 * 8),
	RO(0x1380dc, "BMG_PACKAGE_POWER_SKU_UNIT", 3 | 14 << 8 | 10 << 16),
	RO(0x138120, "BMG_PACKAGE_ENERGY_STATUS", 0, .read = soc_energy_read),
	R(PCODE_MAILBOX, "PCODE_MAILBOX", .read = pcode_read, .write = pcode_write),
	R(PCODE_DATA0, "PCODE_DATA0", .read = pcode_data_read, .write = pcode_data_write),
	R(PCODE_DATA1, "PCODE_DATA1", .read = pcode_data_read, .write = pcode_data_write),
	R(0x138440, "BMG_PACKAGE_RAPL_LIMIT", .reset = LIMIT_ENABLE | TDP),
	RO(0x138458, "BMG_PLATFORM_ENERGY_STATUS", 0, .read = soc_energy_read),
	R(0x138460, "BMG_PLATFORM_POWER_LIMIT", .reset = LIMIT_ENABLE | 230 * 8),
	{ 0 }
};

/* ISR, IMR, IIR, IER of a unit outside of the interrupt tree; nothing raises them. */
#define UNIT(off, what) \
	RO(off, what "_ISR", 0), \
	R((off) + 4, what "_IMR", .reset = ALL_ONES), \
	R((off) + 8, what "_IIR", .w1c = ALL_ONES), \
	R((off) + 12, what "_IER")

#define ENABLE(off, what)	R(off, what "_INTR_ENABLE")
#define MASK(off, what)		R(off, what "_INTR_MASK", .reset = ALL_ONES)

const struct reg regs_irq[] = {
	UNIT(0x0444e0, "PCU"),
	UNIT(0x0444f0, "GU_MISC"),
	R(0x190008, "DG1_MSTR_TILE_INTR", .read = irq_tile_read, .write = irq_tile_write),
	RO(0x190010, "GFX_MSTR_IRQ", 0, .read = irq_master_read, .write = irq_master_write),
	RON(0x190018, 2, "GT_INTR_DW", 0, .read = irq_dw_read, .write = irq_dw_write),
	ENABLE(0x190030, "RENDER_COPY"),
	ENABLE(0x190034, "VCS_VECS"),
	ENABLE(0x190038, "GUC_SG"),
	ENABLE(0x19003c, "GPM_WGBOXPERF"),
	ENABLE(0x190044, "GUNIT_GSC"),
	ENABLE(0x190048, "CCS_RSVD"),
	RON(0x190060, 2, "INTR_IDENTITY_REG", 0, .write = irq_identity_write),
	RON(0x190070, 2, "IIR_REG_SELECTOR", 0, .write = irq_selector_write),
	MASK(0x190090, "RCS0_RSVD"),
	MASK(0x1900a0, "BCS_RSVD"),
	MASK(0x1900a8, "VCS0_VCS1"),
	MASK(0x1900ac, "VCS2_VCS3"),
	MASK(0x1900b0, "VCS4_VCS5"),
	MASK(0x1900b4, "VCS6_VCS7"),
	MASK(0x1900d0, "VECS0_VECS1"),
	MASK(0x1900d4, "VECS2_VECS3"),
	MASK(0x1900e4, "HECI2_RSVD"),
	MASK(0x1900e8, "GUC_SG"),
	MASK(0x1900ec, "GPM_WGBOXPERF"),
	MASK(0x1900f4, "GUNIT_GSC"),
	MASK(0x190100, "CCS0_CCS1"),
	MASK(0x190104, "CCS2_CCS3"),
	MASK(0x190110, "XEHPC_BCS1_BCS2"),
	MASK(0x190114, "XEHPC_BCS3_BCS4"),
	MASK(0x190118, "XEHPC_BCS5_BCS6"),
	MASK(0x19011c, "XEHPC_BCS7_BCS8"),
	R(0x374004, "CSC_H_CSR"),
	{ 0 }
};

const struct reg regs_oracle[] = {
	R(ORACLE_ADDR_LDW, "ORACLE_ADDR_LDW"),
	R(ORACLE_ADDR_UDW, "ORACLE_ADDR_UDW"),
	R(ORACLE_PAGES, "ORACLE_PAGES"),
	R(ORACLE_EVENT, "ORACLE_EVENT", .write = oracle_write),
	{ 0 }
};
