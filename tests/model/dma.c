// SPDX-License-Identifier: MIT
/*
 * Guest memory as the card sees it.
 *
 * Owner of: the list of DMA mappings and the host mappings behind them.  The list is sorted by
 * address and never overlaps, so a lookup is a binary search behind a last-hit cache.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl.h"
#include "dma.h"
#include "fault.h"
#include "journal.h"
#include "mem.h"
#include "pci.h"

#define MAX_MAPPINGS	(1u << 20)	/* with an emulated IOMMU they come in pages */

struct mapping {
	u64 iova, size;
	u8 *host;		/* NULL: no memory behind it */
	bool readable, writable;
};

struct dma {
	struct mapping *maps;
	size_t count, room, last;
	bool early;		/* the last unmap was one that check_unused() did not like */
};

static int print_maps(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	for (size_t i = 0; i < gpu->dma->count; i++) {
		const struct mapping *m = &gpu->dma->maps[i];

		fprintf(out, "%#llx + %#llx %c%c%s\n", (unsigned long long)m->iova,
			(unsigned long long)m->size, m->readable ? 'r' : '-', m->writable ? 'w' : '-',
			m->host ? "" : " no memory");
	}
	return 0;
}

struct dma *dma_create(struct gpu *gpu)
{
	struct dma *dma = calloc(1, sizeof(*dma));

	if (!dma)
		abort();
	if (gpu->ctl)
		ctl_register(gpu, "dma", "list the DMA mappings that QEMU handed over", print_maps);
	return dma;
}

static void drop(const struct mapping *m)
{
	if (m->host)
		munmap(m->host, m->size);
}

void dma_destroy(struct dma *dma)
{
	for (size_t i = 0; i < dma->count; i++)
		drop(&dma->maps[i]);
	free(dma->maps);
	free(dma);
}

