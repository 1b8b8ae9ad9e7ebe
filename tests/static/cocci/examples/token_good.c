struct foo {
	struct xe_device *xe;
	struct work_struct work;
};

static void foo_work(struct work_struct *work)
{
	struct foo *foo = container_of(work, struct foo, work);

	xe_hw_scoped(hw, foo->xe)
		xe_write32(hw, CTRL, 0);
}

int foo_start(struct xe_hw hw, struct foo *foo)
{
	foo->xe = xe_hw_device(hw);
	return 0;
}
