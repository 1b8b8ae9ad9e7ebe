// SPDX-License-Identifier: MIT
/*
 * What an OpenCL program can do without kernels: write a buffer of the card and read it back, on the default
 * queue and on one of the copy engine, where it is copied as well. Every word is compared.
 * KTAP. Usage: compute [SECONDS]: goes on for so long.
 */
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl.h>
#include <CL/cl_ext.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORDS	(1u << 18)
#define SIZE	(WORDS * 4ull)

static uint32_t written[WORDS], read[WORDS];
static cl_context context;
static cl_device_id device;
static int number, failed;

static bool check(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, what);
	fflush(stdout);
	failed += !good;
	return good;
}

static void must(cl_int error, const char *what)
{
	if (!error)
		return;
	printf("# OpenCL error %d\n", error);
	check(false, what);
	exit(1);
}

static void open_device(void)
{
	char name[100] = "";
	cl_platform_id platform;
	cl_int error;

	must(clGetPlatformIDs(1, &platform, NULL), "a platform");
	must(clGetDeviceIDs(platform, CL_DEVICE_TYPE_GPU, 1, &device, NULL), "a card");
	must(clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof(name) - 1, name, NULL), "its name");
	printf("# %s\n", name);
	context = clCreateContext(NULL, 1, &device, NULL, NULL, &error);
	must(error, "a context");
	check(true, "a context on the card");
}

/* A queue of the family @name, or the default one. */
static cl_command_queue new_queue(const char *name)
{
	cl_queue_family_properties_intel families[8] = {};
	cl_queue_properties properties[] = { CL_QUEUE_FAMILY_INTEL, 0, CL_QUEUE_INDEX_INTEL, 0, 0 };
	cl_command_queue queue;
	size_t size = 0;
	cl_int error;

	if (name) {
		must(clGetDeviceInfo(device, CL_DEVICE_QUEUE_FAMILY_PROPERTIES_INTEL, sizeof(families), families, &size),
		     "families of queues");
		while (properties[1] < size / sizeof(families[0]) && strcmp(families[properties[1]].name, name))
			properties[1]++;
	}
	queue = clCreateCommandQueueWithProperties(context, device, name ? properties : NULL, &error);
	must(error, "a queue");
	return queue;
}

static cl_mem new_buffer(void)
{
	cl_int error;
	cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, SIZE, NULL, &error);

	must(error, "a buffer");
	return buffer;
}

static void fill(uint32_t first)
{
	for (uint32_t i = 0; i < WORDS; i++)
		written[i] = first + i * 0x9e3779b1;
	memset(read, 0, SIZE);
}

static void write_and_read(uint32_t first, const char *family, bool copy, const char *what)
{
	cl_command_queue queue = new_queue(family);
	cl_mem from = new_buffer(), to = copy ? new_buffer() : from;

	fill(first);
	must(clEnqueueWriteBuffer(queue, from, CL_TRUE, 0, SIZE, written, 0, NULL, NULL), "a write");
	if (copy)
		must(clEnqueueCopyBuffer(queue, from, to, 0, 0, SIZE, 0, NULL, NULL), "a copy");
	must(clEnqueueReadBuffer(queue, to, CL_TRUE, 0, SIZE, read, 0, NULL, NULL), "a read");
	check(!memcmp(written, read, SIZE), what);
	must(clFinish(queue), "the end of it");
	clReleaseMemObject(from);
	if (copy)
		clReleaseMemObject(to);
	clReleaseCommandQueue(queue);
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 0);

	open_device();
	do {
		write_and_read(0x1234567, NULL, false, "what was written is read, on the default queue");
		write_and_read(0x7654321, "bcs", true, "what was written is copied and read, on a queue of the copy engine");
	} while (!failed && time(NULL) < end);
	printf("1..%d\n", number);
	return failed != 0;
}
