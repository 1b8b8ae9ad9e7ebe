#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The bench's own tests: what it must notice, it notices."""

import importlib.machinery
import importlib.util
import os
import sys
import tempfile
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import klog
import ktap

loader = importlib.machinery.SourceFileLoader("run", os.path.join(HERE, "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)

QUIET = ["[    1.0] xe 0000:01:00.0: [drm] Using GuC firmware", "[    1.1] DMA-API: preallocated 65536 debug entries"]
# Of each kind what the kernel says.
SPLATS = {
    "KASAN": ["BUG: KASAN: slab-use-after-free in xe_foo+0x1/0x2"],
    "KFENCE": ["BUG: KFENCE: use-after-free read in xe_foo+0x1/0x2"],
    "KCSAN": ["BUG: KCSAN: data-race in xe_foo / xe_bar"],
    "UBSAN": ["UBSAN: shift-out-of-bounds in drivers/x.c:3:4"],
    "sleeping function": ["BUG: sleeping function called from invalid context at mm/x.c:1"],
    "lockup": ["watchdog: BUG: soft lockup - CPU#0 stuck for 121s! [xe:12]"],
    "lockdep": ["WARNING: possible circular locking dependency detected"],
    "refcount": ["refcount_t: underflow; use-after-free."],
    "list corruption": ["list_del corruption. prev->next should be ffff, but was 0000."],
    "ODEBUG": ["ODEBUG: free active (active state 0) object: 00000000 object type: work_struct hint: f+0x0/0x1"],
    "DMA-API": ["DMA-API: pci 0000:01:00.0: device driver has pending DMA allocations while released"],
    "IOMMU fault": ["DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0x0 [fault reason 0x06]"],
    "leaked object": ["[drm:drm_mm_takedown [drm]] *ERROR* Memory manager not clean during takedown."],
    "kmemleak": ["kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"],
    "hung task": ["INFO: task xe:12 blocked for more than 120 seconds."],
    "RCU stall": ["rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"],
    "page fault": ["BUG: kernel NULL pointer dereference, address: 0000000000000000"],
    "general protection": ["Oops: general protection fault, probably for non-canonical address 0xdead: 0000 [#1]"],
    "BUG": ["kernel BUG at drivers/x.c:1!"],
    "Oops": ["Oops: 0000 [#1] PREEMPT SMP"],
    "panic": ["Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000000"],
    "WARN": ["------------[ cut here ]------------", "WARNING: CPU: 1 PID: 7 at drivers/x.c:1 f+0x1/0x2 [xe]",
             "---[ end trace 0000000000000000 ]---"],
    "duplicate name": ["sysfs: cannot create duplicate filename '/class/hwmon/x'"],
    "runtime PM": ["xe 0000:01:00.0: Runtime PM usage count underflow!"],
    "lost": ["** 12 printk messages dropped **"],
    "interrupt": ["irq 24: nobody cared (try booting with the \"irqpoll\" option)"],
    "out of memory": ["modprobe: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL), nodemask=(null)"],
    "INFO": ["INFO: lockdep does not like this"],
}
OTHERS = {
    "runtime PM": ["Unbalanced pm_runtime_enable!", "runtime PM trying to activate child device 1 but parent (2) is not active"],
    "lost": ["Trying to free nonexistent resource <0000000000000000-0000000000000fff>"],
    "lockdep": ["WARNING: held lock freed!"],
}


class Log(unittest.TestCase):
    def test_quiet_log(self):
        self.assertEqual(klog.splats(QUIET), [])

    def test_every_kind_is_found(self):
        for kind, lines in SPLATS.items():
            with self.subTest(kind):
                log = QUIET + ["[    2.0] " + line for line in lines] + QUIET
                self.assertEqual([s.kind for s in klog.splats(log)], [kind])

    def test_every_kind_has_a_sample(self):
        self.assertEqual(set(SPLATS), {kind for kind, _ in klog.KINDS})

    def test_other_words_for_a_kind(self):
        for kind, lines in OTHERS.items():
            for line in lines:
                with self.subTest(line):
                    self.assertEqual([s.kind for s in klog.splats([line])], [kind])

    def test_no_log_is_not_a_clean_log(self):
        self.assertFalse(any(klog.read("/nowhere")))

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

    def test_listed_failure_that_crashes_stays(self):
        for how in ("CRASH", "TIMEOUT"):
            self.assertEqual(run.judge([ktap.Result("a", "fail", how)], {"a": "why"})[0].state, "fail")

    def test_listed_success_fails(self):
        self.assertEqual(run.judge([ktap.Result("a", "pass")], {"a": "why"})[0].state, "fail")


class Scenarios(unittest.TestCase):
    def of(self, head):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "scenario.sh")
            with open(path, "w", encoding="utf-8") as f:
                f.write(head)
            return run.run(run.Scenario(path))[0]

    def test_without_igt_what_needs_it_is_skipped(self):
        with unittest.mock.patch.object(run, "guest_without_igt", return_value=True):
            self.assertEqual([r.state for r in self.of("# driver: xe\n# needs: igt\n")], ["skip"])

    def test_a_wrong_setting_is_a_failure(self):
        self.assertEqual([r.state for r in self.of("# driver: nobody's\n")], ["fail"])


class Count(unittest.TestCase):
    def test_nothing_passed_is_no_success(self):
        self.assertEqual(ktap.Count().status(), 1)


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (max(result.testsRun - bad, 0), bad))
    sys.exit(not result.wasSuccessful())
