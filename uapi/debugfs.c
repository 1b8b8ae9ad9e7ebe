// SPDX-License-Identifier: MIT
/*
 * debugfs: the state of the card, for people.
 */

#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/seq_file.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_file.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_resource.h>

#include "guc/context.h"
#include "hw/ggtt.h"
#include "hw/gt_reset.h"
#include "hw/state.h"
#include "hw/wa.h"
#include "mm/vm.h"
#include "submit/queue.h"
#include "uapi/debugfs.h"
#include "xe_device.h"
#include "xe_recovery.h"

/**
 * DOC: debugfs
 *
 * ::
 *
 *	info, topology			what the card is
 *	registers			what the driver wrote into the GTs, as it is now
 *	workarounds			which rows of the table hold, and why
 *	ggtt				the kernel's address space, and who has it
 *	vram0_mm, gtt_mm		memory: VRAM; of the system, mapped for DMA
 *	guc_info, guc_log		the firmware
 *	contexts			what the firmware schedules, unless the card sleeps
 *	queues, vms			who has them, what is in them
 *	wedged_mode			when the card is given up: as the module's parameter
 *	gt<n>/stats			what the GT did since probe
 *	gt<n>/force_reset[_sync]	reading, or writing 1, resets the GT [and waits for it]
 *
 * The files belong to the DRM minor: they are made when it is registered, and removed at unplug
 * before anything is torn down; removal waits for readers. What shows the card does so in a section
 * or call of its own: a file that is held open reads -ENODEV from unplug on (contexts, which are
 * gone then: nothing), and -EIO, which is debugfs's answer, once it has been removed. Its release
 * may come at any time after that.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * files                    DRM minor     unplug, first
 * which GT a file is of    drm_device    last reference to it is dropped
 * ======================== ============= ==========================================
 */

static struct xe_device *show_device(struct seq_file *m)
{
	struct drm_info_node *node = m->private;

	return to_xe_device(node->minor->dev);
}

static int show_info(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);
	struct xe_device *xe = show_device(m);
	int err = -EAGAIN;

	/* The names of these are those of upstream: IGT looks for them. */
	drm_printf(&p, "platform %s\n", xe->platform->name);
	drm_printf(&p, "devid 0x%x\n", xe->pci_device);
	drm_printf(&p, "revid %u\n", xe->pci_revision);
	drm_printf(&p, "is_dgfx %s\n", str_yes_no(xe->mm.regions & XE_REGION_VRAM));
	drm_printf(&p, "tile_count 1\n");
	drm_printf(&p, "VRAM: %llu MiB, usable %llu MiB\n", xe->mm.vram_total / SZ_1M,
		   xe->mm.vram_size / SZ_1M);
	for (unsigned int i = 0; i < xe->num_gts; i++)
		drm_printf(&p, "GT%u: version %u.%02u step %u, %u engines, clock %u Hz\n", i,
			   xe->gt[i].version / 100, xe->gt[i].version % 100, xe->gt[i].step,
			   xe->gt[i].num_engines, xe->gt[i].clock_hz);

	xe_hw_scoped(hw, xe) {
		drm_printf(&p, "register accesses since bind: %llu\n", xe_hw_accesses(hw));
		err = 0;
	}
	return xe_hw_error(xe, err);
}

static int show_topology(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);
	struct xe_device *xe = show_device(m);

	for (unsigned int i = 0; i < xe->num_gts; i++) {
		const struct xe_gt_info *gt = &xe->gt[i];

		drm_printf(&p, "GT%u: DSS %#x/%#x, EUs per DSS %#x, L3 banks %#llx, nodes %#x\n",
			   i, gt->geometry_dss, gt->compute_dss, gt->eus_per_dss, gt->l3_banks,
			   gt->nodes);
	}
	return 0;
}

static int print_ggtt(struct xe_hw hw, void *printer)
{
	xe_ggtt_print(hw, printer);
	return 0;
}

/* Not in a section: who holds the lock of the GGTT may wait for firmware. */
static int show_ggtt(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);

	return xe_hw_call(show_device(m), print_ggtt, &p);
}

/* What it is of is the file's. */
static int show_memory(struct seq_file *m, void *unused)
{
	const struct drm_info_node *node = m->private;
	struct ttm_resource_manager *man = ttm_manager_type(&show_device(m)->mm.ttm,
							    (uintptr_t)node->info_ent->data);
	struct drm_printer p = drm_seq_file_printer(m);

	if (man)
		ttm_resource_manager_debug(man, &p);
	return 0;
}

