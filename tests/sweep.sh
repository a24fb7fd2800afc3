#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same bits for any number of workers and threads, stopped and gone on, and
# from another folder. usage: tests/sweep.sh PROGRAM
program=$(realpath "$1")
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
words="methods=erm,rgd seeds=2 train.epochs=2 data.train_per_class=120 train.micro_batch=16"

fresh() { mkdir -p "$work/$1" && cp -r "$here/datasets" "$here/experiments" "$here/plots" "$work/$1" && cd "$work/$1" || exit 1; }
die() { echo "$1"; exit 1; }

fresh one
"$program" sweep quickstart $words --jobs=1 --quiet || die "sweep with one worker failed"
want=$("$program" digest quickstart)
fresh two/deeper
OPENBLAS_CORETYPE=Prescott OPENBLAS_NUM_THREADS=3 "$program" sweep quickstart $words --jobs=2 --threads=3 --quiet ||
    die "sweep with two workers failed"
[ "$("$program" digest quickstart)" = "$want" ] || die "two workers of three threads: another digest"

# Killed at several moments, by every signal, and gone on each time.
fresh stopped
for signal in INT TERM KILL KILL; do
    "$program" sweep quickstart $words --jobs=2 --quiet &
    pid=$!
    sleep 0.3
    kill -$signal $pid 2>/dev/null
    wait $pid 2>/dev/null
done
sleep 0.3
"$program" sweep quickstart $words --jobs=2 --quiet || die "the sweep did not go on"
[ "$("$program" digest quickstart)" = "$want" ] || die "stopped and gone on: another digest"

# Nothing is left to do: no run is trained again.
before=$("$program" export quickstart | sha256sum)
"$program" sweep quickstart $words --quiet || die "an ended sweep failed"
[ "$("$program" export quickstart | sha256sum)" = "$before" ] || die "an ended sweep changed its store"

# A run's weights come out as they were, and another run starts from them.
id=$("$program" sweep quickstart $words --dry-run | grep 'rgd.*seed 1' | head -1 | cut -c1-12)
"$program" export-weights quickstart "$id" one.safetensors 2>/dev/null || die "export-weights failed"
"$program" export-weights quickstart "$id" two.safetensors --threads=2 2>/dev/null || die "export-weights failed"
cmp -s one.safetensors two.safetensors || die "exported weights differ between one and two threads"
"$program" export-weights quickstart "$id" one.safetensors 2>/dev/null && die "export-weights overwrote a file"
"$program" export-weights quickstart "$id" folder/ 2> err && die "an mlp was written for transformers"
grep -q '^rgdbench: transformers has no model "mlp" of ours: give a file' err || die "folder of an mlp: $(cat err)"
bert="methods=erm seeds=1 data.train=60 data.test=20 data.validation=20 train.epochs=1 train.evaluate=1 train.lr=0.001"
"$program" sweep drawn_text $bert --quiet || die "no sweep of texts"
bert_id=$("$program" sweep drawn_text $bert --dry-run | grep erm | cut -c1-12)
"$program" export-weights drawn_text "$bert_id" model/ 2> err || die "no folder of a bert: $(cat err)"
[ "$(ls model | tr '\n' ' ')" = "config.json model.safetensors tokenizer_config.json vocab.txt " ] || die "the folder has $(ls model)"
"$program" sweep drawn_text $bert model.init=model --dry-run > /dev/null || die "no sweep from a folder"
rm results/drawn_text.db
# Weights below a data root, which is elsewhere the next time.
mkdir -p root/weights && mv model root/weights/mine
"$program" sweep drawn_text $bert model.init=weights/mine --data=root --quiet || die "no sweep from weights below a data root"
mv root moved && "$program" verify drawn_text n=1 --data=moved > /dev/null || die "another data root has no weights"
"$program" verify drawn_text n=1 --data=root > /dev/null 2> err && die "weights that are gone were found"
grep -q 'model.init: there is no "weights/mine", here or below "root"' err || die "weights that are gone: $(cat err)"
rm results/drawn_text.db
cp -r results results.before
"$program" sweep quickstart $words seeds=1 train.epochs=1 model.init=one.safetensors --quiet || die "no sweep from weights"
"$program" sweep quickstart $words seeds=1 train.epochs=1 model.init=two.safetensors --dry-run | cut -c1-12 > other
"$program" sweep quickstart $words seeds=1 train.epochs=1 model.init=one.safetensors --dry-run | cut -c1-12 | cmp -s - other ||
    die "another path of the same weights is another run"
"$program" sweep quickstart $words seeds=1 train.epochs=1 model.init=one.safetensors model.hidden=[9] 2> err && die "weights of another shape were taken"
grep -q '^rgdbench: .*one.safetensors.*hidden1.weight.* is F32 \[128, 3072\], not F32, F16 or BF16 \[9, 3072\]$' err || die "shape: $(cat err)"
rm -r results && mv results.before results

