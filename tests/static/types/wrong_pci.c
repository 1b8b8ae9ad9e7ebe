// SPDX-License-Identifier: MIT
// So is the PCI device.
// door: a header of the door
// symbols uapi: wrong.o: pci_clear_master pci_reset_function pci_set_power_state
#include <linux/pci.h>
#include "xe_device.h"

int probe_me(struct xe_device *xe)
{
	struct pci_dev *pdev = to_pci_dev(xe->drm.dev);

	pci_clear_master(pdev);
	pci_set_power_state(pdev, PCI_D3hot);
	return pci_reset_function(pdev);
}
