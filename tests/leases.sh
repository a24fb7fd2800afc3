#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sweeps that share a store; workers and sweeps that are stopped, whose runs others take over, and that
# come back too late; runs that are cancelled or fail, and are tried again; signals. usage: tests/leases.sh PROGRAM [ROUNDS]
program=$(realpath "$1")
rounds=${2:-1}
here=$(pwd)
work=$(mktemp -d)
trap 'kill -KILL $frozen 2>/dev/null; rm -rf "$work"' EXIT
words="methods=erm,rgd seeds=1 objective.clip=1 data.train_per_class=200 train.lr=0.003 train.epochs=20 train.micro_batch=16 optimizer=adamw"
frozen=

fresh() { rm -rf "$work/$1" && mkdir -p "$work/$1" && cp -r "$here/datasets" "$here/experiments" "$work/$1" && cd "$work/$1" || exit 1; }
die() { echo "$1"; cat results/quickstart.log 2>/dev/null; exit 1; }
options="--quiet --lease=1"
sweep() { "$program" sweep quickstart $words $options "$@"; }
children() { cat /proc/"$1"/task/"$1"/children; }
at_work() { # PID: until a run of it has a checkpoint
    until ls results/quickstart.ckpt/*.safetensors > /dev/null 2>&1; do
        kill -0 "$1" 2>/dev/null || die "the sweep ended without a checkpoint"
        sleep 0.02
    done
}
in_training() { # PID: has a child of it computed for a second? It takes less to begin
    for child in $(children "$1"); do
        set -- "$1" $(sed 's/.*) //' /proc/"$child"/stat 2> /dev/null)
        [ "${13:-0}" -ge 100 ] && return 0
    done
    return 1
}

fresh whole
sweep --jobs=2 || die "the undisturbed sweep failed"
want=$("$program" digest quickstart)

fresh shared
"$program" sweep quickstart $words $options --jobs=1 & one=$!
"$program" sweep quickstart $words $options --jobs=1 & two=$!
wait $one || die "the first of two sweeps failed"
wait $two || die "the second of two sweeps failed"
[ "$("$program" digest quickstart)" = "$want" ] || die "two sweeps at once: another digest"

for round in $(seq "$rounds"); do
    # All of a sweep stops, as on a machine that hangs; another one does its work; it wakes up.
    fresh late
    "$program" sweep quickstart $words $options --jobs=1 --checkpoint=0.05 2> first & one=$!
    at_work $one
    frozen="$one $(children $one)"
    kill -STOP $frozen
    "$program" status quickstart | grep -q "running 1" || die "the worker was stopped too late for this test"
    sweep --jobs=1 || die "nobody took over the run of a sweep that had stopped"
    [ "$("$program" digest quickstart)" = "$want" ] || die "taken over: another digest"
    before=$("$program" export quickstart | sha256sum)
    kill -CONT $frozen
    wait $one || die "the sweep that came late failed: $(cat first)"
    frozen=
    [ "$("$program" export quickstart | sha256sum)" = "$before" ] || die "a worker that came late changed a run"
    grep -q 'was taken over by another worker; nothing is written' results/quickstart.log ||
        die "the worker that came late does not say so"

    # One worker stops; its own sweep replaces it.
    fresh stopped
    "$program" sweep quickstart $words $options --jobs=1 --checkpoint=0.05 & one=$!
    at_work $one
    kill -STOP $(children $one)
    "$program" status quickstart | grep -q "running 1" || die "the worker was stopped too late for this test"
    wait $one || die "a sweep with a stopped worker failed"
    [ "$("$program" digest quickstart)" = "$want" ] || die "a stopped worker: another digest"
done

# A run that failed, the first of which ends the sweep; what is said of it and of those left.
fresh failed
"$program" sweep quickstart $words $options seeds=2 --jobs=1 --checkpoint=0.05 --fail-fast 2> first & one=$!
until "$program" status quickstart 2> /dev/null | grep -q 'running 1  finished 1'; do
    kill -0 $one 2>/dev/null || die "the sweep ended too soon: $(cat first)"
    sleep 0.02
done
kill -KILL $(children $one)
wait $one
[ $? = 1 ] || die "--fail-fast gave another exit status than 1"
grep -q '^stopping because 1 run failed' first || die "--fail-fast says: $(cat first)"
"$program" status quickstart > said
grep -q 'planned 2  running 0  finished 1  diverged 0  failed 1  cancelled 0' said || die "status: $(cat said)"
grep -q 'failed  erm .* seed 1: its worker was ended by signal 9' said || die "status: $(cat said)"
"$program" table quickstart > said || die "no table of a part of a sweep: $(cat said)"
tr '\n' ' ' < said | grep -q 'Of 4 runs 1 ended, 1 failed, 2 are missing' || die "the table does not say what is missing: $(cat said)"
"$program" retry quickstart 00 --quiet 2> said && die "a run was tried again that is not there"
grep -q "no failed or cancelled run's spec has an id that begins with \"00\"" said || die "retry: $(cat said)"
"$program" retry quickstart 2> said || die "retry failed: $(cat said)"
grep -q '^1 failed or cancelled runs are planned again' said || die "retry: $(cat said)"
"$program" status quickstart | grep -q 'finished 4' || die "retry left something"
sweep || die "a sweep with nothing left to do failed"
[ "$("$program" digest quickstart)" = "$want" ] || die "tried again: another digest"

# Signals, each with its exit status, within five seconds; then cancelled, and taken back.
fresh signals
for signal in USR1:75 XCPU:75 TERM:143 INT:130; do
    "$program" sweep quickstart $words $options --jobs=1 --checkpoint=0.05 2> said & one=$!
    at_work $one
    begun=$(date +%s%N)
    kill -${signal%:*} $one
    wait $one
    [ $? = ${signal#*:} ] || die "SIG${signal%:*}: another exit status than ${signal#*:}: $(cat said)"
    [ $(($(date +%s%N) - begun)) -lt 5000000000 ] || die "SIG${signal%:*}: took longer than 5 s"
    "$program" status quickstart | grep -q 'planned 2  running 0' || die "SIG${signal%:*}: a run was not given back"
    ls results/quickstart.ckpt/*.safetensors > /dev/null || die "SIG${signal%:*}: no checkpoint"
    rm -r results/quickstart.ckpt
done
# Twice: SIGTERM is as good as once, SIGINT ends at once, whatever a worker is about.
fresh thrice
"$program" sweep quickstart $words train.epochs=400 $options --jobs=1 --checkpoint=1000 2> said & one=$!
until in_training $one; do sleep 0.02; done
kill -TERM $one; kill -TERM $one; sleep 0.1; kill -TERM $one 2> /dev/null # by then it may have ended
wait $one; [ $? = 143 ] || die "SIGTERM thrice: another exit status than 143: $(cat said)"
ls results/quickstart.ckpt/*.safetensors > /dev/null || die "SIGTERM thrice: no checkpoint"
cd "$work/signals" || exit 1
"$program" sweep quickstart $words $options --jobs=1 --checkpoint=0.05 2> said & one=$!
at_work $one
frozen=$(children $one)
kill -STOP $frozen # so that it cannot stop cleanly
begun=$(date +%s%N)
kill -INT $one
sleep 0.5
kill -0 $one || die "one SIGINT did not wait for the worker"
kill -INT $one
wait $one; [ $? = 130 ] || die "SIGINT twice: another exit status than 130: $(cat said)"
[ $(($(date +%s%N) - begun)) -lt 3000000000 ] || die "SIGINT twice: took as long as one"
kill -0 $frozen 2> /dev/null && die "SIGINT twice: the worker is still there"
frozen=
"$program" fsck quickstart > said || die "SIGINT twice: $(cat said)"
"$program" status quickstart | grep -q 'planned 2  running 0' || die "SIGINT twice: a run was not given back"
rm -r results/quickstart.ckpt
"$program" cancel quickstart > said || die "cancel failed"
grep -q '^2 planned runs are cancelled; 0 are being worked on' said || die "cancel: $(cat said)"
sweep || die "a sweep with nothing left to do failed"
"$program" status quickstart | grep -q 'planned 0 .* cancelled 2' || die "a sweep ran what was cancelled"
"$program" retry quickstart --quiet 2> /dev/null || die "retry failed"
[ "$("$program" digest quickstart)" = "$want" ] || die "cancelled and taken back: another digest"

# Joined stores; a damaged one, and what is rescued of it.
cp results/quickstart.db whole.db
"$program" sweep quickstart $words methods=erm --quiet || die "half a sweep failed"
"$program" merge out.db whole.db results/quickstart.db > said || die "merge failed: $(cat said)"
grep -q '^whole.db: 2 results taken, 0 there already, 0 runs without' said || die "merge: $(cat said)"
"$program" fsck out.db > said || die "fsck of a sound store: $(cat said)"
grep -q '^2 runs, 2 sound$' said || die "fsck: $(cat said)"
"$program" merge out.db nowhere.db 2> said && die "merge took a store that is not there"
grep -q '^rgdbench: there is no store "nowhere.db"' said || die "merge: $(cat said)"

# Shares of a plan, each into a store of its own: together an ordinary sweep. One is stopped, and goes
# on with the plan that it had, whatever became of the script.
fresh shares
for i in 1 2 3; do
    "$program" sweep quickstart $words seeds=2 train.epochs=2 --jobs=1 --shard=$i/3 2> said || die "share $i failed: $(cat said)"
    grep -q ' runs are in other shares of the plan; to join them' said || die "share $i: $(cat said)"
done
"$program" status results/quickstart.shards/1-of-3.db | grep -q 'finished 2 .* elsewhere 2$' ||
    die "status of a share: $("$program" status results/quickstart.shards/1-of-3.db)"
ls results | grep -qv '^quickstart.shards$' && die "a share wrote outside of its folder: $(ls results)"
"$program" merge quickstart results/quickstart.shards/*.db > said || die "merge of shares failed: $(cat said)"
grep -q '3-of-3.db: 1 results taken, 0 there already, 0 runs without$' said || die "merge of shares: $(cat said)"
joined=$("$program" digest quickstart)
rm -r results
"$program" sweep quickstart $words seeds=2 train.epochs=2 $options --jobs=2 || die "the ordinary sweep failed"
[ "$("$program" digest quickstart)" = "$joined" ] || die "shares: another digest than an ordinary sweep's"
rm results/quickstart.db
"$program" sweep quickstart $words $options --jobs=1 --shard=2/2 --checkpoint=0.05 & one=$!
until ls results/quickstart.shards/2-of-2.ckpt/*.safetensors > /dev/null 2>&1; do
    kill -0 $one 2>/dev/null || die "the share ended without a checkpoint"
    sleep 0.02
done
kill -USR1 $one
wait $one; [ $? = 75 ] || die "a share that was told to stop: another exit status than 75"
echo 'broken' > experiments/quickstart.lua
"$program" sweep results/quickstart.shards/2-of-2.db --quiet || die "a share did not go on by its store"
"$program" status results/quickstart.shards/2-of-2.db | grep -q 'planned 0 .* finished 1 .* elsewhere 1$' ||
    die "a share that went on by its store ran something else"

if python3 -c 'import sqlite3' 2> /dev/null; then
    cd "$work/signals" || exit 1
    python3 -c 'import sqlite3; c = sqlite3.connect("whole.db"); c.execute("update metrics set value = value / 2 where run = 1"); c.commit()'
    mv whole.db results/quickstart.db
    for verb in table digest export plot report; do
        "$program" $verb quickstart > said 2>&1
        [ $? = 3 ] || die "$verb of a damaged store: $(cat said)"
        grep -q '^rgdbench: .*store "results/quickstart.db" is damaged: run [0-9a-f]*: it is not what was written' said ||
            die "$verb: $(cat said)"
    done
    "$program" fsck quickstart --rescue=rescued.db > said; [ $? = 3 ] || die "fsck of a damaged store: $(cat said)"
    grep -q '^2 runs, 1 sound; the store is damaged' said || die "fsck: $(cat said)"
    mv rescued.db results/quickstart.db
    sweep || die "a sweep of what was rescued failed"
    [ "$("$program" digest quickstart)" = "$want" ] || die "rescued: another digest"
fi
exit 0