# The promise, checked by the program itself; a hash that is not the run's is found.
"$program" verify quickstart n=2 | grep -q "2 of 2 runs gave the same bits" || die "verify"
names=$("$program" export quickstart | tr -d '\r' | sed -n 's/^\(erm\|rgd\),[^,]*,[^,]*,0,\([0-9a-f]*\),.*/\1 \2/p' | sort -u)
a=$(echo "$names" | sed -n 's/^erm //p' | head -1)
b=$(echo "$names" | sed -n 's/^rgd //p' | head -1)
"$program" bisect quickstart "$a" "$b" 2> /dev/null | grep -q "the weights first differ after step 1" || die "bisect of two methods"
"$program" bisect quickstart "$a" "$a" 2> /dev/null | grep -q "the same weights after all" || die "bisect of a run and itself"
if python3 -c 'import sqlite3' 2> /dev/null; then
    cp results/quickstart.db kept.db
    python3 -c 'import sqlite3; c = sqlite3.connect("results/quickstart.db"); c.execute("update runs set weights_hash = spec_id"); c.commit()'
    "$program" verify quickstart n=1 > said 2>&1; [ $? = 3 ] || die "verify took other weights: $(cat said)"
    grep -q "is not what was written" said || die "verify says: $(cat said)"
    python3 -c 'import sqlite3; c = sqlite3.connect("results/quickstart.db"); c.execute("update runs set weights_hash = spec_id"); c.execute("pragma user_version = 4"); c.commit()' # an older store has no sums
    "$program" verify quickstart n=1 > said; [ $? = 3 ] || die "verify took other weights: $(cat said)"
    grep -q "DIFFERS: weights" said || die "verify says: $(cat said)"
    mv kept.db results/quickstart.db
fi
"$program" report > said && [ -s report/quickstart.html ] && [ -s report/index.html ] || die "report: $(cat said)"

for format in txt md tex csv jsonl html; do
    "$program" table quickstart --format=$format > table || die "table --format=$format failed"
    grep -q rgd table || die "table --format=$format lacks a method"
