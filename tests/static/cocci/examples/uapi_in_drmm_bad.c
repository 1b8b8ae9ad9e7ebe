static void foo_sysfs_fini(struct drm_device *drm, void *data)
{
	struct foo *foo = data;

	sysfs_remove_files(foo->tile, foo_attrs);	/* here */
	kobject_put(foo->tile);	/* here */
}

int foo_sysfs_init(struct foo *foo)
{
	return drmm_add_action_or_reset(&foo->drm, foo_sysfs_fini, foo);
}
