// SPDX-License-Identifier: MIT
/*
 * What a message on the H2G ring must look like, and who carries it out.
 *
 * A request gets an answer, a fast request never does: whatever the firmware would have to complain
 * about there is a violation, since no correct driver gives cause for it.
 */
#include "fault.h"
#include "guc_internal.h"
#include "journal.h"
#include "mem.h"

#define FENCE_FAST	BIT(15)

#define TLB_SEQNO_MAX	0xfffffu
#define OPT_IN_MAX_WORDS	64u

typedef enum guc_error action_fn(struct guc *guc, const u32 *payload, unsigned int len);

static enum guc_error do_log(struct guc *guc, const u32 *payload, unsigned int len)
{
	return GUC_OK;
}

static enum guc_error do_policy_change(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_ads_load_policies(guc, payload[0]) ? GUC_OK : GUC_ERR_GGTT;
}

/* Keys with their lengths that fill @len words exactly; false and a violation if they do not. */
static bool klvs_ok(struct guc *guc, const char *what, const u32 *klv, u32 len, u16 first, u16 last)
{
	u32 pos = 0;

	while (pos < len && klv[pos] >> 16 >= first && klv[pos] >> 16 <= last && (klv[pos] & 0xffff) < len - pos)
		pos += 1 + (klv[pos] & 0xffff);
	if (pos == len)
		return true;
	violation(guc->gpu, V_H2G_KLV, "%s: word %u of %u is %#010x", what, pos, len, klv[pos]);
	return false;
}

static enum guc_error do_scheduling_klv(struct guc *guc, const u32 *payload, unsigned int len)
{
	return klvs_ok(guc, "scheduling policies", payload, len, 0x1001, 0x1fff) ? GUC_OK : GUC_ERR_KLV;
}

static enum guc_error do_opt_in(struct guc *guc, const u32 *payload, unsigned int len)
{
	u64 addr = (u64)payload[1] << 32 | payload[0];
	u32 klv[OPT_IN_MAX_WORDS], words = payload[2];

	if (!words || words > OPT_IN_MAX_WORDS || !guc_buffer_ok(guc, addr, words * 4ull) ||
	    ggtt_read(guc->gpu, addr, klv, words * 4ul)) {
		if (is_cut_off(guc->gpu))
			return GUC_ERR_GGTT;
		violation(guc->gpu, V_H2G_KLV, "features to opt in: %u words at GGTT %#llx", words,
			  (unsigned long long)addr);
		return GUC_ERR_GGTT;
	}
	return klvs_ok(guc, "features to opt in", klv, words, 0x4001, 0x4fff) ? GUC_OK : GUC_ERR_KLV;
}

/* Accepted, and never written: the counters in it stay 0. */
static enum guc_error do_activity_buffer(struct guc *guc, const u32 *payload, unsigned int len)
{
	u64 addr = (u64)payload[1] << 32 | payload[0];

	if (!addr || guc_buffer_ok(guc, addr, PAGE_4K))
		return GUC_OK;
	violation(guc->gpu, V_ADS_POINTER, "engine activity at GGTT %#llx", (unsigned long long)addr);
	return GUC_ERR_GGTT;
}

static enum guc_error do_schedule(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_context_schedule(guc, payload[0]);
}

static enum guc_error do_mode_set(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_context_mode(guc, payload[0], payload[1]);
}

static enum guc_error do_rc_control(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_rc_control(guc, payload[0]);
}

static enum guc_error do_auth_huc(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_auth_huc(guc, payload[0]);
}

static enum guc_error do_register(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_context_register(guc, payload, false, len);
}

static enum guc_error do_register_parallel(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_context_register(guc, payload, true, len);
}

static enum guc_error do_deregister(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_context_deregister(guc, payload[0]);
}

static void tlb_flush_all(struct guc *guc)
{
	unsigned int i;

	for (i = 0; i < guc->gt->num_engines; i++)
		cs_tlb_flush(guc->gt->engines[i]);
}

static enum guc_error do_fault_reply(struct guc *guc, const u32 *payload, unsigned int len)
{
	return guc_ct_fault_reply(guc, payload);
}

