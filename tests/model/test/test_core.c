// SPDX-License-Identifier: MIT
/* What the parts stand on: time, journal, faults, the control socket. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw.h"

#include "../clk.h"
#include "../dma.h"
#include "../mem.h"
#include "../pci.h"

static char order[16];

static void note(void *arg)
{
	size_t len = strlen(order);

	if (len < sizeof(order) - 1)
		order[len] = *(char *)arg;
}

static void timers(void **state)
{
	struct clk *clk = clk_create(true);
	unsigned int b;

	memset(order, 0, sizeof(order));
	clk_after(clk, 300, note, "c");
	b = clk_after(clk, 200, note, "b");
	clk_after(clk, 100, note, "a");
	assert_int_equal(clk_next(clk), 100);
	clk_run(clk);
	assert_string_equal(order, "");
	clk_step(clk, 150);
	clk_run(clk);
	assert_string_equal(order, "a");
	assert_int_equal(clk_next(clk), 50);
	clk_cancel(clk, b);
	clk_cancel(clk, b);
	clk_cancel(clk, 0);
	clk_skip(clk);
	assert_int_equal(clk_ns(clk), 300);
	clk_run(clk);
	assert_string_equal(order, "ac");
	assert_int_equal(clk_next(clk), -1);
	clk_destroy(clk);
}

static struct clk *again_clk;
static unsigned int again_runs;

static void again(void *arg)
{
	again_runs++;
	clk_after(again_clk, 0, again, arg);
}

/* A timer that re-arms itself for now does not keep the loop. */
static void timer_for_now(void **state)
{
	again_clk = clk_create(true);
	again_runs = 0;
	clk_after(again_clk, 0, again, NULL);
	clk_run(again_clk);
	assert_in_range(again_runs, 1, 64);
	clk_destroy(again_clk);
}

static void host_clock(void **state)
{
	struct clk *clk = clk_create(false);
	u64 before = clk_ns(clk);

	clk_step(clk, 1ull << 50);
	clk_skip(clk);
	assert_in_range(clk_ns(clk) - before, 0, 60ull * 1000000000);
	clk_destroy(clk);
}

static void numbers(void **state)
{
	static const struct { const char *text; bool good; u64 value; } cases[] = {
		{ "0", true, 0 }, { "10", true, 10 }, { "0x10", true, 16 }, { "2K", true, 2048 },
		{ "3M", true, 3 << 20 }, { "1G", true, 1 << 30 }, { "0xffffffffffffffff", true, ~0ull },
		{ "", false, 0 }, { "-1", false, 0 }, { "1X", false, 0 }, { "1KK", false, 0 }, { "K", false, 0 },
		{ "0x10000000000000000", false, 0 }, { "0xffffffffffffffffG", false, 0 }, { "1 ", false, 0 },
	};
	u64 value;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(ctl_number(cases[i].text, &value), cases[i].good);
		if (cases[i].good)
			assert_int_equal(value, cases[i].value);
	}
}

static void counters(void **state)
{
	struct gpu *gpu = *state;

	reg_cpu_read(gpu, 0xd8c);
	reg_cpu_read(gpu, 0xd8c);
	assert_int_equal(counter_get(gpu, CNT_MMIO_READ), 2);
	count_action(gpu, true, 0x4503);
	assert_true(answer_has(gpu, "counters", "mmio-read 2"));
	assert_true(answer_has(gpu, "counters", "h2g-0x4503 1"));
	assert_true(answer_has(gpu, "counters reset", "mmio-read 2"));
	assert_true(answer_has(gpu, "counters", "mmio-read 0"));
	assert_false(answer_has(gpu, "counters", "h2g-0x4503"));
}

static void violations(void **state)
{
	struct gpu *gpu = *state;

	for (int i = 0; i < 1000; i++)
		violation(gpu, V_DMA_IN_D3, "%d %s", i, "a text that is much longer than a line of the journal has room "
			  "for, so that it has to be cut somewhere without a byte too many, as this one is, at last");
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 1000);
	assert_true(answer_has(gpu, "violations", "dma-in-d3: 255 "));
	assert_false(answer_has(gpu, "violations", "dma-in-d3: 256 "));
	assert_true(answer_has(gpu, "violations clear", "ok"));
	assert_false(answer_has(gpu, "violations", "dma-in-d3"));
	assert_true(answer_has(gpu, "journal 100000", "dma-in-d3: 999"));
	assert_true(answer_has(gpu, "journal x", "error"));
}

