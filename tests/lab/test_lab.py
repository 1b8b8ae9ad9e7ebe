#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The bench's own tests: what it must notice, it notices."""

import glob
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import checks
import klog
import ktap
import parts
from checks import run

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

    def grep(self, text, allowed=()):
        """What a scenario takes for splats."""
        script = klog.for_shell(allowed) + 'grep -aE "$splat_begins" | grep -avE "$splat_not"'
        return subprocess.run(["bash", "-c", script], input=text, capture_output=True, text=True, check=False).stdout.splitlines()

    def test_scenarios_know_the_same_splats(self):
        for kind, lines in [*SPLATS.items(), *OTHERS.items()]:
            with self.subTest(kind):
                self.assertTrue(self.grep("\n".join(lines) + "\n"))
        self.assertEqual(self.grep("\n".join(klog.STAMP.sub("", line) for line in QUIET) + "\n"), [])
        self.assertEqual(self.grep("WARNING: at f+0x1/0x2 [xe]\n", [r"WARNING: .* f\+0x[0-9]"]), [])

    def test_what_heads_allow_is_also_of_grep(self):
        for path in [p for folder in ("hotplug", "upstream") for p in glob.glob(checks.test(folder, "*.sh"))]:
            for pattern, _ in run.Scenario(path).allowed:
                self.assertNotRegex(pattern.pattern, r"\\[dws]|\(\?")

    def test_the_trial_of_a_scenario_is_seen_by_it_and_not_by_the_runner(self):
        self.assertEqual(self.grep(klog.TRIAL + "\n"), [klog.TRIAL])
        self.assertEqual(klog.splats([klog.TRIAL]), [])

    def real(self, name):
        return klog.read(os.path.join(HERE, "logs", name))

    def test_a_real_report_of_lockdep_is_one_splat(self):
        for name in sorted(os.listdir(os.path.join(HERE, "logs"))):
            with self.subTest(name):
                log = self.real(name)
                found = klog.splats(QUIET + log + QUIET)
                self.assertEqual([s.kind for s in found], ["lockdep"])
                self.assertIn("</TASK>", found[0].lines[-1])

    def test_however_long(self):
        """The real one with its chain of locks forty times, as a made up kernel might say it."""
        log = self.real("pciehp-gcc12.log")
        start, end = (next(i for i, line in enumerate(log) if mark in line) for mark in ("-> #1 ", "-> #0 "))
        found = klog.splats(log[:end] + 40 * log[start:end] + log[end:])
        self.assertEqual([s.kind for s in found], ["lockdep"])
        self.assertGreater(len(found[0].lines), 500)

    def test_a_trace_behind_a_report_is_another_splat(self):
        trace = ["Call Trace:", " <TASK>", " dump_stack+0x10/0x20", " </TASK>"]
        found = klog.splats(self.real("pciehp-gcc12.log") + QUIET * 5 + trace)
        self.assertEqual([s.kind for s in found], ["lockdep", "stack trace"])

    def test_only_what_is_allowed_is_forgiven(self):
        found = klog.splats(["[    2.0] " + line for line in SPLATS["WARN"] + SPLATS["KASAN"]])
        self.assertEqual(len(found), 2)
        allowed = [(re.compile(r"WARNING: .* f\+0x1/0x2 \[xe\]"), "because")]
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


class Said(unittest.TestCase):
    def test_what_stands_before_a_failure_is_shown(self):
        text = "# at first\nok 1 - a\n# point 7: it hangs\r\n# points p 1 9\n# two\nnot ok 2 - b # 1\n# behind\nok 3 - c\n"
        self.assertEqual(list(run.said_before_failures(text)), ["point 7: it hangs", "two"])
        self.assertEqual(list(run.said_before_failures(text, most=1)), ["two"])
        self.assertEqual(list(run.said_before_failures("# said\nok 1 - a\n")), [])


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


class BesideUpstream(unittest.TestCase):
    def states(self, results, whole=True):
        found = run.beside_upstream([ktap.Result(*r) for r in results], {"p@a", "p@b", "q@c"}, whole)
        return {r.name: r.state for r in found}

    def test_a_skip_of_what_upstream_passes_fails(self):
        self.assertEqual(self.states([("p@a", "skip"), ("p@b", "pass"), ("p@d", "skip")]),
                         {"p@a": "fail", "p@b": "pass", "p@d": "skip"})

    def test_what_was_not_run_fails_when_all_of_it_should(self):
        self.assertEqual(self.states([("p@a", "pass")]), {"p@a": "pass", "p@b": "fail"})
        self.assertEqual(self.states([("p@a", "pass")], whole=False), {"p@a": "pass"})


