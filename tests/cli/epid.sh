#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat epid from the command line: the manual's walk-through, each kind of revocation, both kinds of signature, both forms of group id, every hash,
# and what must be refused.
# usage: epid.sh JURAT
set -u
jurat=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"
cd "$dir" || exit 1
umask 022

# same NAME FILE FILE
same() {
	title=$1
	shift
	expect "$title" 0 '' '' cmp "$@"
}
# mode NAME FILE MODE
mode() {
	expect "$1" 0 "^$3\$" '' stat -c %a "$2"
}

# ---- the manual's walk-through, as it stands there ----
mkdir walk
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/p' "$here/../../man/jurat-epid.1" | sed -n '/^\.Bd/,/^\.Ed/{/^\.[BE]d/d;s/\\e$/\\/;p}' >walk-lines
grep -v '^kEpid' walk-lines >walk-commands
grep '^kEpid' walk-lines >walk-results
cat >walk.sh <<END
jurat() { "$jurat" "\$@"; }
$(cat walk-commands)
END
expect walk_through_ends_with_a_revoked_member 4 '^kEpidSigValid$' 'is revoked' sh -c 'cd walk && . ../walk.sh'
cp out walk-out
cp err walk-err
same walk_through_prints_what_the_manual_says walk-results walk-out
expect readme_shows_the_refusal 0 '.' '' grep -Fx "$(grep '^jurat: error: signature: privrl' "$here/../../README.md")" walk-err
[ "$(wc -l <walk-results)" -eq 2 ] || expect walk_through_has_two_results 0 '' '' false
mode issuer_key_is_private walk/issuer.key 600
mode ca_key_is_private walk/ca.pem 600
mode secret_is_private walk/member.f 600
mode key_is_private walk/member.key 600
expect nonce_is_gone 2 '' '*' ls walk/nonce

# ---- a world for the rest: two members, bare and signed files ----
"$jurat" epid ca new --new-key ca.pem --output ca.bin || exit 1
"$jurat" epid ca new --new-key other.pem --output other.bin || exit 1
"$jurat" epid group new --gid 00000000000000000000000000000007 --new-key issuer --output group --ca-key ca.pem || exit 1
tail -c +5 group | head -c 272 >bare
echo hello >message
echo other >message2

# member NAME GROUP ISSUER [OPTION...]
member() {
	who=$1 of=$2 by=$3
	shift 3
	"$jurat" epid issue --new-nonce "$who.nonce" &&
		"$jurat" epid join --group "$of" --nonce "$who.nonce" --new-secret "$who.f" --output "$who.request" "$@" &&
		"$jurat" epid issue --group "$of" --key "$by" --request "$who.request" --nonce "$who.nonce" --output "$who.credential" &&
		"$jurat" epid join --group "$of" --credential "$who.credential" --secret "$who.f" --output "$who.key" "$@"
}
member alice bare issuer || exit 1
member bob bare issuer || exit 1

# sign WHO OUT [OPTION...]; verify SIGNATURE [OPTION...]
sign() {
	who=$1 to=$2
	shift 2
	"$jurat" epid sign --group bare --key "$who.key" --message message --output "$to" "$@"
}
verify() {
	what=$1
	shift
	"$jurat" epid verify --group bare --signature "$what" --message message "$@"
}
sign alice alice.sig --basename site || exit 1
sign bob bob.sig --basename site || exit 1
sign alice alice.random || exit 1

