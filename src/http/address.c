/* SPDX-License-Identifier: Apache-2.0 */
#include "http/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libevent's own parser refuses port 0 */
bool
address_parse(union address *out, socklen_t *out_len, const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t n = colon != NULL ? (size_t)(colon - text) : 0;
	bool v6 = n >= 2 && text[0] == '[' && text[n - 1] == ']';
	char ip[INET6_ADDRSTRLEN];
	char *end;
	unsigned long port;

	if (v6) {
		text++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof ip || colon[1] < '0' || colon[1] > '9')
		return false;
	memcpy(ip, text, n);
	ip[n] = '\0';
	port = strtoul(colon + 1, &end, 10);
	if (*end != '\0' || port > 65535)
		return false;
	memset(out, 0, sizeof *out);
	out->any.sa_family = v6 ? AF_INET6 : AF_INET;
	*out_len = v6 ? sizeof out->v6 : sizeof out->v4;
	if (v6)
		out->v6.sin6_port = htons((uint16_t)port);
	else
		out->v4.sin_port = htons((uint16_t)port);
	return inet_pton(out->any.sa_family, ip, v6 ? (void *)&out->v6.sin6_addr : (void *)&out->v4.sin_addr) == 1;
}

void
address_format(char out[HTTP_ADDRESS_MAX_LEN], const union address *a)
{
	bool v6 = a->any.sa_family == AF_INET6;
	char ip[INET6_ADDRSTRLEN] = "";

	inet_ntop(a->any.sa_family, v6 ? (const void *)&a->v6.sin6_addr : (const void *)&a->v4.sin_addr, ip, sizeof ip);
	if (v6)
		snprintf(out, HTTP_ADDRESS_MAX_LEN, "[%s]:%u", ip, ntohs(a->v6.sin6_port));
	else
		snprintf(out, HTTP_ADDRESS_MAX_LEN, "%s:%u", ip, ntohs(a->v4.sin_port));
}
