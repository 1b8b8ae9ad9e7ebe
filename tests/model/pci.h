/* SPDX-License-Identifier: MIT */
/* Configuration space (PCIe, MSI, MSI-X, PM), 4 KiB; power state and bus mastering. */
#ifndef XE_MODEL_PCI_H
#define XE_MODEL_PCI_H

#include "gpu.h"

struct pci *pci_create(struct gpu *gpu);
void pci_destroy(struct pci *pci);
void pci_reset(struct gpu *gpu);

/* 1, 2 or 4 bytes; unaligned or out of range: all ones / ignored, with a violation. */
u32 pci_config_read(struct gpu *gpu, u32 offset, unsigned int size);
void pci_config_write(struct gpu *gpu, u32 offset, unsigned int size, u32 value);

bool pci_bus_master(struct gpu *gpu);
bool pci_memory_enabled(struct gpu *gpu);
unsigned int pci_power_state(struct gpu *gpu);	/* 0: D0 .. 3: D3hot */
/*
 * True if the driver made sure that nothing of the card is on its way to memory any more: it switched bus
 * mastering off and read that back, then read Device Status without Transactions Pending, or went on
 * reading for PCI_PENDING_NS.
 */
bool pci_silent(struct gpu *gpu);
#define PCI_PENDING_NS		100000000ull

/* A function level reset that nobody told the driver of: all that it set up is gone. */
void pci_foreign_reset(struct gpu *gpu);

/* Send the interrupt message (vector 0).  Dropped while vanished, masked or without a trigger. */
void pci_msi(struct gpu *gpu);

#endif
