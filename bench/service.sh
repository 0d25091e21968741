#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The relying party's memory: its peak while it releases the largest secret it takes (16 MiB) to a real vault.
# usage: service.sh JURAT FOLDER (which it fills and leaves)
set -eu
jurat=$(realpath "$1")
cd "$2"
platform=
service=
cleanup() {
	for pid in $platform $service; do
		kill "$pid" 2>/dev/null || true
	done
}
trap cleanup EXIT
wait_for() {
	tries=200
	while [ ! -s "$1" ] && [ $tries -gt 0 ]; do
		sleep 0.05
		tries=$((tries - 1))
	done
	[ -s "$1" ]
}

umask 077
openssl rand -out kek 32
"$jurat" world new world 2>/dev/null
"$jurat" machine new machine --world world
"$jurat" world enrol world machine
"$jurat" secrets init --data data --kek-file kek --trust world/trust --collateral world/collateral.json >keys
key=$(awk '/service key/ { print $3 }' keys)
mrenclave=$("$jurat" enclave measure world/enclaves/vault.so | grep -oE '[0-9a-f]{64}' | head -n 1)
printf '{"version": 1, "identities": [{"mrenclave": "%s", "config_id": "%s"}], "tcb_statuses": [{"status": "UpToDate"}]}\n' \
	"$mrenclave" "$(awk '/config id/ { print $3 }' keys)" >policy.json
head -c 16777216 /dev/urandom >secret
"$jurat" secrets add large --data data --kek-file kek --file secret --policy policy.json
"$jurat" platform serve sw:machine --socket platform.socket --ready-fd 3 3>ready 2>platform.err &
platform=$!
"$jurat" secrets serve --data data --kek-file kek --listen 127.0.0.1:0 >url 2>service.err &
service=$!
wait_for ready
wait_for url
"$jurat" vault receive --machine sw:machine --enclave world/enclaves/vault.so --platform platform.socket --url "$(cat url)" \
	--ca data/tls.pem --service-key "$key" --secret large --store store >/dev/null 2>receive.err
awk '/^VmHWM/ { mib = $2 / 1024
	printf "{\"name\": \"relying party, resident\", \"value\": %.3f, \"unit\": \"MiB\", \"limit\": 64.000, \"holds\": %s}\n", mib,
	    mib < 64 ? "true" : "false" }' "/proc/$service/status"
