#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""probe.py TOP: the order of probe, of unbind and of the last release, from the source, as RST."""
import pathlib
import re
import sys

TOP = pathlib.Path(sys.argv[1])
DOOR = TOP / "xe_hw.c"
FUNCTION = re.compile(r"^(static )?[a-z][^\n;#(]*?\b(\w+)\([^;{]*?\)\n{\n(.*?)^}", re.M | re.S)
CALL = re.compile(r"\b(\w+)\(")


def read_functions():
    """{(name, file or None for all files): (body, file)}"""
    functions = {}
    for path in sorted(TOP.rglob("*.c")):
        if path.relative_to(TOP).parts[0] in ("tests", "Documentation"):
            continue
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        for static, name, body in FUNCTION.findall(text):
            functions[name, path] = body, path
            if not static:
                functions[name, None] = body, path
    return functions


FUNCTIONS = read_functions()


def find(name, path):
    """Body and file of a function as a file sees it; the file's own first, since names of statics repeat."""
    return FUNCTIONS.get((name, path)) or FUNCTIONS.get((name, None)) or (None, None)


def argument(text, number):
    return re.match(r"[^,]*," * number + r"\s*&?([\w.>-]+)", text).group(1)


def registered(name, path, seen=None):
    """What a function and all that it calls register to be undone: [(world, what, file)], in order."""
    seen = seen if seen is not None else set()
    body, where = find(name, path)
    if body is None or (name, where) in seen:
        return []
    seen.add((name, where))
    found = []
    for call in CALL.finditer(body):
        callee, rest = call.group(1), body[call.end():]
        if callee == "xe_hw_on_unbind":
            found.append(("devm", argument(rest, 1) + "()", where))
        elif callee in ("drmm_add_action_or_reset", "drmm_add_action"):
            found.append(("drmm", argument(rest, 1) + "()", where))
        elif callee.startswith(("devm_", "pcim_")):
            found.append(("devm", "what undoes " + callee + "()", where))
        else:
            found += registered(callee, where, seen)
    return found


def heading(text, line):
    print(f"\n{text}\n{line * len(text)}\n")


def table(header, rows):
    print(".. list-table::\n   :header-rows: 1\n   :widths: auto\n")
    for row in [header] + rows:
        for i, cell in enumerate(row):
            print(f"   {'* -' if not i else '  -'} {cell}".rstrip())
    print()


def code(items):
    return ", ".join(dict.fromkeys(f"``{what}``" if what.endswith("()") and " " not in what else
                                   re.sub(r"\w+\(\)", r"``\g<0>``", what) for what in items))


def main():
    steps = re.search(r"xe_probe_steps\[\] = {\n(.*?)^};", (TOP / "xe_pci.c").read_text(), re.M | re.S).group(1)
    software = re.search(r"xe_software_steps\[\] = {\n(.*?)^};", (TOP / "xe_pci.c").read_text(), re.M | re.S).group(1)
    entry = r'{ "([^"]+)",\s*(\w+) }'
    steps = [("token", "private_init", DOOR)] + \
            [(name, start, None) for name, start in re.findall(entry, software)] + \
            [("PCI device", "pcim_enable_device", None),
             ("power", "keep_power", DOOR), ("registers", "map_registers", DOOR)] + \
            [(name, start, None) for name, start in re.findall(entry, steps)] + \
            [("runtime PM", "allow_runtime_pm", DOOR), ("DRM device", "publish", DOOR)]

    acquired = [("drm_device", "devm_drm_dev_alloc", None, [("devm", "what undoes devm_drm_dev_alloc()", DOOR)])]
    for name, start, path in steps:
        body, where = find(start, path)
        if body is None and not start.startswith("pcim_"):
            raise SystemExit(f"probe.py: {start}() is nowhere")
        found = registered(start, path) if body else [("devm", f"what undoes {start}()", DOOR)]
        acquired.append((name, start, where, found))

    listed = {(what, where) for _, _, _, found in acquired for _, what, where in found}
    for (name, _), (body, where) in FUNCTIONS.items():
        for call in re.finditer(r"\bxe_hw_on_unbind\(", body):
            if (argument(body[call.end():], 1) + "()", where) not in listed:
                raise SystemExit(f"probe.py: no step of probe leads to what {name}() registers")

    title = "Probe and unwinding"
    print(".. SPDX-License-Identifier: MIT\n\n" + "=" * len(title) + f"\n{title}\n" + "=" * len(title) + "\n")
    print("Made from the list of steps in ``xe_pci.c``, from the door, ``xe_hw.c``, which runs it, and from\n"
          "what all of these call, by ``Documentation/probe.py``. That knows nothing of conditions and loops:\n"
          "it names what is registered in any case, and once for each step. Memory of drmm and its mutexes\n"
          "are left out, as they only are freed.")

    heading("Probe, downwards", "-")
    table(("step", "function", "undone by devm", "undone by drmm"),
          [(name, f"``{start}()``" + (f", ``{where.relative_to(TOP)}``" if where else ""),
            code(what for world, what, _ in found if world == "devm"),
            code(what for world, what, _ in found if world == "drmm"))
           for name, start, where, found in acquired])

    everything = [(world, what, where, name) for name, _, _, found in acquired for world, what, where in found]
    heading("Unbind", "-")
    print("The same for a probe that failed, from where it came to, and for a card that was pulled.\n")
    for world, what, where, name in reversed(everything):
        if world == "devm":
            print(f"#. {code([what])}, ``{where.relative_to(TOP)}`` ({name})")
    heading("The last reference", "-")
    print("If nothing holds the ``drm_device`` when it is unbound, this is the last item of the list above.\n")
    for world, what, where, name in reversed(everything):
        if world == "drmm":
            print(f"#. {code([what])}, ``{where.relative_to(TOP)}`` ({name})")


main()
