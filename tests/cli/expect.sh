#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What command-line tests share; they read this file in. Sets dir (removed at the end), defines expect and finish.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0

# expect NAME CODE STDOUT STDERR COMMAND...: patterns, empty: there must be nothing, "*": anything
expect() {
	name=$1 code=$2 want_out=$3 want_err=$4
	shift 4
	"$@" >"$dir/out" 2>"$dir/err"
	got=$?
	why=
	[ $got -eq "$code" ] || why="exit $got, wanted $code"
	if [ -z "$want_out" ]; then
		[ ! -s "$dir/out" ] || why="$why; something on stdout"
	elif [ "$want_out" != "*" ]; then
		grep -q -e "$want_out" "$dir/out" || why="$why; no '$want_out' on stdout"
	fi
	if [ -z "$want_err" ]; then
		[ ! -s "$dir/err" ] || why="$why; something on stderr"
	elif [ "$want_err" != "*" ]; then
		grep -q -e "$want_err" "$dir/err" || why="$why; no '$want_err' on stderr"
	fi
	if [ -z "$why" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $name: $why: $(head -c 300 "$dir/err")"
	fi
}

# unpack_seed: the quote of the fuzz seeds' world: $dir/quote, $dir/collateral, $dir/trust
unpack_seed() {
	seeds=$1
	# the seed is quote length (4 bytes, little-endian), quote, collateral
	len=$(od -An -tu4 -N4 "$seeds/verify/genuine" | tr -d ' ')
	tail -c +5 "$seeds/verify/genuine" | head -c "$len" >"$dir/quote"
	tail -c +$((5 + len)) "$seeds/verify/genuine" >"$dir/collateral"
	mkdir "$dir/trust"
	cp "$seeds/trust/private" "$dir/trust/trust.json"
}

finish() {
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ]
}
