#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat verify from the command line: output, messages and exit codes, on the quote of the fuzz seeds' world.
# usage: verify.sh JURAT
set -u
jurat=$1
seeds=$(dirname "$0")/../../fuzz/seeds
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"

unpack_seed "$seeds"
policy=$seeds/policy/small
at=2026-06-01T12:00:00Z
data=$(od -An -v -tx1 -j368 -N64 "$dir/quote" | tr -d ' \n')

# verify QUOTE [OPTION...]
verify() {
	quote=$1
	shift
	"$jurat" verify "$quote" --collateral "$dir/collateral" --trust "$dir/trust" --at $at "$@"
}

expect accepted 0 '^ACCEPTED \[PRIVATE ROOT test, not Intel hardware\]$' '' verify "$dir/quote" --policy "$policy"
expect report_data 0 '^ACCEPTED' '' verify "$dir/quote" --policy "$policy" --report-data "$data"
# shellcheck disable=SC2016 # the inner shell expands them
expect stdin 0 '^ACCEPTED' '' sh -c '"$0" verify - --collateral "$1" --trust "$2" --at "$3" --policy "$4" <"$5"' "$jurat" "$dir/collateral" \
	"$dir/trust" $at "$policy" "$dir/quote"
expect json 0 '"outcome": "accepted"' '' verify "$dir/quote" --policy "$policy" --json

# a TD's quote, and collateral as a folder
td_len=$(od -An -tu4 -N4 "$seeds/verify/genuine_td15" | tr -d ' ')
tail -c +5 "$seeds/verify/genuine_td15" | head -c "$td_len" >"$dir/td"
tail -c +$((5 + td_len)) "$seeds/verify/genuine_td15" >"$dir/td_collateral"
mkdir "$dir/folder"
python3 -c '
import json, sys
c = json.load(open(sys.argv[1]))
for name in ("tcb_info", "qe_identity", "tcb_info_signature", "qe_identity_signature", "tcb_info_issuer_chain", "qe_identity_issuer_chain", "pck_crl"):
    open(sys.argv[2] + "/" + name, "w").write(c[name])
open(sys.argv[2] + "/root_ca_crl.der", "wb").write(bytes.fromhex(c["root_ca_crl"]))
' "$dir/td_collateral" "$dir/folder"
verify_td() {
	"$jurat" verify "$dir/td" --trust "$dir/trust" --at $at "$@"
}
expect td 0 '^ACCEPTED' '' verify_td --collateral "$dir/td_collateral" --policy "$seeds/policy/td_small"
expect td_with_folder 0 '^tcb_status .*TDX module UpToDate' '' verify_td --collateral "$dir/folder" --policy "$seeds/policy/td_small"
expect td_of_another_policy 6 'REFUSED by policy_identity' '' verify_td --collateral "$dir/folder" --policy "$policy"
rm "$dir/folder/pck_crl"
expect folder_lacks_a_file 5 '' 'pck_crl: it is absent' verify_td --collateral "$dir/folder"
{ cat "$dir/quote" && head -c 1000 /dev/zero; } >"$dir/padded"
{ cat "$dir/padded" && echo; } >"$dir/padded_with_text"
expect padding_not_allowed 3 'REFUSED by quote_padding' '' verify "$dir/padded" --policy "$policy"
expect padding_allowed 0 '^ACCEPTED' '' verify "$dir/padded" --policy "$policy" --allow-padding
expect text_is_no_padding 3 'REFUSED by quote_padding' '' verify "$dir/padded_with_text" --policy "$policy" --allow-padding

expect policy_check 0 'TDRelaunchAdvised, for 86400 s' '' "$jurat" policy check "$policy" "$seeds/policy/td"
expect policy_check_broken 3 '' 'policy' "$jurat" policy check "$dir/quote"
expect policy_check_one_of_two 3 'accepts' 'policy' "$jurat" policy check "$dir/quote" "$policy"
expect policy_check_absent 1 '' 'does not exist' "$jurat" policy check "$dir/absent"
expect policy_check_nothing 2 '' 'policy check FILE' "$jurat" policy check
expect policy_help 0 '^usage: jurat policy check' '' "$jurat" policy --help

