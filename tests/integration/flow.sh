#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole story with real processes and sockets: world, machine, platform software, secrets service, vault enclave.
# usage: flow.sh JURAT
set -u
jurat=$(realpath "$1")
dir=$(mktemp -d)
passed=0
failures=0
pids=

cleanup() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
	done
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
cd "$dir" || exit 1

ok() {
	passed=$((passed + 1))
	echo "ok - $1"
}
fail() {
	failures=$((failures + 1))
	echo "not ok - $1"
}
# expect NAME CODE PATTERN COMMAND...: exit code, and a pattern in what it says on stderr
expect() {
	title=$1 code=$2 pattern=$3
	shift 3
	"$@" >out 2>err
	got=$?
	if [ $got -ne "$code" ]; then
		fail "$title: exit $got, wanted $code: $(cat err)"
	elif [ -n "$pattern" ] && ! grep -q -e "$pattern" err; then
		fail "$title: no '$pattern' in: $(cat err)"
	else
		ok "$title"
	fi
}
# wait_for FILE: until a daemon has written its line, at most ten seconds
wait_for() {
	tries=100
	while [ ! -s "$1" ] && [ $tries -gt 0 ]; do
		sleep 0.1
		tries=$((tries - 1))
	done
	[ -s "$1" ] || fail "no sign of life in $1"
}
serve() {
	: >url
	"$jurat" secrets serve --data data --kek-file kek --listen 127.0.0.1:0 >url 2>serve.err &
	service=$!
	pids="$pids $service"
	wait_for url
}
receive() {
	timeout 60 "$jurat" vault receive --machine sw:machine --enclave "${enclave:-world/enclaves/vault.so}" --platform platform.socket \
		--url "$(cat url)" --ca data/tls.pem --service-key "${key_used:-$key}" --secret "$1" --store "${store:-store}" \
		--eavesdrop overheard
}
ask() {
	timeout 60 "$jurat" vault ask --machine sw:machine --enclave world/enclaves/vault.so --store store --secret "$1" --candidate "$2" \
		--eavesdrop overheard
}
state() {
	"$jurat" secrets list --data data | awk -v n="$1" '$NF == n { print $1 }'
}

# ---- the world ----
umask 077
openssl rand -out kek 32
expect "a world is made" 0 "" "$jurat" world new world
expect "a machine is born" 0 "" "$jurat" machine new machine --world world
expect "and enrolled" 0 "" "$jurat" world enrol world machine
expect "the service's data folder is made" 0 "" \
	"$jurat" secrets init --data data --kek-file kek --trust world/trust --collateral world/collateral.json
key=$("$jurat" secrets show --data data | awk '/service key/ { print $3 }')
config_id=$("$jurat" secrets show --data data | awk '/config id/ { print $3 }')
mrenclave=$("$jurat" enclave measure world/enclaves/vault.so | grep -oE '[0-9a-f]{64}' | head -n 1)
policy() {
	printf '{"version": 1, "identities": [{"mrenclave": "%s", "config_id": "%s"}], "tcb_statuses": [{"status": "%s"}]}\n' \
		"$1" "$config_id" "$2"
}
policy "$mrenclave" UpToDate >policy.json
policy "$(echo "$mrenclave" | tr 0-9a-f 1-9a-f0)" UpToDate >other.json

: >empty
printf x >one
head -c 16384 /dev/urandom >chunk
head -c 16385 /dev/urandom >chunk1
head -c 1048576 /dev/urandom >mebi
echo "open sesame, and close behind me" >words
for name in empty one chunk chunk1 mebi words; do
	expect "secret $name is stored" 0 "" \
		"$jurat" secrets add $name --data data --kek-file kek --file $name --policy policy.json
done
for name in refused killed spare rotated full1 full2 full3 full4 full5 full6; do
	"$jurat" secrets add $name --data data --kek-file kek --file words --policy policy.json || fail "add $name"
done
"$jurat" secrets add refused --replace --data data --kek-file kek --file words --policy other.json || fail "replace"

"$jurat" platform serve sw:machine --socket platform.socket --ready-fd 3 --eavesdrop overheard 3>platform.ready 2>platform.err &
pids="$pids $!"
wait_for platform.ready
serve

# ---- what must work ----
for name in empty one chunk chunk1 mebi words; do
	expect "$name arrives" 0 "" receive "$name"
	[ "$(state "$name")" = delivered ] || fail "$name is not marked as delivered"
	expect "$name is what it was" 0 "" ask "$name" "$name"
done
expect "another text is not the secret" 6 "" ask words one
cat chunk one >longer
expect "a longer text is not the secret" 6 "" ask chunk longer
expect "nothing is not the secret" 6 "" ask words empty
rss=$(awk '/VmHWM/ { print $2 }' "/proc/$service/status")
if [ "$rss" -lt 65536 ]; then ok "the service is small ($rss KiB)"; else fail "the service takes $rss KiB"; fi
"$jurat" vault question --candidate words >asked || fail "question"
expect "a question made elsewhere is answered" 0 "" timeout 60 "$jurat" vault ask --machine sw:machine \
	--enclave world/enclaves/vault.so --store store --secret words --question asked --eavesdrop overheard
