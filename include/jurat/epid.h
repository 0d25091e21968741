/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel EPID 2.0: anonymous group signatures. An issuer makes a group and certifies members; a member signs; a verifier learns that some member
 * of the group signed, and not which one; four kinds of list revoke. Bytes are Intel's, both of its last SDK ("split" signatures, 16-byte
 * group ids) and of SGX (not split, 4-byte group ids).
 *
 * This header stands alone: it needs no other header of Jurat, no heap, no file, no clock. Contexts are opaque; the caller brings their memory
 * (_init) or lets the heap do it (_new and _free, not inside enclaves).
 *
 * Sizes and bytes. All integers are 32 bytes, big-endian; counters of lists are 4 bytes, big-endian. A point of G1 is x, y (64 bytes), of G2
 * x0, x1, y0, y1 (128); sixteen or four bytes of group id stand in front, which are written GID below.
 *
 *	group public key   GID h1 64 h2 64 w 128              private key   GID A 64 x 32 f 32
 *	issuer's key       GID gamma 32                       compressed    GID A.x 32 seed 32
 *	join request       F 64 c 32 s 32                     credential    GID A 64 x 32
 *	  split            F 64 c 32 s 32 k 32 i 4 y 32
 *	signature          B K T (64 each) c sx sf sa sb (32 each) version 4 n 4, then n proofs of 160 bytes
 *	  split            B K T c sx sf sa sb nonce 32 version 4 n 4, then n proofs of 192 bytes
 *	PrivRL             GID version 4 n 4 f[n] 32          SigRL         GID version 4 n 4 (B K)[n] 128
 *	GroupRL            version 4 n 4 GID[n]               VerifierRL    GID B 64 version 4 n 4 K[n] 64
 *
 * Errors. Every function that can fail returns a jurat_epid_rc: its outputs are complete on JURAT_EPID_OK and untouched otherwise. The code has
 * Intel's number and says which object is bad; what is wrong with it is in the struct jurat_epid_diag, which may be NULL.
 *
 * Threads. A group, a member and an issuer never change after _init and serve any number of threads; so does a verifier between its set
 * functions. Pre-signatures belong to one thread.
 *
 * Time. Functions that take f, gamma, a private key or a pre-signature run in constant time in it; the others are for public bytes.
 * Stack: under 64 KiB; under 256 KiB with a SigRL or, for a verifier without a base name, a PrivRL.
 */
#ifndef JURAT_EPID_H
#define JURAT_EPID_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JURAT_EPID_MUST_USE __attribute__((warn_unused_result))
#ifdef JURAT_ENCLAVE
#define JURAT_EPID_API
#else
#define JURAT_EPID_API __attribute__((visibility("default")))
#endif

/* ---- return codes: Intel's numbers ---- */

