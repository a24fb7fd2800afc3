#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A sweep as an array job of a real Slurm: controller, node and munge on this machine, with ports,
# sockets and state of their own. Tasks are warned, requeued and cancelled at work; what is missing is
# submitted again; the digest must be that of an ordinary sweep. usage: tests/slurm.sh PROGRAM (as root)
program=$(realpath "$1")
here=$(pwd)
PATH=$PATH:/usr/sbin:/sbin
missing=$(for p in munged slurmctld slurmd sbatch; do command -v $p > /dev/null || echo $p; done)
[ -z "$missing" ] || { echo "tests/slurm.sh: no" $missing "here: make deps-slurm" >&2; exit 2; }
[ "$(id -u)" = 0 ] || { echo "tests/slurm.sh: a Slurm node needs root" >&2; exit 2; }

work=$(mktemp -d)
servers=
stop() {
    scancel --user=root 2> /dev/null
    wait_for 15 no_jobs # else Slurm's step daemons outlive it
    kill $servers 2> /dev/null
    (sleep 5; kill -KILL $servers) 2> /dev/null &
    killer=$!
    wait $servers 2> /dev/null # all of them: each still writes what it knows
    kill $killer 2> /dev/null
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP
die() { echo "$1"; tail -n 20 "$work"/*.log results/*/*/*.out 2> /dev/null; squeue 2> /dev/null; exit 1; }
wait_for() { # SECONDS COMMAND ...
    end=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt $end ] || return 1
        sleep 0.2
    done
}
no_jobs() { [ -z "$(squeue --noheader 2> /dev/null)" ]; }

# ---- one node; it says to have four cores, so that four tasks run at once on any machine ----
port=$((20000 + $$ % 10000 * 2))
host=$(hostname -s)
mkdir "$work/state" "$work/spool"
cat > "$work/slurm.conf" << EOF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthInfo=socket=$work/munge.socket,cred_expire=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2
ReturnToService=2
KillWait=10
MailProg=/bin/true
NodeName=$host NodeAddr=127.0.0.1 CPUs=4
PartitionName=main Nodes=$host Default=YES MaxTime=60
EOF
export SLURM_CONF="$work/slurm.conf"
dd if=/dev/urandom of="$work/munge.key" bs=128 count=1 2> /dev/null
chmod 400 "$work/munge.key"
munged --foreground --force --num-threads=2 --key-file="$work/munge.key" --socket="$work/munge.socket" \
    --pid-file="$work/munge.pid" --seed-file="$work/munge.seed" > "$work/munged.log" 2>&1 &
servers=$!
wait_for 10 [ -S "$work/munge.socket" ] || die "munged does not start"
slurmctld -D -i > "$work/slurmctld.log" 2>&1 &
servers="$servers $!"
slurmd -D > "$work/slurmd.log" 2>&1 &
servers="$servers $!"
is_idle() { [ "$(sinfo --noheader --format=%T 2> /dev/null)" = idle ]; }
wait_for 40 is_idle || die "the node does not become ready"

# ---- the sweep ----
words="methods=erm,rgd seeds=4 objective.clip=1 data.train_per_class=200 train.lr=0.003 train.epochs=20 train.micro_batch=16 optimizer=adamw"
options="--checkpoint=0.05 --lease=2"
unset RGDBENCH_DATA
mkdir "$work/project" && cp -r "$here/datasets" "$here/experiments" "$here/plots" "$work/project" && cd "$work/project" || exit 1
submit() { "$program" sweep quickstart $words $options --launcher=slurm --slurm="$*" > said 2>&1; }
folder=results/quickstart.slurm

submit tasks=4 partition=nowhere && die "a partition that is not there was taken"
grep -q '^rgdbench: sbatch refuses: invalid partition specified: nowhere; ' said || die "refusal: $(cat said)"
[ -e $folder/1 ] && die "what was refused left $folder/1 behind"
submit tasks=4 time=10 || die "not submitted: $(cat said)"
job=$(sed -n 's/.*array job \([0-9]*\),.*/\1/p' said)
submit tasks=4 && die "submitted again while the jobs are at work"
grep -q '^rgdbench: what was submitted before is not merged yet' said || die "submitted twice: $(cat said)"

# Each task in the middle of a run: one is requeued, one is warned as before its time is over, one is
# cancelled, one is left alone.
at_work() { ls $folder/1/$1.ckpt/*.safetensors > /dev/null 2>&1; }
for task in 1 2 3; do
    wait_for 60 at_work $task || die "task $task has no checkpoint"
    case $task in
        1) scontrol requeue ${job}_1 || die "requeue failed" ;;
        2) scancel --signal=USR1 --batch ${job}_2 || die "the signal was not sent" ;;
        3) scancel ${job}_3 || die "not cancelled" ;;
    esac
done
wait_for 120 [ -e $folder/1/merged ] || die "the results were not joined"
wait_for 20 no_jobs || die "jobs stay"
restarts() { scontrol show job ${job}_$1 | sed -n 's/.* Restarts=\([0-9]*\).*/\1/p'; }
[ "$(restarts 1)" = 1 ] || die "task 1 was restarted $(restarts 1) times"
[ "$(restarts 2)" = 1 ] || die "task 2, which was warned, was restarted $(restarts 2) times"
grep -q 'the same command goes on' $folder/1/2.out || die "task 2 did not write its checkpoint: $(cat $folder/1/2.out)"
"$program" status quickstart > said
grep -q 'planned [12]  running 0  finished [67] .* failed 0  cancelled 0$' said || die "status: $(cat said)"

# What is missing, whatever became of the script meanwhile, is in the first task.
submit tasks=4 time=10 || die "not submitted again: $(cat said)"
wait_for 60 [ -e $folder/2/merged ] || die "the results were not joined again"
digest=$("$program" digest quickstart)
submit tasks=4 || die "nothing to do is an error: $(cat said)"
grep -q '^nothing is left to run' said || die "nothing to do: $(cat said)"
wait_for 20 no_jobs || die "jobs stay"
rm -r results
"$program" sweep quickstart $words --quiet || die "the ordinary sweep failed"
[ "$("$program" digest quickstart)" = "$digest" ] || die "by Slurm: another digest than an ordinary sweep's"
echo "slurm: 4 tasks, 1 requeued, 1 warned, 1 cancelled; submitted again; the digest of an ordinary sweep"