enum tlb_type { TLB_FULL, TLB_RANGE, TLB_RANGE_CONTEXT, TLB_GUC };

/* A range is a power of two, aligned to its size; 4 and 8 MiB do not exist. */
static bool tlb_range_ok(const u32 *payload)
{
	u64 addr = (u64)payload[4] << 32 | payload[3];
	u32 order = payload[5];

	return order <= 52 && order != 10 && order != 11 && payload[2] <= 0xfffff &&
	       !(addr & ((order + 12 < 64 ? BIT64(order + 12) : 0) - 1));
}

static bool tlb_ok(const u32 *payload, unsigned int len)
{
	u32 type = payload[1] & 0xff;

	if ((payload[1] & GENMASK(30, 16)) || (payload[1] >> 8 & 0xff) > 1)
		return false;
	if (type == TLB_FULL || type == TLB_GUC)
		return len == 2;
	return type <= TLB_GUC && len == 6 && tlb_range_ok(payload);
}

static void tlb_flush_range(struct guc *guc, const u32 *payload)
{
	u64 start = (u64)payload[4] << 32 | payload[3], size = payload[5] + 12 < 48 ? BIT64(payload[5] + 12) : BIT64(48);
	unsigned int i;

	start &= BIT64(48) - 1;
	for (i = 0; i < guc->gt->num_engines; i++)
		cs_tlb_flush_range(guc->gt->engines[i], payload[2], start, start + (size - 1));
}

/* Done as soon as it is asked for: nothing is on its way. */
static enum guc_error do_tlb(struct guc *guc, const u32 *payload, unsigned int len)
{
	u32 seqno = payload[0], last = guc->ct.tlb_seqno;

	if (!tlb_ok(payload, len)) {
		violation(guc->gpu, V_TLB_MALFORMED, "%u words, operation %#x", len, payload[1]);
		return GUC_ERR_PARAMS;
	}
	if (!seqno || seqno > TLB_SEQNO_MAX ||
	    (last && seqno != last + 1 && !(seqno == 1 && last == TLB_SEQNO_MAX)))
		guc_disorder(guc, V_TLB_SEQNO, "%u after %u", seqno, last);
	guc->ct.tlb_seqno = seqno;
	switch (payload[1] & 0xff) {
	case TLB_FULL:
		tlb_flush_all(guc);
		ggtt_invalidate(guc->gpu);
		break;
	case TLB_GUC:
		ggtt_invalidate(guc->gpu);
		break;
	case TLB_RANGE:
		tlb_flush_range(guc, payload);
		break;
	default:
		tlb_flush_all(guc);
		break;
	}
	if (!fault_take(guc->gpu, FAULT_TLB_LOST, NULL))
		guc_ct_event(guc, G2H_TLB_DONE, &seqno, 1);
	return GUC_OK;
}

static const struct action {
	u16 code;
	u8 min, max;	/* words after the header */
	const char *name;
	action_fn *fn;
} actions[] = {
	{ H2G_LOG_FLUSH_DONE, 0, 2, "log-flush-done", do_log },
	{ H2G_LOG_FORCE_FLUSH, 0, 2, "log-force-flush", do_log },
	{ H2G_POLICY_CHANGE, 1, 1, "policy-change", do_policy_change },
	{ H2G_SCHEDULING_KLV, 1, 32, "scheduling-klv", do_scheduling_klv },
	{ H2G_ACTIVITY_BUFFER, 4, 4, "activity-buffer", do_activity_buffer },
	{ H2G_OPT_IN, 3, 3, "opt-in", do_opt_in },
	{ H2G_SCHEDULE, 1, 1, "schedule", do_schedule },
	{ H2G_MODE_SET, 2, 2, "mode-set", do_mode_set },
	{ H2G_UPDATE_POLICIES, 3, 11, "update-policies", guc_context_policies },
	{ H2G_SLPC, 1, 9, "slpc", guc_slpc_request },
	{ H2G_RC_CONTROL, 1, 1, "rc-control", do_rc_control },
	{ H2G_AUTH_HUC, 1, 1, "auth-huc", do_auth_huc },
	{ H2G_REGISTER, 11, 11, "register", do_register },
	{ H2G_DEREGISTER, 1, 1, "deregister", do_deregister },
	{ H2G_REGISTER_PARALLEL, 14, 80, "register-parallel", do_register_parallel },
	{ H2G_FAULT_REPLY, 2, 2, "fault-reply", do_fault_reply },
	{ H2G_TLB_INVALIDATE, 2, 6, "tlb-invalidate", do_tlb },
};

