// SPDX-License-Identifier: MIT
/*
 * SLPC: the firmware's control of the GT frequency.  The host names limits, the model keeps them
 * within what the fuses allow and shows them in the shared data.
 */
#include <string.h>

#include "fault.h"
#include "guc_internal.h"
#include "journal.h"
#include "mem.h"

/* Shared data */
#define SHARED_BYTES		8192
#define SHARED_SIZE		0
#define SHARED_STATE		4
#define SHARED_TASK_STATUS	128
#define SHARED_FREQUENCY	132

#define STATE_RUNNING		3
#define STATE_SHUTTING_DOWN	4
#define TASK_GTPERF		BIT(0)

enum slpc_event {
	SLPC_RESET = 0, SLPC_SHUTDOWN = 1, SLPC_QUERY = 5, SLPC_SET = 6, SLPC_UNSET = 7,
};

enum slpc_param {
	PARAM_MIN_MHZ = 6, PARAM_MAX_MHZ = 7, PARAM_RC_MODE = 21, PARAM_POWER_PROFILE = 27,
	PARAM_IGNORE_EFFICIENT = 28,
};

/* Fused limits, in units of 50/3 MHz: 8:0 highest, 24:16 lowest; 8:0 efficient */
#define MTL_RP_STATE_CAP	0x138000
#define MTL_GT_RPE_FREQUENCY	0x13800c
#define MTL_MEDIAP_STATE_CAP	0x138020
#define MTL_MPE_FREQUENCY	0x13802c
#define MTL_MIRROR_TARGET_WP1	0x0c60
#define MTL_CAGF_MASK		GENMASK(8, 0)
#define RPNSWREQ		0xa008
#define REQ_RATIO_MASK		GENMASK(31, 23)

struct limits {
	u32 lowest, efficient, highest;
};

static struct limits fused(struct guc *guc)
{
	bool media = guc->gt->window;
	u32 range = reg_peek(guc->gpu, media ? MTL_MEDIAP_STATE_CAP : MTL_RP_STATE_CAP);
	u32 eff = reg_peek(guc->gpu, media ? MTL_MPE_FREQUENCY : MTL_GT_RPE_FREQUENCY);
	struct limits l;

	l.highest = range & 0x1ff;
	l.lowest = range >> 16 & 0x1ff;
	l.efficient = eff & 0x1ff;
	l.lowest = MIN(l.lowest, l.efficient);
	return l;
}

static u32 from_mhz(u32 mhz)
{
	return mhz > 16384 ? ALL_ONES : (mhz * 3 + 25) / 50;
}

/* Request and clock follow the limits at once; an idle GT runs at the lowest it may. */
static void clock_update(struct guc *guc)
{
	u32 ratio = MIN(guc->slpc.min, guc->slpc.max);

	guc_reg_set(guc, RPNSWREQ, (guc_reg(guc, RPNSWREQ) & ~REQ_RATIO_MASK) |
		    FIELD_PREP(REQ_RATIO_MASK, ratio));
	guc_reg_set(guc, MTL_MIRROR_TARGET_WP1, (guc_reg(guc, MTL_MIRROR_TARGET_WP1) & ~MTL_CAGF_MASK) | ratio);
}

static bool shared_update(struct guc *guc)
{
	struct guc_slpc *slpc = &guc->slpc;
	u32 data[2];

	data[0] = TASK_GTPERF;
	data[1] = MIN(slpc->max, 255u) | MIN(slpc->min, 255u) << 8 |
		  MIN(slpc->max, 255u) << 16 | MIN(slpc->min, 255u) << 24;
	return !ggtt_write(guc->gpu, slpc->shared + SHARED_TASK_STATUS, data, sizeof(data));
}

static bool shared_ok(struct guc *guc, const u32 *arg)
{
	u32 size = 0;

	if (!arg[1] && !(arg[0] % PAGE_4K) && guc_buffer_ok(guc, arg[0], SHARED_BYTES) &&
	    !ggtt_read32(guc->gpu, arg[0] + SHARED_SIZE, &size) && size == SHARED_BYTES)
		return true;
	violation(guc->gpu, V_SLPC_SHARED, "GGTT %#x %#x, size word %u", arg[0], arg[1], size);
	return false;
}

static enum guc_error slpc_start(struct guc *guc, const u32 *arg)
{
	struct guc_slpc *slpc = &guc->slpc;
	struct limits l = fused(guc);
	u64 state = STATE_RUNNING;

	if (!shared_ok(guc, arg))
		return GUC_ERR_BUFFER;
	memset(slpc, 0, sizeof(*slpc));
	slpc->shared = arg[0];
	slpc->min = l.efficient;
	slpc->max = l.highest;
	clock_update(guc);
	fault_take(guc->gpu, FAULT_SLPC_STATE, &state);
	if (!shared_update(guc) ||
	    ggtt_write32(guc->gpu, slpc->shared + SHARED_STATE, state))
		return GUC_ERR_GGTT;
	return GUC_OK;
}

