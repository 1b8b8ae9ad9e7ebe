struct foo {
	struct work_struct work;
	struct xe_hw hw;	/* here */
};

static struct xe_hw foo_hw(struct foo *foo)	/* here */
{
	return foo->hw;
}

int foo_start(struct xe_hw hw, struct foo *foo)
{
	memcpy(foo->kept, &hw, sizeof(hw));	/* here */
	return xe_foo((struct xe_hw){ foo->priv });	/* here */
}
