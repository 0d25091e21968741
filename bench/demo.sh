#!/bin/sh
# The whole demo, from the first process to the last attack: wall time, in the unit that the user waits. Prints one JSON line.
# usage: bench/demo.sh JURAT FOLDER
set -eu
jurat=$1
began=$(date +%s%N)
"$jurat" demo --dir "$2/world" >/dev/null 2>&1
ended=$(date +%s%N)
awk -v ns=$((ended - began)) 'BEGIN {
	s = ns / 1e9
	printf "{\"name\": \"demo\", \"value\": %.3f, \"unit\": \"s\", \"limit\": 10, \"holds\": %s}\n", s, s <= 10 ? "true" : "false"
}'