static void repeated(void **state)
{
	struct gpu *gpu = *state;

	for (int i = 0; i < 1000; i++)
		journal_add(gpu, J_NOTE, "polls");
	assert_true(answer_has(gpu, "journal 2", "note polls"));
	assert_true(answer_has(gpu, "journal 1", "note 999 times more"));
	journal_add(gpu, J_NOTE, "polls");
	journal_add(gpu, J_CS, "polls");
	assert_true(answer_has(gpu, "journal 2", "note 1 times more"));
	assert_true(answer_has(gpu, "journal 1", "cs polls"));
}

static void quiet(void **state)
{
	struct gpu *gpu = *state;

	assert_true(answer_has(gpu, "quiet on", "ok"));
	assert_violates(gpu, "touched-after-unbind", reg_cpu_read(gpu, 0xd8c));
	assert_true(answer_has(gpu, "quiet off", "ok"));
	reg_cpu_read(gpu, 0xd8c);
	assert_int_equal(counter_get(gpu, CNT_VIOLATION), 1);
	assert_true(answer_has(gpu, "quiet", "error"));
	assert_true(answer_has(gpu, "violations clear", "ok"));
	/* GGTT entries are written without a message: noticed when the quiet ends */
	assert_true(answer_has(gpu, "quiet on", "ok"));
	mem_gsm(gpu)[0x1000] = 3;
	assert_violates(gpu, "GGTT entries", ctl_command(gpu, "quiet off", stderr));
	assert_true(answer_has(gpu, "violations clear", "ok"));
	/* and so is VRAM, written before or not; a page that was only read is none */
	for (u64 at = MIB(3); at < MIB(1000); at += MIB(900)) {
		mem_vram(gpu)[MIB(3)] = 1;
		assert_true(answer_has(gpu, "quiet on", "ok"));
		assert_int_equal(((volatile u8 *)mem_vram(gpu))[MIB(500)], 0);
		assert_true(answer_has(gpu, "quiet off", "ok"));
		assert_quiet(gpu);
		assert_true(answer_has(gpu, "quiet on", "ok"));
		mem_vram(gpu)[at] = 2;
		assert_violates(gpu, "VRAM was written", ctl_command(gpu, "quiet off", stderr));
		assert_true(answer_has(gpu, "violations clear", "ok"));
	}
	/* that they are all ones now is no driver's doing */
	assert_true(answer_has(gpu, "quiet on", "ok"));
	assert_true(answer_has(gpu, "vanish now", "ok"));
	assert_true(answer_has(gpu, "quiet off", "ok"));
	assert_quiet(gpu);
	assert_true(answer_has(gpu, "quiet on", "ok"));
	assert_true(answer_has(gpu, "restore", "ok"));
	assert_true(answer_has(gpu, "quiet on", "ok"));
	assert_true(answer_has(gpu, "vanish now", "ok"));
	gpu_run(gpu, 100);	/* darkens VRAM */
	assert_true(answer_has(gpu, "restore", "ok"));
	assert_quiet(gpu);
}

/* All ones but for the power state: see pci_config_read(). */
static void config_of_gone(void **state)
{
	struct gpu *gpu = *state;

	assert_true(answer_has(gpu, "vanish now", "ok"));
	assert_int_equal(pci_config_read(gpu, 0, 4), ALL_ONES);
	assert_int_equal(pci_config_read(gpu, 0x64, 2) & 0xffff, 0xfffc);
	assert_true(answer_has(gpu, "restore", "ok"));
	pci_config_write(gpu, 0x64, 2, 3);
	assert_true(answer_has(gpu, "vanish now", "ok"));
	assert_int_equal(pci_config_read(gpu, 0x64, 2) & 0xffff, 0xffff);
}

