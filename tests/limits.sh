#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a sweep makes of little memory, a small stack, no processes, no /proc, a log that is no file, and of
# signals at any time: an exit status and a line, never a hang. usage: tests/limits.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "$1"; exit 1; }
words="methods=erm seeds=2 data.train_per_class=20 data.validation=4 data.imbalance=2 train.lr=0.01 train.epochs=2 model.hidden=[8]"
cd "$work" && cp -r "$here/datasets" "$here/experiments" . || exit 1

# expect STATUS TEXT COMMAND...: within seconds, that exit status, and the text in its line or in the log.
expect() {
    status=$1 text=$2
    shift 2
    rm -rf results
    timeout -s KILL 60 "$@" > said 2>&1
    got=$?
    [ $got = "$status" ] || die "status $got, not $status: $*: $(cat said)"
    [ -z "$text" ] || cat said results/quickstart.log 2> /dev/null | grep -q -- "$text" || die "no \"$text\": $*: $(cat said)"
    [ "$(wc -l < said)" -le 1 ] || [ "$status" = 0 ] || die "more than a line: $*: $(cat said)"
}
sweep="$program sweep quickstart $words --quiet"
if ! ldd "$program" | grep -q libasan; then # whose shadow is terabytes
    for limit in "-v 100000" "-v 150000" "-v 200000" "-v 300000" "-d 20000"; do
        expect 4 "out of memory" sh -c "ulimit $limit && exec \"\$@\"" sh $sweep
    done
    expect 4 "out of memory" sh -c "ulimit -v 230000 && exec \"\$@\"" sh $sweep --jobs=32
    expect 4 "the stack may have 1024 KiB, and training needs 2048" sh -c 'ulimit -s 1024 && exec "$@"' sh $sweep
    expect 0 "" sh -c 'ulimit -S -s 1024 && exec "$@"' sh $sweep --threads=2
fi
if [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups prlimit --nproc=1 true 2> /dev/null; then
    chmod 777 . && cp "$program" ./program
    expect 4 "could not start a process" setpriv --reuid=65534 --clear-groups prlimit --nproc=1 ./program sweep quickstart $words --quiet
    rm -rf results
fi
if unshare -m sh -c 'umount -l /proc' 2> /dev/null; then
    expect 4 "/proc/self/statm cannot be read" unshare -m sh -c 'umount -l /proc && exec "$@"' sh $sweep
fi

rm -r results && mkdir results
mkfifo results/quickstart.log
timeout -s KILL 60 $sweep > said 2>&1; got=$?
[ $got = 4 ] && grep -q 'log "results/quickstart.log": it is no regular file$' said || die "a FIFO as log: $got: $(cat said)"
rm results/quickstart.log && mkdir results/quickstart.log
$sweep > said 2>&1; got=$?
[ $got = 4 ] && grep -q 'log "results/quickstart.log": ' said || die "a folder as log: $got: $(cat said)"
rm -r results

exit 0
