// SPDX-License-Identifier: MIT
/*
 * Forcewake: keep power domains of a GT awake while the driver touches their registers.
 */

#include <linux/error-injection.h>
#include <linux/ktime.h>
#include <linux/minmax.h>

#include <drm/drm_print.h>

#include "hw/forcewake.h"
#include "hw/gt.h"
#include "hw/state.h"
#include "regs/gt.h"
#include "xe_device.h"

/**
 * DOC: Forcewake
 *
 * The hardware powers parts of a GT down on its own. A holder asks for a domain to be awake with a
 * masked write and waits until the acknowledgment shows it. Holds are counted per domain, so they
 * nest; the last one lets the domain sleep again. Letting go is not waited for: the next request
 * waits for both. A domain that does not seem to go to sleep is asked to be awake all the same, as
 * what matters is that it is.
 *
 * ================= ================ ===================================
 * object            owner            released when
 * ================= ================ ===================================
 * hold              the caller       end of its scope (CLASS)
 * wake request      bound side       last hold; unbind complains of one that is left
 * ================= ================ ===================================
 */

#define FORCEWAKE_TIMEOUT_US	50000	/* of all domains together: hardware.rst xe-hw-forcewake */
#define FORCEWAKE_SLEEP_US	10000	/* to go to sleep before that, likewise */
#define FORCEWAKE_STUCK_US	1000	/* of one that did not answer the last time */

struct domain_regs {
	struct xe_gt_reg request, ack;
};

static struct domain_regs domain_regs(unsigned int domain)
{
	switch (domain) {
	case XE_FW_GT:
		return (struct domain_regs){ FORCEWAKE_GT, FORCEWAKE_ACK_GT_MTL };
	case XE_FW_RENDER:
		return (struct domain_regs){ FORCEWAKE_RENDER, FORCEWAKE_ACK_RENDER };
	case XE_FW_VDBOX0 ... XE_FW_VDBOX7:
		domain -= XE_FW_VDBOX0;
		return (struct domain_regs){ FORCEWAKE_MEDIA_VDBOX(domain),
		       FORCEWAKE_ACK_MEDIA_VDBOX(domain) };
	case XE_FW_VEBOX0 ... XE_FW_VEBOX3:
		domain -= XE_FW_VEBOX0;
		return (struct domain_regs){ FORCEWAKE_MEDIA_VEBOX(domain),
		       FORCEWAKE_ACK_MEDIA_VEBOX(domain) };
	default:
		return (struct domain_regs){ FORCEWAKE_GSC, FORCEWAKE_ACK_GSC };
	}
}

static unsigned int time_left(bool stuck, ktime_t end)
{
	s64 left = max_t(s64, ktime_us_delta(end, ktime_get()), 0);

	return stuck ? min_t(s64, left, FORCEWAKE_STUCK_US) : left;
}

static int wait_ack(struct xe_hw hw, struct xe_gt *gt, unsigned int domain, bool awake,
		    ktime_t end)
{
	struct xe_reg ack = xe_gt_reg(gt, domain_regs(domain).ack);
	u32 *stuck = &gt->forcewake.stuck[awake], last;
	int err;

	lockdep_assert_held(&gt->forcewake.lock);

	err = xe_wait32_atomic(hw, ack, FORCEWAKE_KERNEL, awake ? FORCEWAKE_KERNEL : 0,
			       time_left(*stuck & BIT(domain), end), &last);
	if (err == -ETIMEDOUT && !(*stuck & BIT(domain)))
		drm_err(&xe_hw_device(hw)->drm,
			"GT%u: power domain %u does not %s (%#x); reset or power cycle the card\n",
			gt->id, domain, awake ? "wake up" : "go to sleep", last);
	if (err == -ETIMEDOUT)
		*stuck |= BIT(domain);
	else
		*stuck &= ~BIT(domain);
	return err;
}

static void request(struct xe_hw hw, struct xe_gt *gt, unsigned int domain, bool awake)
{
	xe_gt_write32(hw, gt, domain_regs(domain).request,
		      awake ? XE_MASKED_ENABLE(FORCEWAKE_KERNEL) :
			      XE_MASKED_DISABLE(FORCEWAKE_KERNEL));
}

