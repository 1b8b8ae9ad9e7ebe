// SPDX-License-Identifier: MIT
//
// token: the hardware token is a key on loan.
//
// struct xe_hw is passed by value and cannot be assigned, so the compiler refuses most ways to keep
// one. What is left: a member that is initialised, a pointer to one, a function that returns one, a
// literal. Whoever holds it later has no section. For a driver with a token of another name, replace
// the type. The files that implement the door are exempt.
virtual report

@member@
identifier s, f;
position p;
@@
 struct s { ... struct xe_hw f@p; ... };

@script:python@
p << member.p;
@@
coccilib.report.print_report(p[0], "token: kept in a struct")

@returned@
identifier fn;
position p;
@@
 struct xe_hw fn@p(...) { ... }

@script:python@
p << returned.p;
@@
coccilib.report.print_report(p[0], "token: returned")

@address@
struct xe_hw hw;
position p;
@@
 &hw@p

@script:python@
p << address.p;
@@
coccilib.report.print_report(p[0], "token: pointed to")

@made@
initializer list is;
position p;
@@
 (struct xe_hw)@p{ is }

@script:python@
p << made.p;
@@
coccilib.report.print_report(p[0], "token: made of something else")
