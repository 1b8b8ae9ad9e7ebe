static void foo_fini(void *data)
{
	struct foo *foo = data;

	if (foo->wq)
		destroy_workqueue(foo->wq);	/* here */
	xa_destroy(&foo->files);	/* here */
}

int foo_init(struct foo *foo)
{
	return devm_add_action(foo->drm.dev, foo_fini, foo);
}

static void foo_stop(struct xe_hw hw, void *data)
{
	struct foo *foo = data;

	kfree(foo->table);	/* here */
	drm_mm_takedown(&foo->addresses);
}

int foo_start(struct xe_hw_bind bind, struct foo *foo)
{
	return xe_hw_on_unbind(bind, foo_stop, foo);
}
