# SPDX-License-Identifier: MIT
"""Boot a guest with (or without) the modelled GPU and run a command in it."""

import concurrent.futures
import contextlib
import ctypes
import fcntl
import functools
import glob
import hashlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time

import klog

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
LAB = os.environ.get("XE_LAB") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "xe-lab")
BUILT = os.path.join(LAB, "built", hashlib.sha256(TOP.encode()).hexdigest()[:12])	# see env.sh
GPU = "gpu"
PLATFORMS = ("bmg", "lnl")


class BenchError(Exception):
    """The bench itself could not do what it was asked."""


def die_with_parent():
    """In a child: end when the runner ends, however that comes about."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def cpio(files):
    """A newc archive of {path: (mode, bytes)}, parents included."""
    out = bytearray()
    made = set()
    ino = 1

    def entry(name, mode, data):
        nonlocal ino
        raw = name.encode() + b"\0"
        fields = (ino, mode, 0, 0, 2 if stat.S_ISDIR(mode) else 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        out.extend(b"070701" + b"".join(b"%08X" % f for f in fields))
        out.extend(raw)
        out.extend(b"\0" * (-len(out) % 4))
        out.extend(data)
        out.extend(b"\0" * (-len(out) % 4))
        ino += 1

    for path in sorted(files):
        parts = path.split("/")[:-1]
        for i in range(1, len(parts) + 1):
            parent = "/".join(parts[:i])
            if parent not in made:
                made.add(parent)
                entry(parent, stat.S_IFDIR | 0o755, b"")
        mode, data = files[path]
        entry(path, mode, data)
    entry("TRAILER!!!", 0, b"")
    return bytes(out)


class Files(dict):
    """What is put into the guest, under /lab."""

    def text(self, path, text, mode=0o755):
        self["lab/" + path] = (stat.S_IFREG | mode, text.encode())

    def copy(self, path, source, mode=None):
        if mode is None:
            mode = stat.S_IMODE(os.stat(source).st_mode)
        with open(source, "rb") as f:
            self["lab/" + path] = (stat.S_IFREG | mode, f.read())

    def tree(self, path, source):
        for base, dirs, names in os.walk(source):
            dirs.sort()
            for name in names:
                full = os.path.join(base, name)
                self.copy(os.path.join(path, os.path.relpath(full, source)), full)


class Config:
    """What to boot; every field has a default, and an upper-case name outside."""

    FIELDS = {
        "driver": "none", "kernel": None, "rootfs": "guest", "params": None, "platform": "bmg", "mem": "2G",
        "cpus": "2", "icount": "0", "iommu": "0", "hotplug": "acpi", "model": None, "vram": None,
        "load": "yes", "append": "", "timeout": "600", "xe_ko": None, "model_args": "", "devices": "",
    }

    def __init__(self, **fields):
        unknown = set(fields) - set(self.FIELDS)
        if unknown:
            raise BenchError("unknown setting: " + ", ".join(sorted(unknown)))
        for name, default in self.FIELDS.items():
            value = fields.get(name)
            setattr(self, name, default if value in (None, "") else str(value))
        if self.kernel is None:
            self.kernel = "stock" if self.driver == "upstream" else "debug"
        for name, allowed in (("driver", ("none", "upstream", "xe")),
                              ("kernel", ("debug", "debug-full", "stock", "newest")),
                              ("rootfs", ("guest", "clients")),
                              ("hotplug", ("acpi", "pciehp")), ("platform", PLATFORMS),
                              ("load", ("yes", "no"))):
            if getattr(self, name) not in allowed:
                raise BenchError("%s=%s: must be one of %s" % (
                    name.upper(), getattr(self, name), ", ".join(allowed)))
        if (self.driver, self.kernel) == ("upstream", "debug"):
            raise BenchError("DRIVER=upstream is not in the debug kernel: KERNEL=stock or KERNEL=debug-full")
        if self.params is None:
            self.params = "probe_display=0" if self.driver == "upstream" else ""
        if self.model is None:
            self.model = "0" if self.driver == "none" else "1"
        self.timeout = float(self.timeout)
        if self.icount == "1":
            self.cpus = "1"

    @classmethod
    def environment(cls):
        """The settings that make hands down, DRIVER=... and so on."""
        return {f: os.environ[f.upper()] for f in cls.FIELDS if os.environ.get(f.upper())}


def artefact(*path):
    full = os.path.join(LAB, *path)
    if not os.path.exists(full):
        raise BenchError("%s is missing: run `make lab` first" % full)
    return full


def programs(files, folder, rootfs="guest"):
    """Put the C programs of a folder into the guest, under /lab/bin."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".c"):
            files["lab/bin/" + name[:-2]] = (stat.S_IFREG | 0o755, program(os.path.join(folder, name), rootfs))


