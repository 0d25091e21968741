/* SPDX-License-Identifier: Apache-2.0 */
/* jurat enclave: sign, measure and keygen here; inspect has a file of its own. */
#include "cli/enclave.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/ct.h"
#include "core/hex.h"
#include "host/when.h"
#include "image/sign.h"
#include "json/write.h"

static void
print_hex(const char *name, const uint8_t *p, size_t n)
{
	char text[2 * 64 + 1];

	hex_encode(text, p, n);
	printf("%s%s\n", name, text);
}

int
enclave_file_open(struct enclave_file *out, const char *path, bool flat, const char *sig)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&out->file, path, IMAGE_FILE_MAX_LEN, &d);

	if (rc == JURAT_OK)
		rc = flat ? image_open_flat(&out->image, out->file.p, out->file.len, &d) :
			    image_open(&out->image, out->file.p, out->file.len, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, path);
	if (sig == NULL)
		return EXIT_ACCEPTED;
	rc = file_read(&out->sig, sig, SGX_SIGSTRUCT_LEN, &d);
	if (rc == JURAT_OK)
		rc = image_set_sigstruct(out->image, out->sig.p, out->sig.len, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, sig);
}

void
enclave_file_clear(struct enclave_file *f)
{
	image_free(f->image);
	blob_clear(&f->file);
	blob_clear(&f->sig);
}

static void
key_clear(struct rsa3072_key **key)
{
	rsa3072_key_free(*key);
}

static int
read_key(struct rsa3072_key **out, const char *path)
{
	CLEANUP(blob_clear) struct blob pem = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read_secret(&pem, path, 65536, &d);

	if (rc == JURAT_OK)
		rc = rsa3072_key_from_pem(out, (const char *)pem.p, pem.len, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, path);
}

static int
read_settings(struct image_settings *out, const char *path)
{
	CLEANUP(blob_clear) struct blob json = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	image_settings_default(out);
	if (path == NULL)
		return EXIT_ACCEPTED;
	rc = file_read(&json, path, IMAGE_SETTINGS_MAX_LEN, &d);
	if (rc == JURAT_OK)
		rc = image_settings_parse(out, (const char *)json.p, json.len, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, path);
}

/* today_bcd: the day of signing, when neither settings nor --date name one. */
static uint32_t
today_bcd(void)
{
	char text[WHEN_TEXT_LEN + 1];
	uint32_t v = 0;

	when_format(text, when_now());
	for (size_t i = 0; i < 10; i++) {
		if (text[i] != '-')
			v = v << 4 | (uint32_t)(text[i] & 15);
	}
	return v;
}

static bool
parse_date(uint32_t *out, const char *text)
{
	uint32_t v = 0;

	if (strlen(text) != 8 || strspn(text, "0123456789") != 8)
		return false;
	for (size_t i = 0; i < 8; i++)
		v = v << 4 | (uint32_t)(text[i] - '0');
	*out = v;
	return true;
}

/* print_identity: what others will pin: of the file just signed. */
static int
print_identity(const uint8_t *file, size_t len)
{
	struct image *image;
	struct image_facts facts;
	struct sgx_sigstruct s;
	struct jurat_diag d = { 0 };
	uint8_t mrsigner[SGX_HASH_LEN];
	jurat_rc rc = image_open(&image, file, len, &d);

	if (rc != JURAT_OK)
		return cli_fail(rc, &d, "signed file");
	image_describe(&facts, image);
	rc = sigstruct_verify(&s, facts.sigstruct, SGX_SIGSTRUCT_LEN, &d);
	image_free(image);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, "signed file");
	sigstruct_mrsigner(mrsigner, &s);
	print_hex("mrenclave  ", s.enclave_hash, SGX_HASH_LEN);
	print_hex("mrsigner   ", mrsigner, SGX_HASH_LEN);
	return EXIT_ACCEPTED;
}

struct sign_options {
	const char *in, *out, *key, *settings;
	uint32_t date;
};

static int
sign_file(const struct sign_options *o)
{
	CLEANUP(blob_clear) struct blob elf = { 0 }, made = { 0 };
	CLEANUP(key_clear) struct rsa3072_key *key = NULL;
	struct image_settings settings;
	struct jurat_diag d = { 0 };
	jurat_rc rc = file_read(&elf, o->in, IMAGE_FILE_MAX_LEN, &d);
	int code;

	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o->in);
	code = read_settings(&settings, o->settings);
	if (code == EXIT_ACCEPTED)
		code = read_key(&key, o->key);
	if (code != EXIT_ACCEPTED)
		return code;
	if (o->date != 0)
		settings.date_bcd = o->date;
	else if (settings.date_bcd == 0)
		settings.date_bcd = today_bcd();
	rc = image_sign(&made.p, &made.len, elf.p, elf.len, &settings, key, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o->in);
	rc = file_write(o->out, made.p, made.len, 0644, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, o->out);
	return strcmp(o->out, "-") == 0 ? EXIT_ACCEPTED : print_identity(made.p, made.len);
}