# The members of an accepted verdict are those of docs/formats/verdict.md, neither more nor fewer; a refused one has no others.
verify "$dir/quote" --policy "$policy" --json >"$dir/accepted.json"
verify_td --collateral "$dir/td_collateral" --policy "$seeds/policy/td_small" --json >"$dir/td.json"
"$jurat" verify /dev/null --json >"$dir/refused.json"
# shellcheck disable=SC2016 # backquotes of Markdown
expect json_members 0 '^same$' '' python3 -c '
import json, re, sys
rows = re.findall(r"^\| (`.*?) \| (.*) \|$", open(sys.argv[1]).read(), re.M)
want = {name: set(re.findall(r"`([a-z0-9_]+)`", text)) for names, text in rows for name in re.findall(r"`([a-z_]+)`", names)}
accepted, td, refused = (json.load(open(f)) for f in sys.argv[2:])
accepted = {**td, **accepted}
seldom = {"out_of_date_since"}
nested = {name: set(v[0] if isinstance(v, list) else v) for name, v in accepted.items() if isinstance(v, dict) or isinstance(v, list) and v and isinstance(v[0], dict)}
missing = [(name, members - want[name]) for name, members in nested.items() if not members <= want[name]]
print("same" if set(accepted) == set(want) - seldom and set(refused) <= set(want) and not missing else (set(accepted) ^ set(want), missing))
' "$(dirname "$0")/../../docs/formats/verdict.md" "$dir/accepted.json" "$dir/td.json" "$dir/refused.json"

# The facts of the screen: who signed it, what each part of the TCB has and needs, what to update, when the collateral ends.
# shellcheck disable=SC2016 # backquotes of Markdown
expect manual_lists_the_members 0 '^same$' '' python3 -c '
import re, sys
rows = re.findall(r"^\| (`.*?) \| .* \|$", open(sys.argv[1]).read(), re.M)
page = open(sys.argv[2]).read().split(".Ss Members of the JSON verdict")[1].split(".Sh ")[0]
schema = [name for names in rows for name in re.findall(r"`([a-z_]+)`", names)]
manual = [name for names in re.findall(r"^\.It Li (.*)$", page, re.M) for name in names.split(" , ")]
print("same" if schema == manual else set(schema) ^ set(manual))
' "$here/../../docs/formats/verdict.md" "$here/../../man/jurat-verify.1"
expect signed_by 0 '^signed by  *test > platform CA > PCK [0-9a-f]* > quoting enclave (isv_svn [0-9]*) > quote$' '' verify "$dir/quote" --policy "$policy"
expect all_components_are_fine 0 '^  components .*(from 1 on; 16 of 16 are fine)$' '' verify "$dir/quote" --policy "$policy"
expect nothing_to_update 0 '^update  *nothing$' '' verify "$dir/quote" --policy "$policy"
expect collateral_ends 0 '^collateral  *until 20[0-9TZ:-]*, [0-9]* days left; the .* ends first$' '' verify "$dir/quote" --policy "$policy"
expect td_components 0 '^  tdx  .*(from 3 on; 14 of 14 are fine)$' '' verify_td --collateral "$dir/td_collateral" --policy "$seeds/policy/td_small"
expect td_module 0 'tdx module isv_svn [0-9]*/[0-9]*, qe isv_svn' '' verify_td --collateral "$dir/td_collateral" --policy "$seeds/policy/td_small"
expect forged_has_no_signer 3 '^signed by  *not established' '' "$jurat" verify "$dir/quote" --at $at --policy "$policy" --collateral "$dir/collateral"
verify "$dir/quote" --policy "$policy" >"$dir/screen"
expect one_screen 0 '^[123][0-9]$' '' grep -c '' "$dir/screen"
expect undecided 6 '^UNDECIDED by policy' '--policy' verify "$dir/quote"
expect undecided_json 6 '"tcb_status": "UpToDate"' '--policy' verify "$dir/quote" --json
expect expired 5 'FAILED validity_not_ended' '' "$jurat" verify "$dir/quote" --collateral "$dir/collateral" --trust "$dir/trust" \
	--at 2027-01-01T00:00:00Z --policy "$policy"
