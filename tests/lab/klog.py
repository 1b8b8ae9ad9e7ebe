#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Find what a kernel log must not contain.

	klog.py FILE	quote it; the exit status tells
"""

import re
import shlex
import sys

STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?")
CUT = re.compile(r"-+\[ cut here \]-+")
END = re.compile(r"---\[ end trace [0-9a-f]+ \]---|---\[ end Kernel panic")
RULE = re.compile(r"={20,}$")

# What begins a splat, most telling first. Patterns are also grep's (-E), for scenarios: see for_shell().
KINDS = [
    ("KASAN", r"BUG: KASAN: "),
    ("KFENCE", r"BUG: KFENCE: "),
    ("KCSAN", r"BUG: KCSAN: "),
    ("UBSAN", r"UBSAN: "),
    ("sleeping function", r"BUG: sleeping function called from invalid context|"
                          r"BUG: scheduling while atomic|BUG: Invalid wait context"),
    ("lockup", r"BUG: (soft lockup|workqueue lockup)|Watchdog detected hard LOCKUP|watchdog: BUG: "),
    ("lockdep",
        r"WARNING: (possible (circular|recursive|irq lock inversion)|inconsistent lock state|"
        r"bad unlock balance|held lock freed|nested lock|lock held when returning|"
        r"suspicious RCU usage|[a-zA-Z_-]+ -> [a-zA-Z_-]+ (unsafe|lock)|.*lock order|still has locks held|"
        r".*still held|.*locks? held)|\[ BUG: Invalid wait context \]|"
        r"INFO: trying to register non-static key|INFO: lockdep is turned off|"
        r"turning off the locking correctness validator|DEBUG_LOCKS_WARN_ON|BUG: MAX_LOCK|BUG: MAX_STACK_TRACE"),
    ("refcount", r"refcount_t: "),
    ("list corruption", r"list_(add|del)[a-z_]* corruption"),
    ("ODEBUG", r"ODEBUG: "),
    ("DMA-API", r"DMA-API: "),
    ("IOMMU fault", r"DMAR: (\[|DRHD: handling fault|.*fault reason)|DMAR:.*Dropping"),
    ("leaked object",
        r"Memory manager not clean during takedown|\[drm:drm_mm_takedown|\[drm:show_leaks|"
        r"Objects remaining in|leaked object|drm_mm.*(leak|not clean)|\[TTM\].*(leak|still)|"
        r"buffers? (still )?leaked|VRAM leak|Still referenced BO|remaining in .* on __kmem_cache_shutdown"),
    ("kmemleak", r"kmemleak: ([0-9]+ new suspected|unreferenced object|.*[Dd]isabl|Cannot|"
                 r"Memory pool empty|Automatic.*terminated)"),
    ("hung task", r"INFO: task .* blocked for more than"),
    ("RCU stall", r"rcu: INFO: |INFO: rcu|rcu_(sched|preempt|tasks).*(stall|starved)|rcu:.*(stall|starved)"),
    ("page fault", r"BUG: unable to handle|BUG: kernel NULL pointer|Unable to handle kernel"),
    ("general protection", r"general protection fault"),
    ("BUG", r"kernel BUG at|(^|[^a-zA-Z_])BUG: |^BUG |BUG [a-zA-Z_:-]+ \((Not tainted|Tainted)|Bad page (state|map)|BUG! "),
    ("Oops", r"(^|[^a-zA-Z_])Oops([^a-zA-Z_=]|$)|divide error: |invalid opcode: |stack guard page|"
             r"stack segment: |double fault: "),
    ("panic", r"Kernel panic - not syncing"),
    ("WARN", r"WARNING: "),
    ("duplicate name", r"sysfs: cannot create duplicate filename|"
                       r"debugfs: (Directory|File) .* already present|kobject_add_internal failed|"
                       r"kobject: .* (is not initialized|tried to)|proc_dir_entry .* already registered|"
                       r"remove_proc_entry: .*leaking"),
    ("runtime PM", r"Unbalanced pm_runtime_enable|Runtime PM usage count underflow|"
                   r"runtime PM trying to activate child device"),
    ("lost", r"printk messages dropped|Trying to free nonexistent resource"),
    ("interrupt", r"irq [0-9]+: nobody cared|Disabling IRQ #"),
    ("out of memory", r"Out of memory: Killed|page allocation failure|vmalloc error: |oom-kill:|SLUB: Unable to allocate"),
    ("INFO", r"^INFO: "),
]
# None of these, although it looks like one.
INNOCENT = r"DMA-API: (preallocated [0-9]|debugging enabled by kernel config|dma_debug_entry pool grown)|^INFO: NMI handler"
# By this a scenario finds out whether it sees what the kernel says.
TRIAL = "BUG: none, written by a scenario to see whether this is seen"
KINDS = [(kind, re.compile(pattern)) for kind, pattern in KINDS]
TRACE = re.compile(r"^Call Trace:")
# Lines that belong to the splat before them, although they look like a start.
FOLLOWS = {
    "page fault": ("Oops", "WARN"), "KASAN": ("page fault", "Oops", "general protection"),
    "general protection": ("KASAN", "Oops"), "Oops": ("KASAN", "panic"), "BUG": ("Oops",),
    "sleeping function": (), "leaked object": ("leaked object",), "kmemleak": (), "RCU stall": ("RCU stall",),
    "lockdep": ("lockdep",),
}


class Splat:
    def __init__(self, kind, number, lines):
        self.kind = kind
        self.number = number		# of its first line in the log
        self.lines = lines

    def quote(self, limit=40):
        lines = self.lines[:limit]
        if len(self.lines) > limit:
            lines.append("[... %d more lines]" % (len(self.lines) - limit))
        return "\n".join("  " + line for line in lines)

    def signature(self):
        """What two splats of one cause have in common: the kind, what is said, locks; no numbers."""
        title = next((line for line in self.lines if kind_of(line) == self.kind), self.lines[0])
        # Not what the task holds besides.
        locks = {name for line in self.lines if not HELD.match(line) for name in LOCK.findall(line)}
        return self.kind, NUMBER.sub("N", title), frozenset(locks)

    def names(self, module):
        """Does its stack lead through that module?"""
        return any("[%s]" % module in line for line in self.lines)


HELD = re.compile(r" #\d+: ")
LOCK = re.compile(r"\((\S.*?)\)\{[-.+?]+\}")
NUMBER = re.compile(r"\+?\b0x[0-9a-f/x]+|\b[0-9a-f]{8,}\b|\d+")


def read(path):
    """The lines of a log; none if there is nothing in it, which is no clean log."""
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().replace("\r", "").split("\n")
    except OSError:
        return []


def kind_of(line):
    if re.search(INNOCENT, line) or TRIAL in line:
        return None
    for kind, pattern in KINDS:
        if pattern.search(line):
            return kind
    return None


def for_shell(allowed=()):
    """The lists for grep -E, as variables of a shell, with what a scenario allows besides."""
    lists = {"splat_begins": "|".join(pattern.pattern for _, pattern in KINDS),
             "splat_not": "|".join([INNOCENT, *allowed]), "splat_trial": TRIAL}
    return "".join("%s=%s\n" % (name, shlex.quote(value)) for name, value in lists.items())


class Reader:
    """Takes the lines of a log, gathers splats.

    What a WARN prints between "cut here" and "end trace" is one splat, named after its most telling
    line. A report below a rule of "=" has an end of its own, however far that is: KASAN's is another
    rule, lockdep's the end of the trace that it announces. Any other splat reaches to the end of
    its stack trace, or to the next splat.
    """

    def __init__(self):
        self.found = []
        self.current = None
        self.previous = ""

    def begin(self, kind, number, line):
        self.current = Splat(kind, number, [line])
        self.found.append(self.current)
        self.boxed = self.traced = self.named = self.announced = False
        # The one report of lockdep without a trace.
        self.framed = bool(RULE.match(self.previous)) and "when returning to user space" not in line
        self.after = 0

    def feed(self, number, line):
        kind = kind_of(line)
        if CUT.search(line):
            self.begin("WARN", number, line)
            self.boxed = True
        elif self.current and self.boxed:
            self.in_box(kind, line)
        elif kind and self.current and not self.traced and kind in FOLLOWS.get(self.current.kind, ()):
            self.current.lines.append(line)
        elif kind:
            self.begin(kind, number, line)
        elif self.current and not self.is_of_another(line):
            self.go_on(line)
        elif TRACE.match(line):
            self.begin("stack trace", number, line)
        self.previous = line

    def in_box(self, kind, line):
        self.current.lines.append(line)
        if kind and (not self.named or RANK[kind] < RANK[self.current.kind]):
            self.current.kind, self.named = kind, True
        if END.search(line):
            self.current = None

    def is_of_another(self, line):
        """A trace although that of the current splat is over."""
        if TRACE.match(line) and self.traced and self.current.kind != "KASAN" and self.after > 10:
            self.current = None
        return not self.current

    def go_on(self, line):
        self.current.lines.append(line)
        self.after += 1
        self.announced |= line == "stack backtrace:"
        if "</TASK>" in line or "</IRQ>" in line and self.current.kind == "RCU stall":
            self.traced, self.after = True, 0
        if self.over(line):
            self.current = None

    def over(self, line):
        if END.search(line):
            return True
        if self.framed and self.current.kind == "KASAN":
            return bool(RULE.match(line))
        if self.framed and self.current.kind == "lockdep":
            return self.traced and self.announced
        if not self.traced:
            return self.after > 60
        return self.after > 8 or bool(RULE.match(line))


RANK = {kind: i for i, (kind, _) in enumerate(KINDS)}


def splats(lines):
    """All splats of a log, in order."""
    reader = Reader()
    for number, raw in enumerate(lines):
        reader.feed(number, STAMP.sub("", raw))
    return reader.found


def main(argv):
    log = read(argv[0])
    if not any(log):
        sys.exit("there is no kernel log")
    found = splats(log)
    for splat in found:
        print(splat.kind, splat.quote(), sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
