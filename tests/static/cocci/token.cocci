// SPDX-License-Identifier: MIT
//
// token: the hardware token is a key on loan.
//
// struct xe_hw * is not kept in a struct, returned, cast to or from, or put behind a void pointer of a
// worker: whoever holds it later has no section. For a driver with a token of another name, replace
// the type. The file that implements the door is exempt.
virtual report

@member@
identifier s, f;
position p;
@@
 struct s { ... struct xe_hw *f@p; ... };

@script:python@
p << member.p;
@@
coccilib.report.print_report(p[0], "token: kept in a struct")

@returned@
identifier fn;
position p;
@@
 struct xe_hw *fn@p(...) { ... }

@script:python@
p << returned.p;
@@
coccilib.report.print_report(p[0], "token: returned")

@stored@
struct xe_hw *hw;
expression e;
identifier f;
position p;
@@
(
 e->f = hw@p
|
 e.f = hw@p
)

@script:python@
p << stored.p;
@@
coccilib.report.print_report(p[0], "token: stored")

@cast@
expression e;
position p;
@@
 (struct xe_hw *)e@p

@script:python@
p << cast.p;
@@
coccilib.report.print_report(p[0], "token: made by a cast")
