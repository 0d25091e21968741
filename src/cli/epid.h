/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid: what its verbs share. Functions that return int give -1 to go on, else an exit code after they have said why. */
#ifndef CLI_EPID_H
#define CLI_EPID_H

#include "cli/cli.h"
#include "crypto/crypto.h"
#include "epid/files.h"
#include "host/file.h"
#include "jurat/epid.h"

#define EPID_GO_ON (-1)

enum epid_option {
	OPTION_AS,
	OPTION_BASENAME,
	OPTION_CA,
	OPTION_CA_KEY,
	OPTION_COMPAT,
	OPTION_COMPRESSED,
	OPTION_CREDENTIAL,
	OPTION_GID,
	OPTION_GROUP,
	OPTION_GROUPRL,
	OPTION_HASH,
	OPTION_JSON,
	OPTION_KEY,
	OPTION_MESSAGE,
	OPTION_NEW,
	OPTION_NEW_KEY,
	OPTION_NEW_NONCE,
	OPTION_NEW_SECRET,
	OPTION_NONCE,
	OPTION_OUTPUT,
	OPTION_PRIVRL,
	OPTION_REQUEST,
	OPTION_SECRET,
	OPTION_SIGNATURE,
	OPTION_SIGRL,
	OPTION_SPLIT,
	OPTION_VERIFIERRL,
	NUM_OPTIONS,
};
#define OPTION_BIT(O) (1u << (O))

/* Options that name a file which is read, and those whose file is new. */
#define EPID_READ_OPTIONS \
	(OPTION_BIT(OPTION_CA) | OPTION_BIT(OPTION_CA_KEY) | OPTION_BIT(OPTION_COMPRESSED) | OPTION_BIT(OPTION_CREDENTIAL) | OPTION_BIT(OPTION_GROUP) | \
	    OPTION_BIT(OPTION_GROUPRL) | OPTION_BIT(OPTION_KEY) | OPTION_BIT(OPTION_MESSAGE) | OPTION_BIT(OPTION_NONCE) | OPTION_BIT(OPTION_PRIVRL) | \
	    OPTION_BIT(OPTION_REQUEST) | OPTION_BIT(OPTION_SECRET) | OPTION_BIT(OPTION_SIGNATURE) | OPTION_BIT(OPTION_SIGRL) | \
	    OPTION_BIT(OPTION_VERIFIERRL))
#define EPID_NEW_OPTIONS (OPTION_BIT(OPTION_NEW_KEY) | OPTION_BIT(OPTION_NEW_SECRET))

struct epid_options {
	const char *value[NUM_OPTIONS]; /* NULL: not given; of flags anything else */
	const char *file;               /* what stands without an option's name */
	enum jurat_epid_kind kind;
	enum jurat_epid_hash hash;
	uint8_t gid[EPID_GID_LEN];
	size_t gid_len; /* 0: not given */
	bool says_code; /* verify, blacklist: the return code's name goes to stdout whatever happens */
};

/* ---- saying what failed (epid.c) ---- */

/* epid_option_name: without its dashes. */
const char *epid_option_name(unsigned option);
/* epid_exit_of: 0, 3, 4; 1 where the computer failed. */
int epid_exit_of(jurat_epid_rc rc);
/* epid_refuse: a code of jurat/epid.h. epid_refuse_file: a failure of the file around it, which counts as code. what is a file's name. */
int epid_refuse(const struct epid_options *o, jurat_epid_rc rc, const struct jurat_epid_diag *d, const char *what);
int epid_refuse_file(const struct epid_options *o, jurat_epid_rc code, jurat_rc rc, const struct jurat_diag *d, const char *what);
/* epid_say: the code's name to stdout, or the JSON form. d may be NULL. */
void epid_say(const struct epid_options *o, jurat_epid_rc rc, const struct jurat_epid_diag *d);

/* ---- what verbs read (epid_input.c) ---- */

enum { LIST_PRIVRL, LIST_SIGRL, LIST_GROUPRL, LIST_VERIFIERRL, NUM_LISTS };

/* A list: its file, and the bare list in it (empty: no list). */
struct epid_list_file {
	struct blob file;
	struct jurat_epid_bytes list;
	bool is_signed;
	void *memory; /* for an index */
};

struct epid_input {
	bool has_ca;
	struct epid_ca ca;
	struct blob group_file, basename, message, signature;
	struct jurat_epid_bytes basename_bytes; /* of basename; p is never NULL */
	struct jurat_epid_group *group;
	struct jurat_epid_verifier *verifier;
	struct epid_list_file lists[NUM_LISTS];
};
void epid_input_clear(struct epid_input *in);

/* epid_read_ca, epid_read_group: --ca if given, and --group, checked against it. The group is ready for use. */
int epid_read_ca(struct epid_input *in, const struct epid_options *o);
int epid_read_group(struct epid_input *in, const struct epid_options *o);
int epid_read_basename(struct epid_input *in, const struct epid_options *o);
/* epid_read_list: the list in the file; which is a LIST_…. check false: a signature is left to the caller. */
int epid_read_list(struct epid_input *in, const struct epid_options *o, unsigned which, const char *path);
/* epid_read_verifier: group, base name, and the lists that are given, in a verifier. epid_read_signed: --signature and --message. */
int epid_read_verifier(struct epid_input *in, const struct epid_options *o);
int epid_read_signed(struct epid_input *in, const struct epid_options *o);

/* epid_read_exactly: a file of len bytes. secret: which nobody else may read. */
int epid_read_exactly(uint8_t *out, size_t len, const struct epid_options *o, const char *path, bool secret);

/* epid_read_ca_key: --ca-key, PEM or 32 bytes as Intel's sample. The caller wipes. */
struct pki_key;
int epid_read_ca_key(struct pki_key *out, const struct epid_options *o);

/* epid_write: to --output, but never over a file that this command reads or has just made, a key above all. epid_create_secret: with mode 0600, only
 * where nothing is yet. */
int epid_write(const struct epid_options *o, const void *p, size_t len);
int epid_create_secret(const char *path, const void *p, size_t len);

/* ---- verbs ---- */
int epid_run_ca_new(const struct epid_options *o);
int epid_run_group_new(const struct epid_options *o);
int epid_run_group_show(const struct epid_options *o);
int epid_run_issue(const struct epid_options *o);
int epid_run_join(const struct epid_options *o);
int epid_run_sign(const struct epid_options *o);
int epid_run_verify(const struct epid_options *o);
int epid_run_revoke_key(const struct epid_options *o);
int epid_run_revoke_signature(const struct epid_options *o);
int epid_run_revoke_group(const struct epid_options *o);
int epid_run_blacklist(const struct epid_options *o);
int epid_run_inspect(const struct epid_options *o);

#endif
