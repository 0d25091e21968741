/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The field names and hints that a key process may answer with. Both ends have the same table, so that a name arrives as the
 * client's own literal; new ones are added at the end. tests/unit/test_key_process.c holds it against the sources.
 */
#include <string.h>

#include "machine/key_wire.h"

static const char *const fields[] = {
	NULL,
	"secs.state",
	"secs.size",
	"secs.base",
	"secs.ssa_frame_size",
	"secs.attributes.mode64bit",
	"secs.attributes.init",
	"secs.attributes.flags",
	"secs.attributes.xfrm",
	"secs.miscselect",
	"secs.config_id",
	"secs.config_svn",
	"secs.attributes.einittokenkey",
	"secs.attributes.provisionkey",
	"secinfo.flags",
	"secinfo.page_type",
	"secinfo.write_without_read",
	"page.off",
	"page.count",
	"tcs",
	"tcs.reserved",
	"tcs.flags",
	"tcs.flags.aexnotify",
	"tcs.ossa",
	"tcs.ofsbase",
	"tcs.ogsbase",
	"sigstruct",
	"sigstruct.header",
	"sigstruct.header2",
	"sigstruct.vendor",
	"sigstruct.date",
	"sigstruct.exponent",
	"sigstruct.reserved",
	"sigstruct.modulus",
	"sigstruct.signature",
	"sigstruct.q1",
	"sigstruct.q2",
	"sigstruct.enclave_hash",
	"sigstruct.attributes.flags",
	"sigstruct.attributes.xfrm",
	"sigstruct.miscselect",
	"sigstruct.cet_attributes",
	"sigstruct.isv_family_id",
	"sigstruct.isv_ext_prod_id",
	"einittoken",
	"einittoken.valid",
	"einittoken.reserved",
	"einittoken.mac",
	"einittoken.cpusvn_le",
	"einittoken.masked_attributes_le",
	"einittoken.mrenclave",
	"einittoken.mrsigner",
	"einittoken.attributes",
	"fuses",
	"fuses.magic",
	"fuses.version",
	"fuses.digest",
	"fuses.mode",
	"random",
	"handle",
	"enclaves per connection",
	"connections per machine",
	"pages per enclave",
	"measured bytes per enclave",
	"targetinfo",
	"targetinfo.reserved",
	"this machine folder was made by another version of jurat",
	"jurat machine new DIR --world WORLD makes a machine",
	"secs.attributes.aexnotify",
	"this machine does not notify enclaves of asynchronous exits",
};

uint16_t
key_field_index(const char *text)
{
	if (text == NULL)
		return 0;
	for (uint16_t i = 1; i < ARRAY_LEN(fields); i++) {
		if (strcmp(text, fields[i]) == 0)
			return i;
	}
	return 0;
}

const char *
key_field_at(uint16_t index)
{
	return index < ARRAY_LEN(fields) ? fields[index] : NULL;
}
