/* SPDX-License-Identifier: MIT */
#ifndef _XE_UAPI_FDINFO_H_
#define _XE_UAPI_FDINFO_H_

struct file;
struct seq_file;

void xe_show_fdinfo(struct seq_file *m, struct file *f);

#endif
