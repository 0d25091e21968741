#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat enclave from the command line: output, messages and exit codes. The key comes from openssl once, and its verdict is asked too.
# usage: enclave.sh JURAT
set -u
jurat=$(realpath "$1")
source=${JURAT_SOURCE:-.}
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"

python3 "$source/tests/vectors/images.py" "$dir/v" || exit 1
cd "$dir/v" || exit 1
expected() {
	sed -n "s/^ok [a-z]* $1 //p" index.txt
}

expect "keygen makes a key" 0 '^mrsigner   [0-9a-f]\{64\}$' "" "$jurat" enclave keygen -o key.pem
expect "of mode 0600" 0 '^600$' "" stat -c %a key.pem
expect "which is never overwritten" 1 "" "jurat: error: key.pem: .*exists already" "$jurat" enclave keygen -o key.pem
expect "its exponent is 3" 0 "^publicExponent: 3 " "" openssl rsa -in key.pem -noout -text

expect "sign prints who it is" 0 '^mrenclave  [0-9a-f]\{64\}$' "" "$jurat" enclave sign unsigned --key key.pem --date 20261124 -o signed
mrenclave=$(sed -n 's/^mrenclave  //p' "$dir/out")
expect "measure agrees" 0 "^$mrenclave\$" "" "$jurat" enclave measure signed
expect "with the layout's description" 0 "" "" grep -q "^sign unsigned 1 16 0 1 2 $mrenclave\$" index.txt
expect "sign to standard output" 0 "sgx_metadata" "" "$jurat" enclave sign unsigned --key key.pem --date 20261124 -o -
cp "$dir/out" "$dir/last"
expect "gives the same file" 0 "" "" cmp "$dir/last" signed
expect "inspect says that it is valid" 0 "valid (RSA-3072" "" "$jurat" enclave inspect signed
expect "and that the hashes are equal" 0 "are equal" "" "$jurat" enclave inspect signed
expect "and who may debug it" 0 "allowed: whoever loads it decides" "" "$jurat" enclave inspect signed
expect "inspect in JSON" 0 '"hashes_equal": true' "" "$jurat" enclave inspect signed --json
cp "$dir/out" "$dir/last"
expect "which is JSON" 0 '"kind": "sdk"' "" python3 -m json.tool "$dir/last"

echo '{"isv_prod_id": 3, "isv_svn": 4, "debug": "forbidden", "num_tcs": 2}' >settings.json
expect "settings are heeded" 0 mrsigner "" "$jurat" enclave sign unsigned --key key.pem --settings settings.json -o signed2
expect "and shown" 0 '"isv_svn": 4' "" "$jurat" enclave inspect signed2 --json
expect "debug too" 0 "debug  *forbidden" "" "$jurat" enclave inspect signed2
echo '{"isv_svm": 4}' >bad.json
expect "a wrong member is refused" 3 "" "jurat: error: bad.json: settings" "$jurat" enclave sign unsigned --key key.pem --settings bad.json -o no
expect "and nothing is written" 1 "" "" test -e no
chmod 644 key.pem
expect "a readable key is refused" 1 "" "key.pem: file.mode: " "$jurat" enclave sign unsigned --key key.pem -o no
chmod 600 key.pem
openssl genrsa -out f4.pem 3072 2>/dev/null
expect "another exponent is refused" 3 "" "f4.pem: .*exponent" "$jurat" enclave sign unsigned --key f4.pem -o no
expect "what is no enclave is refused" 3 "" "refuse-entry: elf.entry" "$jurat" enclave sign refuse-entry --key key.pem -o no
expect "an unknown folder is told" 1 "" "no/such/folder" "$jurat" enclave sign unsigned --key key.pem -o no/such/folder

# an altered byte of the text: the measurement is shown, and that it is not the signed one
python3 -c 'import sys; b = bytearray(open("signed", "rb").read()); b[64 + 56 * 2 + 3] ^= 1; open("altered", "wb").write(b)'
expect "an altered file is found out" 3 '^[0-9a-f]\{64\}$' "sigstruct.enclave_hash: .*" "$jurat" enclave measure altered
expect "with a hint" 3 '.' "jurat: hint: the file was changed after it was signed" "$jurat" enclave measure altered
expect "and inspected as that" 3 "DIFFER" "" "$jurat" enclave inspect altered

for kind in sdk-plain sdk-textrel-32 oe-plain sgxs-unmeasured; do
	expect "measures $kind" 0 "^$(expected $kind)\$" "" "$jurat" enclave measure $kind
	expect "inspects $kind" 0 "measured hash  *$(expected $kind)" "" "$jurat" enclave inspect $kind
done
expect "measures a flat image" 0 "^$(expected flat)\$" "" "$jurat" enclave measure flat --flat
expect "only when it is told" 3 "" "image.magic" "$jurat" enclave measure flat
expect "shows a Windows file" 0 "Windows PE" "" "$jurat" enclave inspect bad-pe-measured
expect "and does not measure it" 3 "" "image.windows: " "$jurat" enclave measure bad-pe-measured
expect "an empty file" 3 "" "image.file" "$jurat" enclave inspect /dev/null
expect "no file" 1 "" "jurat: error: nowhere" "$jurat" enclave measure nowhere
printf x >short
expect "a short signature" 3 "" "short: sigstruct" "$jurat" enclave measure sdk-plain --sig short

printf 'some datasome data' >secret
expect "a secret is found" 0 "^found at byte [0-9]* (raw)\$" "" "$jurat" enclave inspect signed --find secret
cp "$dir/out" "$dir/last"
expect "and not shown" 1 "" "" grep -q "some data" "$dir/last"
printf 'not in there' >secret
expect "another is not" 1 "^not found\$" "" "$jurat" enclave inspect signed --find secret
base64 -w 0 secret >encoded
expect "base64 is found" 0 "^found at byte 0 (base64)\$" "" "$jurat" enclave inspect encoded --find secret
: >secret
expect "an empty secret is refused" 2 "" "secret" "$jurat" enclave inspect signed --find secret

expect "no verb" 2 "" "usage: jurat enclave sign" "$jurat" enclave
expect "an unknown verb" 2 "" "unknown verb" "$jurat" enclave measures
expect "help" 0 "usage: jurat enclave sign" "" "$jurat" enclave --help
expect "an unknown option" 2 "" "--flt: unknown option" "$jurat" enclave measure --flt sdk-plain
expect "a wrong date" 2 "" "YYYYMMDD" "$jurat" enclave sign unsigned --key key.pem --date 2026-11-24 -o no
expect "a day that is none" 3 "" "settings.date" "$jurat" enclave sign unsigned --key key.pem --date 20261340 -o no

finish
