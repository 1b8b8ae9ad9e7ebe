/* SPDX-License-Identifier: MIT */
/*
 * Control socket: a line is a command; the answer is any number of lines, the last of which starts
 * with "ok" or "error".  Several clients at once.  Every part registers its own commands.
 */
#ifndef XE_MODEL_CTL_H
#define XE_MODEL_CTL_H

#include <stdio.h>

#include "gpu.h"

/* Print the answer to @out; return 0 for "ok" or -errno for "error". argv[0] is the command. */
typedef int ctl_fn(struct gpu *gpu, int argc, char **argv, FILE *out);

struct ctl *ctl_create(struct gpu *gpu, const char *path);	/* path NULL: no socket (unit tests) */
void ctl_destroy(struct ctl *ctl);
void ctl_register(struct gpu *gpu, const char *name, const char *help, ctl_fn *fn);
int ctl_command(struct gpu *gpu, const char *line, FILE *out);	/* one line, as if it had come in */
/* Polling: fills at most @max pollfds, returns how many; ctl_handle() serves what is ready. */
struct pollfd;
int ctl_pollfds(struct ctl *ctl, struct pollfd *fds, int max);
void ctl_handle(struct ctl *ctl);

/* Parse a number (0x.., decimal, K/M/G suffix); false if it is none. */
bool ctl_number(const char *text, u64 *value);

#endif