class Scenarios(unittest.TestCase):
    def of(self, head):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "scenario.sh")
            with open(path, "w", encoding="utf-8") as f:
                f.write(head)
            return run.run(run.Scenario(path))[0]

    def scenario(self, text, size):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "scenario.sh")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            return run.Scenario(path, size=size)

    def test_a_larger_size_has_what_its_line_says(self):
        head = "# driver: xe\n# timeout: 100\n# full: parts=3 timeout=700 xe_points=40\n# soak: xe_points=9\n"
        check, full, soak = (self.scenario(head, size) for size in ("check", "full", "soak"))
        self.assertEqual([s.parts for s in (check, full, soak)], [1, 3, 1])
        self.assertEqual([s.seconds() for s in (check, full, soak)], [10, 70, 10])
        self.assertEqual([s.settings.get("kernel", "debug") for s in (check, full, soak)], ["debug", "debug-full", "debug"])
        for size, said in ((check, None), (full, "40"), (soak, "9")):
            self.assertEqual(next(iter(re.findall(r"xe_points=(\d+)", size.settings["append"])), None), said)

    def test_limits_are_twice_as_long_where_the_kernel_is_slower(self):
        self.assertEqual(self.scenario("# timeout: 100\n", "full").seconds(), 20)
        self.assertEqual(self.scenario("# timeout: 100\n# kernel: stock\n", "full").seconds(), 10)

    def test_kmemleak_is_on_for_who_asks_it(self):
        self.assertIn("kmemleak=off", self.scenario("# driver: xe\nfinish\n", "check").settings["append"])
        self.assertNotIn("kmemleak=off", self.scenario("# driver: xe\nt x leaks\n", "check").settings["append"])

    def test_without_igt_what_needs_it_is_skipped(self):
        with unittest.mock.patch.object(run, "guest_without_igt", return_value=True):
            self.assertEqual([r.state for r in self.of("# driver: xe\n# needs: igt\n")], ["skip"])

    def test_a_wrong_setting_is_a_failure(self):
        self.assertEqual([r.state for r in self.of("# driver: nobody's\n")], ["fail"])
        self.assertEqual([r.state for r in self.of("# driver: upstream\n# kernel: debug\n")], ["fail"])

    def test_the_kernel_is_one_that_has_the_driver(self):
        for driver, kernel in (("none", "debug"), ("xe", "debug"), ("upstream", "stock")):
            self.assertEqual(run.bench.Config(driver=driver).kernel, kernel)


class Control(unittest.TestCase):
    """What the kernel says on the same steps without our driver is not ours."""
    def of(self, here, there, works=True):
        scenario = unittest.mock.Mock(control="control.sh", settings={})

        def control(_, keep):
            keep += klog.splats(there)
            return [ktap.Result("step", "pass" if works else "fail")], [], {}
        with unittest.mock.patch.object(run, "run", control), unittest.mock.patch.object(run, "Scenario"):
            return run.ours(klog.splats(here), scenario)

    def test_the_same_report_is_the_kernel_s(self):
        log = klog.read(os.path.join(HERE, "logs", "pciehp-gcc12.log"))
        other = [re.sub(r"0x[0-9a-f]+/0x[0-9a-f]+|ffff[0-9a-f]{12}", "0x7/0x77", line) for line in log]
        self.assertEqual([s.kind for s in self.of(log, other)[0]], [])

    def test_another_one_is_ours(self):
        log = klog.read(os.path.join(HERE, "logs", "pciehp-gcc12.log"))
        self.assertEqual([s.kind for s in self.of([line.replace("reset_lock", "xe_lock") for line in log], log)[0]], ["lockdep"])

    def test_what_leads_through_our_module_is_ours(self):
        self.assertEqual([s.kind for s in self.of(SPLATS["WARN"], SPLATS["WARN"])[0]], ["WARN"])

    def test_without_a_splat_there_is_no_control(self):
        self.assertEqual(run.ours([], unittest.mock.Mock(control="nowhere.sh")), ([], []))


def shell(name, script, **more):
    return parts.Part(name, ["sh", "-c", script], **more)


