#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a sweep's one worker and its launcher cost on top of the training steps, in CPU time, by part.
# usage: tests/bench/pipeline.sh PROGRAM EXPERIMENT [WORD ...], PROGRAM being pipeline.c's
program=$(realpath "$1")
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
ln -s "$(realpath experiments)" "$(realpath datasets)" "$work"
[ -z "$RGDBENCH_DATA" ] || export RGDBENCH_DATA="$(realpath "$RGDBENCH_DATA")"
cd "$work" || exit 1
PIPELINE_TIMES=$work/times "$program" sweep --quiet --jobs=1 --threads=1 "$@" > /dev/null || exit
echo "$@"
awk 'function row(name, x) { printf "%-28s %9.2f %7.2f%%\n", name, x, 100 * x / steps }
    { n += $1; steps += $2; reading += $3; evaluation += $4; rest += $5 }
    END {
        printf "%-28s %9s %8s\n%-28s %9.2f\n", "seconds of CPU", "", "on top", n " steps", steps
        row("reading and augmentation", reading)
        row("evaluation", evaluation)
        row("start, store, launcher", rest)
        row("together", reading + evaluation + rest)
    }' times
