// SPDX-License-Identifier: MIT
/*
 * How much time of engines a client has used, how many contexts, page tables and threads it has,
 * how much memory waits for its binds, and for how long others have waited for it in vain.
 */

#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "xe_usage.h"

/**
 * DOC: Usage
 *
 * An engine counts how long each context runs, and saves the counter in the image when it lets go
 * of it. It has 32 bits and goes round after some minutes of work, so it is looked at whenever a
 * queue has nothing left to do, when somebody asks, and at the end of the queue. Software only:
 * what a device had saved before it went away is counted.
 *
 * Memory of contexts is charged to cgroups, but there is room for so many only (hw/lrc.c). The rule
 * by which they are shared out: what a client has, and what all clients of its user have, are
 * together no more than what is left for others. So one client has a third at most, any number of
 * clients of one user have half, and each user who comes behind greedy ones has half of what these
 * have left: 4,080 the second, 16 the tenth. Nobody is taken anything away. What was destroyed
 * counts until the GuC has let go of it.
 *
 * By the same rule queues for binds are shared out, which are no contexts: one that was destroyed
 * lives as long as its jobs wait, and whoever changes the same addresses waits for each. And so are
 * page tables: one of them keeps 2 MiB of VRAM where they are, in which there can be no buffer.
 *
 * Threads are shared out as well that may have to wait for user space: those that have long-running
 * address spaces start, and those that write user fences. Where they do not come back nothing is
 * left behind enough users. Whoever is refused tries again, less and less often.
 *
 * Who takes memory of a process away waits for the jobs of a VM, and in vain if these do not end
 * and the VM is banned (mm/userptr.c). A client has any number of VMs, so it is the client that may
 * keep others waiting in vain: for half a minute, and all clients of a user for five minutes. A
 * twentieth of the time that passes pays that back. A wait that is not in vain costs nothing. A
 * tenth of a second there is always, and a second for one that has all of its own left where others
 * of its user have had theirs: jobs of innocents end in it. Who has less than half of his own left,
 * or a user who has nothing, and is waited for in vain once more, is not waited for again: the
 * caller sees to that. To close a file and open another
 * one is of no use to a user, who is remembered until he has paid.
 *
 * Anybody can have thousands of users in a namespace of his own: they count as himself.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_usage          references    client, queues, address spaces, starts, and memory of
 *                                        processes are gone; or the user fences of a process
 * struct xe_usage_user     his clients   the last of these is gone, he has paid, and any client
 *                                        goes; or the device goes
 * ======================== ============= ==========================================
 */

/* The users in namespaces of the system's own, as containers have them, are users. */
static kuid_t who_pays(const struct cred *cred)
{
	const struct user_namespace *ns = cred->user_ns;
	kuid_t uid = cred->euid;

	for (; ns->parent; ns = ns->parent)
		if (!uid_eq(ns->owner, GLOBAL_ROOT_UID))
			uid = ns->owner;
	return uid;
}

/**
 * xe_usages_init - nobody has a share of anything
 * @usages: of a device, or the module; it is there until the last client has gone
 *
 * Context: any.
 */
void xe_usages_init(struct xe_usages *usages)
{
	*usages = (struct xe_usages){};
	spin_lock_init(&usages->lock);
	INIT_LIST_HEAD(&usages->users);
}

/* The lock is held, or there are no clients. */
static void forget_users(struct xe_usages *usages, u64 now)
{
	struct xe_usage_user *user, *next;

	list_for_each_entry_safe(user, next, &usages->users, link) {
		if (user->clients || user->paid_off > now)
			continue;
		list_del(&user->link);
		kfree(user);
	}
}

/**
 * xe_usages_fini - forget the users who have patience to pay back
 * @usages: of a device; the last client has gone. Where no patience is lost there is nothing to do
 *
 * Context: any.
 */
void xe_usages_fini(struct xe_usages *usages)
{
	forget_users(usages, U64_MAX);
}

/* Return: the user, who has one client more, or the one that is given, if there is none yet. */
static struct xe_usage_user *join_user(struct xe_usages *usages, struct xe_usage_user *new)
{
	struct xe_usage_user *user;

