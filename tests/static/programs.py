#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""programs.py BUILD KERNEL: small programs that a gate must refuse, and some that all must take.

BUILD is a directory in which the driver has been built by kbuild against the kernel build tree
KERNEL: the compiler's command line is taken from there, so that the programs are compiled exactly
as the driver is. A program named wrong_* says in comments which gates refuse it, and with what words:

	// gcc: REGEX			the compiler
	// door: REGEX			door, on the source
	// sections: REGEX		sections, on the source
	// rule NAME: REGEX		the coccinelle rule
	// symbols FOLDER: REGEX	symbols, on the object as one of that folder

Each has to complain so; anything else, or no complaint at all, is a failure. What the compiler is not
said to refuse has to compile, or the gate would have been shown nonsense. right_* must pass all of these
without a word, and the compiler must take the driver that the documents convert (convert/).
Prints KTAP; exit status 3: some failed.
"""
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent


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


def run(command, **more):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, **more)
    return done.returncode, done.stdout


class Program:
    def __init__(self, path, build, kernel, scratch):
        self.path, self.build, self.kernel, self.scratch = path, build, kernel, scratch
        self.wanted = [(gate, (argument or "").strip(), words) for gate, argument, words in
                       re.findall(r"^// (gcc|door|sections|rule|symbols)( \w+)?: (.*)$", path.read_text(), re.M)]

    def gcc(self, folder):
        return run(kbuild_command(self.build) + ["-Werror", "-Wno-missing-prototypes", "-Wno-missing-declarations", "-c", "-o", self.scratch / "wrong.o",
                                                 self.path], cwd=self.kernel)

    def door(self, argument):
        return run([HERE / "door", self.path])

    def sections(self, argument):
        # What is shown as right is looked at together with what it calls.
        called = [path for path in TOP.rglob("*.[ch]") if path.relative_to(TOP).parts[0] != "tests"] \
            if self.path.name.startswith("right_") else []
        return run([HERE / "sections", *called, self.path])

    def rule(self, name):
        rc, said = run(["spatch", "--very-quiet", "--no-show-diff", "-D", "report", "--no-includes", "--macro-file",
                        HERE / "cocci/macros.h", "--sp-file", HERE / f"cocci/{name}.cocci", self.path])
        return rc or bool(said.strip()), said

    def symbols(self, folder):
        if not (self.scratch / "wrong.o").exists():
            return 0, ""
        (self.scratch / folder).mkdir()
        for door in ("xe_hw_section.o", "xe_mmio.o"):
            shutil.copy(self.build / door, self.scratch)
        shutil.move(self.scratch / "wrong.o", self.scratch / folder / "wrong.o")
        return run([HERE / "symbols", self.scratch, "drm_dev_enter"])

    def complaints(self):
        """What is not as it should be."""
        wanted = self.wanted
        if not any(gate == "gcc" for gate, _, _ in wanted):
            yield from self.ask("gcc", "", None)
        for gate, argument, words in wanted:
            yield from self.ask(gate, argument, words)
        if self.path.name.startswith("wrong_") and not wanted:
            yield "which gate refuses this?"
        if self.path.name.startswith("right_"):
            yield from self.ask("door", "", None)
            yield from self.ask("sections", "", None)

    def ask(self, gate, argument, words):
        rc, said = getattr(self, gate)(argument)
        if words is None and (rc or re.search(r"\b(warning|error):", said)):
            yield from [f"{gate} refuses it:"] + said.splitlines()[:6]
        if words is not None and not rc:
            yield f"{gate} {argument} took it"
        elif words is not None and not re.search(words, said):
            yield from [f"{gate} {argument} does not say: {words}"] + said.splitlines()[:6]


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    programs = sorted((HERE / "types").glob("*.c")) + sorted((HERE / "convert").glob("*.c"))
    failed = 0
    print("KTAP version 1")
    print(f"1..{len(programs)}")
    for number, path in enumerate(programs, 1):
        with tempfile.TemporaryDirectory() as scratch:
            said = list(Program(path, *map(pathlib.Path, sys.argv[1:]), pathlib.Path(scratch)).complaints())
        print(f"{'not ok' if said else 'ok'} {number} - {path.stem}", *said, sep="\n# ")
        failed += bool(said)
    return 3 if failed else 0


sys.exit(main())