static int show_contexts(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);

	xe_hw_scoped_awake(hw, show_device(m)) {
		struct xe_hw_state *state = xe_hw_state(hw);

		xe_for_each_gt(gt, state)
			xe_contexts_list(hw, gt, &p);
	}
	return 0;
}

static void print_queue(struct drm_printer *p, struct xe_queue *q)
{
	unsigned long state = READ_ONCE(q->state);

	drm_printf(p, "%s[%d] ", q->who.comm, q->who.pid);
	if (q->args.kind == XE_QUEUE_BIND)
		drm_puts(p, "binds");
	else
		drm_printf(p, "GT%u %s mask %#x width %u context %d VM %u, seqno %u of %u",
			   q->args.gt_id, xe_engine_class_name(q->args.class), q->args.mask,
			   q->args.width, q->context, q->args.vm ? q->args.vm->asid : 0,
			   xe_lrc_sequence(q->lrc), READ_ONCE(q->sequence));
	drm_printf(p, ", %u jobs%s%s%s%s\n", dep_queue_pending(&q->dep),
		   state & BIT(XE_QUEUE_KILLED) ? ", killed" : "",
		   state & BIT(XE_QUEUE_BANNED) ? ", banned" : "",
		   state & BIT(XE_QUEUE_RESET) ? ", reset" : "",
		   state & BIT(XE_QUEUE_GONE) ? ", gone" : "");
}

static int show_queues(struct seq_file *m, void *unused)
{
	struct xe_submit *submit = &show_device(m)->submit;
	struct drm_printer p = drm_seq_file_printer(m);
	struct xe_queue *q;

	guard(mutex)(&submit->lock);
	list_for_each_entry(q, &submit->queues, link)
		print_queue(&p, q);
	return 0;
}

/* With a reference; one that is about to be freed is passed over. */
static struct xe_vm *next_vm(struct xe_vms *vms, unsigned long *asid)
{
	struct xe_vm *vm;

	guard(spinlock)(&vms->asids.xa_lock);
	xa_for_each_start(&vms->asids, *asid, vm, *asid + 1)
		if (kref_get_unless_zero(&vm->ref))
			return vm;
	return NULL;
}

static void print_mappings(struct drm_printer *p, struct xe_vm *vm)
{
	unsigned int mappings = 0, stale = 0;
	struct drm_gpuva *va;

	/* It may be held over a wait for user space, and unplug waits for who reads this. */
	if (!down_read_trylock(&vm->lock)) {
		drm_puts(p, "mappings are being changed");
		return;
	}
	drm_gpuvm_for_each_va(va, &vm->gpuvm) {
		mappings++;
		stale += drm_gpuva_invalidated(va);
	}
	up_read(&vm->lock);
	drm_printf(p, "%u mappings, %u stale", mappings, stale);
}

static int show_vms(struct seq_file *m, void *unused)
{
	struct xe_vms *vms = &show_device(m)->vms;
	struct drm_printer p = drm_seq_file_printer(m);
	unsigned long asid = 0;
	struct xe_vm *vm;

	while ((vm = next_vm(vms, &asid))) {
		drm_printf(&p, "%s[%d] VM %u%s%s%s: ", vm->who.comm, vm->who.pid, vm->asid,
			   vm->flags & XE_VM_LR ? ", long-running" : "",
			   vm->flags & XE_VM_SCRATCH ? ", scratch" : "",
			   xe_vm_is_banned(vm) ? ", banned" : "");
		print_mappings(&p, vm);
		drm_printf(&p, ", page tables of %u KiB\n",
			   READ_ONCE(vm->tree.tables) * 4);
		xe_vm_put(vm);
	}
	return 0;
}

struct gt_report {
	struct seq_file *m;
	void (*print)(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p);
};

static int print_report(struct xe_hw hw, void *data)
{
	struct gt_report *report = data;
	struct drm_printer p = drm_seq_file_printer(report->m);
	struct xe_hw_state *state = xe_hw_state(hw);

	xe_for_each_gt(gt, state) {
		drm_printf(&p, "GT%u\n", gt->id);
		report->print(hw, gt, &p);
	}
	return 0;
}

/* Not in a section: the GuC may be in an exchange that has to end first. */
static int print_gts(struct seq_file *m,
		     void (*print)(struct xe_hw hw, struct xe_gt *gt, struct drm_printer *p))
{
	struct gt_report report = { .m = m, .print = print };

	return xe_hw_call(show_device(m), print_report, &report);
}

static int show_registers(struct seq_file *m, void *unused)
{
	return print_gts(m, xe_gt_print);
}

static int show_workarounds(struct seq_file *m, void *unused)
{
	return print_gts(m, xe_wa_print);
}

static int show_guc(struct seq_file *m, void *unused)
{
	return print_gts(m, xe_guc_print);
}

