// SPDX-License-Identifier: MIT
/*
 * xe-model: options and the loop.
 */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "clk.h"
#include "ctl.h"
#include "gpu.h"
#include "vfu.h"

#define MAX_POLL	16

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = 1;
}

static void usage(FILE *out)
{
	fprintf(out,
		"usage: xe-model --socket PATH --control PATH [options]\n"
		"  --platform NAME      bmg (default)\n"
		"  --vram SIZE          MiB, or with a suffix M or G; whole GiB\n"
		"  --bar SIZE           so much of it, a power of two, is in BAR 2 (all)\n"
		"  --plane VRAM,GGTT    a display that firmware left on, its frame at these addresses\n"
		"  --ccs N              compute engines, 1 to 4 (1)\n"
		"  --journal FILE       write every access down\n"
		"  --clock host|steps   steps: equal work takes equal time\n"
		"  --msix               MSI-X beside MSI\n"
		"  --no-pipe            a primitive or a walker stops its engine, instead of being skipped\n"
		"  --oracle             the driver says who owns a page of VRAM (oracle.h)\n"
		"  --trap gsm,vram      see each access to GGTT entries, VRAM\n"
		"  --die-with-parent    end when the process that started it ends\n");
}

static bool size_option(const char *text, u64 *bytes)
{
	if (!ctl_number(text, bytes))
		return false;
	if (*bytes < MIB(1))
		*bytes = MIB(*bytes);
	return *bytes && *bytes <= GIB(64);
}

static bool plane_option(char *text, struct gpu_options *opt)
{
	char *comma = strchr(text, ',');

	if (!comma)
		return false;
	*comma = 0;
	opt->plane = ctl_number(text, &opt->plane_vram) && ctl_number(comma + 1, &opt->plane_ggtt) &&
		     !(opt->plane_vram % PAGE_4K) && !(opt->plane_ggtt % PAGE_4K);
	*comma = ',';
	return opt->plane;
}

static bool parse(int argc, char **argv, struct gpu_options *opt)
{
	static const struct option options[] = {
		{ "socket", 1, NULL, 's' }, { "control", 1, NULL, 'c' }, { "platform", 1, NULL, 'p' },
		{ "ccs", 1, NULL, 'e' }, { "vram", 1, NULL, 'v' }, { "bar", 1, NULL, 'b' }, { "plane", 1, NULL, 'l' },
		{ "journal", 1, NULL, 'j' }, { "clock", 1, NULL, 'k' }, { "trap", 1, NULL, 't' },
		{ "die-with-parent", 0, NULL, 'd' }, { "msix", 0, NULL, 'm' }, { "no-pipe", 0, NULL, 'n' },
		{ "oracle", 0, NULL, 'o' }, { "help", 0, NULL, 'h' }, { 0 }
	};
	u64 n;
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (o) {
		case 's': opt->socket = optarg; break;
		case 'c': opt->control = optarg; break;
		case 'p': opt->platform = optarg; break;
		case 'j': opt->journal = optarg; break;
		case 'k': opt->clock_steps = !strcmp(optarg, "steps"); break;
		case 't':
			opt->trap_gsm = strstr(optarg, "gsm");
			opt->trap_vram = strstr(optarg, "vram");
			break;
		case 'm': opt->msix = true; break;
		case 'n': opt->no_pipe = true; break;
		case 'o': opt->oracle = true; break;
		case 'd': prctl(PR_SET_PDEATHSIG, SIGTERM); break;
		case 'v':
			if (!size_option(optarg, &opt->vram) || opt->vram % GIB(1)) {
				fprintf(stderr, "xe-model: --vram takes whole GiB, 1 to 64: '%s'\n", optarg);
				return false;
			}
			break;
		case 'b':
			if (!size_option(optarg, &opt->bar) || opt->bar & (opt->bar - 1)) {
				fprintf(stderr, "xe-model: --bar takes a power of two, 1 MiB to 64 GiB: '%s'\n", optarg);
				return false;
			}
			break;
		case 'e':
			if (!ctl_number(optarg, &n) || n < 1 || n > 4) {
				fprintf(stderr, "xe-model: --ccs takes 1 to 4: '%s'\n", optarg);
				return false;
			}
			opt->ccs = (unsigned int)n;
			break;
		case 'l':
			if (!plane_option(optarg, opt)) {
				fprintf(stderr, "xe-model: --plane takes two multiples of 4K: '%s'\n", optarg);
				return false;
			}
			break;
		case 'h': usage(stdout); exit(0);
		default: return false;
		}
	}
	return opt->socket && optind == argc;
}

static void loop(struct gpu *gpu)
{
	bool more = false;

	while (!stopped) {
		struct pollfd fds[MAX_POLL] = { { .fd = vfu_poll_fd(gpu->vfu), .events = POLLIN } };
		int n = 1 + ctl_pollfds(gpu->ctl, fds + 1, MAX_POLL - 1);
		int64_t next = clk_next(gpu->clk);
		int wait = more ? 0 : next < 0 ? 1000 : (int)MIN(next / 1000000 + 1, 1000);

		int ready = poll(fds, (nfds_t)n, wait);

		if (ready < 0)
			continue;
		if (fds[0].revents)
			vfu_handle(gpu->vfu);
		for (int i = 1; i < n; i++) {
			if (fds[i].revents) {
				ctl_handle(gpu->ctl);
				break;
			}
		}
		if (!ready && !more)
			clk_skip(gpu->clk);
		clk_run(gpu->clk);
		more = gpu_run(gpu, GPU_SLICE_BUDGET);
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	struct gpu_options opt = { 0 };
	struct gpu *gpu;

	if (!parse(argc, argv, &opt)) {
		usage(stderr);
		return 2;
	}
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	gpu = gpu_create(&opt);
	if (!gpu)
		return 2;
	puts("ready");
	fflush(stdout);
	loop(gpu);
	gpu_destroy(gpu);
	return 0;
}
