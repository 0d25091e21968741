#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat quote inspect over the seeds of every format, and over the corpus if there is one.
# usage: quote.sh JURAT
set -u
jurat=$1
here=$(dirname "$0")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
seeds=$here/../../fuzz/seeds
unpack_seed "$seeds"
inspect() {
	"$jurat" quote inspect "$@"
}
# kind NAME KIND FILE
kind() {
	expect "$1" 0 "^kind  *$2\$" '' inspect "$3"
	expect "$1_json" 0 "\"kind\": \"$2\"" '' inspect --json "$3"
}

kind quote quote "$dir/quote"
for seed in "$seeds"/quote/v[45]_*; do
	[ ! -f "$seed" ] || kind "quote_$(basename "$seed")" quote "$seed"
done
kind certificate certificate "$seeds/x509_cert/leaf"
kind certificates certificates "$seeds/x509_pem/chain"
kind crl crl "$seeds/x509_crl/two"
kind crl_pem crl "$seeds/x509_pem/crl"
kind tcb_info_v2 tcb_info "$seeds/tcb_info/v2"
kind tcb_info_v3 tcb_info "$seeds/tcb_info/v3"
kind identity enclave_identity "$seeds/identity/qe"
kind collateral collateral "$seeds/collateral/whole"
kind capsule capsule "$seeds/capsule/genuine"
od -An -v -tx1 "$seeds/x509_crl/two" | tr -d ' \n' >"$dir/crl_hex"
kind crl_hex crl "$dir/crl_hex"
{ od -An -v -tx1 "$dir/quote" | tr -d ' \n'; echo; } >"$dir/quote_hex"
kind quote_hex quote "$dir/quote_hex"
printf '{"tcbInfo":%s,"signature":"00"}' "$(cat "$seeds/tcb_info/v3")" >"$dir/answer"
kind answer tcb_info "$dir/answer"
printf '{ "enclaveIdentity": %s, "signature":"00"}' "$(cat "$seeds/identity/qe")" >"$dir/answer2"
kind answer_identity enclave_identity "$dir/answer2"

# fields, against what other tools say of the same bytes
expect mrenclave 0 "^ *mrenclave  *$(od -An -v -tx1 -j112 -N32 "$dir/quote" | tr -d ' \n')\$" '' inspect "$dir/quote"
expect fmspc 0 '^ *fmspc  *00906ed50000$' '' inspect "$dir/quote"
serial=$(openssl x509 -inform DER -in "$seeds/x509_cert/leaf" -noout -serial | sed 's/serial=//' | tr A-F a-f)
expect serial 0 "^ *serial  *$serial\$" '' inspect "$seeds/x509_cert/leaf"
expect revoked 0 '^ *num_revoked  *2$' '' inspect "$seeds/x509_crl/two"
expect two_files 0 '"kind": "crl"' '' inspect "$dir/quote" "$seeds/x509_crl/two" --json
expect flags 0 'flags .*INIT MODE64BIT' '' inspect "$dir/quote"

# a part that cannot be read is told in its place
sed 's/"root_ca_crl":"30/"root_ca_crl":"31/' "$dir/collateral" >"$dir/damaged"
expect damaged_part 3 'error  *x509.crl' '' inspect "$dir/damaged"
expect damaged_part_shows_the_others 3 '^ *fmspc' '' inspect "$dir/damaged"
head -c 1000 "$dir/quote" >"$dir/cut"
expect cut 3 'kind  *unknown' 'input ended' inspect "$dir/cut"
: >"$dir/empty"
expect empty 3 'kind  *unknown' 'input ended' inspect "$dir/empty"
expect other_json 3 'kind  *unknown' 'file' inspect "$seeds/trust/private"
expect absent 1 '*' 'does not exist' inspect "$dir/absent"
expect one_bad_of_two 3 '^kind  *quote$' 'input ended' inspect "$dir/cut" "$dir/quote"
printf '\033[31m' >"$dir/escape"
expect no_escapes 3 'kind  *unknown' 'quote' inspect "$dir/escape"
expect no_file 2 '' 'wants files' inspect
expect unknown_verb 2 '' 'unknown verb' "$jurat" quote judge

# every real file
corpus=${JURAT_CORPUS:-$here/../../../shared/corpus}/dcap
if [ -d "$corpus" ]; then
	for list in quotes collateral; do
		find "$corpus/$list" -type f \( -name '*.bin' -o -name '*.dat' -o -name 'sgx*.json' -o -name 'tdx*.json' \) 2>/dev/null | sort >"$dir/list"
		[ -s "$dir/list" ] || continue
		bad=0
		while read -r file; do
			inspect "$file" >"$dir/out" 2>"$dir/err" || { bad=$((bad + 1)) && head -n 1 "$dir/err"; }
		done <"$dir/list"
		expect "real_$list" 0 '' '' test "$bad" -eq 0
	done
fi
finish