static int show_guc_log(struct seq_file *m, void *unused)
{
	return print_gts(m, xe_guc_log_print);
}

static const struct drm_info_list files[] = {
	{ "info", show_info },
	{ "topology", show_topology },
	{ "ggtt", show_ggtt },
	{ "vram0_mm", show_memory, 0, (void *)XE_MEM_VRAM },
	{ "gtt_mm", show_memory, 0, (void *)XE_MEM_TT },
	{ "contexts", show_contexts },
	{ "queues", show_queues },
	{ "vms", show_vms },
	{ "registers", show_registers },
	{ "workarounds", show_workarounds },
	{ "guc_info", show_guc },
	{ "guc_log", show_guc_log },
};

/*
 * Reading asks for the reset, as with upstream's driver of 6.12, or writing, as with later ones and
 * as IGT does; the section is the worker's.
 */
struct gt_file {
	struct xe_device *xe;
	unsigned int gt;
};

static ssize_t write_reset(struct file *file, const char __user *text, size_t count,
			   void (*reset)(struct xe_device *xe, unsigned int gt))
{
	const struct gt_file *of = file_inode(file)->i_private;
	bool yes;
	int err;

	err = kstrtobool_from_user(text, count, &yes);
	if (err)
		return err;
	if (yes)
		reset(of->xe, of->gt);
	return count;
}

static int force_reset_show(struct seq_file *m, void *unused)
{
	const struct gt_file *of = m->private;

	xe_device_reset_later(of->xe, of->gt);
	return 0;
}

static ssize_t force_reset_write(struct file *file, const char __user *text, size_t count,
				 loff_t *at)
{
	return write_reset(file, text, count, xe_device_reset_later);
}

DEFINE_SHOW_STORE_ATTRIBUTE(force_reset);

static int force_reset_sync_show(struct seq_file *m, void *unused)
{
	const struct gt_file *of = m->private;

	xe_recovery_reset_now(of->xe, of->gt);
	return 0;
}

static ssize_t force_reset_sync_write(struct file *file, const char __user *text, size_t count,
				      loff_t *at)
{
	return write_reset(file, text, count, xe_recovery_reset_now);
}

DEFINE_SHOW_STORE_ATTRIBUTE(force_reset_sync);

/* The name is that of upstream: IGT looks for it. */
static int stats_show(struct seq_file *m, void *unused)
{
	struct drm_printer p = drm_seq_file_printer(m);
	const struct gt_file *of = m->private;
	int err = -EAGAIN;

	xe_hw_scoped(hw, of->xe) {
		drm_printf(&p, "tlb_inval_count: %u\n",
			   READ_ONCE(xe_guc(hw, &xe_hw_state(hw)->gt[of->gt])->tlb.asked_for));
		err = 0;
	}
	return xe_hw_error(of->xe, err);
}

DEFINE_SHOW_ATTRIBUTE(stats);

static void create_gt(struct drm_minor *minor, struct xe_device *xe, unsigned int gt)
{
	struct gt_file *of;
	struct dentry *dir;
	char name[16];

	of = drmm_kzalloc(&xe->drm, sizeof(*of), GFP_KERNEL);
	if (!of)
		return;

	of->xe = xe;
	of->gt = gt;
	snprintf(name, sizeof(name), "gt%u", gt);
	dir = debugfs_create_dir(name, minor->debugfs_root);
	debugfs_create_file("force_reset", 0600, dir, of, &force_reset_fops);
	debugfs_create_file("force_reset_sync", 0600, dir, of, &force_reset_sync_fops);
	debugfs_create_file("stats", 0400, dir, of, &stats_fops);
}

static int get_wedged_mode(void *data, u64 *mode)
{
	struct xe_device *xe = data;

	*mode = READ_ONCE(xe->wedged_mode);
	return 0;
}

static int set_wedged_mode(void *data, u64 mode)
{
	if (mode > 2)
		return -EINVAL;

	xe_recovery_set_wedged_mode(data, mode);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(wedged_mode, get_wedged_mode, set_wedged_mode, "%llu\n");

/**
 * xe_debugfs_init - &drm_driver.debugfs_init
 * @minor: where the files go
 *
 * Context: registration of the device.
 */
void xe_debugfs_init(struct drm_minor *minor)
{
	struct xe_device *xe = to_xe_device(minor->dev);

	drm_debugfs_create_files(files, ARRAY_SIZE(files), minor->debugfs_root, minor);
	debugfs_create_file("wedged_mode", 0600, minor->debugfs_root, xe, &wedged_mode);
	for (unsigned int i = 0; i < xe->num_gts; i++)
		create_gt(minor, xe, i);
}
