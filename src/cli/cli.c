/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
cli_exit_of(jurat_rc rc)
{
	switch (rc) {
	case JURAT_OK:
		return EXIT_ACCEPTED;
	case JURAT_E_USAGE:
		return EXIT_USAGE;
	case JURAT_E_TRUNCATED:
	case JURAT_E_TRAILING:
	case JURAT_E_TOO_LARGE:
	case JURAT_E_FORMAT:
	case JURAT_E_VERSION:
	case JURAT_E_UNSUPPORTED:
	case JURAT_E_DUPLICATE:
	case JURAT_E_CRYPTO:
	case JURAT_E_MISMATCH:
	case JURAT_E_CHAIN:
	case JURAT_E_REPLAY:
		return EXIT_INVALID;
	case JURAT_E_REVOKED:
		return EXIT_REVOKED;
	case JURAT_E_EXPIRED:
	case JURAT_E_NOT_YET_VALID:
	case JURAT_E_MISSING:
		return EXIT_COLLATERAL;
	case JURAT_E_IDENTITY:
	case JURAT_E_ATTRIBUTES:
	case JURAT_E_TCB:
	case JURAT_E_POLICY:
	case JURAT_E_DENIED:
		return EXIT_POLICY;
	case JURAT_E_AUTH:
		return EXIT_AUTH;
	case JURAT_E_TIME:
		return EXIT_TIME;
	default:
		return EXIT_INTERNAL;
	}
}

/* put_escaped: text from outside, control characters as \xNN so that it cannot steer a terminal. */
static void
put_escaped(const char *text, FILE *to)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
}

int
cli_fail(jurat_rc rc, const struct jurat_diag *d, const char *what)
{
	bool about_errno = rc == JURAT_E_IO && d != NULL && d->got != 0 && d->got < 4096;

	fputs("jurat: error: ", stderr);
	if (what != NULL) {
		put_escaped(what, stderr);
		fputs(": ", stderr);
	}
	if (d != NULL && d->code != JURAT_OK && d->field != NULL)
		fprintf(stderr, "%s: ", d->field);
	fputs(jurat_rc_text(rc), stderr);
	if (about_errno)
		fprintf(stderr, " (%s)", strerror((int)d->got));
	else if (d != NULL && d->offset != NO_OFFSET && d->code != JURAT_OK)
		fprintf(stderr, " (at byte %" PRIu64 ", wanted %" PRIu64 ", got %" PRIu64 ")", d->offset, d->wanted, d->got);
	else if (d != NULL && (d->wanted != 0 || d->got != 0))
		fprintf(stderr, " (wanted %" PRIu64 ", got %" PRIu64 ")", d->wanted, d->got);
	fputc('\n', stderr);
	if (d != NULL && d->hint != NULL)
		fprintf(stderr, "jurat: hint: %s\n", d->hint);
	return cli_exit_of(rc);
}

int
cli_usage(const char *command, const char *format, ...)
{
	va_list ap;

	fputs("jurat: error: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, "\njurat: hint: jurat %s --help lists the options\n", command);
	return EXIT_USAGE;
}

void
cli_progress(const char *format, ...)
{
	va_list ap;

	fputs("jurat: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}