expect valid 0 '^kEpidSigValid$' '' verify alice.sig --basename site
expect valid_over_any_base 0 '^kEpidSigValid$' '' verify alice.sig
expect valid_with_hex_name 0 '^kEpidSigValid$' '' verify alice.sig --basename hex:73697465
expect random_base 0 '^kEpidSigValid$' '' verify alice.random
expect random_base_is_no_name 3 '^kEpidSigInvalid$' 'wrong_base' verify alice.random --basename site
expect other_name 3 '^kEpidSigInvalid$' '*' verify alice.sig --basename elsewhere
expect other_message 3 '^kEpidSigInvalid$' '*' "$jurat" epid verify --group bare --signature alice.sig --message message2
expect other_hash 3 '^kEpidSigInvalid$' '*' verify alice.sig --hash sha384
expect no_signature 3 '^kEpidBadSignatureErr$' '*' verify message
expect missing_signature 1 '' 'does not exist' verify nothing
expect json 0 '"result": "kEpidSigValid"' '' verify alice.sig --json
expect json_of_a_refusal 3 '"outcome": "invalid"' '*' verify alice.random --basename site --json
cp alice.sig altered
"$here/flip.sh" altered 200
expect altered 3 '^kEpidSigInvalid$' '*' verify altered
expect message_from_stdin 0 '^kEpidSigValid$' '' sh -c "'$jurat' epid verify --group bare --signature alice.sig --message - <message"
expect both_from_stdin 2 '' 'only one' "$jurat" epid verify --group bare --signature - --message -
expect list_and_group_from_stdin 2 '' 'only one' "$jurat" epid verify --group - --signature alice.sig --message message --privrl -

# ---- signed files ----
signed() {
	what=$1
	shift
	"$jurat" epid verify --group group --ca ca.bin --signature "$what" --message message "$@"
}
expect signed_group_unchecked 0 '^kEpidSigValid$' 'not checked' "$jurat" epid verify --group group --signature alice.sig --message message
expect signed_group 0 '^kEpidSigValid$' '' signed alice.sig
expect by_another_ca 3 '^kEpidBadGroupPubKeyErr$' 'epid.file.signature' "$jurat" epid verify --group group --ca other.bin --signature alice.sig --message message
expect bare_group_with_ca 3 '^kEpidBadGroupPubKeyErr$' 'signed files' "$jurat" epid verify --group bare --ca ca.bin --signature alice.sig --message message
expect ca_that_is_none 3 '^kEpidBadArgErr$' 'epid' "$jurat" epid verify --group group --ca bare --signature alice.sig --message message

# ---- private-key list ----
expect new_privrl 0 '' '' "$jurat" epid revoke key --group bare --privrl privrl --key bob.key --new
expect new_privrl_once 1 '' 'exist' "$jurat" epid revoke key --group bare --privrl privrl --key alice.key --new
expect same_key_twice 3 '' 'kEpidDuplicateErr' "$jurat" epid revoke key --group bare --privrl privrl --key bob.key
expect revoked_key 4 '^kEpidSigRevokedInPrivRl$' 'entry 0' verify bob.sig --privrl privrl
expect revoked_key_with_name 4 '^kEpidSigRevokedInPrivRl$' '*' verify bob.sig --basename site --privrl privrl
expect revoked_json 4 '"outcome": "revoked"' '*' verify bob.sig --privrl privrl --json
expect other_key_stays 0 '^kEpidSigValid$' '' verify alice.sig --privrl privrl
expect signing_a_bare_list 2 '' 'not signed' "$jurat" epid revoke key --group bare --privrl privrl --key alice.key --ca-key ca.pem
{ head -c 16 bare && printf '\377\377\377\377\000\000\000\000'; } >last
expect last_version 3 '' 'cannot grow (kEpidMaxVersionErr)' "$jurat" epid revoke key --group bare --privrl last --key alice.key
: >empty
expect empty_file_is_no_new_list 3 '' 'kEpidBadPrivRlErr' "$jurat" epid revoke key --group bare --privrl empty --key alice.key
expect empty_file_is_no_list 3 '^kEpidBadPrivRlErr$' '*' verify alice.sig --privrl empty
expect not_a_list 3 '^kEpidBadPrivRlErr$' '*' verify alice.sig --privrl alice.sig
expect list_of_another_kind 3 '^kEpidBadSigRlErr$' '*' verify alice.sig --sigrl privrl
expect bare_list_with_ca 3 '^kEpidBadPrivRlErr$' 'signed files' signed alice.sig --privrl privrl
expect new_signed_privrl 0 '' '' "$jurat" epid revoke key --group group --ca ca.bin --privrl privrl.signed --key bob.key --new --ca-key ca.pem
expect signed_privrl 4 '^kEpidSigRevokedInPrivRl$' '*' signed bob.sig --privrl privrl.signed
cp privrl.signed before
expect signed_list_without_key 2 '' 'ca-key' "$jurat" epid revoke key --group group --privrl privrl.signed --key alice.key
expect signed_list_with_another_key 3 '' 'epid.file.signature' "$jurat" epid revoke key --group group --privrl privrl.signed --key alice.key --ca-key other.pem
same nothing_written before privrl.signed
cp privrl.signed altered
"$here/flip.sh" altered 30
expect altered_list 3 '^kEpidBadPrivRlErr$' 'epid.file.signature' signed alice.sig --privrl altered
{ printf '\002\000\000\003' && cat alice.key; } >alice.revoke
expect key_by_request 0 '' '*' "$jurat" epid revoke key --group group --privrl privrl.signed --request alice.revoke --ca-key ca.pem
expect both_are_revoked 4 '^kEpidSigRevokedInPrivRl$' 'entry 1' signed alice.sig --privrl privrl.signed
expect list_grew 0 'version  *2$' '*' "$jurat" epid inspect privrl.signed

