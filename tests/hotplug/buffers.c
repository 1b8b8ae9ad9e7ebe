// SPDX-License-Identifier: MIT
/*
 * Queries, buffers, mmaps and a dma-buf; then all of it is held open while the card is removed.
 * KTAP. Usage: buffers PCI-ADDRESS. Built static, with the DRM headers of the kernel.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <drm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xe_drm.h>

#define SIZE	(1 << 20)

static int number, failed;

static void check(int ok, const char *what)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++number, what);
	if (!ok)
		printf("# errno %d (%s)\n", errno, strerror(errno));
	fflush(stdout);
	failed += !ok;
}

static void query(int fd, unsigned int id)
{
	struct drm_xe_device_query q = { .query = id };
	char what[64];
	void *data;
	int err;

	err = ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q);
	snprintf(what, sizeof(what), "query %u: %u bytes", id, q.size);
	data = calloc(1, q.size + 1);
	q.data = (uintptr_t)data;
	if (!err && id == DRM_XE_DEVICE_QUERY_ENGINE_CYCLES)
		((struct drm_xe_query_engine_cycles *)data)->clockid = 1;
	err = err ?: ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q);
	check(!err, what);

	q.size++;
	snprintf(what, sizeof(what), "query %u: wrong size is refused", id);
	check(ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q) && errno == EINVAL, what);
	free(data);
}

static uint32_t create(int fd, uint32_t placement)
{
	struct drm_xe_gem_create args = {
		.size = SIZE, .placement = placement, .cpu_caching = DRM_XE_GEM_CPU_CACHING_WC,
	};
	char what[64];

	snprintf(what, sizeof(what), "buffer with placement %u", placement);
	check(!ioctl(fd, DRM_IOCTL_XE_GEM_CREATE, &args), what);
	return args.handle;
}

static uint32_t *map(int fd, uint32_t handle)
{
	struct drm_xe_gem_mmap_offset args = { .handle = handle };
	uint32_t *p = MAP_FAILED;

	if (!ioctl(fd, DRM_IOCTL_XE_GEM_MMAP_OFFSET, &args))
		p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, args.offset);
	check(p != MAP_FAILED, "mmap");
	return p;
}

static int all_are(const uint32_t *p, uint32_t value)
{
	for (unsigned int i = 0; i < SIZE / 4; i += 256)
		if (p[i] != value)
			return 0;
	return 1;
}

static void set(uint32_t *p, uint32_t value)
{
	for (unsigned int i = 0; i < SIZE / 4; i++)
		p[i] = value;
}

static int export(int fd, uint32_t handle)
{
	struct drm_prime_handle args = { .handle = handle, .flags = DRM_CLOEXEC | DRM_RDWR };

	return ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &args) ? -1 : args.fd;
}

static int import(int fd, int dma_buf)
{
	struct drm_prime_handle args = { .fd = dma_buf };

	return ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &args) ? -1 : (int)args.handle;
}

static int open_node(const char *pci)
{
	char path[300];
	struct dirent *e;
	int fd = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/drm", pci);
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "renderD", 7)) {
			snprintf(path, sizeof(path), "/dev/dri/%s", e->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
	if (dir)
		closedir(dir);
	return fd;
}

static int vgem_buffer(int vgem)
{
	struct drm_mode_create_dumb args = { .width = 512, .height = 512, .bpp = 32 };

	return ioctl(vgem, DRM_IOCTL_MODE_CREATE_DUMB, &args) ? -1 : export(vgem, args.handle);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	uint32_t system, vram, *system_map, *vram_map;
	struct drm_xe_device_query q = {};
	struct drm_xe_vm_create vm = {};
	int fd, vgem, dma_buf, foreign;
	char path[256];

	if (argc != 2)
		return 2;
	printf("KTAP version 1\n");

	fd = open_node(argv[1]);
	check(fd >= 0, "open");
	for (unsigned int id = 0; id <= DRM_XE_DEVICE_QUERY_OA_UNITS; id++)
		if (id != DRM_XE_DEVICE_QUERY_UC_FW_VERSION)
			query(fd, id);
	query(fd, DRM_XE_DEVICE_QUERY_UC_FW_VERSION);
	check(!ioctl(fd, DRM_IOCTL_XE_VM_CREATE, &vm) && vm.vm_id, "VM_CREATE");

	system = create(fd, 1);
	vram = create(fd, 2);
	system_map = map(fd, system);
	vram_map = map(fd, vram);
	check(all_are(system_map, 0) && all_are(vram_map, 0), "new buffers are zero");
	set(system_map, 0x5511);
	set(vram_map, 0x5522);
	check(all_are(system_map, 0x5511) && all_are(vram_map, 0x5522), "what was written is read");

	dma_buf = export(fd, system);
	check(dma_buf >= 0, "export");
	check(import(fd, dma_buf) == (int)system, "import of an own buffer gives its handle");
	/* The card node: dumb buffers are not for render nodes. */
	vgem = -1;
	for (int i = 0; vgem < 0 && i < 8; i++) {
		struct drm_version v = { .name = path, .name_len = sizeof(path) };

		snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		vgem = open(path, O_RDWR);
		if (vgem >= 0 && (ioctl(vgem, DRM_IOCTL_VERSION, &v) || strncmp(path, "vgem", 4))) {
			close(vgem);
			vgem = -1;
		}
	}
	if (vgem >= 0) {
		check(import(vgem, dma_buf) >= 0, "vgem imports a buffer");
		foreign = vgem_buffer(vgem);
		check(foreign >= 0 && import(fd, foreign) >= 0, "a buffer of vgem is imported");
	} else {
		printf("ok %d - sharing with vgem # SKIP no vgem\n", ++number);
	}

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/remove", argv[1]);
	write_file(path, "1");

	check(ioctl(fd, DRM_IOCTL_XE_DEVICE_QUERY, &q) && errno == ENODEV, "query after removal");
	check(all_are(system_map, 0x5511), "system memory keeps its contents");
	check(all_are(vram_map, 0), "VRAM reads zero");
	set(vram_map, 0x77);
	set(system_map, 0x88);
	check(all_are(vram_map, 0x77) && all_are(system_map, 0x88), "both can be written");
	check(lseek(dma_buf, 0, SEEK_END) == SIZE, "the dma-buf is a valid object");

	write_file("/sys/bus/pci/rescan", "1");
	sleep(2);
	vgem = open_node(argv[1]);
	check(vgem >= 0, "the card plugged in again is a new device");
	if (vgem >= 0)
		create(vgem, 2);

	close(fd);
	check(all_are(system_map, 0x88), "mmaps outlive the file");
	munmap(system_map, SIZE);
	munmap(vram_map, SIZE);
	close(dma_buf);
	printf("1..%d\n# %d failed\n", number, failed);
	return !!failed;
}
