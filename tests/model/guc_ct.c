// SPDX-License-Identifier: MIT
/*
 * The command channel: a ring of requests (H2G), a ring of answers and events (G2H), a descriptor
 * of 64 bytes for each.
 *
 * The host moves the H2G tail and the G2H head, the firmware the other two.  A request never
 * straddles the end of its ring (the host pads with zeroes), an answer may.  Nothing is written past
 * the host's G2H head: what has no room waits in a list of bounded length.
 */
#include <string.h>

#include "clk.h"
#include "fault.h"
#include "guc_internal.h"
#include "irq.h"
#include "journal.h"
#include "mem.h"

/* Descriptor words */
#define DESC_HEAD	0
#define DESC_TAIL	4
#define DESC_STATUS	8
#define DESC_BYTES	64

#define STATUS_OVERFLOW		BIT(0)
#define STATUS_UNDERFLOW	BIT(1)
#define STATUS_MISMATCH		BIT(2)

/* Message header */
#define CT_FENCE	GENMASK(31, 16)
#define CT_FORMAT	GENMASK(15, 12)
#define CT_RESERVED	GENMASK(11, 8)
#define CT_LEN		GENMASK(7, 0)

/* Self config keys */
#define KEY_H2G_BUF	0x0902
#define KEY_H2G_DESC	0x0903
#define KEY_H2G_SIZE	0x0904
#define KEY_G2H_BUF	0x0905
#define KEY_G2H_DESC	0x0906
#define KEY_G2H_SIZE	0x0907

#define CT_MAX_BYTES	MIB(1)

static void ct_break(struct guc *guc, struct guc_ctb *ctb, u32 status)
{
	guc->ct.broken = true;
	ggtt_write32(guc->gpu, ctb->desc + DESC_STATUS, status);
}

/* ---- setting up ---- */

bool guc_ct_known_key(u16 key)
{
	return key >= KEY_H2G_BUF && key <= KEY_G2H_SIZE;
}

enum guc_error guc_ct_config(struct guc *guc, u16 key, u16 len, u64 value)
{
	struct guc_ctb *ctb = key < KEY_G2H_BUF ? &guc->ct.h2g : &guc->ct.g2h;
	bool is_size = key == KEY_H2G_SIZE || key == KEY_G2H_SIZE;
	bool is_desc = key == KEY_H2G_DESC || key == KEY_G2H_DESC;

	if (len != (is_size ? 1 : 2)) {
		violation(guc->gpu, V_MBOX_KLV, "self config key %#x with length %u", key, len);
		return GUC_ERR_KLV;
	}
	if (guc->ct.enabled) {
		violation(guc->gpu, V_CT_CONFIG_ENABLED, "key %#x while the channel is up", key);
		return GUC_ERR_STATE;
	}
	if (is_size) {
		if (!value || value % PAGE_4K || value > CT_MAX_BYTES) {
			violation(guc->gpu, V_CT_CONFIG, "size %#llx", (unsigned long long)value);
			return GUC_ERR_PARAMS;
		}
		ctb->size = value / 4;
		return GUC_OK;
	}
	if (value % (is_desc ? 4 : PAGE_4K) ||
	    !guc_buffer_ok(guc, value, is_desc ? DESC_BYTES : PAGE_4K)) {
		violation(guc->gpu, V_CT_CONFIG, "key %#x address %#llx", key,
			  (unsigned long long)value);
		return GUC_ERR_GGTT;
	}
	if (is_desc) {
		ctb->desc = value;
		ctb->has_desc = true;
	} else {
		ctb->buf = value;
		ctb->has_buf = true;
	}
	return GUC_OK;
}

static enum guc_error ctb_start(struct guc *guc, struct guc_ctb *ctb, const char *name)
{
	u32 desc[DESC_BYTES / 4];
	unsigned int i;

	if (!ctb->has_desc || !ctb->has_buf || !ctb->size) {
		violation(guc->gpu, V_CT_NOT_REGISTERED, "%s: descriptor %d buffer %d size %u", name,
			  ctb->has_desc, ctb->has_buf, ctb->size);
		return GUC_ERR_NOT_REGISTERED;
	}
	if (!guc_buffer_ok(guc, ctb->buf, ctb->size * 4ull) ||
	    ggtt_read(guc->gpu, ctb->desc, desc, sizeof(desc))) {
		if (is_cut_off(guc->gpu))
			return GUC_ERR_GGTT;
		violation(guc->gpu, V_CT_CONFIG, "%s ring at %#llx, %u words, is not mapped", name,
			  (unsigned long long)ctb->buf, ctb->size);
		return GUC_ERR_GGTT;
	}
	for (i = 0; i < ARRAY_SIZE(desc); i++) {
		if (!desc[i])
			continue;
		violation(guc->gpu, V_CT_DESCRIPTOR, "%s word %u is %#x, not zero, at the start",
			  name, i, desc[i]);
		return GUC_ERR_DESCRIPTOR;
	}
	ctb->pos = 0;
	ctb->shown = 0;
	return GUC_OK;
}