# ---- signature list ----
expect new_sigrl 0 '' '' "$jurat" epid revoke signature --group bare --sigrl sigrl --signature bob.sig --message message --new
expect wrong_signature_is_not_listed 3 '' 'kEpidSigInvalid' "$jurat" epid revoke signature --group bare --sigrl sigrl --signature alice.sig --message message2
expect signature_without_proofs 3 '^kEpidVersionMismatchErr$' '*' verify alice.sig --sigrl sigrl
expect sign_with_proofs 0 '' '' sign alice alice.proved --sigrl sigrl
expect proved 0 '^kEpidSigValid$' '' verify alice.proved --sigrl sigrl
expect proofs_without_list 3 '^kEpidBadSignatureErr$' 'list_not_checked' verify alice.proved
expect proofs_without_list_as_intel 0 '^kEpidSigValid$' '' verify alice.proved --compat
expect revoked_member_cannot_sign 4 '' 'kEpidSigRevokedInSigRl' sign bob bob.proved --sigrl sigrl
expect nothing_was_signed 2 '' '*' ls bob.proved
{ printf '\002\000\000\013' && head -c 16 bare && cat bob.sig && printf '\000\000\000\006' && cat message; } >bob.revoke
expect same_signature_twice 3 '' 'kEpidDuplicateErr' "$jurat" epid revoke signature --group bare --sigrl sigrl --request bob.revoke
expect signature_by_request 0 '' '' "$jurat" epid revoke signature --group bare --sigrl sigrl2 --request bob.revoke --new --ca-key ca.pem
sign alice alice.proved2 --sigrl sigrl2 2>/dev/null
cp alice.proved2 altered
"$here/flip.sh" altered 400
expect altered_proof 4 '^kEpidSigRevokedInSigRl$' '*' signed altered --sigrl sigrl2

# ---- group list ----
expect new_grouprl 0 '' '' "$jurat" epid revoke group --grouprl grouprl --gid 00000000000000000000000000000008 --new
expect other_group_is_revoked 0 '^kEpidSigValid$' '' verify alice.sig --grouprl grouprl
expect this_group_too 0 '' '' "$jurat" epid revoke group --grouprl grouprl --group bare
expect revoked_group 4 '^kEpidSigRevokedInGroupRl$' '*' verify alice.sig --grouprl grouprl
{ printf '\002\000\000\023\000\000\000\002' && head -c 16 bare && printf '\001' && head -c 16 /dev/zero && printf '\002'; } >groups.revoke
expect groups_by_request 0 '' '' "$jurat" epid revoke group --grouprl grouprl2 --request groups.revoke --new --ca-key ca.pem
expect one_request_is_one_version 0 'version  *1$' '*' "$jurat" epid inspect grouprl2
{ printf '\002\000\000\023\000\000\100\001' && head -c $((16385 * 17)) /dev/zero; } >crowd.revoke
expect too_many_groups_at_once 3 '' 'epid.request.count' "$jurat" epid revoke group --grouprl crowd --request crowd.revoke --new
expect groups_of_the_request 4 '^kEpidSigRevokedInGroupRl$' '*' signed alice.sig --grouprl grouprl2
expect request_again_changes_nothing 3 '' 'kEpidDuplicateErr' "$jurat" epid revoke group --grouprl grouprl2 --request groups.revoke --ca-key ca.pem

