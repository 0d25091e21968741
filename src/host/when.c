/* SPDX-License-Identifier: Apache-2.0 */
#include "host/when.h"

#include <string.h>
#include <time.h>

#define SECONDS_A_DAY 86400
#define WHEN_MAX_UNIX_S 253402300799ll /* 9999-12-31T23:59:59Z */

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* days_before_year: days from 1970-01-01 to the year's first; year in 1..9999, so an int64_t has room to spare. */
static int64_t
days_before_year(int year)
{
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162; /* 719162 days lie between 0001-01-01 and 1970-01-01 */
}

bool
when_from_fields(int64_t *out_unix_s, int year, int month, int day, int hour, int minute, int second)
{
	int64_t days;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	/* A leap second has no number of its own in Unix time; neither X.509 (RFC 5280) nor Intel's JSON uses one. */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	days = days_before_year(year);
	for (int m = 1; m < month; m++)
		days += days_in_month(year, m);
	days += day - 1;
	*out_unix_s = days * SECONDS_A_DAY + hour * 3600 + minute * 60 + second;
	return true;
}

static bool
take_digits(int *out, const char *text, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		v = v * 10 + (text[i] - '0');
	}
	*out = v;
	return true;
}

bool
when_parse(int64_t *out_unix_s, const char *text, size_t len)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	int year, month, day, hour, minute, second;

	if (len != WHEN_TEXT_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (form[i] != '0' && text[i] != form[i])
			return false;
	}
	if (!take_digits(&year, text, 4) || !take_digits(&month, text + 5, 2) || !take_digits(&day, text + 8, 2) ||
	    !take_digits(&hour, text + 11, 2) || !take_digits(&minute, text + 14, 2) || !take_digits(&second, text + 17, 2))
		return false;
	if (year < 1970)
		return false;
	return when_from_fields(out_unix_s, year, month, day, hour, minute, second);
}

/* put_digits: n digits of v at *to, and one more character. */
static void
put_digits(char **to, size_t n, int64_t v, char then)
{
	for (size_t i = n; i > 0; i--) {
		(*to)[i - 1] = (char)('0' + v % 10);
		v /= 10;
	}
	(*to)[n] = then;
	*to += n + 1;
}

/* The C library's gmtime_r and strftime would read the environment's time zone, and its file, first. */
void
when_format(char out[WHEN_TEXT_LEN + 1], int64_t unix_s)
{
	int64_t days = unix_s / SECONDS_A_DAY, second = unix_s % SECONDS_A_DAY;
	int year, month = 1;

	if (unix_s < 0 || unix_s > WHEN_MAX_UNIX_S) {
		memcpy(out, "out of range", sizeof "out of range");
		return;
	}
	year = 1970 + (int)(days / 366); /* never too late, since no year has more days */
	while (days_before_year(year + 1) <= days)
		year++;
	days -= days_before_year(year);
	for (; days >= days_in_month(year, month); month++)
		days -= days_in_month(year, month);
	put_digits(&out, 4, year, '-');
	put_digits(&out, 2, month, '-');
	put_digits(&out, 2, days + 1, 'T');
	put_digits(&out, 2, second / 3600, ':');
	put_digits(&out, 2, second / 60 % 60, ':');
	put_digits(&out, 2, second % 60, 'Z');
	*out = '\0';
}

int64_t
when_whole_days(int64_t seconds)
{
	const int64_t day = 86400;

	return seconds / day - (seconds % day < 0);
}

int64_t
when_now(void)
{
	return (int64_t)time(NULL);
}
