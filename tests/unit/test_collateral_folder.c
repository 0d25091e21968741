/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral in folders of plain files and of saved answers becomes the same collateral file, or names what is wrong. */
#include "support.h"

#include <stdio.h>

#include "core/diag.h"
#include "dcap/collateral.h"
#include "dcap/collateral_folder.h"
#include "dcap/saved_response.h"
#include "host/file.h"
#include "json/json.h"

/* The fuzz seed of a whole collateral file, and a folder that is to become it again. */
struct world {
	struct json_value *document;
	char *dir;
};

static void
world_init(struct world *w)
{
	const char *source = getenv("JURAT_SOURCE");
	char *path = NULL;
	uint8_t *text;
	size_t len;

	assert_non_null(source);
	assert_true(asprintf(&path, "%s/fuzz/seeds/collateral/whole", source) > 0);
	text = test_read(path, &len);
	assert_int_equal(json_parse(&w->document, (const char *)text, len, len, "seed", NULL), JURAT_OK);
	w->dir = temp_dir_new();
	free(text);
	free(path);
}

static void
world_clear(struct world *w)
{
	json_free(w->document);
	temp_dir_remove(w->dir);
}

static const char *
member(const struct world *w, const char *name)
{
	const char *text = json_text(json_member(w->document, name));

	assert_non_null(text);
	return text;
}

static void
put_bytes(const struct world *w, const char *name, const void *p, size_t len)
{
	char *path = path_join(w->dir, name);

	assert_non_null(path);
	assert_int_equal(file_write(path, p, len, 0600, NULL), JURAT_OK);
	free(path);
}

static void
put(const struct world *w, const char *name, const char *text)
{
	put_bytes(w, name, text, strlen(text));
}

static void
drop(const struct world *w, const char *name)
{
	char *path = path_join(w->dir, name);

	assert_non_null(path);
	assert_int_equal(remove(path), 0);
	free(path);
}

static void
put_plain(const struct world *w)
{
	size_t len;
	uint8_t *der = test_hex(member(w, "root_ca_crl"), &len);
	char *line = NULL;

	put_bytes(w, "root_ca_crl.der", der, len);
	free(der);
	assert_true(asprintf(&line, "%s\n", member(w, "pck_crl")) > 0);
	put(w, "pck_crl.hex", line);
	free(line);
	put(w, "tcb_info.json", member(w, "tcb_info"));
	put(w, "tcb_info_signature", member(w, "tcb_info_signature"));
	put(w, "tcb_info_issuer_chain.pem", member(w, "tcb_info_issuer_chain"));
	put(w, "qe_identity", member(w, "qe_identity"));
	put(w, "qe_identity_signature.hex", member(w, "qe_identity_signature"));
	put(w, "qe_identity_issuer_chain.pem", member(w, "qe_identity_issuer_chain"));
}

/* escaped: as PCS writes chains into headers. */
static char *
escaped(const char *text)
{
	char *out = malloc(3 * strlen(text) + 1), *to = out;

	assert_non_null(out);
	for (; *text != '\0'; text++)
		to += sprintf(to, "%%%02X", (unsigned char)*text);
	*to = '\0';
	return out;
}

