#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""probe.py TOP: the order of probe, and what each step registers to undo, from the source, as RST."""
import pathlib
import re
import sys

TOP = pathlib.Path(sys.argv[1])
SOURCES = {p: p.read_text() for p in sorted(TOP.rglob("*.c")) if "tests" not in p.parts}


def body(function, path=None):
    """Text of a function, and its file; the file itself first, since names of statics repeat."""
    for candidate in [path] if path else SOURCES:
        found = re.search(rf"^[a-z][^\n]*\b{function}\([^;]*?\)\n{{\n(.*?)^}}", SOURCES[candidate], re.M | re.S)
        if found:
            return found.group(1), candidate
    return "", None


def undoes(function, path=None, depth=0):
    """Names of what xe_hw_defer() is given in a function and the functions of its file."""
    text, where = body(function, path)
    names = []
    if depth > 3:
        return names, where
    for call in re.finditer(r"\b(\w+)\(", text):
        name = call.group(1)
        if name == "xe_hw_defer":
            names.append(re.match(r"[^,]*,\s*(\w+)", text[call.end():]).group(1))
        elif name != function and body(name, where)[1]:
            names += undoes(name, where, depth + 1)[0]
    return names, where


def main():
    text = (TOP / "xe_pci.c").read_text()
    table = re.search(r"xe_probe_steps\[\] = {\n(.*?)^};", text, re.M | re.S).group(1)
    steps = re.findall(r'{ "([^"]+)",\s*(\w+) }', table)
    rows = [("the PCI device, BAR 0, bus mastering", "xe_hw_probe()", "devres of the PCI core, bus_master_off")]
    for name, start in steps:
        undo, where = undoes(start)
        if not where:
            raise SystemExit(f"probe.py: {start}() is nowhere")
        source = where.relative_to(TOP)
        rows.append((name, f"{start}(), {source}", ", ".join(dict.fromkeys(undo)) or "-"))
    for function in ("allow_runtime_pm", "publish"):
        undo, _ = undoes(function, TOP / "xe_mmio.c")
        rows.append((function.replace("_", " "), f"{function}(), xe_mmio.c", ", ".join(undo)))
    print("Probe and unwinding\n===================\n")
    print("Made from ``xe_pci.c`` and what its steps call. Probe runs down the table; unbind, a failed")
    print("probe and a card that was pulled run up, from where probe came to.\n")
    print(".. list-table::\n   :header-rows: 1\n")
    for row in [("step", "acquired by", "undone by")] + rows:
        for i, cell in enumerate(row):
            print(f"   {'* -' if not i else '  -'} {cell}")


main()
