#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Somebody's own data: `data --init` of tables and of folders writes what runs as it is; what is wrong with a file is
# one line, and nothing is overwritten. usage: tests/own_data.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset RGDBENCH_DATA
mkdir "$work/project" "$work/project/datasets" "$work/project/experiments" "$work/away" && cd "$work/project" || exit 1
failures=0
die() { echo "own_data: $1"; failures=$((failures + 1)); }

# A table as they come: a mark, ";", an id, a constant, quoted levels, no value as "?" and "NA", 1 in 8 positive.
{
    printf '\357\273\277id;age;town;height;same;leaves\r\n'
    i=0
    while [ $i -lt 240 ]; do
        age=$((20 + i * 7 % 50)) height=1.$((i * 13 % 90 + 10))
        [ $((i % 31)) = 0 ] && height=NA
        case $((i % 3)) in 0) town='"A; B"' ;; 1) town=C ;; 2) town=? ;; esac
        printf '%d;%d;%s;%s;0;%s\r\n' $i $age "$town" $height "$([ $((i % 8)) = 0 ] && echo yes || echo no)"
        i=$((i + 1))
    done
} > "../away/My people-1.csv"
"$program" data --init "../away/My people-1.csv" > out 2> err || die "init: $(cat err)"
for part in 'separator = ";"' 'header = true' 'missing = { "", "?", "NA" }' 'label = "leaves", -- what is to be told: the last' \
    '-- 2 classes, with their rows: no 210, yes 30' '"age", -- all are numbers; 50 different' \
    '"height", -- all are numbers; 90 different, 8 missing' '"town", -- there are texts; 2 different, 80 missing' \
    '"id", -- it numbers the rows' '"same", -- it has one value only' '-- groups = { "town", "leaves" }'; do
    grep -qF -- "$part" datasets/my_people_1.lua || die "the description does not say $part: $(cat datasets/my_people_1.lua)"
done
grep -qF 'measure = "balanced_accuracy", -- saying always no is right in 88%' experiments/my_people_1.lua ||
    die "no measure: $(cat experiments/my_people_1.lua)"
for part in 'no       210' 'height  number          8' "make sweep EXP=my_people_1 DATA=$(realpath ../away)"; do
    grep -qF -- "$part" out || die "init does not say $part: $(cat out)"
done
smoke() { # NAME: as it is, with the words that make it short
    words=$(sed -n 's/.*smoke = "\(.*\)",.*/\1/p' experiments/$1.lua)
    "$program" sweep $1 $words --data="$2" > said 2>&1 || die "sweep $1: $(cat said)"
    "$program" table $1 > said 2>&1 && grep -q '^erm' said || die "table $1: $(cat said)"
}
smoke my_people_1 ../away
"$program" data --init "../away/My people-1.csv" 2> err && die "it was overwritten"
grep -qF '"datasets/my_people_1.lua" is there already: give another name' err || die "overwritten: $(cat err)"

# One cell that is no number, among numbers: it costs that cell, and is said.
{ echo 'size , leaves'; seq 1 60 | awk '{ print $1 == 50 ? "oops" : $1 ".5", ",", $1 % 4 ? "no" : "yes" }'; } > ../away/typo.csv
"$program" data --init ../away/typo.csv > out 2> err || die "typo: $(cat err)"
grep -qF 'note: column "size": 1 value is no number, "oops" in line 51; it is taken as one of numbers' out ||
    die "typo: $(cat out)"
grep -qF 'missing = { "", "oops" }' datasets/typo.lua && grep -qE '^size +number +1 ' out || die "typo: $(cat datasets/typo.lua)"
smoke typo ../away

# Without a header; a number to be told; a root that was named.
i=0
while [ $i -lt 100 ]; do echo "$i.5 $((i * i % 7)) $((3 * i)).25"; i=$((i + 1)); done > ../away/numbers.txt
"$program" data --init ../away/numbers.txt line --data=.. > out 2> err || die "numbers: $(cat err)"
for part in 'train = { "away/numbers.txt" }' 'separator = " "' 'header = false' 'target = "3"'; do
    grep -qF -- "$part" datasets/line.lua || die "the description does not say $part: $(cat datasets/line.lua)"
