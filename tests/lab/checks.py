#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Which parts a check has, and what each needs.

	check [PART...]		these (lab static builds kunit model demo figures upstream driver igt clients);
				default: all but igt and clients
	check --full n/N	part n of N of what a check leaves out for time
	check --soak		every access, 500 cycles, mutants, upstream's baseline; until it is stopped
	check --quick		what changed since HEAD: gates, unit tests, one guest
	--jobs N		so many side by side (one more than there are cores: guests wait now and then)

The last line is "N passed, N failed, N skipped"; before it come how many of how many points were tried,
the table beside upstream, and where the time went.
"""

import argparse
import glob
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import bench
from parts import FIGURE, POINTS, Part, Run, Stopped, cores, share, stop_on_signals

TOP = bench.TOP
TESTS = os.path.join(TOP, "tests")
SETUP = os.path.join(HERE, "setup")
DRIVER = os.path.join(HERE, "driver")
LONGEST = 40 * 60	# seconds that a part of check-full may take beside its set-up
ALONE = 1000		# places: nothing beside it
OTHER = 25 * 60 * 2	# of CPU: a check from an empty cache

loader = importlib.machinery.SourceFileLoader("run", os.path.join(HERE, "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)


def test(*path):
    return os.path.join(TESTS, *path)


# ---- what is prepared

def preparations():
    """What others need, by name. What is fetched takes no core."""
    def fetch(name, target):
        return Part(name, [SETUP, target], places=0, counts=False)

    def kernel(name, target, seconds):
        # It compiles as many files at once as there are cores, and is waited for: beside other parts all the same.
        return Part(name, [SETUP, target], ["kernel source"], seconds=seconds, counts=False)

    def driver(kernel):
        return Part("driver for " + kernel, [DRIVER, kernel], [kernel + " kernel"], seconds=30, counts=False)

    found = [fetch("kernel source", "source"), fetch("QEMU", "qemu"), fetch("guest root", "guest"), fetch("clients root", "clients"),
             fetch("stock kernel", "stock"),
             fetch("headers of a newer kernel", "newest"),
             kernel("debug kernel", "kernel", 700), kernel("debug-full kernel", "kernel-full", 1100),
             Part("model", [SETUP, "model"], seconds=30, counts=False)]
    found += [driver(kernel) for kernel in ("debug", "debug-full", "stock")]
    return {part.name: part for part in found}


def with_needs(wanted):
    """These parts and what they need, each once."""
    ready = preparations()
    chosen = {}

    def add(part):
        if part.name not in chosen:
            for name in part.needs:
                add(ready[name])
            chosen[part.name] = part
    for part in wanted:
        add(part)
    return list(chosen.values())


# ---- what is tested

def guests(folder, names, size="check", upstream=False):
    """The scenarios of a folder, each guest a part; upstream: on that driver, whatever their heads say."""
    for path in sorted(glob.glob(test(folder, names))):
        for scenario in run.scenarios([path], driver="upstream" if upstream else None, size=size):
            number = scenario.name.rpartition("-")[2] if scenario.parts > 1 else "0"
            kernel = bench.Config(driver=scenario.settings["driver"], kernel=scenario.settings.get("kernel")).kernel
            needs = ["QEMU", scenario.settings.get("rootfs", "guest") + " root", kernel + " kernel"]
            if scenario.settings["driver"] == "xe":
                needs.append("driver for " + kernel)
            if scenario.settings["driver"] != "none":
                needs.append("model")
            yield Part("%s/%s%s" % (folder, scenario.name, " on upstream" * upstream),
                       [os.path.join(HERE, "run"), "--jobs", 1, "--size", size, "--part", number, *["--driver", "upstream"] * upstream, path],
                       needs, places=ALONE if scenario.alone else 1, seconds=scenario.seconds())


def upstream(size="check"):
    for name in ("probe", "cycles", "gt-reset"):
        yield from guests("upstream", name + ".sh", size)


def clients(size="check"):
    """Mesa, the compute runtime and tools, on our driver; those that leave the card where it is also on upstream's, as
    users have it."""
    yield from guests("clients", "*.sh", size)
    for name in ("vulkan", "opencl", "tools"):
        yield from guests("clients", name + ".sh", upstream=True)


def model_make(target, seconds):
    """Each fuzzer runs for so long."""
    return ["make", "-s", "-j2", "-C", test("model"), "O=" + os.path.join(bench.BUILT, "model"), "FUZZ_SECONDS=%d" % seconds, target]


GROUPS = {
    "lab": lambda: [Part("the bench itself", [os.path.join(HERE, "test_lab.py")], seconds=20)],
    "model": lambda: [Part("the software GPU", model_make("check", 3), ["model"], seconds=150)],
    "static": lambda: [Part("static gates", [test("static", "check")], ["debug kernel", "stock kernel", "driver for debug"], seconds=120)],
    "builds": lambda: [Part("a build in the kernel tree", [test("static", "intree")], ["debug kernel"], seconds=40),
                       Part("a build by dkms", [test("static", "dkms")], ["stock kernel", "headers of a newer kernel"], seconds=30),
                       Part("a build for a newer kernel", [test("static", "newest")], ["headers of a newer kernel"], seconds=60)],
    "kunit": lambda: [Part("unit tests", [test("kunit", "run")], ["kernel source"], seconds=300)],
    "demo": lambda: [Part("the demonstration", [test("demo", "demo")], ["QEMU", "guest root", "driver for stock", "model"])],
    "figures": lambda: [Part("figures beside upstream", [test("figures", "figures")],
                             ["QEMU", "guest root", "driver for stock", "model", "kernel source"], places=2, seconds=110)],
    "upstream": lambda: list(upstream()),
    "driver": lambda: list(guests("hotplug", "*.sh")),
    "igt": lambda: list(guests("upstream", "igt-*.sh")),
    "clients": lambda: list(clients()),
}
DEFAULT = [name for name in GROUPS if name not in ("igt", "clients")]


def full():
    """What a check leaves out, but for what is without end."""
    return [*guests("hotplug", "*.sh", "full"), *upstream("full"), *guests("upstream", "igt-*.sh", "full"), *clients("full"),
            Part("the software GPU, fuzzed", model_make("fuzz", 120), ["model"], seconds=600),
            Part("check on the other Debian", [os.path.join(HERE, "other-debian")], places=ALONE, seconds=OTHER)]


def full_part(text):
    """The parts of "n/N"."""
    which, _, of = text.partition("/")
    if not (which.isdigit() and of.isdigit() and 1 <= int(which) <= int(of)):
        raise bench.BenchError("PART=%s: must be n/N, as 2/4" % text)
    everything = full()
    chosen = share(everything, int(which), int(of))
    longest = max(sum(p.seconds for p in share(everything, n + 1, int(of))) for n in range(int(of))) / cores()
    if longest > LONGEST:
        raise bench.BenchError("PART=%s: a part of so few takes more than an hour on this machine; say 1/%d, 2/%d ..." % (
            text, *[int(of) + 1] * 2))
    return chosen


def soak():
    """One round of what is without end."""
    return [*guests("hotplug", "*.sh", "soak"),
            Part("mutants", [test("static", "mutants"), "--guest", "--seconds", 10 * 86400], ["driver for debug", "kernel source", "model"],
                 seconds=20000, counts=False, shown=True),
            Part("upstream's baseline", [test("upstream", "baseline"), "--jobs", 1], ["QEMU", "guest root", "debug-full kernel", "model"],
                 seconds=20000, counts=False, shown=True)]


def changed():
    """Files that differ from HEAD, or when there are none, those of the last commit."""
    def git(*words):
        done = subprocess.run(["git", "-C", TOP, *words], capture_output=True, text=True, check=False)
        return done.stdout.split("\0")[:-1]
    here = git("diff", "--name-only", "-z", "HEAD") + git("ls-files", "--others", "--exclude-standard", "-z")
    return [path for path in here or git("diff", "--name-only", "-z", "HEAD~") if os.path.exists(os.path.join(TOP, path))]


def suites(files):
    """The unit tests of these files, or all, when one of them is a header or has none of its own."""
    found = set()
    for path in files:
        own = path if path.startswith("tests/kunit/") else os.path.join("tests/kunit", path)
        if not path.endswith(".c") or not os.path.exists(os.path.join(TOP, own)):
            return []
        with open(os.path.join(TOP, own), encoding="utf-8") as f:
            found |= set(re.findall(r'^static struct kunit_suite .*?\.name = "(\w+)"', f.read(), re.M | re.S))
    return sorted(found)


def quick():
    """What a developer runs after each change."""
    files = [path for path in changed() if path.endswith((".c", ".h")) and
             (not path.startswith("tests/") or path.startswith("tests/kunit/"))]
    sources = [path for path in files if not path.startswith("tests/")]
    gates, tests = GROUPS["static"]()[0], GROUPS["kunit"]()[0]
    gates.command += sources
    tests.command += suites(files)
    # bind, use, remove with all in use
    return [*guests("hotplug", "buffers.sh"), *[gates] * bool(sources), *[tests] * bool(files)]


# ---- what is said at the end

def points(sums):
    """0 of which are there: nobody knows how many."""
    for name, (tried, of) in sorted(sums.items()):
        yield "%s: %s points tried" % (name, "{:,} of {:,}".format(tried, of) if of else "{:,}".format(tried))


def report(work):
    """All but the last line, which is returned with whether it is a success."""
    for line in run.table(work.sums(FIGURE), run.upstream_figures(test("hotplug"))):
        work.say(line)
    for line in [*points(work.sums(POINTS)), *work.times()]:
        work.say(line)
    bad = [p.name for p in work.parts if p.state == "bad"]
    if bad:
        work.say("failed: " + ", ".join(bad))
    return work.line()


def main(argv):
    parser = argparse.ArgumentParser(usage=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", metavar="n/N")
    size.add_argument("--soak", action="store_true")
    size.add_argument("--quick", action="store_true")
    parser.add_argument("--jobs", type=int, default=cores() + (cores() > 1))
    parser.add_argument("parts", nargs="*", choices=[[], *GROUPS])
    args = parser.parse_args(argv)
    # What is tested does not depend on what was typed for `make guest`.
    for name in bench.Config.FIELDS:
        if name not in ("append", "timeout", "model_args"):
            os.environ.pop(name.upper(), None)
    for name in ("PROGRAMS", "STRICT"):
        os.environ.pop(name, None)
    os.environ.setdefault("XE_JOBS", str(cores()))
    wanted = (lambda: full_part(args.full)) if args.full else quick if args.quick else soak if args.soak else \
             lambda: [part for group in args.parts or DEFAULT for part in GROUPS[group]()]
    whole = Run([], args.jobs)		# all rounds
    whole.began -= time.time() - float(os.environ.get("XE_BEGAN", time.time()))	# with what the host lacked
    stop_on_signals()
    try:
        while True:
            work = Run(with_needs(wanted()), args.jobs)
            whole.parts += work.parts
            work.run()
            if not args.soak:
                break
            whole.say(report(whole)[0])
    except Stopped as signal:
        unknown = [p for p in whole.parts if p.state in ("waits", "stopped")]
        whole.say("stopped (%s); of these nothing is known: %s" % (signal, ", ".join(p.name for p in unknown)))
    line, good = report(whole)
    whole.say(line)
    return not (good and all(p.state == "good" for p in whole.parts))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except bench.BenchError as e:
        sys.exit("check: %s" % e)