	guard(spinlock_irqsave)(&usages->lock);
	list_for_each_entry(user, &usages->users, link) {
		if (!uid_eq(user->uid, new->uid))
			continue;
		user->clients++;
		return user;
	}
	new->clients = 1;
	list_add(&new->link, &usages->users);
	return new;
}

static void leave_user(struct xe_usages *usages, struct xe_usage_user *user)
{
	guard(spinlock_irqsave)(&usages->lock);
	user->clients--;
	forget_users(usages, get_jiffies_64());
}

static struct xe_usage *create(struct xe_usages *usages, kuid_t uid)
{
	struct xe_usage *usage = kzalloc(sizeof(*usage), GFP_KERNEL_ACCOUNT);
	struct xe_usage_user *user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);

	if (!usage || !user) {
		kfree(usage);
		kfree(user);
		return NULL;
	}
	kref_init(&usage->ref);
	spin_lock_init(&usage->lock);
	usage->usages = usages;
	user->uid = uid;
	usage->user = join_user(usages, user);
	if (usage->user != user)
		kfree(user);
	return usage;
}

/**
 * xe_usage_create - for a new client, of the user who calls
 * @usages: of the device, or the module
 *
 * Context: process context, may sleep.
 * Return: it, with a reference, or NULL.
 */
struct xe_usage *xe_usage_create(struct xe_usages *usages)
{
	return create(usages, who_pays(current_cred()));
}

/**
 * xe_usage_get - take a reference
 * @usage: may be NULL
 *
 * Context: any.
 * Return: @usage.
 */
struct xe_usage *xe_usage_get(struct xe_usage *usage)
{
	if (usage)
		kref_get(&usage->ref);
	return usage;
}

static void usage_release(struct kref *ref)
{
	struct xe_usage *usage = container_of(ref, struct xe_usage, ref);

	leave_user(usage->usages, usage->user);
	kfree(usage);
}

/**
 * xe_usage_put - give a reference back
 * @usage: may be NULL
 *
 * Context: any.
 */
void xe_usage_put(struct xe_usage *usage)
{
	if (usage)
		kref_put(&usage->ref, usage_release);
}

#define FIRST_PAUSE_MS	20
#define LAST_PAUSE_MS	1000

static const unsigned int limits[] = {
	[XE_USAGE_SLOTS] = XE_USAGE_MAX_SLOTS,
	[XE_USAGE_BINDERS] = XE_USAGE_MAX_BINDERS,
	[XE_USAGE_TABLES] = XE_USAGE_MAX_TABLES,
	[XE_USAGE_STARTS] = XE_USAGE_MAX_STARTS,
	[XE_USAGE_WRITES] = XE_USAGE_MAX_WRITES,
};

static void add(struct xe_usage *usage, enum xe_usage_share what, unsigned int n)
{
	usage->share[what] += n;
	usage->user->share[what] += n;
	usage->usages->share[what] += n;
}

/**
 * xe_usage_take - a client is to have more of what there is only so much of
 * @usage: of the client; NULL for the driver itself
 * @what: XE_USAGE_*
 * @n: how much
 *
 * Context: any.
 * Return: false if it is too much, and nothing is counted.
 */
bool xe_usage_take(struct xe_usage *usage, enum xe_usage_share what, unsigned int n)
{
	unsigned int all;

	if (!usage)
		return true;

	guard(spinlock_irqsave)(&usage->usages->lock);
	all = usage->usages->share[what] + usage->user->share[what] + usage->share[what];
	if (all + 3 * n > limits[what])
		return false;
	add(usage, what, n);
	return true;
}

/**
 * xe_usage_give - a client has given something back
 * @usage: of the client; NULL for the driver itself
 * @what: XE_USAGE_*
 * @n: how much, as was taken
 *
 * Context: any.
 */
void xe_usage_give(struct xe_usage *usage, enum xe_usage_share what, unsigned int n)
{
	if (!usage)
		return;

	guard(spinlock_irqsave)(&usage->usages->lock);
	add(usage, what, -n);
}

/**
 * xe_usage_refused - how long to wait before something is tried to be taken again
 * @refused: how often it was refused, without a break; goes up by one
 *
 * Context: any; one at a time for each @refused.
 * Return: milliseconds: 20 at first, twice as long each time, and no more than a second.
 */
