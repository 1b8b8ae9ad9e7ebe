// SPDX-License-Identifier: MIT
/*
 * Sections of a device that sleeps as soon as it is idle: power/autosuspend_delay_ms is 0.
 */

#include <linux/delay.h>

static void pause(void);

/* Between waking up and looking. */
#define usleep_range(...)	pause()

#include "../../xe_hw_section.c"

#include <linux/pm_domain.h>

#include <kunit/test.h>

#include "tests/kunit/fake.h"

#define PAUSES_MAX	5

static struct {
	struct xe_hw_private *priv;
	unsigned int resumes, pauses;
	unsigned int give_up;	/* in which pause; 0 for never */
	unsigned int slow_s;	/* how long a resume takes */
} sleepy;

/* Long enough for the PM core to put a device to sleep that nobody keeps awake. */
static void pause(void)
{
	msleep(100);
	if (++sleepy.pauses == (sleepy.give_up ?: PAUSES_MAX))
		WRITE_ONCE(sleepy.priv->published, false);
}

static int domain_suspend(struct device *dev)
{
	return xe_hw_pm_ops.runtime_suspend(dev);
}

static int domain_resume(struct device *dev)
{
	sleepy.resumes++;
	ssleep(sleepy.slow_s);
	return xe_hw_pm_ops.runtime_resume(dev);
}

static struct dev_pm_domain domain = {
	.ops = { .runtime_suspend = domain_suspend, .runtime_resume = domain_resume },
};

/* Within three seconds. */
static bool falls_asleep(struct device *dev)
{
	for (int i = 0; i < 150 && !pm_runtime_suspended(dev); i++)
		msleep(20);
	return pm_runtime_suspended(dev);
}

/* A device that is asleep; sleepy_end() before the test ends. */
static struct device *sleepy_begin(struct kunit *test)
{
	struct xe_device *xe = xe_fake_device(test);
	struct device *dev;

	memset(&sleepy, 0, sizeof(sleepy));
	sleepy.priv = xe_hw_of(xe);
	*xe_fake_config(PCI_VENDOR_ID) = PCI_VENDOR_ID_INTEL;
	dev = &sleepy.priv->pdev->dev;
	msleep(100);	/* works that run when it is published */
	pm_runtime_get_sync(dev);
	dev->power.no_callbacks = false;
	dev_pm_domain_set(dev, &domain);
	pm_runtime_put_noidle(dev);
	pm_runtime_set_autosuspend_delay(dev, 0);
	KUNIT_EXPECT_TRUE(test, falls_asleep(dev));
	return dev;
}

static void sleepy_end(struct device *dev)
{
	WRITE_ONCE(sleepy.priv->published, true);
	pm_runtime_get_sync(dev);
	dev_pm_domain_set(dev, NULL);
	dev->power.no_callbacks = true;
	pm_runtime_put_noidle(dev);
}

static unsigned int open_one(void)
{
	unsigned int runs = 0;

	xe_hw_scoped(hw, &sleepy.priv->device)
		runs++;
	return runs;
}

/* Who asked for a resume finds the device awake when he looks, however late that is. */
static void test_one_resume(struct kunit *test)
{
	struct device *dev = sleepy_begin(test);

	KUNIT_EXPECT_EQ(test, open_one(), 1);
	KUNIT_EXPECT_EQ(test, sleepy.resumes, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&sleepy.priv->waiters), 0);
	KUNIT_EXPECT_TRUE(test, falls_asleep(dev));
	sleepy_end(dev);
}

/* Who gives up has kept it awake, but not for good. */
static void test_gives_up(struct kunit *test)
{
	struct device *dev = sleepy_begin(test);

	sleepy.give_up = 1;
	KUNIT_EXPECT_EQ(test, open_one(), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&sleepy.priv->waiters), 0);
	KUNIT_EXPECT_TRUE(test, falls_asleep(dev));
	sleepy_end(dev);
}

/* A card that takes longer is not waited for, and is not gone. */
static void test_slow_resume(struct kunit *test)
{
	struct device *dev = sleepy_begin(test);
	ktime_t start = ktime_get();

	sleepy.slow_s = 50;
	sleepy.give_up = 1000;
	KUNIT_EXPECT_EQ(test, open_one(), 0);
	KUNIT_EXPECT_TRUE(test, xe_fake_took(start, 30));
	KUNIT_EXPECT_FALSE(test, xe_hw_is_gone(&sleepy.priv->device));
	KUNIT_EXPECT_EQ(test, atomic_read(&sleepy.priv->waiters), 0);
	KUNIT_EXPECT_EQ_MSG(test, open_one(), 1, "another 20 seconds later");
	KUNIT_EXPECT_EQ(test, sleepy.resumes, 1);
	KUNIT_EXPECT_TRUE(test, falls_asleep(dev));
	sleepy.slow_s = 0;
	sleepy_end(dev);
}

/* What kept it awake for a while is over, and nobody uses it any more. */
static void test_stays_awake_for_a_while(struct kunit *test)
{
	struct device *dev = sleepy_begin(test);

	xe_hw_scoped(hw, &sleepy.priv->device)
		xe_hw_stay_awake(hw, 200);
	msleep(100);
	KUNIT_EXPECT_FALSE(test, pm_runtime_suspended(dev));
	KUNIT_EXPECT_TRUE(test, falls_asleep(dev));
	sleepy_end(dev);
}

static struct kunit_case section_cases[] = {
	KUNIT_CASE(test_one_resume),
	KUNIT_CASE_SLOW(test_gives_up),
	KUNIT_CASE_SLOW(test_slow_resume),
	KUNIT_CASE_SLOW(test_stays_awake_for_a_while),
	{ }
};

static struct kunit_suite section_suite = {
	.name = "xe_section",
	.test_cases = section_cases,
};

kunit_test_suite(section_suite);