expect no_collateral 5 'REFUSED by root_crl' '' "$jurat" verify "$dir/quote" --trust "$dir/trust" --at $at --policy "$policy"
expect wrong_root 3 'REFUSED by pck_chain_roles' '' "$jurat" verify "$dir/quote" --collateral "$dir/collateral" --at $at --policy "$policy"
expect wrong_root_remedy 3 'remedy .*--trust' '' "$jurat" verify "$dir/quote" --collateral "$dir/collateral" --at $at --policy "$policy"
expect other_data 3 'REFUSED by report_data' '' verify "$dir/quote" --policy "$policy" --report-data "$(printf '%0128d' 0)"

# bad files: one clear line with the field's name
head -c 1000 "$dir/quote" >"$dir/cut"
: >"$dir/empty"
head -c 270000 /dev/zero >"$dir/large"
{ printf '\006\000'; tail -c +3 "$dir/quote"; } >"$dir/version_6"
expect version_6 3 'quote.header.version: .*got 6' '' verify "$dir/version_6" --policy "$policy"
expect cut 3 'found .*quote.*input ended' '' verify "$dir/cut" --policy "$policy"
expect empty 3 'REFUSED by quote_format' '' verify "$dir/empty" --policy "$policy"
expect large 3 '' 'larger than the limit' verify "$dir/large"
expect absent 1 '' 'does not exist' verify "$dir/absent"
expect bad_policy 3 '' 'policy' verify "$dir/quote" --policy "$dir/quote"
expect empty_policy 3 '' 'policy: input ended' verify "$dir/quote" --policy "$dir/empty"
expect bad_collateral 3 '' 'collateral' "$jurat" verify "$dir/quote" --collateral "$dir/quote"
expect absent_trust 1 '' 'does not exist' "$jurat" verify "$dir/quote" --trust "$dir/trust2"
mkdir "$dir/trust2"
cp "$dir/quote" "$dir/trust2/trust.json"
expect bad_trust 3 '' 'trust' "$jurat" verify "$dir/quote" --trust "$dir/trust2"
expect bad_time 2 '' '--at wants' "$jurat" verify "$dir/quote" --at yesterday
expect bad_data 2 '' '--report-data wants' "$jurat" verify "$dir/quote" --report-data 00
echo '{"version":1,"identities":[{"mrenclave":"'"$(printf '%064d' 0)"'"}]}' >"$dir/half_policy"
expect policy_lacks_a_member 3 '' 'policy.tcb_statuses: it is absent' verify "$dir/quote" --policy "$dir/half_policy"
sed 's/"name":"test",//' "$dir/trust/trust.json" >"$dir/trust2/trust.json"
expect trust_lacks_a_member 3 '' 'trust.name: it is absent' "$jurat" verify "$dir/quote" --trust "$dir/trust2"
echo '{}' >"$dir/no_collateral"
expect collateral_lacks_a_member 5 '' 'it is absent' "$jurat" verify "$dir/quote" --collateral "$dir/no_collateral"
expect stdin_twice 2 '' 'only one file can be -' "$jurat" verify - --collateral - --policy "$policy"
expect stdin_for_quote_and_policy 2 '' 'only one file can be -' "$jurat" verify - --policy -
expect policy_twice 2 '' '--policy stands there twice' verify "$dir/quote" --policy "$policy" --policy "$policy"
expect trust_twice 2 '' '--trust stands there twice' verify "$dir/quote" --trust "$dir/trust"
expect time_twice 2 '' '--at stands there twice' verify "$dir/quote" --at $at
expect no_quote 2 '' 'one quote' "$jurat" verify
expect two_quotes 2 '' 'one quote' "$jurat" verify a b
expect unknown_option 2 '' 'unknown option' "$jurat" verify a --force
expect help 0 '^usage: jurat verify' '' "$jurat" verify --help

finish
