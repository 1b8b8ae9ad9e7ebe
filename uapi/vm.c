// SPDX-License-Identifier: MIT
/*
 * Ioctls that make address spaces and change what is mapped in them.
 */

#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <uapi/drm/xe_drm.h>

#include "hw/cache.h"
#include "mm/bo.h"
#include "mm/mm.h"
#include "mm/userptr.h"
#include "mm/vm.h"
#include "submit/bind.h"
#include "submit/queue.h"
#include "submit/sync.h"
#include "submit/user_fence.h"
#include "uapi/file.h"
#include "uapi/vm.h"
#include "xe_device.h"

/**
 * DOC: VM ioctls
 *
 * Arguments are copied and checked here; what is done with them is in submit/bind.c. Checks come in
 * the order in which upstream's xe has them, as tests of the interface look at what is found
 * first, with one exception: syncs are parsed before the lock of the VM is taken, since that waits
 * for memory of the caller.
 *
 * Engines cannot fault.
 */

#define CREATE_FLAGS	(DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE | DRM_XE_VM_CREATE_FLAG_LR_MODE |	\
			 DRM_XE_VM_CREATE_FLAG_FAULT_MODE)
#define BIND_FLAGS	(DRM_XE_VM_BIND_FLAG_READONLY | DRM_XE_VM_BIND_FLAG_IMMEDIATE |	\
			 DRM_XE_VM_BIND_FLAG_NULL | DRM_XE_VM_BIND_FLAG_DUMPABLE)

static int refuse(struct xe_device *xe, int err, const char *ioctl, const char *why)
{
	drm_dbg(&xe->drm, "%s: %s\n", ioctl, why);
	return err;
}

/*
 * Creation, destruction
 */

static const char *check_create(const struct drm_xe_vm_create *args)
{
	u32 flags = args->flags;

	if (args->extensions)
		return "there are no extensions";
	if (args->reserved[0] || args->reserved[1])
		return "reserved fields have to be zero";
	if (flags & ~CREATE_FLAGS)
		return "unknown flags";
	if ((flags & DRM_XE_VM_CREATE_FLAG_FAULT_MODE) &&
	    (flags & DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE))
		return "where there is a scratch page, nothing faults";
	if ((flags & DRM_XE_VM_CREATE_FLAG_FAULT_MODE) &&
	    !(flags & DRM_XE_VM_CREATE_FLAG_LR_MODE))
		return "only jobs of an LR VM may fault";
	if (flags & DRM_XE_VM_CREATE_FLAG_FAULT_MODE)
		return "fault mode is not supported yet";
	return NULL;
}

/**
 * xe_vm_create_ioctl - DRM_IOCTL_XE_VM_CREATE
 * @drm: the device
 * @data: &struct drm_xe_vm_create
 * @file: the caller
 *
 * Context: ioctl; enters in parts.
 * Return: 0; -EINVAL, -ENOMEM, -EOPNOTSUPP; -ENOBUFS if the client has as many page tables as are
 * left; -ENODEV; -ECANCELED if the card was given up.
 */
int xe_vm_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct xe_device *xe = to_xe_device(drm);
	struct drm_xe_vm_create *args = data;
	const char *wrong = check_create(args);
	struct xe_vm *vm;
	u32 flags = 0;
	int err;

	if (wrong)
		return refuse(xe, -EINVAL, "VM_CREATE", wrong);
	if (xe_device_is_wedged(xe))
		return refuse(xe, -ECANCELED, "VM_CREATE", "the card was given up");

	if (args->flags & DRM_XE_VM_CREATE_FLAG_SCRATCH_PAGE)
		flags |= XE_VM_SCRATCH;
	if (args->flags & DRM_XE_VM_CREATE_FLAG_LR_MODE)
		flags |= XE_VM_LR;
	vm = xe_bind_vm_create(xe, flags, to_xe_file(file)->usage);
	if (IS_ERR(vm))
		return PTR_ERR(vm);

	err = xa_alloc(&to_xe_file(file)->vms, &args->vm_id, vm, xa_limit_32b, GFP_KERNEL);
	if (err)
		xe_vm_put(vm);
	return err;
}

/* The number goes, and what uses the VM keeps it. */
static struct xe_vm *take_number(struct xarray *vms, u32 id, int *err)
{
	struct xe_vm *vm;

	xa_lock(vms);
	vm = xa_load(vms, id);
	if (!vm)
		*err = -ENOENT;
	else if (atomic_read(&vm->lr_queues))
		*err = -EBUSY;
	else
		__xa_erase(vms, id);
	xa_unlock(vms);
	return *err ? NULL : vm;
}

