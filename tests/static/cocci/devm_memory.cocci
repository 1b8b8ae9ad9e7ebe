// SPDX-License-Identifier: MIT
//
// devm_memory: software state on devm.
//
// devm memory is freed at unbind. A DRM object that is embedded in it is still reached from open
// files afterwards: a use after free. Use drmm_kzalloc(), or drmm_*_alloc() of the object.
virtual report

// Not =~: its syntax depends on how coccinelle was built.
@initialize:python@
@@
import re

@bad@
expression x;
identifier alloc =~ "^devm_k[a-z]*alloc";
identifier init : script:python() { re.match("drm_(crtc|plane|universal_plane|encoder|simple_encoder|connector|dev|gem_(private_)?object|sched|writeback_connector).*init", init) is not None };
identifier f;
position p;
@@
 x = alloc@p(...)
 ... when != x = ...
 init(..., &x->f, ...)

@script:python@
p << bad.p;
init << bad.init;
@@
coccilib.report.print_report(p[0], "devm_memory: memory of a DRM object (%s()) is freed at unbind while files may be open; use drmm" % init)
