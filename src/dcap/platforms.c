/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/platforms.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"

#define NUM_WAYS 4u

struct slot {
	bool used;
	uint8_t key[SHA256_LEN];
	struct known_pck known;
};

struct set {
	unsigned next; /* way to be forgotten next */
	struct slot slot[NUM_WAYS];
};

struct jurat_platforms {
	pthread_mutex_t lock;
	size_t num_sets;
	struct set set[];
};

jurat_rc
jurat_platforms_new(struct jurat_platforms **out, size_t max, struct jurat_diag *d)
{
	size_t num_sets = max / NUM_WAYS + (max % NUM_WAYS != 0);
	struct jurat_platforms *p;

	if (out == NULL)
		return jurat_fail(d, JURAT_E_USAGE, "platforms.out", NO_OFFSET, 0, 0);
	if (max == 0 || max > JURAT_PLATFORMS_MAX)
		return jurat_fail(d, JURAT_E_USAGE, "platforms.max", NO_OFFSET, JURAT_PLATFORMS_MAX, max);
	p = calloc(1, sizeof *p + num_sets * sizeof p->set[0]);
	if (p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "platforms", NO_OFFSET, 0, 0);
	if (pthread_mutex_init(&p->lock, NULL) != 0) {
		free(p);
		return jurat_fail(d, JURAT_E_MEMORY, "platforms.lock", NO_OFFSET, 0, 0);
	}
	p->num_sets = num_sets;
	*out = p;
	return JURAT_OK;
}

void
jurat_platforms_free(struct jurat_platforms *p)
{
	if (p == NULL)
		return;
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

void
known_key(uint8_t out[SHA256_LEN], const struct jurat_trust *root, const void *chain, size_t len)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, trust_digest(root), SHA256_LEN);
	sha256_update(&h, chain, len);
	sha256_final(&h, out);
}

static void
keep(struct known_pck *k, const struct x509_cert *cert)
{
	if (k->num < ARRAY_LEN(k->serial)) { /* the reader's limit is X509_SERIAL_MAX */
		k->serial[k->num].len = (uint8_t)cert->serial.len;
		memcpy(k->serial[k->num].b, cert->serial.p, cert->serial.len);
	}
	k->not_before[k->num] = cert->not_before;
	k->not_after[k->num] = cert->not_after;
	k->num++;
}

void
known_take(struct known_pck *out, const struct chain_roles *roles, const struct jurat_trust *root, const struct pck_extension *pck)
{
	struct known_pck k = { .leaf_key = roles->leaf->key, .ca_key = roles->ca->key, .pck = *pck };

	k.ca_role = trust_has_name(root, ROLE_PLATFORM_CA, &roles->ca->subject) ? ROLE_PLATFORM_CA : ROLE_PROCESSOR_CA;
	keep(&k, roles->leaf);
	keep(&k, roles->ca);
	if (roles->root != NULL)
		keep(&k, roles->root);
	*out = k;
}

void
known_restore(struct cert_chain *out, struct chain_roles *roles, const struct known_pck *k, const struct jurat_trust *root)
{
	*out = (struct cert_chain){ .num = k->num };
	for (size_t i = 0; i < k->num; i++) {
		out->cert[i].not_before = k->not_before[i];
		out->cert[i].not_after = k->not_after[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(k->serial); i++)
		out->cert[i].serial = (struct x509_span){ k->serial[i].b, k->serial[i].len };
	out->cert[0].key = k->leaf_key;
	out->cert[1].key = k->ca_key;
	/* a chain is right only with the full names of its roles */
	out->cert[0].subject = trust_role_name(root, ROLE_PCK);
	out->cert[1].subject = trust_role_name(root, k->ca_role);
	out->cert[2].subject = trust_role_name(root, ROLE_ROOT);
	*roles = (struct chain_roles){ .leaf = &out->cert[0], .ca = &out->cert[1], .root = k->num > 2 ? &out->cert[2] : NULL };
}

static struct set *
set_of(struct jurat_platforms *p, const uint8_t key[SHA256_LEN])
{
	return &p->set[load64le(key) % p->num_sets];
}

static struct slot *
slot_of(struct set *s, const uint8_t key[SHA256_LEN])
{
	for (size_t i = 0; i < NUM_WAYS; i++) {
		if (s->slot[i].used && memcmp(s->slot[i].key, key, SHA256_LEN) == 0)
			return &s->slot[i];
	}
	return NULL;
}

bool
platforms_find(struct jurat_platforms *p, const uint8_t key[SHA256_LEN], struct known_pck *out)
{
	const struct slot *s;

	(void)pthread_mutex_lock(&p->lock);
	s = slot_of(set_of(p, key), key);
	if (s != NULL)
		*out = s->known;
	(void)pthread_mutex_unlock(&p->lock);
	return s != NULL;
}

void
platforms_add(struct jurat_platforms *p, const uint8_t key[SHA256_LEN], const struct known_pck *k)
{
	struct set *set = set_of(p, key);

	(void)pthread_mutex_lock(&p->lock);
	if (slot_of(set, key) == NULL) {
		struct slot *s = &set->slot[set->next];

		set->next = (set->next + 1) % NUM_WAYS;
		memcpy(s->key, key, SHA256_LEN);
		s->known = *k;
		s->used = true;
	}
	(void)pthread_mutex_unlock(&p->lock);
}
