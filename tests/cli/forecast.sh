#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat forecast with the quotes and collaterals of a drill, which are all of one platform.
# usage: forecast.sh JURAT
set -u
jurat=$1
here=$(dirname "$0")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
at=2026-11-24T12:00:00Z
drill=$dir/drill
"$jurat" drill quotes "$drill" --at $at 2>/dev/null

# forecast QUOTE NOW NEXT [OPTION...]
forecast() {
	evidence=$1 now=$2 next=$3
	shift 3
	"$jurat" forecast "$drill/quotes/$evidence.bin" --collateral "$drill/collateral/$now.json" --against "$drill/collateral/$next.json" \
		--trust "$drill/trust" --at $at "$@"
}
policy=$drill/policy/genuine.json

expect stays 0 '^STAYS ACCEPTED \[PRIVATE ROOT drill' '' forecast genuine genuine genuine --policy "$policy"
expect nothing_to_update 0 '^update  *nothing' '' forecast genuine genuine genuine --policy "$policy"
expect days 0 '^days left  *29$' '' forecast genuine genuine genuine --policy "$policy"
expect gets_worse 6 '^ACCEPTED NOW, REFUSED THEN' '' forecast genuine genuine tcb-status-out-of-date --policy "$policy"
expect gets_better 0 '^REFUSED NOW, ACCEPTED THEN' '' forecast genuine tcb-status-out-of-date genuine --policy "$policy"
expect revoked 4 'tcb_not_revoked' '' forecast genuine genuine tcb-status-revoked --policy "$policy"
expect needs_component 6 '^update  *component 3 is 3, UpToDate needs 4$' '' forecast tcb-component-03-short genuine genuine --policy "$policy"
expect needs_pce 6 '^update  *pce_svn is 4, UpToDate needs 5$' '' forecast tcb-pce-svn-short genuine genuine --policy "$policy"
expect needs_qe 6 '^update  *qe isv_svn is 7, UpToDate needs 8$' '' forecast tcb-qe-svn-short genuine genuine --policy "$policy"
expect below_every_level 6 '^update  *component 5 is 3' '' \
	forecast tcb-component-05-below-every-level genuine tcb-component-05-below-every-level --policy "$policy"
expect no_policy 6 '^STAYS UNDECIDED' '' forecast genuine genuine genuine
expect not_authentic 3 'tcb_info_signature' '' forecast genuine genuine tcb-info-signature-changed --policy "$policy"
forecast genuine genuine tcb-info-signature-changed >"$dir/text"
expect no_advice_from_forged_collateral 1 '' '' grep '^update' "$dir/text"
expect ended 0 '^days left  *-1$' '' forecast genuine crl-ended-pck genuine --policy "$policy"
sed 's/"UpToDate"/"UpToDate","until":"2026-11-26T13:00:00Z"/' "$policy" >"$dir/until"
expect policy_ends_first 0 '^days left  *2$' '' forecast genuine genuine genuine --policy "$dir/until"

expect json 6 '"needs": 4' '' forecast tcb-component-03-short genuine genuine --policy "$policy" --json
forecast genuine genuine tcb-status-out-of-date --policy "$policy" --json --metrics "$dir/metrics" >"$dir/json"
expect json_is_whole 0 '^accepted refused 6 29$' '' python3 -c '
import json, sys
f = json.load(open(sys.argv[1]))
print(f["now"]["outcome"], f["next"]["outcome"], f["exit_code"], f["days_left"])' "$dir/json"
expect metrics 0 '^jurat_forecast_exit_code{fmspc="4452494c4c00",collateral="next"} 6$' '' cat "$dir/metrics"
expect metrics_left 0 '^jurat_forecast_seconds_left{fmspc="4452494c4c00"} 2505600$' '' cat "$dir/metrics"

# A verdict says the same of its own collateral: what is too old, and what to update.
verify() {
	"$jurat" verify "$drill/quotes/$1.bin" --collateral "$drill/collateral/genuine.json" --trust "$drill/trust" --at $at --policy "$policy"
}
expect verdict_too_old 6 '^  too old  *component 3 has 3, needs 4$' '' verify tcb-component-03-short
expect verdict_counts 6 '^  components 4/4 4/4 3/4 4/4 .*(from 1 on; 15 of 16 are fine)$' '' verify tcb-component-03-short
expect verdict_updates_component 6 '^update  *BIOS, microcode or platform software$' '' verify tcb-component-03-short
expect verdict_updates_pce 6 '^update  *PCE (platform software)$' '' verify tcb-pce-svn-short
expect verdict_updates_qe 6 '^update  *quoting enclave$' '' verify tcb-qe-svn-short

expect no_against 2 '' 'wants --collateral and --against' "$jurat" forecast "$drill/quotes/genuine.bin" --collateral x
expect against_twice 2 '' '--against stands there twice' forecast genuine genuine genuine --against x
expect metrics_twice 2 '' '--metrics stands there twice' forecast genuine genuine genuine --metrics "$dir/a" --metrics "$dir/b"
expect no_quote 2 '' 'one quote' "$jurat" forecast
expect stdin 2 '' 'in a file' "$jurat" forecast - --collateral x --against y
expect absent 1 '' 'does not exist' "$jurat" forecast "$drill/quotes/genuine.bin" --collateral "$dir/x" --against "$dir/y"
expect bad_metrics 1 '' 'nowhere' forecast genuine genuine genuine --metrics "$dir/nowhere/x"
finish