def sources(program_source):
    """A C program, the headers beside it and below, and those that programs share."""
    folder = os.path.dirname(program_source)
    shared = glob.glob(os.path.join(HERE, "..", "*", "lib", "*.h"))
    return [program_source, *sorted(glob.glob(folder + "/*.h") + glob.glob(folder + "/*/*.h") + shared)]


def drm_headers():
    headers = os.path.join(LAB, "src", "linux-source-6.12", "include", "uapi", "drm")
    if not os.path.isdir(headers):	# the demonstration does without the source
        headers = glob.glob(artefact("kernel", "stock", "headers") + "/usr/src/*-common/include/uapi/drm")[0]
    return headers


def linked(rootfs):
    """(Where it finds what it includes, how it is linked): static, or for the root of clients with its Vulkan and OpenCL.

    What these libraries need themselves is of the guest, whose C library may be newer than this machine's.
    """
    if rootfs == "guest":
        return drm_headers(), ["-static"]
    folder = os.path.realpath(artefact("clients"))
    return os.path.join(folder, "include"), ["-L" + os.path.join(folder, "lib"), "-Wl,--as-needed,--allow-shlib-undefined",
                                             "-l:libvulkan.so.1", "-l:libOpenCL.so.1"]


def program(source, rootfs="guest"):
    """A C program for this root of a guest; built once, as long as nothing of it changes."""
    headers, link = linked(rootfs)
    key = hashlib.sha256(" ".join(link).encode())
    for path in [*sources(source), *sorted(glob.glob(headers + "/**/*.h", recursive=True))]:
        with open(path, "rb") as f:
            key.update(f.read() + b"\0")
    kept = os.path.join(BUILT, "programs", os.path.basename(source)[:-2] + "-" + key.hexdigest()[:12])
    if not os.path.exists(kept):
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        compile_program(source, headers, link, kept)
    with open(kept, "rb") as f:
        return f.read()


def compile_program(source, headers, link, kept):
    with tempfile.TemporaryDirectory() as scratch:
        binary = os.path.join(scratch, "program")
        built = subprocess.run(["gcc", "-O1", "-g0", "-Wall", "-Wextra", "-Werror", "-pthread", "-D__user=",
                                "-I", headers, "-o", binary, source, *link], capture_output=True, text=True, check=False)
        if built.returncode:
            raise BenchError("%s does not compile:\n%s" % (os.path.basename(source), built.stderr))
        whole = kept + "." + os.path.basename(scratch)	# beside it: others may do the same, also of this process
        shutil.copy(binary, whole)
        os.replace(whole, kept)


def modules(files, folder, kernel):
    """Build the kernel modules of a folder and put them into the guest, under /lab/modules."""
    tree = artefact("kernel", kernel, "build")
    with tempfile.TemporaryDirectory() as scratch:
        source = shutil.copytree(folder, os.path.join(scratch, "modules"))
        built = subprocess.run(["make", "-s", "-C", tree, "M=" + source, "modules"], stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, check=False)
        found = glob.glob(source + "/*.ko")
        if built.returncode or not found:
            raise BenchError("the modules of %s do not build:\n%s" % (folder, built.stderr[-2000:]))
        for ko in found:
            files.copy("modules/" + os.path.basename(ko), ko, 0o644)


def our_module(files, kernel, ko):
    """Our module, where there is one in the place of upstream's, with the indices of modprobe: depmod is slow in a guest."""
    with open(os.path.join(kernel, "release"), encoding="ascii") as f:
        release = f.read().strip()
    with tempfile.TemporaryDirectory() as scratch:
        tree = os.path.join(scratch, "lib", "modules", release)
        shutil.copytree(os.path.join(kernel, "modules", "lib", "modules", release), tree, copy_function=os.symlink)
        place = os.path.join(tree, "kernel/drivers/gpu/drm/xe/xe.ko")
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(place)
        shutil.copy(ko, place)
        for index in glob.glob(tree + "/modules.*"):	# a link would lead into the cache
            if os.path.basename(index).split(".")[1] not in ("builtin", "order"):
                os.unlink(index)
        subprocess.run(["/sbin/depmod", "-b", scratch, release], check=True)
        for path in [place, *glob.glob(tree + "/modules.*")]:
            if not os.path.islink(path):
                files.copy(os.path.join("modules.d", os.path.relpath(path, tree)), path, 0o644)