typedef enum jurat_epid_rc {
	JURAT_EPID_OK = 0, /* done; of a verification: the signature is valid */
	/* verdicts over a signature */
	JURAT_EPID_SIG_INVALID = 1,
	JURAT_EPID_SIG_REVOKED_IN_GROUPRL = 2,
	JURAT_EPID_SIG_REVOKED_IN_PRIVRL = 3,
	JURAT_EPID_SIG_REVOKED_IN_SIGRL = 4,
	JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL = 5,
	/* no verdict */
	JURAT_EPID_E_INTERNAL = -999,                /* a promise of our own code, or of the library under it, was broken */
	JURAT_EPID_E_NO_MEMORY = -997,               /* the memory that the caller brought is too small or not aligned */
	JURAT_EPID_E_HEAP = -996,                    /* _new: allocation failed */
	JURAT_EPID_E_MATH = -995,                    /* no point found when hashing to G1: 51 tries */
	JURAT_EPID_E_HASH_NOT_SUPPORTED = -992,      /* the group id or the caller names a hash that there is not */
	JURAT_EPID_E_DUPLICATE = -990,               /* the entry is on the list already */
	JURAT_EPID_E_INCONSISTENT_BASENAME = -989,   /* a verifier list needs a verifier with a base name */
	JURAT_EPID_E_OUT_OF_SEQUENCE = -987,         /* something that must be set first is not */
	JURAT_EPID_E_BAD_JOIN_REQUEST = -986,
	JURAT_EPID_E_SCHEMA_NOT_SUPPORTED = -985,    /* the group id's first four bits are not 0 */
	JURAT_EPID_E_KEY_NOT_IN_GROUP = -983,        /* a private or issuer's key of another group */
	JURAT_EPID_E_PRECOMP_NOT_IN_GROUP = -982,
	JURAT_EPID_E_VERSION_MISMATCH = -981,        /* a list older than the one that is set; a signature over another version */
	JURAT_EPID_E_GROUP_ID_MISMATCH = -980,       /* a list or request of another group */
	JURAT_EPID_E_MAX_VERSION = -979,             /* the list's version cannot grow */
	JURAT_EPID_E_MAX_ENTRIES = -978,             /* the list cannot grow */
	JURAT_EPID_E_RANDOM = -977,                  /* the source of random bytes failed */
	JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY = -975,
	JURAT_EPID_E_BAD_SIGNATURE = -974,           /* not the form of a signature; more or fewer proofs than the list has entries */
	JURAT_EPID_E_BAD_NR_PROOF = -973,            /* one proof alone: wrong */
	JURAT_EPID_E_BAD_PRIVRL = -972,
	JURAT_EPID_E_BAD_SIGRL = -971,
	JURAT_EPID_E_BAD_SIGRL_ENTRY = -970,         /* member: an entry is not two points */
	JURAT_EPID_E_BAD_GROUPRL = -969,
	JURAT_EPID_E_BAD_VERIFIERRL = -968,
	JURAT_EPID_E_BAD_PRECOMP = -967,
	JURAT_EPID_E_BAD_BASENAME = -966,
	JURAT_EPID_E_BAD_MESSAGE = -965,             /* NULL with a length */
	JURAT_EPID_E_BAD_ISSUER_KEY = -963,
	JURAT_EPID_E_BAD_GROUP_ID = -962,            /* neither 16 nor 4 bytes */
	JURAT_EPID_E_BAD_PRIVATE_KEY = -961,
	JURAT_EPID_E_BAD_CREDENTIAL = -959,
	JURAT_EPID_E_BAD_ARG = -954
} jurat_epid_rc;

/* jurat_epid_rc_name: Intel's name ("kEpidBadPrivRlErr"; 0 is "kEpidNoErr"), or "unknown". jurat_epid_verdict_name: the same for the result of a
 * verification (0 is "kEpidSigValid"). jurat_epid_rc_text: one English phrase. Never NULL. */
JURAT_EPID_API const char *jurat_epid_rc_name(jurat_epid_rc rc);
JURAT_EPID_API const char *jurat_epid_verdict_name(jurat_epid_rc rc);
JURAT_EPID_API const char *jurat_epid_rc_text(jurat_epid_rc rc);

/* What is wrong with an object. Intel's codes do not say it. */
enum jurat_epid_defect {
	JURAT_EPID_NO_DEFECT = 0,
	JURAT_EPID_BAD_LENGTH,         /* not the length of its kind */
	JURAT_EPID_BAD_COUNT,          /* a list or signature whose count does not fit its length, or the list */
	JURAT_EPID_NOT_CANONICAL,      /* a coordinate that is not below q */
	JURAT_EPID_NOT_ON_CURVE,       /* coordinates of no point of the curve (G2: of the twist) */
	JURAT_EPID_IDENTITY,           /* the point at infinity where none may be */
	JURAT_EPID_NOT_IN_SUBGROUP,    /* a point of the twist outside G2 */
	JURAT_EPID_SCALAR_RANGE,       /* a scalar that is not below the order p */
	JURAT_EPID_SCALAR_ZERO,        /* a scalar of zero where none may be */
	JURAT_EPID_WRONG_GROUP,        /* another group id */
	JURAT_EPID_WRONG_VERSION,      /* a list's version: older than the one that is set, or not the one the signature names */
	JURAT_EPID_WRONG_HASH,         /* a hash that there is not */
	JURAT_EPID_WRONG_BASE,         /* B is not the base of the base name */
	JURAT_EPID_WRONG_PROOF,        /* everything is well formed, and the equation does not hold */
	JURAT_EPID_LIST_NOT_CHECKED,   /* a signature that names a list's version or count, and there is no list (JURAT_EPID_COMPAT accepts it) */
	JURAT_EPID_LISTED,             /* on the list: index says where */
	JURAT_EPID_DEFECT_MAX
};

