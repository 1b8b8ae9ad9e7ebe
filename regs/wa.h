/* SPDX-License-Identifier: MIT */
/*
 * Registers that only workarounds, tunings and defaults change. They are offsets, as the table of
 * hw/wa.c is constant data; its rows say which are masked and which are replicated.
 * Source: Linux 6.12 drivers/gpu/drm/xe/regs/, hardware.rst xe-hw-cache.
 */
#ifndef _XE_REGS_WA_H_
#define _XE_REGS_WA_H_

#include <linux/bits.h>

/* L3, and how memory is compressed */
#define STATELESS_COMPRESSION_CTRL		0x4148
#define   UNIFIED_COMPRESSION_FORMAT		GENMASK(3, 0)
#define XE2_GAMREQSTRM_CTRL			0x4194
#define   CG_DIS_CNTLBUS			BIT(6)
#define XE2LPM_CCCHKNREG1			0x82a8
#define CCCHKNREG1				0x8828
#define   L3CMPCTRL				BIT(23)
#define   ENCOMPPERFFIX				BIT(18)
#define L3SQCREG2				0xb104
#define XE2LPM_L3SQCREG2			0xb604
#define   COMPMEMRD256BOVRFETCHEN		BIT(20)
#define L3SQCREG3				0xb108
#define XE2LPM_L3SQCREG3			0xb608
#define   COMPPWOVERFETCHEN			BIT(28)
#define SCRATCH3_LBCF				0xb154
#define XE2LPM_SCRATCH3_LBCF			0xb654
#define   RWFLUSHALLEN				BIT(17)
#define XEHP_L3SQCREG5				0xb158
#define XE2LPM_L3SQCREG5			0xb658
#define   L3_PWM_TIMER_INIT_VAL_MASK		GENMASK(9, 0)
#define XEHPC_L3CLOS_MASK(class)		(0xb194 + 8 * (class))

/* Clocks */
#define XEHP_SLICE_UNIT_LEVEL_CLKGATE		0x94d4
#define   SBEUNIT_CLKGATE_DIS			BIT(4)
#define VDBOX_CGCTL3F08(base)			((base) + 0x3f08)
#define   CG3DDISHRS_CLKGATE_DIS		BIT(5)
#define VDBOX_CGCTL3F10(base)			((base) + 0x3f10)
#define   IECPUNIT_CLKGATE_DIS			BIT(22)
#define VDBOX_CGCTL3F1C(base)			((base) + 0x3f1c)
#define   MFXPIPE_CLKGATE_DIS			BIT(3)

/* Command streamers */
#define RENDER_RING_BASE			0x2000
#define INSTPM(base)				((base) + 0xc0)
#define   ENABLE_SEMAPHORE_POLL_BIT		BIT(13)
#define CSFE_CHICKEN1(base)			((base) + 0xd4)
#define   GHWSP_CSB_REPORT_DIS			BIT(15)
#define   PPHWSP_CSB_AND_TIMESTAMP_REPORT_DIS	BIT(14)
#define   CS_PRIORITY_MEM_READ			BIT(7)
#define CS_CHICKEN1(base)			((base) + 0x580)
#define   PREEMPT_GPGPU_LEVEL_MASK		GENMASK(2, 1)
#define   PREEMPT_GPGPU_THREAD_GROUP_LEVEL	BIT(1)

/* MOCS entry of commands that do not name one */
#define RING_CMD_CCTL(base)			((base) + 0xc4)
#define   CMD_CCTL_WRITE_OVERRIDE_MASK		GENMASK(13, 8)
#define   CMD_CCTL_READ_OVERRIDE_MASK		GENMASK(6, 1)
#define BLIT_CCTL(base)				((base) + 0x204)
#define   BLIT_CCTL_DST_MOCS_MASK		GENMASK(14, 9)
#define   BLIT_CCTL_SRC_MOCS_MASK		GENMASK(6, 1)

/* Fixed functions of the render engine */
#define WM_CHICKEN3				0x5588
#define   HIZ_PLANE_COMPRESSION_DIS		BIT(10)
#define CHICKEN_RASTER_1			0x6204
#define   DIS_SF_ROUND_NEAREST_EVEN		BIT(8)
#define   DIS_CLIP_NEGATIVE_BOUNDING_BOX	BIT(6)
#define CHICKEN_RASTER_2			0x6208
#define   TBIMR_FAST_CLIP			BIT(5)
#define FF_MODE					0x6210
#define   DIS_TE_AUTOSTRIP			BIT(31)
#define   VS_HIT_MAX_VALUE_MASK			GENMASK(25, 20)
#define   DIS_MESH_PARTIAL_AUTOSTRIP		BIT(16)
#define   DIS_MESH_AUTOSTRIP			BIT(15)
#define VFLSKPD					0x62a8
#define   DIS_PARTIAL_AUTOSTRIP			BIT(9)
#define   DIS_AUTOSTRIP				BIT(6)
#define COMMON_SLICE_CHICKEN1			0x7010
#define   DISABLE_BOTTOM_CLIP_RECTANGLE_TEST	BIT(14)
#define XEHP_PSS_CHICKEN			0x7044
#define   FLSH_IGNORES_PSD			BIT(10)
#define   FD_END_COLLECT			BIT(5)
#define COMMON_SLICE_CHICKEN4			0x7300
#define   SBE_PUSH_CONSTANT_BEHIND_FIX_ENABLE	BIT(12)
#define VF_SCRATCHPAD				0x83a8
#define   XE2_VFG_TED_CREDIT_INTERFACE_DISABLE	BIT(13)

/* Execution units, their sampler and data port */
#define HALF_SLICE_CHICKEN5			0xe188
#define   DISABLE_SAMPLE_G_PERFORMANCE		BIT(0)
#define HALF_SLICE_CHICKEN7			0xe194
#define   CLEAR_OPTIMIZATION_DISABLE		BIT(6)
#define ROW_CHICKEN				0xe4f0
#define   EARLY_EOT_DIS				BIT(1)
#define ROW_CHICKEN3				0xe49c
#define   XE2_EUPEND_CHK_FLUSH_DIS		BIT(14)
#define ROW_CHICKEN4				0xe48c
#define   DISABLE_TDL_PUSH			BIT(9)
#define TDL_TSL_CHICKEN				0xe4c4
#define   STK_ID_RESTRICT			BIT(12)
#define   SLM_WMTP_RESTORE			BIT(11)
#define LSC_CHICKEN_BIT_0			0xe7c8
#define   WR_REQ_CHAINING_DIS			BIT(26)
#define   TGM_WRITE_EOM_FORCE			BIT(17)
#define   SEQUENTIAL_ACCESS_UPGRADE_DISABLE	BIT(13)
#define LSC_CHICKEN_BIT_0_UDW			0xe7cc
#define   XE2_ALLOC_DPA_STARVE_FIX_DIS		BIT(15)
#define   ENABLE_SMP_LD_RENDER_SURFACE_CONTROL	BIT(12)

#endif
