/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EPID targets: an input begins with a group public key of 272 bytes. The first that is one is kept, since making a group costs; inputs with another
 * are not looked at (epid_group.c does).
 */
#ifndef FUZZ_EPID_INPUT_H
#define FUZZ_EPID_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "jurat/epid.h"

#define GROUP_LEN JURAT_EPID_GROUP_KEY_LEN(16)

/* group_of: NULL if the input does not begin with the first group that was seen. r then stands behind it. */
static const struct jurat_epid_group *
group_of(struct reader *r)
{
	static uint8_t kept[GROUP_LEN];
	static struct jurat_epid_group *group;
	const uint8_t *key = reader_take(r, GROUP_LEN);

	if (key == NULL)
		return NULL;
	if (group == NULL && jurat_epid_group_new(&group, (struct jurat_epid_bytes){ key, GROUP_LEN }, JURAT_EPID_HASH_OF_GROUP, NULL) == JURAT_EPID_OK)
		memcpy(kept, key, GROUP_LEN);
	return group != NULL && memcmp(kept, key, GROUP_LEN) == 0 ? group : NULL;
}

static inline struct jurat_epid_bytes
rest_of(const struct reader *r)
{
	return (struct jurat_epid_bytes){ r->at, r->left };
}

#endif