# ---- the verifier's list ----
blacklist() {
	what=$1
	shift
	"$jurat" epid blacklist --group bare --verifierrl verifierrl --signature "$what" --message message "$@"
}
expect blacklist_wants_a_name 2 '' 'basename' blacklist bob.sig --new
expect new_blacklist 0 '^kEpidSigValid$' '' blacklist bob.sig --basename site --new
expect blacklisted 4 '^kEpidSigRevokedInVerifierRl$' '*' verify bob.sig --basename site --verifierrl verifierrl
expect not_blacklisted 0 '^kEpidSigValid$' '' verify alice.sig --basename site --verifierrl verifierrl
expect blacklist_needs_its_name 3 '^kEpidInconsistentBasenameSetErr$' '*' verify alice.sig --verifierrl verifierrl
expect blacklist_of_another_name 3 '^kEpidBadVerifierRlErr$' '*' verify alice.sig --basename elsewhere --verifierrl verifierrl
expect blacklisted_twice 4 '^kEpidSigRevokedInVerifierRl$' '*' blacklist bob.sig --basename site
expect blacklist_alice 0 '^kEpidSigValid$' '' blacklist alice.sig --basename site
expect both_blacklisted 4 '^kEpidSigRevokedInVerifierRl$' '*' verify alice.sig --basename site --verifierrl verifierrl

# ---- two revocations at once: neither is lost ----
: >racers
for who in carol dave erin; do
	member "$who" bare issuer || exit 1
	sign "$who" "$who.sig" || exit 1
done
cp sigrl race
for who in carol dave erin; do
	"$jurat" epid revoke signature --group bare --sigrl race --signature "$who.sig" --message message 2>>racers &
done
wait
expect no_revocation_is_lost 0 'num_entries  *4$' '' "$jurat" epid inspect race

# ---- joining ----
"$jurat" epid issue --new-nonce n || exit 1
expect nonce_is_not_overwritten 1 '' 'exist' "$jurat" epid issue --new-nonce n
expect chosen_secret 0 '' '' "$jurat" epid join --group bare --nonce n --secret alice.f --output r
expect secret_is_not_overwritten 1 '' 'exist' "$jurat" epid join --group bare --nonce n --new-secret alice.f --output r2
"$jurat" epid issue --new-nonce n2 || exit 1
expect request_over_another_nonce 3 '' 'kEpidBadJoinRequestErr' "$jurat" epid issue --group bare --key issuer --request r --nonce n2 --output c
expect refused_request_spends_no_nonce 0 '^n2$' '' ls n2
expect issue 0 '' '' "$jurat" epid issue --group bare --key issuer --request r --nonce n --output c
expect nonce_serves_once 1 '' 'does not exist' "$jurat" epid issue --group bare --key issuer --request r --nonce n --output c2
expect credential_of_another_secret 3 '' 'kEpidKeyNotInGroupErr' "$jurat" epid join --group bare --credential c --secret bob.f --output k
expect nonce_from_stdin 2 '' 'removed' "$jurat" epid issue --group bare --key issuer --request r --nonce - --output c2
expect nothing_half_done 2 '' '*' ls c2 k
chmod 644 alice.key
expect key_that_others_read 1 '' 'alice.key' sign alice x
chmod 600 alice.key
expect key_of_another_kind 3 '' 'kEpidKeyNotInGroupErr' sign alice x --split
expect issuer_key_is_no_member_key 3 '' 'kEpidBadPrivateKeyErr\|kEpidBadPrivKeyErr' "$jurat" epid sign --group bare --key issuer --message message --output x
expect empty_name 3 '' 'kEpidBadBasenameErr' sign alice x --basename ''

# ---- hashes, SGX's group ids, split keys ----
for hash in sha256 sha384 sha512 sha512_256; do
	"$jurat" epid group new --hash $hash --new-key $hash.issuer --output $hash.group || exit 1
	for split in '' --split; do
		# shellcheck disable=SC2086 # no option or one
		member $hash$split $hash.group $hash.issuer $split || exit 1
		# shellcheck disable=SC2086
		"$jurat" epid sign --group $hash.group --key $hash$split.key --message message --basename site --output $hash$split.sig $split || exit 1
		expect "group_of_$hash$split" 0 '^kEpidSigValid$' '' "$jurat" epid verify --group $hash.group --signature $hash$split.sig \
			--message message --basename site --hash $hash
	done
