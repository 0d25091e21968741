#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every command's --help and manual page name the same options, and a wrong option is told in one way everywhere.
# usage: help.sh JURAT
set -u
jurat=$(realpath "$1")
man=$(dirname "$(realpath "$0")")/../../man
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0

# check NAME COMMAND...: the command must succeed
check() {
	name=$1
	shift
	if "$@" >"$dir/why" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $name: $(head -c 300 "$dir/why")"
	fi
}

# help_of ARGUMENTS...: the command's help, which is all that it may print
help_of() {
	"$jurat" "$@" --help >"$dir/help" 2>"$dir/err" && [ -s "$dir/help" ] && [ ! -s "$dir/err" ]
}

# options_between SECTION SECTION NOUN
options_between() {
	sed -n "/^\.Sh $1/,/^\.Sh $2/p" "$man/jurat-$3.1" | grep -oE 'Fl -[a-z][a-z-]*' | sed 's/Fl -/--/' | LC_ALL=C sort -u
}

same_options() {
	options_between SYNOPSIS DESCRIPTION "$1" >"$dir/in-synopsis"
	options_between DESCRIPTION 'SEE ALSO' "$1" >"$dir/in-text"
	grep -oE -- '--[a-z][a-z-]*' "$dir/help" | LC_ALL=C sort -u >"$dir/in-help"
	diff "$dir/in-synopsis" "$dir/in-help" && [ -z "$(LC_ALL=C comm -23 "$dir/in-synopsis" "$dir/in-text")" ]
}

same_help() {
	cp "$dir/help" "$dir/of-noun" && help_of "$@" && cmp "$dir/of-noun" "$dir/help"
}

refuses_option() {
	"$jurat" "$@" --no-such-option >"$dir/out" 2>"$dir/err"
	code=$?
	cat "$dir/err"
	[ "$code" -eq 2 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" -eq 2 ] &&
		head -n 1 "$dir/err" | grep -q '^jurat: error: --no-such-option: ' && sed -n 2p "$dir/err" | grep -q "^jurat: hint: jurat $1 --help"
}

"$jurat" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p' >"$dir/nouns"
check "there are nouns" test -s "$dir/nouns"
while read -r noun; do
	check "$noun has help" help_of "$noun"
	check "options of $noun are those of its manual" same_options "$noun"
	check "jurat(1) names $noun" grep -q "Xr jurat-$noun 1" "$man/jurat.1"
done <"$dir/nouns"
for verb in 'world new' 'world show' 'world enrol' 'world set' 'machine new' 'machine show' 'machine serve' 'enclave sign' 'enclave measure' \
	'enclave inspect' 'enclave keygen' 'platform serve' 'secrets init' 'secrets serve' 'vault receive' 'vault info' verify demo 'capsule make' 'capsule verify' 'drill quotes' fetch 'quote inspect' forecast 'epid verify' 'epid sign' 'epid join' 'epid group new' 'epid revoke key' 'epid inspect'; do
	# shellcheck disable=SC2086 # a noun and a verb
	check "$verb refuses an option" refuses_option $verb
	# shellcheck disable=SC2086
	check "$verb --help" help_of ${verb%% *}
	# shellcheck disable=SC2086
	check "$verb --help is the noun's" same_help $verb
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
