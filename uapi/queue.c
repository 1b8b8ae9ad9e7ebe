// SPDX-License-Identifier: MIT
/*
 * Ioctls that create, destroy and ask about queues.
 */

#include <linux/capability.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>

#include <drm/drm_print.h>
#include <uapi/drm/xe_drm.h>

#include "mm/vm.h"
#include "submit/bind.h"
#include "submit/job.h"
#include "submit/queue.h"
#include "uapi/file.h"
#include "uapi/queue.h"
#include "xe_device.h"

/**
 * DOC: Queue ioctls
 *
 * A queue is created here and belongs to its number, see uapi/file.c; submit/queue.c has what it
 * is. Arguments are copied and checked before anything is looked up, and looked up before anything
 * is made. Nothing of a queue is sent to the GuC before its first job; for the first of a class the
 * driver runs contexts of its own, see submit/record.c.
 */

#define MAX_EXTENSIONS	16
#define MAX_QUEUES	4096	/* of a file: as many as IGT's xe_create@create-contexts makes */

static int refuse(struct xe_device *xe, int err, const char *why)
{
	drm_dbg(&xe->drm, "EXEC_QUEUE: %s\n", why);
	return err;
}

/* Engines */

static const u16 classes[] = {
	[DRM_XE_ENGINE_CLASS_RENDER] = XE_ENGINE_RENDER,
	[DRM_XE_ENGINE_CLASS_COPY] = XE_ENGINE_COPY,
	[DRM_XE_ENGINE_CLASS_VIDEO_DECODE] = XE_ENGINE_VIDEO_DECODE,
	[DRM_XE_ENGINE_CLASS_VIDEO_ENHANCE] = XE_ENGINE_VIDEO_ENHANCE,
	[DRM_XE_ENGINE_CLASS_COMPUTE] = XE_ENGINE_COMPUTE,
};

static const struct xe_engine_info *
find_engine(const struct xe_device *xe, const struct drm_xe_engine_class_instance *want)
{
	const struct xe_gt_info *gt = &xe->gt[array_index_nospec(want->gt_id, XE_MAX_GTS)];
	enum xe_engine_class class;

	if (want->engine_class >= ARRAY_SIZE(classes))
		return NULL;
	class = classes[array_index_nospec(want->engine_class, ARRAY_SIZE(classes))];
	for (unsigned int i = 0; i < gt->num_engines; i++)
		if (gt->engines[i].class == class &&
		    gt->engines[i].logical == want->engine_instance)
			return &gt->engines[i];
	return NULL;
}

/* The instances that child @child may run on, one of each placement; 0 if they do not fit. */
static u32 child_mask(const struct xe_device *xe, const struct drm_xe_exec_queue_create *create,
		      const struct drm_xe_engine_class_instance *instances, unsigned int child)
{
	u32 mask = 0;

	for (unsigned int i = 0; i < create->num_placements; i++) {
		const struct drm_xe_engine_class_instance *one =
			&instances[i * create->width + child];
		const struct xe_engine_info *engine;

		if (one->gt_id != instances[0].gt_id ||
		    one->engine_class != instances[0].engine_class || one->pad)
			return 0;
		engine = find_engine(xe, one);
		if (!engine)
			return 0;
		mask |= BIT(engine->logical);
	}
	return mask;
}

static int place(struct xe_device *xe, const struct drm_xe_exec_queue_create *create,
		 const struct drm_xe_engine_class_instance *instances, struct xe_queue_args *args)
{
	u32 mask = 0;

	for (unsigned int child = 0; child < create->width; child++) {
		u32 previous = mask;

		mask = child_mask(xe, create, instances, child);
		if (!mask)
			return refuse(xe, -EINVAL, "no such engine, or not of one class and GT");
		if (child && mask != previous << 1)
			return refuse(xe, -EINVAL, "children of a queue are no neighbours");
		if (!child)
			args->mask = mask;
	}

	args->ops = &xe_exec_queue_ops;
	args->gt_id = array_index_nospec(instances[0].gt_id, XE_MAX_GTS);
	args->class = classes[array_index_nospec(instances[0].engine_class, ARRAY_SIZE(classes))];
	args->width = create->width;
	return 0;
}

/* Extensions */

