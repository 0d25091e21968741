#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat secrets and jurat vault from the command line: what they print, how they end, and that a refusal changes nothing.
# usage: secrets.sh JURAT
set -u
jurat=$(realpath "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
passed=0
failures=0

ok() {
	passed=$((passed + 1))
	echo "ok - $1"
}
fail() {
	failures=$((failures + 1))
	echo "not ok - $1"
}
# expect NAME CODE PATTERN COMMAND...: exit code; stderr has the pattern ("" : stderr is empty)
expect() {
	title=$1 code=$2 pattern=$3
	shift 3
	timeout 60 "$@" >out 2>err
	got=$?
	if [ $got -ne "$code" ]; then
		fail "$title: exit $got, wanted $code: $(cat err)"
	elif [ -n "$pattern" ] && ! grep -q -e "$pattern" err; then
		fail "$title: no '$pattern' in: $(cat err)"
	elif [ -z "$pattern" ] && [ -s err ]; then
		fail "$title: talk on stderr: $(cat err)"
	else
		ok "$title"
	fi
}
# unchanged NAME: what the folder holds is what it was at the last call of remember
remember() { sha256sum data/* >before; }
unchanged() {
	if sha256sum data/* | cmp -s - before; then ok "$1 changed nothing"; else fail "$1 changed the data folder"; fi
}

umask 077
openssl rand -out kek 32
openssl rand -hex 32 >kek.hex
printf '%064d' 0 | tr 0 1 >digits
cat >policy.json <<END
{"version": 1, "identities": [{"mrenclave": "$(cat digits)"}], "tcb_statuses": [{"status": "UpToDate"}]}
END
echo secret >secret

expect "no verb" 2 "what is to be done" "$jurat" secrets --data data
expect "unknown verb" 2 "unknown verb" "$jurat" secrets dance --data data
expect "no data folder named" 2 "give --data" "$jurat" secrets list
expect "unknown option" 2 "unknown option" "$jurat" secrets list --data data --loud
expect "no folder there" 1 "does not exist" "$jurat" secrets list --data data
expect "no key" 2 "no key encryption key" "$jurat" secrets init --data data
expect "help" 0 "" "$jurat" secrets --help

expect "init" 0 "" "$jurat" secrets init --data data --kek-file kek --tls-name vault.example
grep -Eq '^service key  [0-9a-f]{128}$' out || fail "no service key printed"
grep -Eq '^config id    [0-9a-f]{128}$' out || fail "no config id printed"
openssl x509 -in data/tls.pem -noout -checkhost vault.example | grep -q "does match" || fail "certificate for another name"
for file in service.sqlite tls.key; do
	[ "$(stat -c %a data/$file)" = 600 ] || fail "$file may be read by others"
done
remember
expect "init where something is" 1 "exists" "$jurat" secrets init --data data --kek-file kek
unchanged "a second init"

expect "another key" 3 "cryptographic check" "$jurat" secrets add a --data data --kek-file kek.hex --file secret --policy policy.json
chmod 640 kek.hex
expect "a key that others may read" 1 "permissions" "$jurat" secrets add a --data data --kek-file kek.hex --file secret --policy policy.json
chmod 600 kek.hex
mkfifo kek.pipe
expect "a key in a pipe" 1 "kek.pipe: file: " "$jurat" secrets serve --data data --kek-file kek.pipe --listen 127.0.0.1:0
if [ "$(id -u)" = 0 ]; then
	cp kek kek.foreign && chown 65534 kek.foreign
	expect "a key of another user" 1 "kek.foreign: file.owner: " \
		"$jurat" secrets serve --data data --kek-file kek.foreign --listen 127.0.0.1:0
fi
cp kek data/kek
expect "a key inside the data folder" 1 "outside the data folder" \
	"$jurat" secrets serve --data data --kek-file data/kek --listen 127.0.0.1:0
rm data/kek
expect "a bad name" 3 "secret.name" "$jurat" secrets add ../a --data data --kek-file kek --file secret --policy policy.json
expect "no file" 1 "does not exist" "$jurat" secrets add a --data data --kek-file kek --file none --policy policy.json
expect "no policy" 2 "wants --file and --policy" "$jurat" secrets add a --data data --kek-file kek --file secret
for bad in '' '{' '{}' '[]' '{"version": 2}'; do
	echo "$bad" >bad.json
	timeout 10 "$jurat" secrets add a --data data --kek-file kek --file secret --policy bad.json 2>err
	case $? in
	3 | 5) [ "$(grep -c "^jurat: error: bad.json: policy" err)" = 1 ] || fail "policy '$bad': $(cat err)" ;;
	*) fail "policy '$bad' gave $?" ;;
	esac
done
unchanged "all that"

expect "add" 0 "" "$jurat" secrets add a --data data --kek-file kek --file secret --policy policy.json
expect "add from stdin" 0 "" sh -c "'$jurat' secrets add b --data data --kek-file kek --file - --policy policy.json <secret"
expect "add again" 1 "exists" "$jurat" secrets add a --data data --kek-file kek --file secret --policy policy.json
expect "replace" 0 "" "$jurat" secrets add a --replace --data data --kek-file kek --file secret --policy policy.json
expect "list" 0 "" "$jurat" secrets list --data data
sed 's/....-..-..T..:..:..Z/TIME/' out >got
cat >want <<END
ready             7 bytes  version 2  TIME  a
ready             7 bytes  version 1  TIME  b
END
cmp -s got want || fail "list: $(cat got)"
expect "list as JSON" 0 "" "$jurat" secrets list --data data --json
python3 -c 'import json; s = json.load(open("out"))["secrets"]; assert [x["name"] for x in s] == ["a", "b"] and s[0]["version"] == 2' ||
	fail "list --json: $(cat out)"
expect "nothing to re-arm" 1 "state" "$jurat" secrets rearm a --data data --kek-file kek
expect "re-arm a stranger" 1 "does not exist" "$jurat" secrets rearm x --data data --kek-file kek
expect "log" 0 "as it is" "$jurat" secrets log --data data --verify
grep -q "^3 records" out || fail "log: $(cat out)"
head=$(awk '{ print $NF }' out)
expect "log with the KEK and a noted head" 0 "" "$jurat" secrets log --data data --verify --kek-file kek --head "$head"
expect "log without a noted head" 3 "log.head" "$jurat" secrets log --data data --verify --head "$(echo "$head" | tr 0-9a-f 1-9a-f0)"
expect "log with half a head" 2 "64 hexadecimal" "$jurat" secrets log --data data --verify --head abcd
expect "a head without --verify" 2 "for --verify" "$jurat" secrets log --data data --head "$head"
# a log of somebody else, key and all: without the KEK it holds, with it it does not
cp -r data forged
rm forged/service.sqlite*
head -c 32 /dev/zero >other.kek && chmod 600 other.kek
if ! "$jurat" secrets init --data other --kek-file other.kek >/dev/null || ! cp other/service.sqlite forged/; then
	fail "a second service"
fi
expect "a log with another key" 0 "as it is" "$jurat" secrets log --data forged --verify
expect "is told by the KEK" 3 "service.key" "$jurat" secrets log --data forged --verify --kek-file kek
expect "credential instead of a file" 0 "" sh -c "
	mkdir creds && cp kek creds/jurat-kek
	CREDENTIALS_DIRECTORY=creds exec '$jurat' secrets add c --data data --file secret --policy policy.json"
expect "no clock to accept" 1 "clock: " "$jurat" secrets accept-clock --data data --kek-file kek
expect "rotate" 0 "" "$jurat" secrets rotate --data data --kek-file kek --new-kek-file kek.hex
expect "the old key" 3 "cryptographic check" "$jurat" secrets add d --data data --kek-file kek --file secret --policy policy.json
expect "the configuration is checked" 0 "configuration is right" \
	"$jurat" secrets serve --data data --kek-file kek.hex --listen 127.0.0.1:0 --check-config
# a disk on which nothing can be written: a limit of no bytes for every file (what is printed goes through a pipe)
"$jurat" secrets list --data data >listed
full() {
	# shellcheck disable=SC2016 # the inner shell expands them
	sh -c 'ulimit -f 0; exec "$@"' - "$jurat" secrets "$@" --data data 2>&1 | cat
}
if [ "$(full list)" = "$(cat listed)" ]; then ok "list on a full disk"; else fail "list on a full disk: $(full list)"; fi
if full show | grep -q "^config id "; then ok "show on a full disk"; else fail "show on a full disk: $(full show)"; fi
# a page that serving does not read at first: the index of the log
cp -r data damaged
python3 - damaged/service.sqlite <<'END'
import sqlite3, sys
d = sqlite3.connect(sys.argv[1])
page, = d.execute("SELECT rootpage FROM sqlite_master WHERE name = 'log_by_name'").fetchone()
size, = d.execute("PRAGMA page_size").fetchone()
d.close()
with open(sys.argv[1], "r+b") as f:
    f.seek((page - 1) * size)
    f.write(bytes(size))
END
expect "a damaged page is found at the start" 3 "damaged: service.sqlite: database" \
	"$jurat" secrets serve --data damaged --kek-file kek.hex --listen 127.0.0.1:0 --check-config
expect "by the service, too" 3 "damaged: service.sqlite: database" \
	"$jurat" secrets serve --data damaged --kek-file kek.hex --listen 127.0.0.1:0
chmod 777 data
expect "a folder that others may write into" 1 "data.mode" \
	"$jurat" secrets serve --data data --kek-file kek.hex --listen 127.0.0.1:0 --check-config
chmod 700 data
expect "a bad address" 2 "numeric address" "$jurat" secrets serve --data data --kek-file kek.hex --listen localhost
expect "no address" 2 "wants --listen" "$jurat" secrets serve --data data --kek-file kek.hex
expect "bad collateral" 3 "collateral" "$jurat" secrets update --data data --collateral kek.hex

expect "vault without a machine" 2 "wants --machine" "$jurat" vault info --store s
expect "vault without a verb" 2 "one verb" "$jurat" vault --store s
expect "vault with a bad key" 2 "128 hexadecimal" "$jurat" vault receive --service-key 00
expect "nothing to ask about" 2 "name it with --secret" \
	"$jurat" vault ask --machine sw:m --enclave secret --store . --candidate secret
expect "a question without a candidate" 2 "wants --candidate" "$jurat" vault question
expect "a candidate and a question" 2 "candidate or --question" \
	"$jurat" vault ask --machine sw:m --enclave secret --store . --candidate secret --question secret
expect "a question" 0 "" "$jurat" vault question --candidate secret
printf 'jurat/vaultfile' >x.vault
expect "a sealed file cut short" 3 "vault_file.head" \
	"$jurat" vault ask --machine sw:m --enclave secret --store . --candidate secret

echo "$passed passed, $failures failed"
[ $failures -eq 0 ]