/* jurat_epid_defect_name: a stable name in lower case ("not_on_curve"), or "unknown". Never NULL. */
JURAT_EPID_API const char *jurat_epid_defect_name(enum jurat_epid_defect defect);

/* struct jurat_epid_diag: the first thing that failed. Zero it before the call. field is a literal ("signature.T"); index counts entries of a
 * list, proofs of a signature or signatures of a batch, and is 0 elsewhere. */
struct jurat_epid_diag {
	jurat_epid_rc code;
	enum jurat_epid_defect defect;
	const char *field;
	size_t index;
};

/* ---- arguments ---- */

/* struct jurat_epid_bytes: len bytes at p, borrowed. p may be NULL only if len is 0. */
struct jurat_epid_bytes {
	const void *p;
	size_t len;
};

/* struct jurat_epid_random: fill writes len random bytes and returns 0. A NULL struct pointer anywhere below means the operating system's
 * (inside enclaves the processor's) source. A scalar takes 48 bytes, r = 1 + (int mod (p - 1)). */
struct jurat_epid_random {
	int (*fill)(void *ctx, void *out, size_t len);
	void *ctx;
};

enum jurat_epid_hash {
	JURAT_EPID_HASH_OF_GROUP = -1, /* what a group id of 16 bytes names; SHA-256 for one of 4 */
	JURAT_EPID_SHA256 = 0,
	JURAT_EPID_SHA384 = 1,
	JURAT_EPID_SHA512 = 2,
	JURAT_EPID_SHA512_256 = 3
};

/* Keys, join requests and signatures come in two kinds that do not mix: those of Intel's last SDK and of TPMs, and those of SGX. */
/* Functions that take a kind refuse any other number with JURAT_EPID_E_BAD_ARG. */
enum jurat_epid_kind { JURAT_EPID_NOT_SPLIT = 0, JURAT_EPID_SPLIT = 1 };

/* Lengths. G is the length of the group id. */
#define JURAT_EPID_GROUP_KEY_LEN(G) ((G) + 256u)
#define JURAT_EPID_ISSUER_KEY_LEN(G) ((G) + 32u)
#define JURAT_EPID_PRIVATE_KEY_LEN(G) ((G) + 128u)
#define JURAT_EPID_COMPRESSED_KEY_LEN(G) ((G) + 64u)
#define JURAT_EPID_CREDENTIAL_LEN(G) ((G) + 96u)
#define JURAT_EPID_JOIN_REQUEST_LEN(KIND) ((KIND) == JURAT_EPID_SPLIT ? 196u : 128u)
#define JURAT_EPID_NR_PROOF_LEN(KIND) ((KIND) == JURAT_EPID_SPLIT ? 192u : 160u)
#define JURAT_EPID_BASIC_LEN 352u
#define JURAT_EPID_SIGNATURE_LEN(KIND, N) \
	((KIND) == JURAT_EPID_SPLIT ? 392u + 192u * (size_t)(N) : 360u + 160u * (size_t)(N))
#define JURAT_EPID_PRIVRL_LEN(G, N) ((G) + 8u + 32u * (size_t)(N))
#define JURAT_EPID_SIGRL_LEN(G, N) ((G) + 8u + 128u * (size_t)(N))
#define JURAT_EPID_GROUPRL_LEN(G, N) (8u + (G) * (size_t)(N))
#define JURAT_EPID_VERIFIERRL_LEN(G, N) ((G) + 72u + 64u * (size_t)(N))
#define JURAT_EPID_VERIFIER_PRECOMP_LEN(G) ((G) + 1536u)
#define JURAT_EPID_MEMBER_PRECOMP_LEN 1536u

