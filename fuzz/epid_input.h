/* SPDX-License-Identifier: Apache-2.0 */
/* EPID targets: an input begins with a group public key of 272 bytes, which is kept from one input to the next, since making a group costs. */
#ifndef FUZZ_EPID_INPUT_H
#define FUZZ_EPID_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "jurat/epid.h"

#define GROUP_LEN JURAT_EPID_GROUP_KEY_LEN(16)

/* group_of: NULL if the input does not begin with a group. r then stands behind it. */
static const struct jurat_epid_group *
group_of(struct reader *r)
{
	static uint8_t kept[GROUP_LEN];
	static struct jurat_epid_group *group;
	const uint8_t *key = reader_take(r, GROUP_LEN);

	if (key == NULL)
		return NULL;
	if (group != NULL && memcmp(kept, key, GROUP_LEN) == 0)
		return group;
	jurat_epid_group_free(group);
	group = NULL;
	memcpy(kept, key, GROUP_LEN);
	if (jurat_epid_group_new(&group, (struct jurat_epid_bytes){ key, GROUP_LEN }, JURAT_EPID_HASH_OF_GROUP, NULL) != JURAT_EPID_OK)
		return NULL;
	return group;
}

static inline struct jurat_epid_bytes
rest_of(const struct reader *r)
{
	return (struct jurat_epid_bytes){ r->at, r->left };
}

#endif
