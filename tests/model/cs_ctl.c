// SPDX-License-Identifier: MIT
/* Control command "engines": what each engine holds and does. */
#include <errno.h>
#include <inttypes.h>

#include "ctl.h"
#include "cs_internal.h"
#include "platform.h"
#include "reg.h"

static const char *stop_name(enum cs_stop stop)
{
	static const char *const names[] = {
		[CS_IDLE] = "idle", [CS_BUDGET] = "running", [CS_WAIT] = "waiting",
		[CS_FAULT] = "fault", [CS_ERROR] = "error", [CS_HUNG] = "hung",
	};

	return names[stop];
}

static void print_context(const struct cs_engine *cs, FILE *out)
{
	const char *name = cs->ipehr >> 29 ? NULL : mi_name(cs->ipehr);
	unsigned int i;

	fprintf(out, "  context 0x%08x ring 0x%08x size 0x%x head 0x%x tail 0x%x\n", cs->lrc,
		cs->ring_start, cs->ring_size, cs->head, cs->tail);
	fprintf(out, "  root 0x%" PRIx64 "%s time %" PRIu64 "%s\n", cs->root,
		cs->ppgtt ? "" : " (unused)", cs_context_time(cs),
		cs->arb_off ? " arbitration off" : "");
	for (i = 0; i < cs->depth; i++)
		fprintf(out, "  batch level %u at 0x%" PRIx64 "%s\n", i + 1, cs->bb[i].addr,
			cs->bb[i].ggtt ? " (ggtt)" : "");
	fprintf(out, "  command 0x%08x %s\n", cs->ipehr, name ? name : "");
	if (cs->stopped)
		fprintf(out, "  stopped: %s\n", cs->err.text);
}

static void print_registers(const struct cs_engine *cs, FILE *out)
{
	unsigned int i;

	for (i = 0; i < CS_GPR_COUNT; i++)
		fprintf(out, "%s%08x%08x%s", i % 4 ? " " : "  gpr ",
			reg_peek(cs->gpu, cs->info->base + CS_GPR(i) + 4),
			reg_peek(cs->gpu, cs->info->base + CS_GPR(i)), i % 4 == 3 ? "\n" : "");
}

static int ctl_engines(struct gpu *gpu, int argc, char **argv, FILE *out)
{
	unsigned int g, e;

	if (argc != 1)
		return -EINVAL;
	for (g = 0; g < gpu->num_gts; g++) {
		for (e = 0; e < gpu->gts[g].num_engines; e++) {
			const struct cs_engine *cs = gpu->gts[g].engines[e];

			fprintf(out, "gt%u %s: %s\n", g, cs->info->name,
				cs->stopped ? "stopped" : cs->loaded ? stop_name(cs->last) :
				"no context");
			if (cs->loaded) {
				print_context(cs, out);
				print_registers(cs, out);
			}
		}
	}
	return 0;
}

void cs_ctl_init(struct gpu *gpu)
{
	ctl_register(gpu, "engines", "state of the command streamers", ctl_engines);
}