done
"$jurat" epid group new --gid 00000b5e --new-key sgx.issuer --output sgx.group --ca-key ca.pem || exit 1
member sgx sgx.group sgx.issuer 2>/dev/null || exit 1
expect sgx_signs 0 '' '' "$jurat" epid sign --group sgx.group --ca ca.bin --key sgx.key --message message --basename site --output sgx.sig
expect sgx_verifies 0 '^kEpidSigValid$' '' "$jurat" epid verify --group sgx.group --ca ca.bin --signature sgx.sig --message message
expect sgx_revokes 0 '' '*' "$jurat" epid revoke key --group sgx.group --privrl sgx.privrl --key sgx.key --new --ca-key ca.pem
expect sgx_is_revoked 4 '^kEpidSigRevokedInPrivRl$' '*' "$jurat" epid verify --group sgx.group --ca ca.bin --signature sgx.sig --message message --privrl sgx.privrl
expect gid_like_a_header 2 '' 'header' "$jurat" epid group new --gid 0200000d000000000000000000000000 --new-key x --output y
expect gid_with_a_schema 3 '' 'kEpidSchemaNotSupportedErr' "$jurat" epid group new --gid 10000000000000000000000000000000 --new-key x --output y
expect gid_with_a_hash_that_there_is_not 3 '' 'kEpidHashAlgorithmNotSupported' "$jurat" epid group new --gid 00040000000000000000000000000000 --new-key x --output y
expect no_group_was_made 2 '' '*' ls x y

# ---- files with several keys ----
"$jurat" epid group new --gid 00000000000000000000000000000009 --new-key issuer9 --output group9 --ca-key ca.pem || exit 1
cat group9 group >groups
expect first_key_counts 3 '^kEpidSigInvalid$' '*' "$jurat" epid verify --group groups --ca ca.bin --signature alice.sig --message message
expect another_key_by_its_id 0 '^kEpidSigValid$' '' "$jurat" epid verify --group groups --gid 00000000000000000000000000000007 --ca ca.bin --signature alice.sig --message message
expect key_that_is_not_there 3 '^kEpidBadGroupPubKeyErr$' '*' "$jurat" epid verify --group groups --gid 00000000000000000000000000000006 --ca ca.bin --signature alice.sig --message message

# ---- looking ----
expect show_group 0 'hash  *SHA-256' '' "$jurat" epid group show bare
expect show_groups 0 '00000000000000000000000000000009' '' "$jurat" epid group show groups --ca ca.bin
expect show_of_another_ca 3 'NOT by --ca' '' "$jurat" epid group show groups --ca other.bin
expect show_what_is_no_group 3 '' 'alice.sig' "$jurat" epid group show alice.sig
for file in ca.bin group bare issuer alice.key alice.f alice.request alice.credential alice.sig alice.proved privrl sigrl grouprl verifierrl \
	alice.revoke bob.revoke groups.revoke; do
	[ $file = alice.f ] && continue # 32 bytes without a form
	expect "inspect_$file" 0 'form' '' "$jurat" epid inspect $file
	expect "inspect_json_$file" 0 '"version": 1' '' "$jurat" epid inspect $file --json
done
for file in ca.bin groups alice.sig privrl sigrl grouprl verifierrl groups.revoke; do
	expect "json of $file names nothing twice" 0 '' '' sh -c "'$jurat' epid inspect $file --json | python3 -c '
import json, sys
def once(pairs):
    assert len(dict(pairs)) == len(pairs), pairs
json.load(sys.stdin, object_pairs_hook=once)'"
done
for secret in alice.f issuer; do
	digits=$(tail -c 32 $secret | od -An -tx1 | tr -d ' \n')
	for file in alice.key alice.revoke issuer; do
		"$jurat" epid inspect $file --json >shown
		expect "inspect_$file shows no secret of $secret" 1 '' '' grep -i "$digits" shown
	done
