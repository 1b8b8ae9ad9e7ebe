// SPDX-License-Identifier: MIT
/*
 * What a Vulkan program can do without shaders: fill and copy buffers on the queue family that has nothing
 * but transfers, RAM to VRAM to RAM, ordered by timeline semaphores. Every word is compared.
 * KTAP. Usage: transfer [SECONDS]: goes on copying for so long, to be looked at.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vulkan/vulkan.h>

#define WORDS	(1u << 18)
#define SIZE	(WORDS * 4ull)
#define LINKS	64			/* of the chain of submissions */
#define PART	(WORDS / LINKS)
#define PATIENCE	(60 * 1000000000ull)	/* ns that one wait may take */
#define PAUSE	(200 * 1000000ull)	/* ns after which what waits for us is still waiting */

struct buffer {
	VkBuffer name;
	uint32_t *words;	/* NULL: in VRAM */
};

static VkPhysicalDevice card;
static VkDevice device;
static VkQueue queue;
static VkCommandPool pool;
static VkSemaphore timeline, door;	/* the queue's own, and one that we open */
static uint64_t now;			/* the last value that a submission will give to timeline */
static int number, failed;

static bool check(bool good, const char *what)
{
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, what);
	fflush(stdout);
	failed += !good;
	return good;
}

/* What nothing else works without. */
static void must(VkResult result, const char *what)
{
	if (!result)
		return;
	printf("# VkResult %d\n", result);
	check(false, what);
	exit(1);
}

static void find_card(void)
{
	const VkApplicationInfo app = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_2 };
	const VkInstanceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app };
	VkPhysicalDeviceDriverProperties driver = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES };
	VkPhysicalDeviceProperties2 properties = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &driver };
	VkInstance instance;
	uint32_t one = 1;

	must(vkCreateInstance(&info, NULL, &instance), "an instance");
	must(vkEnumeratePhysicalDevices(instance, &one, &card), "a card");
	if (!one)
		must(VK_ERROR_INITIALIZATION_FAILED, "a card");
	vkGetPhysicalDeviceProperties2(card, &properties);
	printf("# %s, %s\n", properties.properties.deviceName, driver.driverInfo);
	check(driver.driverID == VK_DRIVER_ID_INTEL_OPEN_SOURCE_MESA, "the card is Mesa's");
}

/* The family of queues that has transfers and no shaders. */
static uint32_t transfer_family(void)
{
	const VkQueueFlags shaders = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
	VkQueueFamilyProperties families[16];
	uint32_t i, n = 16;

	vkGetPhysicalDeviceQueueFamilyProperties(card, &n, families);
	for (i = 0; i < n; i++)
		if ((families[i].queueFlags & (shaders | VK_QUEUE_TRANSFER_BIT)) == VK_QUEUE_TRANSFER_BIT)
			break;
	must(i < n ? VK_SUCCESS : VK_ERROR_FEATURE_NOT_PRESENT, "a family of queues for transfers");
	return i;
}

static VkSemaphore new_timeline(void)
{
	const VkSemaphoreTypeCreateInfo type = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
						 .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE };
	const VkSemaphoreCreateInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type };
	VkSemaphore semaphore;

	must(vkCreateSemaphore(device, &info, NULL, &semaphore), "a timeline semaphore");
	return semaphore;
}

static void open_device(void)
{
	const uint32_t family = transfer_family();
	const float priority = 1;
	const VkDeviceQueueCreateInfo queues = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO, .queueFamilyIndex = family,
						 .queueCount = 1, .pQueuePriorities = &priority };
	const VkPhysicalDeviceTimelineSemaphoreFeatures timelines = {
		.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES, .timelineSemaphore = true };
	const VkDeviceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO, .pNext = &timelines, .queueCreateInfoCount = 1,
					  .pQueueCreateInfos = &queues };
	const VkCommandPoolCreateInfo commands = { .sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO, .queueFamilyIndex = family };

	must(vkCreateDevice(card, &info, NULL, &device), "a device");
	vkGetDeviceQueue(device, family, 0, &queue);
	must(vkCreateCommandPool(device, &commands, NULL, &pool), "a command pool");
	timeline = new_timeline();
	door = new_timeline();
	check(true, "a device with a queue for transfers");
}

