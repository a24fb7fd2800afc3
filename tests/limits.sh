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
is_plain=$(ldd "$program" | grep -q libasan || echo yes) # of sanitizers the shadow is terabytes, and leaks are sought by a process
if [ "$is_plain" ]; then
    for limit in "-v 100000" "-v 150000" "-v 200000" "-v 300000" "-d 20000"; do
        expect 4 "out of memory" sh -c "ulimit $limit && exec \"\$@\"" sh $sweep
    done
    expect 4 "out of memory" sh -c "ulimit -v 230000 && exec \"\$@\"" sh $sweep --jobs=32
    expect 4 "the stack may have 1024 KiB, and training needs 2048" sh -c 'ulimit -s 1024 && exec "$@"' sh $sweep
    expect 0 "" sh -c 'ulimit -S -s 1024 && exec "$@"' sh $sweep --threads=2
fi
if [ "$is_plain" ] && [ "$(id -u)" = 0 ] && setpriv --reuid=65534 --clear-groups prlimit --nproc=1 true 2> /dev/null; then
    chmod 777 . && cp "$program" ./program
    expect 4 "could not start a process" setpriv --reuid=65534 --clear-groups prlimit --nproc=1 ./program sweep quickstart $words --quiet
    rm -rf results
fi
if [ "$is_plain" ] && unshare -m sh -c 'umount -l /proc' 2> /dev/null; then
    expect 4 "/proc/self/statm cannot be read" unshare -m sh -c 'umount -l /proc && exec "$@"' sh $sweep
fi
# A model that the machine has no room for is refused before it starts.
for more in "" --dry-run; do
    expect 4 "memory: 2 runs at once would take about 142.* GB" $sweep "model.hidden=[65536,65536]" --jobs=2 $more
    [ ! -e results/quickstart.db ] || die "a plan that does not fit is in the store"
done
# So it is where the plan was made before, and perhaps elsewhere: a Slurm task's store, one that is gone on with,
# what is tried again, and fresh seeds. Nothing of it is started.
refuses() { # COMMAND...
    timeout -s KILL 60 "$program" "$@" --quiet > said 2>&1; got=$?
    [ $got = 4 ] && [ "$(wc -l < said)" = 1 ] && grep -q '^rgdbench: memory: [0-9]* runs at once would take about' said ||
        die "$*: status $got: $(cat said)"
}
rm -rf results && mkdir bin && printf '#!/bin/sh\necho 7\n' > bin/sbatch && chmod +x bin/sbatch
PATH="$work/bin:$PATH" $sweep "model.hidden=[65536,65536]" --launcher=slurm --slurm="tasks=1" > said 2>&1 || die "submitting: $(cat said)"
refuses sweep results/quickstart.slurm/1/1.db --jobs=2
refuses sweep results/quickstart.db --jobs=2
"$program" cancel quickstart > /dev/null && refuses retry quickstart --jobs=2
"$program" status quickstart | grep -q 'planned 2' || die "retry: $("$program" status quickstart)"
if [ "$is_plain" ]; then # sanitizers take a minute for that model
    rm -rf results
    $sweep "model.hidden=[4000,4000]" train.epochs=1 > said 2>&1 || die "a sweep of a larger model: $(cat said)"
    refuses confirm quickstart n=1000 --jobs=1000
fi
expect 0 "" sh -c 'trap "" CHLD; exec "$@"' sh $sweep

# Threads that wait for each other let go of cores that they have not: on two cores two workers of two compute
# hardly longer than two of one.
ticks_so_far() { cut -d ' ' -f 16 /proc/$$/stat; } # hundredths of a second that our children have computed
computes() { # N: hundredths of a second, into $ticks, of workers of N threads
    rm -rf results
    before=$(ticks_so_far)
    timeout 60 taskset -c 0,1 "$program" sweep quickstart methods=erm seeds=4 train.lr=0.01 data.train_per_class=60 data.validation=5 \
        train.epochs=20 model.hidden=[64] train.batch=32 train.micro_batch=16 --jobs=2 --threads=$1 --quiet 2> said ||
        die "two workers of $1 threads on two cores: $?: $(cat said)"
    ticks=$(($(ticks_so_far) - before))
}
if [ "$is_plain" ] && taskset -c 0,1 true 2> /dev/null; then
    computes 1; one=$ticks
    computes 2
    [ $ticks -le $((one * 3 / 2 + 50)) ] || die "workers of two threads took $ticks ticks of CPU, of one $one"
