/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

/*
 * put_escaped: text from outside, control characters as \xNN so that it cannot steer a terminal: those of ASCII, and those of
 * ISO 8859 (C1), which UTF-8 writes as C2 80 to C2 9F.
 */
static void
put_escaped(const char *text, FILE *to)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)text[0], next = (unsigned char)text[1];

		if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
			fprintf(to, "\\xc2\\x%02x", (unsigned char)*++text);
		else if (c < 0x20 || c == 0x7f)
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
}

/* put_detail: the numbers of a record, where they say more than the code's words do. */
static void
put_detail(jurat_rc rc, const struct jurat_diag *d)
{
	if (d->code != JURAT_OK && d->name[0] != '\0')
		fprintf(stderr, " (\"%s\")", d->name);
	else if (rc == JURAT_E_IO && d->got != 0 && d->got < 4096)
		fprintf(stderr, " (%s)", strerror((int)d->got));
	else if (rc == JURAT_E_IO || rc == JURAT_E_NOT_FOUND || rc == JURAT_E_EXISTS || rc == JURAT_E_NO_SPACE)
		return; /* got is the errno of which the code was made */
	else if (rc == JURAT_E_PERMISSION && d->wanted == 0)
		return;
	else if (rc == JURAT_E_PERMISSION)
		fprintf(stderr, " (wanted mode %04" PRIo64 ", got %04" PRIo64 ")", d->wanted, d->got);
	else if (d->offset != NO_OFFSET && d->code != JURAT_OK)
		fprintf(stderr, " (at byte %" PRIu64 ", wanted %" PRIu64 ", got %" PRIu64 ")", d->offset, d->wanted, d->got);
	else if (d->wanted != 0 || d->got != 0)
		fprintf(stderr, " (wanted %" PRIu64 ", got %" PRIu64 ")", d->wanted, d->got);
}

int
cli_fail(jurat_rc rc, const struct jurat_diag *d, const char *what)
{
	fputs("jurat: error: ", stderr);
	if (what != NULL) {
		put_escaped(what, stderr);
		fputs(": ", stderr);
	}
	if (d != NULL && d->code != JURAT_OK && d->file != NULL && (d->field == NULL || strcmp(d->file, d->field) != 0))
		fprintf(stderr, "%s: ", d->file);
	if (d != NULL && d->code != JURAT_OK && d->field != NULL)
		fprintf(stderr, "%s: ", d->field);
	fputs(jurat_rc_text(rc), stderr);
	if (d != NULL)
		put_detail(rc, d);
	fputc('\n', stderr);
	if (d != NULL && d->hint != NULL)
		fprintf(stderr, "jurat: hint: %s\n", d->hint);
	return cli_exit_of(rc);
}

void
cli_error(const char *what, const char *format, ...)
{
	va_list ap;

	fputs("jurat: error: ", stderr);
	put_escaped(what, stderr);
	fputs(": ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int
cli_descriptor(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && n < 1024 ? (int)n : -1;
}

int
cli_finish(int status)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	errno = 0;
	if ((fflush(stdout) == 0 && ferror(stdout) == 0) || status != EXIT_ACCEPTED)
		return status;
	rc = jurat_fail(&d, errno == ENOSPC ? JURAT_E_NO_SPACE : JURAT_E_IO, "write", NO_OFFSET, 0, (uint64_t)errno);
	return cli_fail(rc, &d, "standard output");
}

static int
usage_hint(const char *command)
{
	if (command != NULL)
		fprintf(stderr, "jurat: hint: jurat %s --help lists the options\n", command);
	else
		fputs("jurat: hint: jurat --help lists the commands\n", stderr);
	return EXIT_USAGE;
}

int
cli_usage(const char *command, const char *format, ...)
{
	va_list ap;

	fputs("jurat: error: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	return usage_hint(command);
}

int
cli_set_once(const char **out, const char *command, const char *value, const char *option)
{
	if (*out != NULL)
		return cli_usage(command, "%s stands there twice", option);
	*out = value;
	return -1;
}

int
cli_bad_option(const char *command, char **argv)
{
	fputs("jurat: error: ", stderr);
	if (argv[optind - 1][0] == '-') {
		put_escaped(argv[optind - 1], stderr);
		fputs(": ", stderr);
	}
	fputs("unknown option, or an option without its value\n", stderr);
	return usage_hint(command);
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
