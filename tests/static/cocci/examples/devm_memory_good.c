int foo_encoder_init(struct foo *foo)
{
	struct foo_encoder *enc;

	enc = drmm_kzalloc(&foo->drm, sizeof(*enc), GFP_KERNEL);
	if (!enc)
		return -ENOMEM;

	return drm_encoder_init(&foo->drm, &enc->base, &foo_funcs, DRM_MODE_ENCODER_NONE, NULL);
}
