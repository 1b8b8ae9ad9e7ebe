static void foo_fini(struct drm_device *drm, void *data)
{
	struct foo *foo = data;

	writel(0, foo->regs + CTRL);	/* here */
}

int foo_init(struct foo *foo)
{
	return drmm_add_action_or_reset(&foo->drm, foo_fini, foo);
}
