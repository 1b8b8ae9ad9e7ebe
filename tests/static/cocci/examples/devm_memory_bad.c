int foo_encoder_init(struct foo *foo)
{
	struct foo_encoder *enc;

	enc = devm_kzalloc(foo->dev, sizeof(*enc), GFP_KERNEL);	/* here */
	if (!enc)
		return -ENOMEM;

	return drm_encoder_init(&foo->drm, &enc->base, &foo_funcs, DRM_MODE_ENCODER_NONE, NULL);
}
