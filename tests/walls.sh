#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Workers and readers of stores stand behind their walls (core/os/walls.h), and can do their work there.
# usage: tests/walls.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "walls: $*" >&2; exit 1; }
mkdir "$work/project" "$work/project/datasets" "$work/project/experiments" "$work/elsewhere"
cd "$work/project" || exit 1
for place in a/x a/y b/x b/y; do
    mkdir -p "$work/data/set/$place"
    i=0
    for file in "$here"/tests/fuzz/jpeg/*; do
        cp "$file" "$work/data/set/$place/$((i += 1)).jpg"
    done
done
echo 'return data_set { doc = "pictures", format = "folders", folder = "set" }' > datasets/pics.lua
cat > experiments/pics.lua <<'END'
return experiment { title = "x", data = pics { size = 8, skip_bad = true, steps = 5, every = 4 }, model = mlp { hidden = { 4 } },
    train = { batch = 4, lr = grid { 0.02, 0.05 } },
    methods = { { "erm", objective = erm {} } }, baseline = "erm", seeds = 2 }
END
data=--data=$work/data

# walled PID: does it have a filter of system calls, and may it gain nothing by executing?
walled() { grep -q "^Seccomp:.2" "/proc/$1/status" 2> /dev/null && grep -q '^NoNewPrivs:.1' "/proc/$1/status"; }
working() { grep -q worker "/proc/$1/cmdline" 2> /dev/null && walled "$1"; } # and no decoder, which comes first

# A worker, stopped before it has trained for long; what is left then needs a new cache, by a worker.
"$program" sweep pics data.steps=1000000 --jobs=1 "$data" > /dev/null 2> said &
pid=$!
for i in $(seq 300); do
    worker=$(cat "/proc/$pid/task/$pid/children" 2> /dev/null)
    for w in $worker; do working "$w" && break 2; done
    kill -0 $pid 2> /dev/null || break
    sleep 0.1
done
working "$w" || die "a worker has no walls: $(cat said results/pics.log)"
kill -TERM $pid
wait $pid
[ $? = 143 ] || die "the sweep was not stopped: $(cat said)"

"$program" sweep pics "$data" > /dev/null 2>&1 || die "no sweep of pictures: $(cat results/pics.log)"
want=$("$program" digest pics) || die "no digest"
rm -r cache results
"$program" sweep pics seeds=1 "$data" > /dev/null 2>&1 || die "no sweep of one seed"
"$program" sweep pics "$data" --dry-run > /dev/null 2>&1 || die "no plan"
"$program" sweep pics "$data" > /dev/null 2>&1 || die "no second sweep"
rm -r cache
"$program" verify pics n=1 "$data" > said 2>&1 || die "verify makes no cache: $(cat said)"
[ "$("$program" digest pics)" = "$want" ] || die "another digest"

# Links to stores and to their folder are followed.
mv results "$work/elsewhere/results"
ln -s "$work/elsewhere/results" results
[ "$("$program" digest pics)" = "$want" ] || die "results/ is a link: no digest"
"$program" sweep pics seeds=3 "$data" > /dev/null 2> said || die "results/ is a link: no sweep: $(cat said results/pics.log)"
rm results
mkdir results
ln -s "$work/elsewhere/results/pics.db" results/pics.db
"$program" table pics > said 2>&1 || die "the store is a link: $(cat said)"
"$program" sweep pics seeds=4 "$data" > /dev/null 2> said || die "the store is a link: no sweep: $(cat said results/pics.log)"
"$program" merge all results/pics.db > said 2>&1 || die "no merge: $(cat said)"
"$program" fsck all --rescue="$work/elsewhere/rescued" > said 2>&1 || die "no rescue: $(cat said)"

# A reader, while it waits for room in a pipe that is full.
mkfifo pipe
exec 3<> pipe
head -c 65536 /dev/zero >&3
"$program" export pics >&3 3>&- &
pid=$!
for i in $(seq 100); do walled $pid && break; sleep 0.1; done
walled $pid || die "a reader has no walls"
exec 4< pipe 3>&-
cat <&4 > /dev/null
wait $pid || die "no export"
exit 0
