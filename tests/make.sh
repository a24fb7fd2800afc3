#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What is typed to make, and what files are called, reaches the program as it is: nothing of it is run.
# usage: tests/make.sh PROGRAM
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "$1"; exit 1; }
here=$(pwd)
unset MAKEFLAGS RGDBENCH_DATA EXP SET JOBS DATA FORMAT SHARD LAUNCHER SLURM N FROZEN A B ID FROM RESCUE NAME URL SHA256 PYTHON
mkdir "$work/p" "$work/p/build" && cp -r Makefile experiments datasets "$work/p" && cd "$work/p" &&
    ln -s "$program" build/rgdbench || exit 1
cat > record << 'EOF'
#!/bin/sh
printf '<%s>\n' "$@" "data: $RGDBENCH_DATA" >> recorded
EOF
chmod +x record
make() { command make -s -o build/rgdbench "$@"; } # -o: as it is, without its sources
untouched() { # WHAT
    [ -z "$(find . -name '*pwn*' ! -path './results/*')" ] || die "was run: $1"
}

# The values, each ended by a line of its own, as some have several lines.
cat > values << 'EOF'
;touch pwn;
%
x; touch pwn #
%
$(touch pwn)
%
$$(touch pwn)
%
`touch pwn`
%
"; touch pwn; "
%
'; touch pwn; '
%
'"; touch pwn; "'
%
$(shell touch pwn)
%
${shell touch pwn}
%
$(eval x:=$(shell touch pwn))
%
$(file >pwn,x)
%
`touch${IFS}pwn`
%
| touch pwn
%
|| touch pwn
%
&& touch pwn
%
& touch pwn &
%
> pwn
%
>pwn 2>&1 <values
%
x
touch pwn
%
x
	touch pwn
%
a b  c
%
blanks behind  
%
*
%
[a-z]*
%
-x
%
--help
%
-
%
~
%
$HOME $EXP $$
%
a\
%
\"; touch pwn; \"
%
a # b
%
a=b:c%d!e
%
EOF
each() { # COMMAND...: with each value as its last argument
    value=
    while IFS= read -r line; do
        if [ "$line" = % ]; then
            "$@" "${value%?}"
            value=
        else
            value="$value$line
"
        fi
    done < values
}
expected() { # VALUE: what the goals below are to say
    for verb in confirm compare fsck retry cancel status digest data fetch-weights; do
        case $verb in
            confirm) set -- "$1" "$1" "n=$1" --frozen "--jobs=$1" "--data=$1" ;;
            compare) set -- "$1" "$1" "$1" "$1" "--format=$1" ;;
            fsck) set -- "$1" "$1" "--rescue=$1" ;;
            retry) set -- "$1" "$1" "$1" "--jobs=$1" "--data=$1" ;;
            cancel) set -- "$1" "$1" "$1" ;;
            data) set -- "$1" "$1" "--data=$1" ;;
            fetch-weights) set -- "$1" "$1" "$1" "$1" --python=python3 "--data=$1" ;;
            *) set -- "$1" "$1" ;;
        esac
        value=$1
        shift
        printf '<%s>\n' $verb "$@" "data: $value"
        set -- "$value"
    done
}
typed() { # VALUE
    v=$1 goals="confirm compare fsck retry cancel status digest data weights"
    expected "$v" > wanted
    rm -f recorded
    make RUN=./record $goals EXP="$v" N="$v" FROZEN="$v" JOBS="$v" DATA="$v" A="$v" B="$v" FORMAT="$v" RESCUE="$v" ID="$v" \
        NAME="$v" URL="$v" SHA256="$v" RGDBENCH_DATA="$v" > said 2>&1 || die "typed: $v: $(cat said)"
    cmp -s wanted recorded || die "typed: $v: $(diff wanted recorded)"
    rm -f recorded
    EXP="$v" N="$v" FROZEN="$v" JOBS="$v" DATA="$v" A="$v" B="$v" FORMAT="$v" RESCUE="$v" ID="$v" NAME="$v" URL="$v" \
        SHA256="$v" RGDBENCH_DATA="$v" make RUN=./record $goals > said 2>&1 || die "in the environment: $v: $(cat said)"
    cmp -s wanted recorded || die "in the environment: $v: $(diff wanted recorded)"
    rm -f recorded # words: what is no pair of quotes is refused
    make -k RUN=./record table verify merge sweep SET="$v" FROM="$v" SHARD="$v" LAUNCHER="$v" SLURM="$v" V="$v" > said 2>&1
    make -k RUN=./record table SAN="$v" > said 2>&1
    make -k RUN=./record table DEBUG="$v" CI="$v" WERROR="$v" > said 2>&1
    untouched "$v"
    n=$((n + 1))
}
n=0
each typed
[ $n -ge 30 ] || die "only $n values"

words() { # SET WORD...: is read as these
    set=$1
    shift
    rm -f recorded
    make RUN=./record verify SET="$set" > said 2>&1 || die "SET=$set: $(cat said)"
    printf '<%s>\n' verify quickstart "$@" "data: " | cmp -s - recorded || die "SET=$set: $(cat recorded)"
}
words "methods=erm,rgd seeds=3" methods=erm,rgd seeds=3
words "by=imbalance" by=imbalance
words "  n=3   seed=0 " n=3 seed=0
words "train.lr=logspace(0.01,1,3) ~rgd data.test_envs=[3],[0] a=*" "train.lr=logspace(0.01,1,3)" "~rgd" "data.test_envs=[3],[0]" "a=*"
words "'model.hidden=[8, 9]' n=1" "model.hidden=[8, 9]" n=1
words 'model.init="a b.safetensors"' "model.init=a b.safetensors"
words 'a=$(touch pwn) `x`' 'a=$(touch' 'pwn)' '`x`'
words ""
rm -f recorded
make RUN=./record verify SET="n='1" > said 2>&1 && die "took a quote that does not end"
[ -e recorded ] && die "a quote that does not end reached the program"

mkdir "$work/a b" && RGDBENCH_DATA="$work/a b" make data > said || die "a folder with a blank: $(cat said)"

# Stores of strangers among the shards, by names that a shell would run.
smoke="methods=erm seeds=2 data.train_per_class=20 data.validation=4 data.imbalance=2 train.lr=0.01 train.epochs=1 model.hidden=[8]"
build/rgdbench sweep quickstart $smoke --quiet || die "the sweep failed"
digest=$(build/rgdbench digest quickstart)
rm -r results
build/rgdbench sweep quickstart $smoke --quiet --shard=1/2 && build/rgdbench sweep quickstart $smoke --quiet --shard=2/2 || die "a share failed"
command make -s -o build/rgdbench merge EXP=none > said 2>&1 && die "merged nothing"
grep -q 'no stores in "results/none.shards"' said || die "merging nothing: $(cat said)"
named() { cp results/quickstart.shards/1-of-2.db "results/quickstart.shards/$(printf %s "$1" | tr / _).db"; }
each named
named 'a;touch pwn;b' && named '`touch${IFS}pwn`' && named '$(touch pwn)' && named '-rf'
make merge EXP=quickstart > said 2>&1 || die "merging: $(cat said)"
untouched "a shard's name"
[ "$(grep -c 'results taken' said)" = "$(find results/quickstart.shards -name '[!.]*.db' | grep -c '\.db$')" ] || die "a shard is left out: $(cat said)"
[ "$(build/rgdbench digest quickstart)" = "$digest" ] || die "merged, it has another digest"
exit 0
