#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat capsule from the command line, on the quote of the fuzz seeds' world.
# usage: capsule.sh JURAT
set -u
jurat=$1
here=$(dirname "$0")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
unpack_seed "$here/../../fuzz/seeds"
policy=$here/../../fuzz/seeds/policy/small
at=2026-06-01T12:00:00Z

expect key 0 '^[0-9a-f]\{64\}$' '' "$jurat" capsule key "$dir/key"
signer=$(cat "$dir/out")
expect key_is_not_overwritten 1 '' 'exist' "$jurat" capsule key "$dir/key"
[ "$(stat -c %a "$dir/key")" = 600 ] || expect key_mode 0 '' '' false

# make OUT [OPTION...]
make() {
	out=$1
	shift
	"$jurat" capsule make "$dir/quote" --collateral "$dir/collateral" --trust "$dir/trust" --at $at --key "$dir/key" -o "$out" "$@"
}
expect make 0 '^ACCEPTED' '' make "$dir/good" --policy "$policy"
expect make_json 0 '"outcome": "accepted"' '' make "$dir/good2" --policy "$policy" --json
expect make_undecided 6 '^UNDECIDED' '--policy' make "$dir/undecided"
expect make_refused 3 'REFUSED by report_data' '' make "$dir/refused" --policy "$policy" --report-data "$(printf '%0128d' 0)"
expect make_without_key 2 '' 'wants --collateral, --key and -o' "$jurat" capsule make "$dir/quote" --collateral "$dir/collateral" -o "$dir/x"
cp "$policy" "$dir/bad_key"
chmod 600 "$dir/bad_key"
expect make_with_bad_key 3 '' 'key' "$jurat" capsule make "$dir/quote" --collateral "$dir/collateral" --key "$dir/bad_key" -o "$dir/x"
chmod 644 "$dir/key"
expect key_that_others_read 1 '' 'key' make "$dir/x"
chmod 600 "$dir/key"
[ ! -e "$dir/x" ] || expect nothing_written_on_failure 0 '' '' false

# check FILE [OPTION...]
check() {
	file=$1
	shift
	"$jurat" capsule verify "$file" --trust "$dir/trust" "$@"
}
expect verify 0 '^ACCEPTED \[PRIVATE ROOT test' "signer $signer" check "$dir/good" --signer "$signer"
expect verify_json 0 '"outcome": "accepted"' '*' check "$dir/good" --signer "$signer" --json
expect no_signer 6 '^UNDECIDED' '--signer' check "$dir/good"
expect no_signer_json 6 '"outcome": "undecided"' '--signer' check "$dir/good" --json
expect no_signer_exit_code 6 '"exit_code": 6' '--signer' check "$dir/good" --json
expect no_signer_refused 3 'REFUSED by report_data' '*' check "$dir/refused"
expect signer_twice 2 '' '--signer stands there twice' check "$dir/good" --signer "$signer" --signer "$signer"
expect trust_twice 2 '' '--trust stands there twice' check "$dir/good" --trust "$dir/trust"
expect key_twice 2 '' '--key stands there twice' make "$dir/x" --key "$dir/key"
expect output_twice 2 '' '--output stands there twice' make "$dir/x" --output "$dir/y"
expect other_signer 6 '' 'capsule.signer' check "$dir/good" --signer "$(printf '%064d' 0)"
expect undecided 6 '^UNDECIDED' 'made without a policy' check "$dir/undecided" --signer "$signer"
expect refused 3 'REFUSED by report_data' '*' check "$dir/refused" --signer "$signer"
cp "$dir/quote" "$dir/bare"
head -c 64 /dev/zero >>"$dir/quote"
expect make_padded 3 'REFUSED by quote_padding' '' make "$dir/padded" --policy "$policy"
expect make_padded_allowed 0 '^ACCEPTED' '' make "$dir/padded" --policy "$policy" --allow-padding
expect verify_padded 0 '^ACCEPTED' '*' check "$dir/padded" --signer "$signer"
mv "$dir/bare" "$dir/quote"
expect intel_root 3 '' 'capsule.trust' "$jurat" capsule verify "$dir/good"
for seed in other_outcome other_status other_check other_member other_instant; do
	expect $seed 3 '' 'capsule.verdict' check "$here/../../fuzz/seeds/capsule/$seed"
done
expect newer 3 '' 'capsule.version' check "$here/../../fuzz/seeds/capsule/newer"
head -c 3000 "$dir/good" >"$dir/cut"
expect cut 3 '' 'input ended' check "$dir/cut"
{ cat "$dir/good"; echo; } >"$dir/longer"
expect longer 3 '' 'capsule.signature' check "$dir/longer"
: >"$dir/empty"
expect empty 3 '' 'capsule: input ended' check "$dir/empty"
expect not_a_capsule 3 '' 'capsule.magic' check "$dir/quote"
expect absent 1 '' 'does not exist' check "$dir/absent"
expect bad_signer 2 '' '--signer wants' check "$dir/good" --signer 12
expect help 0 '^usage: jurat capsule key' '' "$jurat" capsule --help
expect no_verb 2 '' 'usage' "$jurat" capsule
expect unknown_verb 2 '' 'unknown verb' "$jurat" capsule open

finish
