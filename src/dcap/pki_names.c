/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/pki.h"

#include <stdio.h>
#include <string.h>

#include "core/diag.h"

/* Verifiers recognise roles by these words (Intel's QVL: "SGX Root CA", "SGX PCK Certificate", "SGX TCB Signing", "CA"). */
static const char *const role_words[PKI_NUM_ROLES] = {
	[PKI_ROOT] = "SGX Root CA",
	[PKI_PLATFORM_CA] = "SGX PCK Platform CA",
	[PKI_PROCESSOR_CA] = "SGX PCK Processor CA",
	[PKI_TCB_SIGNING] = "SGX TCB Signing",
	[PKI_PCK] = "SGX PCK Certificate",
};

static bool
name_is_plain(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = name[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
			return false;
	}
	return true;
}

jurat_rc
pki_names_make(struct pki_names *out, const char *name, bool intel, struct jurat_diag *d)
{
	size_t len = strlen(name);
	struct pki_names n = { .intel = intel };

	if (len == 0 || len > PKI_NAME_MAX_LEN || !name_is_plain(name, len)) {
		(void)jurat_fail(d, JURAT_E_FORMAT, "world.name", NO_OFFSET, PKI_NAME_MAX_LEN, len);
		jurat_hint(d, "a name has 1 to 32 letters, digits, '-', '_' or '.'");
		return JURAT_E_FORMAT;
	}
	memcpy(n.world, name, len + 1);
	for (int i = 0; i < PKI_NUM_ROLES; i++) {
		/* "Jurat " + 32 + " " + 20 are below 64: nothing is cut */
		if (intel)
			snprintf(n.common_name[i], sizeof n.common_name[i], "Intel %s", role_words[i]);
		else
			snprintf(n.common_name[i], sizeof n.common_name[i], "Jurat %s %s", name, role_words[i]);
	}
	n.organization = intel ? "Intel Corporation" : "Jurat software world - not Intel hardware";
	if (intel) {
		n.locality = "Santa Clara";
		n.state = "CA";
		n.country = "US";
	}
	*out = n;
	return JURAT_OK;
}
