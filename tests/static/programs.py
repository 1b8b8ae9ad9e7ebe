#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""programs.py BUILD KERNEL: small programs that the compiler must refuse, and some that it must take.

BUILD is a directory in which the driver has been built by kbuild against the kernel build tree
KERNEL: the compiler's command line is taken from there, so that the programs are compiled exactly
as the driver is. A program named
wrong_* says in a line "// gcc: REGEX" what the compiler has to complain about; anything else, or
no complaint at all, is a failure. right_* must compile without a word, and so must the driver that
the documents convert (convert/).
Prints KTAP; exit status 3: some failed.
"""
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def kbuild_command(build):
    """The compiler's command line for xe_hw.o, without source and output."""
    text = (build / ".xe_hw.o.cmd").read_text()
    line = re.search(r"^savedcmd_\S+ := (.*)$", text, re.M).group(1)
    line = line.split(" ; ")[0]
    words = shlex.split(line)
    out = words.index("-o")
    words = [w for i, w in enumerate(words) if i not in (out, out + 1) and w not in ("-c",)
             and not w.endswith("/xe_hw.c") and not w.startswith("-Wp,-MMD")]
    return words


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    command, where = kbuild_command(pathlib.Path(sys.argv[1])), sys.argv[2]
    programs = sorted((HERE / "types").glob("*.c")) + sorted((HERE / "convert").glob("*.c"))
    failed = 0
    print("KTAP version 1")
    print(f"1..{len(programs)}")
    for number, program in enumerate(programs, 1):
        wanted = re.search(r"^// gcc: (.*)$", program.read_text(), re.M)
        with tempfile.TemporaryDirectory() as scratch:
            run = subprocess.run(command + ["-Werror", "-Wno-missing-prototypes", "-c", "-o",
                                            f"{scratch}/x.o", str(program)], cwd=where, text=True,
                                 capture_output=True, timeout=120)
        if program.name.startswith("wrong_"):
            good = run.returncode != 0 and wanted and re.search(wanted.group(1), run.stderr)
        else:
            good = run.returncode == 0 and not re.search(r"\b(warning|error):", run.stderr)
        print(f"{'ok' if good else 'not ok'} {number} - {program.stem}")
        if not good:
            failed += 1
            for line in run.stderr.splitlines()[:6]:
                print(f"# {line}")
            if run.returncode == 0:
                print("# the compiler took it")
    return 3 if failed else 0


sys.exit(main())
