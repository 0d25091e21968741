/* SPDX-License-Identifier: Apache-2.0 */
/* world.json: its reader and its writer. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/diag.h"
#include "core/hex.h"
#include "dcap/world_files.h"
#include "host/when.h"
#include "json/json.h"
#include "json/write.h"

/* ---- writing ---- */

static void
put_when(struct json_out *o, const char *name, int64_t unix_s)
{
	char text[WHEN_TEXT_LEN + 1];

	when_format(text, unix_s);
	json_out_string(o, name, text);
}

static void
put_machines(struct json_out *o, const struct world *w)
{
	json_out_begin(o, "machines", '[');
	for (size_t i = 0; i < w->num_machines; i++) {
		const struct world_machine *m = &w->machines[i];

		json_out_begin(o, NULL, '{');
		json_out_hex(o, "ppid", m->ppid, sizeof m->ppid);
		json_out_hex(o, "cpusvn", m->cpusvn, sizeof m->cpusvn);
		json_out_hex(o, "pck_serial", m->serial, sizeof m->serial);
		put_when(o, "enrolled", m->enrolled);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

/* put_world: digest NULL leaves that member out, as it is when the digest is made. */
static void
put_world(struct json_out *o, const struct world *w, const uint8_t digest[SHA256_LEN])
{
	json_out_begin(o, NULL, '{');
	json_out_integer(o, "version", WORLD_VERSION);
	json_out_string(o, "name", w->names.world);
	json_out_bool(o, "intel_names", w->names.intel);
	put_when(o, "made", w->made);
	json_out_hex(o, "fmspc", w->fmspc, sizeof w->fmspc);
	json_out_hex(o, "pce_id", w->pce_id, sizeof w->pce_id);
	json_out_integer(o, "evaluation_number", w->evaluation_number);
	json_out_integer(o, "crl_number", w->crl_number);
	json_out_string(o, "tcb_status", tcb_status_name(w->tcb_status));
	json_out_integer(o, "min_svn", w->min_svn);
	json_out_integer(o, "min_pce_svn", w->min_pce_svn);
	json_out_integer(o, "min_qe_svn", w->min_qe_svn);
	json_out_begin(o, "revoked", '[');
	for (size_t i = 0; i < w->num_revoked; i++)
		json_out_hex(o, NULL, w->revoked[i], PKI_SERIAL_LEN);
	json_out_end(o, ']');
	put_machines(o, w);
	if (digest != NULL)
		json_out_hex(o, "sha256", digest, SHA256_LEN);
	json_out_end(o, '}');
}

/* digest_of: SHA-256 of the members before it in the writer's order and spelling, without white space (man/jurat-world.1, FILES). */
static jurat_rc
digest_of(uint8_t out[SHA256_LEN], const struct world *w, struct jurat_diag *d)
{
	char *text CLEANUP(text_clear) = NULL;
	struct json_out o;
	size_t len;

	json_out_init_compact(&o);
	put_world(&o, w, NULL);
	if (json_out_finish(&o, &text) != JURAT_OK)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	len = strlen(text);
	sha256_once(out, text, len != 0 && text[len - 1] == '\n' ? len - 1 : len);
	return JURAT_OK;
}

jurat_rc
world_to_json(char **out, const struct world *w, struct jurat_diag *d)
{
	uint8_t digest[SHA256_LEN];
	struct json_out o;
	jurat_rc rc = digest_of(digest, w, d);

	if (rc != JURAT_OK)
		return rc;
	json_out_init(&o);
	put_world(&o, w, digest);
	if (json_out_finish(&o, out) != JURAT_OK)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

jurat_rc
world_save(const struct world *w, struct jurat_diag *d)
{
	char *text CLEANUP(text_clear) = NULL;
	jurat_rc rc = world_to_json(&text, w, d);

	return rc == JURAT_OK ? world_write_text(w->dir, "world.json", text, d) : rc;
}

/* ---- reading ---- */

static jurat_rc
get_when(const struct json_value *o, const char *field, int64_t *out, struct jurat_diag *d)
{
	const char *text;
	jurat_rc rc = json_get_string(o, field, &text, d);

	if (rc == JURAT_OK && !when_parse(out, text, strlen(text)))
		rc = jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, 0, 0);
	return rc;
}

/* get_number: out is a wider type than every caller's, whose limits max keeps. */
static jurat_rc
get_number(const struct json_value *o, const char *field, int64_t max, int64_t *out, struct jurat_diag *d)
{
	return json_get_integer(o, field, 0, max, out, d);
}

static jurat_rc
get_names(struct world *w, const struct json_value *o, struct jurat_diag *d)
{
	const char *name = NULL;
	bool intel = false;
	jurat_rc rc = json_get_string(o, "world.name", &name, d);

	if (rc == JURAT_OK)
		rc = json_get_bool(o, "world.intel_names", &intel, d);
	return rc == JURAT_OK ? pki_names_make(&w->names, name, intel, d) : rc;
}

static jurat_rc
get_dials(struct world *w, const struct json_value *o, struct jurat_diag *d)
{
	int64_t svn = 0, pce_svn = 0, qe_svn = 0;
	const char *status = NULL;
	jurat_rc rc = json_get_string(o, "world.tcb_status", &status, d);

	if (rc == JURAT_OK && !tcb_status_parse(&w->tcb_status, status))
		rc = jurat_fail(d, JURAT_E_FORMAT, "world.tcb_status", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		rc = get_number(o, "world.min_svn", UINT8_MAX, &svn, d);
	if (rc == JURAT_OK)
		rc = get_number(o, "world.min_pce_svn", UINT16_MAX, &pce_svn, d);
	if (rc == JURAT_OK)
		rc = get_number(o, "world.min_qe_svn", UINT16_MAX, &qe_svn, d);
	if (rc == JURAT_OK)
		rc = get_number(o, "world.evaluation_number", INT32_MAX, &w->evaluation_number, d);
	if (rc == JURAT_OK)
		rc = get_number(o, "world.crl_number", INT32_MAX, &w->crl_number, d);
	w->min_svn = (uint8_t)svn;
	w->min_pce_svn = (uint16_t)pce_svn;
	w->min_qe_svn = (uint16_t)qe_svn;
	return rc;
}

static jurat_rc
get_revoked(struct world *w, const struct json_value *o, struct jurat_diag *d)
{
	const struct json_value *list = NULL;
	jurat_rc rc = json_get_array(o, "world.revoked", 0, WORLD_REVOKED_MAX, &list, d);

	for (size_t i = 0; rc == JURAT_OK && i < json_count(list); i++) {
		const char *text = json_text(json_at(list, i));

		if (text == NULL || !hex_decode(w->revoked[i], PKI_SERIAL_LEN, text, strlen(text)))
			rc = jurat_fail(d, JURAT_E_FORMAT, "world.revoked", i, 0, 0);
		w->num_revoked = i + 1;
	}
	return rc;
}

static jurat_rc
get_machine(struct world_machine *m, const struct json_value *o, struct jurat_diag *d)
{
	static const char *const names[] = { "ppid", "cpusvn", "pck_serial", "enrolled" };
	jurat_rc rc = json_only(o, names, ARRAY_LEN(names), "world.machines", d);

	if (rc == JURAT_OK)
		rc = json_get_hex(o, "world.machines.ppid", m->ppid, sizeof m->ppid, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, "world.machines.cpusvn", m->cpusvn, sizeof m->cpusvn, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, "world.machines.pck_serial", m->serial, sizeof m->serial, d);
	if (rc == JURAT_OK)
		rc = get_when(o, "world.machines.enrolled", &m->enrolled, d);
	return rc;
}

static jurat_rc
get_machines(struct world *w, const struct json_value *o, struct jurat_diag *d)
{
	const struct json_value *list = NULL;
	jurat_rc rc = json_get_array(o, "world.machines", 0, WORLD_MACHINES_MAX, &list, d);

	for (size_t i = 0; rc == JURAT_OK && i < json_count(list); i++) {
		rc = json_check_object(json_at(list, i), "world.machines", d);
		if (rc == JURAT_OK)
			rc = get_machine(&w->machines[i], json_at(list, i), d);
		w->num_machines = i + 1;
	}
	return rc;
}

/* check_version: *out is what the file has; of the older ones version 1 is read. */
static jurat_rc
check_version(const struct json_value *o, int64_t *out, struct jurat_diag *d)
{
	jurat_rc rc = json_get_integer(o, "world.version", 0, INT32_MAX, out, d);

	if (rc != JURAT_OK || *out == WORLD_VERSION || *out == WORLD_VERSION_PLAIN)
		return rc;
	(void)jurat_fail(d, JURAT_E_VERSION, "world.version", NO_OFFSET, WORLD_VERSION, (uint64_t)*out);
	if (*out > WORLD_VERSION)
		jurat_hint(d, "a newer program made this world");
	return JURAT_E_VERSION;
}

/* check_digest: whatever the reader understood must be what was written; the disk, or a hand, changed it otherwise. */
static jurat_rc
check_digest(const struct world *w, const struct json_value *o, struct jurat_diag *d)
{
	uint8_t wanted[SHA256_LEN], got[SHA256_LEN];
	jurat_rc rc = json_get_hex(o, "world.sha256", got, sizeof got, d);

	if (rc == JURAT_OK)
		rc = digest_of(wanted, w, d);
	if (rc != JURAT_OK || memcmp(wanted, got, sizeof wanted) == 0)
		return rc;
	(void)jurat_fail(d, JURAT_E_MISMATCH, "world.sha256", NO_OFFSET, 0, 0);
	jurat_hint(d, "world.json is damaged, or was changed by other means than jurat world set");
	return JURAT_E_MISMATCH;
}

static jurat_rc
read_world(struct world *w, const struct json_value *o, struct jurat_diag *d)
{
	static const char *const names[] = { "version", "name", "intel_names", "made", "fmspc", "pce_id", "evaluation_number",
		"crl_number", "tcb_status", "min_svn", "min_pce_svn", "min_qe_svn", "revoked", "machines", "sha256" };
	int64_t version = 0;
	jurat_rc rc = check_version(o, &version, d);
	bool plain = version == WORLD_VERSION_PLAIN;

	if (rc == JURAT_OK)
		rc = json_only(o, names, ARRAY_LEN(names) - (plain ? 1 : 0), "world", d);
	if (rc == JURAT_OK)
		rc = get_names(w, o, d);
	if (rc == JURAT_OK)
		rc = get_when(o, "world.made", &w->made, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, "world.fmspc", w->fmspc, sizeof w->fmspc, d);
	if (rc == JURAT_OK)
		rc = json_get_hex(o, "world.pce_id", w->pce_id, sizeof w->pce_id, d);
	if (rc == JURAT_OK)
		rc = get_dials(w, o, d);
	if (rc == JURAT_OK)
		rc = get_revoked(w, o, d);
	if (rc == JURAT_OK)
		rc = get_machines(w, o, d);
	w->plain = plain;
	return rc == JURAT_OK && !plain ? check_digest(w, o, d) : rc;
}

void
world_close(struct world *w)
{
	if (w == NULL)
		return;
	if (w->lock >= 0)
		close(w->lock);
	free(w->dir);
	free(w);
}

jurat_rc
world_parse(struct world **out, const char *text, size_t len, struct jurat_diag *d)
{
	struct json_value *document CLEANUP(json_clear) = NULL;
	struct world *w;
	jurat_rc rc = json_parse(&document, text, len, WORLD_FILE_MAX_LEN, "world", d);

	if (rc != JURAT_OK)
		return rc;
	w = calloc(1, sizeof *w);
	if (w == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	w->lock = -1;
	rc = read_world(w, document, d);
	if (rc != JURAT_OK) {
		world_close(w);
		return rc;
	}
	*out = w;
	return JURAT_OK;
}

jurat_rc
world_open(struct world **out, const char *dir, struct jurat_diag *d)
{
	struct blob text CLEANUP(blob_clear) = { 0 };
	struct world *w;
	jurat_rc rc = world_read(&text, dir, "world.json", WORLD_FILE_MAX_LEN, false, d);

	if (rc == JURAT_E_NOT_FOUND)
		jurat_hint(d, "jurat world new DIR makes a world");
	if (rc == JURAT_OK)
		rc = world_parse(&w, (char *)text.p, text.len, d);
	if (rc != JURAT_OK)
		return rc;
	w->dir = strdup(dir);
	if (w->dir == NULL) {
		world_close(w);
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	}
	*out = w;
	return JURAT_OK;
}

/* lock_world: on keys/, which nobody but the owner can open: others could hold up a lock on the folder itself. */
static jurat_rc
lock_world(int *out, const char *dir, struct jurat_diag *d)
{
	char *path CLEANUP(text_clear) = path_join(dir, "keys");
	int fd;

	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return jurat_fail(d, errno == ENOENT ? JURAT_E_NOT_FOUND : JURAT_E_IO, "world.keys", NO_OFFSET, 0, (uint64_t)errno);
	while (flock(fd, LOCK_EX) != 0) {
		if (errno != EINTR) {
			close(fd);
			return jurat_fail(d, JURAT_E_IO, "world.keys", NO_OFFSET, 0, (uint64_t)errno);
		}
	}
	*out = fd;
	return JURAT_OK;
}

/* upgrade: a world of version 1 is kept beside and written anew, whole, with its digest. Under the lock. */
static jurat_rc
upgrade(struct world *w, struct jurat_diag *d)
{
	struct blob old CLEANUP(blob_clear) = { 0 };
	jurat_rc rc = world_read(&old, w->dir, "world.json", WORLD_FILE_MAX_LEN, false, d);

	if (rc == JURAT_OK)
		rc = world_write(w->dir, "world.json.v1.backup", old.p, old.len, 0644, d);
	if (rc == JURAT_OK)
		rc = world_save(w, d);
	if (rc == JURAT_OK)
		w->plain = false;
	return rc;
}

jurat_rc
world_open_for_change(struct world **out, const char *dir, struct jurat_diag *d)
{
	struct world *w = NULL;
	int lock = -1;
	jurat_rc rc = lock_world(&lock, dir, d);

	if (rc == JURAT_E_NOT_FOUND)
		jurat_hint(d, "jurat world new DIR makes a world");
	if (rc == JURAT_OK)
		rc = world_open(&w, dir, d);
	if (rc == JURAT_OK)
		rc = world_check(dir, d);
	if (rc == JURAT_OK && w->plain)
		rc = upgrade(w, d);
	if (rc != JURAT_OK) {
		world_close(w);
		if (lock >= 0)
			close(lock);
		return rc;
	}
	w->lock = lock;
	*out = w;
	return JURAT_OK;
}