expect "a damaged question is named" 3 "question" timeout 60 "$jurat" vault ask --machine sw:machine \
	--enclave world/enclaves/vault.so --store store --secret words --question words
# both directions of all three enclaves: report and quote in the platform, msg3 in the vault
calls=$(grep -ac '^== enclave' overheard)
quotes=$(grep -ac 'BEGIN CERTIFICATE' overheard)
if [ "$calls" -gt 60 ] && [ "$quotes" -gt 20 ]; then ok "every enclave's calls are recorded ($calls)"; else
	fail "only $calls calls and $quotes certificates are recorded"
fi
if grep -aq "open sesame" overheard data/service.sqlite* store/*; then
	fail "the secret passed the host in the clear"
else
	ok "the host saw nothing of it"
fi

# ---- what must not ----
expect "a stored secret is not overwritten" 1 "exists" receive words
rm store/words.vault
expect "a secret is not released twice" 3 "used before" receive words
expect "a policy for another enclave refuses" 6 "relying party refused" receive refused
[ "$(state refused)" = ready ] || fail "a refused secret was spent"
expect "an unknown secret is named" 1 "exist" receive nobody
cp world/enclaves/vault.so altered.so
# one byte of the code, found by its place behind the ELF header's page
printf '\377' | dd of=altered.so bs=1 seek=8192 conv=notrunc 2>/dev/null
enclave=altered.so
expect "an altered enclave does not start" 3 "" receive spare
enclave=
openssl rand -out kek2 32
"$jurat" secrets init --data elsewhere --kek-file kek2 >/dev/null || fail "second service"
key_used=$("$jurat" secrets show --data elsewhere | awk '/service key/ { print $3 }')
expect "another relying party's key is refused inside the enclave" 3 "" receive spare
key_used=
sed 's/vaultfile/vaultfilf/' store/one.vault >store/bad.vault
expect "a damaged sealed file is named" 3 "vault_file.magic" ask bad one
head -c 700 store/one.vault >store/bad.vault
expect "a truncated sealed file is named" 3 "vault_file" ask bad one
expect "stale collateral is made" 0 "" "$jurat" world set world --expired-crl
expect "and put in while the service runs" 0 "" "$jurat" secrets update --data data --collateral world/collateral.json
expect "a stale revocation list refuses" 5 "relying party refused" receive spare
expect "fresh collateral is made" 0 "" "$jurat" world set world
"$jurat" secrets update --data data --collateral world/collateral.json || fail "update"
[ "$(state spare)" = ready ] || fail "a refused secret was spent"

# ---- accidents ----
receive killed >/dev/null 2>&1 &
client=$!
sleep 0.2
kill -9 "$service"
wait "$service" 2>/dev/null
wait "$client"
serve
expect "after a kill the log is whole" 0 "" "$jurat" secrets log --verify --data data
if [ "$(state killed)" = ready ]; then ok "an unsent secret is still there"; else
	expect "a sent secret can be re-armed" 0 "" "$jurat" secrets rearm killed --data data --kek-file kek
	rm -f store/killed.vault
fi
expect "and arrives in the end" 0 "" receive killed
kill "$service"
if wait "$service"; then ok "SIGTERM ends the service well"; else fail "SIGTERM does not end the service well"; fi
expect "a new key encryption key" 0 "" "$jurat" secrets rotate --data data --kek-file kek --new-kek-file kek2
expect "the old one opens nothing" 3 "cryptographic" "$jurat" secrets serve --data data --kek-file kek --listen 127.0.0.1:0
mv kek2 kek
serve
expect "under the new one a secret arrives" 0 "" receive rotated
kill "$service"
wait "$service"
# no file of the service may grow beyond 32 KiB: after a few releases its log of changes is full
: >url
(
	ulimit -f 64
	trap '' XFSZ
	exec "$jurat" secrets serve --data data --kek-file kek --listen 127.0.0.1:0 >url 2>serve.err
) &
service=$!
pids="$pids $service"
wait_for url
full=
for name in full1 full2 full3 full4 full5 full6; do
	receive $name >out 2>err && continue
	full=$name
	break
done
if [ -n "$full" ] && grep -q "no space" err; then ok "a full disk is reported"; else fail "a full disk: $(cat err)"; fi
kill -9 "$service"
wait "$service" 2>/dev/null
serve
[ "$(state "$full")" != sent ] || "$jurat" secrets rearm "$full" --data data --kek-file kek
rm -f "store/$full.vault"
expect "and nothing was lost by it" 0 "" receive "$full"
expect "the log tells it all" 0 "" "$jurat" secrets log --verify --data data

echo "$passed passed, $failures failed"
[ $failures -eq 0 ]