/* Index of the first mapping that ends behind @iova. */
static size_t lower(const struct dma *dma, u64 iova)
{
	size_t lo = 0, hi = dma->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (dma->maps[mid].iova + (dma->maps[mid].size - 1) < iova)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* An access behind the end of a file would be the end of the model. */
static bool holds(int fd, u64 offset, u64 size)
{
	struct stat st;

	return !fstat(fd, &st) && (!S_ISREG(st.st_mode) || (offset <= (u64)st.st_size &&
							    size <= (u64)st.st_size - offset));
}

int dma_map(struct gpu *gpu, u64 iova, u64 size, int fd, u64 offset, bool readable, bool writable)
{
	struct dma *dma = gpu->dma;
	struct mapping m = { .iova = iova, .size = size, .readable = readable, .writable = writable };
	size_t at;

	if (!size || iova + (size - 1) < iova || (fd >= 0 && !holds(fd, offset, size)))
		return -EINVAL;
	at = lower(dma, iova);
	if (at < dma->count && dma->maps[at].iova <= iova + (size - 1))
		return -EEXIST;
	if (dma->count >= MAX_MAPPINGS)
		return -ENOSPC;
	if (dma->count == dma->room) {
		size_t room = dma->room ? 2 * dma->room : 64;
		struct mapping *maps = realloc(dma->maps, room * sizeof(*maps));

		if (!maps)
			return -ENOMEM;
		dma->maps = maps;
		dma->room = room;
	}
	if (fd >= 0) {
		int prot = (readable ? PROT_READ : 0) | (writable ? PROT_WRITE : 0);

		m.host = mmap(NULL, size, prot, MAP_SHARED, fd, (off_t)offset);
		if (m.host == MAP_FAILED)
			return -errno;
	}
	memmove(&dma->maps[at + 1], &dma->maps[at], (dma->count - at) * sizeof(m));
	dma->maps[at] = m;
	dma->count++;
	return 0;
}

/*
 * With an emulated IOMMU a page is unmapped when the driver gives it back: one report for all that follow each
 * other.
 */
static void check_unused(struct gpu *gpu, u64 iova, u64 size)
{
	bool was = gpu->dma->early;
	u64 addr;

	gpu->dma->early = !pci_silent(gpu) && ggtt_reaches(gpu, iova, size, &addr);
	if (gpu->dma->early && !was)
		violation(gpu, V_DMA_UNMAPPED_EARLY, "%#llx + %#llx: the card may still reach it at GGTT %#llx",
			  (unsigned long long)iova, (unsigned long long)size, (unsigned long long)addr);
}

/* vfio: whole mappings only, all that lie within the range; a mapping that is cut is an error. */
int dma_unmap(struct gpu *gpu, u64 iova, u64 size)
{
	struct dma *dma = gpu->dma;
	size_t from, to;
	u64 end;

	if (!size || iova + (size - 1) < iova)
		return -EINVAL;
	end = iova + (size - 1);
	from = to = lower(dma, iova);
	while (to < dma->count && dma->maps[to].iova <= end)
		to++;
	if (from == to)
		return -ENOENT;
	journal_add(gpu, J_DMA, "unmap %#llx + %#llx", (unsigned long long)iova, (unsigned long long)size);
	check_unused(gpu, iova, size);
	if (dma->maps[from].iova < iova || dma->maps[to - 1].iova + (dma->maps[to - 1].size - 1) > end)
		return -EINVAL;
	for (size_t i = from; i < to; i++)
		drop(&dma->maps[i]);
	memmove(&dma->maps[from], &dma->maps[to], (dma->count - to) * sizeof(*dma->maps));
	dma->count -= to - from;
	return 0;
}

void dma_unmap_all(struct gpu *gpu)
{
	for (size_t i = 0; i < gpu->dma->count; i++)
		drop(&gpu->dma->maps[i]);
	gpu->dma->count = 0;
}

static const struct mapping *find(struct dma *dma, u64 iova)
{
	size_t at = dma->last;

	if (at >= dma->count || iova < dma->maps[at].iova || iova - dma->maps[at].iova >= dma->maps[at].size)
		at = lower(dma, iova);
	if (at >= dma->count || iova < dma->maps[at].iova)
		return NULL;
	dma->last = at;
	return &dma->maps[at];
}

/* Bus mastering is off: the transfer never leaves the card. */
static int blocked(struct gpu *gpu, u64 iova, size_t len, bool write)
{
	count(gpu, CNT_DMA_BLOCKED);
	journal_add(gpu, J_DMA, "blocked: %s %#llx + %zu", write ? "write" : "read", (unsigned long long)iova, len);
	if (!unheard(gpu))
		violation(gpu, V_DMA_NO_MASTER, "%#llx + %zu with bus mastering off", (unsigned long long)iova, len);
	return -EFAULT;
}

/* The checks of every transfer; 0 if the card may put it on the bus. */
static int allowed(struct gpu *gpu, u64 iova, size_t len, bool write)
{
	if (gone(gpu, VANISH_DMA))
		return -ENODEV;
	if (!pci_bus_master(gpu) && !fault_take(gpu, FAULT_DMA_IN_FLIGHT, NULL))
		return blocked(gpu, iova, len, write);
	count(gpu, write ? CNT_DMA_WRITE : CNT_DMA_READ);
	journal_add(gpu, J_DMA, "%s %#llx + %zu", write ? "write" : "read", (unsigned long long)iova, len);
	if (journal_is_quiet(gpu))
		violation(gpu, V_TOUCHED_AFTER_UNBIND, "DMA %s %#llx + %zu", write ? "write" : "read",
			  (unsigned long long)iova, len);
	if (pci_power_state(gpu)) {
		violation(gpu, V_DMA_IN_D3, "%#llx + %zu in D%u", (unsigned long long)iova, len,
			  pci_power_state(gpu));
		return -EFAULT;
	}
	return 0;
}

/* Host address of @iova and in *@len how much of the wanted length is there. */
static u8 *reach(struct gpu *gpu, u64 iova, size_t *len, bool write)
{
	const struct mapping *m = find(gpu->dma, iova);

	if (!m || !m->host || !(write ? m->writable : m->readable)) {
		violation(gpu, V_DMA_UNMAPPED, "%s %#llx + %zu: %s", write ? "write" : "read",
			  (unsigned long long)iova, *len, !m ? "not mapped" : !m->host ? "no memory" : "direction");
		return NULL;
	}
	*len = MIN(*len, m->size - (iova - m->iova));
	return m->host + (iova - m->iova);
}

static int transfer(struct gpu *gpu, u64 iova, void *buf, size_t len, bool write)
{
	int err = allowed(gpu, iova, len, write);
	u8 *data = buf;

	if (err)
		return err;
	/* All or nothing: look first, as a range may span mappings. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t done = 0, part; done < len; done += part) {
			u8 *host;

			part = len - done;
			host = reach(gpu, iova + done, &part, write);
			if (!host)
				return -EFAULT;
			if (pass && write)
				memcpy(host, data + done, part);
			else if (pass)
				memcpy(data + done, host, part);
		}
	}
	return 0;
}

int dma_read(struct gpu *gpu, u64 iova, void *buf, size_t len)
{
	return transfer(gpu, iova, buf, len, false);
}

int dma_write(struct gpu *gpu, u64 iova, const void *buf, size_t len)
{
	return transfer(gpu, iova, (void *)buf, len, true);
}

void *dma_ptr(struct gpu *gpu, u64 iova, size_t len, bool write)
{
	size_t part = len;
	u8 *host;

	if (allowed(gpu, iova, len, write))
		return NULL;
	host = reach(gpu, iova, &part, write);
	return host && part == len ? host : NULL;
}
