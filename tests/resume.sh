#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs killed at random moments go on from their checkpoints to the same bits, and
# a damaged checkpoint is named and does no harm. usage: tests/resume.sh PROGRAM [KILLS]
program=$(realpath "$1")
is_plain=$(ldd "$program" | grep -q libasan || echo yes) # sanitized, an epoch takes four times as long
kills=${2:-$([ "$is_plain" ] && echo 6 || echo 3)} # the third is of a sweep that has no checkpoint yet
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
words="methods=erm,rgd seeds=1 objective.clip=1 data.train_per_class=200 train.lr=0.003 train.epochs=$([ "$is_plain" ] && echo 25 || echo 10) train.micro_batch=16 optimizer=adamw"

fresh() { mkdir -p "$work/$1" && cp -r "$here/datasets" "$here/experiments" "$work/$1" && cd "$work/$1" || exit 1; }
die() { echo "$1"; cat results/quickstart.log 2>/dev/null; exit 1; }
sweep() { "$program" sweep quickstart $words --jobs=2 --quiet "$@"; }
moment() { sleep "0.$(od -An -N2 -tu2 /dev/urandom | awk '{ printf "%02d", $1 % 40 }')"; }

fresh whole
sweep || die "the undisturbed sweep failed"
want=$("$program" digest quickstart)
answers=$("$program" compare quickstart rgd erm --format=csv)
[ "$(echo "$answers" | tail -1 | tr -d '\r' | grep -c ',[0-9]*,[0-9]*,[0-9.e-]*$')" = 1 ] || die "answers were not kept: $answers"
[ ! -e results/quickstart.ckpt ] || die "an undisturbed sweep left checkpoints: $(ls results/quickstart.ckpt)"

# Workers and sweep get no chance to do anything at the end.
fresh killed
for i in $(seq "$kills"); do
    "$program" sweep quickstart $words --jobs=2 --quiet --checkpoint=0.05 &
    pid=$!
    [ $((i % 3)) = 0 ] || until [ -e results/quickstart.ckpt ]; do kill -0 $pid 2>/dev/null || break; sleep 0.02; done
    moment
    kill -KILL $(cat /proc/$pid/task/$pid/children) $pid 2>/dev/null
    wait $pid 2>/dev/null
done
sweep || die "the sweep did not go on after $kills kills"
[ "$("$program" digest quickstart)" = "$want" ] || die "killed and gone on: another digest"
[ "$("$program" compare quickstart rgd erm --format=csv)" = "$answers" ] || die "killed and gone on: other answers"
grep -q 'goes on at step [1-9]' results/quickstart.log || die "no run went on from a checkpoint"
grep -q 'starts anew' results/quickstart.log && die "a checkpoint was damaged by a kill"
[ ! -e results/quickstart.ckpt ] || die "an ended sweep left checkpoints: $(ls results/quickstart.ckpt)"

# Judged by the best: validation falls in the end. Its weights, too, survive being killed.
best="methods=erm seeds=2 data.train_per_class=100 train.lr=0.3 train.epochs=30 train.evaluate=1 schedule=constant train.judge=best"
fresh best
"$program" sweep quickstart $best --quiet || die "a sweep with train.judge=best failed"
want_best=$("$program" digest quickstart)
id=$("$program" export quickstart | sed -n 's/.*,\([0-9a-f]\{64\}\),.*/\1/p' | head -1)
"$program" export-weights quickstart "$id" w.safetensors 2> said || die "the best weights are not exported: $(cat said)"
"$program" verify quickstart > said 2>&1 || die "train.judge=best does not give the same bits again: $(cat said)"
fresh best_killed
for i in $(seq "$kills"); do
    "$program" sweep quickstart $best --jobs=2 --quiet --checkpoint=0.05 &
    pid=$!
    moment
    kill -KILL $(cat /proc/$pid/task/$pid/children) $pid 2>/dev/null
    wait $pid 2>/dev/null
done
"$program" sweep quickstart $best --quiet || die "train.judge=best did not go on after $kills kills"
[ "$("$program" digest quickstart)" = "$want_best" ] || die "train.judge=best, killed and gone on: another digest"

# Stopped by a signal, then damaged; it says itself what goes on.
fresh damaged
RGDBENCH_DATA="it's not here" "$program" sweep quickstart $words --jobs=2 --checkpoint=0.05 2> said &
pid=$!
until [ "$(ls results/quickstart.ckpt 2>/dev/null | grep -c 'safetensors$')" = 2 ]; do
    kill -0 $pid 2>/dev/null || die "the sweep ended without two checkpoints"
    sleep 0.02
done
kill -TERM $pid
wait $pid
[ $? = 143 ] || die "SIGTERM gave another exit status than 143"
again=$(sed -n 's/^the same command goes on: //p' said)
case $again in *"sweep quickstart $words --jobs=2 --checkpoint=0.05 '--data=it'\''s not here'") ;; *) die "to go on: $(cat said)" ;; esac
for f in results/quickstart.ckpt/*; do
    printf 'x' | dd of="$f" bs=1 seek=5000 conv=notrunc 2>/dev/null
    touch "$f.$$.tmp" # half written by one who was killed, whose number lives on in this shell
done
sh -c "$again" > /dev/null 2> said || die "the sweep did not go on with damaged checkpoints: $again: $(cat said)"
[ "$("$program" digest quickstart)" = "$want" ] || die "damaged checkpoints: another digest"
for f in $(sed -n 's/.*starts anew: "\([^"]*\)": it is damaged.*/\1/p' results/quickstart.log); do echo "$f"; done > named
[ "$(wc -l < named)" = 2 ] || die "damaged checkpoints were not named"
[ ! -e results/quickstart.ckpt ] || die "an ended sweep left checkpoints: $(ls results/quickstart.ckpt)"
exit 0