const char *guc_action_name(unsigned int index, u16 *code)
{
	if (index >= ARRAY_SIZE(actions))
		return NULL;
	*code = actions[index].code;
	return actions[index].name;
}

static void journal_words(struct guc *guc, const char *what, const u32 *hxg, unsigned int len)
{
	char text[5 * 9 + 1] = "";
	unsigned int i;

	for (i = 0; i < len && i < 5; i++)
		snprintf(text + i * 9ul, sizeof(text) - i * 9ul, " %08x", hxg[i]);
	journal_add(guc->gpu, J_GUC, "gt%u %s%s%s", guc->gt->id, what, text, len > 5 ? " ..." : "");
}

static enum guc_error action_run(struct guc *guc, const u32 *hxg, unsigned int len)
{
	u16 code = hxg[0] & HXG_ACTION;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		if (actions[i].code != code)
			continue;
		guc->actions[i]++;
		if (len - 1 < actions[i].min || len - 1 > actions[i].max) {
			violation(guc->gpu, V_H2G_MALFORMED, "%s (%#06x) with %u words of payload",
				  actions[i].name, code, len - 1);
			return GUC_ERR_PARAMS;
		}
		return actions[i].fn(guc, hxg + 1, len - 1);
	}
	violation(guc->gpu, V_H2G_ACTION, "%#06x, %u words of payload, first %#x", code,
		  len - 1, len > 1 ? hxg[1] : 0);
	return GUC_ERR_ACTION;
}

static void answer(struct guc *guc, u16 fence, enum guc_error err)
{
	u64 value = GUC_ERR_CANNOT;

	if (fault_take(guc->gpu, FAULT_GUC_H2G_FAIL, &value))
		err = value & 0xffff;
	if (err)
		guc_ct_answer(guc, fence, FIELD_PREP(HXG_TYPE, (u32)HXG_FAILURE) | err);
	else
		guc_ct_answer(guc, fence, FIELD_PREP(HXG_TYPE, (u32)HXG_SUCCESS));
}

void guc_action(struct guc *guc, u16 fence, const u32 *hxg, unsigned int len)
{
	u32 type = FIELD_GET(HXG_TYPE, hxg[0]);
	u16 code = hxg[0] & HXG_ACTION;
	enum guc_error err;

	journal_words(guc, "h2g", hxg, len);
	count_action(guc->gpu, true, code);
	if (fault_take_for(guc->gpu, FAULT_GUC_H2G_DROP, code)) {
		guc->ct.tainted = true;
		return;
	}
	if (fault_take_for(guc->gpu, FAULT_GUC_CRASH, code)) {
		guc_crash(guc);
		return;
	}
	if ((hxg[0] & (HXG_FROM_GUC | HXG_DATA0)) ||
	    (type != HXG_REQUEST && type != HXG_FAST_REQUEST)) {
		violation(guc->gpu, V_H2G_MALFORMED, "message header %#010x, fence %#x", hxg[0],
			  fence);
		return;
	}
	if (!(fence & FENCE_FAST) != (type == HXG_REQUEST))
		violation(guc->gpu, V_H2G_FENCE, "type %u with fence %#x, action %#06x", type, fence,
			  code);
	err = action_run(guc, hxg, len);
	if (type == HXG_REQUEST && guc->state == GUC_RUNNING)
		answer(guc, fence, err);
	else if (err)
		journal_add(guc->gpu, J_GUC, "gt%u action %#06x failed: %#x", guc->gt->id, code,
			    err);
}
