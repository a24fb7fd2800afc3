#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No more room, by a limit on the sizes of files and by a small file system: one clear line, nothing lost,
# and on it goes when there is room again. usage: tests/full.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'kill $sweep 2> /dev/null; wait; cd /; umount "$work/small" 2> /dev/null; rm -rf "$work"' EXIT
sweep=
words="methods=erm,rgd seeds=2 objective.clip=1 data.train_per_class=200 train.lr=0.003 train.epochs=2"
die() { echo "$1"; cat said results/*.log 2> /dev/null; exit 1; }
fresh() { mkdir -p "$work/$1" && cp -r "$here/datasets" "$here/experiments" "$work/$1" && cd "$work/$1" || exit 1; }
# The sweep $sweep, begun without room. It ends with 4 and one line, and nothing it had finished is lost;
# or has a finished run, which waits until `make_room`. In both cases it then comes to the same results.
go_on() { # MAKE-ROOM: gives 0 where a run waited
    until grep -q 'waits for storage: store "results/quickstart.db": ' results/quickstart.log 2> /dev/null; do
        kill -0 $sweep 2> /dev/null && sleep 0.05 && continue
        wait $sweep
        [ $? = 4 ] && [ "$(wc -l < said)" = 1 ] && grep -q '^rgdbench: ' said || die "no room: $(cat said)"
        n_before=$("$program" status quickstart 2> /dev/null | sed -n 's/.*finished \([0-9]*\) .*/\1/p')
        $1 && "$program" sweep quickstart $words > said 2>&1 || die "it does not begin again: $(cat said)"
        [ "$(grep -c '^[0-9]*/4  ' said)" = $((4 - ${n_before:-0})) ] || die "it began with other runs than those left: $(cat said)"
        [ "$("$program" digest quickstart)" = "$want" ] || die "begun again: another digest"
        return 1
    done
    [ "$(grep -c 'waits for storage' results/quickstart.log)" = 1 ] || die "it is said more than once"
    "$program" status quickstart > said && grep -q '^    it said: waits for storage: ' said || die "status does not say that a run waits"
    "$program" fsck quickstart > said || die "the store is not sound: $(cat said)"
    $1 || die "could not make room"
    wait $sweep || die "the sweep did not go on when there was room"
    [ "$("$program" digest quickstart)" = "$want" ] || die "without room for a while: another digest"
}

fresh whole
"$program" sweep quickstart $words --quiet || die "the ordinary sweep failed"
want=$("$program" digest quickstart)

# What is printed to a full disk is not printed.
for verb in table export "export quickstart selected" digest status fsck "compare quickstart erm rgd"; do
    case $verb in *quickstart*) ;; *) verb="$verb quickstart" ;; esac
    "$program" $verb > /dev/full 2> said
    [ $? = 4 ] && [ "$(cat said)" = "rgdbench: could not write to standard output" ] || die "$verb on a full disk: $(cat said)"
done

# From too little for a schema to enough for the plan and not for all results.
fresh limit
lift() { for pid in $sweep $(cat /proc/$sweep/task/$sweep/children 2> /dev/null); do prlimit --pid $pid --fsize=unlimited 2> /dev/null; done; true; }
for bytes in 1000 $(seq 100000 20000 600000); do
    rm -rf results
    prlimit --fsize=$bytes:unlimited "$program" sweep quickstart $words --quiet --jobs=1 > said 2>&1 & sweep=$!
    go_on lift && break
done
[ $bytes -lt 600000 ] || die "no limit made a run wait"

mkdir "$work/small"
if ! mount -t tmpfs -o size=1m tmpfs "$work/small" 2> /dev/null; then
    echo "skipped: tests/full.sh: a full file system (no right to mount one here)"
    exit 0
fi
fresh small
empty() { rm rest; }
for bytes in 8192 $(seq 200000 40000 600000); do
    rm -rf results "$work/log"
    mkdir results
    ln -s "$work/log" results/quickstart.log # what is said of a full disk cannot be written there
    head -c $(($(stat -f -c '%a * %S' .) - bytes)) /dev/zero > rest
    "$program" sweep quickstart $words --quiet --jobs=1 > "$work/said" 2>&1 & sweep=$!
    ln -sf "$work/said" said
    go_on empty && break
done
[ $bytes -lt 600000 ] || die "no full file system made a run wait"
exit 0
