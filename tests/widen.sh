#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# sweep --widen adds the value beyond each edge that was selected, keeps the words, trains only what is new,
# and gives what a sweep of the wider grid would; tests/edges.sh sees edges. usage: tests/widen.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'kill -KILL $sweep 2>/dev/null; rm -rf "$work"' EXIT
words="methods=erm,rgd objective.clip=1 data.train_per_class=60 data.test_per_class=30 train.epochs=2 seeds=2"
rates=train.lr=0.005,0.05
wider="erm.train.lr=0.0005,0.005,0.05 rgd.train.lr=0.005,0.05,0.5"
sweep=

fresh() { rm -rf "$work/$1" && mkdir -p "$work/$1/results" && cp -r "$here/datasets" "$here/experiments" "$work/$1" && cd "$work/$1" || exit 1; }
die() { echo "$1"; cat results/quickstart.log 2>/dev/null; exit 1; }
sweep() { "$program" sweep quickstart "$@" > said 2>&1; }
digest() { "$program" digest quickstart 2> /dev/null; }
trained() { grep -c '^ *[0-9]*/[0-9]* ' said; }

# What cannot be widened: one line, exit status 2.
bad() { # WANTED WORD ...
    wanted=$1
    shift
    sweep "$@" --widen; [ $? = 2 ] || die "$*: not refused: $(cat said)"
    grep -q "$wanted" said && [ "$(wc -l < said)" = 1 ] || die "$*: $(cat said)"
}
fresh once
bad 'no results of "quickstart" yet'
"$program" sweep quickstart $words $rates --jobs=1 --quiet & sweep=$!
until "$program" status quickstart 2> /dev/null | grep -q 'finished [1-7] '; do
    kill -0 $sweep 2>/dev/null || die "the sweep ended too soon"
    sleep 0.01
done
kill -TERM $sweep
wait $sweep
sweep=
bad 'of the 8 runs of "quickstart" have not ended, .* finish the sweep first'
sweep $words $rates || die "the sweep failed: $(cat said)"
grep -q 'two learning rates, so that an answer at the edge is certain.*: erm, rgd$' said || die "no warning: $(cat said)"
tr '\n' ' ' < said | grep -q 'GRID EDGES.* lr is the smallest of its grid for 1 of 2 methods (erm), the largest for 1 (rgd)\.' ||
    die "the caption: $(cat said)"
bad 'other values of erm.train.lr than its store' $words train.lr=0.005,0.06
bad 'has no method "rgd"' $words $rates '~rgd'
bad 'does not go with --shard' --shard=1/2
"$program" sweep results/quickstart.db --widen > said 2>&1; [ $? = 2 ] || die "a store was widened: $(cat said)"
"$here/tests/edges.sh" "$program" quickstart > said; [ $? = 1 ] || die "no edges: $(cat said)"
printf 'quickstart: erm: train.lr smallest\nquickstart: rgd: train.lr largest\n' | cmp -s - said || die "edges: $(cat said)"

# What was imported has settings that are not ours.
mkdir -p tree/job && : > tree/job/done
for step in 0 300; do
    echo '{"args": {"algorithm": "ERM", "dataset": "VLCS", "holdout_fraction": 0.2, "hparams_seed": 0, "seed": 7, "steps": 301,' \
        '"task": "domain_generalization", "test_envs": [0], "trial_seed": 0}, "env0_in_acc": 0.5, "env0_out_acc": 0.5,' \
        '"env1_in_acc": 0.5, "env1_out_acc": 0.5, "hparams": {"lr": 5e-05}, "loss": 0.25, "step": '$step'}'
done > tree/job/results.jsonl
"$program" import domainbed tree name=old > said 2>&1 || die "import failed: $(cat said)"
"$program" sweep old --widen > said 2>&1; [ $? = 2 ] || die "imported runs were widened: $(cat said)"
grep -q 'the runs of "old" were imported' said || die "imported: $(cat said)"

# What it would do; the words are the plan's own, or given.
before=$(digest)
sweep --widen --dry-run || die "--dry-run: $(cat said)"
grep -q "^beyond the edges that were selected: $wider\$" said || die "other words: $(cat said)"
grep -q '^4 new runs: about .* with ' said || die "other costs: $(cat said)"
[ "$(wc -l < said)" = 3 ] || die "more than the words and the cost: $(cat said)"
cp said ../said
sweep $words $rates --widen --dry-run && cmp -s said ../said || die "the given words: $(cat said)"
[ "$(digest)" = "$before" ] || die "--dry-run changed the store"

# It does so, and is a sweep of the wider grid.
sweep --widen --jobs=2 || die "--widen failed: $(cat said)"
[ "$(trained)" = 4 ] || die "not four runs: $(cat said)"
grep -q '^12 finished' said || die "not twelve runs in all: $(cat said)"
widened=$(digest)
sweep $words $rates $wider || die "the wider sweep failed: $(cat said)"
[ "$(trained)" = 0 ] || die "trained again: $(cat said)"
[ "$(digest)" = "$widened" ] || die "the words give another plan than --widen"
fresh direct
sweep $words $rates $wider --jobs=2 || die "the wider sweep failed: $(cat said)"
[ "$(digest)" = "$widened" ] || die "another digest than the wider sweep at once"

# Again, until nothing is at an edge: the word of before is replaced.
sweep --widen --dry-run || die "again: $(cat said)"
case $(cat said) in
"no selection is at an edge"*) ;;
*) sed -n 1p said | tr ' ' '\n' | grep '=' | cut -d= -f1 | sort | uniq -d | grep . && die "a word twice: $(cat said)" ;;
esac
sweep $words train.lr=0.02,0.05,0.1 || die "another sweep failed: $(cat said)"
sweep --widen || die "nothing to widen: $(cat said)"
grep -q '^no selection is at an edge of its grid: nothing to widen$' said || die "nothing to widen: $(cat said)"
"$here/tests/edges.sh" "$program" quickstart > said || die "edges: $(cat said)"

# What was drawn has no grid, and nothing beyond.
sweep $words 'train.lr=log_uniform(0.001,0.1)' draws=3 || die "draws failed: $(cat said)"
grep -q 'GRID EDGES' said && die "draws have edges: $(cat said)"
sweep --widen || die "draws: $(cat said)"
grep -q '^no selection is at an edge' said || die "draws: $(cat said)"
exit 0
