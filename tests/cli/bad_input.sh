#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every file that a command reads, once missing, a folder, a pipe, empty, cut and altered: one clear line that names it, the right exit code,
# and nothing changed. And output that has nowhere to go.
# usage: bad_input.sh JURAT
# shellcheck disable=SC2086 # lists of words are meant to be split
set -u
jurat=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0
cd "$dir" || exit 1

result() {
	if [ -z "$2" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $1:$2"
	fi
}

# expect NAME CODE PATTERN COMMAND...: exit code; one line on stderr with the pattern, but for hints; within ten seconds
expect() {
	title=$1 code=$2 pattern=$3
	shift 3
	timeout 10 "$@" >"$dir/out" 2>"$dir/err" </dev/null
	got=$?
	why=
	[ $got -eq "$code" ] || why=" exit $got, wanted $code"
	if [ -n "$pattern" ]; then
		grep -v '^jurat: hint: ' "$dir/err" | grep -q -e "$pattern" || why="$why; no '$pattern'"
		[ "$(grep -v -c '^jurat: hint: ' "$dir/err")" -eq 1 ] || why="$why; not one line"
		grep -v -q '^jurat: ' "$dir/err" && why="$why; a line that is not jurat's"
	fi
	[ -z "$why" ] || why="$why: $(head -c 300 "$dir/err")"
	result "$title" "$why"
}

# state: a hash over names, modes and contents of everything that commands may change
state() {
	find w m s store -type f -printf '%p %m\n' -exec sha256sum {} + 2>/dev/null | sort | sha256sum
}

# spoil HOW FILE: HOW is missing, folder, pipe, device, empty, one, half, longer or text
spoil() {
	mv "$2" "$dir/whole"
	case $1 in
	missing) ;;
	folder) mkdir "$2" ;;
	pipe) mkfifo "$2" ;;
	device) ln -s /dev/zero "$2" ;;
	empty) : >"$2" ;;
	one) head -c 1 "$dir/whole" >"$2" ;;
	half) head -c $(($(stat -c %s "$dir/whole") / 2)) "$dir/whole" >"$2" ;;
	longer) { cat "$dir/whole" && printf x; } >"$2" ;;
	text) echo "this is not it" >"$2" ;;
	esac
	[ ! -f "$2" ] || [ -L "$2" ] || chmod --reference="$dir/whole" "$2"
}

restore() {
	rm -rf "$1"
	mv "$dir/whole" "$1"
}

# bad FILE CODE PATTERN "HOW..." COMMAND...: the command with each of these in the file's place; nothing but it may differ afterwards
bad() {
	victim=$1 want=$2 says=$3 hows=$4
	shift 4
	before=$(state)
	for how in $hows; do
		spoil "$how" "$victim"
		during=$(state)
		expect "$2 $3 with $victim: $how" "$want" "$says" "$@"
		after=$(state)
		result "$2 $3 with $victim: $how, changes nothing" "$([ "$during" = "$after" ] || echo " it did")"
		restore "$victim"
	done
	result "$2 $3 with $victim: all is as it was" "$([ "$before" = "$(state)" ] || echo " it is not")"
}

