/* SPDX-License-Identifier: Apache-2.0 */
/* enclave_load: every page goes two ways: to the key process, which measures it and keeps the SECS, and into this process's memory. */
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"
#include "core/sabotage.h"
#include "machine/call_frame.h"
#include "machine/engine.h"
#include "machine/engine_features.h"
#include "machine/machine_internal.h"

struct loading {
	struct enclave *e;
	struct secs_request request; /* size, base and SSA frame follow with ECREATE */
};

/*
 * The attributes to ask for (machine.h): the author's, without DEBUG unless it was asked for; the least XFRM and the MISCSELECT
 * that SIGSTRUCT's masks leave open. AEX-Notify, which no processor of ours has, is asked for only where the signer demands it: ECREATE
 * then refuses it by name. What does not fit together is EINIT's to refuse.
 */
static jurat_rc
choose(struct secs_request *out, const struct sgx_sigstruct *sig, const struct image_facts *facts,
    const struct enclave_options *options, struct jurat_diag *d)
{
	uint64_t least = SGX_XFRM_LEGACY | (sig->attributes.xfrm & sig->attribute_mask.xfrm);

	*out = (struct secs_request){ 0 };
	out->attributes.flags = (sig->attributes.flags | options->extra_flags) & ~(SGX_FLAGS_INIT | SGX_FLAGS_DEBUG);
	if (options->debug)
		out->attributes.flags |= SGX_FLAGS_DEBUG;
	if (((sig->attribute_mask.flags | options->extra_flags) & SGX_FLAGS_AEXNOTIFY) == 0)
		out->attributes.flags &= ~SGX_FLAGS_AEXNOTIFY;
	out->attributes.xfrm = options->xfrm != 0 ? options->xfrm : least;
	out->miscselect = (facts->miscselect & ~sig->misc_mask) | (sig->miscselect & sig->misc_mask);
	for (size_t i = 0; i < SGX_CONFIGID_LEN; i++)
		out->config_id[i] = options->config_id[i];
	out->config_svn = options->config_svn;
	if ((out->attributes.xfrm & ~xstate_host()->xfrm) != 0) {
		jurat_fail(d, JURAT_E_UNSUPPORTED, "enclave.xfrm", NO_OFFSET, xstate_host()->xfrm, out->attributes.xfrm);
		jurat_hint(d, "this processor lacks an extended state that the enclave's signer demands");
		return JURAT_E_UNSUPPORTED;
	}
	return JURAT_OK;
}

static jurat_rc
on_create(void *ctx, uint32_t ssa_frame_pages, uint64_t enclave_size, struct jurat_diag *d)
{
	struct loading *l = ctx;
	jurat_rc rc = engine_reserve(l->e, enclave_size, ssa_frame_pages, d);

	if (rc != JURAT_OK)
		return rc;
	l->request.size = enclave_size;
	l->request.base = (uint64_t)(uintptr_t)l->e->base;
	l->request.ssa_frame_pages = ssa_frame_pages;
	rc = key_create(l->e->keys, &l->e->handle, &l->request, d);
	l->e->created = rc == JURAT_OK;
	return rc;
}

static jurat_rc
on_add(void *ctx, const struct image_page *page, struct jurat_diag *d)
{
	struct loading *l = ctx;
	jurat_rc rc = l->e->created ? engine_add(l->e, page, d) : jurat_fail(d, JURAT_E_FORMAT, "image.ecreate", NO_OFFSET, 0, 0);

	return rc == JURAT_OK ? key_add(l->e->keys, l->e->handle, page, d) : rc;
}