static void config_rules(void **state)
{
	struct gpu *gpu = *state;

	assert_violates(gpu, "config-access: 2 bytes", assert_int_equal(pci_config_read(gpu, 1, 2), ALL_ONES));
	assert_violates(gpu, "config-access: 3 bytes", pci_config_write(gpu, 0, 3, 0));
	assert_violates(gpu, "config-access: 4 bytes", pci_config_read(gpu, 4096, 4));
}

/* As the bus asks for it; the capabilities are read again, and QEMU has the BARs. */
static void flr(void **state)
{
	struct gpu *gpu = *state;

	pci_config_write(gpu, 4, 2, 0x6);
	pci_config_write(gpu, 0x78, 2, 0x2830);
	pci_config_write(gpu, 0x80, 2, 0x40);
	wake_all(gpu);
	mem_vram(gpu)[MIB(1)] = 5;
	assert_int_equal(reg_cpu_read(gpu, FORCEWAKE_ACK_GT_MTL) & 1, 1);
	pci_config_write(gpu, 0x78, 2, 0xa830);
	assert_int_equal(pci_config_read(gpu, 4, 2) & 7, 0);
	assert_int_equal(pci_config_read(gpu, 0x78, 2), 0x20);
	assert_int_equal(pci_config_read(gpu, 0x80, 2), 0x40);
	assert_int_equal(pci_config_read(gpu, 0x74, 4), 0x10008002);
	assert_int_equal(mem_vram(gpu)[MIB(1)], 5);
	assert_int_equal(reg_cpu_read(gpu, FORCEWAKE_ACK_GT_MTL) & 1, 0);
	/* the upper byte alone, and another byte that looks like it */
	pci_config_write(gpu, 4, 2, 0x6);
	pci_config_write(gpu, 0x78, 1, 0x80);
	assert_int_equal(pci_config_read(gpu, 4, 2) & 7, 6);
	pci_config_write(gpu, 0x79, 1, 0x80);
	assert_int_equal(pci_config_read(gpu, 4, 2) & 7, 0);
	assert_quiet(gpu);
}

static void scripted_faults(void **state)
{
	struct gpu *gpu = *state;
	u64 value = 1;

	assert_false(fault_take(gpu, FAULT_IRQ_LOST, &value));
	arm(gpu, "irq.lost after=2 count=2 value=9");
	assert_false(fault_take(gpu, FAULT_IRQ_LOST, &value));
	assert_false(fault_take(gpu, FAULT_IRQ_LOST, &value));
	assert_int_equal(value, 1);
	assert_true(fault_take(gpu, FAULT_IRQ_LOST, &value));
	assert_int_equal(value, 9);
	assert_true(fault_take(gpu, FAULT_IRQ_LOST, NULL));
	assert_false(fault_take(gpu, FAULT_IRQ_LOST, &value));
	arm(gpu, "irq.lost count=0");
	for (int i = 0; i < 100; i++)
		assert_true(fault_take(gpu, FAULT_IRQ_LOST, NULL));
	arm(gpu, "irq.lost off");
	assert_false(fault_armed(gpu, FAULT_IRQ_LOST));
	arm(gpu, "tlb.lost value=3");
	assert_false(fault_take_for(gpu, FAULT_TLB_LOST, 2));
	assert_true(fault_take_for(gpu, FAULT_TLB_LOST, 3));
	arm(gpu, "reg.value offset=0xd8c value=0x77");
	assert_int_equal(reg_cpu_read(gpu, 0xd8c), 0x77);
	assert_int_not_equal(reg_cpu_read(gpu, 0xd8c), 0x77);
	arm(gpu, "reg.value offset=0xd8c value=0x77");
	arm(gpu, "cfg.value offset=0x50 value=0");
	assert_int_not_equal(pci_config_read(gpu, 0x52, 2), 0x77);
	assert_int_equal(pci_config_read(gpu, 0x50, 2), 0);
	assert_int_equal(pci_config_read(gpu, 0x50, 2), 0xc0);
	assert_int_equal(reg_cpu_read(gpu, 0xd8c), 0x77);
	assert_true(answer_has(gpu, "fault nothing", "error"));
	assert_true(answer_has(gpu, "fault irq.lost count=x", "error"));
	assert_true(answer_has(gpu, "fault irq.lost some=1", "error"));
	assert_true(answer_has(gpu, "faults", "guc.boot-hang"));
	/* no message and no engine has such a number */
	assert_true(answer_has(gpu, "fault guc.h2g-drop value=0x10000", "error"));
	assert_true(answer_has(gpu, "fault cs.hang value=6", "error"));
	assert_false(fault_armed(gpu, FAULT_CS_HANG));
	assert_true(answer_has(gpu, "fault cs.hang value=5", "ok"));
}

