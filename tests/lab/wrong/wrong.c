// SPDX-License-Identifier: MIT
/*
 * Mistakes that KASAN and UBSAN must see in a driver, wherever in the kernel the memory is touched:
 * "insmod wrong.ko what=NAME" makes one of them and stays out of the kernel (-ECANCELED). See
 * tests/hotplug/watched.sh.
 */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/dma-fence.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pm_runtime.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

static char *what = "";
module_param(what, charp, 0);

/* Where KASAN's own notes on what was freed do not reach. */
struct thing {
	char room[128];
	int number;
	struct mutex mutex;
	struct rw_semaphore rwsem;
	spinlock_t lock;
	wait_queue_head_t wait;
	struct completion done;
	struct work_struct work;
	struct timer_list timer;
	struct list_head list;
	struct kobject kobject;
	struct dma_fence fence;
	struct xarray xarray;
	struct device device;
};

static volatile int sink;
static unsigned int many = 77;		/* the compiler does not know */
module_param(many, uint, 0);

static void nothing(struct work_struct *work) {}
static void never(struct timer_list *timer) {}
static const char *name(struct dma_fence *fence) { return "wrong"; }
static const struct dma_fence_ops ops = { .get_driver_name = name, .get_timeline_name = name };
static void release(struct kobject *kobject) {}
static const struct kobj_type type = { .release = release };

static struct thing *freed(void)
{
	static DEFINE_SPINLOCK(lock);
	struct thing *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	mutex_init(&t->mutex);
	init_rwsem(&t->rwsem);
	spin_lock_init(&t->lock);
	init_waitqueue_head(&t->wait);
	init_completion(&t->done);
	INIT_WORK(&t->work, nothing);
	timer_setup(&t->timer, never, 0);
	INIT_LIST_HEAD(&t->list);
	kobject_init(&t->kobject, &type);
	dma_fence_init(&t->fence, &ops, &lock, 1, 1);
	xa_init(&t->xarray);
	device_initialize(&t->device);
	kfree(t);
	return t;
}

static void use(struct thing *t)
{
	static LIST_HEAD(list);
	static int few[4];
	char copy[32];

	if (!strcmp(what, "read"))
		sink = t->number;
	else if (!strcmp(what, "memcpy"))
		sink = *(char *)memcpy(copy, t->room + 64, sizeof(copy));
	else if (!strcmp(what, "mutex") && mutex_trylock(&t->mutex))
		mutex_unlock(&t->mutex);
	else if (!strcmp(what, "rwsem") && down_read_trylock(&t->rwsem))
		up_read(&t->rwsem);
	else if (!strcmp(what, "spinlock") && spin_trylock(&t->lock))
		spin_unlock(&t->lock);
	else if (!strcmp(what, "wake_up"))
		wake_up(&t->wait);
	else if (!strcmp(what, "complete"))
		complete(&t->done);
	else if (!strcmp(what, "work") && schedule_work(&t->work))
		flush_work(&t->work);
	else if (!strcmp(what, "timer"))
		timer_delete(&t->timer);
	else if (!strcmp(what, "list"))
		list_add(&list, &t->list);
	else if (!strcmp(what, "kobject"))
		kobject_get(&t->kobject);
	else if (!strcmp(what, "fence"))
		dma_fence_signal(&t->fence);
	else if (!strcmp(what, "xarray"))
		sink = !xa_load(&t->xarray, 7);
	else if (!strcmp(what, "device"))
		sink = pm_runtime_resume(&t->device);
	else if (!strcmp(what, "shift"))
		sink = 1 << many;
	else if (!strcmp(what, "bounds"))
		sink = few[many];
}

static int __init wrong(void)
{
	struct thing *t = freed();

	if (!t)
		return -ENOMEM;
	use(t);
	return -ECANCELED;
}
module_init(wrong);
MODULE_DESCRIPTION("Mistakes that the sanitizers must see");
MODULE_LICENSE("Dual MIT/GPL");
