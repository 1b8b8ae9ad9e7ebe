// SPDX-License-Identifier: MIT
//
// sw_in_devm: software torn down in a devm action.
//
// A devm action runs at unbind. Open files, mmaps, dma-bufs and fences outlive it and still use the
// data structures of the driver: a use after free. They are released by drmm. A kfree() of what only
// the hardware side uses is right, and is reported all the same: look at each. xe_hw_on_unbind() is this
// driver's; for another one, name what it registers devm actions with.
virtual report

// Not =~: its syntax depends on how coccinelle was built.
@initialize:python@
@@
import re

@action@
identifier fn;
identifier add = {devm_add_action, devm_add_action_or_reset, xe_hw_on_unbind};
@@
 add(..., fn, ...)

@bad@
identifier action.fn;
identifier call : script:python() { re.fullmatch("kfree|kvfree|vfree|kmem_cache_destroy|idr_destroy|ida_destroy|xa_destroy|mutex_destroy|destroy_workqueue|drm_mm_takedown|ttm_device_fini|drm_sched_fini|drm_buddy_fini|drm_mode_config_cleanup|drm_(crtc|plane|encoder|connector)_cleanup|mempool_destroy", call) is not None };
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
add << action.add;
fn << action.fn;
@@
# The addresses of the hardware are in struct xe_hw_state: nobody speaks of them without a token.
if not (add == "xe_hw_on_unbind" and call == "drm_mm_takedown"):
    coccilib.report.print_report(p[0], "sw_in_devm: %s() is called in %s(), a devm action: files that are still open use it after unbind; use drmm" % (call, fn))
