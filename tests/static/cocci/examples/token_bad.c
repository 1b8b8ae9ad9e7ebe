struct foo {
	struct work_struct work;
	struct xe_hw *hw;	/* here */
};

static struct xe_hw *foo_hw(struct foo *foo)	/* here */
{
	return (struct xe_hw *)foo->data;	/* here */
}

int foo_start(struct xe_hw *hw, struct foo *foo)
{
	foo->hw = hw;	/* here */
	return 0;
}
