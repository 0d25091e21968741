#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat world from the command line, its certificates and CRLs judged by the openssl program.
# usage: world.sh JURAT
set -u
jurat=$1
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"

fail() {
	echo "not ok - $1"
	failed=$((failed + 1))
}

# holds NAME COMMAND...
holds() {
	name=$1
	shift
	if "$@" >"$dir/out" 2>&1; then
		passed=$((passed + 1))
	else
		fail "$name: $(cat "$dir/out")"
	fi
}

# collateral MEMBER: the text of a member
collateral() {
	python3 -c 'import json, sys; sys.stdout.write(json.load(open(sys.argv[1]))[sys.argv[2]])' "$dir/w/collateral.json" "$1"
}

# crl MEMBER: a CRL in DER
crl() {
	collateral "$1" | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))'
}

# shellcheck disable=SC2317  # called through holds
lists() {
	crl pck_crl | openssl crl -inform der -noout -text | grep -q "Serial Number: $1"
}

w=$dir/w
expect "a world is made" 0 '*' "signing its enclaves" "$jurat" world new "$w" --name shell
expect "it is not made twice" 1 '*' "exists already" "$jurat" world new "$w"
expect "a parent that is not there is not an enclave's fault" 1 '*' "x: world.parent: it does not exist" "$jurat" world new "$dir/none/x"
expect "an unknown option is told in our words" 2 '*' "^jurat: error: .*unknown option" "$jurat" world new "$dir/x" --bogus
expect "a bad name is refused" 3 '*' "world.name" "$jurat" world new "$dir/x" --name "a b"
expect "no folder is a usage error" 2 '*' "wants one folder" "$jurat" world new
expect "missing enclaves are named" 1 '*' "/nonexistent" "$jurat" world new "$dir/x" --enclaves /nonexistent
expect "Intel's names are called insecure" 0 '*' "insecure" "$jurat" world new "$dir/intel/" --insecure-intel-names
printf 'no quote' >"$dir/no_quote"
expect "Intel's names stand in the first line of every verdict" 3 "^REFUSED .*\\[PRIVATE ROOT [^]]*\\] \\[insecure_intel_names\\]$" '' \
	"$jurat" verify "$dir/no_quote" --trust "$dir/intel/trust"
expect "and among the stains" 3 '"insecure_intel_names"' '' "$jurat" verify "$dir/no_quote" --trust "$dir/intel/trust" --json
[ ! -e "$dir/x" ] || fail "a failed world leaves a folder"

expect "a machine is made" 0 '*' '*' "$jurat" machine new "$dir/m" --world "$w"
expect "a machine is enrolled" 0 '*' '*' "$jurat" world enrol "$w" "$dir/m"
expect "a missing machine is named" 1 '*' "not exist" "$jurat" world enrol "$w" "$dir/none"

csplit -s -z -f "$dir/chain" "$dir/m/state/pck_chain.pem" '/BEGIN/' '{*}'
crl root_ca_crl | openssl crl -inform der >"$dir/crls.pem"
crl pck_crl | openssl crl -inform der >>"$dir/crls.pem"
holds "openssl verifies the PCK chain and both CRLs" openssl verify -x509_strict -crl_check_all -CRLfile "$dir/crls.pem" \
	-CAfile "$w/trust/root-ca.pem" -untrusted "$w/certificates/platform-ca.pem" "$dir/chain00"
holds "openssl verifies the TCB signing certificate" openssl verify -x509_strict -CAfile "$w/trust/root-ca.pem" \
	"$w/certificates/tcb-signing.pem"
holds "openssl verifies a PCK chain under Intel's names" openssl verify -CAfile "$dir/intel/trust/root-ca.pem" \
	"$dir/intel/certificates/platform-ca.pem"

