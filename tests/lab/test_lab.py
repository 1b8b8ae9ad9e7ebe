#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The bench's own tests: what it must notice, it notices."""

import importlib.machinery
import importlib.util
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import klog
import ktap

loader = importlib.machinery.SourceFileLoader("run", os.path.join(HERE, "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)

QUIET = ["[    1.0] xe 0000:01:00.0: [drm] Using GuC firmware", "[    1.1] DMA-API: preallocated 65536 debug entries"]
SPLATS = {
    "WARN": ["------------[ cut here ]------------", "WARNING: CPU: 1 PID: 7 at drivers/x.c:1 f+0x1/0x2 [xe]",
             "---[ end trace 0000000000000000 ]---"],
    "KASAN": ["BUG: KASAN: slab-use-after-free in xe_foo+0x1/0x2"],
    "UBSAN": ["UBSAN: shift-out-of-bounds in drivers/x.c:3:4"],
    "Oops": ["BUG: kernel NULL pointer dereference, address: 0000000000000000"],
    "GPF": ["Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1]"],
    "lockdep": ["WARNING: possible circular locking dependency detected"],
    "freed lock": ["WARNING: held lock freed!"],
    "sleeping": ["BUG: sleeping function called from invalid context at mm/x.c:1"],
    "DMA-API": ["DMA-API: pci 0000:01:00.0: device driver has pending DMA allocations while released"],
    "kmemleak": ["kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"],
    "hung": ["INFO: task xe:12 blocked for more than 120 seconds."],
    "RCU": ["rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"],
    "refcount": ["refcount_t: underflow; use-after-free."],
    "leak": ["[drm:drm_mm_takedown [drm]] *ERROR* Memory manager not clean during takedown."],
}


class Log(unittest.TestCase):
    def test_quiet_log(self):
        self.assertEqual(klog.splats(QUIET), [])

    def test_every_kind_is_found(self):
        for kind, lines in SPLATS.items():
            with self.subTest(kind):
                log = QUIET + ["[    2.0] " + line for line in lines] + QUIET
                self.assertEqual(len(klog.splats(log)), 1, log)

    def test_only_what_is_allowed_is_forgiven(self):
        found = klog.splats(["[    2.0] " + line for line in SPLATS["WARN"] + SPLATS["KASAN"]])
        self.assertEqual(len(found), 2)
        allowed = [(run.re.compile(r"WARNING: .* f\+0x1/0x2 \[xe\]"), "because")]
        self.assertEqual([s.kind for s in run.unforgiven(found, allowed)], ["KASAN"])


class Ktap(unittest.TestCase):
    def states(self, text, status=0):
        results, complaints = ktap.parse(text, status)
        return [r.state for r in results], complaints

    def test_plain(self):
        self.assertEqual(self.states("KTAP version 1\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP d\n1..3\n", 1),
                         (["pass", "fail", "skip"], []))

    def test_missing_results_are_noticed(self):
        self.assertTrue(self.states("KTAP version 1\n1..3\nok 1 - a\n")[1])

    def test_missing_plan_is_noticed(self):
        self.assertTrue(self.states("KTAP version 1\nok 1 - a\n")[1])

    def test_nothing_at_all_is_noticed(self):
        self.assertTrue(self.states("")[1])

    def test_status_without_failure_is_noticed(self):
        self.assertTrue(self.states("KTAP version 1\nok 1 - a\n1..1\n", 3)[1])

    def test_bail_out_is_noticed(self):
        self.assertTrue(self.states("KTAP version 1\nok 1 - a\nBail out! no GPU\n1..1\n")[1])


class Expected(unittest.TestCase):
    def test_listed_failure_is_a_skip_with_its_cause(self):
        r = run.judge([ktap.Result("a", "fail")], {"a": "why"})[0]
        self.assertEqual((r.state, r.reason), ("skip", "expected: why"))

    def test_unlisted_failure_stays(self):
        self.assertEqual(run.judge([ktap.Result("a", "fail")], {"b": "why"})[0].state, "fail")

    def test_listed_success_fails(self):
        self.assertEqual(run.judge([ktap.Result("a", "pass")], {"a": "why"})[0].state, "fail")


class Count(unittest.TestCase):
    def test_nothing_passed_is_no_success(self):
        self.assertEqual(ktap.Count().status(), 1)


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (max(result.testsRun - bad, 0), bad))
    sys.exit(not result.wasSuccessful())