static void vanish_at(void **state)
{
	struct gpu *gpu = *state;

	assert_true(answer_has(gpu, "vanish", "error"));
	assert_true(answer_has(gpu, "vanish read 0", "error"));
	assert_true(answer_has(gpu, "vanish nothing 1", "error"));
	/* only what was asked for counts */
	assert_true(answer_has(gpu, "vanish write 2", "ok"));
	for (int i = 0; i < 5; i++)
		assert_int_not_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	reg_cpu_write(gpu, STEER_SEMAPHORE, 1);
	assert_false(is_gone(gpu));
	reg_cpu_write(gpu, STEER_SEMAPHORE, 1);
	assert_true(is_gone(gpu));
	assert_int_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	for (int i = 0; i < 10000 && gpu_run(gpu, 100); i++)
		;
	assert_false(gpu_run(gpu, 100));
	assert_int_equal(mem_vram(gpu)[MIB(700)], 0xff);
	assert_true(answer_has(gpu, "restore", "ok"));
	assert_int_not_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	assert_true(answer_has(gpu, "vanish read 1", "ok"));
	assert_true(answer_has(gpu, "vanish off", "ok"));
	assert_int_not_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	assert_true(answer_has(gpu, "vanish now", "ok"));
	assert_int_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	assert_true(answer_has(gpu, "violations clear", "ok"));
	violation(gpu, V_DMA_IN_D3, "of a card that is not there");
	assert_quiet(gpu);
	/* but after unbind nobody has any business with it */
	assert_true(answer_has(gpu, "quiet on", "ok"));
	assert_violates(gpu, "touched-after-unbind", reg_cpu_read(gpu, 0xd8c));
}

static void comes_back(void **state)
{
	struct gpu *gpu = *state;

	assert_true(answer_has(gpu, "vanish read 1 sometimes", "error"));
	assert_true(answer_has(gpu, "vanish read 1 dma", "error"));
	assert_true(answer_has(gpu, "vanish read 1 us=3600000001", "error"));
	wake_all(gpu);
	/* reads and writes count, both are lost */
	assert_true(answer_has(gpu, "vanish read 1 for=3", "ok"));
	assert_int_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	reg_cpu_write(gpu, 0xa210, 7);
	assert_int_equal(reg_cpu_read(gpu, 0xa210), ALL_ONES);
	assert_int_equal(reg_cpu_read(gpu, 0xa210), 0);
	/* and it does not go again */
	for (int i = 0; i < 5; i++)
		assert_int_not_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	/* until it is told to */
	assert_true(answer_has(gpu, "vanish now for=0", "ok"));
	for (int i = 0; i < 5; i++)
		assert_int_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	assert_true(answer_has(gpu, "vanish off", "ok"));
	assert_int_not_equal(reg_cpu_read(gpu, 0xd8c), ALL_ONES);
	assert_quiet(gpu);
	/* a driver that is unbound has no business with it either */
	assert_true(answer_has(gpu, "vanish now for=1", "ok"));
	assert_true(answer_has(gpu, "quiet on", "ok"));
	assert_violates(gpu, "touched-after-unbind", reg_cpu_read(gpu, 0xd8c));
}