# the signature of the TCB info, as any other program checks it
openssl x509 -in "$w/certificates/tcb-signing.pem" -noout -pubkey >"$dir/signing.pub"
collateral tcb_info >"$dir/tcb_info"
collateral tcb_info_signature | python3 -c '
import sys
raw = bytes.fromhex(sys.stdin.read())
def integer(b):
    b = b.lstrip(b"\0") or b"\0"
    b = b"\0" + b if b[0] & 0x80 else b
    return b"\x02" + bytes([len(b)]) + b
body = integer(raw[:32]) + integer(raw[32:])
sys.stdout.buffer.write(b"\x30" + bytes([len(body)]) + body)' >"$dir/signature"
holds "openssl verifies the TCB info" openssl dgst -sha256 -verify "$dir/signing.pub" -signature "$dir/signature" "$dir/tcb_info"

serial=$("$jurat" world show "$w" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["machines"][0]["pck_serial"])')
printed=$(openssl x509 -in "$dir/chain00" -noout -serial | cut -d= -f2 | tr A-F a-f)
[ "$serial" = "$printed" ] || fail "world show prints serial $serial, the certificate has $printed"
cp "$w/collateral.json" "$dir/unrevoked.json"
expect "a PCK certificate is revoked" 0 '*' '*' "$jurat" world set "$w" --revoke-pck "$serial"
holds "the CRL lists it" lists "$(echo "$serial" | tr a-f A-F)"
# killed between world.json and the collateral, it is said again
cp "$dir/unrevoked.json" "$w/collateral.json"
expect "an interrupted revocation is said again" 0 '*' "on the list already" "$jurat" world set "$w" --revoke-pck "$serial"
holds "and the CRL lists it" lists "$(echo "$serial" | tr a-f A-F)"
[ "$("$jurat" world show "$w" | grep -c "^revoked")" = 1 ] || fail "it is on the list twice"
expect "a bad serial is a usage error" 2 '*' "40 hexadecimal digits" "$jurat" world set "$w" --revoke-pck 12
expect "an unknown status is a usage error" 2 '*' "UpToDate" "$jurat" world set "$w" --tcb-status Fine
expect "a bad number is a usage error" 2 '*' "0 to 255" "$jurat" world set "$w" --min-svn 256
before=$(crl root_ca_crl | openssl crl -inform der -noout -crlnumber)
expect "collateral is renewed" 0 '*' '*' "$jurat" world set "$w"
[ "$(crl root_ca_crl | openssl crl -inform der -noout -crlnumber)" != "$before" ] || fail "two CRLs have one number: $before"
rm "$w/collateral.json" && mkfifo "$w/collateral.json"
expect "a pipe in the collateral's place is replaced" 0 '*' '*' timeout 10 "$jurat" world set "$w"
[ -f "$w/collateral.json" ] || fail "the collateral is no file"
expect "a TCB status is set" 0 '*' '*' "$jurat" world set "$w" --tcb-status OutOfDate --min-svn 9 --at 2026-01-01T00:00:00Z
collateral tcb_info | grep -q '"issueDate":"2026-01-01T00:00:00Z".*"svn":9.*OutOfDate' || fail "the TCB info does not say so"
expect "a time before all others is refused" 2 '*' "from 1971" "$jurat" world set "$w" --at 1970-01-02T00:00:00Z
cp "$w/collateral.json" "$dir/before.json"
# shellcheck disable=SC2016 # the inner shell expands them
expect "a file that meets a limit is told as a full disk" 1 '*' "^jurat: error: .*space" sh -c 'ulimit -f 2; exec "$0" world set "$1"' "$jurat" "$w"
holds "the collateral is as it was" cmp "$w/collateral.json" "$dir/before.json"
expect "an unknown verb is a usage error" 2 '*' "unknown verb" "$jurat" world destroy "$w"
expect "a folder that is no world is named" 1 '*' "world new" "$jurat" world show "$dir"
echo '{"version": 9}' >"$w/world.json"
expect "a newer world is refused by name" 3 '*' "world.version" "$jurat" world show "$w"
chmod 644 "$dir/intel/keys/tcb-signing.pem"
expect "a key that others can read is refused" 1 '*' "chmod 600" "$jurat" world set "$dir/intel"

finish
