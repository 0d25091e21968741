#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jurat drill quotes, and jurat verify over what it made, as another verifier would be run.
# usage: drill.sh JURAT
set -u
jurat=$1
here=$(dirname "$0")
# shellcheck source=tests/cli/expect.sh
. "$here/expect.sh"

expect quotes 0 '' 'quotes, see' "$jurat" drill quotes "$dir/drill"
expect folder_is_there 1 '' 'exists' "$jurat" drill quotes "$dir/drill"
expect no_folder 2 '' 'one folder' "$jurat" drill quotes
expect bad_time 2 '' '--at wants' "$jurat" drill quotes "$dir/x" --at noon
expect no_world 1 '' 'does not exist' "$jurat" drill quotes "$dir/x" --world "$dir/nowhere"
expect help 0 '^usage: jurat drill' '' "$jurat" drill --help
expect no_verb 2 '' 'usage' "$jurat" drill

# every fortieth of them from the command line; the unit test has them all
expect every_fortieth 0 '^[0-9]* agree$' '' python3 - "$jurat" "$dir/drill" <<'END'
import json, os, subprocess, sys
jurat, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
with open(folder + "/index.json") as f:
    items = json.load(f)["items"]
assert len(items) > 3000
wrong = 0
for item in items[::40]:
    done = subprocess.run([jurat, "verify", item["quote"], "--collateral", item["collateral"], "--policy", item["policy"], "--at", item["at"],
                           "--trust", "trust", "--json"], cwd=folder, capture_output=True, timeout=60)
    verdict = json.loads(done.stdout)
    got = done.returncode, verdict["outcome"], verdict["decisive"]
    if got != (item["exit_code"], item["outcome"], item["check"]):
        print(item["name"], got, file=sys.stderr)
        wrong += 1
print(len(items[::40]) - wrong, "agree")
sys.exit(wrong != 0)
END
# every rejection rule has its items; the others are told in docs/formats/drill.md
expect rules 0 '^[0-9]* rules of 302 have their items$' '' python3 "$JURAT_SOURCE/tests/vectors/negatives_drill.py" "$dir/drill/index.json" "$JURAT_SOURCE"
expect world_twice 2 '' '--world stands there twice' "$jurat" drill quotes "$dir/x" --world a --world b
expect at_twice 2 '' '--at stands there twice' "$jurat" drill quotes "$dir/x" --at 2030-01-01T00:00:00Z --at 2031-01-01T00:00:00Z
# another verifier agrees, as far as it goes
expect openssl 0 '^[0-9]* chains and [0-9]* signatures as openssl has them$' '' python3 "$here/drill_openssl.py" "$dir/drill"
finish