static enum guc_error slpc_query(struct guc *guc, const u32 *arg)
{
	if (!shared_ok(guc, arg))
		return GUC_ERR_BUFFER;
	if (arg[0] != guc->slpc.shared) {
		violation(guc->gpu, V_SLPC_SHARED, "query names %#x, started with %#llx", arg[0],
			  (unsigned long long)guc->slpc.shared);
		return GUC_ERR_PARAMS;
	}
	return shared_update(guc) ? GUC_OK : GUC_ERR_GGTT;
}

static enum guc_error set_limit(struct guc *guc, u32 id, u32 mhz)
{
	struct limits l = fused(guc);
	u32 ratio = from_mhz(mhz);

	if (ratio < l.lowest || ratio > l.highest) {
		violation(guc->gpu, V_SLPC_RANGE, "%s %u MHz outside %u..%u",
			  id == PARAM_MIN_MHZ ? "min" : "max", mhz, (l.lowest * 50 + 1) / 3,
			  (l.highest * 50 + 1) / 3);
		return GUC_ERR_PARAMS;
	}
	if (id == PARAM_MIN_MHZ)
		guc->slpc.min = ratio;
	else
		guc->slpc.max = ratio;
	clock_update(guc);
	return GUC_OK;
}

static enum guc_error slpc_set(struct guc *guc, const u32 *arg)
{
	struct guc_slpc *slpc = &guc->slpc;

	if (arg[0] >= ARRAY_SIZE(slpc->param)) {
		violation(guc->gpu, V_SLPC_PARAM, "id %u", arg[0]);
		return GUC_ERR_PARAMS;
	}
	slpc->param[arg[0]] = arg[1];
	slpc->param_set |= BIT(arg[0]);
	if (arg[0] == PARAM_MIN_MHZ || arg[0] == PARAM_MAX_MHZ)
		return set_limit(guc, arg[0], arg[1]);
	if ((arg[0] == PARAM_RC_MODE && arg[1] > 3) ||
	    (arg[0] == PARAM_IGNORE_EFFICIENT && arg[1] > 1)) {
		violation(guc->gpu, V_SLPC_PARAM, "id %u value %u", arg[0], arg[1]);
		return GUC_ERR_PARAMS;
	}
	return GUC_OK;
}

static enum guc_error slpc_unset(struct guc *guc, const u32 *arg)
{
	struct guc_slpc *slpc = &guc->slpc;
	struct limits l = fused(guc);

	if (arg[0] >= ARRAY_SIZE(slpc->param)) {
		violation(guc->gpu, V_SLPC_PARAM, "id %u", arg[0]);
		return GUC_ERR_PARAMS;
	}
	slpc->param_set &= ~BIT(arg[0]);
	if (arg[0] == PARAM_MIN_MHZ)
		slpc->min = l.efficient;
	if (arg[0] == PARAM_MAX_MHZ)
		slpc->max = l.highest;
	clock_update(guc);
	return GUC_OK;
}

static const struct {
	u32 event, argc;
	enum guc_error (*fn)(struct guc *guc, const u32 *arg);
} slpc_events[] = {
	{ SLPC_RESET, 2, slpc_start },
	{ SLPC_QUERY, 2, slpc_query },
	{ SLPC_SET, 2, slpc_set },
	{ SLPC_UNSET, 1, slpc_unset },
};

enum guc_error guc_slpc_request(struct guc *guc, const u32 *payload, unsigned int len)
{
	u32 event = payload[0] >> 8, argc = payload[0] & 0xff;
	unsigned int i;

	if (!(guc->boot.params[2] & BIT(2)))
		violation(guc->gpu, V_SLPC_DISABLED, "event %u, but the boot parameters leave SLPC off",
			  event);
	for (i = 0; i < ARRAY_SIZE(slpc_events); i++) {
		if (slpc_events[i].event != event)
			continue;
		if (argc != slpc_events[i].argc || len != argc + 1)
			break;
		if (event != SLPC_RESET && !guc->slpc.shared) {
			violation(guc->gpu, V_SLPC_NOT_STARTED, "event %u", event);
			return GUC_ERR_STATE;
		}
		return slpc_events[i].fn(guc, payload + 1);
	}
	violation(guc->gpu, V_SLPC_EVENT, "event %u argc %u, %u words", event, argc, len);
	return GUC_ERR_PARAMS;
}

enum guc_error guc_rc_control(struct guc *guc, u32 mode)
{
	if (mode > 1) {
		violation(guc->gpu, V_RC_MODE, "%u", mode);
		return GUC_ERR_PARAMS;
	}
	guc->slpc.rc_mode = mode;
	return GUC_OK;
}

void guc_slpc_reset(struct guc *guc)
{
	memset(&guc->slpc, 0, sizeof(guc->slpc));
}
