/* SPDX-License-Identifier: Apache-2.0 */
/* Names and texts of return codes and defects. Intel's names, because its tools and documents use them. */
#include "core/compiler.h"
#include "jurat/epid.h"

static const struct {
	jurat_epid_rc rc;
	const char *name, *text;
} codes[] = {
	{ JURAT_EPID_OK, "kEpidNoErr", "no error" },
	{ JURAT_EPID_SIG_INVALID, "kEpidSigInvalid", "the signature is not valid" },
	{ JURAT_EPID_SIG_REVOKED_IN_GROUPRL, "kEpidSigRevokedInGroupRl", "the group is revoked" },
	{ JURAT_EPID_SIG_REVOKED_IN_PRIVRL, "kEpidSigRevokedInPrivRl", "the member's private key is revoked" },
	{ JURAT_EPID_SIG_REVOKED_IN_SIGRL, "kEpidSigRevokedInSigRl", "the member is revoked by one of its signatures" },
	{ JURAT_EPID_SIG_REVOKED_IN_VERIFIERRL, "kEpidSigRevokedInVerifierRl", "the verifier has revoked the member" },
	{ JURAT_EPID_E_INTERNAL, "kEpidErr", "a promise of the code or of the library under it was broken" },
	{ JURAT_EPID_E_NO_MEMORY, "kEpidNoMemErr", "the memory that was brought is too small or not aligned" },
	{ JURAT_EPID_E_HEAP, "kEpidMemAllocErr", "memory allocation failed" },
	{ JURAT_EPID_E_MATH, "kEpidMathErr", "no point was found for this base name" },
	{ JURAT_EPID_E_HASH_NOT_SUPPORTED, "kEpidHashAlgorithmNotSupported", "there is no such hash" },
	{ JURAT_EPID_E_DUPLICATE, "kEpidDuplicateErr", "the entry is on the list already" },
	{ JURAT_EPID_E_INCONSISTENT_BASENAME, "kEpidInconsistentBasenameSetErr", "a verifier list needs a base name" },
	{ JURAT_EPID_E_OUT_OF_SEQUENCE, "kEpidOutOfSequenceError", "something that must be set first is not" },
	{ JURAT_EPID_E_BAD_JOIN_REQUEST, "kEpidBadJoinRequestErr", "the join request is not right" },
	{ JURAT_EPID_E_SCHEMA_NOT_SUPPORTED, "kEpidSchemaNotSupportedErr", "the group id's schema is not known" },
	{ JURAT_EPID_E_KEY_NOT_IN_GROUP, "kEpidKeyNotInGroupErr", "the key is not one of this group" },
	{ JURAT_EPID_E_PRECOMP_NOT_IN_GROUP, "kEpidPrecompNotInGroupErr", "the precomputed values are not of this group" },
	{ JURAT_EPID_E_VERSION_MISMATCH, "kEpidVersionMismatchErr", "another version of the list is needed" },
	{ JURAT_EPID_E_GROUP_ID_MISMATCH, "kEpidGroupIdMismatchErr", "it belongs to another group" },
	{ JURAT_EPID_E_MAX_VERSION, "kEpidMaxVersionErr", "the list's version cannot grow" },
	{ JURAT_EPID_E_MAX_ENTRIES, "kEpidMaxEntriesErr", "the list cannot grow" },
	{ JURAT_EPID_E_RANDOM, "kEpidBitSupplierErr", "the source of random bytes failed" },
	{ JURAT_EPID_E_BAD_GROUP_PUBLIC_KEY, "kEpidBadGroupPubKeyErr", "the group public key is not right" },
	{ JURAT_EPID_E_BAD_SIGNATURE, "kEpidBadSignatureErr", "the bytes are not a signature for these lists" },
	{ JURAT_EPID_E_BAD_NR_PROOF, "kEpidBadNrProofErr", "the non-revoked proof is not right" },
	{ JURAT_EPID_E_BAD_PRIVRL, "kEpidBadPrivRlErr", "the private key revocation list is not right" },
	{ JURAT_EPID_E_BAD_SIGRL, "kEpidBadSigRlErr", "the signature revocation list is not right" },
	{ JURAT_EPID_E_BAD_SIGRL_ENTRY, "kEpidBadSigRlEntryErr", "an entry of the signature revocation list is not right" },
	{ JURAT_EPID_E_BAD_GROUPRL, "kEpidBadGroupRlErr", "the group revocation list is not right" },
	{ JURAT_EPID_E_BAD_VERIFIERRL, "kEpidBadVerifierRlErr", "the verifier revocation list is not right" },
	{ JURAT_EPID_E_BAD_PRECOMP, "kEpidBadPrecompErr", "the precomputed values are not right" },
	{ JURAT_EPID_E_BAD_BASENAME, "kEpidBadBasenameErr", "the base name is not allowed" },
	{ JURAT_EPID_E_BAD_MESSAGE, "kEpidBadMessageErr", "the message is not allowed" },
	{ JURAT_EPID_E_BAD_ISSUER_KEY, "kEpidBadIPrivKeyErr", "the issuer's key is not right" },
	{ JURAT_EPID_E_BAD_GROUP_ID, "kEpidBadGidErr", "the group id has neither 4 nor 16 bytes" },
	{ JURAT_EPID_E_BAD_PRIVATE_KEY, "kEpidBadPrivKeyErr", "the private key is not right" },
	{ JURAT_EPID_E_BAD_CREDENTIAL, "kEpidBadMembershipCredentialErr", "the membership credential is not right" },
	{ JURAT_EPID_E_BAD_ARG, "kEpidBadArgErr", "an argument is not allowed" },
};

static const char *const defects[JURAT_EPID_DEFECT_MAX] = {
	"none", "bad_length", "bad_count", "not_canonical", "not_on_curve", "identity", "not_in_subgroup", "scalar_range", "scalar_zero",
	"wrong_group", "wrong_version", "wrong_hash", "wrong_base", "wrong_proof", "list_not_checked", "listed",
};

const char *
jurat_epid_rc_name(jurat_epid_rc rc)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].rc == rc)
			return codes[i].name;
	return "unknown";
}

const char *
jurat_epid_verdict_name(jurat_epid_rc rc)
{
	return rc == JURAT_EPID_OK ? "kEpidSigValid" : jurat_epid_rc_name(rc);
}

const char *
jurat_epid_rc_text(jurat_epid_rc rc)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].rc == rc)
			return codes[i].text;
	return "unknown";
}

const char *
jurat_epid_defect_name(enum jurat_epid_defect defect)
{
	return (unsigned)defect < JURAT_EPID_DEFECT_MAX ? defects[defect] : "unknown";
}