/**
 * xe_vm_destroy_ioctl - DRM_IOCTL_XE_VM_DESTROY
 * @drm: the device
 * @data: &struct drm_xe_vm_destroy
 * @file: the caller
 *
 * Context: ioctl; software only; waits for nothing.
 * Return: 0, -EINVAL, -ENOENT; -EBUSY while an LR VM has queues.
 */
int xe_vm_destroy_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct xe_device *xe = to_xe_device(drm);
	struct drm_xe_vm_destroy *args = data;
	struct xe_vm *vm;
	int err = 0;

	if (args->pad || args->reserved[0] || args->reserved[1])
		return refuse(xe, -EINVAL, "VM_DESTROY", "reserved fields have to be zero");

	vm = take_number(&to_xe_file(file)->vms, args->vm_id, &err);
	if (!vm)
		return refuse(xe, err, "VM_DESTROY", err == -EBUSY ? "the VM has queues" :
								     "no such VM");
	xe_vm_put(vm);
	return 0;
}

/*
 * Binds
 */

struct binding {
	struct xe_device *xe;
	struct drm_file *file;
	const struct drm_xe_vm_bind *args;
	const struct drm_xe_vm_bind_op *user_ops;
	struct xe_bind_op *ops, single;
	struct xe_sync *syncs;
	unsigned int num_syncs;
	struct xe_queue *q;
	struct xe_vm *vm;
};

static const char *check_bind(const struct drm_xe_vm_bind *args)
{
	if (args->pad || args->pad2 || args->reserved[0] || args->reserved[1])
		return "reserved fields have to be zero";
	if (args->extensions)
		return "there are no extensions";
	if (args->num_syncs > DRM_XE_MAX_SYNCS)
		return "too many syncs";
	return NULL;
}

static const char *check_flags(const struct drm_xe_vm_bind_op *op)
{
	bool null = op->flags & DRM_XE_VM_BIND_FLAG_NULL;

	if (op->op > DRM_XE_VM_BIND_OP_PREFETCH)
		return "unknown operation";
	if (op->flags & ~BIND_FLAGS)
		return "unknown flags";
	if (op->obj && null)
		return "a NULL mapping has no buffer";
	if (op->obj_offset && null)
		return "a NULL mapping has no offset";
	if (op->op != DRM_XE_VM_BIND_OP_MAP && null)
		return "NULL is for MAP alone";
	return NULL;
}

/* Which fields an operation has, and which not. */
static const char *check_fields(const struct drm_xe_vm_bind_op *op)
{
	bool null = op->flags & DRM_XE_VM_BIND_FLAG_NULL;

	switch (op->op) {
	case DRM_XE_VM_BIND_OP_MAP:
		return op->obj || null ? NULL : "MAP needs a buffer";
	case DRM_XE_VM_BIND_OP_UNMAP_ALL:
		if (!op->obj)
			return "UNMAP_ALL needs a buffer";
		return op->addr || op->range ? "UNMAP_ALL has no range" : NULL;
	case DRM_XE_VM_BIND_OP_MAP_USERPTR:
		if (op->obj)
			return "MAP_USERPTR has no buffer";
		return xe_pat_is_coherent(op->pat_index) ? NULL :
			"memory of a process can be mapped coherently only";
	case DRM_XE_VM_BIND_OP_PREFETCH:
		return op->obj ? "PREFETCH has no buffer" : NULL;
	default:
		return op->obj ? "UNMAP has no buffer" : NULL;
	}
}

static const char *check_region(const struct xe_device *xe, const struct drm_xe_vm_bind_op *op)
{
	u32 region = op->prefetch_mem_region_instance;

	if (region && op->op != DRM_XE_VM_BIND_OP_PREFETCH)
		return "a region is for PREFETCH alone";
	if (region >= BITS_PER_TYPE(xe->mm.regions) || !(BIT(region) & xe->mm.regions))
		return "no such memory region";
	return NULL;
}

static const char *check_range(const struct drm_xe_vm_bind_op *op)
{
	if (!PAGE_ALIGNED(op->obj_offset) || !PAGE_ALIGNED(op->addr) || !PAGE_ALIGNED(op->range))
		return "addresses and sizes have to be whole pages";
	if (!op->range && op->op != DRM_XE_VM_BIND_OP_UNMAP_ALL)
		return "the range is empty";
	return NULL;
}

static const char *check_op(const struct xe_device *xe, const struct drm_xe_vm_bind_op *op)
{
	const char *wrong = NULL;

	if (!xe_pat_is_valid(xe->gt[0].version, op->pat_index))
		wrong = "no such row of the PAT table";
	wrong = wrong ?: check_flags(op);
	wrong = wrong ?: check_fields(op);
	wrong = wrong ?: check_region(xe, op);
	return wrong ?: check_range(op);
}