done
grep -q 'make sweep EXP=line$' out || die "the root is said: $(cat out)"
smoke line ..

# Tasks of several kinds in one experiment, each judged by what its description says.
mkdir -p ../away/away && cp ../away/numbers.txt ../away/away/
sed -i 's/^    format/    score = { "pearson", "spearman" },\n    format/' datasets/line.lua
sed -i 's/^    format/    score = { "f1:yes", "accuracy" },\n    format/' datasets/my_people_1.lua
cat > experiments/tasks.lua <<'EXPERIMENT'
return experiment {
    title = "Two tasks",
    question = "Do both go into one test?",
    data = grid { my_people_1 { validation_share = 0.2, test_share = 0.2 }, line { validation_share = 0.2, test_share = 0.2 } },
    methods = { { "erm" }, { "rgd", objective = rgd {} } },
    train = { epochs = 3, lr = 0.01 },
    seeds = 2,
    measure = "task_score",
}
EXPERIMENT
"$program" sweep tasks --data=../away > said 2>&1 || die "tasks: $(cat said)"
"$program" table tasks measure=accuracy 2> said && die "numbers have an accuracy"
grep -qF 'has not recorded it on' said || die "accuracy of numbers: $(cat said)"
"$program" export tasks > metrics.csv || die "export"
awk -F, '{ key = $5 " " $7 " " $8; value[key, $9 ":" $10] = $11; keys[key] }
    END {
        for (k in keys) {
            is = value[k, "task_score:"]
            kind = value[k, "pearson:"] != ""
            should = kind ? (value[k, "pearson:"] + value[k, "spearman:"]) / 2 : (value[k, "f1:yes"] + value[k, "accuracy:"]) / 2
            n_kinds[kind] += is != "" && is - should < 1e-9 && should - is < 1e-9
        }
        exit !(n_kinds[0] >= 4 && n_kinds[1] >= 4)
    }' metrics.csv || die "task_score is no mean of what the description names: $(grep -c task_score metrics.csv)"
sed -i 's/"f1:yes"/"f1:perhaps"/' datasets/my_people_1.lua
"$program" sweep tasks train.epochs=2 --data=../away 2> said && die "a score of no class was taken"
grep -qF 'data set "my_people_1": score "f1:perhaps": it has no such measure' said || die "score: $(cat said)"
sed -i 's/"f1:perhaps"/"log_loss"/' datasets/my_people_1.lua
"$program" sweep tasks train.epochs=2 --data=../away 2> said && die "a score was taken of which lower is better"
grep -qF 'data set "my_people_1": score "log_loss": lower is better of it' said || die "score: $(cat said)"
sed -i 's/"log_loss"/"f1:yes"/' datasets/my_people_1.lua
sed -i 's/"spearman"/"r2"/' datasets/line.lua
"$program" sweep tasks train.epochs=2 --data=../away 2> said && die "a score was taken that has no lowest value"
grep -qF 'data set "line": score "r2": it has no lowest value' said || die "score: $(cat said)"
sed -i '/score =/d' datasets/my_people_1.lua datasets/line.lua
"$program" sweep tasks train.epochs=2 --data=../away 2> said && die "task_score was taken where no data have one"
grep -qF 'does not say what they are judged by' said || die "no score: $(cat said)"

# Folders: classes, parts, environments.
picture() {
    mkdir -p "$1"
    base64 -d > "$1/$2.png" <<PNG
iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC
PNG
}
for i in 1 2 3 4 5 6 7 8; do
    for class in cat dog; do
        picture ../away/pets/$class $i
        picture ../away/split/train/$class $i
        picture ../away/split/test/$class $i
        picture ../away/three/train/$class $i
        picture ../away/three/val/$class $i
        picture ../away/three/test/$class $i
        picture ../away/styles/drawn/$class $i
        picture ../away/styles/photo/$class $i
    done