enum guc_error guc_ct_control(struct guc *guc, bool enable)
{
	struct guc_ct *ct = &guc->ct;
	enum guc_error err;

	if (!enable) {
		ct->enabled = false;
		return GUC_OK;
	}
	if (ct->enabled) {
		violation(guc->gpu, V_CT_ENABLED_TWICE, "gt%u", guc->gt->id);
		return GUC_ERR_STATE;
	}
	ct->out_first = 0;
	ct->out_count = 0;
	ct->broken = false;
	err = ctb_start(guc, &ct->h2g, "h2g");
	if (!err)
		err = ctb_start(guc, &ct->g2h, "g2h");
	ct->enabled = !err;
	return err;
}

void guc_ct_reset(struct guc *guc)
{
	unsigned int i;

	for (i = 0; i < GUC_LATE_MAX; i++)
		clk_cancel(guc->gpu->clk, guc->ct.late[i].timer);
	clk_cancel(guc->gpu->clk, guc->ct.fault_timer);
	clk_cancel(guc->gpu->clk, guc->ct.late_receive);
	memset(&guc->ct, 0, sizeof(guc->ct));
}

/* ---- requests of the host ---- */

/* Head, tail and status as the host sees them; false if they make no sense. */
static bool h2g_open(struct guc *guc, u32 *tail)
{
	struct guc_ctb *ctb = &guc->ct.h2g;
	u32 desc[3];

	if (ggtt_read(guc->gpu, ctb->desc, desc, sizeof(desc))) {
		guc->ct.broken = true;
		return false;
	}
	if (desc[2]) {
		violation(guc->gpu, V_CT_STATUS, "the host set H2G status %#x", desc[2]);
		guc->ct.broken = true;
		return false;
	}
	if (desc[0] != ctb->shown) {
		violation(guc->gpu, V_CT_HEAD, "the host moved the H2G head from %u to %u",
			  ctb->shown, desc[0]);
		ct_break(guc, ctb, STATUS_MISMATCH);
		return false;
	}
	if (desc[1] >= ctb->size) {
		violation(guc->gpu, V_CT_TAIL, "H2G tail %u in a ring of %u words", desc[1],
			  ctb->size);
		ct_break(guc, ctb, STATUS_OVERFLOW);
		return false;
	}
	*tail = desc[1];
	return true;
}

static void h2g_move_head(struct guc *guc, u32 head)
{
	struct guc_ctb *ctb = &guc->ct.h2g;
	u64 value;

	ctb->pos = head;
	value = head;
	fault_take(guc->gpu, FAULT_GUC_H2G_HEAD, &value);
	ctb->shown = value;
	ggtt_write32(guc->gpu, ctb->desc + DESC_HEAD, ctb->shown);
	value = STATUS_MISMATCH;
	if (fault_take(guc->gpu, FAULT_GUC_CT_STATUS, &value))
		ggtt_write32(guc->gpu, ctb->desc + DESC_STATUS, value);
}

/* From a zero word to the end of the ring all must be zero, and the tail must have wrapped. */
static bool h2g_skip_padding(struct guc *guc, u32 tail)
{
	struct guc_ctb *ctb = &guc->ct.h2g;
	u32 words[64], at = ctb->pos, part, i;

	if (tail >= at) {
		violation(guc->gpu, V_H2G_MALFORMED, "empty message at word %u, tail %u", at, tail);
		h2g_move_head(guc, at + 1 == ctb->size ? 0 : at + 1);
		return true;
	}
	for (; at < ctb->size; at += part) {
		part = MIN((u32)ARRAY_SIZE(words), ctb->size - at);
		if (ggtt_read(guc->gpu, ctb->buf + at * 4ull, words, part * 4ul))
			return false;
		for (i = 0; i < part && !words[i]; i++)
			;
		if (i < part) {
			violation(guc->gpu, V_H2G_MALFORMED, "padding word %u is %#010x", at + i,
				  words[i]);
			break;
		}
	}
	h2g_move_head(guc, 0);
	return true;
}