# alter_code ELF: one byte of its executable segment becomes another one
alter_code() {
	python3 - "$1" <<'END'
import struct, sys
elf = bytearray(open(sys.argv[1], "rb").read())
table, = struct.unpack_from("<Q", elf, 32)
size, num = struct.unpack_from("<HH", elf, 54)
headers = [struct.unpack_from("<IIQQQQ", elf, table + i * size) for i in range(num)]
start, length = next((h[2], h[5]) for h in headers if h[0] == 1 and h[1] & 1)
elf[start + length // 2] ^= 0xFF
open(sys.argv[1], "wb").write(elf)
END
}

"$jurat" world new w 2>/dev/null || exit 1
"$jurat" machine new m --world w || exit 1
"$jurat" world enrol w m || exit 1
(umask 077 && head -c 32 /dev/urandom >kek)
"$jurat" secrets init --data s --kek-file kek --trust w/trust --collateral w/collateral.json >/dev/null || exit 1
mkdir store

unread="missing folder pipe device"
unparsed="empty one half text"

# a world: which of its files it is, and no decision is taken with keys and certificates that do not belong together
bad w/world.json 1 'w: world.json: ' "$unread" "$jurat" world show w
bad w/world.json 3 'w: world' "$unparsed longer" "$jurat" world set w --min-svn 7
for role in root-ca platform-ca tcb-signing; do
	bad w/keys/$role.pem 1 "w: keys/$role.pem: " "$unread" "$jurat" world set w --min-svn 7
	bad w/keys/$role.pem 3 "w: keys/$role.pem: " "$unparsed" "$jurat" world set w --min-svn 7
done
for file in trust/root-ca certificates/platform-ca certificates/tcb-signing; do
	bad w/$file.pem 1 "w: $file.pem: " "$unread" "$jurat" world set w --min-svn 7
	bad w/$file.pem 3 "w: $file.pem: " "$unparsed longer" "$jurat" world set w --min-svn 7
done
cp w/keys/platform-ca.pem old
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl pkcs8 -topk8 -nocrypt >w/keys/platform-ca.pem
expect "a key that is not its certificate's" 3 'certificates/platform-ca.pem: two fields that must agree' "$jurat" world enrol w m
cp old w/keys/platform-ca.pem
cp w/certificates/platform-ca.pem old
sed -i '10y/abcdABCD/bcdaBCDA/' w/certificates/platform-ca.pem
expect "an altered certificate" 3 'certificates/platform-ca.pem: ' "$jurat" world set w
cp old w/certificates/platform-ca.pem
expect "all is well again" 0 "" "$jurat" world set w

# machine new: no machine with enclaves that cannot run
for name in quoting certification; do
	bad w/enclaves/$name.so 1 "enclaves/$name.so: " "missing folder" "$jurat" machine new m2 --world w
	bad w/enclaves/$name.so 3 "enclaves/$name.so: " "$unparsed" "$jurat" machine new m2 --world w
	cp w/enclaves/$name.so old
	alter_code w/enclaves/$name.so
	expect "machine new with an altered $name" 3 "$name.so: sigstruct.enclave_hash: two fields" "$jurat" machine new m2 --world w
	cp old w/enclaves/$name.so
done
cp w/enclaves/certification.so old
cp w/enclaves/vault.so w/enclaves/certification.so
expect "machine new with an enclave of another signer" 6 "certification.so: sigstruct.mrsigner" "$jurat" machine new m2 --world w
cp old w/enclaves/certification.so
result "no such machine was made" "$(ls -d m2* 2>/dev/null)"

# a machine
bad m/fuses 1 'm: fuses: ' "$unread" "$jurat" machine show m
bad m/fuses 3 'm: fuses' "$unparsed longer" "$jurat" machine show m
for file in enclaves/quoting.so enclaves/certification.so; do
	bad m/$file 1 "m: $file: " "$unread" "$jurat" platform serve sw:m --socket p
done
for name in quoting certification; do
	bad m/enclaves/$name.so 3 "m: enclaves/$name.so: " "$unparsed" "$jurat" platform serve sw:m --socket p
done
cp w/enclaves/quoting.so old
head -c 5000 old >w/enclaves/quoting.so
expect "a world's enclave cut short is named" 3 'w: enclaves/quoting.so: ' "$jurat" world set w
cp old w/enclaves/quoting.so
bad m/state/attestation.key 1 'm: state/attestation.key: ' "folder pipe device" "$jurat" platform serve sw:m --socket p
bad m/state/attestation.key 3 'm: .*attestation.key: \|m: attestation_key' "$unparsed longer" "$jurat" platform serve sw:m --socket p
chmod 644 m/fuses
expect "a mode is told as chmod writes it" 1 'wanted mode 0600, got 0644' "$jurat" machine show m
chmod 600 m/fuses

cp m/fuses old
"$here/flip.sh" m/fuses 110
"$jurat" secrets show --data s --json | python3 -c '
import json, sys
key = bytes.fromhex(json.load(sys.stdin)["service_key"])
chunk = bytes(1024)
sys.stdout.buffer.write(b"jurat/vaultfile\1" + key + b"\1\0\0\0" + len(chunk).to_bytes(4, "little") + chunk)' >store/x.vault
expect "a vault's damaged machine is named" 3 'error: sw:m: fuses.digest' \
	"$jurat" vault ask --machine sw:m --enclave w/enclaves/vault.so --store store --candidate kek
cp old m/fuses
expect "a sealed file that does not open is named" 3 'error: store/x.vault: ' \
	"$jurat" vault ask --machine sw:m --enclave w/enclaves/vault.so --store store --candidate kek
rm store/x.vault

# the secrets service
mkdir t && echo '{' >t/trust.json
expect "a bad trust root is named" 3 'error: t/trust.json: trust' "$jurat" secrets init --data s2 --kek-file kek --trust t
expect "bad collateral is named" 3 'error: t/trust.json: collateral' \
	"$jurat" secrets init --data s2 --kek-file kek --collateral t/trust.json
serve="secrets serve --data s --kek-file kek --listen 127.0.0.1:0 --check-config"
bad s/service.sqlite 1 's: service.sqlite: database: ' "missing folder pipe device" "$jurat" $serve
bad s/service.sqlite 3 's: service.sqlite: database: ' "$unparsed" "$jurat" $serve
bad s/service.sqlite 3 's: database: ' "empty one" "$jurat" secrets list --data s
bad s/tls.pem 1 's: tls.pem: ' "$unread" "$jurat" $serve
bad s/tls.pem 3 's: tls.pem: ' "$unparsed" "$jurat" $serve
bad s/tls.key 1 's: tls.key: ' "$unread" "$jurat" $serve
bad s/tls.key 3 's: tls.key: ' "$unparsed" "$jurat" $serve
bad s/trust.json 1 's: trust.json: ' "folder pipe device" "$jurat" $serve
bad s/trust.json 3 's: trust' "$unparsed longer" "$jurat" $serve
bad s/collateral.json 1 's: collateral.json: ' "folder pipe device" "$jurat" $serve
bad s/collateral.json 3 's: collateral' "$unparsed longer" "$jurat" $serve
rm s/collateral.json && mkfifo s/collateral.json
expect "a pipe in the collateral's place is replaced" 0 "" timeout 10 "$jurat" secrets update --data s --collateral w/collateral.json
result "the collateral is as given" "$(cmp s/collateral.json w/collateral.json 2>&1)"
bad kek 1 'kek: ' "missing folder" "$jurat" $serve
bad kek 3 'kek: ' "$unparsed longer" "$jurat" $serve
mv s/service.sqlite old
python3 -c 'import sqlite3; d = sqlite3.connect("s/service.sqlite"); d.execute("CREATE TABLE notes(text)"); d.commit()'
expect "another program's database" 3 's: database.version: ' "$jurat" secrets list --data s
mv old s/service.sqlite

# arguments
for command in "world show w" "world new x" "world set w" "machine show m" "machine new x" "machine serve m" "platform serve sw:m" \
	"enclave measure x" "enclave keygen" "secrets show" "vault info" "verify x" "demo"; do
	expect "$command --nonsense" 2 '^jurat: error: ' "$jurat" $command --nonsense
done
for command in "platform serve sw:m --socket p" "machine serve m" "secrets serve --data s --kek-file kek --listen 127.0.0.1:0"; do
	for number in 4294967297 1024 -1 +3 3x x; do
		expect "$command --ready-fd $number" 2 'ready-fd wants' "$jurat" $command --ready-fd $number
	done
done
ask="vault ask --machine sw:m --enclave w/enclaves/vault.so --candidate kek"
expect "a store that is not there" 1 'none: store: it does not exist' "$jurat" $ask --store none
expect "a store that is no folder" 1 'kek: store: .*Not a directory' "$jurat" $ask --store kek
expect "a store without a secret" 2 'the store has no sealed secret' "$jurat" $ask --store store
expect "a secret's name that leaves the folder" 3 'secret.name' "$jurat" vault ask --machine sw:m --enclave w/enclaves/vault.so \
	--store store --candidate kek --secret ../store/x
expect "a name that would steer a terminal" 1 'a\\x1b\[31m\\xc2\\x9b31m: ' "$jurat" world show "$(printf 'a\033[31m\302\23331m')"
expect "a name that is too long" 1 'File name too long' "$jurat" world show "$(printf '%05000d' 0)"

# output that has nowhere to go
if [ -c /dev/full ]; then
	for command in "--help" "world show w" "world show w --json" "machine show m" "machine show m --json" "secrets show --data s" \
		"secrets log --data s --json" "enclave measure w/enclaves/vault.so" "enclave inspect w/enclaves/vault.so"; do
		# shellcheck disable=SC2016 # the inner shell expands them
		expect "$command on a full disk" 1 'standard output: write: no space left' \
			sh -c '"$0" "$@" >/dev/full' "$jurat" $command
	done
fi

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