/* Memory for contexts: aligned to JURAT_EPID_ALIGN, at least as large as the functions say, which is never more than the macros. */
#define JURAT_EPID_ALIGN 64
#define JURAT_EPID_GROUP_MAX_SIZE (448u * 1024u)
#define JURAT_EPID_VERIFIER_MAX_SIZE (96u * 1024u)
#define JURAT_EPID_MEMBER_MAX_SIZE (96u * 1024u)
#define JURAT_EPID_ISSUER_MAX_SIZE 4096u
JURAT_EPID_API size_t jurat_epid_group_size(void);
JURAT_EPID_API size_t jurat_epid_verifier_size(void);
JURAT_EPID_API size_t jurat_epid_member_size(void);
JURAT_EPID_API size_t jurat_epid_issuer_size(void);

/* ---- groups ---- */

struct jurat_epid_group;

/*
 * jurat_epid_group_init: checks a group public key (272 or 260 bytes, not kept) and computes everything that signatures of the group share.
 * memory holds the group until its last user is gone; *out points into it. Errors: JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY with the defect
 * (length; h1, h2 and w must be points, none the identity, w in G2); JURAT_EPID_E_BAD_ARG for the identity as w, as Intel has it;
 * JURAT_EPID_E_SCHEMA_NOT_SUPPORTED, JURAT_EPID_E_HASH_NOT_SUPPORTED; JURAT_EPID_E_NO_MEMORY. Intel's scheme, "group public key".
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_group_init(struct jurat_epid_group **out, void *memory, size_t memory_len,
    struct jurat_epid_bytes public_key, enum jurat_epid_hash hash, struct jurat_epid_diag *d);

/* jurat_epid_group_new: the same on the heap, or JURAT_EPID_E_HEAP. jurat_epid_group_free(NULL) is fine. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_group_new(struct jurat_epid_group **out, struct jurat_epid_bytes public_key,
    enum jurat_epid_hash hash, struct jurat_epid_diag *d);
JURAT_EPID_API void jurat_epid_group_free(struct jurat_epid_group *group);

/* What the group was made of: its id (4 or 16 bytes), its public key, its hash (never JURAT_EPID_HASH_OF_GROUP). */
JURAT_EPID_API struct jurat_epid_bytes jurat_epid_group_id(const struct jurat_epid_group *group);
JURAT_EPID_API struct jurat_epid_bytes jurat_epid_group_public_key(const struct jurat_epid_group *group);
JURAT_EPID_API enum jurat_epid_hash jurat_epid_group_hash(const struct jurat_epid_group *group);

/*
 * jurat_epid_verifier_precomp_write: Intel's VerifierPrecomp, GID e(h1,g2) e(h2,g2) e(h2,w) e(g1,g2), JURAT_EPID_VERIFIER_PRECOMP_LEN bytes; for
 * others, Jurat has no use for it. jurat_epid_verifier_precomp_check: computes it and compares: JURAT_EPID_E_PRECOMP_NOT_IN_GROUP,
 * JURAT_EPID_E_BAD_PRECOMP.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_precomp_write(
    uint8_t *out, size_t out_len, const struct jurat_epid_group *group, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_precomp_check(
    const struct jurat_epid_group *group, struct jurat_epid_bytes precomp, struct jurat_epid_diag *d);

/* ---- verifiers ---- */

struct jurat_epid_verifier;

/* flags: a signature may name a SigRL's version and count although the verifier has none, as Intel's verifier accepts it. */
#define JURAT_EPID_COMPAT 1u

