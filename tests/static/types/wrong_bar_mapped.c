// SPDX-License-Identifier: MIT
// An address of a BAR is mapped in a section or not at all.
// symbols uapi: wrong.o: .*remap_pfn_range.* vmf_insert_pfn
#include <linux/mm.h>
#include "xe_hw.h"

int probe_me(struct vm_fault *vmf, unsigned long kept)
{
	vmf_insert_pfn(vmf->vma, vmf->address, kept);
	return remap_pfn_range(vmf->vma, vmf->address, kept, PAGE_SIZE, vmf->vma->vm_page_prot);
}
