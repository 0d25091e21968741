/* SPDX-License-Identifier: Apache-2.0 */
/* TLS on the server's side: the context, and a certificate to begin with. */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include <openssl/ssl.h>

#include "core/compiler.h"
#include "host/file.h"

/* tls_server_new: TLS 1.3 alone, no tickets, no session cache, no early data. The caller frees with SSL_CTX_free. */
MUST_USE jurat_rc tls_server_new(SSL_CTX **out, const char *cert_pem, const char *key_pem, struct jurat_diag *d);

/*
 * tls_make_self_signed: a fresh P-256 key and a certificate for name (a host name or a numeric address; "localhost" also gets 127.0.0.1 and ::1),
 * valid from an hour before `at` for `days`. Both PEM. Clients pin the certificate.
 */
MUST_USE jurat_rc tls_make_self_signed(
    struct blob *out_cert, struct blob *out_key, const char *name, int64_t at_unix_s, int days, struct jurat_diag *d);

#endif