/* One message.  False if there is nothing more to be read, or the ring makes no sense any more. */
static bool h2g_one(struct guc *guc, u32 tail)
{
	struct guc_ctb *ctb = &guc->ct.h2g;
	u32 msg[CT_MSG_MAX], len, avail;

	avail = (tail >= ctb->pos ? tail : ctb->size) - ctb->pos;
	if (ggtt_read32(guc->gpu, ctb->buf + ctb->pos * 4ull, &msg[0])) {
		guc->ct.broken = true;
		return false;
	}
	if (!msg[0])
		return h2g_skip_padding(guc, tail);
	len = FIELD_GET(CT_LEN, msg[0]) + 1;
	if ((msg[0] & (CT_FORMAT | CT_RESERVED)) || len < 2 || len > avail) {
		violation(guc->gpu, V_H2G_MALFORMED, "header %#010x at word %u, %u words up to %s",
			  msg[0], ctb->pos, avail, tail >= ctb->pos ? "the tail" : "the end");
		ct_break(guc, ctb, len > avail ? STATUS_UNDERFLOW : STATUS_MISMATCH);
		return false;
	}
	if (ggtt_read(guc->gpu, ctb->buf + (ctb->pos + 1) * 4ull, msg + 1, (len - 1) * 4ul)) {
		guc->ct.broken = true;
		return false;
	}
	h2g_move_head(guc, ctb->pos + len == ctb->size ? 0 : ctb->pos + len);
	guc->ct.received++;
	count(guc->gpu, CNT_H2G);
	guc_action(guc, FIELD_GET(CT_FENCE, msg[0]), msg + 1, len - 1);
	return true;
}

static void receive_late(void *arg)
{
	struct guc *guc = arg;

	guc->ct.late_receive = 0;
	if (is_cut_off(guc->gpu) || guc->state != GUC_RUNNING)
		return;
	guc_ct_receive(guc);
	guc_ct_flush(guc);
}

void guc_ct_receive(struct guc *guc)
{
	struct guc_ct *ct = &guc->ct;
	unsigned int limit;
	u64 us = 1000;
	u32 tail;

	if (!ct->enabled || ct->broken || ct->late_receive)
		return;
	if (fault_take(guc->gpu, FAULT_GUC_H2G_LATE, &us)) {
		ct->late_receive = clk_after(guc->gpu->clk, us * USEC, receive_late, guc);
		return;
	}
	if (fault_take(guc->gpu, FAULT_GUC_H2G_STALL, NULL))
		ct->stalled = true;
	if (ct->stalled || !h2g_open(guc, &tail))
		return;
	ct->most = MAX(ct->most, (tail + ct->h2g.size - ct->h2g.pos) % ct->h2g.size);
	/* The tail is read once, so this ends; a message can take the channel down. */
	for (limit = ct->h2g.size; limit && ct->h2g.pos != tail; limit--)
		if (!h2g_one(guc, tail) || !ct->enabled || guc->state != GUC_RUNNING)
			break;
}

/* ---- answers and events ---- */

/* Words that may be written without reaching the host's head; -1 if the descriptor makes no sense. */
static int64_t g2h_room(struct guc *guc)
{
	struct guc_ctb *ctb = &guc->ct.g2h;
	u32 desc[3];

	if (ggtt_read(guc->gpu, ctb->desc, desc, sizeof(desc))) {
		guc->ct.broken = true;
		return -1;
	}
	if (desc[2]) {
		violation(guc->gpu, V_CT_STATUS, "the host set G2H status %#x", desc[2]);
		guc->ct.broken = true;
		return -1;
	}
	if (desc[0] >= ctb->size || desc[1] != ctb->shown) {
		violation(guc->gpu, desc[0] >= ctb->size ? V_CT_HEAD : V_CT_TAIL,
			  "G2H head %u tail %u (ours %u) in a ring of %u words", desc[0], desc[1],
			  ctb->shown, ctb->size);
		ct_break(guc, ctb, STATUS_OVERFLOW);
		return -1;
	}
	return (desc[0] + ctb->size - ctb->pos - 1) % ctb->size;
}

