/* SPDX-License-Identifier: Apache-2.0 */
/* ATTRIBUTES (FLAGS u64 | XFRM u64) as it stands inside the other structures. Freestanding. */
#ifndef SGX_ATTRIBUTES_H
#define SGX_ATTRIBUTES_H

#include "core/bytes.h"
#include "sgx/types.h"

static inline struct sgx_attributes
attributes_read(struct reader *r)
{
	struct sgx_attributes a;

	a.flags = reader_u64le(r);
	a.xfrm = reader_u64le(r);
	return a;
}

static inline void
attributes_write(struct writer *w, const struct sgx_attributes *a)
{
	writer_u64le(w, a->flags);
	writer_u64le(w, a->xfrm);
}

#endif