fi

rm -rf results && mkdir results
mkfifo results/quickstart.log
timeout -s KILL 60 $sweep > said 2>&1; got=$?
[ $got = 4 ] && grep -q 'log "results/quickstart.log": it is no regular file$' said || die "a FIFO as log: $got: $(cat said)"
rm results/quickstart.log && mkdir results/quickstart.log
$sweep > said 2>&1; got=$?
[ $got = 4 ] && grep -q 'log "results/quickstart.log": ' said || die "a folder as log: $got: $(cat said)"
rm -r results

# From the first moment on, a task that is warned asks to be queued again.
catches() { # PID MASK: a handler is in its place
    mask=$(sed -n 's/^SigCgt:.*\(........\)$/\1/p' "/proc/$1/status" 2> /dev/null)
    [ $((0x${mask:-0} & $2)) != 0 ]
}
soon() { # COMMAND...: true within ten seconds
    i=0
    until "$@"; do
        i=$((i + 1))
        [ $i -lt 1000 ] || return 1
        sleep 0.01
    done
}
"$program" sweep quickstart methods=erm "train.lr=range(0.001,1,0.002)" seeds=1000 --dry-run > /dev/null 2> said & plan=$!
soon catches $plan 0x200 || { kill -KILL $plan; die "SIGUSR1 is not waited for while a plan is made"; }
kill -USR1 $plan
wait $plan; got=$?
[ $got = 75 ] || die "SIGUSR1 while a plan is made: $got"

# A terminal that is closed, and Ctrl-\: to the sweep and its workers. Nothing is lost.
long="methods=erm seeds=1 train.lr=0.01 data.train_per_class=60 data.validation=5 --checkpoint=3600
    train.epochs=$([ "$is_plain" ] && echo 200 || echo 60)" # sanitized, an epoch takes more than three times as long
before=$(ticks_so_far)
"$program" sweep quickstart $long --quiet || die "the ordinary sweep failed"
half=$((($(ticks_so_far) - before) / 2)) # of what sweep and worker compute, in hundredths of a second
digest=$("$program" digest quickstart)
at_work() { # has trained for some epochs, and has some to go, on any machine
    pid=$("$program" status quickstart 2> /dev/null | sed -n 's/^running .* \([0-9]*\), for .*/\1/p')
    [ -n "$pid" ] && [ "$(cut -d ' ' -f 14 "/proc/$pid/stat")" -gt $half ]
}
for signal in HUP:129 QUIT:131; do
    rm -r results
    setsid "$program" sweep quickstart $long --quiet 2> said & sweep=$!
    soon at_work || { kill -KILL -$sweep; die "no run is at work: $(cat said)"; }
    kill -${signal%:*} -$sweep
    wait $sweep; got=$?
    [ $got = ${signal#*:} ] || die "SIG${signal%:*}: status $got: $(cat said)"
    ls results/quickstart.ckpt/*.safetensors > /dev/null 2>&1 || die "SIG${signal%:*}: no checkpoint"
    "$program" sweep quickstart $long --quiet || die "going on failed"
    grep -q 'goes on' results/quickstart.log || die "it did not go on: $(cat results/quickstart.log)"
    [ "$("$program" digest quickstart)" = "$digest" ] || die "SIG${signal%:*}: another digest"
done
rm -r results
setsid sh -c 'trap "" HUP; exec "$@"' sh "$program" sweep quickstart $long --quiet 2> said & sweep=$!
soon at_work || die "no run is at work: $(cat said)"
kill -HUP -$sweep
wait $sweep || die "nohup was not heeded: $?: $(cat said)"
exit 0
