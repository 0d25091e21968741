#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A cache of collateral (PCCS) for tests: serves one collateral file over HTTPS.

usage: pccs.py CERTIFICATE KEY FILE-WITH-COLLATERAL PORT-FILE
The collateral is read anew for each request, so that a test can change it. Where there is a program PORT-FILE.during, it runs before each answer:
what happens while a client waits. The server ends with its standard input.
"""
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, body, **headers):
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), urllib.parse.quote(value))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if os.path.exists(sys.argv[4] + ".during"):
            subprocess.run(["sh", sys.argv[4] + ".during"], check=True)
        with open(sys.argv[3], encoding="utf-8") as f:
            c = json.load(f)
        path = urllib.parse.urlparse(self.path).path
        if path.endswith("/v4/tcb"):
            body = '{"tcbInfo":%s,"signature":"%s"}' % (c["tcb_info"], c["tcb_info_signature"])
            self.answer(body.encode(), TCB_Info_Issuer_Chain=c["tcb_info_issuer_chain"])
        elif path.endswith("/v4/qe/identity"):
            body = '{"enclaveIdentity":%s,"signature":"%s"}' % (c["qe_identity"], c["qe_identity_signature"])
            self.answer(body.encode(), SGX_Enclave_Identity_Issuer_Chain=c["qe_identity_issuer_chain"])
        elif path.endswith("/v4/pckcrl"):
            self.answer(bytes.fromhex(c["pck_crl"]), SGX_PCK_CRL_Issuer_Chain=c["pck_crl_issuer_chain"])
        elif path.endswith("/v4/rootcacrl"):
            self.answer(c["root_ca_crl"].encode())
        else:
            self.send_error(404)

    def log_message(self, *args):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(sys.argv[4] + ".new", "w", encoding="ascii") as f:
        f.write(str(server.server_address[1]))
    os.rename(sys.argv[4] + ".new", sys.argv[4])
    sys.stdin.read()


main()
