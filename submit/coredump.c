// SPDX-License-Identifier: MIT
/*
 * What there is to know of a queue that went wrong, as text for those who debug what it ran.
 */

#include <generated/utsrelease.h>

#include <linux/ascii85.h>
#include <linux/devcoredump.h>
#include <linux/highmem.h>
#include <linux/kernfs.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>

#include <drm/drm_gpuvm.h>
#include <drm/drm_print.h>

#include "guc/ct.h"
#include "hw/state.h"
#include "mm/bo.h"
#include "mm/vm.h"
#include "submit/coredump.h"
#include "submit/job.h"
#include "submit/queue.h"
#include "xe_device.h"
#include "xe_module.h"

/**
 * DOC: Dumps
 *
 * A queue that hangs, or that the GuC takes off its engine, leaves a dump with the kernel's
 * devcoredump: the context, the registers of its engines, and what its address space maps, with the
 * contents of what was bound as DUMPABLE. It is the text that Mesa's decoder reads. Nothing in it
 * belongs to another address space.
 *
 * There are three moments. When a job had its time, and before its context is taken off the engine,
 * the registers are read: xe_coredump_look(). When the queue is to blame, what it ran is noted, and
 * the queue is kept: xe_coredump_take(). Both are on the way to fences, take no lock that anybody
 * sleeps with, and allocate nothing. The rest is a work of the module that nobody waits for: slots,
 * mappings and buffers are software, which the queue holds, also when its client was killed or the
 * device went. It takes memory for all of the text at once and makes do with less: what does not
 * fit is left out, and an error stands in its place.
 *
 * A dump is plain memory of the kernel's, read and freed by code of the kernel: it can be read when
 * the device is gone and the module unloaded, and holds neither. It goes five minutes later or when
 * somebody writes to it, and as long as it is there no other is made. It is handed over by the
 * bound side: only there the device in sysfs, which is linked to it, does not go meanwhile. If the
 * device is gone there is no dump.
 *
 * ======================== ============= ==========================================
 * object                   owner         released when
 * ======================== ============= ==========================================
 * struct xe_coredump       drm_device    last reference to it is dropped
 * what was noted in it     its owner     the job did not hang; the text is written;
 *                                        the queue is freed
 * reference to the queue   the work      the text is written
 * text                     devcoredump   a timeout, or a write
 * ======================== ============= ==========================================
 */

#define CONTENTS_MAX	SZ_32M	/* of buffers, in bytes */
#define MAPPINGS_MAX	4096
#define MAPPING_TEXT	160	/* at most, of one: what it is, and what is said of its contents */
#define HEAD_TEXT	SZ_16K	/* at most, of all that has no words */

/* Nobody's any more: a work is to write what is in it. */
#define TAKEN		((struct xe_queue *)ERR_PTR(-EBUSY))

/* Of words: five letters each, or one if it is zero. */
#define WORDS_TEXT(bytes)	((bytes) / sizeof(u32) * 5)

struct text {
	char *buf;
	size_t size, len;
	struct device *dev;	/* whose dump it is */
	void *page;		/* for a page of a buffer, behind the text */
};

static void text_printfn(struct drm_printer *p, struct va_format *vaf)
{
	struct text *text = p->arg;

	text->len += scnprintf(text->buf + text->len, text->size - text->len, "%pV", vaf);
}

static void put_words(struct text *text, const u32 *words, size_t bytes)
{
	char letters[ASCII85_BUFSZ];

	for (size_t i = 0; i < bytes / sizeof(u32); i++) {
		const char *from = ascii85_encode(words[i], letters);
		size_t len = strlen(from);

		if (len >= text->size - text->len)
			return;
		memcpy(text->buf + text->len, from, len);
		text->len += len;
	}
}

static void put_block(struct text *text, struct drm_printer *p, const char *name, const void *words,
		      size_t bytes)
{
	drm_printf(p, "\t[%s].length: 0x%zx\n", name, bytes);
	drm_printf(p, "\t[%s].data: ", name);
	put_words(text, words, bytes);
	drm_puts(p, "\n");
}

/*
 * The device
 */

static void print_time(struct drm_printer *p, const char *what, ktime_t time)
{
	struct timespec64 ts = ktime_to_timespec64(time);

	drm_printf(p, "%s: %lld.%09ld\n", what, ts.tv_sec, ts.tv_nsec);
}

