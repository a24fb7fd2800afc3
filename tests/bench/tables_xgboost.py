#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gradient-boosted trees (XGBoost) on the rows of the tables that have a test part of their own, for a line beside
ours that is not ours. As many rows train as in experiments/tabular.lua, the rest validates: it says when to stop.

    apt-get install python3-xgboost python3-pandas python3-sklearn
    tests/bench/tables_xgboost.py DATAROOT            # prints lines for results/published/tabular.csv

Everything else is XGBoost's default; categories are codes with enable_categorical, missing numbers stay missing.
"""
import sys

import numpy as np
import pandas as pd
import xgboost

SEEDS = 5
ADULT = ("age workclass fnlwgt education education-num marital-status occupation relationship race sex capital-gain "
         "capital-loss hours-per-week native-country income").split()
ADULT_NUMBERS = "age fnlwgt education-num capital-gain capital-loss hours-per-week".split()
BANK_NUMBERS = "age balance day duration campaign pdays previous".split()


def adult(root):
    train, test = (pd.read_csv(f"{root}/adult/adult.{part}", names=ADULT, skipinitialspace=True, comment="|")
                   for part in ("data", "test"))
    test["income"] = test["income"].str.rstrip(".")
    return train, None, test, "income", ADULT_NUMBERS


def bank(root):
    return (*(pd.read_csv(f"{root}/bank/{part}.csv") for part in ("train", "val", "test")), "y", BANK_NUMBERS)


def thyroid(root):
    names = [f"x{i}" for i in range(21)] + ["class"]
    train, test = (pd.read_csv(f"{root}/thyroid/ann-{part}.data", names=names, usecols=range(22), index_col=False)
                   for part in ("train", "test"))
    return train, None, test, "class", names[:-1]


def accuracy(parts, label, numbers, seed):
    everything = pd.concat(parts)
    classes = sorted(everything[label].unique())
    sets = []
    for part in parts:
        x = part.drop(columns=label).copy()
        for name in x.columns:
            if name not in numbers:
                x[name] = pd.Categorical(x[name], categories=sorted(everything[name].astype(str).unique()))
        sets.append((x, part[label].map(classes.index).to_numpy()))
    model = xgboost.XGBClassifier(n_estimators=2000, early_stopping_rounds=50, tree_method="hist",
                                  enable_categorical=True, random_state=seed, n_jobs=2)
    model.fit(*sets[0], eval_set=[sets[1]], verbose=False)
    return 100 * np.mean(model.predict(sets[2][0]) == sets[2][1])


def main():
    for name, read in (("adult", adult), ("bank", bank), ("thyroid", thyroid)):
        train, validation, test, label, numbers = read(sys.argv[1])
        scores = []
        for seed in range(SEEDS):
            part, held_out = train, validation
            if held_out is None:
                held_out = train.groupby(label).sample(frac=0.2, random_state=seed)
                part = train.drop(held_out.index)
            scores.append(accuracy((part, held_out, test), label, numbers, seed))
        print(f"erm,data={name},{np.mean(scores):.2f},XGBoost (not ours),\"XGBoost {xgboost.__version__}, defaults, "
              f"stopped by validation; tests/bench/tables_xgboost.py; mean of {SEEDS} seeds, sd {np.std(scores, ddof=1):.2f}\"")


if __name__ == "__main__":
    main()
