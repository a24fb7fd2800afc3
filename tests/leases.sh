#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sweeps that share a store; workers and sweeps that are stopped, whose runs others take over, and that
# come back too late. usage: tests/leases.sh PROGRAM [ROUNDS]
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
exit 0