static void print_device(struct drm_printer *p, const struct xe_coredump *dump,
			 const struct xe_queue *q)
{
	const struct xe_device *xe = q->xe;

	drm_puts(p, "**** Xe Device Coredump ****\n");
	drm_printf(p, "Reason: %s\n", dump->why);
	drm_puts(p, "kernel: " UTS_RELEASE "\nmodule: " KBUILD_MODNAME "\n");
	print_time(p, "Snapshot time", dump->time);
	print_time(p, "Uptime", dump->uptime);
	drm_printf(p, "Process: %s [%d]\n", q->who.comm, q->who.pid);
	drm_printf(p, "PCI ID: 0x%04x\nPCI revision: 0x%02x\n", xe->pci_device, xe->pci_revision);
	for (unsigned int i = 0; i < xe->num_gts; i++) {
		const struct xe_gt_info *gt = &xe->gt[i];

		drm_printf(p, "GT id: %u\n\tTile: 0\n\tType: %s\n", i, i ? "media" : "main");
		drm_printf(p, "\tIP ver: %u.%u.%u\n", gt->version / 100, gt->version % 100,
			   gt->step);
		drm_printf(p, "\tCS reference clock: %u\n", gt->clock_hz);
	}
	drm_printf(p, "\n**** GT #%u ****\n\tTile: 0\n", q->args.gt_id);
}

static void print_guc(struct drm_printer *p, const struct xe_queue *q)
{
	const struct xe_fw_version *v = &q->xe->guc_version;

	drm_puts(p, "\n**** GuC CT ****\n");
	drm_printf(p, "GuC submission: %u.%u.%u\n", v->major, v->minor, v->patch);
	xe_hw_scoped_awake(hw, q->xe) {
		v = &xe_hw_state(hw)->guc_fw.image.version;
		drm_printf(p, "GuC firmware: %u.%u.%u\n", v->major, v->minor, v->patch);
		xe_guc_ct_print(hw, &xe_hw_state(hw)->gt[q->args.gt_id], p);
	}
}

/*
 * The context
 */

static void print_lrc(struct text *text, struct drm_printer *p, const struct xe_lrc *lrc)
{
	drm_printf(p, "\tHW Context Desc: 0x%08x\n", lrc->ggtt);
	drm_printf(p, "\tLRC Head: (memory) %u\n", xe_lrc_head(lrc));
	drm_printf(p, "\tLRC Tail: (memory) %u\n", READ_ONCE(lrc->regs[LRC_RING_TAIL]));
	drm_printf(p, "\tStart seqno: (memory) %d\n", xe_lrc_started(lrc));
	drm_printf(p, "\tSeqno: (memory) %d\n", xe_lrc_sequence(lrc));
	drm_printf(p, "\tTimestamp: 0x%08x\n", xe_lrc_timestamp(lrc));
	drm_printf(p, "\tJob Timestamp: 0x%08x\n", xe_lrc_job_timestamp(lrc));
	put_block(text, p, "HWSP", lrc->status, LRC_STATUS_BYTES);
	put_block(text, p, "HWCTX", lrc->regs, xe_lrc_regs_bytes(lrc->class));
	put_block(text, p, "RING", lrc->ring, LRC_RING_BYTES);
}

static void print_context(struct text *text, struct drm_printer *p, struct xe_queue *q)
{
	drm_puts(p, "\n**** Contexts ****\n");
	drm_printf(p, "GuC ID: %d\n", q->context);
	drm_printf(p, "\tClass: %u (%s)\n", q->args.class, xe_engine_class_name(q->args.class));
	drm_printf(p, "\tLogical mask: 0x%x\n\tWidth: %u\n", q->args.mask, q->args.width);
	drm_printf(p, "\tRef: %u\n", kref_read(&q->ref));
	drm_printf(p, "\tTimeout: %u (ms)\n", xe_queue_timeout(q));
	drm_printf(p, "\tRing: head %u, tail %u, last seqno %d\n", READ_ONCE(q->head), q->tail,
		   q->sequence);
	for (unsigned int i = 0; i < q->args.width; i++)
		print_lrc(text, p, &q->lrc[i]);
	drm_printf(p, "\tFlags: 0x%lx\n", READ_ONCE(q->state));
}

static void print_job(struct drm_printer *p, const struct xe_coredump *dump)
{
	drm_puts(p, "\n**** Job ****\n");
	for (unsigned int i = 0; i < dump->num_batches; i++)
		drm_printf(p, "batch_addr[%u]: 0x%016llx\n", i, dump->batch[i]);

	drm_puts(p, "\n**** HW Engines ****\n");
	for (unsigned int i = 0; i < dump->num_engines; i++)
		xe_engine_print_state(&dump->engines[i], p);
}

/*
 * The address space
 */