/* A type of memory in VRAM, or one in RAM that the CPU sees; -1: there is none. */
static int memory_type(uint32_t allowed, bool vram)
{
	const VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
	VkPhysicalDeviceMemoryProperties p;
	uint32_t i;

	vkGetPhysicalDeviceMemoryProperties(card, &p);
	for (i = 0; i < p.memoryTypeCount; i++) {
		bool local = p.memoryHeaps[p.memoryTypes[i].heapIndex].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;

		if (allowed & 1u << i && local == vram && (vram || (p.memoryTypes[i].propertyFlags & visible) == visible))
			return i;
	}
	return -1;
}

static struct buffer new_buffer(bool vram)
{
	const VkBufferCreateInfo info = { .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = SIZE,
					  .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT };
	VkMemoryAllocateInfo allocation = { .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO };
	VkMemoryRequirements needs;
	VkDeviceMemory memory;
	struct buffer b = {};
	int type;

	must(vkCreateBuffer(device, &info, NULL, &b.name), "a buffer");
	vkGetBufferMemoryRequirements(device, b.name, &needs);
	type = memory_type(needs.memoryTypeBits, vram);
	must(type < 0 ? VK_ERROR_FEATURE_NOT_PRESENT : VK_SUCCESS, "a type of memory");
	allocation.allocationSize = needs.size;
	allocation.memoryTypeIndex = type;
	must(vkAllocateMemory(device, &allocation, NULL, &memory), "memory");
	must(vkBindBufferMemory(device, b.name, memory, 0), "memory of a buffer");
	if (!vram)
		must(vkMapMemory(device, memory, 0, SIZE, 0, (void **)&b.words), "a mapping");
	return b;
}

static VkCommandBuffer begin(void)
{
	const VkCommandBufferAllocateInfo info = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, .commandPool = pool,
						   .commandBufferCount = 1 };
	const VkCommandBufferBeginInfo once = { .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
						.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT };
	VkCommandBuffer commands;

	must(vkAllocateCommandBuffers(device, &info, &commands), "a command buffer");
	must(vkBeginCommandBuffer(commands, &once), "its begin");
	return commands;
}

/* What was written before is there for transfers and for the CPU. */
static void barrier(VkCommandBuffer commands)
{
	const VkMemoryBarrier all = { .sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER, .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
				      .dstAccessMask = VK_ACCESS_TRANSFER_READ_BIT | VK_ACCESS_TRANSFER_WRITE_BIT |
						       VK_ACCESS_HOST_READ_BIT };

	vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT,
			     VK_PIPELINE_STAGE_TRANSFER_BIT | VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &all, 0, NULL, 0, NULL);
}

static void copy(VkCommandBuffer commands, struct buffer from, struct buffer to)
{
	const VkBufferCopy whole = { .size = SIZE };

	vkCmdCopyBuffer(commands, from.name, to.name, 1, &whole);
	barrier(commands);
}

/* The commands run once @semaphore has @value, and give timeline its next one. */
static void submit(VkCommandBuffer commands, VkSemaphore semaphore, uint64_t value)
{
	const uint64_t next = ++now;
	const VkTimelineSemaphoreSubmitInfo values = { .sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO,
		.waitSemaphoreValueCount = 1, .pWaitSemaphoreValues = &value,
		.signalSemaphoreValueCount = 1, .pSignalSemaphoreValues = &next };
	const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_TRANSFER_BIT;
	const VkSubmitInfo info = { .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .pNext = &values, .waitSemaphoreCount = 1,
		.pWaitSemaphores = &semaphore, .pWaitDstStageMask = &stage, .commandBufferCount = 1,
		.pCommandBuffers = &commands, .signalSemaphoreCount = 1, .pSignalSemaphores = &timeline };

	must(vkEndCommandBuffer(commands), "its end");
	must(vkQueueSubmit(queue, 1, &info, VK_NULL_HANDLE), "a submission");
}

