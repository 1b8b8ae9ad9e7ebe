# SPDX-License-Identifier: MIT
"""Read KTAP (and TAP 13/14) and count it honestly."""

import re

RESULT = re.compile(r"(not )?ok\b *(\d+)?(?: +-)? *([^#]*?)? *(?:# *(.*))?$")
PLAN = re.compile(r"1\.\.(\d+)(?: *# *(.*))?$")
NAME = re.compile(r"# Subtest: (.*)")


class Result:
    def __init__(self, name, state, reason=""):
        self.name = name
        self.state = state		# "pass", "fail", "skip"
        self.reason = reason

    def line(self, number):
        text = "%s %d - %s" % ("not ok" if self.state == "fail" else "ok", number, self.name)
        if self.state == "skip":
            text += " # SKIP " + self.reason
        elif self.reason:
            text += " # " + self.reason
        return text

    def __repr__(self):
        return "Result(%r, %r, %r)" % (self.name, self.state, self.reason)


class _Level:
    def __init__(self, depth):
        self.depth = depth
        self.plan = None
        self.count = 0
        self.name = ""
        self.leaves = []		# of this level, subtests already taken apart
        self.bad = []			# what is wrong with this level itself


def parse(text, status=0):
    """Return (leaf results, complaints).

    A test that has subtests counts as its subtests, plus itself when it says it
    failed although none of them did.  A plan that does not fit, a number out of
    order, "Bail out!", no test at all, and a status other than 0 without a
    failed test are complaints: each must fail the run.
    """
    levels = [_Level(0)]
    closed = {}				# depth -> the level that just ended there
    complaints = []

    def close(level):
        where = " of %s" % level.name if level.name else ""
        if level.plan is None and level.count:
            level.bad.append("no plan" + where)
        elif level.plan is not None and level.plan != level.count:
            level.bad.append("planned %d tests%s, saw %d" % (level.plan, where, level.count))
        complaints.extend(level.bad)
        closed[level.depth] = level

    for raw in text.split("\n"):
        line = raw.rstrip("\r")
        body = line.lstrip(" \t")
        depth = len(line[:len(line) - len(body)].expandtabs(4))
        if body.startswith("Bail out!"):
            complaints.append(body)
            continue
        name = NAME.match(body)
        plan = PLAN.match(body)
        result = RESULT.match(body)
        version = body.startswith(("KTAP version", "TAP version"))
        if not (plan or result or version or name):
            continue
        if result and not re.match(r"(not )?ok( |$)", body):
            continue
        while depth < levels[-1].depth:
            close(levels.pop())
        if depth > levels[-1].depth:
            levels.append(_Level(depth))
        level = levels[-1]
        if name:
            level.name = name.group(1)
        if plan:
            if level.plan is not None:
                level.bad.append("second plan")
            level.plan = int(plan.group(1))
            if level.plan == 0 and plan.group(2):
                level.leaves.append(Result(level.name or "all", "skip", plan.group(2)))
        elif result and not name:
            level.count += 1
            failed, number, title, rest = result.groups()
            title = (title or "").strip() or "test %d" % level.count
            if number and int(number) != level.count:
                level.bad.append("test number %s where %d was due" % (number, level.count))
            word, _, reason = (rest or "").partition(" ")
            if failed:
                state = "fail"
            elif word.upper().rstrip(":") == "SKIP":
                state = "skip"
            else:
                state, reason = "pass", rest or ""
            children = None
            for d in sorted(closed):
                if d > depth:
                    children = (children or []) + closed[d].leaves
            for d in [d for d in closed if d > depth]:
                del closed[d]
            if children:
                level.leaves += [Result(title + ": " + c.name, c.state, c.reason) for c in children]
                if state == "fail" and all(c.state != "fail" for c in children):
                    level.leaves.append(Result(title, "fail", rest or ""))
            else:
                level.leaves.append(Result(title, state, reason if state != "fail" else rest or ""))
    while levels:
        close(levels.pop())
    leaves = []
    for depth in sorted(closed):
        leaves += closed[depth].leaves
    if not leaves:
        complaints.append("no test was run")
    if status and all(r.state != "fail" for r in leaves):
        complaints.append("exit status %d although no test failed" % status)
    return leaves, complaints


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, results):
        for r in results:
            if r.state == "pass":
                self.passed += 1
            elif r.state == "skip":
                self.skipped += 1
            else:
                self.failed += 1

    def line(self):
        return "%d passed, %d failed, %d skipped" % (self.passed, self.failed, self.skipped)

    def status(self):
        return 0 if self.passed and not self.failed else 1