/*
 * jurat_epid_verifier_init: group is borrowed. basename NULL: signatures over any base; else B must be the hash of the name, which may be empty
 * (not kept). A known base name makes verification faster. Errors: JURAT_EPID_E_OUT_OF_SEQUENCE without a group, JURAT_EPID_E_BAD_BASENAME for
 * NULL with a length, JURAT_EPID_E_BAD_ARG for an unknown flag, JURAT_EPID_E_MATH, JURAT_EPID_E_NO_MEMORY.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_init(struct jurat_epid_verifier **out, void *memory, size_t memory_len,
    const struct jurat_epid_group *group, const struct jurat_epid_bytes *basename, uint32_t flags, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_new(struct jurat_epid_verifier **out,
    const struct jurat_epid_group *group, const struct jurat_epid_bytes *basename, uint32_t flags, struct jurat_epid_diag *d);
JURAT_EPID_API void jurat_epid_verifier_free(struct jurat_epid_verifier *verifier);

/*
 * Revocation lists, bare (not in Intel's signed files: src/epid/files.h opens those). All are borrowed until the verifier is gone or a list of the
 * same kind is set. A list whose version is lower than the one that is set is refused (JURAT_EPID_E_VERSION_MISMATCH), an equal one taken.
 * Errors: JURAT_EPID_E_BAD_PRIVRL and its sisters with the defect (length, count, wrong group). Whether entries are
 * scalars or points shows when they are used. A list has at most 2^20 entries, else JURAT_EPID_BAD_COUNT.
 *
 * memory: room for an index, aligned to 8, jurat_epid_privrl_memory or jurat_epid_verifierrl_memory bytes for this list, borrowed like the list;
 * NULL with 0 does without, and then every verification walks through the whole list. The PrivRL uses it only if the verifier has a base name. The
 * index is hashed with a random key, so that nobody can choose entries that make it slow.
 * jurat_epid_verifier_set_grouprl asks at once whether the group is on it.
 */
