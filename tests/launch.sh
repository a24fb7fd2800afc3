#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a sweep by Slurm writes and hands over, with an sbatch and an scontrol that only note what they
# are told; tests/slurm.sh has real ones. usage: tests/launch.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "$1"; exit 1; }
words="methods=erm,rgd seeds=2 objective.clip=1 data.train_per_class=200 train.lr=0.003 train.epochs=6 train.micro_batch=16 optimizer=adamw"
folder=results/quickstart.slurm

mkdir "$work/bin" "$work/o'ne two" && cp -r "$here/datasets" "$here/experiments" "$work/o'ne two" && cd "$work/o'ne two" || exit 1
cat > "$work/bin/sbatch" << 'EOF'
#!/bin/sh
echo "$*" >> ../sbatch.said
case $* in
    *--version) echo "slurm 0" ;;
    *"$(cat ../refused)"*) printf 'sbatch: error: one\nsbatch: error: two\n' >&2; exit 1 ;;
    *) printf 'sbatch: warning: new 2 here\n' >&2; echo "7$#;cluster" ;;
esac
EOF
printf '#!/bin/sh\necho "$*" > ../scontrol.said\n' > "$work/bin/scontrol"
chmod +x "$work/bin/"*
cp "$program" "$work/o'ne two/program" # a path to be quoted
export PATH="$work/bin:$PATH"
submit() { rm -f ../sbatch.said; ./program sweep quickstart $words --launcher=slurm "$@" > ../said 2>&1; }

echo array.sh > ../refused
submit --slurm="tasks=3" && die "what sbatch refused was submitted"
grep -q '^rgdbench: sbatch refuses: one; two$' ../said || die "a refusal: $(cat ../said)"
[ -e $folder/1 ] && die "a refusal leaves its folder"
echo merge.sh > ../refused
submit --slurm="tasks=3" && die "a merge that sbatch refused was submitted"
grep -q "^rgdbench: array job 72 is submitted, but not the job that joins .* sh $folder/1/merge.sh: sbatch refuses: one; two$" ../said ||
    die "a refusal of the second job: $(cat ../said)"
submit && die "submitted twice"
grep -q "^rgdbench: what was submitted before is not merged yet: .* sh $folder/1/merge.sh$" ../said || die "twice: $(cat ../said)"
sh $folder/1/merge.sh > ../said || die "merging by hand: $(cat ../said)"
echo nothing > ../refused
submit --slurm="tasks=3 cpus=2 at_once=2 time=02:00:00 mem=1G" --data="da ta" || die "submitting: $(cat ../said)"
grep -q '^4 runs in 3 tasks: array job 72, then job 73 joins' ../said || die "submitting: $(cat ../said)"
printf -- "--version\n--parsable $folder/2/array.sh\n--parsable --dependency=afterany:72 $folder/2/merge.sh\n" |
    diff - ../sbatch.said || die "sbatch was told something else"
for line in --array=1-3%2 --cpus-per-task=2 --time=02:00:00 --mem=1G --requeue --signal=B:USR1@90 --open-mode=append; do
    grep -qx -- "#SBATCH $line" $folder/2/array.sh || die "no $line in the script: $(cat $folder/2/array.sh)"
done
grep -q " --jobs=2 .* '--data=da ta'" $folder/2/array.sh || die "arguments: $(cat $folder/2/array.sh)"

# A task that is warned at work asks to be queued again, as the task and not the whole array.
sed -i 's/--checkpoint=60/--checkpoint=0.05/' $folder/2/array.sh
export SLURM_ARRAY_JOB_ID=72 SLURM_ARRAY_TASK_ID
SLURM_ARRAY_TASK_ID=1 sh $folder/2/array.sh 2> ../said & task=$!
until ls $folder/2/1.ckpt/*.safetensors > /dev/null 2>&1; do
    kill -0 $task 2> /dev/null || die "the task ended without a checkpoint: $(cat ../said)"
    sleep 0.02
done
kill -USR1 $task
wait $task; [ $? = 75 ] || die "a task that was warned ended otherwise than by 75: $(cat ../said)"
[ "$(cat ../scontrol.said)" = "requeue 72_1" ] || die "scontrol was told: $(cat ../scontrol.said)"
rm ../scontrol.said
# So does one that is warned before the program listens.
sed 's|^.* sweep "results/.*|sh -c '"'kill -USR1 \$\$; sleep 9'"' \&|' $folder/2/array.sh > ../early.sh
SLURM_ARRAY_TASK_ID=1 sh ../early.sh 2> ../said; [ $? = 138 ] || die "a signal at once: $(cat ../said)"
[ "$(cat ../scontrol.said)" = "requeue 72_1" ] || die "a task that was warned at once is not queued again"
rm ../scontrol.said
for i in 1 2 3; do
    SLURM_ARRAY_TASK_ID=$i sh $folder/2/array.sh 2> ../said || die "task $i: $(cat ../said)"
done
[ -e ../scontrol.said ] && die "a task that has ended was queued again"
sh $folder/2/merge.sh > ../said || die "merging: $(cat ../said)"
grep -q '3.db: 1 results taken, 0 there already, 0 runs without$' ../said || die "merging: $(cat ../said)"
submit && grep -q '^nothing is left to run' ../said || die "nothing to do: $(cat ../said)"
digest=$(./program digest quickstart)
rm -r results
./program sweep quickstart $words --quiet || die "the ordinary sweep failed"
[ "$(./program digest quickstart)" = "$digest" ] || die "by tasks: another digest than an ordinary sweep's"
exit 0
