#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzz seeds for EPID's protocols, by our own program: fresh keys of nobody each time. The forms of files have seeds of their own (epid_files.py).
# usage: epid_seeds.sh JURAT FUZZ-SEEDS-FOLDER
set -eu
jurat=$(realpath "$1")
seeds=$(realpath "$2")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
umask 077

"$jurat" epid group new --gid 000100000000000000000000000000f0 --new-key issuer --output group # SHA-384
printf 'seed' >message
for kind in plain split; do
	[ $kind = plain ] && split= || split=--split
	"$jurat" epid issue --new-nonce nonce
	cp nonce $kind.nonce
	# shellcheck disable=SC2086 # no option or one
	"$jurat" epid join --group group --nonce nonce --new-secret $kind.f --output $kind.request $split
	"$jurat" epid issue --group group --key issuer --request $kind.request --nonce nonce --output $kind.credential
	# shellcheck disable=SC2086
	"$jurat" epid join --group group --credential $kind.credential --secret $kind.f --output $kind.key $split
	# shellcheck disable=SC2086
	"$jurat" epid sign --group group --key $kind.key --message message --basename site --output $kind.sig $split
done
"$jurat" epid sign --group group --key plain.key --message message --output plain.other
"$jurat" epid revoke key --group group --privrl privrl --key plain.key --new
"$jurat" epid revoke signature --group group --sigrl sigrl --signature plain.other --message message --new
"$jurat" epid revoke group --grouprl grouprl --gid 000100000000000000000000000000f1 --new
"$jurat" epid blacklist --group group --verifierrl verifierrl --signature plain.sig --message message --basename site --new >blacklisted
# a member that is on no list signs with a proof
"$jurat" epid sign --group group --key split.key --message message --sigrl sigrl --split --output split.proved

for target in group verify set_list key join; do
	mkdir -p "$seeds/epid_$target"
done
cp group "$seeds/epid_group/group"
for sig in plain.sig split.proved; do
	{ cat group && printf '\000\004seed' && cat $sig; } >"$seeds/epid_verify/$sig"
done
{ cat group && printf '\000' && cat privrl; } >"$seeds/epid_set_list/privrl"
{ cat group && printf '\001' && cat sigrl; } >"$seeds/epid_set_list/sigrl"
{ cat group && printf '\002' && cat grouprl; } >"$seeds/epid_set_list/grouprl"
{ cat group && printf '\003' && cat verifierrl; } >"$seeds/epid_set_list/verifierrl"
{ cat group && printf '\001' && cat split.key; } >"$seeds/epid_key/split_private"
{ cat group && printf '\002' && head -c 48 plain.key && head -c 32 message /dev/zero | tail -c 32; } >"$seeds/epid_key/compressed"
{ cat group && printf '\004' && cat plain.credential plain.f; } >"$seeds/epid_key/credential"
for kind in plain split; do
	cat group issuer $kind.nonce $kind.request >"$seeds/epid_join/$kind"
done
chmod 755 "$seeds"/epid_*
chmod 644 "$seeds"/epid_*/*
