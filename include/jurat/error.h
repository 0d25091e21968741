/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors: one enum, one record.
 *
 * Every fallible function of Jurat returns a jurat_rc and nothing else; its outputs are complete on JURAT_OK and untouched
 * otherwise. The detail goes into a struct jurat_diag that the caller owns (or NULL): the first failing check fills it, later
 * ones leave it alone. The library never prints, logs or exits.
 */
#ifndef JURAT_ERROR_H
#define JURAT_ERROR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JURAT_MUST_USE __attribute__((warn_unused_result))
/* What the shared library exports; an enclave exports nothing but its entry. */
#ifdef JURAT_ENCLAVE
#define JURAT_API
#else
#define JURAT_API __attribute__((visibility("default")))
#endif

typedef enum jurat_rc {
	JURAT_OK = 0,
	/* the caller or the computer */
	JURAT_E_INTERNAL,      /* a promise of our own code was broken */
	JURAT_E_MEMORY,        /* allocation failed */
	JURAT_E_IO,            /* a file, socket or child process failed; got = errno */
	JURAT_E_NO_SPACE,      /* the disk is full: nothing was acknowledged */
	JURAT_E_USAGE,         /* an argument of the caller is not allowed */
	JURAT_E_STATE,         /* the call does not fit the object's state */
	JURAT_E_EXISTS,        /* the thing to be made is there already */
	JURAT_E_NOT_FOUND,     /* the named thing is not there */
	JURAT_E_PERMISSION,    /* a secret's file is readable by others, or access was denied */
	/* the form of bytes from outside */
	JURAT_E_TRUNCATED,     /* input ended inside a field; wanted, got in bytes */
	JURAT_E_TRAILING,      /* bytes after the end; got = their number */
	JURAT_E_TOO_LARGE,     /* over a named maximum; wanted = the maximum */
	JURAT_E_FORMAT,        /* a field has a value that its format does not allow */
	JURAT_E_VERSION,       /* a version that this program does not know */
	JURAT_E_UNSUPPORTED,   /* well-formed, known, and refused by name */
	JURAT_E_DUPLICATE,     /* a field or extension stands there twice */
	/* what bytes from outside claim */
	JURAT_E_CRYPTO,        /* a signature, MAC or decryption failed; no more is said */
	JURAT_E_IDENTITY,      /* measurement, signer, product or role is not the expected one */
	JURAT_E_ATTRIBUTES,    /* attributes, XFRM or MISCSELECT do not fit */
	JURAT_E_MISMATCH,      /* two fields that must agree differ */
	JURAT_E_CHAIN,         /* a certificate does not chain to the pinned root in its role */
	JURAT_E_REVOKED,       /* on a revocation list, or a TCB level with status Revoked */
	JURAT_E_EXPIRED,       /* a validity period has ended */
	JURAT_E_NOT_YET_VALID, /* a validity period has not begun */
	JURAT_E_MISSING,       /* collateral or a required member is absent */
	JURAT_E_TCB,           /* no TCB level fits, or its status is not acceptable */
	JURAT_E_REPLAY,        /* a nonce, message or session was used before */
	/* decisions */
	JURAT_E_POLICY,        /* the policy does not allow it */
	JURAT_E_DENIED,        /* the processor's or platform's rules do not allow it */
	JURAT_E_AUTH,          /* the caller is not authorised */
	JURAT_E_TIME,          /* the time cannot be trusted */
	JURAT_E_MAX
} jurat_rc;

#define JURAT_NAME_LEN 40

/*
 * struct jurat_diag: what failed. `field`, `hint` and `file` are literals (never freed, never built from input). `name` alone comes from the
 * input, where nothing else could say what is meant; it is printable ASCII ('?' for any other byte) and may be cut.
 * offset, wanted and got mean what the code's comment above says; UINT64_MAX in offset means "no offset".
 */
struct jurat_diag {
	jurat_rc code;
	const char *field;  /* e.g. "quote.header.version" */
	const char *hint;   /* what to do, or NULL */
	uint64_t offset;    /* byte offset in the input, or UINT64_MAX */
	uint64_t wanted;
	uint64_t got;
	char name[JURAT_NAME_LEN]; /* the unknown or doubled member of a JSON object, NUL-terminated; empty if the failure is about none */
	const char *file;   /* which file of a folder, or which argument, the field is in ("enclaves/quoting.so"); NULL if there is but one */
};

/* jurat_rc_name: the code's stable name in lower case with underscores ("truncated"), or "unknown". Never NULL. */
JURAT_API const char *jurat_rc_name(jurat_rc rc);

/* jurat_rc_text: one English phrase without full stop ("input ended inside a field"). Never NULL. */
JURAT_API const char *jurat_rc_text(jurat_rc rc);

#ifdef __cplusplus
}
#endif
#endif
