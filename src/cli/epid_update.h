/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that grow: read, one entry more, written again whole, while no other process of this program does the same in that folder. */
#ifndef CLI_EPID_UPDATE_H
#define CLI_EPID_UPDATE_H

#include "cli/epid.h"

/* The lock is on the folder: the file itself is replaced. */
struct epid_lock {
	int fd; /* -1: none */
};
int epid_lock(struct epid_lock *out, const char *path);
void epid_unlock(struct epid_lock *lock);

/* Where the longer list goes. */
struct epid_grown {
	uint8_t *p;
	size_t cap, len;
};

struct epid_update {
	unsigned which;      /* LIST_… */
	const char *path;    /* of the list */
	const char *subject; /* whom an error is about */
	/* one of jurat_epid_*_add for the i-th of num entries; list is empty where there is none yet */
	jurat_epid_rc (*add)(struct epid_grown *out, struct jurat_epid_bytes list, const struct epid_update *u, const struct epid_input *in,
	    size_t i, struct jurat_epid_diag *d);
	const void *ctx;
	size_t num;
};

/*
 * epid_update_list: in->lists[which] is the list as read, unless --new: then there must be no file. A list that was signed is signed again, which
 * takes --ca-key; a new one is if --ca-key is given. EXIT_ACCEPTED once it is on disk.
 */
int epid_update_list(const struct epid_update *u, struct epid_input *in, const struct epid_options *o);

#endif
