# SPDX-License-Identifier: MIT
#
# For people: `make help` says what there is.  What the kernel's build system reads is in Kbuild.

MAKEFLAGS += --no-print-directory
SHELL     := /bin/bash
lab       := tests/lab

export DRIVER KERNEL PARAMS PLATFORM VRAM MEM CPUS ICOUNT IOMMU HOTPLUG MODEL \
       LOAD APPEND TIMEOUT XE_KO STRICT ROOTFS MODEL_ARGS DEVICES
# as it was typed: $ is the guest's, and there may be several lines
override CMD := $(value CMD)
export CMD

.PHONY: help demo lab guest shell model driver static static-report kunit mutants docs hotplug model-check upstream-check upstream-baseline lab-check driver-check clients check check-full soak quick

help:
	@echo 'make demo            modprobe, use, removal under load, on the Debian kernel'
	@echo 'make lab             prepare kernels, QEMU, the guest root (15 min, once)'
	@echo 'make guest CMD=...   run a command in a guest'
	@echo '                     [DRIVER=upstream|xe|none KERNEL=debug|debug-full|stock ...]'
	@echo 'make shell           a prompt in a guest (same settings; exit ends it)'
	@echo 'make model           build the software GPU'
	@echo 'make model-check     test the software GPU on the host'
	@echo 'make upstream-check  what upstream xe must do on the software GPU'
	@echo 'make upstream-baseline  the card vanishes under upstream xe (hours)'
	@echo 'make lab-check       test the bench itself'
	@echo 'make driver          build our driver for the debug kernel'
	@echo 'make driver-check    what our driver must do: figures and hotplug'
	@echo 'make hotplug         the card goes while all is in use, in every way'
	@echo 'make clients         Mesa, the compute runtime and tools of Debian, on our driver'
	@echo '                     and on upstream (1 GiB the first time)'
	@echo 'make static          the static gates: types, symbols, headers'
	@echo 'make static-report   what the general rules find in drivers/gpu/drm of Linux'
	@echo 'make kunit           unit tests in a user-mode kernel (12 min the first'
	@echo '                     time); line coverage'
	@echo 'make mutants         break the driver in small ways; who of static, kunit,'
	@echo '                     a guest notices (hours)'
	@echo 'make docs            Documentation/ as HTML, with what the source says'
	@echo 'make quick           after a change: gates and unit tests of what changed, one'
	@echo '                     guest (2 min)'
	@echo 'make check           every test, with set-up (40 min, then 28); the last line'
	@echo '                     is N passed, N failed, N skipped'
	@echo 'make check-full PART=n/N  what check leaves out for time: more points, IGT on'
	@echo '                     upstream, clients, the other Debian; N is 4 or more (an hour each)'
	@echo 'make soak            every access, 500 cycles, all mutants, upstream:'
	@echo '                     until it is stopped'
	@echo
	@echo 'Settings of guest and shell: PARAMS PLATFORM VRAM MEM CPUS ICOUNT=1 IOMMU=1'
	@echo 'HOTPLUG=acpi|pciehp LOAD=no APPEND TIMEOUT XE_KO MODEL=0|1 MODEL_ARGS DEVICES'
	@echo 'ROOTFS=clients STRICT=1; see $(lab)/README.md.  check heeds APPEND TIMEOUT MODEL_ARGS only.'
	@echo
	@echo 'XE_LAB=DIR           where fetched and built things are (~/.cache/xe-lab)'
	@echo 'XE_MIRROR=URL        the Debian mirror, if not the one of this machine'
	@echo 'XE_REFRESH=1         look for newer packages'
	@echo '$(lab)/setup versions|prune   what was taken; remove what is not in use'

demo:
	@tests/demo/demo

lab:
	@$(lab)/setup

# Not yesterday's driver.
ours = $(if $(filter xe,$(DRIVER)),$(if $(XE_KO),,$(lab)/driver $(or $(KERNEL),debug) &&))

guest:
	@$(if $(value CMD),,echo "usage: make guest CMD='...' [DRIVER=upstream|xe|none]" >&2; exit 2;) \
	 $(ours) $(lab)/guest -- "$$CMD"

shell:
	@$(ours) $(lab)/guest --shell

model:
	@$(lab)/setup model

model-check lab-check:
	@$(lab)/check $(@:-check=)

driver-check:
	@$(lab)/check figures driver

hotplug:
	@$(lab)/check driver

clients:
	@$(lab)/check clients

upstream-check:
	@$(lab)/check upstream igt

# 200 guests' worth of vanishing: hours, and no part of `check`
upstream-baseline:
	@tests/upstream/baseline

driver:
	@$(lab)/driver $(or $(KERNEL),debug)

static:
	@$(lab)/check static

static-report:
	@tests/static/report

mutants:
	@$(lab)/driver debug && tests/static/mutants --guest

docs:
	@Documentation/build

kunit:
	@$(lab)/check kunit

quick:
	@$(lab)/check --quick

check:
	@$(lab)/check

check-full:
	@$(if $(PART),,echo "usage: make check-full PART=n/N, as 1/4" >&2; exit 2;) $(lab)/check --full $(PART)

soak:
	@$(lab)/check --soak
