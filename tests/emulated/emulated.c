/* SPDX-License-Identifier: Apache-2.0 */
/* The little that the tests need of a machine without an operating system: the serial port, memory, an end. */
#include "emulated.h"
#include "kernels_compare.h"
#include "runtime.h"

#define SERIAL 0x3f8
#define SERIAL_READY 0x20 /* of the line status: room for a byte */
#define SERIAL_SENT 0x40  /* nothing is left to send */
#define SERIAL_8_BITS 3 /* of the line control: no parity, one stop bit */
#define BOCHS_SHUTDOWN 0x8900

extern uint8_t heap[];
_Noreturn void emulated_main(void);
int test_epid_lanes(void); /* main of that file */

static void
out(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t
in(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void
print(const char *text)
{
	for (; *text != '\0'; text++) {
		while (!(in(SERIAL + 5) & SERIAL_READY))
			;
		out(SERIAL, (uint8_t)*text);
	}
}

static void
print_number(unsigned n)
{
	char digits[12];
	char *p = digits + sizeof digits - 1;

	*p = '\0';
	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	print(p);
}

static _Noreturn void
power_off(void)
{
	while (!(in(SERIAL + 5) & SERIAL_SENT))
		;
	for (const char *p = "Shutdown"; *p != '\0'; p++)
		out(BOCHS_SHUTDOWN, (uint8_t)*p);
	for (;;)
		__asm__ volatile("hlt");
}

void
runtime_crash(void)
{
	print("FAILED: the end of memory or of a stack\n");
	power_off();
}

void
emulated_check(bool good, const char *what, int line)
{
	if (good)
		return;
	print("FAILED: line ");
	print_number((unsigned)line);
	print(": ");
	print(what);
	print("\n");
	power_off();
}

void *
emulated_alloc(size_t n)
{
	static uint8_t *next = heap;
	uint8_t *p = next;

	next += (n + 63) & ~(size_t)63;
	return p;
}

int
emulated_run(const char *name, const struct CMUnitTest *tests, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		void *state = tests[i].initial_state;

		print(name);
		print(": ");
		print(tests[i].name);
		tests[i].test_func(&state);
		print(": passed\n");
	}
	return 0;
}

void
emulated_main(void)
{
	out(SERIAL + 3, SERIAL_8_BITS);
	print("started\n");
	emulated_check(kernels_ifma_runs_here(), "kernels_ifma_runs_here", __LINE__);
	if (test_epid_lanes() == 0 && kernels_compare("AVX-512 IFMA", &kernels_ifma) == 0)
		print("ALL PASSED\n");
	power_off();
}
