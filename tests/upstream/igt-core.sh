# SPDX-License-Identifier: MIT
# lab: driver=upstream kernel=debug timeout=1500
. /lab/upstream/lib.sh

igt_run core_auth 337
igt_run core_getversion 337
igt_run core_hotunplug 337
igt_run xe_module_load 337
finish