/* Pages, EINIT, permissions: after this the enclave is as on hardware after its driver's INIT. */
static jurat_rc
build(struct enclave *e, const struct image *image, const struct enclave_options *options, struct jurat_diag *d)
{
	struct loading l = { .e = e };
	struct image_sink sink = { &l, on_create, on_add };
	struct image_facts facts;
	struct sgx_sigstruct sig;
	const uint8_t *sigstruct;
	jurat_rc rc;

	image_describe(&facts, image);
	sigstruct = options->sigstruct != NULL ? options->sigstruct : facts.sigstruct;
	if (sigstruct == NULL)
		return jurat_fail(d, JURAT_E_MISSING, "image.sigstruct", NO_OFFSET, 0, 0);
	rc = sigstruct_parse(&sig, sigstruct, SGX_SIGSTRUCT_LEN, d);
	if (rc == JURAT_OK)
		rc = choose(&l.request, &sig, &facts, options, d);
	if (rc == JURAT_OK)
		rc = image_load(image, &sink, d);
	if (rc == JURAT_OK && !e->created)
		rc = jurat_fail(d, JURAT_E_FORMAT, "image.ecreate", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		rc = key_init(e->keys, e->handle, sigstruct, options->einittoken, &e->id, d);
	return rc == JURAT_OK ? engine_protect(e, d) : rc;
}

/* The SDK's loader enters once with INIT before anything else. */
static jurat_rc
initialise(struct enclave *e, struct jurat_diag *d)
{
	_Alignas(8) uint8_t features[ENGINE_FEATURES_LEN];
	uint64_t status = 0;
	jurat_rc rc;

	engine_features(features, e->id.attributes.xfrm);
	rc = enclave_ecall(e, CALL_INDEX_INIT, features, NULL, NULL, &status, d);
	if (rc == JURAT_OK && status != CALL_STATUS_OK)
		rc = jurat_fail(d, JURAT_E_STATE, "enclave.init", NO_OFFSET, CALL_STATUS_OK, status);
	return rc;
}

#ifdef JURAT_SABOTAGE
/* A test build tells the enclave, too, which check is left out (core/sabotage.h). Enclaves that are not ours do not know the operation. */
static void
hand_sabotage_on(struct enclave *e)
{
	const char *name = sabotage_name();
	uint8_t out[1];
	size_t len;

	if (name[0] != '\0')
		(void)!enclave_call(e, SABOTAGE_OP, name, strlen(name), out, sizeof out, &len, NULL);
}
#else
static void
hand_sabotage_on(struct enclave *e)
{
	(void)e;
}
#endif

jurat_rc
enclave_load_image(struct enclave **out, struct machine *m, const struct image *image, const struct enclave_options *options,
    struct jurat_diag *d)
{
	static const struct enclave_options none;
	struct image_facts facts;
	struct enclave *e;
	jurat_rc rc = engine_start(d);

	if (rc != JURAT_OK)
		return rc;
	e = calloc(1, sizeof *e);
	if (e == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "enclave", NO_OFFSET, 0, 0);
	if (options == NULL)
		options = &none;
	atomic_store(&e->users, 1);
	e->keys = m->keys;
	e->eavesdrop = options->eavesdrop;
	e->eavesdrop_ctx = options->eavesdrop_ctx;
	rc = build(e, image, options, d);
	if (rc == JURAT_OK) {
		engine_register(e);
		image_describe(&facts, image);
		if (facts.kind == IMAGE_SDK)
			rc = initialise(e, d);
		if (rc == JURAT_OK && facts.kind == IMAGE_SDK)
			hand_sabotage_on(e);
	}
	if (rc != JURAT_OK) {
		enclave_unload(e);
		return rc;
	}
	*out = e;
	return JURAT_OK;
}

jurat_rc
enclave_load(struct enclave **out, struct machine *m, const uint8_t *bytes, size_t len, const struct enclave_options *options,
    struct jurat_diag *d)
{
	struct image *image = NULL;
	jurat_rc rc = image_open(&image, bytes, len, d);

	if (rc != JURAT_OK)
		return rc;
	rc = enclave_load_image(out, m, image, options, d);
	image_free(image);
	return rc;
}

static void
tear_down(struct enclave *e)
{
	if (e->registered)
		engine_unregister(e);
	if (e->created && !atomic_load(&e->lost))
		key_destroy(e->keys, e->handle);
	engine_unmap(e);
	free(e);
}

void
engine_hold(struct enclave *e)
{
	atomic_fetch_add(&e->users, 1);
}

void
engine_release(struct enclave *e)
{
	if (atomic_fetch_sub(&e->users, 1) == 1)
		tear_down(e);
}

void
enclave_unload(struct enclave *e)
{
	if (e == NULL)
		return;
	atomic_store(&e->unloading, true);
	engine_release(e);
}

void
enclave_identity(struct sgx_report_body *out, const struct enclave *e)
{
	*out = e->id;
}
