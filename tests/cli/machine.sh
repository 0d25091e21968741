#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat machine and jurat platform from the command line: output, messages, exit codes, daemons that start and end as they say.
# usage: machine.sh JURAT
set -u
jurat=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
pids=
# shellcheck disable=SC2086 # a list of process ids
trap 'kill $pids 2>/dev/null; rm -rf "$dir"' EXIT

# start COMMAND...: a daemon in the background, listening when this returns; its process is $pid
start() {
	mkfifo "$dir/ready"
	"$@" --ready-fd 7 7>"$dir/ready" 2>"$dir/daemon" &
	pid=$!
	pids="$pids $pid"
	read -r _ <"$dir/ready"
	rm "$dir/ready"
}

# stop NAME CODE: ends the daemon with SIGTERM
stop() {
	kill "$pid"
	wait "$pid"
	expect "$1" 0 "" "" test $? -eq "$2"
}

cd "$dir" || exit 1
"$jurat" world new w 2>/dev/null || exit 1

expect "a machine is made in silence" 0 "" "" "$jurat" machine new m --world w
expect "its folder is private" 0 '^700$' "" stat -c %a m
expect "its fuses too" 0 '^600$' "" stat -c %a m/fuses
expect "and never made anew" 1 "" "jurat: error: m: machine: it exists already" "$jurat" machine new m --world w
expect "nothing else is left" 0 '^0$' "" sh -c 'ls | grep -c "^m[.]"; true'
expect "show says what it is" 0 "sw:m (software machine)" "" "$jurat" machine show m
expect "and what it does not protect" 0 "root on this computer" "" "$jurat" machine show sw:m
expect "and who may provision" 0 "^provision signer  *[0-9a-f]\{64\}$" "" "$jurat" machine show m
expect "in JSON" 0 '"does_not_protect": \[' "" "$jurat" machine show m --json
# shellcheck disable=SC2016 # sh -c gets its own $1
expect "which is JSON" 0 '"fmspc": "4a5552415400"' "" sh -c '"$1" machine show m --json | python3 -m json.tool' -- "$jurat"
expect "other values are heeded" 0 "" "" "$jurat" machine new m2 --world w --fmspc 00906ed50000 --cpusvn 01000000000000000000000000000000
expect "and shown" 0 '"cpusvn": "0100000000' "" "$jurat" machine show m2 --json

expect "a world that is none" 1 "" "jurat: hint: jurat world new" "$jurat" machine new m3 --world no
expect "makes no machine" 1 "" "" test -e m3
expect "half a CPUSVN" 2 "" "32 hexadecimal digits" "$jurat" machine new m3 --world w --cpusvn 0101
expect "no world" 2 "" "wants a folder and --world" "$jurat" machine new m3
expect "an unknown verb" 2 "" "unknown verb" "$jurat" machine now
expect "help" 0 "usage: jurat machine new" "" "$jurat" machine --help
expect "a machine that is none" 1 "" "jurat: hint: jurat machine new" "$jurat" machine show w
expect "hardware is refused by name" 3 "" "machine.sgx: known, but not supported" "$jurat" machine show sgx:
mkdir altered
cp -r m/. altered
"$here/flip.sh" altered/fuses 110
expect "damaged fuses" 3 "" "altered: fuses.digest" "$jurat" machine show altered
printf '\002' | dd of=altered/fuses bs=1 seek=8 conv=notrunc 2>/dev/null
expect "newer fuses" 3 "" "altered: fuses.version" "$jurat" machine show altered
chmod 640 altered/fuses
expect "fuses that others can read" 1 "" "altered: fuses.mode" "$jurat" machine show altered

expect "no platform without a socket" 2 "" "wants a machine and --socket" "$jurat" platform serve sw:m
expect "none without a machine" 1 "" "fuses: it does not exist" "$jurat" platform serve sw:w --socket p
start "$jurat" platform serve sw:m --socket p
expect "its socket is private" 0 '^600$' "" stat -c %a p
expect "it has made an attestation key" 0 '^600$' "" stat -c %a m/state/attestation.key
expect "a second one is refused" 1 "" "platform.socket: it exists already" "$jurat" platform serve sw:m --socket p
stop "SIGTERM ends it" 0
expect "and takes the socket away" 1 "" "" test -e p
start "$jurat" platform serve sw:m --socket p
kill -9 "$pid"
wait "$pid" 2>/dev/null
start "$jurat" platform serve sw:m --socket p
stop "a killed one's socket is replaced" 0
cp w/enclaves/vault.so m2/enclaves/quoting.so
expect "an enclave of another role is refused" 6 "" "quoting.isv_prod_id" "$jurat" platform serve sw:m2 --socket p
printf 'x' >m2/enclaves/quoting.so
expect "what is no enclave too" 3 "" "jurat: error: sw:m2: " "$jurat" platform serve sw:m2 --socket p
# shellcheck disable=SC2016 # sh -c gets its own $1
expect "a full disk is told" 1 "" "state/attestation.key: no space left" \
	sh -c 'rm m/state/attestation.key; ulimit -f 1; trap "" XFSZ; "$1" platform serve sw:m --socket p' -- "$jurat"
expect "and leaves nothing behind" 0 '^0$' "" sh -c 'ls m/state | grep -c .; true'

start "$jurat" machine serve m
expect "a served machine is joined" 0 "software machine" "" "$jurat" machine show m
expect "a second server is refused" 1 "" "keys.socket: it exists already" "$jurat" machine serve m
stop "SIGTERM ends it" 0
if [ "$(id -u)" -eq 0 ]; then
	start "$jurat" machine serve m --user nobody
	expect "a served machine has another user" 0 "^nobody$" "" ps -o user= -p "$pid"
	expect "and is joined as before" 0 "software machine" "" "$jurat" machine show m
	stop "SIGTERM ends that too" 0
else
	expect "only root gives a machine another user" 1 "" "user" "$jurat" machine serve m --user nobody
fi
expect "an unknown user" 1 "" "user: " "$jurat" machine serve m --user no-such-user-here

finish
