#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Stores in which a method diverged, always or at one of its rates, and classes are never named, judged by errors:
# every table, figure and page can be made of them, and says neither nan, inf nor -0.00; the lowest error is marked
# best, and differences have its own sign. usage: tests/renders.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
formats="txt md tex csv jsonl"
die() { echo "$1"; exit 1; }

mkdir "$work/experiments" && cp -r "$here/datasets" "$here/plots" "$work" && cd "$work" || exit 1
cat > methods.lua <<'LUA'
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.01, 0.02 } } },
        { "rgd", objective = rgd { clip = grid { 1, 3 } }, train = { lr = grid { 0.01, 0.02 } } },
        { "part", objective = erm {}, train = { lr = grid { 0.02, 1000 } } },
        { "never", objective = erm { trim = 0.1 }, train = { lr = 1000 } },
    },
    baseline = "erm", seeds = 3,
}
LUA
{
    cat <<'LUA'
return experiment {
    title = "Classes", measure = "log_loss",
    data = shapes { imbalance = grid { 20, 100 }, train_per_class = 120, test_per_class = 20, validation = 10 },
    model = mlp { hidden = { 16 } }, optimizer = sgd { momentum = 0.9 },
    train = { epochs = 2, batch = 32, evaluate = 1, lr = 0.02 },
LUA
    cat methods.lua
} > experiments/classes.lua
{
    cat <<'LUA'
return experiment {
    title = "Numbers", measure = "rmse",
    data = rare_line { train = 100, test = 60, validation = 30 }, model = mlp { hidden = {} }, loss = mse {},
    optimizer = sgd { momentum = 0.9 }, train = { epochs = 40, batch = 50, evaluate = 10, lr = 0.02 },
LUA
    cat methods.lua
} > experiments/numbers.lua
for e in classes numbers; do
    "$program" sweep $e --jobs=2 --quiet || die "$e: the sweep failed"
    "$program" table $e --format=jsonl | grep '"method":"never"' | grep -q '"n_diverged":3' || die "$e: nothing diverged"
done
"$program" export classes | tr -d '"\r' | awk -F, '$8 == "test" && $9 == "class_accuracy" && $11 == 0 {n++} END {exit !n}' ||
    die "each class is named"

# Numbers that are none, in FILE; a dash of a range is no minus.
bad='(^|[^a-z])[-+]?(nan|inf)([^a-z]|$)|(^|[^-0-9.])(-|\$-\$)0\.?0*([^0-9.e]|$)'
reads_well() { # FILE WHAT
    ! grep -niE "$bad" "$1" > said || die "$2 says: $(head -3 said)"
}
show() { # WORD ...
    "$program" "$@" > out 2> said && [ ! -s said ] || die "$*: $(cat said)"
    reads_well out "$*"
}
walk() { # EXPERIMENT BY ERROR MEASURE ...: all formats of the error's tables
    e=$1 by=$2 error=$3
    shift 2
    for measure; do
        for format in $([ "$measure" = "$error" ] && echo $formats || echo txt); do
            show table "$e" measure="$measure" --format=$format
            show table "$e" measure="$measure" stats=all,classes rope=0.01 --format=$format
            [ -z "$by" ] || show table "$e" measure="$measure" by="$by" --format=$format
            show compare "$e" part erm measure="$measure" --format=$format
        done
        show table "$e" measure="$measure" select_in=all
        show compare "$e" never erm measure="$measure"
        "$program" export "$e" selected measure="$measure" > selected.csv && ! grep -i 'nan\|,-0,' selected.csv || die "export selected $measure"
    done
    all=$(echo "$*" | tr ' ' ,)
    for format in $formats; do show table "$e" measures="$all" stats=all,classes rope=1 --format=$format; done
}
walk classes imbalance log_loss accuracy class_accuracy:circle top5_accuracy macro_f1 f1:star matthews auroc auprc brier ece \
    balanced_accuracy worst_class_accuracy
walk numbers '' rmse r2 mae pearson spearman

# An error: the lowest of a row's group is the best, and a method above the baseline is so by a number above 0.
"$program" table numbers --format=csv | tr -d '\r' > table.csv
awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
    {print $at["method"], $at["test_rmse"], $at["difference"]}' table.csv > values
best=$(awk '$2 != "" {print $2, $1}' values | sort -n | sed -n '1s/.* //p')
"$program" table numbers | grep -q "^$best  *3  *\*[0-9]" || die "$best has the lowest error, and is not marked: $("$program" table numbers)"
awk '$1 == "erm" {erm = $2; next} $2 == "" {n++; next}
    ($2 - erm - $3) ^ 2 > 1e-20 {exit 1} END {if (n != 1) exit 1}' values || die "a difference has another sign: $(cat values)"
"$program" export numbers selected > selected.csv
grep -q '^never,seed 0,inf,inf,' selected.csv && grep -q '^erm,seed 0,0\.[0-9]' selected.csv || die "the selected errors: $(cat selected.csv)"
show stats selected.csv baseline=erm better=lower

for e in classes numbers; do
    measure=$(sed -n 's/.*measure = "\(.*\)".*/\1/p' experiments/$e.lua)
    "$program" plot $e > figures 2>&1 || die "plot $e: $(cat figures)"
    for f in plots/$e/*.svg; do
        [ -s "${f%.svg}.png" ] && [ -s "${f%.svg}.pdf" ] || die "$f alone"
        grep -o '<text.*</text>' "$f" | sed 's/<[^>]*>//g' > out
        [ -s out ] || die "$f has no text"
        reads_well out "$f"
    done
    for kind in validation-rgd validation-part learning-curves paired-differences budget weights effects; do
        ls plots/$e/$kind*.svg > said 2>&1 || die "$e has no figure $kind"
    done
    grep -q '^lower_is_better = 1' plots/$e/validation-rgd*.gp || die "$e: by $measure the lowest is the brightest"
    [ "$e" = numbers ] || "$program" plot $e measure=accuracy > said 2>&1 || die "plot $e measure=accuracy: $(cat said)"
done
grep -q '^lower_is_better = 0' plots/classes/validation-rgd-1.gp || die "by accuracy the highest is the brightest"
ls plots/classes/class-accuracy*.svg plots/numbers/plane.svg plots/numbers/ranks.svg > said 2>&1 || die "$(cat said)"

"$program" report > said 2>&1 || die "report: $(cat said)"
for f in report/*.html; do
    sed '/<pre/,/<\/pre>/d; /<style/,/<\/style>/d; /<script/,/<\/script>/d; s/<title>[^<]*<\/title>//g; s/<[^>]*>/ /g' "$f" > out
    grep -q '[a-z]' out || die "$f is empty"
    reads_well out "$f"
done
