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
    "$program" table quickstart stats=all,classes rope=0.5 > effects.txt &&
        "$program" table quickstart intervals=simultaneous > simultaneous.txt &&
        "$program" compare quickstart rgd erm > compare.txt &&
        for format in txt json; do
            "$program" stats scores.csv rope=0.01 --format=$format > stats.$format || return 1
        done
}

cp -r datasets experiments "$work" && cp tests/golden/scores.csv "$work" && cd "$work" || exit 1
"$program" sweep quickstart train.epochs=4 train.lr=0.05 data.train_per_class=60 \
    data.test_per_class=30 --jobs=2 --quiet || die "the sweep failed"
reports || die "a report failed"
for f in table.* effects.txt simultaneous.txt compare.txt stats.*; do
    if [ "$2" = renew ]; then
        cp "$f" "$here/tests/golden/$f"
    elif ! diff -u "$here/tests/golden/$f" "$f"; then
        die "$f is not what it was; if that is meant: tests/golden.sh build/rgdbench renew"
    fi
done

# The worst class and the tail, from the classes of the runs that each seed selected, where they are not all 0.
"$program" sweep quickstart data.imbalance=2 train.epochs=12 train.lr=0.03,0.1 objective.clip=1 data.train_per_class=100 \
    data.test_per_class=30 seeds=2 --jobs=2 --quiet > /dev/null || die "the second sweep failed"
"$program" export quickstart selected | tr -d '"\r' > selected.csv
"$program" export quickstart | tr -d '"\r' | awk -F, '
    NR == FNR {if (FNR > 1) chosen[$1, $6, $7] = 1; next}
    $8 == "test" && $9 == "class_accuracy" && ($1, $4, $3) in chosen {accuracy[$1, $4, $10] = $11; last[$1, $4] = $10; seeds[$1, $4] = $1}
    END {
        for (run in seeds) {
            split(run, part, SUBSEP)
            low = 2; sum = 0; n = last[run] + 1; tail = int(n / 3)
            for (c = 0; c < n; c++) {
                x = accuracy[run, c]
                if (x < low) low = x
                if (c >= n - tail) sum += x
            }
            worst[part[1]] += low; tails[part[1]] += sum / tail; count[part[1]]++
        }
        for (m in worst) printf "%s %.6f %.6f\n", m, 100 * worst[m] / count[m], 100 * tails[m] / count[m]
    }' selected.csv - | sort > one
"$program" table quickstart stats=classes --format=jsonl |
    sed 's/.*"method":"\([^"]*\)".*"worst_class":\([^,]*\),.*"tail":\([^,]*\),.*/\1 \2 \3/' |
    awk '{printf "%s %.6f %.6f\n", $1, $2, $3}' | sort > two
cmp one two && [ "$(grep -c ' [1-9][0-9.]* [1-9][0-9.]*$' one)" = 3 ] || die "the worst class or the tail: $(diff one two)"