static void print_mapping(struct drm_printer *p, const struct xe_vma *vma)
{
	static const char *const places[] = {
		[XE_MEM_SYSTEM] = "system", [XE_MEM_TT] = "gtt", [XE_MEM_VRAM] = "vram0",
	};
	const struct drm_gpuva *va = &vma->gpuva;

	drm_printf(p, "%012llx-%012llx ", va->va.addr, va->va.addr + va->va.range);
	if (va->gem.obj)
		drm_printf(p, "%s offset %#llx", places[to_xe_bo(va->gem.obj)->mem_type],
			   va->gem.offset);
	else
		drm_puts(p, vma->pages ? "user memory" : "null");
	drm_printf(p, ", PAT %u%s%s%s\n", vma->pat_index, vma->read_only ? ", read-only" : "",
		   vma->dumpable ? ", dumpable" : "",
		   va->flags & DRM_GPUVA_INVALIDATED ? ", stale" : "");
}

static int put_piece(struct text *text, struct drm_gem_object *obj, u64 offset)
{
	int err;

	dma_resv_lock(obj->resv, NULL);
	err = xe_bo_read_page(to_xe_bo(obj), offset, text->page);
	dma_resv_unlock(obj->resv);
	if (!err)
		put_words(text, text->page, PAGE_SIZE);
	cond_resched();
	return err;
}

static int put_contents(struct text *text, const struct drm_gpuva *va)
{
	int err = 0;

	if (!va->gem.obj)
		return -EOPNOTSUPP;
	if (text->size - text->len < WORDS_TEXT(va->va.range) + MAPPING_TEXT)
		return -EFBIG;
	for (u64 done = 0; done < va->va.range && !err; done += PAGE_SIZE)
		err = put_piece(text, va->gem.obj, va->gem.offset + done);
	return err;
}

/* Whole, or not at all: a decoder counts the words. */
static void print_contents(struct text *text, struct drm_printer *p, const struct drm_gpuva *va)
{
	size_t begin;
	int err;

	drm_printf(p, "[%llx].length: 0x%llx\n", va->va.addr, va->va.range);
	begin = text->len;
	drm_printf(p, "[%llx].data: ", va->va.addr);
	err = put_contents(text, va);
	if (err) {
		text->len = begin;
		drm_printf(p, "[%llx].error: %d", va->va.addr, err);
	}
	drm_puts(p, "\n");
}

static bool is_dumped(const struct xe_vma *vma)
{
	return vma->dumpable && (vma->gpuva.gem.obj || vma->pages);
}

static void print_vm(struct text *text, struct drm_printer *p, struct xe_vm *vm)
{
	unsigned int left = MAPPINGS_MAX;
	struct drm_gpuva *va;

	drm_puts(p, "\n**** VM mappings ****\n");
	if (!down_read_trylock(&vm->lock)) {
		drm_puts(p, "are being changed\n");
		return;
	}
	drm_gpuvm_for_each_va(va, &vm->gpuvm)
		if (left && left--)
			print_mapping(p, to_xe_vma(va));

	drm_puts(p, "\n**** VM state ****\n");
	left = MAPPINGS_MAX;
	drm_gpuvm_for_each_va(va, &vm->gpuvm)
		if (is_dumped(to_xe_vma(va)) && left && left--)
			print_contents(text, p, va);
	up_read(&vm->lock);
}

/*
 * Text
 */

/* How much there may be of it, but no more than is good for the machine. */
static size_t text_size(const struct xe_queue *q, size_t *contents)
{
	struct xe_vm *vm = q->args.vm;
	size_t lrc = LRC_RING_BYTES + xe_lrc_image_bytes(q->args.class), mappings = 0;
	struct drm_gpuva *va;

	*contents = 0;
	/* It may be held over a wait for user space, and this is the work of all clients. */
	if (vm && down_read_trylock(&vm->lock)) {
		drm_gpuvm_for_each_va(va, &vm->gpuvm) {
			mappings++;
			if (is_dumped(to_xe_vma(va)))
				*contents = min(*contents + va->va.range, CONTENTS_MAX);
		}
		up_read(&vm->lock);
	}
	*contents = WORDS_TEXT(*contents);
	return HEAD_TEXT + q->args.width * WORDS_TEXT(lrc) +
	       min(mappings, MAPPINGS_MAX) * MAPPING_TEXT;
}

static int text_alloc(struct text *text, const struct xe_queue *q)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;
	size_t contents, size = text_size(q, &contents);

	for (;;) {
		text->size = PAGE_ALIGN(size + contents);
		text->buf = __vmalloc(text->size + PAGE_SIZE, gfp);
		if (text->buf || !contents)
			break;
		contents = contents > SZ_64K ? contents / 2 : 0;
	}
	text->page = text->buf + text->size;
	return text->buf ? 0 : -ENOMEM;
}