done
init_folder() { # NAME FORMAT LAYOUT
    "$program" data --init ../away/$1 > out 2> err || die "$1: $(cat err)"
    grep -qF "format = \"$2\"" datasets/$1.lua && grep -qF "layout = \"$3\"" datasets/$1.lua ||
        die "$1: $(cat datasets/$1.lua)"
    grep -q '^cat  *8' out || die "$1 counts: $(cat out)"
    smoke $1 ../away
}
init_folder pets pictures classes
init_folder split pictures parts
init_folder three pictures parts
init_folder styles folders environments

# A bad file: what is left out here stops a sweep, which is said, and how to go on.
cp -r ../away/pets ../away/bad && echo "no picture" > ../away/bad/cat/0.png
"$program" data --init ../away/bad > out 2> err || die "bad: $(cat err)"
grep -qF 'an experiment stops at such files, unless it says skip_bad = true' out || die "bad: $(cat out)"
"$program" sweep bad seeds=1 --data=../away > said 2>&1 && die "a bad file was taken"
sed -i 's/size = 32/skip_bad = true, &/' experiments/bad.lua
smoke bad ../away

# What is wrong is one line, and leaves no file.
fails() { # PART-OF-THE-MESSAGE TEXT [NAME]
    printf "$2" > ../away/wrong.csv
    "$program" data --init ../away/wrong.csv $3 > out 2> err
    status=$?
    [ $status = 2 ] && [ "$(wc -l < err)" = 1 ] && grep -qF -- "$1" err || die "gave $status, $(cat err); wanted $1"
    [ ! -e datasets/${3:-wrong}.lua ] || die "a file is left where $1"
}
fails 'wrong.csv" is empty' ''
fails 'it has no second column, or no second line' 'a\nb\nc\n'
fails 'wrong.csv:3: 1 fields, but the first line has 2' 'a,b\n1,2\n3\n'
fails 'column "label" cannot be what is to be told: it has one value only' 'a,label\n1,2\n3,2\n'
fails 'there is no column to tell "a" by' 'a,b\n1,2\n3,2\n'
fails 'column 1 has no name in the first line' ',a,b\n0,1,2\n1,3,4\n'
fails 'has two columns "a", the 1. and the 2.' 'a,a\n1,2\n2,3\n'
fails 'wrong.csv:2: column "a" has numbers with a comma, as "0,5"' 'a;b\n0,5;x\n0,7;y\n'
fails 'a quoted field does not end' 'a,b\n"x,2\n'
fails 'is UTF-16' '\377\376a\0,\0'
fails 'there is no column to tell "b" by' 'a,b\n1,2\n1,3\n'
fails '"rgd" is an objective already' 'a,b\n1,2\n3,4\n' rgd
fails '"a-b" is not a name of letters' 'a,b\n1,2\n3,4\n' a-b
"$program" data --init nowhere 2> err && die "a file that is not there was read"
grep -qF 'there is no file or folder "nowhere"' err || die "nowhere: $(cat err)"
cp ../away/wrong.csv ../away/w.safetensors
"$program" data --init ../away/w.safetensors 2> err && die "features were taken for a table"
grep -qF 'w.safetensors" is no table: of features a description says format = "features"' err || die "features: $(cat err)"
# What only the reader knows leaves files to be edited.
printf 'a,b\n1,x\n2,\n3,y\n' > ../away/lacks.csv
"$program" data --init ../away/lacks.csv 2> err && die "a label that is missing was taken"
grep -qF 'are written, and have to be edited: data set "lacks": lacks.csv:3: the label, b, is missing' err || die "lacks: $(cat err)"
# A description that names a file that is not there, or may not be: as a sweep says it.
names() { # PATH PART-OF-THE-MESSAGE
    sed "s#train = {[^}]*}#train = { \"$1\" }#" datasets/line.lua > datasets/gone.lua
    "$program" data gone --data=.. > out 2> err && die "$1 was taken"
    [ "$(wc -l < err)" = 1 ] && grep -qF "data set \"gone\": $2" err || die "$1 gave $(cat err)"
}
names nothere.csv 'could not open "../nothere.csv": No such file'
names /etc/passwd '"train" in its description names "/etc/passwd", which is not below the data root'
names ../numbers.txt '"train" in its description names "../numbers.txt", which is not below the data root'
[ $failures = 0 ] || exit 1
echo "own_data: what data --init writes runs as it is"
