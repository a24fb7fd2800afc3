#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Data and caches that change between sweeps: it is said once, and no table mixes the two.
# usage: tests/changed.sh PROGRAM
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "$1"; exit 1; }

cd "$work" && mkdir experiments datasets || exit 1
cat > datasets/tiny.lua <<'END'
return data_set { doc = "tiny", origin = "none", licence = "none", format = "cifar", label_bytes = 1,
    records = { 40, 20 }, classes = { "a", "b" }, train = { "train.bin" }, test = { "test.bin" } }
END
cat > experiments/tiny.lua <<'END'
return experiment { title = "T", question = "Q?", data = tiny { validation = 5 }, model = mlp { hidden = { 4 } },
    train = { epochs = 1, batch = 16, lr = 0.05 }, seeds = 2, baseline = "a",
    methods = { { "a", objective = erm {} }, { "b", objective = rgd {} } } }
END
for label in 0 1; do
    printf "\\$label"; head -c 3072 /dev/zero | tr '\0' "\\$((label + 1))"
done > two
for i in 1 2 3 4 5 6 7 8 9 10; do cat two; done > test.bin
cat test.bin test.bin > train.bin

sweep() { "$program" sweep tiny --data=. "$@" > said 2>&1 || die "sweep: $(cat said)"; }
sweep
grep -q 'has changed' said && die "the first sweep says: $(cat said)"
cp train.bin kept.bin
printf x | dd of=train.bin bs=1 seek=5000 conv=notrunc 2> /dev/null
sweep
grep -q '^data set "tiny" has changed: its digest was [0-9a-f]\{12\} and is [0-9a-f]\{12\}; 4 runs in the store are of the old data (4 ended), this plan is of the new$' said ||
    die "changed data: $(cat said)"
"$program" table tiny | tr "\n" " " | grep -q "Of 4 runs 4 ended" || die "the table is not of four runs: $("$program" table tiny)"
sweep
grep -q 'has changed' said && die "said again: $(cat said)"
cp kept.bin train.bin
sweep
grep -q '^data set "tiny" has changed' said || die "changed back: $(cat said)"
printf y | dd of=train.bin bs=1 seek=5000 conv=notrunc 2> /dev/null
sweep --quiet # as all warnings
[ ! -s said ] || die "--quiet: $(cat said)"
exit 0