static VkResult wait_ns(uint64_t ns)
{
	const VkSemaphoreWaitInfo info = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO, .semaphoreCount = 1,
					   .pSemaphores = &timeline, .pValues = &now };

	return vkWaitSemaphores(device, &info, ns);
}

static bool all_words(struct buffer b, uint32_t first, uint32_t step)
{
	uint32_t i, wrong = 0;

	for (i = 0; i < WORDS; i++)
		if (b.words[i] != first + i * step && !wrong++)
			printf("# word %u is %#x and not %#x\n", i, b.words[i], first + i * step);
	if (wrong)
		printf("# %u of %u words are wrong\n", wrong, WORDS);
	return !wrong;
}

static void fill_and_copy(struct buffer vram, struct buffer to)
{
	VkCommandBuffer commands = begin();

	vkCmdFillBuffer(commands, vram.name, 0, SIZE, 0x600dda7a);
	barrier(commands);
	copy(commands, vram, to);
	submit(commands, timeline, now);
	must(wait_ns(PATIENCE), "a fill of VRAM ends");
	check(all_words(to, 0x600dda7a, 0), "a fill of VRAM, and a copy of it to RAM");
}

static void there_and_back(struct buffer from, struct buffer vram, struct buffer to)
{
	VkCommandBuffer commands;
	uint32_t i;

	for (i = 0; i < WORDS; i++)
		from.words[i] = 0x1234567 + i * 0x9e3779b1;
	memset(to.words, 0, SIZE);
	commands = begin();
	copy(commands, from, vram);
	submit(commands, timeline, now);
	commands = begin();
	copy(commands, vram, to);
	submit(commands, timeline, now);
	must(wait_ns(PATIENCE), "copies end");
	check(all_words(to, 0x1234567, 0x9e3779b1), "RAM to VRAM to RAM, two submissions");
}

/* What waits for the host runs when it says so, and not before. */
static void held(struct buffer to)
{
	const VkSemaphoreSignalInfo open = { .sType = VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO, .semaphore = door, .value = 1 };
	VkCommandBuffer commands = begin();

	to.words[0] = to.words[WORDS - 1] = 0;
	vkCmdFillBuffer(commands, to.name, 0, SIZE, 0x0de0de0d);
	barrier(commands);
	submit(commands, door, 1);
	check(wait_ns(PAUSE) == VK_TIMEOUT && !to.words[0] && !to.words[WORDS - 1], "a submission waits for the host");
	must(vkSignalSemaphore(device, &open), "a signal by the host");
	must(wait_ns(PATIENCE), "a submission that was held ends");
	check(all_words(to, 0x0de0de0d, 0), "and runs when the host has signalled");
}

/* Each link copies what the one before has written. */
static void chain(struct buffer vram, struct buffer to)
{
	VkCommandBuffer commands = begin();
	uint32_t i;

	vkCmdFillBuffer(commands, vram.name, 0, PART * 4, 0xc4a1c4a1);
	barrier(commands);
	submit(commands, timeline, now);
	for (i = 1; i < LINKS; i++) {
		const VkBufferCopy link = { (i - 1) * PART * 4, i * PART * 4, PART * 4 };

		commands = begin();
		vkCmdCopyBuffer(commands, vram.name, vram.name, 1, &link);
		barrier(commands);
		submit(commands, timeline, now);
	}
	commands = begin();
	copy(commands, vram, to);
	submit(commands, timeline, now);
	must(wait_ns(PATIENCE), "a chain of submissions ends");
	check(all_words(to, 0xc4a1c4a1, 0), "64 submissions, each waits for the one before");
}

int main(int argc, char **argv)
{
	const time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 0);
	struct buffer from, vram, to;

	find_card();
	open_device();
	from = new_buffer(false);
	vram = new_buffer(true);
	to = new_buffer(false);
	do {
		fill_and_copy(vram, to);
		there_and_back(from, vram, to);
	} while (!failed && time(NULL) < end);
	held(to);
	chain(vram, to);
	vkDestroyDevice(device, NULL);	/* what is left goes with the process */
	printf("1..%d\n", number);
	return failed != 0;
}
