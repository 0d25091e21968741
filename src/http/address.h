/* SPDX-License-Identifier: Apache-2.0 */
/* Numeric addresses with a port, as text and as the socket calls want them. */
#ifndef HTTP_ADDRESS_H
#define HTTP_ADDRESS_H

#include <netinet/in.h>

#include "core/compiler.h"

#define HTTP_ADDRESS_MAX_LEN 64u /* "[....]:65535" with its NUL */

/* An address of either family, without casts between pointers of different kinds. */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* address_parse: "1.2.3.4:port" or "[v6]:port", port 0 to 65535; false otherwise, with out undefined. */
MUST_USE bool address_parse(union address *out, socklen_t *out_len, const char *text);
void address_format(char out[HTTP_ADDRESS_MAX_LEN], const union address *a);

#endif