class Parts(unittest.TestCase):
    def of(self, *todo, places=2):
        self.work = parts.Run(list(todo), places, io.StringIO())
        self.work.run()
        return self.work.line()

    def test_parts_are_added_up(self):
        self.assertEqual(self.of(shell("a", "echo 1 passed, 0 failed"), shell("b", "echo 2 passed, 0 failed, 3 skipped")),
                         ("3 passed, 0 failed, 3 skipped", True))

    def test_a_part_that_dies_without_counting_is_a_failure(self):
        self.assertEqual(self.of(shell("a", "echo 1 passed, 0 failed"), shell("b", "exit 0")),
                         ("1 passed, 1 failed, 0 skipped", False))

    def test_a_status_without_a_failure_is_one(self):
        self.assertFalse(self.of(shell("a", "echo 1 passed, 0 failed; exit 1"))[1])

    def test_what_needs_what_failed_is_a_failure(self):
        self.assertEqual(self.of(shell("a", "exit 1", counts=False), shell("b", "echo 1 passed, 0 failed", needs=["a"]),
                                 shell("c", "echo 1 passed, 0 failed", needs=["b"]))[0], "0 passed, 3 failed, 0 skipped")

    def test_what_is_needed_comes_first(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertTrue(self.of(shell("b", "test -e %s/a && echo 1 passed, 0 failed" % folder, needs=["a"], seconds=1000),
                                    shell("a", "sleep 0.3; touch %s/a" % folder, counts=False))[1])

    def test_no_more_than_places_run(self):
        with tempfile.TemporaryDirectory() as folder:
            script = "mkdir %s/x && sleep 0.3 && rmdir %s/x && echo 1 passed, 0 failed" % (folder, folder)
            self.assertTrue(self.of(*[shell("p%d" % i, script) for i in range(3)], places=1)[1])

    def test_what_runs_ends_with_it(self):
        def stop(*_):
            raise parts.Stopped("ALRM")
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with self.assertRaises(parts.Stopped):
            self.of(shell("a", "sleep 100"))
        signal.signal(signal.SIGALRM, before)
        self.assertEqual(self.work.parts[0].state, "stopped")
        self.assertIsNotNone(self.work.parts[0].process.poll())

    def test_what_is_being_started_ends_with_it(self):
        def stop(*_):
            raise parts.Stopped("TERM")

        class Late(subprocess.Popen):
            def __init__(self, *args, **kwargs):
                super().__init__(*args, **kwargs)
                os.kill(os.getpid(), signal.SIGTERM)
        before = signal.signal(signal.SIGTERM, stop)
        with unittest.mock.patch("subprocess.Popen", Late), self.assertRaises(parts.Stopped):
            self.of(shell("a", "trap 'exit 3' TERM; sleep 100 & wait"))
        signal.signal(signal.SIGTERM, before)
        self.assertIn(self.work.parts[0].process.poll(), (3, -signal.SIGTERM))

    def test_it_says_where_the_time_went(self):
        self.of(shell("a", "i=0; while test $i -lt 100000; do i=$((i + 1)); done; echo 1 passed, 0 failed"), shell("b", "sleep 0.5", counts=False))
        cpu = {line.rsplit(None, 2)[0]: float(line.split()[-1]) for line in list(self.work.times())[1:-1]}
        self.assertEqual(set(cpu), {"a", "b"})
        self.assertGreater(self.work.by_name["a"].cpu, self.work.by_name["b"].cpu)
        self.assertGreater(self.work.by_name["b"].wall, 0.4)

    def test_points_of_all_guests_are_added_up(self):
        script = "echo '# points vanish 1 10'; echo '# points vanish 3 10'; echo 1 passed, 0 failed"
        self.of(shell("a", script), shell("b", script))
        self.assertEqual(self.work.sums(parts.POINTS), {"vanish": [6, 20]})
        self.assertEqual(list(checks.points({"vanish": [6, 2000], "arrays": [5, 0]})),
                         ["arrays: 5 points tried", "vanish: 6 of 2,000 points tried"])


class Full(unittest.TestCase):
    def test_each_part_is_in_one_of_n(self):
        everything = [p.name for p in checks.full()]
        for of in (1, 4, 7):
            shares = [p.name for n in range(of) for p in parts.share(checks.full(), n + 1, of)]
            self.assertEqual(sorted(shares), sorted(everything))

    def test_every_scenario_is_in_check_and_in_full(self):
        for size in ("check", "full"):
            names = {p.name for p in checks.guests("hotplug", "*.sh", size)}
            for path in glob.glob(checks.test("hotplug", "*.sh")):
                self.assertTrue(any(name.startswith("hotplug/" + os.path.basename(path)[:-3]) for name in names))

    def test_clients_run_on_both_drivers_in_a_root_of_theirs(self):
        found = [p for p in checks.full() if p.name.startswith("clients/")]
        self.assertEqual([sum("on upstream" in p.name for p in found), len(found)], [3, 3 + len(glob.glob(checks.test("clients", "*.sh")))])
        for part in found:
            theirs = "on upstream" in part.name
            self.assertEqual(("--driver" in part.command, "stock kernel" in part.needs, "driver for debug-full" in part.needs),
                             (theirs, theirs, not theirs))
            self.assertIn("clients root", part.needs)

    def test_wrong_numbers_are_refused(self):
        for text in ("", "3", "0/4", "5/4", "a/b", "1/1"):
            with self.assertRaises(checks.bench.BenchError):
                checks.full_part(text)


class Count(unittest.TestCase):
    def test_nothing_passed_is_no_success(self):
        self.assertEqual(ktap.Count().status(), 1)


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (max(result.testsRun - bad, 0), bad))
    sys.exit(not result.wasSuccessful())