static bool g2h_put(struct guc *guc, const struct guc_msg *msg)
{
	struct guc_ctb *ctb = &guc->ct.g2h;
	u32 first = MIN(msg->len, ctb->size - ctb->pos);
	u64 value;

	if (ggtt_write(guc->gpu, ctb->buf + ctb->pos * 4ull, msg->word, first * 4ul) ||
	    (first < msg->len &&
	     ggtt_write(guc->gpu, ctb->buf, msg->word + first, (msg->len - first) * 4ul))) {
		guc->ct.broken = true;
		return false;
	}
	ctb->pos = (ctb->pos + msg->len) % ctb->size;
	value = ctb->pos;
	fault_take(guc->gpu, FAULT_GUC_G2H_TAIL, &value);
	ctb->shown = value;
	if (ggtt_write32(guc->gpu, ctb->desc + DESC_TAIL, ctb->shown)) {
		guc->ct.broken = true;
		return false;
	}
	guc->ct.sent++;
	guc->ct.irq = true;
	count(guc->gpu, CNT_G2H);
	return true;
}

/* Send what waits, oldest first. */
static void g2h_drain(struct guc *guc)
{
	struct guc_ct *ct = &guc->ct;
	int64_t room;

	while (ct->out_count && ct->enabled && !ct->broken) {
		room = g2h_room(guc);
		if (room < ct->out[ct->out_first].len)
			return;
		if (!g2h_put(guc, &ct->out[ct->out_first]))
			return;
		ct->out_first = (ct->out_first + 1) % CT_OUT_MAX;
		ct->out_count--;
	}
}

static void g2h_send(struct guc *guc, const struct guc_msg *msg)
{
	struct guc_ct *ct = &guc->ct;

	if (!ct->enabled || ct->broken)
		return;
	if (ct->out_count == CT_OUT_MAX) {
		violation(guc->gpu, V_G2H_OVERFLOW, "%u messages wait for room", ct->out_count);
		return;
	}
	ct->out[(ct->out_first + ct->out_count++) % CT_OUT_MAX] = *msg;
	g2h_drain(guc);
	if (ct->out_count)
		ct->queued++;
}

/* A message that is no answer and no event that anybody owes. */
static void g2h_junk(struct guc *guc)
{
	struct guc_msg msg = { .len = 2 };
	u64 value = HXG_FROM_GUC | FIELD_PREP(HXG_TYPE, (u32)HXG_EVENT) | 0x7777;

	if (!fault_take(guc->gpu, FAULT_GUC_G2H_JUNK, &value))
		return;
	msg.word[0] = 1;
	msg.word[1] = value;
	g2h_send(guc, &msg);
}

/* ---- page faults ---- */

#define FAULT_ASID	0x5a5a5u
#define FAULT_NS	(5000 * MSEC)

/* One can be told from the next by its instance, VF and data. */
static void fault_words(u32 n, u32 *word)
{
	word[0] = n % 5 | n % 64 << 19 | n % 8 << 25 | n % 16 << 28;
	word[1] = (n >> 4 & 0xfff) | FAULT_ASID << 12;
	word[2] = n % 2 | n % 61 << 4 | n % 7 << 12;
	word[3] = n % 0x8000;
}

/* That it did not work: nobody has that address space. */
static void reply_words(u32 n, u32 *word)
{
	word[0] = BIT(0) | BIT(1) | BIT(10) | FAULT_ASID << 12;
	word[1] = n % 61 | n % 64 << 7 | n % 8 << 13 | (n & 0xffff) << 16;
}

static void fault_timer(void *arg)
{
	struct guc *guc = arg;
	struct guc_ct *ct = &guc->ct;

	ct->fault_timer = 0;
	if (is_cut_off(guc->gpu) || guc->state != GUC_RUNNING || ct->broken)
		return;
	if (ct->answered < ct->due)
		violation(guc->gpu, V_FAULT_UNANSWERED, "%u of %u", ct->due - ct->answered, ct->due);
	ct->due = ct->faults;
	if (ct->answered < ct->due)
		ct->fault_timer = clk_after(guc->gpu->clk, FAULT_NS, fault_timer, guc);
}

static void report_faults(struct guc *guc)
{
	struct guc_msg msg = { .len = 6, .word = { 5, HXG_FROM_GUC | FIELD_PREP(HXG_TYPE, (u32)HXG_EVENT) | G2H_PAGE_FAULT } };
	struct guc_ct *ct = &guc->ct;
	u64 num = 1;

	if (!ct->enabled || !fault_take(guc->gpu, FAULT_GUC_PAGE_FAULT, &num))
		return;
	journal_add(guc->gpu, J_GUC, "gt%u reports %llu page faults", guc->gt->id, (unsigned long long)num);
	for (; num; num--) {
		fault_words(ct->faults++, msg.word + 2);
		count_action(guc->gpu, false, G2H_PAGE_FAULT);
		g2h_send(guc, &msg);
	}
	if (ct->fault_timer)
		return;
	ct->due = ct->faults;
	ct->fault_timer = clk_after(guc->gpu->clk, FAULT_NS, fault_timer, guc);
}

