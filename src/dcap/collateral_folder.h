/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collateral in a folder of plain files or of answers of PCS and PCCS (docs/formats/collateral.md), put together as one collateral file. Nothing
 * is judged here, and every signed text stays byte for byte.
 */
#ifndef DCAP_COLLATERAL_FOLDER_H
#define DCAP_COLLATERAL_FOLDER_H

#include "core/compiler.h"

/*
 * collateral_folder_read: the text of a collateral file (jurat_collateral_parse), which the caller frees. JURAT_E_MISSING names a document
 * that is not there, JURAT_E_DUPLICATE one that is there twice; errors of a file name its document.
 */
MUST_USE jurat_rc collateral_folder_read(char **out, const char *dir, struct jurat_diag *d);

#endif
