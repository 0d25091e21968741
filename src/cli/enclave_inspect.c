/* SPDX-License-Identifier: Apache-2.0 */
/* jurat enclave inspect: everything that an enclave's file says, and whether it is true. */
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/enclave.h"
#include "core/ct.h"
#include "core/hex.h"
#include "host/find.h"
#include "image/metadata.h"
#include "json/write.h"

/* What is known about one block, or about the whole file where it has no blocks. */
struct finding {
	struct image_facts facts;
	const struct metadata *metadata; /* NULL: no blocks */
	jurat_rc measured;
	struct jurat_diag measured_diag;
	uint8_t mrenclave[SGX_HASH_LEN];
	bool is_signed;
	jurat_rc signature;
	struct jurat_diag signature_diag;
	bool parsed;
	struct sgx_sigstruct sig; /* if parsed */
	uint8_t mrsigner[SGX_HASH_LEN];
	bool equal; /* measured and signed hash */
};

static const char *
kind_name(enum image_kind kind)
{
	static const char *const names[] = { "sdk", "open-enclave", "sgxs", "flat", "windows" };

	return names[kind];
}

static const char *
kind_text(enum image_kind kind)
{
	static const char *const texts[] = { "ELF with Intel SDK metadata", "ELF of Open Enclave", "sgxs stream", "flat image",
		"Windows PE with Intel SDK metadata (not measured)" };

	return texts[kind];
}

static void
find_out(struct finding *f, const struct image *image)
{
	image_describe(&f->facts, image);
	f->measured = image_measure(f->mrenclave, image, &f->measured_diag);
	f->is_signed = f->facts.sigstruct != NULL;
	if (!f->is_signed)
		return;
	f->signature = sigstruct_verify(NULL, f->facts.sigstruct, SGX_SIGSTRUCT_LEN, &f->signature_diag);
	f->parsed = sigstruct_parse(&f->sig, f->facts.sigstruct, SGX_SIGSTRUCT_LEN, NULL) == JURAT_OK;
	if (!f->parsed)
		return;
	sigstruct_mrsigner(f->mrsigner, &f->sig);
	f->equal = f->measured == JURAT_OK && ct_equal(f->mrenclave, f->sig.enclave_hash, SGX_HASH_LEN);
}

/* verdict: of one finding, as an exit code: a file that is not signed, or cannot be measured by design, is no lie. */
static int
verdict(const struct finding *f)
{
	if (f->measured != JURAT_OK && f->facts.kind != IMAGE_PE)
		return cli_exit_of(f->measured);
	if (f->is_signed && f->signature != JURAT_OK)
		return cli_exit_of(f->signature);
	if (f->is_signed && f->measured == JURAT_OK && !f->equal)
		return EXIT_INVALID;
	return EXIT_ACCEPTED;
}