enum guc_error guc_ct_fault_reply(struct guc *guc, const u32 *payload)
{
	struct guc_ct *ct = &guc->ct;
	u32 expected[2];

	if (ct->answered == ct->faults) {
		violation(guc->gpu, V_FAULT_REPLY, "%#010x %#010x, but no page fault waits for it", payload[0],
			  payload[1]);
		return GUC_ERR_STATE;
	}
	reply_words(ct->answered++, expected);
	if (payload[0] == expected[0] && payload[1] == expected[1])
		return GUC_OK;
	violation(guc->gpu, V_FAULT_REPLY, "%#010x %#010x, not %#010x %#010x", payload[0], payload[1], expected[0],
		  expected[1]);
	return GUC_ERR_PARAMS;
}

static void late_message(void *arg)
{
	struct guc_late *late = arg;
	struct guc *guc = late->guc;

	late->timer = 0;
	if (is_gone(guc->gpu) || guc->state != GUC_RUNNING)
		return;
	g2h_send(guc, &late->msg);
	guc_ct_flush(guc);
}

/* True if the message is held back; later ones overtake it.  No more than a few at a time. */
static bool g2h_late(struct guc *guc, const struct guc_msg *msg)
{
	struct guc_late *late = guc->ct.late;
	u64 us = 1000;

	while (late < guc->ct.late + GUC_LATE_MAX && late->timer)
		late++;
	if (late == guc->ct.late + GUC_LATE_MAX || !fault_take(guc->gpu, FAULT_GUC_G2H_LATE, &us))
		return false;
	late->guc = guc;
	late->msg = *msg;
	late->timer = clk_after(guc->gpu->clk, us * USEC, late_message, late);
	return true;
}

static void g2h_message(struct guc *guc, struct guc_msg *msg)
{
	u64 value = CT_LEN;

	if (fault_take(guc->gpu, FAULT_GUC_G2H_LENGTH, &value))
		msg->word[0] = (msg->word[0] & ~CT_LEN) | (value & CT_LEN);
	g2h_junk(guc);
	report_faults(guc);
	if (!g2h_late(guc, msg))
		g2h_send(guc, msg);
}

void guc_ct_event(struct guc *guc, enum g2h_action action, const u32 *payload, unsigned int len)
{
	struct guc_msg msg = { .len = len + 2 };

	journal_add(guc->gpu, J_GUC, "gt%u event %#06x %#x %#x", guc->gt->id, action,
		    len > 0 ? payload[0] : 0, len > 1 ? payload[1] : 0);
	if (fault_take_for(guc->gpu, FAULT_GUC_G2H_DROP, action))
		return;
	count_action(guc->gpu, false, action);
	msg.word[0] = FIELD_PREP(CT_LEN, len + 1);
	msg.word[1] = HXG_FROM_GUC | FIELD_PREP(HXG_TYPE, (u32)HXG_EVENT) | action;
	if (len)
		memcpy(msg.word + 2, payload, len * sizeof(*payload));
	g2h_message(guc, &msg);
	if (fault_take(guc->gpu, FAULT_GUC_G2H_TWICE, NULL))
		g2h_message(guc, &msg);
}

void guc_ct_answer(struct guc *guc, u16 fence, u32 hxg)
{
	struct guc_msg msg = { .len = 2 };

	if (fault_take(guc->gpu, FAULT_GUC_G2H_FENCE, NULL))
		fence = (fence - 1) & 0x7fff;
	msg.word[0] = FIELD_PREP(CT_FENCE, (u32)fence) | FIELD_PREP(CT_LEN, 1u);
	msg.word[1] = HXG_FROM_GUC | hxg;
	g2h_message(guc, &msg);
}

bool guc_ct_waiting(struct guc *guc)
{
	return guc->ct.out_count && guc->ct.enabled && !guc->ct.broken;
}

void guc_ct_flush(struct guc *guc)
{
	g2h_drain(guc);
	if (!guc->ct.irq)
		return;
	guc->ct.irq = false;
	irq_raise(guc->gpu, OTHER_CLASS, guc->gt->window ? OTHER_MEDIA_GUC_INSTANCE : OTHER_GUC_INSTANCE,
		  GUC_INTR_GUC2HOST);
}