unsigned int xe_usage_refused(unsigned int *refused)
{
	return min(FIRST_PAUSE_MS << min((*refused)++, 8), LAST_PAUSE_MS);
}

#define PAID_BACK	20	/* one jiffy in so many */

static unsigned long patience_left(u64 paid_off, unsigned long patience)
{
	u64 now = get_jiffies_64();

	return patience - div_u64(max(paid_off, now) - now, PAID_BACK);
}

/* Several may wait at the same time, or longer than there is patience: then all of it is lost. */
static void lose(u64 *paid_off, unsigned long patience, unsigned long lost)
{
	u64 now = get_jiffies_64();

	*paid_off = min(max(*paid_off, now) + (u64)PAID_BACK * lost,
			now + (u64)PAID_BACK * patience);
}

/**
 * xe_usage_patience - how long to wait for a client before something is done against it
 * @usage: of the client; NULL for the driver itself
 *
 * Context: any.
 * Return: jiffies: what is left to it, or to its user if less; at least a tenth of a second, and a
 * second if it has all of its own left: it is others of its user that were waited for in vain.
 */
unsigned long xe_usage_patience(struct xe_usage *usage)
{
	unsigned long own, left;

	if (!usage)
		return XE_USAGE_PATIENCE;

	guard(spinlock_irqsave)(&usage->usages->lock);
	own = patience_left(usage->paid_off, XE_USAGE_PATIENCE);
	left = min(own, patience_left(usage->user->paid_off, XE_USAGE_USER_PATIENCE));
	return max(left, own == XE_USAGE_PATIENCE ? XE_USAGE_LAST_PATIENCE :
						   XE_USAGE_LEAST_PATIENCE);
}

/**
 * xe_usage_lost_patience - a client has been waited for in vain
 * @usage: of the client; NULL for the driver itself
 * @lost: for how long, in jiffies: what xe_usage_patience() said
 *
 * Context: any.
 * Return: whether that was too much: it had less than half of its own left before, or its user had
 * nothing and it was not the first time.
 */
bool xe_usage_lost_patience(struct xe_usage *usage, unsigned long lost)
{
	unsigned long own, users;

	if (!usage)
		return false;

	guard(spinlock_irqsave)(&usage->usages->lock);
	own = patience_left(usage->paid_off, XE_USAGE_PATIENCE);
	users = patience_left(usage->user->paid_off, XE_USAGE_USER_PATIENCE);
	lose(&usage->paid_off, XE_USAGE_PATIENCE, lost);
	lose(&usage->user->paid_off, XE_USAGE_USER_PATIENCE, lost);
	return own < XE_USAGE_PATIENCE / 2 ||
	       (own < XE_USAGE_PATIENCE && users < XE_USAGE_LEAST_PATIENCE);
}

/**
 * xe_usage_defer - entries are going to be written later
 * @usage: of the client
 * @entries: how many
 * @alone: they cannot be made less: of these there may be any number, if nothing else waits
 *
 * Their tables, and the memory of what they replace, are not given back before. VMs and queues may
 * be as many as a client likes, so it is the client that has a limit.
 *
 * Context: any.
 * Return: false if it is too much, and nothing is counted.
 */
bool xe_usage_defer(struct xe_usage *usage, u64 entries, bool alone)
{
	guard(spinlock_irqsave)(&usage->lock);
	if (usage->deferred + entries > XE_USAGE_MAX_DEFERRED && (usage->deferred || !alone))
		return false;
	usage->deferred += entries;
	return true;
}

/**
 * xe_usage_undefer - they have been written, or never will be
 * @usage: of the client; may be NULL if @entries is 0
 * @entries: how many
 *
 * Context: any.
 */
void xe_usage_undefer(struct xe_usage *usage, u64 entries)
{
	if (!entries)
		return;

	guard(spinlock_irqsave)(&usage->lock);
	usage->deferred -= entries;
}

/**
 * xe_usage_cycles - what a client has used
 * @usage: of the client
 * @class: of engines
 *
 * Context: any.
 * Return: ticks of the GT's clock.
 */
u64 xe_usage_cycles(struct xe_usage *usage, enum xe_engine_class class)
{
	guard(spinlock_irqsave)(&usage->lock);
	return usage->cycles[class];
}