/* Most words of most buffers are zero, and the text stays for minutes. */
static void text_shrink(struct text *text)
{
	char *buf;

	if (text->len > text->size / 2)
		return;

	buf = __vmalloc(text->len, GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN);
	if (!buf)
		return;
	memcpy(buf, text->buf, text->len);
	vfree(text->buf);
	text->buf = buf;
}

static void text_write(struct text *text, const struct xe_coredump *dump)
{
	struct drm_printer p = { .printfn = text_printfn, .arg = text };
	struct xe_queue *q = dump->queue;

	print_device(&p, dump, q);
	print_guc(&p, q);
	print_context(text, &p, q);
	print_job(&p, dump);
	if (q->args.vm)
		print_vm(text, &p, q->args.vm);
	text_shrink(text);
}

/*
 * The kernel's devcoredump. On the bound side: the device is in sysfs, and does not go.
 */

static bool has_dump(struct device *dev)
{
	struct kernfs_node *link = sysfs_get_dirent(dev->kobj.sd, "devcoredump");

	sysfs_put(link);
	return link;
}

static int find_room(struct xe_hw hw, void *data)
{
	return has_dump(xe_hw_device(hw)->drm.dev) ? -EBUSY : 0;
}

/* It has taken the text, also if it does not keep it. */
static int hand_over(struct xe_hw hw, void *data)
{
	struct drm_device *drm = &xe_hw_device(hw)->drm;
	struct text *text = data;

	dev_coredumpv(drm->dev, text->buf, text->len, GFP_KERNEL);
	text->buf = NULL;
	if (has_dump(drm->dev))
		drm_info(drm, "what is known of it is in /sys/bus/pci/devices/%s/devcoredump/data\n",
			 dev_name(drm->dev));
	return 0;
}

static void make_dump(const struct xe_coredump *dump)
{
	struct xe_device *xe = dump->queue->xe;
	struct text text = { };
	int err;

	err = xe_hw_call(xe, find_room, NULL);
	if (!err)
		err = text_alloc(&text, dump->queue);
	if (!err) {
		text_write(&text, dump);
		err = xe_hw_call(xe, hand_over, &text);
	}
	if (err)
		drm_dbg(&xe->drm, "no dump is made of it (%pe)\n", ERR_PTR(err));
	vfree(text.buf);
}

/**
 * xe_coredump_work - &xe_coredump.work: the rest, when nobody waits for it
 * @work: the work
 *
 * Context: process context, may sleep; enters in parts.
 */
void xe_coredump_work(struct work_struct *work)
{
	struct xe_coredump *dump = container_of(work, struct xe_coredump, work);
	struct xe_queue *q = dump->queue;

	make_dump(dump);
	/* Pairs with cmpxchg() in xe_coredump_look(): who finds it free writes to it. */
	smp_store_release(&dump->owner, NULL);
	xe_queue_put(q);
}

/*
 * On the way to fences
 */

static void read_engines(struct xe_coredump *dump, struct xe_queue *q)
{
	const struct xe_queue_args *args = &q->args;
	u32 mask = 0;

	/* The children of a parallel queue are behind each other. */
	for (unsigned int i = 0; i < args->width; i++)
		mask |= args->mask << i;
	xe_hw_scoped_awake(hw, q->xe)
		dump->num_engines = xe_engine_read_states(hw, &xe_hw_state(hw)->gt[args->gt_id],
							  args->class, mask, dump->engines);
}

/**
 * xe_coredump_look - see what the engines of a queue do, while it may hang
 * @q: the queue
 *
 * xe_coredump_take() or xe_coredump_drop() follows, or the end of the queue. The GuC may find the
 * queue out meanwhile, so that another thread takes what is dropped here.
 *
 * Context: process context, on the way to fences; opens a section.
 */
void xe_coredump_look(struct xe_queue *q)
{
	struct xe_coredump *dump = &q->xe->coredump;

	if (cmpxchg(&dump->owner, NULL, q))
		return;
	dump->num_engines = 0;
	read_engines(dump, q);
}

/**
 * xe_coredump_take - a queue is to blame: have a dump made of it
 * @q: the queue, before its jobs are ended
 * @why: constant text
 *
 * If one of another queue is being made, nothing happens: what went wrong first tells most.
 *
 * Context: as xe_coredump_look().
 */
void xe_coredump_take(struct xe_queue *q, const char *why)
{
	struct xe_coredump *dump = &q->xe->coredump;

	xe_coredump_look(q);
	if (cmpxchg(&dump->owner, q, TAKEN) != q)
		return;

	dump->why = why;
	dump->time = ktime_get_real();
	dump->uptime = ktime_get_boottime();
	dump->num_batches = xe_job_batches(q, dump->batch);
	dump->queue = xe_queue_get(q);
	xe_module_release(&dump->work);
}