static void
put_answer(const struct world *w, const char *file, const char *header, const char *chain, const char *body)
{
	char *safe = escaped(chain), *text = NULL;

	assert_true(asprintf(&text, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%s: %s\r\n\r\n%s", header, safe, body) > 0);
	put(w, file, text);
	free(text);
	free(safe);
}

static void
put_signed_answer(const struct world *w, const char *file, const char *header, const char *chain, const char *key, const char *value,
    const char *signature)
{
	char *body = NULL;

	assert_true(asprintf(&body, "{\"%s\": %s,\"signature\":\"%s\"}\n", key, value, signature) > 0);
	put_answer(w, file, header, chain, body);
	free(body);
}

static void
put_answers(const struct world *w)
{
	put_signed_answer(w, "tcb_info.http", "tcb-info-issuer-chain", member(w, "tcb_info_issuer_chain"), "tcbInfo", member(w, "tcb_info"),
	    member(w, "tcb_info_signature"));
	put_signed_answer(w, "qe_identity", "SGX-Enclave-Identity-Issuer-Chain", member(w, "qe_identity_issuer_chain"), "enclaveIdentity",
	    member(w, "qe_identity"), member(w, "qe_identity_signature"));
	put_answer(w, "pck_crl.http", "SGX-PCK-CRL-Issuer-Chain", "chain", member(w, "pck_crl"));
	put_answer(w, "root_ca_crl.http", "Server", "x", member(w, "root_ca_crl"));
}

/* check_same: every member that verification uses is the original's. */
static void
check_same(const struct world *w, const char *pck_chain)
{
	static const char *const names[] = { "root_ca_crl", "pck_crl", "tcb_info_issuer_chain", "tcb_info", "tcb_info_signature",
		"qe_identity_issuer_chain", "qe_identity", "qe_identity_signature" };
	struct jurat_collateral *c = NULL;
	struct json_value *document = NULL;
	struct jurat_diag d = { 0 };
	char *text = NULL;

	if (collateral_folder_read(&text, w->dir, &d) != JURAT_OK)
		fail_msg("%s: %s", d.field, jurat_rc_name(d.code));
	assert_int_equal(json_parse(&document, text, strlen(text), JURAT_COLLATERAL_MAX_LEN, "c", NULL), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *a = json_text(json_member(document, names[i])), *b = member(w, names[i]);
		size_t n = strlen(b);

		while (n != 0 && b[n - 1] == '\n') /* of PEM files */
			n--;
		if (a == NULL || strncmp(a, b, n) != 0 || strspn(a + n, "\n") != strlen(a + n))
			fail_msg("%s", names[i]);
	}
	if (pck_chain != NULL)
		assert_string_equal(json_text(json_member(document, "pck_certificate_chain")), pck_chain);
	else
		assert_null(json_member(document, "pck_certificate_chain"));
	assert_int_equal(jurat_collateral_parse(&c, text, strlen(text), NULL), JURAT_OK);
	assert_int_equal(c->tcb_info_part.rc, JURAT_OK);
	assert_int_equal(c->qe_identity_part.rc, JURAT_OK);
	assert_int_equal(c->root_crl_part.rc, JURAT_OK);
	assert_int_equal(c->tcb_info_chain_part.rc, JURAT_OK);
	jurat_collateral_free(c);
	json_free(document);
	free(text);
}

static void
folders_of_plain_files_and_of_answers_are_the_same_collateral(void **state)
{
	struct world w;

	world_init(&w);
	put_plain(&w);
	check_same(&w, NULL);
	put(&w, "pck_certificate_chain.pem", "leaf and ca\n");
	check_same(&w, "leaf and ca");
	world_clear(&w);
	world_init(&w);
	put_answers(&w);
	check_same(&w, NULL);
	put_answer(&w, "pck_certificate.http", "sgx-pck-certificate-issuer-chain", "ca", "leaf\n");
	check_same(&w, "leaf\nca");
	world_clear(&w);
}

static void
refuses(const struct world *w, jurat_rc rc, const char *field)
{
	struct jurat_diag d = { 0 };
	char *text = NULL;

	assert_int_equal(collateral_folder_read(&text, w->dir, &d), rc);
	assert_string_equal(d.field, field);
	assert_null(text);
}

static void
folders_name_what_is_missing_twice_or_broken(void **state)
{
	static const struct {
		const char *file, *document;
	} files[] = { { "root_ca_crl.der", "root_ca_crl" }, { "pck_crl.hex", "pck_crl" }, { "tcb_info.json", "tcb_info" },
		{ "tcb_info_signature", "tcb_info_signature" }, { "tcb_info_issuer_chain.pem", "tcb_info_issuer_chain" },
		{ "qe_identity", "qe_identity" }, { "qe_identity_signature.hex", "qe_identity_signature" },
		{ "qe_identity_issuer_chain.pem", "qe_identity_issuer_chain" } };
	struct world w;

	world_init(&w);
	refuses(&w, JURAT_E_MISSING, "tcb_info");
	put_plain(&w);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *twice = NULL;

		drop(&w, files[i].file);
		refuses(&w, JURAT_E_MISSING, files[i].document);
		put_plain(&w);
		assert_true(asprintf(&twice, "%s.txt", files[i].document) > 0);
		put(&w, twice, "{}");
		refuses(&w, JURAT_E_DUPLICATE, files[i].document);
		drop(&w, twice);
		free(twice);
	}
	put_signed_answer(&w, "tcb_info.json", "TCB-Info-Issuer-Chain", "x", "tcbInfo", "{}", "00");
	refuses(&w, JURAT_E_DUPLICATE, "tcb_info_signature"); /* in the answer and beside it */
	put(&w, "tcb_info.json", "{\"tcbInfo\":{}}");
	refuses(&w, JURAT_E_MISSING, "tcb_info.signature");
	put(&w, "tcb_info.json", "{\"tcbInfo\":{},\"signature\":\"00\",\"x\":1}");
	refuses(&w, JURAT_E_FORMAT, "tcb_info");
	put(&w, "tcb_info.json", "HTTP/1.1 404 Not Found\r\n\r\n");
	refuses(&w, JURAT_E_NOT_FOUND, "tcb_info");
	put(&w, "tcb_info.json", "HTTP/1.1 200 OK\r\nTCB-Info-Issuer-Chain: %zz\r\n\r\n{}");
	refuses(&w, JURAT_E_FORMAT, "tcb_info_issuer_chain");
	put_plain(&w);
	put(&w, "pck_crl.hex", "hello");
	refuses(&w, JURAT_E_FORMAT, "pck_crl");
	world_clear(&w);
}

/* What stands after a NUL would not be looked at by anything that reads strings. */
static void
texts_with_a_nul_are_refused(void **state)
{
	static const char *const files[] = { "tcb_info_signature", "tcb_info_issuer_chain.pem", "qe_identity_issuer_chain.pem", "pck_crl.hex",
		"pck_crl_issuer_chain", "pck_certificate.pem", "pck_certificate_chain.pem" };
	static const char answer[] = "HTTP/1.1 200 OK\r\nTCB-Info-Issuer-Chain: a\0b\r\n\r\n{}";
	struct world w;

	world_init(&w);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char field[64];

		put_plain(&w);
		put_bytes(&w, files[i], "30\0junk", 7);
		snprintf(field, sizeof field, "%.*s", (int)strcspn(files[i], "."), files[i]);
		refuses(&w, JURAT_E_FORMAT, field);
		drop(&w, files[i]);
	}
	put_plain(&w);
	put_bytes(&w, "tcb_info.json", answer, sizeof answer - 1);
	refuses(&w, JURAT_E_FORMAT, "tcb_info_issuer_chain");
	world_clear(&w);
}

