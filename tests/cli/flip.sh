#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Inverts the lowest bit of one byte of a file: a change whatever the byte was.
# usage: flip.sh FILE OFFSET
set -eu
byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
# shellcheck disable=SC2059 # the format is the byte
printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
