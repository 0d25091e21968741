/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to one element of a DER document, with the lengths of everything around it made right again. For fuzz targets. */
#ifndef FUZZ_DER_EDIT_H
#define FUZZ_DER_EDIT_H

#include "signed_world.h"

enum der_change { DER_REMOVE, DER_TWICE, DER_EMPTY, DER_TAG, DER_BYTE, DER_LONGER, DER_SHORTER, DER_NUM_CHANGES };

/*
 * der_edit: the element with this number (counted as they stand, the inner ones after the one around them, also those inside strings). No change if there is no such
 * element or the result does not fit.
 */
void der_edit(struct world_bytes *document, enum der_change change, unsigned element, uint8_t value);

#endif
