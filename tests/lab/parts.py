# SPDX-License-Identifier: MIT
"""Run parts of a check side by side, and count.

A part is a command that takes some of the cores ("places") and closes with "N passed, N failed[, N
skipped]"; of one that prepares something (counts=False) only the exit status counts. A part begins when
what it needs is there and its places are free: of these the one first after which most is still to
be done. What it printed is shown when it is over, and at the end where the time went.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time

COUNT = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
# What scenarios say of themselves: good of all in the table beside upstream; tried of all there are.
FIGURE = re.compile(r"^# figure (\S+) (\d+) (\d+)\r?$", re.M)
POINTS = re.compile(r"^# points (\S+) (\d+) (\d+)\r?$", re.M)
NEWS = 60		# seconds without a word that people bear
STOPS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGALRM)


def cores():
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


class Part:
    """seconds: of CPU, about. It decides on the order and on nothing else."""

    def __init__(self, name, command, needs=(), places=1, seconds=60, counts=True, shown=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.needs = list(needs)
        self.places = places
        self.seconds = seconds
        self.counts = counts
        self.shown = counts if shown is None else shown
        self.state = "waits"		# "runs", "good", "bad"
        self.passed = self.failed = self.skipped = 0
        self.wall = self.cpu = 0.0
        self.text = ""
        self.process = self.log = None

    def start(self):
        self.state = "runs"
        self.began = time.monotonic()
        self.log = tempfile.TemporaryFile()
        # One that is there and not known yet would not be ended.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        try:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log,
                                            stderr=subprocess.STDOUT, start_new_session=True,
                                            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, before))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def ended(self, status, usage):
        """Count what it said; one that dies without counting has failed."""
        self.wall = time.monotonic() - self.began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.log.seek(0)
        self.text = self.log.read().decode(errors="replace")
        self.log.close()
        self.process.returncode = status
        if self.counts:
            self.count(status)
        else:
            self.failed = int(status != 0)
        self.state = "bad" if self.failed else "good"

    def count(self, status):
        found = [m for m in map(COUNT.match, self.text.splitlines()) if m]
        if not found:
            self.text += "%s: ended with status %d and counted nothing\n" % (self.name, status)
            self.failed = 1
            return
        self.passed, self.failed, self.skipped = (int(n or 0) for n in found[-1].groups())
        if status and not self.failed:
            self.text += "%s: ended with status %d although nothing failed\n" % (self.name, status)
            self.failed = 1

    def left_out(self, cause):
        self.state, self.failed = "bad", 1
        self.text = "%s was not tried: %s\n" % (self.name, cause)

    def kill(self):
        """End it and what it started; the runner of guests takes them down itself."""
        if not self.process:
            self.log.close()
            return
        for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        self.log.close()


class Stopped(Exception):
    """Somebody wants it to end."""


class Run:
    """All parts of a run; out is where lines for people go."""

    def __init__(self, parts, places=None, out=sys.stdout):
        self.parts = parts
        self.places = places or cores()
        self.out = out
        self.by_name = {p.name: p for p in parts}
        self.began = time.monotonic()
        for part in parts:
            part.places = min(part.places, self.places)
            missing = [n for n in part.needs if n not in self.by_name]
            if missing:
                raise ValueError("%s needs %s, which is no part" % (part.name, ", ".join(missing)))

    def say(self, text):
        print(text, file=self.out, flush=True)

    def after(self, part):
        """Seconds from its start until all that hangs on it is over."""
        return part.seconds + max((self.after(p) for p in self.parts if part.name in p.needs), default=0)

    def next(self):
        """What begins now, or None."""
        running = [p for p in self.parts if p.state == "runs"]
        free = self.places - sum(p.places for p in running)
        ready = [p for p in self.parts if p.state == "waits" and all(self.by_name[n].state == "good" for n in p.needs)]
        ready.sort(key=self.after, reverse=True)
        for part in ready:
            if part.places <= free:
                return part
            if part.places > 1:		# room is kept for it
                free = 0
        return None

    def give_up_on(self):
        """What needs something that is not there is a failure, each once."""
        for part in self.parts:
            lacking = [n for n in part.needs if self.by_name[n].state == "bad"]
            if part.state == "waits" and lacking:
                part.left_out("without " + ", ".join(lacking))
                self.show(part)

    def show(self, part):
        if part.shown or part.failed:
            self.say("== %s" % part.name)
            self.out.write(part.text if part.text.endswith("\n") or not part.text else part.text + "\n")
        self.say("== %s: %.0f s, %.0f s of CPU%s" % (part.name, part.wall, part.cpu, ", FAILED" if part.failed else ""))

    def run(self):
        """Until all are over; Stopped ends what runs and goes through."""
        told = time.monotonic()
        try:
            while any(p.state in ("waits", "runs") for p in self.parts):
                self.give_up_on()
                part = self.next()
                if part:
                    part.start()
                    continue
                ended = self.wait(0.2)
                if ended:
                    self.show(ended)
                    told = time.monotonic()
                elif time.monotonic() - told > NEWS:
                    told = time.monotonic()
                    self.say("[%s] %s" % (clock(told - self.began), ", ".join(p.name for p in self.parts if p.state == "runs")))
        finally:
            for part in self.parts:
                if part.state == "runs":
                    part.state = "stopped"
                    part.kill()

    def wait(self, seconds):
        """A part that has ended, or None after a while."""
        running = {p.process.pid: p for p in self.parts if p.state == "runs"}
        for pid, part in running.items():
            got, status, usage = os.wait4(pid, os.WNOHANG)
            if got:
                part.ended(os.waitstatus_to_exitcode(status), usage)
                return part
        time.sleep(seconds)
        return None

    # ---- what there is to say at the end

    def sums(self, pattern):
        """{name: [first, second]} of what scenarios said, guests of one scenario together."""
        sums = {}
        for part in self.parts:
            last = {name: (int(a), int(b)) for name, a, b in pattern.findall(part.text)}
            for name, pair in last.items():
                sums[name] = [x + y for x, y in zip(sums.get(name, (0, 0)), pair)]
        return sums

    def times(self):
        """Lines: where the time went."""
        done = [p for p in self.parts if p.wall]
        yield "%-36s %8s %8s" % ("where the time went", "wall, s", "CPU, s")
        for part in sorted(done, key=lambda p: -p.cpu):
            yield "%-36s %8.0f %8.0f" % (part.name[:36], part.wall, part.cpu)
        wall, cpu, n = time.monotonic() - self.began, sum(p.cpu for p in done), cores()
        yield "%-36s %8.0f %8.0f   %d %s, busy %.0f %%" % (
            "all", wall, cpu, n, "core" if n == 1 else "cores", 100 * cpu / max(wall, 1) / n)

    def line(self):
        """The last line, and whether that is a success."""
        sums = [sum(getattr(p, what) for p in self.parts) for what in ("passed", "failed", "skipped")]
        return "%d passed, %d failed, %d skipped" % tuple(sums), bool(sums[0]) and not sums[1]


def clock(seconds):
    return "%d:%02d" % divmod(int(seconds), 60)


def stop_on_signals():
    def handler(number, _frame):
        raise Stopped(signal.Signals(number).name)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, handler)


def share(parts, which, of):
    """Part number which (from 1) of so many; each part is in exactly one, and they take about as long."""
    loads = [[0, []] for _ in range(of)]
    for part in sorted(parts, key=lambda p: (-p.seconds, p.name)):
        lightest = min(loads, key=lambda load: load[0])
        lightest[0] += part.seconds
        lightest[1].append(part)
    return loads[which - 1][1]
