#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Three classes in the proportions of a screening (93, 191 and 3,488), which overlap: by accuracy nobody does much
# better than naming the commonest one always, and the table says so; by balanced accuracy the method that weighs
# classes alike is the best. What judges may stand in the script or behind `table`. usage: tests/imbalanced.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "$1"; exit 1; }

# One file of examples of two bytes each, and one of labels (IDX): class 0 lies left of class 2, class 1 right of it.
part() { # NAME SEED N0 N1 N2
    n=$(($3 + $4 + $5))
    LC_ALL=C awk -v seed="$2" -v n0="$3" -v n1="$4" -v n2="$5" -v name="$1" '
        function uniform() {seed = (seed * 16807) % 2147483647; return seed / 2147483647}
        function normal(  i, sum) {sum = -6; for (i = 0; i < 12; i++) sum += uniform(); return sum}
        function byte(x) {x = int(128 + 25 * x); return sprintf("\\0%03o", x < 0 ? 0 : x > 255 ? 255 : x)}
        function word(x) {return sprintf("\\0%03o\\0%03o\\0%03o\\0%03o", 0, 0, int(x / 256), x % 256)}
        BEGIN {
            n = n0 + n1 + n2
            printf "\\0000\\0000\\0010\\0003%s%s%s", word(n), word(1), word(2) > name ".x"
            printf "\\0000\\0000\\0010\\0001%s", word(n) > name ".y"
            for (i = 0; i < n; i++) {
                label = i < n0 ? 0 : i < n0 + n1 ? 1 : 2
                printf "%s%s", byte((label == 0 ? -1.5 : label == 1 ? 1.5 : 0) + normal()), byte(normal()) > name ".x"
                printf "\\000%d", label > name ".y"
            }
        }' || die "awk failed"
    printf '%b' "$(cat "$1.x")" > "$1-images-idx3-ubyte"
    printf '%b' "$(cat "$1.y")" > "$1-labels-idx1-ubyte"
    [ "$(wc -c < "$1-images-idx3-ubyte")" = $((16 + 2 * n)) ] && [ "$(wc -c < "$1-labels-idx1-ubyte")" = $((8 + n)) ] ||
        die "could not write $n examples"
}
sweep() { # FOLDER MEASURE
    mkdir -p "$work/$1/experiments" && cp -r "$here/datasets" "$work/$1" && cd "$work/$1" || exit 1
    cat > datasets/screening.lua <<'LUA'
return data_set {
    doc = "three classes of two numbers", origin = "this test", licence = "none", format = "idx",
    classes = { "low", "high", "usual" },
    train = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte" },
    test = { "test-images-idx3-ubyte", "test-labels-idx1-ubyte" },
}
LUA
    cat > experiments/screening.lua <<LUA
return experiment {
    title = "A screening", $2
    data = screening { validation = 20, validation_as = "natural" },
    model = mlp { hidden = { 8 } }, optimizer = sgd { momentum = 0.9 },
    train = { epochs = 4, batch = 64, lr = grid { 0.01, 0.03 } },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 } },
        { "balanced_softmax", loss = balanced_softmax {} },
    },
    baseline = "erm", seeds = 4,
}
LUA
    RGDBENCH_DATA=$work "$program" sweep screening --jobs=2 --quiet || die "the sweep failed"
}
# Each method and its value of column $2 of the table in CSV $1, the highest first.
ranking() { awk -F, -v column="$2" '
    NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
    {print $at["method"], $at[column]}' "$1" | sort -k2,2nr; }
# The caption in one line.
caption() { tr '\n' ' ' < "$1"; }

cd "$work" || exit 1
part train 1 93 191 3488
part test 2 73 177 3178
sweep shown ''
"$program" table screening > table.txt && "$program" table screening --format=csv > table.csv || die "no table"
caption table.txt | grep -q 'Always naming the class that is the commonest in training (usual, 3178 of 3428 test examples) gives 92\.71\.' ||
    die "the table by accuracy does not say what naming the commonest class gives: $(cat table.txt)"
caption table.txt | grep -q 'ONE CLASS ONLY IS NAMED, whatever is shown: erm in [1-4] of 4' || die "it does not say that ERM does just that: $(cat table.txt)"
ranking table.csv test_accuracy > ranks
[ "$(sed -n '3s/ .*//p' ranks)" = balanced_softmax ] && awk '
    NR < 3 && ($2 < 91 || $2 > 94) || NR == 3 && $2 > 80 {exit 1}' ranks || die "by accuracy: $(cat ranks)"

for format in txt csv md; do
    "$program" table screening measure=balanced_accuracy --format=$format > balanced.$format || die "no table by balanced accuracy"
done
ranking balanced.csv test_balanced_accuracy > ranks
[ "$(sed -n '1s/ .*//p' ranks)" = balanced_softmax ] && awk '
    NR == 1 && $2 < 60 || NR > 1 && $2 > 50 {exit 1}' ranks || die "by balanced accuracy: $(cat ranks)"
grep -q '^balanced_softmax  *4  *\*' balanced.txt || die "the best by balanced accuracy is not marked: $(cat balanced.txt)"
caption balanced.txt | grep -q 'commonest in training (usual, 3178 of 3428 test examples) gives 33\.33\.' ||
    die "by balanced accuracy naming one class gives a third: $(cat balanced.txt)"

before=$(pwd)
sweep asked 'measure = "balanced_accuracy",'
for format in txt csv md; do
    "$program" table screening --format=$format > balanced.$format && cmp balanced.$format "$before/balanced.$format" ||
        die "asked for in the script, another table than asked for behind table"
done
