#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The verdict that the README shows is what the tool prints, character by character. The quote is real, so it is not in the tree but in the corpus.
# usage: readme.sh JURAT
set -u
jurat=$1
root=$(realpath "$(dirname "$0")/../..")
# shellcheck source=tests/cli/expect.sh
. "$root/tests/cli/expect.sh"
corpus=${JURAT_CORPUS:-$root/../shared/corpus}/dcap
quote=$corpus/quotes/tdx4-b0c06f000000-f1c8503301.bin
collateral=$corpus/collateral/tdx_b0c06f000000_platform_2026-08-28_dc25a753.json

if [ ! -e "$quote" ]; then
	echo "*** SKIPPED: no corpus of real data here (set JURAT_CORPUS); the README's verdict was NOT compared ***" >&2
	[ "${CI:-}" = true ] && exit 1
	exit 77
fi

# shown: what the README shows below a command line that begins so; example: the command line itself
awk '/^\$ jurat verify td-quote.bin / { shown = 1; next } /^```$/ { shown = 0 } shown' "$root/README.md" >"$dir/shown"
at=$(sed -n 's/^\$ jurat verify td-quote.bin .* --policy examples\/td-policy.json --at \(.*\)$/\1/p' "$root/README.md")
"$jurat" verify "$quote" --collateral "$collateral" --policy "$root/examples/td-policy.json" --at "$at" >"$dir/printed" 2>"$dir/err"
printed=$?
expect refused_by_policy 0 '^6$' '' echo $printed
expect the_readme_shows_what_is_printed 0 '' '' diff "$dir/shown" "$dir/printed"
expect the_readme_shows_something 0 '^tcb_status ' '' cat "$dir/shown"
expect it_is_one_screen 0 '^[1-4][0-9]$' '' grep -c '' "$dir/shown"
finish
