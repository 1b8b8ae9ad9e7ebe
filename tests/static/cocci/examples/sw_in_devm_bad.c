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
