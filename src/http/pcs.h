/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collateral from Intel's Provisioning Certification Service, version 4, or a cache of it (PCCS): four requests, whose answers become one
 * collateral file (docs/formats/collateral.md) with the signed texts byte for byte. Nothing is believed here: whoever uses the file judges it.
 * Addresses come from the caller alone, never from evidence.
 */
#ifndef HTTP_PCS_H
#define HTTP_PCS_H

#include "http/client.h"

#define PCS_INTEL_URL "https://api.trustedservices.intel.com"
#define PCS_INTEL_ROOT_URL "https://certificates.trustedservices.intel.com"
#define PCS_INTEL_ROOT_PATH "/IntelSGXRootCA.der"
#define PCS_PCCS_ROOT_PATH "/sgx/certification/v4/rootcacrl"
#define PCS_ATTEMPTS 4u      /* of each request */
#define PCS_WAIT_MAX_S 60u   /* a service that asks for more is given up */
#define PCS_BODY_MAX_LEN (512u * 1024u)

enum pcs_update { PCS_STANDARD, PCS_EARLY };

/* What collateral is for. */
struct pcs_want {
	uint8_t fmspc[6];
	bool is_tdx;
	bool is_processor_ca; /* issued by the processor CA rather than the platform CA */
	enum pcs_update update;
};

struct pcs_service {
	struct http_client *client;
	struct http_client *root_client; /* where the root CRL is */
	const char *root_path;
	void (*wait)(void *ctx, unsigned seconds); /* before another attempt */
	void *wait_ctx;
};

/*
 * pcs_fetch: the collateral file's text, which the caller frees. Attempts are repeated after 429, 500, 502, 503, 504 and broken connections,
 * after as many seconds as Retry-After says or 1, 2, 4. JURAT_E_NOT_FOUND: the service knows no such platform; JURAT_E_AUTH: it wants a key, or its
 * certificate is not the pinned one; JURAT_E_IO: it cannot be reached or stays busy; JURAT_E_FORMAT: an answer that is none of this protocol (field says which, got the status).
 */
MUST_USE jurat_rc pcs_fetch(char **out, const struct pcs_service *service, const struct pcs_want *want, struct jurat_diag *d);

#endif