def model_binary():
    """xe-model as the source says it now; call with model_lock() held until it runs."""
    given = os.environ.get("XE_MODEL")
    if given:
        if not os.access(given, os.X_OK):
            raise BenchError("XE_MODEL=%s is no program" % given)
        return given
    built = subprocess.run(["make", "-s", "-j2", "-C", os.path.join(TOP, "tests", "model"), "O=" + os.path.join(BUILT, "model")],
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if built.returncode:
        raise BenchError("the model does not build:\n" + built.stderr[-2000:])
    return os.path.join(BUILT, "model", "xe-model")


@functools.cache
def tsc_khz():
    """What the guest is not to measure by itself; see tsc.c."""
    return subprocess.run([artefact("tools", "tsc")], capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def model_lock():
    """Nobody else builds the model of this checkout meanwhile."""
    os.makedirs(BUILT, exist_ok=True)
    with open(os.path.join(BUILT, "model.lock"), "w", encoding="ascii") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def log_directory(name):
    """A directory for the logs of this run, kept for six hours and among the newest 60: a hundred are a gigabyte."""
    logs = os.path.join(LAB, "logs")
    os.makedirs(logs, exist_ok=True)
    ages = {}
    for entry in os.scandir(logs):
        with contextlib.suppress(FileNotFoundError):	# another runner tidies up, too
            if entry.is_dir(follow_symlinks=False):
                ages[entry.path] = entry.stat().st_mtime
    for old in sorted(ages, key=ages.get)[:-60]:
        if ages[old] < time.time() - 6 * 3600:
            shutil.rmtree(old, ignore_errors=True)
    path = tempfile.mkdtemp(prefix=time.strftime("%m%d-%H%M%S-") + name + "-", dir=logs)
    os.chmod(path, 0o755)
    new = os.path.join(logs, ".last.%d" % threading.get_native_id())
    os.symlink(os.path.basename(path), new)
    os.replace(new, os.path.join(logs, "last"))
    return path


class Guest:
    """One boot.  Use as a context manager: nothing outlives the block."""

    running = set()
    closed = False	# no more of them

    def __init__(self, config, files=None, command="", shell=False, name="guest", allowed=()):
        self.config = config
        self.allowed = allowed		# patterns of what the kernel may say, for scenarios
        self.files = Files(files or {})
        self.command = command
        self.shell = shell
        self.nonce = "xe-lab-" + secrets.token_hex(6)
        self.logs = log_directory(name)
        self.klog = os.path.join(self.logs, "kernel.log")
        self.work = tempfile.mkdtemp(prefix="xe-lab-")
        self.processes = []
        self.qemu = None
        self.model = None
        self.sockets = []
        self.bench = None
        self.bench_line = b""
        self.qmp_file = None
        self.started = time.monotonic()

    def __enter__(self):
        try:
            Guest.running.add(self)
            if Guest.closed:
                raise BenchError("the runner is ending")
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc):
        self.stop()

    # ---- start

    def path(self, name):
        return os.path.join(self.work, name)

    def spawn(self, argv, log, **kw):
        with open(os.path.join(self.logs, log), "wb") as out:
            kw.setdefault("stdin", subprocess.DEVNULL)
            kw.setdefault("stdout", out)
            process = subprocess.Popen(argv, stderr=out, preexec_fn=die_with_parent,
                                       start_new_session=not self.shell, **kw)
        self.processes.append(process)
        return process

    def listen(self, name):
        server = socket.socket(socket.AF_UNIX)
        server.bind(self.path(name))
        server.listen(1)
        self.sockets.append(server)
        return server

    def start_model(self):
        c = self.config
        argv = ["--socket", self.path("gpu"), "--control", self.path("control"),
                "--journal", os.path.join(self.logs, "journal"), "--platform", c.platform]
        if c.vram:
            argv += ["--vram", c.vram]
        if c.icount == "1":
            argv += ["--clock", "steps"]
        argv += c.model_args.split()
        with model_lock():
            self.model = self.spawn([model_binary()] + argv, "model.log")
        end = time.monotonic() + 60
        while not (os.path.exists(self.path("gpu")) and os.path.exists(self.path("control"))):
            if self.model.poll() is not None:
                raise BenchError("the model ended at once:\n" + self.tail("model.log"))
            if time.monotonic() > end:
                raise BenchError("the model does not listen after 60 s")
            time.sleep(0.02)

    def gpu(self):
        """The GPU as QEMU's device_add wants it."""
        return {"driver": "vfio-user-pci", "id": GPU, "bus": "gpu-port",
                "socket": {"type": "unix", "path": self.path("gpu")}, "x-msg-timeout": 120000}

    def make_initrd(self, kernel):
        c = self.config
        f = self.files
        f["init"] = (stat.S_IFREG | 0o755, open(os.path.join(HERE, "guestfs", "initrd-init"), "rb").read())
        f.copy("init", os.path.join(HERE, "guestfs", "init"), 0o755)
        for name in ("ktap.sh", "gpu.sh", "igt.sh"):
            f.copy(name, os.path.join(HERE, "guestfs", name), 0o644)
        for name in ("model", "bench"):
            f.copy("bin/" + name, artefact("tools", "port"), 0o755)
        f.text("splats", klog.for_shell(self.allowed), 0o644)
        f.text("cmd", self.command, 0o644)
        env = {"LAB_NONCE": self.nonce, "LAB_DRIVER": c.driver, "LAB_PARAMS": c.params,
               "LAB_LOAD": c.load, "LAB_SHELL": "yes" if self.shell else "no",
               "LAB_KERNEL": c.kernel, "LAB_PLATFORM": c.platform, "LAB_HOTPLUG": c.hotplug,
               "LAB_HOSTNAME": "xe-" + c.kernel}
        f.text("env", "".join("export %s=%s\n" % (k, quote(v)) for k, v in env.items()), 0o644)
        if c.driver == "xe":
            ko = c.xe_ko or os.path.join(BUILT, "driver", c.kernel, "xe.ko")
            if not os.path.exists(ko):
                raise BenchError("%s: no such module; XE_KO= names another" % ko)
            our_module(f, kernel, ko)
        with open(os.path.join(kernel, "initrd"), "rb") as base, open(self.path("initrd"), "wb") as out:
            data = base.read()
            out.write(data + b"\0" * (-len(data) % 512))
            out.write(cpio(f))

    def start(self):
        c = self.config
        kernel = artefact("kernel", c.kernel)
        root = artefact("qemu", "root")
        lib = os.path.join(root, "usr/lib/x86_64-linux-gnu")
        self.make_initrd(kernel)
        if c.model == "1":
            self.start_model()
        self.out_server = self.listen("out")
        self.bench_server = self.listen("bench")

        append = ["console=ttyS0,115200", "loglevel=7", "panic=-1", "rdinit=/init", "nokaslr",
                  "kasan_multi_shot", "random.trust_cpu=on", "watchdog_thresh=60",
                  "workqueue.watchdog_thresh=120", "net.ifnames=0"]
        if c.icount != "1":
            append.append("tsc_early_khz=" + tsc_khz())
            if c.kernel == "debug":	# its HZ is 100; else the second CPU spins for half a second to find that out
                append.append("lpj=%d" % (int(tsc_khz()) * 10))
        if c.iommu == "1":
            append.append("intel_iommu=on")
        elif c.kernel != "stock":
            append.append("intel_iommu=off")
        if c.hotplug == "pciehp":	# the platform's firmware does not hand it over
            append.append("pcie_ports=native")
        append += c.append.split()

        argv = [os.path.join(lib, "ld-linux-x86-64.so.2"), "--library-path", lib,
                os.path.join(root, "usr/bin/qemu-system-x86_64"),
                "-L", os.path.join(root, "usr/share/qemu"), "-L", os.path.join(root, "usr/share/seabios"),
                "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                "-name", "xe-lab", "-smp", c.cpus, "-m", c.mem,
                "-object", "memory-backend-memfd,id=ram,share=on,size=" + c.mem,
                "-kernel", os.path.join(kernel, "vmlinuz"), "-initrd", self.path("initrd"),
                "-append", " ".join(append)]
        if os.environ.get("XE_KVM") == "1":
            argv += ["-machine", "q35,accel=kvm,memory-backend=ram", "-cpu", "host"]
        elif c.icount == "1":
            argv += ["-machine", "q35,accel=tcg,memory-backend=ram", "-cpu", "max,la57=off",
                     "-icount", "shift=0", "-seed", "1",
                     "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
        else:
            # What hardware calls fast TCG does byte by byte: without these the kernel moves words.
            argv += ["-machine", "q35,accel=tcg,memory-backend=ram",
                     "-cpu", "max,la57=off,erms=off,fsrm=off,fsrs=off,fzrm=off,fsrc=off"]
        if c.iommu == "1":
            argv += ["-device", "intel-iommu,caching-mode=on,intremap=off"]
        if c.hotplug == "pciehp":
            argv += ["-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off"]
        for name, image in (("root", artefact(c.rootfs, "root.ext4")),
                            ("modules", os.path.join(kernel, "modules.ext4"))):
            argv += ["-drive", "if=none,id=%s,file=%s,format=raw,snapshot=on" % (name, image),
                     "-device", "virtio-blk-pci,drive=" + name]
        argv += ["-chardev", "file,id=klog,path=" + self.klog, "-serial", "chardev:klog",
                 "-device", "virtio-serial-pci,max_ports=8"]
        for port in ("out", "bench"):
            argv += ["-chardev", "socket,id=%s,path=%s" % (port, self.path(port)),
                     "-device", "virtserialport,chardev=%s,name=org.xe.%s" % (port, port)]
        if self.model:
            argv += ["-chardev", "socket,id=model,path=" + self.path("control"),
                     "-device", "virtserialport,chardev=model,name=org.xe.model"]
        if self.shell:
            argv += ["-chardev", "stdio,id=con,signal=off", "-device", "virtconsole,chardev=con"]
        # Room behind the port for a GPU that is plugged in later.
        argv += ["-device", "pcie-root-port,id=gpu-port,bus=pcie.0,chassis=1,slot=1,"
                 "mem-reserve=64M,pref64-reserve=16G",
                 "-qmp", "unix:%s,server=on,wait=off" % self.path("qmp")]
        if self.model:
            argv += ["-device", json.dumps(self.gpu())]
        for device in c.devices.split():
            argv += ["-device", device]
        with open(os.path.join(self.logs, "qemu.cmd"), "w", encoding="utf-8") as f:
            f.write(" ".join(map(quote, argv)) + "\n")
        open(self.klog, "wb").close()
        kw = {"stdin": None, "stdout": None} if self.shell else {}
        self.qemu = self.spawn(argv, "qemu.log", **kw)
        self.out = self.accept(self.out_server)
        self.bench = self.accept(self.bench_server)

    def accept(self, server):
        end = time.monotonic() + 60
        server.settimeout(0.2)
        while True:
            try:
                return server.accept()[0]
            except socket.timeout:
                if self.qemu.poll() is not None:
                    raise BenchError("QEMU ended at once:\n" + self.tail("qemu.log")) from None
                if time.monotonic() > end:
                    raise BenchError("QEMU does not start within 60 s") from None

    # ---- while it runs

    def output(self):
        """Yield what the guest prints, as it comes; return when it is done.

        Serves the bench port meanwhile.  Raises BenchError when the guest ends
        or hangs without having said that it is done.
        """
        end = time.monotonic() + self.config.timeout
        self.out.setblocking(False)
        self.bench.setblocking(False)
        closed = False
        while True:
            left = end - time.monotonic()
            if left <= 0:
                raise BenchError("time is up after %.0f s" % (time.monotonic() - self.started))
            want = [s for s in (self.out, self.bench) if s]
            ready, _, _ = select.select(want, [], [], min(left, 0.5))
            if self.bench and self.bench in ready:
                self.serve_bench()
            if self.out in ready:
                try:
                    data = self.out.recv(65536)
                except (BlockingIOError, ConnectionResetError):
                    data = b""
                if data:
                    yield data
                else:
                    closed = True
            if closed or (not ready and self.qemu.poll() is not None):
                try:
                    self.qemu.wait(5)
                except subprocess.TimeoutExpired:
                    pass
                return
            if self.model and self.model.poll() is not None:
                raise BenchError("the model ended (status %d):\n%s" % (
                    self.model.returncode, self.tail("model.log")))

    def serve_bench(self):
        try:
            data = self.bench.recv(4096)
        except (BlockingIOError, ConnectionResetError):
            data = b""
        if not data:
            self.bench = None
            return
        self.bench_line += data
        while b"\n" in self.bench_line:
            line, self.bench_line = self.bench_line.split(b"\n", 1)
            try:
                answer = self.bench_command(line.decode(errors="replace").split())
            except (BenchError, OSError, ValueError) as e:
                answer = "error " + str(e).replace("\n", " ")
            self.bench.setblocking(True)
            self.bench.settimeout(10)
            try:
                self.bench.sendall(answer.encode() + b"\n")
            except OSError:
                self.bench = None
                return
            self.bench.setblocking(False)

    def bench_command(self, words):
        if words == ["ping"]:
            return "ok pong"
        if words == ["unplug"]:
            self.qmp("device_del", {"id": GPU}, event="DEVICE_DELETED")
            return "ok"
        if words == ["plug"]:
            self.qmp("device_add", self.gpu())
            return "ok"
        if words[:1] == ["qmp"] and len(words) > 1:
            return "ok " + json.dumps(self.qmp(words[1], json.loads(" ".join(words[2:]) or "{}")))
        return "error unknown command; there are: ping, unplug, plug, qmp COMMAND [JSON]"

    def qmp_line(self, end):
        while time.monotonic() < end:
            try:
                line = self.qmp_file.readline()
            except (socket.timeout, TimeoutError):
                break
            if not line:
                break
            return json.loads(line)
        raise BenchError("QEMU does not answer")

    def qmp(self, command, arguments=None, event=None, limit=300):
        end = time.monotonic() + limit
        if not self.qmp_file:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(limit)
            s.connect(self.path("qmp"))
            self.sockets.append(s)
            self.qmp_file = s.makefile("rw", encoding="utf-8")
            self.qmp_line(end)
            self.qmp("qmp_capabilities")
        self.qmp_file.write(json.dumps({"execute": command, "arguments": arguments or {}}) + "\n")
        self.qmp_file.flush()
        result = None
        answered = False
        while not answered or event:
            message = self.qmp_line(end)
            if "error" in message:
                raise BenchError("%s: %s" % (command, message["error"].get("desc")))
            if "return" in message:
                result = message["return"]
                answered = True
            elif message.get("event") == event and message.get("data", {}).get("device") == GPU:
                event = None
        return result

    # ---- end

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for s in self.sockets:
            s.close()
        shutil.rmtree(self.work, ignore_errors=True)
        Guest.running.discard(self)

    def tail(self, name, lines=25):
        try:
            with open(os.path.join(self.logs, name), encoding="utf-8", errors="replace") as f:
                return "".join(f.readlines()[-lines:])
        except OSError:
            return ""


class Stream:
    """Find the runner's own marks ("\\nNONCE word...\\n") in the guest's output."""

    def __init__(self, nonce):
        self.mark = ("\n" + nonce + " ").encode()
        self.held = b"\n"
        self.first = True

    def feed(self, data):
        """Return [(output, None) | (b"", words)...]; hold back what may be a mark."""
        self.held += data
        found = []
        while True:
            at = self.held.find(self.mark)
            if at < 0:
                break
            end = self.held.find(b"\n", at + 1)
            if end < 0:
                break
            found += self.text(self.held[:at])
            found.append((b"", self.held[at + len(self.mark):end].decode(errors="replace").split()))
            self.held = self.held[end + 1:]
        keep = len(self.held)
        if at < 0:
            keep = next((n for n in range(min(len(self.mark), len(self.held)), 0, -1)
                         if self.mark.startswith(self.held[-n:])), 0)
            out, self.held = self.held[:len(self.held) - keep], self.held[len(self.held) - keep:]
            found += self.text(out)
        return found

    def text(self, data):
        # The newline that was put before the first byte so that a mark can be there.
        if self.first and data:
            self.first = False
            data = data[1:] if data.startswith(b"\n") else data
        return [(data, None)] if data else []


def quote(text):
    return "'" + str(text).replace("'", "'\\''") + "'"


def end_on_signals():
    """Turn the usual signals into an exception, so that guests are taken down."""
    def handler(number, _frame):
        raise SystemExit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


@contextlib.contextmanager
def side_by_side(jobs):
    """A pool of threads that run guests.  When the caller is interrupted all of them end."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            yield pool
        except BaseException:
            Guest.closed = True
            pool.shutdown(wait=False, cancel_futures=True)
            for guest in list(Guest.running):
                guest.stop()
            raise


def note(text):
    print("lab: " + text, file=sys.stderr, flush=True)
