/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What compilers and Debian's BearSSL expect of a C library: mem* and strlen, their checked forms (_FORTIFY_SOURCE), the end of a
 * smashed stack. Built with -fno-builtin and without loop-to-call conversion, or they would call themselves.
 */
#include "runtime.h"

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
void *__memcpy_chk(void *restrict to, const void *restrict from, size_t n, size_t to_len);
void *__memmove_chk(void *to, const void *from, size_t n, size_t to_len);
void *__memset_chk(void *to, int c, size_t n, size_t to_len);
_Noreturn void __stack_chk_fail(void);

void *
memcpy(void *restrict to, const void *restrict from, size_t n)
{
	void *d = to;

	__asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) : : "memory");
	return to;
}

void *
memset(void *to, int c, size_t n)
{
	void *d = to;

	__asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
	return to;
}

void *
memmove(void *to, const void *from, size_t n)
{
	uint8_t *d = to;
	const uint8_t *s = from;

	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(to, from, n);
	while (n-- != 0)
		d[n] = s[n];
	return to;
}

/* Not constant time; secrets are compared by ct_equal. */
int
memcmp(const void *a, const void *b, size_t n)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < n; i++) {
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

size_t
strlen(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

void *
__memcpy_chk(void *restrict to, const void *restrict from, size_t n, size_t to_len)
{
	if (n > to_len)
		runtime_crash();
	return memcpy(to, from, n);
}

void *
__memmove_chk(void *to, const void *from, size_t n, size_t to_len)
{
	if (n > to_len)
		runtime_crash();
	return memmove(to, from, n);
}

void *
__memset_chk(void *to, int c, size_t n, size_t to_len)
{
	if (n > to_len)
		runtime_crash();
	return memset(to, c, n);
}

void
__stack_chk_fail(void)
{
	runtime_crash();
}
