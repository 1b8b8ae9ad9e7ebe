#define xe_hw_scoped YACFE_ITERATOR
#define xe_hw_scoped_awake YACFE_ITERATOR
#define xe_hw_scoped_dma YACFE_ITERATOR
#define edu_scoped YACFE_ITERATOR
#define scoped_guard YACFE_ITERATOR
#define xe_for_each_gt YACFE_ITERATOR
#define xe_for_each_engine YACFE_ITERATOR
#define xe_wa_for_each_write YACFE_ITERATOR
#define xe_vm_for_each_resv YACFE_ITERATOR
#define drm_exec_until_all_locked YACFE_ITERATOR
#define drm_gem_for_each_gpuvm_bo YACFE_ITERATOR
#define drm_gpuvm_bo_for_each_va YACFE_ITERATOR
#define __must_check
#define SYSTEM_SLEEP_PM_OPS(a, b)
#define RUNTIME_PM_OPS(a, b, c)
#define XE_PCI_ID(a, b) {}
#define XE_COMPAT_DRM_DATE
