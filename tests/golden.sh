#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A small sweep and a file of scores must give the reports of tests/golden/ byte for byte:
# whoever changes a number, a caption or a rule sees it in the diff.
# usage: tests/golden.sh PROGRAM [renew]
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() { echo "$1"; exit 1; }
reports() {
    for format in txt md tex csv jsonl; do
        "$program" table quickstart --format=$format > table.$format || return 1
    done
    "$program" table quickstart stats=all rope=0.5 > effects.txt &&
        "$program" compare quickstart rgd erm > compare.txt &&
        for format in txt json; do
            "$program" stats scores.csv rope=0.01 --format=$format > stats.$format || return 1
        done
}

cp -r datasets experiments "$work" && cp tests/golden/scores.csv "$work" && cd "$work" || exit 1
"$program" sweep quickstart train.epochs=4 train.lr=0.05 data.train_per_class=60 \
    data.test_per_class=30 --jobs=2 --quiet || die "the sweep failed"
reports || die "a report failed"
for f in table.* effects.txt compare.txt stats.*; do
    if [ "$2" = renew ]; then
        cp "$f" "$here/tests/golden/$f"
    elif ! diff -u "$here/tests/golden/$f" "$f"; then
        die "$f is not what it was; if that is meant: tests/golden.sh build/rgdbench renew"
    fi
done