JURAT_EPID_API size_t jurat_epid_privrl_memory(size_t list_len);
JURAT_EPID_API size_t jurat_epid_verifierrl_memory(size_t list_len);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_set_privrl(struct jurat_epid_verifier *verifier,
    struct jurat_epid_bytes list, void *memory, size_t memory_len, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_set_sigrl(
    struct jurat_epid_verifier *verifier, struct jurat_epid_bytes list, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_set_grouprl(
    struct jurat_epid_verifier *verifier, struct jurat_epid_bytes list, struct jurat_epid_diag *d);
/* Also JURAT_EPID_E_INCONSISTENT_BASENAME without a base name; JURAT_EPID_E_BAD_VERIFIERRL if B is not the name's. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifier_set_verifierrl(struct jurat_epid_verifier *verifier,
    struct jurat_epid_bytes list, void *memory, size_t memory_len, struct jurat_epid_diag *d);

/*
 * jurat_epid_verify: a whole signature of either kind, told apart by its length, over message, with the lists that are set. The first of these
 * that applies: JURAT_EPID_E_BAD_SIGNATURE (form), JURAT_EPID_E_BAD_MESSAGE; JURAT_EPID_SIG_INVALID; _REVOKED_IN_GROUPRL; _IN_PRIVRL; with a
 * SigRL JURAT_EPID_E_VERSION_MISMATCH, JURAT_EPID_E_BAD_SIGNATURE (number of proofs), _IN_SIGRL; without one, and without JURAT_EPID_COMPAT,
 * JURAT_EPID_E_BAD_SIGNATURE for a version or count other than 0; _IN_VERIFIERRL; JURAT_EPID_OK.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verify(const struct jurat_epid_verifier *verifier,
    struct jurat_epid_bytes signature, struct jurat_epid_bytes message, struct jurat_epid_diag *d);

/* jurat_epid_verify_batch: n signatures over n messages; out[i] is what jurat_epid_verify would return for each. Faster than one by one from
 * eight on. JURAT_EPID_OK means that all were looked at. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verify_batch(jurat_epid_rc *out, const struct jurat_epid_verifier *verifier,
    const struct jurat_epid_bytes *signatures, const struct jurat_epid_bytes *messages, size_t n);

/*
 * The steps of jurat_epid_verify, for those who hold the parts. basic is JURAT_EPID_BASIC_LEN bytes; nonce is 32 bytes of a split signature, NULL for
 * one that is not. jurat_epid_verify_basic: JURAT_EPID_OK or JURAT_EPID_SIG_INVALID. jurat_epid_check_privrl_entry: JURAT_EPID_OK,
 * JURAT_EPID_SIG_REVOKED_IN_PRIVRL, JURAT_EPID_E_BAD_ARG (f not below p, B or K no point). jurat_epid_verify_nr_proof: JURAT_EPID_OK or
 * JURAT_EPID_E_BAD_NR_PROOF; entry is 128 bytes of a SigRL, proof 160 or 192 bytes; the basic signature is not verified.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verify_basic(const struct jurat_epid_verifier *verifier,
    const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t *nonce, struct jurat_epid_bytes message, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_check_privrl_entry(const struct jurat_epid_verifier *verifier,
    const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t f[32], struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verify_nr_proof(const struct jurat_epid_verifier *verifier,
    const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t entry[128], struct jurat_epid_bytes proof, struct jurat_epid_bytes message,
    struct jurat_epid_diag *d);

/*
 * jurat_epid_are_linked: 1 if one member made both signatures over one base, 0 if that is not so or cannot be told. Neither is verified: verify
 * both first.
 */
JURAT_EPID_API int jurat_epid_are_linked(struct jurat_epid_bytes signature1, struct jurat_epid_bytes signature2);

/* ---- members ---- */

/* jurat_epid_secret_new: a member's secret f, random in 1 .. p-1. The caller wipes it. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_secret_new(
    uint8_t out_f[32], const struct jurat_epid_random *random, struct jurat_epid_diag *d);

/*
 * jurat_epid_join_request: proves to the issuer that the member knows f (1 .. p-1, else JURAT_EPID_E_BAD_ARG), over the issuer's nonce, without
 * showing it. out_len is JURAT_EPID_JOIN_REQUEST_LEN(kind) exactly.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_join_request(uint8_t *out, size_t out_len, const struct jurat_epid_group *group,
    enum jurat_epid_kind kind, const uint8_t f[32], const uint8_t nonce[32], const struct jurat_epid_random *random,
    struct jurat_epid_diag *d);

/*
 * jurat_epid_key_from_credential: the private key from the issuer's credential and f, checked by a pairing. out_len is JURAT_EPID_PRIVATE_KEY_LEN.
 * Errors: JURAT_EPID_E_BAD_CREDENTIAL with the defect, JURAT_EPID_E_KEY_NOT_IN_GROUP (wrong group id, or the equation does not hold),
 * JURAT_EPID_E_BAD_ARG with the defect for f.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_key_from_credential(uint8_t *out, size_t out_len,
    const struct jurat_epid_group *group, enum jurat_epid_kind kind, struct jurat_epid_bytes credential, const uint8_t f[32],
    struct jurat_epid_diag *d);

/* jurat_epid_key_decompress: the private key from its compressed form; JURAT_EPID_E_KEY_NOT_IN_GROUP for another group id, JURAT_EPID_E_BAD_ARG
 * with the defect if it is none of the group's keys. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_key_decompress(uint8_t *out, size_t out_len,
    const struct jurat_epid_group *group, enum jurat_epid_kind kind, struct jurat_epid_bytes compressed, struct jurat_epid_diag *d);

struct jurat_epid_member;

/*
 * jurat_epid_member_init: from a private key (144 or 132 bytes, not kept), which is checked by a pairing. group is borrowed. The memory then holds
 * secrets: end with jurat_epid_member_clear (or _free, which wipes). Errors: JURAT_EPID_E_BAD_PRIVATE_KEY with the defect,
 * JURAT_EPID_E_KEY_NOT_IN_GROUP, JURAT_EPID_E_OUT_OF_SEQUENCE without a group, JURAT_EPID_E_NO_MEMORY.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_member_init(struct jurat_epid_member **out, void *memory, size_t memory_len,
    const struct jurat_epid_group *group, enum jurat_epid_kind kind, struct jurat_epid_bytes private_key, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_member_new(struct jurat_epid_member **out,
    const struct jurat_epid_group *group, enum jurat_epid_kind kind, struct jurat_epid_bytes private_key, struct jurat_epid_diag *d);
JURAT_EPID_API void jurat_epid_member_clear(struct jurat_epid_member *member);
JURAT_EPID_API void jurat_epid_member_free(struct jurat_epid_member *member);

/* jurat_epid_member_precomp_write: Intel's MemberPrecomp, e(h1,g2) e(h2,g2) e(h2,w) e(A,g2), 1536 bytes, for blobs that hold it. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_member_precomp_write(
    uint8_t *out, size_t out_len, const struct jurat_epid_member *member, struct jurat_epid_diag *d);

/*
 * struct jurat_epid_presignature: the part of a signature that needs no message, computed beforehand; secret, for one signature of the member
 * that made it: jurat_epid_sign wipes it. With JURAT_EPID_PRESIGN_RANDOM_BASE it is for a signature over a random base, and almost nothing
 * is left to do; without, for one with a base name.
 */
struct jurat_epid_presignature {
	uint8_t opaque[1024] __attribute__((aligned(16)));
};
#define JURAT_EPID_PRESIGN_RANDOM_BASE 1u
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_presign(struct jurat_epid_presignature *out,
    const struct jurat_epid_member *member, uint32_t flags, const struct jurat_epid_random *random, struct jurat_epid_diag *d);
JURAT_EPID_API void jurat_epid_presignature_clear(struct jurat_epid_presignature *presignature);

/* struct jurat_epid_sign_request: what to sign, and how. Zero what is not used. */
struct jurat_epid_sign_request {
	struct jurat_epid_bytes message;
	const struct jurat_epid_bytes *basename; /* NULL: a random base. An empty name is JURAT_EPID_E_BAD_BASENAME, as in Intel's member */
	const struct jurat_epid_bytes *sigrl;    /* NULL: none. Else one proof for each entry */
	struct jurat_epid_presignature *presignature; /* NULL: nothing precomputed. Wiped as soon as it is used, not if the request is refused before */
	const struct jurat_epid_random *random;
};

/*
 * jurat_epid_sign: out_len is JURAT_EPID_SIGNATURE_LEN(kind, entries of the SigRL) exactly. Errors: JURAT_EPID_E_BAD_MESSAGE, _BAD_BASENAME,
 * _BAD_SIGRL with the defect (form, count, group), _BAD_SIGRL_ENTRY; JURAT_EPID_SIG_REVOKED_IN_SIGRL if the member is on the list (all entries
 * are looked at, so that time does not tell which); JURAT_EPID_E_OUT_OF_SEQUENCE for a pre-signature that was used, is of
 * another member or of the wrong sort; JURAT_EPID_E_RANDOM; JURAT_EPID_E_BAD_ARG for out_len. Proofs are written to out as they are made: after
 * _REVOKED_IN_SIGRL and _RANDOM their place is zero, the rest of out untouched.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_sign(uint8_t *out, size_t out_len, const struct jurat_epid_member *member,
    const struct jurat_epid_sign_request *request, struct jurat_epid_diag *d);

/*
 * jurat_epid_nr_prove: one proof alone, that this member did not make the signature whose B and K are entry; basic is a signature of this member
 * over message. out_len is JURAT_EPID_NR_PROOF_LEN(kind). Errors: JURAT_EPID_SIG_REVOKED_IN_SIGRL, JURAT_EPID_E_BAD_SIGRL_ENTRY,
 * JURAT_EPID_E_BAD_SIGNATURE if B or K are no points or not this member's, JURAT_EPID_E_BAD_MESSAGE, JURAT_EPID_E_RANDOM.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_nr_prove(uint8_t *out, size_t out_len, const struct jurat_epid_member *member,
    const uint8_t basic[JURAT_EPID_BASIC_LEN], const uint8_t entry[128], struct jurat_epid_bytes message,
    const struct jurat_epid_random *random, struct jurat_epid_diag *d);

/* ---- issuers ---- */

/*
 * jurat_epid_group_create: a new group: its public key (JURAT_EPID_GROUP_KEY_LEN bytes) and the issuer's key (JURAT_EPID_ISSUER_KEY_LEN; secret).
 * group_id is 16 or 4 bytes; of 16, the first half byte is 0 and the low half of the second names the hash.
 * Errors: JURAT_EPID_E_BAD_GROUP_ID, _SCHEMA_NOT_SUPPORTED, _HASH_NOT_SUPPORTED, _RANDOM, _BAD_ARG for the lengths.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_group_create(uint8_t *out_public_key, size_t out_public_key_len,
    uint8_t *out_issuer_key, size_t out_issuer_key_len, struct jurat_epid_bytes group_id, const struct jurat_epid_random *random,
    struct jurat_epid_diag *d);

struct jurat_epid_issuer;

/* jurat_epid_issuer_init: group is borrowed, the key (48 or 36 bytes) is not kept. Errors: JURAT_EPID_E_BAD_ISSUER_KEY with the defect,
 * JURAT_EPID_E_KEY_NOT_IN_GROUP if it is not the key of this group (w is not g2^gamma). End with _clear or _free: both wipe. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_issuer_init(struct jurat_epid_issuer **out, void *memory, size_t memory_len,
    const struct jurat_epid_group *group, struct jurat_epid_bytes issuer_key, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_issuer_new(struct jurat_epid_issuer **out, const struct jurat_epid_group *group,
    struct jurat_epid_bytes issuer_key, struct jurat_epid_diag *d);
JURAT_EPID_API void jurat_epid_issuer_clear(struct jurat_epid_issuer *issuer);
JURAT_EPID_API void jurat_epid_issuer_free(struct jurat_epid_issuer *issuer);

/* jurat_epid_certify: the credential for a join request of either kind over nonce. out_len is JURAT_EPID_CREDENTIAL_LEN. Errors:
 * JURAT_EPID_E_BAD_JOIN_REQUEST with the defect; JURAT_EPID_E_RANDOM. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_certify(uint8_t *out, size_t out_len, const struct jurat_epid_issuer *issuer,
    struct jurat_epid_bytes join_request, const uint8_t nonce[32], const struct jurat_epid_random *random, struct jurat_epid_diag *d);

/* ---- building lists ---- */

/*
 * Each takes the list as it is (len 0: there is none yet) and writes it with one entry more and a version one higher; with a version of 1 where
 * there was none. *out_len is set to what was written; cap is at least the length of a list with one entry more, else JURAT_EPID_E_BAD_ARG. out
 * may not overlap list. Errors: those of the set functions for the old list; JURAT_EPID_E_DUPLICATE, _MAX_VERSION, _MAX_ENTRIES;
 * for PrivRL those of jurat_epid_member_init: only a key of the group gets onto it; for SigRL and VerifierRL those of jurat_epid_verify_basic
 * and jurat_epid_verify: only a signature that is right does, and for the VerifierRL one that was not revoked.
 * jurat_epid_grouprl_add: group_id_len of the list is that of group_id.
 */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_privrl_add(uint8_t *out, size_t cap, size_t *out_len, struct jurat_epid_bytes list,
    const struct jurat_epid_group *group, enum jurat_epid_kind kind, struct jurat_epid_bytes private_key, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_sigrl_add(uint8_t *out, size_t cap, size_t *out_len, struct jurat_epid_bytes list,
    const struct jurat_epid_group *group, struct jurat_epid_bytes signature, struct jurat_epid_bytes message, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_grouprl_add(uint8_t *out, size_t cap, size_t *out_len, struct jurat_epid_bytes list,
    struct jurat_epid_bytes group_id, struct jurat_epid_diag *d);
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifierrl_add(uint8_t *out, size_t cap, size_t *out_len,
    struct jurat_epid_bytes list, const struct jurat_epid_verifier *verifier, struct jurat_epid_bytes signature,
    struct jurat_epid_bytes message, struct jurat_epid_diag *d);

/* jurat_epid_verifierrl_empty: a verifier list with no entry and the given version; the verifier needs a base name. */
JURAT_EPID_API JURAT_EPID_MUST_USE jurat_epid_rc jurat_epid_verifierrl_empty(
    uint8_t *out, size_t cap, size_t *out_len, const struct jurat_epid_verifier *verifier, uint32_t version, struct jurat_epid_diag *d);

#ifdef __cplusplus
}
#endif
#endif