static void marks(void **state)
{
	struct gpu *gpu = *state;

	assert_true(answer_has(gpu, "counters since then", "error"));
	reg_cpu_read(gpu, 0xd8c);
	assert_true(answer_has(gpu, "mark then", "ok"));
	reg_cpu_read(gpu, 0xd8c);
	reg_cpu_read(gpu, 0xd8c);
	assert_true(answer_has(gpu, "counters since then", "mmio-read 2\n"));
	assert_true(answer_has(gpu, "mark then", "ok"));
	assert_true(answer_has(gpu, "counters since then", "mmio-read 0\n"));
	assert_true(answer_has(gpu, "counters", "mmio-read 3\n"));
	assert_true(answer_has(gpu, "journal 3", "note mark then"));
	assert_true(answer_has(gpu, "counters nothing", "error"));
	assert_true(answer_has(gpu, "mark", "error"));
	for (int i = 1; i < 16; i++) {
		char line[32];

		snprintf(line, sizeof(line), "mark m%d", i);
		assert_true(answer_has(gpu, line, "ok"));
	}
	assert_true(answer_has(gpu, "mark more", "error"));
	assert_true(answer_has(gpu, "counters reset", "ok"));
	assert_true(answer_has(gpu, "counters since then", "error"));
}

/* The control socket */

static char control[64];

static int control_setup(void **state)
{
	struct gpu_options opt = { .platform = "bmg", .clock_steps = true, .control = control };

	snprintf(control, sizeof(control), "/tmp/xe-model-control-%d", (int)getpid());
	*state = gpu_create(&opt);
	return *state ? 0 : -1;
}

static int control_teardown(void **state)
{
	gpu_destroy(*state);
	unlink(control);
	return 0;
}

static void handle(struct gpu *gpu)
{
	struct pollfd fds[16];

	for (int i = 0; i < 4; i++) {
		int n = ctl_pollfds(gpu->ctl, fds, 16);

		assert_in_range(n, 1, 16);
		if (poll(fds, (nfds_t)n, 0) > 0)
			ctl_handle(gpu->ctl);
	}
}

static int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(addr.sun_path, control, sizeof(control));
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What came back, "" for nothing yet; NULL when the other side hung up. */
static const char *hear(int fd)
{
	static char text[65536];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	if (!n || (n < 0 && errno == ECONNRESET))
		return NULL;
	text[n > 0 ? n : 0] = 0;
	return text;
}

static void control_socket(void **state)
{
	struct gpu *gpu = *state;
	int a = dial(), b;
	char line[600];

	handle(gpu);
	b = dial();
	/* a line in pieces, two lines in one, two clients at once */
	say(a, "qui");
	say(b, "help\nno-such\n");
	handle(gpu);
	assert_string_equal(hear(a), "");
	assert_non_null(strstr(hear(b), "error"));
	say(a, "et on\nquiet off\n");
	handle(gpu);
	assert_string_equal(hear(a), "ok\nok\n");
	/* a line without an end */
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = 0;
	say(b, line);
	handle(gpu);
	assert_null(hear(b));
	say(a, "\n\nvanish off\n");
	handle(gpu);
	assert_string_equal(hear(a), "ok\n");
	close(a);
	close(b);
}

static void too_many_clients(void **state)
{
	struct gpu *gpu = *state;
	int fds[12], served = 0;

	for (int i = 0; i < 12; i++) {
		fds[i] = dial();
		handle(gpu);
	}
	for (int i = 0; i < 12; i++) {
		const char *answer;

		if (send(fds[i], "vanish off\n", 11, MSG_NOSIGNAL) != 11)
			continue;
		handle(gpu);
		answer = hear(fds[i]);
		served += answer && !strcmp(answer, "ok\n");
	}
	assert_int_equal(served, 8);
	for (int i = 0; i < 12; i++)
		close(fds[i]);
	handle(gpu);
	fds[0] = dial();
	say(fds[0], "vanish off\n");
	handle(gpu);
	assert_string_equal(hear(fds[0]), "ok\n");
	close(fds[0]);
}

#define SOCKET_TEST(fn) cmocka_unit_test_setup_teardown(fn, control_setup, control_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers), cmocka_unit_test(timer_for_now), cmocka_unit_test(host_clock),
		cmocka_unit_test(numbers), CARD_TEST(counters), CARD_TEST(violations), CARD_TEST(repeated),
		CARD_TEST(quiet),
		CARD_TEST(flr), CARD_TEST(scripted_faults), CARD_TEST(config_of_gone), CARD_TEST(config_rules), CARD_TEST(vanish_at), CARD_TEST(comes_back), CARD_TEST(marks),
		SOCKET_TEST(control_socket),
		SOCKET_TEST(too_many_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