done
expect inspect_nothing_known 3 '' 'none of EPID' "$jurat" epid inspect message
expect inspect_as 0 'form  *sigrl' '' "$jurat" epid inspect sigrl --as sigrl
expect inspect_as_something_else 3 '' 'does not have that form' "$jurat" epid inspect sigrl --as privrl
expect inspect_as_nothing 2 '' 'name of a form' "$jurat" epid inspect sigrl --as nothing

# ---- every file that is read, spoiled ----
# spoil HOW FILE: makes `spoiled` of it
spoil() {
	rm -rf spoiled
	case $1 in
	missing) return ;;
	folder) mkdir spoiled ;;
	empty) : >spoiled ;;
	one) head -c 1 "$2" >spoiled ;;
	half) head -c $(($(stat -c %s "$2") / 2)) "$2" >spoiled ;;
	longer) { cat "$2" && printf x; } >spoiled ;;
	text) echo "this is not it" >spoiled ;;
	esac
	[ ! -f spoiled ] || chmod 600 spoiled
}
hows="missing folder empty one half longer text"
# bad FILE COMMAND...: the command reads `spoiled` in its place and would write `made`
bad() {
	victim=$1
	shift
	for how in $hows; do
		spoil "$how" "$victim"
		case $how in
		missing | folder) expect "$1 $2 with $victim: $how" 1 '' 'error: spoiled: ' "$jurat" epid "$@" ;;
		*) expect "$1 $2 with $victim: $how" 3 '*' 'error: spoiled: ' "$jurat" epid "$@" ;;
		esac
		[ ! -e made ] || expect "$1 $2 with $victim: $how, writes nothing" 0 '' '' false
	done
}
printf x >x
bad bare verify --group spoiled --signature alice.sig --message message
bad group verify --group spoiled --signature alice.sig --message message --ca ca.bin
bad ca.bin verify --group group --signature alice.sig --message message --ca spoiled
bad alice.sig verify --group bare --signature spoiled --message message
bad privrl verify --group bare --signature alice.sig --message message --privrl spoiled
bad privrl.signed verify --group group --ca ca.bin --signature alice.sig --message message --privrl spoiled
bad sigrl verify --group bare --signature alice.proved --message message --sigrl spoiled
bad grouprl2 verify --group group --ca ca.bin --signature alice.sig --message message --grouprl spoiled
bad verifierrl verify --group bare --signature alice.sig --message message --basename site --verifierrl spoiled
bad bare sign --group spoiled --key alice.key --message message --output made
bad alice.key sign --group bare --key spoiled --message message --output made
bad sigrl sign --group bare --key alice.key --message message --sigrl spoiled --output made
bad alice.credential join --group bare --credential spoiled --secret alice.f --output made
bad alice.f join --group bare --credential alice.credential --secret spoiled --output made
"$jurat" epid issue --new-nonce n3 || exit 1
bad n3 join --group bare --nonce spoiled --secret alice.f --output made
"$jurat" epid join --group bare --nonce n3 --secret alice.f --output r3 || exit 1
bad r3 issue --group bare --key issuer --request spoiled --nonce n3 --output made
bad n3 issue --group bare --key issuer --request r3 --nonce spoiled --output made
bad issuer issue --group bare --key spoiled --request r3 --nonce n3 --output made
bad bare group show spoiled
bad alice.revoke revoke key --group bare --privrl made --new --request spoiled
bad bob.revoke revoke signature --group bare --sigrl made --new --request spoiled
bad groups.revoke revoke group --grouprl made --new --request spoiled
bad privrl revoke key --group bare --privrl spoiled --key alice.key
hows="missing folder empty one half text" # what stands behind a PEM is no part of it
bad ca.pem group new --new-key made2 --output made --ca-key spoiled