static void line(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void
line(const char *name, const char *format, ...)
{
	va_list ap;

	printf("  %-18s ", name);
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	putchar('\n');
}

static void
hex_line(const char *name, const uint8_t *p, size_t n)
{
	char text[2 * 64 + 1];

	hex_encode(text, p, n);
	line(name, "%s", text);
}

static const struct flag_name {
	uint64_t bit;
	const char *name;
} flag_names[] = {
	{ SGX_FLAGS_INIT, "INIT" },
	{ SGX_FLAGS_DEBUG, "DEBUG" },
	{ SGX_FLAGS_MODE64BIT, "MODE64BIT" },
	{ SGX_FLAGS_PROVISIONKEY, "PROVISIONKEY" },
	{ SGX_FLAGS_EINITTOKENKEY, "EINITTOKENKEY" },
	{ SGX_FLAGS_CET, "CET" },
	{ SGX_FLAGS_KSS, "KSS" },
	{ SGX_FLAGS_AEXNOTIFY, "AEXNOTIFY" },
};

static void
flags_line(const char *name, uint64_t flags)
{
	char text[160] = "";

	for (size_t i = 0; i < ARRAY_LEN(flag_names); i++) {
		if ((flags & flag_names[i].bit) != 0) {
			strcat(text, " ");
			strcat(text, flag_names[i].name);
		}
	}
	line(name, "0x%" PRIx64 "%s", flags, text);
}

static const char *
debug_text(const struct sgx_sigstruct *s)
{
	if ((s->attribute_mask.flags & SGX_FLAGS_DEBUG) == 0)
		return "allowed: whoever loads it decides";
	return (s->attributes.flags & SGX_FLAGS_DEBUG) != 0 ? "always: anybody on the computer can read this enclave" : "forbidden";
}

static void
print_sigstruct(const struct finding *f)
{
	const struct sgx_sigstruct *s = &f->sig;

	printf("signature\n");
	if (!f->is_signed) {
		line("state", "not signed");
		return;
	}
	if (f->signature == JURAT_OK)
		line("state", "valid (RSA-3072, e = 3; Q1 and Q2 are right)");
	else
		line("state", "NOT VALID: %s: %s", f->signature_diag.field, jurat_rc_text(f->signature));
	if (!f->parsed)
		return;
	hex_line("mrsigner", f->mrsigner, SGX_HASH_LEN);
	line("date", "%08x%s", s->date, sigstruct_date_is_bcd(s->date) ? "" : " (no date by the manual's coding)");
	line("vendor", "0x%x%s", s->vendor, s->vendor == SGX_VENDOR_INTEL ? " (Intel)" : "");
	line("isv_prod_id", "%u", s->isv_prod_id);
	line("isv_svn", "%u", s->isv_svn);
	hex_line("isv_family_id", s->isv_family_id, SGX_EXTID_LEN);
	hex_line("isv_ext_prod_id", s->isv_ext_prod_id, SGX_EXTID_LEN);
	line("sw_defined", "0x%x", s->sw_defined);
	flags_line("attributes", s->attributes.flags);
	line("attribute mask", "0x%" PRIx64, s->attribute_mask.flags);
	line("xfrm", "0x%" PRIx64 ", mask 0x%" PRIx64, s->attributes.xfrm, s->attribute_mask.xfrm);
	line("miscselect", "0x%x, mask 0x%x", s->miscselect, s->misc_mask);
	line("cet attributes", "0x%x, mask 0x%x", s->cet_attributes, s->cet_attributes_mask);
	line("debug", "%s", debug_text(s));
	hex_line("signed hash", s->enclave_hash, SGX_HASH_LEN);
}

static void
print_layout_entry(const struct layout_entry *e, size_t i)
{
	if ((e->id & LAYOUT_GROUP) != 0) {
		printf("    %2zu  %-22s the %u entries above, %u times more, each 0x%" PRIx64 " further\n", i, layout_name(e->id),
		    e->num_entries, e->num_times, e->step);
		return;
	}
	printf("    %2zu  %-22s 0x%010" PRIx64 " %8u pages  %c%c%c%s%s%s\n", i, layout_name(e->id), e->rva, e->num_pages,
	    (e->secinfo_flags & SGX_PAGE_R) != 0 ? 'r' : '-', (e->secinfo_flags & SGX_PAGE_W) != 0 ? 'w' : '-',
	    (e->secinfo_flags & SGX_PAGE_X) != 0 ? 'x' : '-', (e->secinfo_flags & SGX_PAGE_TYPE_MASK) == SGX_PT_TCS ? " tcs" : "",
	    (e->attr & LAYOUT_EADD) != 0 ? " added" : "", (e->attr & LAYOUT_EEXTEND) != 0 ? " measured" : "");
}

static void
print_metadata(const struct metadata *m, size_t index, size_t chosen)
{
	printf("metadata block %zu%s\n", index, index == chosen ? " (the one a loader without EDMM takes)" : "");
	line("version", "%u.%u", METADATA_MAJOR(m->version), (unsigned)m->version);
	line("place", "byte %" PRIu64 ", %u bytes", m->off, m->len);
	flags_line("attributes", m->attributes.flags);
	line("xfrm", "0x%" PRIx64, m->attributes.xfrm);
	line("miscselect", "0x%x", m->miscselect);
	line("patches", "%zu", patch_num(m));
	if (m->has_elrange)
		line("elrange", "0x%" PRIx64 " bytes from 0x%" PRIx64 ", image at 0x%" PRIx64, m->elrange_size, m->elrange_start,
		    m->image_address);
	line("layout", "%zu entries", layout_num(m));
	for (size_t i = 0; i < layout_num(m); i++) {
		struct layout_entry entry;

		layout_at(&entry, m, i);
		print_layout_entry(&entry, i);
	}
}

static void
print_finding(const struct finding *f)
{
	line("enclave size", "0x%" PRIx64 " bytes", f->facts.enclave_size);
	line("ssa frame", "%u pages", f->facts.ssa_frame_pages);
	print_sigstruct(f);
	if (f->measured == JURAT_OK)
		hex_line("measured hash", f->mrenclave, SGX_HASH_LEN);
	else
		line("measured hash", "none: %s: %s", f->measured_diag.field, jurat_rc_text(f->measured));
	if (f->measured == JURAT_OK && f->parsed)
		line("the two hashes", "%s", f->equal ? "are equal" : "DIFFER: the file was changed after it was signed");
}

/* ---- JSON ---- */

static void
json_number(struct json_out *o, const char *name, uint64_t v)
{
	char text[19];

	snprintf(text, sizeof text, "0x%" PRIx64, v); /* all 64 bits: JSON's integers are signed */
	json_out_string(o, name, text);
}

static void
json_sigstruct(struct json_out *o, const struct finding *f)
{
	const struct sgx_sigstruct *s = &f->sig;
	char date[9];

	if (!f->parsed)
		return;
	snprintf(date, sizeof date, "%08x", s->date);
	json_out_begin(o, "sigstruct", '{');
	json_out_hex(o, "mrsigner", f->mrsigner, SGX_HASH_LEN);
	json_out_hex(o, "enclave_hash", s->enclave_hash, SGX_HASH_LEN);
	json_out_string(o, "date", date);
	json_out_integer(o, "vendor", s->vendor);
	json_out_integer(o, "isv_prod_id", s->isv_prod_id);
	json_out_integer(o, "isv_svn", s->isv_svn);
	json_out_hex(o, "isv_family_id", s->isv_family_id, SGX_EXTID_LEN);
	json_out_hex(o, "isv_ext_prod_id", s->isv_ext_prod_id, SGX_EXTID_LEN);
	json_out_integer(o, "sw_defined", s->sw_defined);
	json_number(o, "attributes", s->attributes.flags);
	json_number(o, "attribute_mask", s->attribute_mask.flags);
	json_number(o, "xfrm", s->attributes.xfrm);
	json_number(o, "xfrm_mask", s->attribute_mask.xfrm);
	json_number(o, "miscselect", s->miscselect);
	json_number(o, "misc_mask", s->misc_mask);
	json_out_end(o, '}');
}

static void
json_layout_entry(struct json_out *o, const struct layout_entry *e)
{
	json_out_begin(o, NULL, '{');
	json_out_integer(o, "id", e->id);
	json_out_string(o, "name", layout_name(e->id));
	if ((e->id & LAYOUT_GROUP) != 0) {
		json_out_integer(o, "entries", e->num_entries);
		json_out_integer(o, "times", e->num_times);
		json_number(o, "step", e->step);
	} else {
		json_number(o, "rva", e->rva);
		json_out_integer(o, "pages", e->num_pages);
		json_number(o, "secinfo", e->secinfo_flags);
		json_out_bool(o, "added", (e->attr & LAYOUT_EADD) != 0);
		json_out_bool(o, "measured", (e->attr & LAYOUT_EEXTEND) != 0);
	}
	json_out_end(o, '}');
}

static void
json_metadata(struct json_out *o, const struct metadata *m)
{
	char version[24];

	snprintf(version, sizeof version, "%u.%u", METADATA_MAJOR(m->version), (unsigned)m->version);
	json_out_begin(o, "metadata", '{');
	json_out_string(o, "version", version);
	json_out_integer(o, "offset", (int64_t)m->off);
	json_out_integer(o, "size", m->len);
	json_number(o, "attributes", m->attributes.flags);
	json_number(o, "xfrm", m->attributes.xfrm);
	json_number(o, "miscselect", m->miscselect);
	json_out_begin(o, "layout", '[');
	for (size_t i = 0; i < layout_num(m); i++) {
		struct layout_entry entry;

		layout_at(&entry, m, i);
		json_layout_entry(o, &entry);
	}
	json_out_end(o, ']');
	json_out_end(o, '}');
}

static void
json_finding(struct json_out *o, const struct finding *f, bool chosen)
{
	json_out_begin(o, NULL, '{');
	json_out_bool(o, "chosen", chosen);
	json_number(o, "enclave_size", f->facts.enclave_size);
	json_out_integer(o, "ssa_frame_pages", f->facts.ssa_frame_pages);
	if (f->metadata != NULL)
		json_metadata(o, f->metadata);
	json_out_bool(o, "signed", f->is_signed);
	if (f->is_signed)
		json_out_string(o, "signature", jurat_rc_name(f->signature));
	json_sigstruct(o, f);
	if (f->measured == JURAT_OK)
		json_out_hex(o, "mrenclave", f->mrenclave, SGX_HASH_LEN);
	else
		json_out_string(o, "not_measured", jurat_rc_name(f->measured));
	if (f->measured == JURAT_OK && f->parsed)
		json_out_bool(o, "hashes_equal", f->equal);
	json_out_end(o, '}');
}

/* ---- the verb ---- */

static int
finish_json(struct json_out *o)
{
	char *text;

	if (json_out_finish(o, &text) != JURAT_OK)
		return cli_fail(JURAT_E_MEMORY, NULL, "output");
	fputs(text, stdout);
	free(text);
	return EXIT_ACCEPTED;
}

/* each_finding: every block in turn, as text or into o; the exit code is the chosen one's. */
static int
each_finding(struct image *image, struct json_out *o)
{
	const struct metadata_list *list = image_metadata(image);
	struct image_facts facts;
	size_t chosen, num = list->num != 0 ? list->num : 1;
	int code = EXIT_ACCEPTED;

	image_describe(&facts, image);
	chosen = facts.metadata_index;
	for (size_t i = 0; i < num; i++) {
		struct finding f = { .metadata = list->num != 0 ? &list->blocks[i] : NULL };

		if (list->num != 0 && image_choose(image, i, NULL) != JURAT_OK)
			return EXIT_INTERNAL;
		find_out(&f, image);
		if (i == chosen)
			code = verdict(&f);
		if (o != NULL) {
			json_finding(o, &f, i == chosen);
			continue;
		}
		if (f.metadata != NULL)
			print_metadata(f.metadata, i, chosen);
		print_finding(&f);
	}
	return code;
}

static int
inspect_json(struct enclave_file *f, enum image_kind kind)
{
	struct json_out o;
	int code, written;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_string(&o, "kind", kind_name(kind));
	json_out_integer(&o, "file_size", (int64_t)f->file.len);
	json_out_begin(&o, "blocks", '[');
	code = each_finding(f->image, &o);
	json_out_end(&o, ']');
	json_out_end(&o, '}');
	written = finish_json(&o);
	return written != EXIT_ACCEPTED ? written : code;
}

static int
inspect_file(const char *path, bool flat, const char *sig, bool json)
{
	CLEANUP(enclave_file_clear) struct enclave_file f = { 0 };
	struct image_facts facts;
	int code = enclave_file_open(&f, path, flat, sig);

	if (code != EXIT_ACCEPTED)
		return code;
	image_describe(&facts, f.image);
	if (json)
		return inspect_json(&f, facts.kind);
	printf("file\n");
	line("kind", "%s", kind_text(facts.kind));
	line("size", "%zu bytes", f.file.len);
	return each_finding(f.image, NULL);
}

enum { MAX_HITS = 16 };

static void
print_hits(const struct find_hit *hits, size_t num)
{
	for (size_t i = 0; i < num; i++)
		printf("found at byte %zu (%s)\n", hits[i].off, find_form_name(hits[i].form));
	if (num == MAX_HITS)
		printf("and perhaps at more places\n");
	if (num == 0)
		printf("not found\n");
}

static int
json_hits(const struct find_hit *hits, size_t num)
{
	struct json_out o;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_begin(&o, "found", '[');
	for (size_t i = 0; i < num; i++) {
		json_out_begin(&o, NULL, '{');
		json_out_integer(&o, "offset", (int64_t)hits[i].off);
		json_out_string(&o, "form", find_form_name(hits[i].form));
		json_out_end(&o, '}');
	}
	json_out_end(&o, ']');
	json_out_end(&o, '}');
	return finish_json(&o);
}

/* find_in_file: exit 0 if the secret is there, 1 if not, as grep does. The file need not be an enclave; the secret is never shown. */
static int
find_in_file(const char *path, const char *secret_path, bool json)
{
	CLEANUP(blob_clear) struct blob file = { 0 }, secret = { 0 };
	struct find_hit hits[MAX_HITS];
	struct jurat_diag d = { 0 };
	size_t num = 0;
	jurat_rc rc = file_read(&file, path, IMAGE_FILE_MAX_LEN, &d);
	int code = EXIT_ACCEPTED;

	if (rc != JURAT_OK)
		return cli_fail(rc, &d, path);
	rc = file_read(&secret, secret_path, IMAGE_FILE_MAX_LEN, &d);
	secret.secret = true;
	if (rc == JURAT_OK)
		rc = find_secret(hits, MAX_HITS, &num, &(struct find_job){ file.p, file.len, secret.p, secret.len }, &d);
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, secret_path);
	if (json)
		code = json_hits(hits, num);
	else
		print_hits(hits, num);
	return code == EXIT_ACCEPTED && num == 0 ? EXIT_INTERNAL : code;
}

int
enclave_inspect(int argc, char **argv)
{
	static const struct option options[] = { { "flat", no_argument, NULL, 'f' }, { "sig", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' }, { "find", required_argument, NULL, 'F' }, { NULL, 0, NULL, 0 } };
	bool flat = false, json = false;
	const char *sig = NULL, *secret = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return cli_bad_option("enclave", argv);
		flat |= c == 'f';
		json |= c == 'j';
		if (c == 's')
			sig = optarg;
		if (c == 'F')
			secret = optarg;
	}
	if (argc - optind != 1)
		return cli_usage("enclave", "inspect wants one file");
	if (secret != NULL)
		return find_in_file(argv[optind], secret, json);
	return inspect_file(argv[optind], flat, sig, json);
}
