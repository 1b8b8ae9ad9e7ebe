/* SPDX-License-Identifier: MIT */
#ifndef _XE_USAGE_H_
#define _XE_USAGE_H_

#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "hw/lrc.h"
#include "xe_info.h"

#define XE_USAGE_MAX_DEFERRED	(192 * 1024)	/* entries: 768 MiB in pages of 4 KiB */
#define XE_USAGE_MAX_SLOTS	(XE_LRC_MAX_SLOTS - 64)	/* the driver has a few itself */
#define XE_USAGE_MAX_BINDERS	16384
#define XE_USAGE_MAX_TABLES	786432	/* of 4 KiB: 3 GiB */
#define XE_USAGE_MAX_STARTS	256
#define XE_USAGE_MAX_WRITES	256
/* For how long a client, and all clients of a user, may keep others waiting in vain. */
#define XE_USAGE_PATIENCE	(30 * HZ)
#define XE_USAGE_USER_PATIENCE	(300 * HZ)
#define XE_USAGE_LEAST_PATIENCE	(HZ / 10)	/* with nothing left */
#define XE_USAGE_LAST_PATIENCE	HZ		/* where others of the user had all of it */

/* What there is only so much of for all clients together. */
enum xe_usage_share {
	/* of contexts */
	XE_USAGE_SLOTS,
	/* of queues for binds that clients made: with jobs they outlive their numbers */
	XE_USAGE_BINDERS,
	/* of page tables, which are where they were made */
	XE_USAGE_TABLES,
	/* of long-running address spaces, under way */
	XE_USAGE_STARTS,
	/* of user fences, under way; of the module */
	XE_USAGE_WRITES,
	XE_USAGE_SHARES
};

/**
 * struct xe_usages - what all clients have of a device, or the module
 */
struct xe_usages {
	/**
	 * @lock: protects the rest, users, and &xe_usage.share and &xe_usage.paid_off; interrupts
	 * off
	 */
	spinlock_t lock;
	/** @users: &xe_usage_user.link, those who have clients, or patience to pay back */
	struct list_head users;
	/** @share: how much all have, by enum xe_usage_share */
	unsigned int share[XE_USAGE_SHARES];
};

/**
 * struct xe_usage_user - what all clients of a user have; under &xe_usages.lock
 */
struct xe_usage_user {
	/** @link: on &xe_usages.users */
	struct list_head link;
	/** @uid: of who made them, or of the user namespace that he is in; constant */
	kuid_t uid;
	/** @clients: how many &struct xe_usage he has */
	unsigned int clients;
	/** @share: how much they have, by enum xe_usage_share */
	unsigned int share[XE_USAGE_SHARES];
	/** @paid_off: when patience that was lost with them is paid back, in jiffies */
	u64 paid_off;
};

/**
 * struct xe_usage - what a client has used of engines, and keeps of memory
 *
 * Of the client and of its queues: what a queue still runs when the client is gone is counted, and
 * nobody asks. For user fences a client is a process.
 */
struct xe_usage {
	/**
	 * @ref: of the client, its queues, address spaces, their starts, and the memory of
	 * processes in them; of a process that has user fences
	 */
	struct kref ref;
	/** @usages: what it has a share of; constant */
	struct xe_usages *usages;
	/** @user: who made it; constant */
	struct xe_usage_user *user;
	/** @share: how much, by enum xe_usage_share, under &xe_usages.lock */
	unsigned int share[XE_USAGE_SHARES];
	/** @paid_off: as &xe_usage_user.paid_off, of itself alone; under the same */
	u64 paid_off;
	/** @lock: protects the rest, and &xe_queue.counted; interrupts off */
	spinlock_t lock;
	/** @cycles: of the GT's clock, by class; children of a parallel queue count one by one */
	u64 cycles[XE_ENGINE_CLASSES];
	/** @deferred: entries of page tables that its binds will write, when they have waited */
	u64 deferred;
};

void xe_usages_init(struct xe_usages *usages);
void xe_usages_fini(struct xe_usages *usages);
struct xe_usage *xe_usage_create(struct xe_usages *usages);
struct xe_usage *xe_usage_get(struct xe_usage *usage);
void xe_usage_put(struct xe_usage *usage);
bool xe_usage_take(struct xe_usage *usage, enum xe_usage_share what, unsigned int n);
void xe_usage_give(struct xe_usage *usage, enum xe_usage_share what, unsigned int n);
unsigned int xe_usage_refused(unsigned int *refused);
unsigned long xe_usage_patience(struct xe_usage *usage);
bool xe_usage_lost_patience(struct xe_usage *usage, unsigned long lost);
bool xe_usage_defer(struct xe_usage *usage, u64 entries, bool alone);
void xe_usage_undefer(struct xe_usage *usage, u64 entries);
u64 xe_usage_cycles(struct xe_usage *usage, enum xe_engine_class class);

#endif
