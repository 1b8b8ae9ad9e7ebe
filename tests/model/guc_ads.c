// SPDX-License-Identifier: MIT
/*
 * The additional data structures: what the host tells the firmware about the GT at boot.
 *
 * The model needs the table that maps logical to physical engine instances.  The rest is read and
 * checked all the same, since firmware would follow each of these pointers.
 */
#include <string.h>

#include "fault.h"
#include "guc_internal.h"
#include "journal.h"
#include "mem.h"

/* Byte offsets */
#define ADS_REG_LISTS		0
#define ADS_POLICIES		4100
#define ADS_SYSTEM_INFO		4104
#define ADS_GOLDEN		4116
#define ADS_STATE_SIZE		4180
#define ADS_PRIVATE_DATA	4244
#define ADS_UM_INIT		4248
#define ADS_KLV_LO		4516
#define ADS_KLV_HI		4520
#define ADS_KLV_SIZE		4524
#define ADS_BYTES		4572

#define POLICY_BYTES		96
#define POLICY_VALID		68
#define POLICY_FLAGS		76
#define POLICY_NO_ENGINE_RESET	BIT(0)

#define SYSTEM_INFO_BYTES	640

/* Queues of faults, of what becomes of them, and of access counts */
#define UM_QUEUES		3
#define UM_QUEUE_BYTES		0x10000u

struct um_queue {
	u64 device_address;
	u32 ggtt, bytes;
	u32 reserved[4];
};

struct um_init {
	u64 timeout_us;
	u32 reserved[6];
	struct um_queue queue[UM_QUEUES];
};

#define MAX_LIST_REGS		1024u

#define REG_ENTRY_STEERED	BIT(1)
#define REG_ENTRY_GROUP		GENMASK(16, 12)
#define REG_ENTRY_INSTANCE	GENMASK(23, 20)
#define REG_ENTRY_KNOWN_FLAGS	(BIT(0) | REG_ENTRY_STEERED | BIT(2) | BIT(3) | REG_ENTRY_GROUP | REG_ENTRY_INSTANCE)

/* Firmware states that say what is wrong */
#define FW_INIT_DATA_INVALID	0x71
#define FW_REG_LIST_INVALID	0x74
#define FW_KLV_INVALID		0x75

struct reg_list {
	u32 address;
	u16 count, reserved;
};

struct reg_entry {
	u32 offset, value, flags, mask;
};

static u32 word_at(const u8 *base, u32 offset)
{
	u32 v;

	memcpy(&v, base + offset, sizeof(v));
	return v;
}

/* A pointer into the GGTT with @len bytes behind it, all of which are read into @buf. */
static bool read_part(struct guc *guc, const char *name, u64 addr, void *buf, size_t len)
{
	if (guc_buffer_ok(guc, addr, len) && !ggtt_read(guc->gpu, addr, buf, len))
		return true;
	if (is_cut_off(guc->gpu))
		return false;
	violation(guc->gpu, V_ADS_POINTER, "%s at GGTT %#llx, %zu bytes, is not mapped", name,
		  (unsigned long long)addr, len);
	return false;
}

bool guc_ads_load_policies(struct guc *guc, u64 addr)
{
	u8 p[POLICY_BYTES];

	if (!read_part(guc, "policies", addr, p, sizeof(p)))
		return false;
	if (word_at(p, POLICY_VALID) != 1) {
		violation(guc->gpu, V_ADS_POLICIES, "not marked valid");
		return false;
	}
	guc->ads.no_engine_reset = word_at(p, POLICY_FLAGS) & POLICY_NO_ENGINE_RESET;
	return true;
}

static bool mapping_ok(struct guc *guc, unsigned int class, unsigned int logical)
{
	struct guc_ads *ads = &guc->ads;
	u8 physical = ads->mapping[class][logical];

	if (physical == GUC_INSTANCES)
		return true;
	if (physical < GUC_INSTANCES && (ads->enabled[class] & BIT(physical)))
		return true;
	violation(guc->gpu, V_ADS_MAPPING, "class %u logical %u maps to %u, enabled %#x", class,
		  logical, physical, ads->enabled[class]);
	return false;
}