done
"$program" compare quickstart rgd erm | grep -q "paired t" || die "compare prints no test"
"$program" compare quickstart rgd nothing 2>/dev/null && die "compare took an unknown method"
"$program" plot quickstart > figures || die "plot failed"
[ "$(wc -l < figures)" = 8 ] || die "plot named $(wc -l < figures) figures, not 8"
ls results | grep -e '-wal$' -e '-shm$' && die "who reads a store leaves files beside it"
for f in $(tr ' ' '\n' < figures | grep .); do [ -s "$f" ] || die "figure $f is missing"; done
sum=$(cat plots/quickstart/*.svg plots/quickstart/*.png plots/quickstart/*.pdf | sha256sum)
"$program" plot quickstart > /dev/null
[ "$(cat plots/quickstart/*.svg plots/quickstart/*.png plots/quickstart/*.pdf | sha256sum)" = "$sum" ] || die "figures differ when drawn again"

# The names of the ranks, with a method that learns nothing and the baseline last; a long name is whole, on
# as many lines as it needs.
cat > experiments/order.lua <<'END'
return experiment { title = "Order", question = "Whose rank is it?", baseline = "erm", seeds = 3,
    data = shapes { train_per_class = 100, imbalance = 2 }, model = mlp { hidden = { 32 } },
    train = { epochs = 6, lr = 0.1 },
    methods = { { "slow_and_with_a_name_of_60_letters_that_goes_on_and_on_to_end", objective = erm {},
                  train = { lr = 1e-9 } }, { "rgd", objective = rgd {} }, { "erm", objective = erm {} } } }
END
"$program" sweep order --quiet > said 2>&1 && "$program" plot order > said || die "order: $(cat said)"
grep -q "^array method\[3\] = \['.*', '.*', 'slow_and_with_a_name_of_60_letters_that_goes_on_and_on_to_end'\]" \
    plots/order/ranks.gp || die "ranks: $(grep "^array method" plots/order/ranks.gp)"
grep -q "seeds are its blocks" plots/order/ranks.gp || die "ranks do not say what their blocks are"
for part in slow_and_with_a_name _of_60_letters_that_ goes_on_and_on_to_en; do
    grep -q ">$part<" plots/order/ranks.svg || die "ranks: no line \"$part\" of a long name"
done

# Judged by another measure: of the same runs, none of which is trained anew, until the plan says otherwise.
digest=$("$program" digest order)
"$program" table order measure=log_loss | grep -q "Test log loss (lower is better) at the last epoch" ||
    die "order by log loss: $("$program" table order measure=log_loss 2>&1)"
"$program" table order measures=macro_f1,brier columns=method,n,test_macro_f1,measures --format=csv | head -1 |
    grep -qx "method,n,test_macro_f1,test_brier,test_brier_ci95.\{0,1\}" || die "order: measures and columns"
for word in measure=f1 measure=f1:cow measure=r2 measure= select=x measures= columns=x columns=n,n measures=ece,ece; do
    "$program" table order $word > said 2>&1
    [ $? = 2 ] && [ "$(wc -l < said)" = 1 ] || die "table $word: $(cat said)"
done
"$program" table order measures=log_loss measure=accuracy > said 2>&1 && die "two that judge: $(cat said)"
"$program" sweep order measure=log_loss select=macro_f1 > said 2>&1 || die "order by log loss: $(cat said)"
grep -qx "judged by log_loss" said && grep -qx "selected by macro_f1" said || die "the plan does not say what judges"
[ "$("$program" digest order)" = "$digest" ] || die "another measure changed the runs"
"$program" table order | grep -q "Test log loss" || die "the plan's measure is not the table's"
"$program" sweep order measure=r2 > said 2>&1
[ $? = 2 ] && grep -q "measure \"r2\" is one of targets that are numbers" said || die "measure=r2: $(cat said)"

# Each of a condition's values is tuned by itself: momentum wants a lower rate than none.
cat > experiments/models.lua <<'END'
return experiment { title = "Momentum", question = "Whose rate is it?", baseline = "erm", seeds = 1,
    conditions = { "model", "optimizer.momentum" },
    data = shapes { train_per_class = 60, validation = 20, test_per_class = 5, difficulty = 0.2 },
    model = grid { mlp { hidden = { 32 } }, vit { dim = 8, depth = 1, heads = 1, patch = 16 } },
    optimizer = sgd { momentum = grid { 0, 0.9 } },
    train = { epochs = 6, batch = 32, lr = grid { 0.1, 0.01 }, evaluate = 6 }, methods = { { "erm", objective = erm {} } } }
END
"$program" sweep models --quiet > said 2>&1 || die "models: $(cat said)"
"$program" export models selected | tr -d '"\r' | cut -d, -f5,7 > said
grep -qx 'model=mlp momentum=0,train.lr=0.1' said && grep -qx 'model=mlp momentum=0.9,train.lr=0.01' said &&
    [ "$(grep -c model=vit said)" = 2 ] || die "models: $(cat said)"
"$program" table models by=model --format=csv | head -1 | grep -q ',model=mlp,.*,model=vit,' || die "by=model: $("$program" table models by=model)"
"$program" table models by=lr --format=csv | tr -d '\r"' | cut -d, -f1,2,3,6 > said # a rate is none, and is taken for one
[ "$(head -1 said)" = condition,method,lr=0.1,lr=0.01 ] && [ "$(wc -l < said)" = 5 ] || die "by=lr: $(cat said)"
grep '^model=mlp momentum=0,' said | awk -F, '$3 > $4 { found = 1 } END { exit !found }' || die "by=lr: $(cat said)"
"$program" table models by=batch 2> said && die "took a setting that does not vary"
grep -qF "by=batch: no setting of that name varies for each method; what varies, for some or all: model optimizer.momentum train.lr" said ||
    die "by=batch: $(cat said)"

# Numbers as targets: another measure in the tables, a drawing of what was learned.
for e in toy_regression toy_classification; do
    "$program" sweep $e smoke > said 2>&1 || die "sweep $e: $(cat said)"
    "$program" plot $e > figures && grep -q "plane.png" figures || die "$e: no drawing of the plane"
done
"$program" sweep toy_classification smoke train.test=last train.keep_scores=true > said 2>&1 && "$program" plot toy_classification > said ||
    die "sweep with train.test=last and all that can be kept: $(cat said)"
"$program" table toy_classification epochs=all 2> said && die "epochs=all of one evaluation that saw test data"
grep -q "evaluations saw test data; train with train.test=each" said || die "epochs=all: $(cat said)"
"$program" table toy_regression epochs=all measure=rmse > said && grep -q "ORACLE: best test" said || die "epochs=all: $(cat said)"
grep -q "validation accuracy (%)" plots/toy_classification/learning-curves.gp || die "curves are not of validation"
"$program" table toy_regression | grep -q "test R2 %" || die "toy_regression: its table does not say R2"
"$program" table toy_regression --format=csv | grep -q "test_r2,test_r2_sd" || die "toy_regression: no test_r2"
"$program" compare toy_regression rgd erm | grep -q "Test R2 in percent" || die "compare does not say R2"
"$program" report > said && grep -q "test R2" report/toy_regression.html || die "report of R2: $(cat said)"
"$program" sweep toy_regression smoke 'model.hidden=[8, 9]' --quiet > said 2>&1 && "$program" report >> said || die "a word with a blank: $(cat said)"
command=$(sed -n "s/&#39;/'/g; s/.*>\(make sweep EXP=toy_regression SET=.*\)/\1/p" report/toy_regression.html)
(cd "$here" && unset MAKEFLAGS && eval "$command -o build/rgdbench RUN='printf :%s:\\\\n'") | grep -xF ':model.hidden=[8, 9]:' > /dev/null || die "the page repeats by $command"
"$program" sweep toy_regression loss=cross_entropy 2> said && die "took a loss that is none of numbers"
exit 0
