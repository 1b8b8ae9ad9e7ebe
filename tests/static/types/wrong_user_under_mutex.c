// SPDX-License-Identifier: MIT
// A page may be a file's of a FUSE server: whoever wants the lock waits for that.
// sections: with the mutex lock held: accesses user space in tell\(\)
#include <linux/cleanup.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>

static DEFINE_MUTEX(lock);

static int tell(int __user *to)
{
	int value = 1;

	return copy_to_user(to, &value, sizeof(value)) ? -EFAULT : 0;
}

int probe_me(int __user *to)
{
	guard(mutex)(&lock);
	return tell(to);
}
