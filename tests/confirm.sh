#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The grid on fresh seeds, and what was selected, frozen: nothing of the sweep changes, and neither kills, order nor number
# of commands change the results. usage: tests/confirm.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'kill -KILL $sweep 2>/dev/null; rm -rf "$work"' EXIT
words="methods=erm,rgd objective.clip=1 data.train_per_class=60 data.test_per_class=30 train.epochs=2 train.lr=0.02,0.05"
sweep=

fresh() { rm -rf "$work/$1" && mkdir -p "$work/$1/results" && cp -r "$here/datasets" "$here/experiments" "$work/$1" && cd "$work/$1" || exit 1; }
with() { fresh "$1" && cp "$work/$2.db" results/quickstart.db; }
die() { echo "$1"; cat results/quickstart.log 2>/dev/null; exit 1; }
confirm() { "$program" confirm quickstart "$@" > said 2>&1; }
digest() { "$program" digest quickstart 2> /dev/null; }
trained() { grep -c '^ *[0-9]*/[0-9]* ' said; }
# The columns that the fresh seeds have no part in; the rows of the sweep.
columns() { "$program" table quickstart --format=csv | cut -d, -f1-25; }
rows() { "$program" export quickstart | grep "$1"; }

# A sweep with something left to do: what is selected may still change.
fresh once
"$program" sweep quickstart $words seeds=2 --jobs=1 --quiet & sweep=$!
until "$program" status quickstart 2> /dev/null | grep -q 'finished [1-7] '; do
    kill -0 $sweep 2>/dev/null || die "the sweep ended too soon"
    sleep 0.01
done
kill -TERM $sweep
wait $sweep
sweep=
confirm n=1 --frozen; [ $? = 2 ] || die "half a sweep was confirmed: $(cat said)"
grep -q 'of the sweep .* still to come, and may change what is selected: finish it first' said || die "$(cat said)"
for bad in n=0 n=1.5 n=x seeds=3; do
    confirm $bad; [ $? = 2 ] || die "confirm took $bad: $(cat said)"
    grep -q "$bad" said || die "$bad: $(cat said)"
done
"$program" sweep quickstart $words seeds=2 --jobs=2 --quiet || die "the sweep failed"
cp results/quickstart.db ../plain.db
plain=$(digest) columns=$(columns) sweep_rows=$(rows 'sweep')

confirm n=3 --dry-run || die "--dry-run: $(cat said)"
grep -q '^4 configurations on the fresh seeds 2 to 4: 12 runs' said || die "--dry-run: $(cat said)"
[ "$(digest)" = "$plain" ] || die "--dry-run changed the store"
confirm n=3 --jobs=2 || die "confirm failed: $(cat said)"
[ "$(trained)" = 12 ] || die "not twelve runs: $(cat said)"
tr '\n' ' ' < said | grep -q 'Fresh seeds: the whole grid .* over their own 1 comparison. Of 12 runs 12 ended' || die "the caption: $(cat said)"
[ "$(columns)" = "$columns" ] || die "fresh seeds changed the sweep's columns"
[ "$(rows sweep)" = "$sweep_rows" ] || die "fresh seeds changed the sweep's runs"
cp results/quickstart.db ../three.db
three=$(digest)
[ "$three" != "$plain" ] || die "the digest is not of the fresh runs"
rows fresh > ../fresh_rows
confirm n=3 || die "confirm again failed: $(cat said)"
[ "$(trained)" = 0 ] || die "trained again: $(cat said)"
[ "$(digest)" = "$three" ] || die "confirmed again: another digest"
"$program" sweep quickstart $words seeds=2 > said 2>&1 || die "the sweep again failed: $(cat said)"
[ "$(trained)" = 0 ] || die "a finished sweep trained on: $(cat said)"
[ "$(digest)" = "$three" ] || die "swept again: another digest"

# They are what a sweep of more seeds would have trained.
fresh five
"$program" sweep quickstart $words seeds=5 --quiet || die "a sweep of five seeds failed"
cut -d, -f4-11 ../fresh_rows | sort > one
"$program" export quickstart | cut -d, -f4-11 | sort > two
[ "$(comm -23 one two | wc -l)" = 0 ] || die "fresh runs differ from a sweep's: $(comm -23 one two | head -3)"

# Killed, and gone on.
with killed plain
"$program" confirm quickstart n=3 --jobs=1 --quiet & sweep=$!
until "$program" status quickstart 2> /dev/null | grep -q 'on fresh seeds: .*finished [1-9] '; do
    kill -0 $sweep 2>/dev/null || die "confirm ended too soon"
    sleep 0.01
done
kill -KILL $sweep $(cat /proc/$sweep/task/$sweep/children)
wait $sweep 2> /dev/null
sweep=
tr '\n' ' ' <<END | grep -q 'Of 12 runs [0-9]* ended, 0 failed, [0-9]* \(is\|are\) missing\.' || die "missing runs are not told"
$("$program" table quickstart)
END
confirm n=3 || die "going on failed: $(cat said)"
[ "$(digest)" = "$three" ] || die "killed and gone on: another digest"

# More of them add to those of before; fewer take none away.
confirm n=5 || die "n=5 failed: $(cat said)"
[ "$(trained)" = 8 ] || die "n=5 after n=3 trained other than eight runs: $(cat said)"
five=$(digest)
confirm n=3 || die "n=3 after n=5 failed: $(cat said)"
[ "$(digest)" = "$five" ] || die "n=3 after n=5: another digest"
tr '\n' ' ' < said | grep -q 'Of 20 runs 20 ended' || die "n=3 hides runs: $(cat said)"
with direct plain
confirm n=5 || die "n=5 failed: $(cat said)"
[ "$(digest)" = "$five" ] || die "n=5 at once: another digest"

# Frozen: one configuration of each method, a test of configurations.
with frozen plain
confirm n=3 --frozen || die "--frozen failed: $(cat said)"
[ "$(trained)" = 6 ] || die "--frozen: not six runs: $(cat said)"
tr '\n' ' ' < said | grep -q 'TESTS OF CONFIGURATIONS, not of methods' || die "frozen, without a word: $(cat said)"
[ "$(columns)" = "$columns" ] || die "frozen seeds changed the sweep's columns"
# With the grid on more seeds, those that have it select.
confirm n=5 || die "n=5 after --frozen failed: $(cat said)"
[ "$(trained)" = 14 ] || die "n=5 after --frozen trained other than 14 runs: $(cat said)"
"$program" digest quickstart > ../all
[ "$(cat ../all)" = "$five" ] || die "frozen, then all: another digest than at once"

# Joined, and damaged.
"$program" merge out.db ../plain.db results/quickstart.db ../three.db > said || die "merge failed: $(cat said)"
"$program" fsck out.db > said || die "fsck: $(cat said)"
mv out.db results/quickstart.db
[ "$(digest)" = "$five" ] || die "merged: another digest"
python3 -c 'import sqlite3' 2> /dev/null || exit 0
for change in "update plans set confirms = null where confirms is not null" \
    "update plans set confirms = (select digest from plans where confirms is not null) where confirms is null" \
    "delete from plan_runs where seed = 3" \
    "update metrics set value = value / 2 where run = (select max(run) from plan_runs where seed = 3)"; do
    with damaged three
    python3 -c 'import sqlite3, sys; c = sqlite3.connect("results/quickstart.db"); c.execute(sys.argv[1]); c.commit()' "$change"
    "$program" table quickstart > said 2>&1; [ $? = 3 ] || die "$change: $(cat said)"
done
exit 0