static bool system_info_load(struct guc *guc, u64 addr)
{
	struct guc_ads *ads = &guc->ads;
	u8 info[SYSTEM_INFO_BYTES];
	unsigned int c, i;

	if (!read_part(guc, "system info", addr, info, sizeof(info)))
		return false;
	memcpy(ads->mapping, info, sizeof(ads->mapping));
	memcpy(ads->enabled, info + sizeof(ads->mapping), sizeof(ads->enabled));
	for (c = 0; c < GUC_CLASSES; c++)
		for (i = 0; i < GUC_INSTANCES; i++)
			if (!mapping_ok(guc, c, i))
				return false;
	return true;
}

/* Group and instance say something only of a register that is steered to them, which only a replicated one is. */
static bool entry_ok(struct guc *guc, const struct reg_entry *e)
{
	const struct reg *reg = reg_find(guc->gpu, e->offset + (e->offset < 0x40000 ? guc->gt->window : 0));

	if (!reg || e->flags & ~REG_ENTRY_KNOWN_FLAGS)
		return false;
	if (e->flags & REG_ENTRY_STEERED)
		return reg->flags & REG_MCR;
	return !(e->flags & (REG_ENTRY_GROUP | REG_ENTRY_INSTANCE));
}

static bool list_load(struct guc *guc, const struct reg_list *list, unsigned int class,
		      unsigned int instance)
{
	struct reg_entry entry[16];
	u32 done, part, i;

	if (list->count > MAX_LIST_REGS || list->reserved) {
		violation(guc->gpu, V_ADS_REG_LIST, "class %u instance %u: %u registers, reserved %#x",
			  class, instance, list->count, list->reserved);
		return false;
	}
	for (done = 0; done < list->count; done += part) {
		part = MIN(list->count - done, (u32)ARRAY_SIZE(entry));
		if (!read_part(guc, "register list", list->address + done * sizeof(entry[0]),
			       entry, part * sizeof(entry[0])))
			return false;
		for (i = 0; i < part; i++) {
			if (entry_ok(guc, &entry[i]))
				continue;
			violation(guc->gpu, V_ADS_REG_LIST, "class %u instance %u: register %#x flags %#x",
				  class, instance, entry[i].offset, entry[i].flags);
			return false;
		}
	}
	guc->ads.lists++;
	guc->ads.list_regs += list->count;
	return true;
}

static bool lists_load(struct guc *guc, const u8 *blob)
{
	struct reg_list list;
	unsigned int c, i;

	for (c = 0; c < GUC_CLASSES; c++) {
		for (i = 0; i < GUC_INSTANCES; i++) {
			memcpy(&list, blob + ADS_REG_LISTS + (c * GUC_INSTANCES + i) * sizeof(list),
			       sizeof(list));
			if (list.count && !list_load(guc, &list, c, i))
				return false;
		}
	}
	return true;
}

static bool golden_load(struct guc *guc, const u8 *blob)
{
	struct guc_ads *ads = &guc->ads;
	unsigned int c;

	for (c = 0; c < GUC_CLASSES; c++) {
		ads->golden[c] = word_at(blob, ADS_GOLDEN + c * 4);
		ads->state_size[c] = word_at(blob, ADS_STATE_SIZE + c * 4);
		if (!ads->enabled[c])
			continue;
		if (guc_buffer_ok(guc, ads->golden[c], MAX(ads->state_size[c], 1u)))
			continue;
		violation(guc->gpu, V_ADS_GOLDEN, "class %u: golden context at %#x, %u bytes", c,
			  ads->golden[c], ads->state_size[c]);
		return false;
	}
	return true;
}

/* Workarounds as key, length, value; none of them changes what the model does. */
static bool klv_ok(struct guc *guc, const u8 *blob)
{
	u32 size = word_at(blob, ADS_KLV_SIZE), addr = word_at(blob, ADS_KLV_LO), pos = 0, klv, len;
	u8 data[PAGE_4K];

	if (!size)
		return true;
	if (word_at(blob, ADS_KLV_HI) || size > sizeof(data) || size % 4) {
		violation(guc->gpu, V_ADS_KLV, "%u bytes at %#x%08x", size, word_at(blob, ADS_KLV_HI), addr);
		return false;
	}
	if (!read_part(guc, "workaround KLVs", addr, data, size))
		return false;
	while (pos < size) {
		klv = word_at(data, pos);
		len = (klv & 0xffff) * 4;
		if (klv >> 16 >> 12 != 0x9 || len > size - pos - 4) {
			violation(guc->gpu, V_ADS_KLV, "key %#x length %u at byte %u of %u",
				  klv >> 16, klv & 0xffff, pos, size);
			return false;
		}
		pos += 4 + len;
	}
	return true;
}

