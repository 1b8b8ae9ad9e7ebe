# SPDX-License-Identifier: MIT
"""Find what a kernel log must not contain."""

import re

STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?")
CUT = re.compile(r"-+\[ cut here \]-+")
END = re.compile(r"---\[ end trace [0-9a-f]+ \]---|---\[ end Kernel panic")
RULE = re.compile(r"={20,}$")

# What begins a splat, most telling first.
KINDS = [
    ("KASAN", re.compile(r"BUG: KASAN: ")),
    ("KFENCE", re.compile(r"BUG: KFENCE: ")),
    ("KCSAN", re.compile(r"BUG: KCSAN: ")),
    ("UBSAN", re.compile(r"UBSAN: ")),
    ("sleeping function", re.compile(r"BUG: sleeping function called from invalid context|"
                                     r"BUG: scheduling while atomic|BUG: Invalid wait context")),
    ("lockup", re.compile(r"BUG: (soft lockup|workqueue lockup)|Watchdog detected hard LOCKUP|"
                          r"watchdog: BUG: ")),
    ("lockdep", re.compile(
        r"WARNING: (possible (circular|recursive|irq lock inversion)|inconsistent lock state|"
        r"bad unlock balance|held lock freed|nested lock|lock held when returning|"
        r"suspicious RCU usage|[\w-]+ -> [\w-]+ (unsafe|lock)|.*lock order|still has locks held|"
        r".*still held|.*locks? held)|\[ BUG: Invalid wait context \]|"
        r"INFO: trying to register non-static key|INFO: lockdep is turned off|"
        r"turning off the locking correctness validator|DEBUG_LOCKS_WARN_ON|BUG: MAX_LOCK|BUG: MAX_STACK_TRACE")),
    ("refcount", re.compile(r"refcount_t: ")),
    ("list corruption", re.compile(r"list_(add|del)[a-z_]* corruption")),
    ("ODEBUG", re.compile(r"ODEBUG: ")),
    ("DMA-API", re.compile(r"DMA-API: (?!preallocated \d|debugging enabled by kernel config|dma_debug_entry pool grown)")),
    ("IOMMU fault", re.compile(r"DMAR: (\[|DRHD: handling fault|.*fault reason)|DMAR:.*Dropping")),
    ("leaked object", re.compile(
        r"Memory manager not clean during takedown|\[drm:drm_mm_takedown|\[drm:show_leaks|"
        r"Objects remaining in|leaked object|drm_mm.*(leak|not clean)|\[TTM\].*(leak|still)|"
        r"buffers? (still )?leaked|VRAM leak|Still referenced BO|remaining in .* on __kmem_cache_shutdown")),
    ("kmemleak", re.compile(r"kmemleak: (\d+ new suspected|unreferenced object|.*[Dd]isabl|Cannot|"
                            r"Memory pool empty|Automatic.*terminated)")),
    ("hung task", re.compile(r"INFO: task .* blocked for more than")),
    ("RCU stall", re.compile(r"rcu: INFO: |INFO: rcu|rcu_(sched|preempt|tasks).*(stall|starved)|"
                             r"rcu:.*(stall|starved)")),
    ("page fault", re.compile(r"BUG: unable to handle|BUG: kernel NULL pointer|Unable to handle kernel")),
    ("general protection", re.compile(r"general protection fault")),
    ("BUG", re.compile(r"kernel BUG at|\bBUG: |^BUG |BUG [\w:-]+ \((Not tainted|Tainted)|Bad page (state|map)|"
                       r"BUG! ")),
    ("Oops", re.compile(r"\bOops\b(?!=)|divide error: |invalid opcode: |stack guard page|"
                        r"stack segment: |double fault: ")),
    ("panic", re.compile(r"Kernel panic - not syncing")),
    ("WARN", re.compile(r"WARNING: ")),
    ("duplicate name", re.compile(r"sysfs: cannot create duplicate filename|"
                                  r"debugfs: (Directory|File) .* already present|kobject_add_internal failed|"
                                  r"kobject: .* (is not initialized|tried to)|proc_dir_entry .* already registered|"
                                  r"remove_proc_entry: .*leaking")),
    ("runtime PM", re.compile(r"Unbalanced pm_runtime_enable|Runtime PM usage count underflow|"
                              r"runtime PM trying to activate child device")),
    ("lost", re.compile(r"printk messages dropped|Trying to free nonexistent resource")),
    ("interrupt", re.compile(r"irq \d+: nobody cared|Disabling IRQ #")),
    ("out of memory", re.compile(r"Out of memory: Killed|page allocation failure|vmalloc error: |oom-kill:|SLUB: Unable to allocate")),
    ("INFO", re.compile(r"^INFO: (?!NMI handler|task )")),
]
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


def read(path):
    """The lines of a log; none if there is nothing in it, which is no clean log."""
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().replace("\r", "").split("\n")
    except OSError:
        return []


def kind_of(line):
    for kind, pattern in KINDS:
        if pattern.search(line):
            return kind
    return None


def splats(lines):
    """All splats of a log, in order.

    A splat reaches from its first line to its end mark, to the next one, or to
    the end of its stack trace; what a WARN prints between "cut here" and "end
    trace" is one splat, named after its most telling line.
    """
    found = []
    current = None
    boxed = False		# between "cut here" and "end trace"
    rank = {kind: i for i, (kind, _) in enumerate(KINDS)}
    traced = False		# its stack trace is over
    after = 0
    for number, raw in enumerate(lines):
        line = STAMP.sub("", raw)
        kind = kind_of(line)
        if CUT.search(line):
            current = Splat("WARN", number, [line])
            found.append(current)
            boxed, traced, named = True, False, False
            continue
        if current and len(current.lines) > 150:
            current, boxed = None, False
        if boxed and current:
            current.lines.append(line)
            if kind and (not named or rank[kind] < rank[current.kind]):
                current.kind, named = kind, True
            if END.search(line):
                current, boxed = None, False
            continue
        if kind:
            near = current and not traced and kind in FOLLOWS.get(current.kind, ())
            if near:
                current.lines.append(line)
            else:
                current, traced, after = Splat(kind, number, [line]), False, 0
                found.append(current)
            continue
        if current:
            if TRACE.match(line) and traced and current.kind != "KASAN" and after > 10:
                current = None
            else:
                current.lines.append(line)
                after += 1
                if "</TASK>" in line or "</IRQ>" in line and current.kind == "RCU stall":
                    traced, after = True, 0
                if END.search(line) or (RULE.match(line) and traced) or \
                   (traced and current.kind != "KASAN" and after > 8) or \
                   (not traced and after > 60):
                    current = None
                continue
        if TRACE.match(line):
            current, traced, after = Splat("stack trace", number, [line]), False, 0
            found.append(current)
    return found
