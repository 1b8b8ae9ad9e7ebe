// SPDX-License-Identifier: MIT
//
// hw_in_drmm: hardware in a drmm action.
//
// A drmm action runs when the last reference to the drm_device is dropped. An open file can put that
// off until long after unbind, when the registers are unmapped or belong to another driver. What
// touches hardware is undone by devm. Takes the name of a call for what it does, and looks at the
// action itself, not at what it calls.
virtual report

// Not =~: its syntax depends on how coccinelle was built.
@initialize:python@
@@
import re

@action@
identifier fn;
identifier add = {drmm_add_action, drmm_add_action_or_reset};
@@
 add(..., fn, ...)

@bad@
identifier action.fn;
identifier call : script:python() { re.fullmatch("readl|readq|writel|writeq|ioread32|iowrite32|iounmap|free_irq|pci_disable_device|pci_clear_master|pci_iounmap|pci_free_irq_vectors|dma_unmap_.*|dma_free_.*|clk_disable.*|clk_put|regulator_disable|reset_control_assert|pm_runtime_(get|put|resume|disable|allow|forbid).*|xe_(read|write|rmw|wait)32.*|xe_dma_unmap|xe_hw_.*", call) is not None };
position p;
@@
 fn(...)
 {
 <+...
 call@p(...)
 ...+>
 }

@script:python@
p << bad.p;
call << bad.call;
fn << action.fn;
@@
coccilib.report.print_report(p[0], "hw_in_drmm: %s() is called in %s(), a drmm action: it runs when the last file is closed, the hardware may be gone by then; use devm" % (call, fn))