static bool private_ok(struct guc *guc, const u8 *blob)
{
	struct guc_ads *ads = &guc->ads;

	ads->private_data = word_at(blob, ADS_PRIVATE_DATA);
	ads->um_init = word_at(blob, ADS_UM_INIT);
	if (guc->boot.fw.private_bytes &&
	    !guc_buffer_ok(guc, ads->private_data, guc->boot.fw.private_bytes)) {
		violation(guc->gpu, V_ADS_PRIVATE, "%u bytes of private data at %#x",
			  guc->boot.fw.private_bytes, ads->private_data);
		return false;
	}
	return true;
}

/* The hardware knows it by an address of VRAM, the firmware by one of the GGTT: both have to be the same memory. */
static bool queue_ok(struct guc *guc, const struct um_queue *q)
{
	static const u8 zeroes[PAGE_4K];
	u8 page[PAGE_4K];
	struct xlat x;
	u32 off;

	if (q->bytes != UM_QUEUE_BYTES || q->device_address % PAGE_4K || !guc_buffer_ok(guc, q->ggtt, q->bytes))
		return false;
	for (off = 0; off < q->bytes; off += PAGE_4K)
		if (ggtt_peek(guc->gpu, q->ggtt + off, &x) || x.space != MEM_VRAM || x.addr != q->device_address + off)
			return false;
	for (off = 0; off < q->bytes; off += PAGE_4K)
		if (ggtt_read(guc->gpu, q->ggtt + off, page, sizeof(page)) || memcmp(page, zeroes, sizeof(page)) != 0)
			return false;
	return true;
}

static bool queues_overlap(const struct um_queue *a, const struct um_queue *b)
{
	return a->device_address < b->device_address + b->bytes && b->device_address < a->device_address + a->bytes;
}

/* A driver may boot without engines first, and without queues then. */
static bool fault_queues_ok(struct guc *guc)
{
	struct guc_ads *ads = &guc->ads;
	struct um_init um;
	u32 enabled = 0;
	unsigned int i, j;
	bool ok;

	for (i = 0; i < GUC_CLASSES; i++)
		enabled |= ads->enabled[i];
	if (!ads->um_init && !enabled)
		return true;
	if (!ads->um_init) {
		violation(guc->gpu, V_ADS_FAULTS, "there are none");
		return false;
	}
	if (!read_part(guc, "page fault queues", ads->um_init, &um, sizeof(um)))
		return false;
	for (i = 0; i < UM_QUEUES; i++) {
		ok = queue_ok(guc, &um.queue[i]);
		for (j = 0; j < i; j++)
			ok &= !queues_overlap(&um.queue[i], &um.queue[j]);
		if (ok)
			continue;
		violation(guc->gpu, V_ADS_FAULTS, "queue %u: %u bytes at GGTT %#x, device address %#llx", i,
			  um.queue[i].bytes, um.queue[i].ggtt, (unsigned long long)um.queue[i].device_address);
		return false;
	}
	return true;
}

u8 guc_ads_load(struct guc *guc, u64 base)
{
	u8 blob[ADS_BYTES];

	memset(&guc->ads, 0, sizeof(guc->ads));
	if (!read_part(guc, "ADS", base, blob, sizeof(blob)))
		return FW_INIT_DATA_INVALID;
	guc->ads.base = base;
	if (!guc_ads_load_policies(guc, word_at(blob, ADS_POLICIES)) ||
	    !system_info_load(guc, word_at(blob, ADS_SYSTEM_INFO)) ||
	    !golden_load(guc, blob) || !private_ok(guc, blob) || !fault_queues_ok(guc))
		return FW_INIT_DATA_INVALID;
	if (!lists_load(guc, blob))
		return FW_REG_LIST_INVALID;
	if (!klv_ok(guc, blob))
		return FW_KLV_INVALID;
	return 0;
}