static int set_priority(struct xe_device *xe, struct xe_queue_args *args, u64 value)
{
	if (value > XE_QUEUE_HIGH)
		return refuse(xe, -EINVAL, "unknown priority");
	if (value == XE_QUEUE_HIGH && !capable(CAP_SYS_NICE))
		return refuse(xe, -EPERM, "high priority takes CAP_SYS_NICE");

	args->priority = value;
	return 0;
}

/* Limits are the administrator's, see xe_sysfs.c. */
static int set_timeslice(struct xe_device *xe, struct xe_queue_args *args, u64 value)
{
	const u32 *bounds = xe->sched[args->gt_id][args->class].value[XE_SCHED_TIMESLICE_US];
	bool within = value >= READ_ONCE(bounds[XE_SCHED_MIN]) &&
		      value <= READ_ONCE(bounds[XE_SCHED_MAX]);

	if (!value || value > XE_SCHED_MAX_US || (!within && !capable(CAP_SYS_NICE)))
		return refuse(xe, -EINVAL, "the timeslice is out of bounds");

	args->timeslice_us = value;
	return 0;
}

static int set_property(struct xe_device *xe, struct xe_queue_args *args,
			const struct drm_xe_ext_set_property *ext)
{
	if (ext->base.pad || ext->pad || ext->reserved[0] || ext->reserved[1] ||
	    ext->base.name != DRM_XE_EXEC_QUEUE_EXTENSION_SET_PROPERTY)
		return refuse(xe, -EINVAL, "unknown extension, or reserved fields are not zero");

	switch (ext->property) {
	case DRM_XE_EXEC_QUEUE_SET_PROPERTY_PRIORITY:
		return set_priority(xe, args, ext->value);
	case DRM_XE_EXEC_QUEUE_SET_PROPERTY_TIMESLICE:
		return set_timeslice(xe, args, ext->value);
	default:
		return refuse(xe, -EINVAL, "unknown property");
	}
}

static int extend(struct xe_device *xe, struct xe_queue_args *args, u64 address)
{
	for (unsigned int n = 0; address; n++) {
		struct drm_xe_ext_set_property ext;
		int err;

		if (n == MAX_EXTENSIONS)
			return refuse(xe, -E2BIG, "too many extensions");
		if (copy_from_user(&ext, u64_to_user_ptr(address), sizeof(ext)))
			return -EFAULT;
		err = set_property(xe, args, &ext);
		if (err)
			return err;
		address = ext.base.next_extension;
	}
	return 0;
}

/* Creation */

static int parse_bind(struct xe_device *xe, const struct drm_xe_exec_queue_create *create,
		      const struct drm_xe_engine_class_instance *instance,
		      struct xe_queue_args *args)
{
	if (create->width != 1 || create->num_placements != 1 || instance->engine_instance)
		return refuse(xe, -EINVAL, "a queue of binds has one instance, 0");

	args->ops = &xe_bind_queue_ops;
	args->kind = XE_QUEUE_BIND;
	args->of_client = true;
	return 0;
}

/* With a reference to the address space, if there is one. */
static int parse(struct xe_device *xe, struct drm_file *file,
		 const struct drm_xe_exec_queue_create *create, struct xe_queue_args *args)
{
	unsigned int count = create->width * create->num_placements;
	struct drm_xe_engine_class_instance instances[XE_QUEUE_MAX_WIDTH];
	int err;

	if (create->flags || create->reserved[0] || create->reserved[1])
		return refuse(xe, -EINVAL, "reserved fields have to be zero");
	if (!count || count > ARRAY_SIZE(instances) || create->width > XE_CONTEXT_MAX_WIDTH)
		return refuse(xe, -EINVAL,
			      "width times placements has to be 1 to 9, the width at most 8");
	if (copy_from_user(instances, u64_to_user_ptr(create->instances),
			   count * sizeof(*instances)))
		return -EFAULT;
	if (instances[0].gt_id >= xe->num_gts)
		return refuse(xe, -EINVAL, "no such GT");

	if (instances[0].engine_class == DRM_XE_ENGINE_CLASS_VM_BIND)
		return parse_bind(xe, create, instances, args);
	err = place(xe, create, instances, args);
	if (err)
		return err;

	args->vm = xe_vm_lookup(file, create->vm_id);
	if (!args->vm)
		return refuse(xe, -ENOENT, "no such VM");
	if (args->vm->flags & XE_VM_LR)
		args->ops = &xe_lr_queue_ops;
	return xe_vm_is_banned(args->vm) ? refuse(xe, -ENOENT, "the VM is banned") : 0;
}

