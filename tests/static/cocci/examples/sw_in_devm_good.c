static void foo_fini(struct drm_device *drm, void *data)
{
	struct foo *foo = data;

	if (foo->wq)
		destroy_workqueue(foo->wq);
	xa_destroy(&foo->files);
}

int foo_init(struct foo *foo)
{
	return drmm_add_action(&foo->drm, foo_fini, foo);
}