static void let_go(struct xe_hw hw, struct xe_gt *gt, unsigned long domains)
{
	unsigned int domain;

	lockdep_assert_held(&gt->forcewake.lock);

	for_each_set_bit(domain, &domains, XE_FW_COUNT)
		if (!--gt->forcewake.users[domain])
			request(hw, gt, domain, false);
}

/**
 * xe_forcewake_get - keep power domains awake
 * @hw: the token
 * @gt: the GT
 * @domains: bits by enum xe_forcewake_domain; those that the GT does not have are left out
 *
 * Use CLASS(xe_forcewake, ...) where the hold ends with a scope.
 *
 * Context: bound or in a section; any interrupt state. For a device that is broken it spins up to
 * 60 ms, and the next time 1 ms.
 * Return: 0; -ETIMEDOUT or -ENODEV, then nothing is held.
 */
int xe_forcewake_get(struct xe_hw hw, struct xe_gt *gt, u32 domains)
{
	struct xe_forcewake *fw = &gt->forcewake;
	unsigned long held = domains & fw->present;
	unsigned long woken = 0;
	unsigned int domain;
	ktime_t end;
	int err;

	guard(spinlock_irqsave)(&fw->lock);
	end = ktime_add_us(ktime_get(), FORCEWAKE_SLEEP_US);
	for_each_set_bit(domain, &held, XE_FW_COUNT) {
		if (fw->users[domain]++)
			continue;
		/* A request that follows letting go at once must not be taken for answered. */
		err = wait_ack(hw, gt, domain, false, end);
		if (err == -ENODEV) {
			let_go(hw, gt, held & GENMASK(domain, 0));
			return err;
		}
		request(hw, gt, domain, true);
		woken |= BIT(domain);
	}

	end = ktime_add_us(ktime_get(), FORCEWAKE_TIMEOUT_US);
	for_each_set_bit(domain, &woken, XE_FW_COUNT) {
		err = wait_ack(hw, gt, domain, true, end);
		if (err) {
			let_go(hw, gt, held);
			return err;
		}
	}
	return 0;
}
ALLOW_ERROR_INJECTION(xe_forcewake_get, ERRNO);

/**
 * xe_forcewake_put - undo xe_forcewake_get()
 * @hw: the token
 * @gt: the GT
 * @domains: as given to xe_forcewake_get()
 *
 * Context: bound or in a section; any interrupt state.
 */
void xe_forcewake_put(struct xe_hw hw, struct xe_gt *gt, u32 domains)
{
	guard(spinlock_irqsave)(&gt->forcewake.lock);
	let_go(hw, gt, domains & gt->forcewake.present);
}

static void forcewake_stop(struct xe_hw hw, void *unused)
{
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_for_each_gt(gt, state)
		for (unsigned int domain = 0; domain < XE_FW_COUNT; domain++)
			drm_WARN(&xe_hw_device(hw)->drm, gt->forcewake.users[domain],
				 "GT%u: power domain %u is still held at unbind\n", gt->id, domain);
}

/**
 * xe_forcewake_let_go - take back what another driver may have left held
 * @hw: the token
 * @gt: the GT; which domains it has is known
 *
 * A domain that is awake for nobody would be taken for one that does not go to sleep.
 *
 * Context: probe, before the domains are used; nothing but the GT domain is held.
 */
void xe_forcewake_let_go(struct xe_hw hw, struct xe_gt *gt)
{
	guard(spinlock_irqsave)(&gt->forcewake.lock);

	for (unsigned int domain = 0; domain < XE_FW_COUNT; domain++)
		if (gt->forcewake.present & BIT(domain) && !gt->forcewake.users[domain])
			request(hw, gt, domain, false);
}

/**
 * xe_forcewake_start - probe step: the GT domains can be held from now on
 * @bind: the token of a probe step
 *
 * Context: bound.
 * Return: 0 or a negative error code.
 */
int xe_forcewake_start(struct xe_hw_bind bind)
{
	struct xe_hw hw = xe_hw_bound(bind);
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_for_each_gt(gt, state) {
		spin_lock_init(&gt->forcewake.lock);
		gt->forcewake.present = BIT(XE_FW_GT);
		xe_forcewake_let_go(hw, gt);
	}
	return xe_hw_on_unbind(bind, forcewake_stop, NULL);
}
ALLOW_ERROR_INJECTION(xe_forcewake_start, ERRNO);