/* An LR VM keeps its number as long as a queue of it has one. */
static void count_lr(const struct xe_queue *q, int queues)
{
	if (q->args.vm && q->args.vm->flags & XE_VM_LR)
		atomic_add(queues, &q->args.vm->lr_queues);
}

static int publish(struct drm_file *file, struct xe_queue *q, u32 *id)
{
	int err;

	count_lr(q, 1);
	err = xa_alloc(&to_xe_file(file)->queues, id, q, XA_LIMIT(1, MAX_QUEUES), GFP_KERNEL);
	if (err)
		count_lr(q, -1);
	return err == -EBUSY ? -ENOSPC : err;
}

/**
 * xe_exec_queue_create_ioctl - DRM_IOCTL_XE_EXEC_QUEUE_CREATE
 * @drm: the device
 * @data: &struct drm_xe_exec_queue_create
 * @file: the caller
 *
 * Context: ioctl; enters in parts.
 * Return: 0; -EINVAL, -EFAULT, -E2BIG, -EPERM; -ENOENT if there is no such VM; -ENOSPC if there
 * are too many queues; -ENOMEM, -ENODEV; -ECANCELED if the device was given up.
 */
int xe_exec_queue_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct xe_queue_args args = {
		.width = 1,
		.priority = XE_QUEUE_NORMAL,
		.usage = to_xe_file(file)->usage,
	};
	struct drm_xe_exec_queue_create *create = data;
	struct xe_device *xe = to_xe_device(drm);
	struct xe_queue *q = NULL;
	int err;

	if (xe_device_is_wedged(xe))
		return refuse(xe, -ECANCELED, "the device was given up");

	err = parse(xe, file, create, &args);
	if (!err)
		err = extend(xe, &args, create->extensions);
	if (!err) {
		q = xe_queue_create(xe, &args);
		err = PTR_ERR_OR_ZERO(q);
	}
	if (args.vm)
		xe_vm_put(args.vm);
	if (err)
		return err;

	err = publish(file, q, &create->exec_queue_id);
	if (err) {
		xe_queue_kill(q);
		xe_queue_put(q);
	}
	return err;
}

/**
 * xe_exec_queue_destroy_ioctl - DRM_IOCTL_XE_EXEC_QUEUE_DESTROY
 * @drm: the device
 * @data: &struct drm_xe_exec_queue_destroy
 * @file: the caller
 *
 * What the queue has not finished is killed. The ioctl does not wait for that.
 *
 * Context: ioctl; enters in parts.
 * Return: 0, -EINVAL or -ENOENT.
 */
int xe_exec_queue_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_xe_exec_queue_destroy *args = data;
	struct xe_queue *q;

	if (args->pad || args->reserved[0] || args->reserved[1])
		return refuse(to_xe_device(drm), -EINVAL, "reserved fields have to be zero");

	q = xa_erase(&to_xe_file(file)->queues, args->exec_queue_id);
	if (!q)
		return -ENOENT;

	count_lr(q, -1);
	xe_queue_kill(q);
	xe_queue_put(q);
	return 0;
}

/**
 * xe_exec_queue_get_property_ioctl - DRM_IOCTL_XE_EXEC_QUEUE_GET_PROPERTY
 * @drm: the device
 * @data: &struct drm_xe_exec_queue_get_property
 * @file: the caller
 *
 * Context: ioctl; software only.
 * Return: 0, -EINVAL or -ENOENT.
 */
int xe_exec_queue_get_property_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_xe_exec_queue_get_property *args = data;
	struct xe_device *xe = to_xe_device(drm);
	struct xe_queue *q;

	if (args->reserved[0] || args->reserved[1])
		return refuse(xe, -EINVAL, "reserved fields have to be zero");

	q = xe_queue_lookup(file, args->exec_queue_id);
	if (!q)
		return -ENOENT;

	args->value = xe_queue_is_banned(q) || xe_device_is_wedged(xe);
	xe_queue_put(q);
	return args->property == DRM_XE_EXEC_QUEUE_GET_PROPERTY_BAN ? 0 :
	       refuse(xe, -EINVAL, "unknown property");
}