static int refuse_bind(const struct binding *b, int err, const char *why)
{
	return refuse(b->xe, err, "VM_BIND", why);
}

/* With one operation it is in the arguments. */
static int copy_ops(struct binding *b)
{
	u32 count = b->args->num_binds;
	void *copy;

	b->user_ops = &b->args->bind;
	if (count <= 1)
		return 0;
	if (count > XE_BIND_MAX_OPS)
		return refuse_bind(b, -ENOBUFS, "too many operations");

	copy = xe_mm_array(count, sizeof(*b->user_ops));
	if (!copy)
		return refuse_bind(b, -ENOBUFS, "no memory for that many operations");
	b->user_ops = copy;
	if (copy_from_user(copy, u64_to_user_ptr(b->args->vector_of_binds),
			   count * sizeof(*b->user_ops)))
		return refuse_bind(b, -EFAULT, "the operations cannot be read");
	return 0;
}

static int check_ops(const struct binding *b)
{
	for (u32 i = 0; i < b->args->num_binds; i++) {
		const char *wrong = check_op(b->xe, &b->user_ops[i]);
		int err = xe_mm_go_on();

		if (err)
			return err;
		if (wrong)
			return refuse_bind(b, -EINVAL, wrong);
	}
	return 0;
}

static int find_objects(struct binding *b)
{
	if (b->args->exec_queue_id) {
		b->q = xe_queue_lookup(b->file, b->args->exec_queue_id);
		if (!b->q)
			return refuse_bind(b, -ENOENT, "no such queue");
		if (b->q->args.kind != XE_QUEUE_BIND)
			return refuse_bind(b, -EINVAL, "the queue is not for binds");
	}

	b->vm = xe_vm_lookup(b->file, b->args->vm_id);
	if (!b->vm)
		return refuse_bind(b, -EINVAL, "no such VM");
	if (xe_vm_is_banned(b->vm))
		return refuse_bind(b, -ENOENT, "the VM is banned");
	return 0;
}

static int check_addresses(const struct binding *b)
{
	u64 size = b->vm->gpuvm.mm_range;

	for (u32 i = 0; i < b->args->num_binds; i++) {
		const struct drm_xe_vm_bind_op *op = &b->user_ops[i];

		if (op->range > size || op->addr > size - op->range)
			return refuse_bind(b, -EINVAL, "the range is not within the VM");
	}
	return 0;
}

static const char *check_buffer(const struct xe_vm *vm, const struct xe_bo *bo,
				const struct drm_xe_vm_bind_op *op)
{
	if (op->range > bo->ttm.base.size || op->obj_offset > bo->ttm.base.size - op->range)
		return "the range is not within the buffer";
	if ((bo->import || bo->caching == DRM_XE_GEM_CPU_CACHING_WB) &&
	    !xe_pat_is_coherent(op->pat_index))
		return "what the CPU caches can be mapped coherently only";
	if (bo->vm_resv && bo->vm_resv != vm->gpuvm.r_obj)
		return "the buffer was made for another VM";
	return NULL;
}

static int find_buffer(const struct binding *b, const struct drm_xe_vm_bind_op *user,
		       struct xe_bo **bo)
{
	struct drm_gem_object *obj = drm_gem_object_lookup(b->file, user->obj);
	const char *wrong;

	if (!obj)
		return refuse_bind(b, -ENOENT, "no such buffer");
	*bo = to_xe_bo(obj);
	wrong = check_buffer(b->vm, *bo, user);
	return wrong ? refuse_bind(b, -EINVAL, wrong) : 0;
}

static int find_memory(const struct binding *b, struct xe_vm_map *map)
{
	struct xe_userptr *userptr = xe_userptr_create(b->vm, map->offset, map->range,
						       map->read_only);

	if (IS_ERR(userptr))
		return refuse_bind(b, PTR_ERR(userptr), "no notifier for memory of the caller");
	map->userptr = userptr;
	return 0;
}

static int translate(const struct binding *b, const struct drm_xe_vm_bind_op *user,
		     struct xe_bind_op *op)
{
	static const u8 what[] = {
		[DRM_XE_VM_BIND_OP_MAP] = XE_BIND_MAP,
		[DRM_XE_VM_BIND_OP_UNMAP] = XE_BIND_UNMAP,
		[DRM_XE_VM_BIND_OP_MAP_USERPTR] = XE_BIND_MAP,
		[DRM_XE_VM_BIND_OP_UNMAP_ALL] = XE_BIND_UNMAP_ALL,
		[DRM_XE_VM_BIND_OP_PREFETCH] = XE_BIND_PREFETCH,
	};