static void
answers_are_read_as_http_says(void **state)
{
	static const char *const wanted[] = { "New-Name", "old-name", NULL };
	static const struct {
		const char *text;
		jurat_rc rc;
	} bad[] = {
		{ "", JURAT_E_FORMAT },
		{ "{}", JURAT_E_FORMAT },
		{ "HTTP/", JURAT_E_TRUNCATED },
		{ "HTTP/1.1 200 OK\r\n", JURAT_E_TRUNCATED },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n", JURAT_E_TRUNCATED },
		{ "HTTP/1.1 200 OK\r\nA: b", JURAT_E_TRUNCATED },
		{ "HTTP/1.1 2000\r\n\r\n", JURAT_E_FORMAT },
		{ "HTTP/1.1 20\r\n\r\n", JURAT_E_FORMAT },
		{ "HTTP/1.1\r\n\r\n", JURAT_E_FORMAT },
		{ "HTTP/1.1 404 Not Found\r\n\r\n", JURAT_E_NOT_FOUND },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", JURAT_E_NOT_FOUND },
		{ "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", JURAT_E_FORMAT },
		{ "HTTP/1.1 200 OK\r\n: x\r\n\r\n", JURAT_E_FORMAT },
		{ "HTTP/1.1 200 OK\r\nA: b\r\n folded: c\r\n\r\n", JURAT_E_FORMAT },
		{ "HTTP/1.1 200 OK\r\nA: b\r\na: c\r\n\r\n", JURAT_E_DUPLICATE },
	};
	const char *good = "HTTP/2 200\nOLD-NAME:  a%20b \t\r\nSet-Cookie: 1\nset-cookie: 2\n\nbody\n";
	struct saved_response r, before;
	char text[] = "a%20b%2b", broken[] = "%4", zero[] = "%00";

	assert_int_equal(response_parse(&r, good, strlen(good), "r", NULL), JURAT_OK);
	assert_int_equal(r.num_headers, 3);
	assert_int_equal(r.body_len, 5);
	assert_int_equal(response_header(&r, wanted)->value_len, 5);
	assert_null(response_header(&r, wanted + 2));
	memset(&r, 0x55, sizeof r);
	before = r;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t *copy = test_copy(bad[i].text, strlen(bad[i].text));

		if (response_parse(&r, (const char *)copy, strlen(bad[i].text), "r", NULL) != bad[i].rc)
			fail_msg("%s", bad[i].text);
		free(copy);
	}
	assert_memory_equal(&r, &before, sizeof r);
	assert_true(response_unescape(text));
	assert_string_equal(text, "a b+");
	assert_false(response_unescape(broken));
	assert_false(response_unescape(zero));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_of_plain_files_and_of_answers_are_the_same_collateral),
		cmocka_unit_test(folders_name_what_is_missing_twice_or_broken),
		cmocka_unit_test(texts_with_a_nul_are_refused),
		cmocka_unit_test(answers_are_read_as_http_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
