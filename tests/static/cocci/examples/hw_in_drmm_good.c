static void foo_fini(void *data)
{
	struct foo *foo = data;

	writel(0, foo->regs + CTRL);
}

int foo_init(struct foo *foo)
{
	return devm_add_action_or_reset(foo->drm.dev, foo_fini, foo);
}