# ---- usage ----
expect no_verb 2 '' 'usage' "$jurat" epid
expect unknown_verb 2 '' 'unknown verb' "$jurat" epid invent
expect half_a_verb 2 '' 'unknown verb' "$jurat" epid group
expect missing_option 2 '' 'wants --message' "$jurat" epid verify --group bare --signature alice.sig
expect option_of_another_verb 2 '' 'does not take --privrl' sign alice x --privrl privrl
expect option_twice 2 '' 'twice' verify alice.sig --message message2
expect unknown_hash 2 '' 'sha256' verify alice.sig --hash md5
expect odd_hex 2 '' 'hex' verify alice.sig --basename hex:123
expect secret_and_output_in_one 2 '' 'one file' "$jurat" epid group new --new-key one --output one
cp alice.key kept.key
ln kept.key kept.link
cp alice.f kept.f
cp ca.pem kept.pem
"$jurat" epid issue --new-nonce n4 || exit 1
expect signature_over_the_key 2 '' 'file of --key' sign kept ./kept.key
expect signature_over_the_key_by_another_name 2 '' 'file of --key' sign kept kept.link
expect signature_over_the_message 2 '' 'file of --message' sign kept message
expect request_over_the_secret 2 '' 'file of --secret' "$jurat" epid join --group bare --nonce n4 --secret kept.f --output ./kept.f
expect request_over_the_new_secret 2 '' 'file of --new-secret' "$jurat" epid join --group bare --nonce n4 --new-secret fresh --output ./fresh
expect group_over_the_ca_key 2 '' 'file of --ca-key' "$jurat" epid group new --new-key fresh --output kept.pem --ca-key kept.pem
expect group_over_its_key 2 '' 'file of --new-key' "$jurat" epid group new --new-key fresh --output ./fresh
expect certificate_over_its_key 2 '' 'file of --new-key' "$jurat" epid ca new --new-key fresh --output ./fresh
expect nothing_fresh_is_left 2 '' '*' ls fresh
same key_is_kept alice.key kept.key
same secret_is_kept alice.f kept.f
same ca_key_is_kept ca.pem kept.pem
expect argument_too_many 2 '' 'too many' verify alice.sig more

# ---- Intel's own example files ----
corpus=${JURAT_CORPUS:-${JURAT_SOURCE:-$here/../..}/../shared/corpus}/epid
if [ -d "$corpus" ]; then
	data=$corpus/raw/example_data
	printf m >m
	intel() {
		what=$1
		shift
		"$jurat" epid verify --group "$data/groupa/pubkey.bin" --ca "$data/cacert.bin" --signature "$corpus/example_sigs/tiny/$what" --message m "$@"
	}
	expect intel_member 0 '^kEpidSigValid$' '' intel a_member0.dat --sigrl "$data/groupa/sigrl.bin" --privrl "$data/groupa/privrl.bin" --grouprl "$data/grprl_empty.bin"
	expect intel_member_without_sigrl 0 '^kEpidSigValid$' '' intel an_member1.dat --privrl "$data/groupa/privrl.bin"
	expect intel_key_revoked 4 '^kEpidSigRevokedInPrivRl$' '*' intel an_privrevokedmember1.dat --privrl "$data/groupa/privrl.bin"
	expect intel_list_not_given 3 '^kEpidVersionMismatchErr$' '*' intel an_member1.dat --sigrl "$data/groupa/sigrl.bin"
	cp "$data/groupa/member0/mprivkey.dat" intel.key
	chmod 600 intel.key
	expect intel_key_signs 0 '' '' "$jurat" epid sign --group "$data/groupa/pubkey.bin" --ca "$data/cacert.bin" --key intel.key --message m --output s \
		--sigrl "$data/groupa/sigrl.bin"
	expect intel_key_signed 0 '^kEpidSigValid$' '' "$jurat" epid verify --group "$data/groupa/pubkey.bin" --ca "$data/cacert.bin" --signature s --message m \
		--sigrl "$data/groupa/sigrl.bin"
	cp "$corpus/raw/example_split_data/issuingca-priv.dat" intel.ca
	chmod 600 intel.ca
	cp "$corpus/raw/example_split_data/groupa/privrl.bin" intel.privrl
	expect intel_ca_key_signs 0 '' '*' "$jurat" epid revoke group --grouprl intel.grouprl --gid 00000000000000000000000000000008 --new --ca-key intel.ca
	expect intel_ca_signed 0 'by --ca' '' "$jurat" epid inspect intel.grouprl --ca "$corpus/raw/example_split_data/cacert.bin"
elif [ "${CI:-}" ]; then
	expect corpus_must_be_there 0 '' '' false
else
	echo '*** SKIPPED: no corpus here (set JURAT_CORPUS): Intel'"'"'s example files did NOT run ***'
fi

finish
