static void foo_sysfs_fini(void *data)
{
	struct foo *foo = data;

	sysfs_remove_files(foo->tile, foo_attrs);
	kobject_put(foo->tile);
}

int foo_sysfs_init(struct foo *foo)
{
	return devm_add_action_or_reset(foo->drm.dev, foo_sysfs_fini, foo);
}