static int
enclave_sign(int argc, char **argv)
{
	static const struct option options[] = { { "key", required_argument, NULL, 'k' }, { "settings", required_argument, NULL, 's' },
		{ "date", required_argument, NULL, 'd' }, { NULL, 0, NULL, 0 } };
	struct sign_options o = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		switch (c) {
		case 'k':
			o.key = optarg;
			break;
		case 's':
			o.settings = optarg;
			break;
		case 'o':
			o.out = optarg;
			break;
		case 'd':
			if (!parse_date(&o.date, optarg))
				return cli_usage("enclave", "--date wants YYYYMMDD");
			break;
		default:
			return cli_bad_option("enclave", argv);
		}
	}
	if (argc - optind != 1 || o.key == NULL || o.out == NULL)
		return cli_usage("enclave", "sign wants one file, --key and -o");
	o.in = argv[optind];
	return sign_file(&o);
}

/* check_signed: EXIT_INVALID if the file's own signature is wrong or says another measurement. */
static int
check_signed(const struct image_facts *facts, const uint8_t mrenclave[SGX_HASH_LEN], const char *path)
{
	struct sgx_sigstruct s;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (facts->sigstruct == NULL)
		return EXIT_ACCEPTED;
	rc = sigstruct_verify(&s, facts->sigstruct, SGX_SIGSTRUCT_LEN, &d);
	if (rc == JURAT_OK && !ct_equal(s.enclave_hash, mrenclave, SGX_HASH_LEN)) {
		rc = jurat_fail(&d, JURAT_E_MISMATCH, "sigstruct.enclave_hash", NO_OFFSET, 0, 0);
		jurat_hint(&d, "the file was changed after it was signed");
	}
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, path);
}

static int
print_measurement(const uint8_t mrenclave[SGX_HASH_LEN], bool json)
{
	struct json_out o;
	char *text;

	if (!json) {
		print_hex("", mrenclave, SGX_HASH_LEN);
		return EXIT_ACCEPTED;
	}
	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_hex(&o, "mrenclave", mrenclave, SGX_HASH_LEN);
	json_out_end(&o, '}');
	if (json_out_finish(&o, &text) != JURAT_OK)
		return cli_fail(JURAT_E_MEMORY, NULL, "output");
	fputs(text, stdout);
	free(text);
	return EXIT_ACCEPTED;
}

static int
enclave_measure(int argc, char **argv)
{
	static const struct option options[] = { { "flat", no_argument, NULL, 'f' }, { "sig", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	CLEANUP(enclave_file_clear) struct enclave_file f = { 0 };
	bool flat = false, json = false;
	const char *sig = NULL;
	uint8_t mrenclave[SGX_HASH_LEN];
	struct image_facts facts;
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int c, code;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return cli_bad_option("enclave", argv);
		flat |= c == 'f';
		json |= c == 'j';
		if (c == 's')
			sig = optarg;
	}
	if (argc - optind != 1)
		return cli_usage("enclave", "measure wants one file");
	code = enclave_file_open(&f, argv[optind], flat, sig);
	if (code != EXIT_ACCEPTED)
		return code;
	rc = image_measure(mrenclave, f.image, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, argv[optind]);
	code = print_measurement(mrenclave, json);
	image_describe(&facts, f.image);
	return code == EXIT_ACCEPTED ? check_signed(&facts, mrenclave, argv[optind]) : code;
}

static int
make_key(const char *path)
{
	CLEANUP(key_clear) struct rsa3072_key *key = NULL;
	CLEANUP(blob_clear) struct blob pem = { .secret = true };
	struct jurat_diag d = { 0 };
	uint8_t modulus[RSA3072_LEN], mrsigner[SHA256_LEN];
	char *text;
	jurat_rc rc = rsa3072_key_new(&key, &d);

	if (rc == JURAT_OK)
		rc = rsa3072_key_to_pem(key, &text, &pem.len, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, "key");
	pem.p = (uint8_t *)text;
	rc = file_create(path, pem.p, pem.len, 0600, &d);
	if (rc == JURAT_OK)
		rc = rsa3072_modulus(modulus, key);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, path);
	sha256_once(mrsigner, modulus, sizeof modulus);
	print_hex("mrsigner   ", mrsigner, sizeof mrsigner);
	return EXIT_ACCEPTED;
}

static int
enclave_keygen(int argc, char **argv)
{
	static const struct option options[] = { { NULL, 0, NULL, 0 } };
	const char *out = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c != 'o')
			return cli_bad_option("enclave", argv);
		out = optarg;
	}
	if (argc != optind || out == NULL || strcmp(out, "-") == 0)
		return cli_usage("enclave", "keygen wants -o and a file");
	return make_key(out);
}

static int
print_help(FILE *to)
{
	fputs("usage: jurat enclave sign FILE --key KEY.pem [--settings FILE.json] [--date YYYYMMDD] -o OUT\n"
	      "       jurat enclave measure FILE [--flat] [--sig FILE] [--json]\n"
	      "       jurat enclave inspect FILE [--flat] [--sig FILE] [--json] [--find FILE]\n"
	      "       jurat enclave keygen -o KEY.pem\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

int
cmd_enclave(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{ "sign", enclave_sign },
		{ "measure", enclave_measure },
		{ "inspect", enclave_inspect },
		{ "keygen", enclave_keygen },
	};

	if (argc < 2)
		return print_help(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_help(stdout);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(argv[1], verbs[i].verb) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	}
	return cli_usage("enclave", "unknown verb");
}