	*op = (struct xe_bind_op){
		.what = what[array_index_nospec(user->op, ARRAY_SIZE(what))],
		.region = BIT(user->prefetch_mem_region_instance),
		.map = {
			.addr = user->addr,
			.range = user->range,
			.offset = user->obj_offset,
			.pat_index = user->pat_index,
			.read_only = user->flags & DRM_XE_VM_BIND_FLAG_READONLY,
			.dumpable = user->flags & DRM_XE_VM_BIND_FLAG_DUMPABLE,
		},
	};
	if (user->op == DRM_XE_VM_BIND_OP_MAP_USERPTR)
		return find_memory(b, &op->map);
	return user->obj ? find_buffer(b, user, &op->map.bo) : 0;
}

static int translate_ops(struct binding *b)
{
	int err = 0;

	if (!b->args->num_binds)
		return 0;
	b->ops = b->args->num_binds == 1 ? &b->single :
		 xe_mm_array(b->args->num_binds, sizeof(*b->ops));
	if (!b->ops)
		return -ENOMEM;

	for (u32 i = 0; i < b->args->num_binds && !err; i++)
		err = xe_mm_go_on() ?: translate(b, &b->user_ops[i], &b->ops[i]);
	return err;
}

static int parse_syncs(struct binding *b)
{
	u32 flags = 0;

	if (b->vm->flags & XE_VM_LR)
		flags |= XE_SYNC_LR;
	if (!b->args->num_binds)
		flags |= XE_SYNC_NO_USER_FENCE;
	if (!b->args->num_syncs)
		return 0;
	b->syncs = kvcalloc(b->args->num_syncs, sizeof(*b->syncs), GFP_KERNEL_ACCOUNT);
	if (!b->syncs)
		return -ENOMEM;

	for (; b->num_syncs < b->args->num_syncs; b->num_syncs++) {
		int err = xe_sync_parse(b->xe, b->file, u64_to_user_ptr(b->args->syncs),
					b->num_syncs, &b->syncs[b->num_syncs], flags);

		if (err)
			return err;
	}
	if (xe_sync_user_fences(b->syncs, b->num_syncs) > 1)
		return refuse_bind(b, -EINVAL, "more than one user fence");
	return 0;
}

static int bind(struct binding *b)
{
	struct xe_bind_args args;
	int err;

	err = copy_ops(b);
	err = err ?: check_ops(b);
	err = err ?: find_objects(b);
	err = err ?: check_addresses(b);
	err = err ?: translate_ops(b);
	err = err ?: parse_syncs(b);
	if (err)
		return err;

	args = (struct xe_bind_args){
		.vm = b->vm,
		.q = b->q,
		.ops = b->ops,
		.num_ops = b->args->num_binds,
		.syncs = b->syncs,
		.num_syncs = b->num_syncs,
		.user_fence = xe_sync_get_user_fence(b->syncs, b->num_syncs),
	};
	err = xe_bind(&args);
	if (args.user_fence)
		xe_user_fence_put(args.user_fence);
	return err;
}

static void put_objects(struct xe_vm_map *map)
{
	if (map->bo)
		drm_gem_object_put(&map->bo->ttm.base);
	if (map->userptr)
		xe_userptr_put(map->userptr);
	xe_user_pages_put(map->pages);
}

static void unbind(struct binding *b)
{
	while (b->num_syncs)
		xe_sync_fini(&b->syncs[--b->num_syncs]);
	kvfree(b->syncs);
	for (u32 i = 0; b->ops && i < b->args->num_binds; i++) {
		cond_resched();
		put_objects(&b->ops[i].map);
	}
	if (b->ops != &b->single)
		kvfree(b->ops);
	if (b->vm)
		xe_vm_put(b->vm);
	if (b->q)
		xe_queue_put(b->q);
	if (b->user_ops != &b->args->bind)
		kvfree(b->user_ops);
}

/**
 * xe_vm_bind_ioctl - DRM_IOCTL_XE_VM_BIND
 * @drm: the device
 * @data: &struct drm_xe_vm_bind
 * @file: the caller
 *
 * Context: ioctl; enters in parts.
 * Return: 0; -EINVAL, -EFAULT; -ENOENT if there is no such queue, buffer or syncobj, or the VM
 * is banned; -ENOBUFS, -ENOMEM, -ENOSPC; -EOPNOTSUPP; -ECANCELED if the card was given up; errors
 * of xe_bind().
 */
int xe_vm_bind_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct binding b = { .xe = to_xe_device(drm), .file = file, .args = data };
	const char *wrong = check_bind(b.args);
	int err;

	if (wrong)
		return refuse_bind(&b, -EINVAL, wrong);
	if (xe_device_is_wedged(b.xe))
		return refuse_bind(&b, -ECANCELED, "the card was given up");

	b.user_ops = &b.args->bind;
	err = bind(&b);
	unbind(&b);
	return err;
}
