#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat fetch against a PCCS of the test's own, with the quotes of a drill.
# usage: fetch.sh JURAT
set -u
jurat=$1
here=$(dirname "$0")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"

"$jurat" drill quotes "$dir/drill" 2>/dev/null
drill=$dir/drill
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key.pem" -out "$dir/cert.pem" -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 2>/dev/null
cp "$drill/collateral/genuine.json" "$dir/served"
mkfifo "$dir/alive"
python3 "$here/pccs.py" "$dir/cert.pem" "$dir/key.pem" "$dir/served" "$dir/port" <"$dir/alive" &
server=$!
exec 9>"$dir/alive"
tries=0
while [ ! -s "$dir/port" ] && [ $tries -lt 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
url=https://127.0.0.1:$(cat "$dir/port")
mkdir "$dir/cache"

# fetch QUOTE [OPTION...]
fetch() {
	evidence=$1
	shift
	"$jurat" fetch "$evidence" --url "$url" --ca "$dir/cert.pem" --trust "$drill/trust" "$@"
}
quote=$drill/quotes/genuine.bin
serve() {
	cp "$drill/collateral/$1.json" "$dir/served"
}

expect fetch 0 '' '' fetch "$quote" -o "$dir/collateral"
expect fetched_is_good 0 '^ACCEPTED' '' "$jurat" verify "$quote" --collateral "$dir/collateral" --trust "$drill/trust" \
	--policy "$drill/policy/genuine.json"
expect stdout 0 '"tcb_info"' '' fetch "$quote" -o -
expect cache 0 '' '' fetch "$quote" --cache "$dir/cache" --update standard
[ -s "$dir/cache/sgx-4452494c4c00-platform-standard.json" ] || expect cache_file 0 '' '' false
expect early 0 '' '' fetch "$quote" --cache "$dir/cache" --update early
[ -s "$dir/cache/sgx-4452494c4c00-platform-early.json" ] || expect early_file 0 '' '' false

# a platform below its TCB, or revoked: the collateral is what says so
expect short_platform 0 '' '' fetch "$drill/quotes/tcb-component-01-short.bin" -o "$dir/short"

# what must not be kept
for bad in tcb-info-signature-changed:tcb_info_signature qe-identity-chain-of-the-pck:qe_identity_signer \
	root-crl-signed-by-a-stranger:root_crl_signature pck-crl-of-the-processor-ca:pck_crl tcb-info-other-fmspc-0:tcb_info_matches \
	tcb-info-form-version-4:tcb_info_format; do
	serve "${bad%%:*}"
	expect "${bad%%:*}" 3 '' "${bad##*:}" fetch "$quote" -o "$dir/bad"
done
serve crl-ended-pck
expect ended 5 '' 'validity_not_ended' fetch "$quote" -o "$dir/bad"
serve tcb-evaluation-too-low-tcb-info
expect rollback_of_the_number 3 '' 'tcbEvaluationDataNumber' fetch "$quote" --cache "$dir/cache"
expect rollback_of_the_file 3 '' 'tcbEvaluationDataNumber' fetch "$quote" -o "$dir/collateral"
serve collateral-too-old-tcb-info
expect rollback_of_the_date 3 '' 'issueDate' fetch "$quote" --cache "$dir/cache"
expect rollback_elsewhere 0 '' '' fetch "$quote" -o "$dir/bad2"
[ ! -e "$dir/bad" ] || expect nothing_kept 0 '' '' false
serve genuine

# what is kept is the mark: damaged, it is no new beginning
kept=$dir/cache/sgx-4452494c4c00-platform-standard.json
cp "$kept" "$dir/mark"
head -c 3000 "$dir/mark" >"$kept"
expect damaged_mark 3 '' 'remove the file to begin anew' fetch "$quote" --cache "$dir/cache"
: >"$kept"
expect empty_mark 3 '' 'remove the file to begin anew' fetch "$quote" --cache "$dir/cache"
sed 's/tcbEvaluationDataNumber/tcbEvaluationDataNumbre/g' "$dir/mark" >"$kept"
expect mark_with_an_unreadable_part 3 '' 'tcb_info.*: ' fetch "$quote" --cache "$dir/cache"
rm "$kept"
mkdir "$kept"
expect mark_is_a_folder 1 '' 'remove the file to begin anew' fetch "$quote" --cache "$dir/cache"
rmdir "$kept"
mv "$dir/mark" "$kept"
mkdir "$dir/cache2"
echo "cp '$kept' '$dir/cache2/'" >"$dir/port.during"
serve collateral-too-old-tcb-info
expect newer_was_kept_meanwhile 3 '' 'issueDate' fetch "$quote" --cache "$dir/cache2"
rm "$dir/port.during"
expect newer_stays 0 '' '' cmp "$kept" "$dir/cache2/${kept##*/}"
expect older_in_another_cache 0 '' '' fetch "$quote" --cache "$dir/cache2" --update early
mv "$dir/cache2/sgx-4452494c4c00-platform-early.json" "$dir/cache2/${kept##*/}"
serve genuine
expect no_cache_folder 1 '' 'does not exist' fetch "$quote" --cache "$dir/cache3"
echo text >"$dir/text"
expect other_output_is_replaced 0 '' '' fetch "$quote" -o "$dir/text"
mkfifo "$dir/pipe"
cat "$dir/pipe" >"$dir/piped" &
expect output_is_a_pipe 0 '' '' timeout 30 "$jurat" fetch "$quote" --url "$url" --ca "$dir/cert.pem" --trust "$drill/trust" -o "$dir/pipe"
wait $!
expect piped_is_whole 0 '' '' cmp "$dir/text" "$dir/piped"

# nobody is asked about a quote whose chain is not the root's
expect foreign_root 3 '' 'pck_chain' "$jurat" fetch "$quote" --url "$url" --ca "$dir/cert.pem" -o "$dir/bad"
expect foreign_chain 3 '' 'pck_chain_root' fetch "$drill/quotes/chain-of-a-foreign-root.bin" -o "$dir/bad"
expect cut_quote 3 '' 'quote_format' fetch "$drill/quotes/quote-cut-in-body.bin" -o "$dir/bad"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key2.pem" -out "$dir/cert2.pem" -days 2 -subj /CN=localhost \
	-addext subjectAltName=IP:127.0.0.1 2>/dev/null
expect other_certificate 7 '' 'http.certificate' "$jurat" fetch "$quote" --url "$url" --ca "$dir/cert2.pem" --trust "$drill/trust" -o "$dir/bad"
expect no_https 2 '' 'url' "$jurat" fetch "$quote" --url http://127.0.0.1 --trust "$drill/trust" -o "$dir/bad"
expect no_host 2 '' 'host:port' "$jurat" fetch "$quote" --url https:// --trust "$drill/trust" -o "$dir/bad"
expect bad_port 2 '' 'host:port' "$jurat" fetch "$quote" --url https://127.0.0.1:port --trust "$drill/trust" -o "$dir/bad"
expect url_twice 2 '' '--url stands there twice' fetch "$quote" -o "$dir/bad" --url "$url"
expect update_twice 2 '' '--update stands there twice' fetch "$quote" -o "$dir/bad" --update early --update standard
expect nowhere 2 '' 'where to' fetch "$quote"
expect bad_update 2 '' 'early or standard' fetch "$quote" --update late
expect no_quote 2 '' 'one quote' "$jurat" fetch
expect help 0 '^usage: jurat fetch' '' "$jurat" fetch --help

# the service is gone: what is kept and still valid does
exec 9>&-
wait $server
expect gone 1 '' 'http.connection' fetch "$quote" -o "$dir/bad"
expect gone_but_kept 0 '"tcb_info"' 'still valid' fetch "$quote" --cache "$dir/cache" -o -
expect gone_and_what_is_kept_is_older_than_the_output 1 '' 'http.connection' fetch "$quote" --cache "$dir/cache2" -o "$dir/collateral"
[ ! -e "$dir/bad" ] || expect nothing_written 0 '' '' false
finish
