/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as text. Times are seconds since 1970 UTC, signed 64 bits; nothing here reads a clock but when_now. */
#ifndef HOST_WHEN_H
#define HOST_WHEN_H

#include "core/compiler.h"

#define WHEN_TEXT_LEN 20 /* "2026-11-24T12:00:00Z" without the NUL */

/* when_parse: exactly YYYY-MM-DDThh:mm:ssZ, a day that exists, year 1970-9999; false otherwise. */
MUST_USE bool when_parse(int64_t *out_unix_s, const char *text, size_t len);

/* when_format: out has WHEN_TEXT_LEN + 1 bytes; years outside 1970-9999 give "out of range". */
void when_format(char out[WHEN_TEXT_LEN + 1], int64_t unix_s);

/* when_from_fields: strict calendar arithmetic for ASN.1 times; false if the date does not exist. */
MUST_USE bool when_from_fields(int64_t *out_unix_s, int year, int month, int day, int hour, int minute, int second);

/* when_whole_days: rounded down, so that a day that is not whole does not count. */
int64_t when_whole_days(int64_t seconds);

/* when_now: the operating system's clock. Only command line and daemons call it. */
int64_t when_now(void);

#endif
