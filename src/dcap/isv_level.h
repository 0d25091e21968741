/* SPDX-License-Identifier: Apache-2.0 */
/* TCB levels by ISVSVN, as identities of architectural enclaves and of TDX modules have them. */
#ifndef DCAP_ISV_LEVEL_H
#define DCAP_ISV_LEVEL_H

#include "core/diag.h"
#include "dcap/status.h"
#include "json/json.h"

#define TCB_MAX_LEVELS 256u
#define TCB_MAX_ADVISORIES 256u

/* What all TCB levels have in common. */
struct tcb_level_common {
	int64_t tcb_date;
	enum tcb_status status;
	const struct json_value *advisories; /* array of strings, or NULL; borrowed from the document */
};

struct isv_level {
	uint16_t isv_svn;
	struct tcb_level_common common;
};

struct isv_levels {
	struct isv_level *level; /* highest ISVSVN first, all different */
	size_t num;
};

/*
 * isv_levels_read: the member tcbLevels of an identity. JURAT_E_UNSUPPORTED for a status that is unknown or not one of `allowed` (a bit for each
 * enum tcb_status); JURAT_E_DUPLICATE for an ISVSVN given twice. isv_levels_clear frees; zeroed is cleared.
 */
MUST_USE jurat_rc isv_levels_read(struct isv_levels *out, const struct json_value *identity, unsigned allowed, struct jurat_diag *d);
void isv_levels_clear(struct isv_levels *levels);

/* isv_levels_select: the first level whose ISVSVN is not above the enclave's, or NULL. */
const struct isv_level *isv_levels_select(const struct isv_levels *levels, uint16_t isv_svn);

/* isv_levels_best: of the levels with the best status the lowest one. */
const struct isv_level *isv_levels_best(const struct isv_levels *levels);

/* Shared by all readers of levels. */
/* tcb_read_date: a member "YYYY-MM-DDThh:mm:ssZ". */
MUST_USE jurat_rc tcb_read_date(const struct json_value *object, const char *field, int64_t *out, struct jurat_diag *d);
/* tcb_read_common: tcbDate, tcbStatus and advisoryIDs of a level. */
MUST_USE jurat_rc tcb_read_common(const struct json_value *level, struct tcb_level_common *out, struct jurat_diag *d);

#endif
