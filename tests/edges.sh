#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No method's selected learning rate is at an edge of its grid: for the stores behind tables that are shown.
# Prints each that is, and gives 1. usage: tests/edges.sh PROGRAM NAME ...
program=$1
shift
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
status=0
[ $# -gt 0 ] || { echo "usage: tests/edges.sh PROGRAM NAME ..."; exit 2; }
for name; do
    "$program" table "$name" --format=jsonl > "$rows" || exit 2
    grep -q '"edge":' "$rows" || { echo "$name: its table does not tell edges"; exit 2; }
    sed -n 's/.*"condition":"\(.*\)","method":"\([^"]*\)".*"edge":"\([^"]*\)".*/\2: \3 (\1)/p' "$rows" |
        grep 'train\.lr [sl]' | sed "s/^/$name: /; s/ ()\$//" | grep . && status=1
done
exit $status
