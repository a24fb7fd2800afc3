#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Linear models trained here by worst-case objectives beside the exact optima of the package dro.

    RGDBENCH_DATA=/data python3 tests/bench/dro_peers.py build/rgdbench

Needs dro 0.4.3, cvxpy 1.9.3, and the files of Adult and of credit default. 300 rows of numbers of each, standardised; the
whole set is the batch. A run records its training value (train_values). Fails where one ends more than 1e-4 from
dro's optimum."""
import csv
import os
import sqlite3
import subprocess
import sys
import tempfile
import types
from importlib.util import find_spec

import numpy as np

# dro's own __init__ also asks for PyTorch and Matplotlib, which no linear model needs.
FOLDER = find_spec("dro").submodule_search_locations[0]
for name, folder in (("dro", FOLDER), ("dro.linear_model", FOLDER + "/linear_model")):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from dro.linear_model.chi2_dro import Chi2DRO
from dro.linear_model.cvar_dro import CVaRDRO
from dro.linear_model.kl_dro import KLDRO
from dro.linear_model.tv_dro import TVDRO

N, MOST = 300, 1e-4
KINDS = [  # objective, setting, numbers; dro's class, setting, its number of ours
    ("kl_dro_constrained", "rho", [.01, .03, .1], KLDRO, "eps", lambda x: x),
    ("chi2_dro", "rho", [.01, .05, .1], Chi2DRO, "eps", lambda x: 2 * x),
    ("cvar", "alpha", [.9, .8, .7], CVaRDRO, "alpha", lambda x: x),
    ("tv_dro", "rho", [.02, .05, .1], TVDRO, "eps", lambda x: x),
]


def read(root, name, columns, label, positive, skip):
    with open(os.path.join(root, name), newline="") as f:
        rows = [r for r in csv.reader(f, skipinitialspace=True) if r][skip:skip + N]
    x = np.array([[float(r[c]) for c in columns] for r in rows])
    return (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1), np.array([1 if r[label] == positive else -1 for r in rows])


def make(folder, x, y):
    for sub in ("data", "datasets", "experiments"):
        os.makedirs(os.path.join(folder, sub))
    for part in ("train", "validation", "test"):  # the same rows, since only training is of interest
        with open("%s/data/%s.csv" % (folder, part), "w") as f:
            print(",".join("x%d" % i for i in range(x.shape[1])) + ",label", file=f)
            for row, label in zip(x, y):
                print(",".join("%.9g" % v for v in row) + ",%d" % label, file=f)
    with open(folder + "/datasets/peer.lua", "w") as f:
        f.write('return data_set { doc = "p", format = "table", train = { "train.csv" }, validation = { "validation.csv" }, '
                'test = { "test.csv" }, label = "label", others = "number" }')
    methods = ",\n".join('{ "%s%d", objective = %s { %s = %g } }' % (k[0], i, k[0], k[1], number)
                         for k in KINDS for i, number in enumerate(k[2]))
    with open(folder + "/experiments/peer.lua", "w") as f:
        f.write('return experiment { title = "p", data = peer { numbers = "none" }, model = mlp { hidden = {} },\n'
                'optimizer = adam {}, schedule = cosine {}, train = { epochs = 6000, batch = %d, lr = 0.05, evaluate = 6000 },\n'
                'methods = { %s }, seeds = 1 }' % (N, methods))


def values(program, folder):
    subprocess.run([program, "sweep", "peer", "--quiet"], cwd=folder, check=True,
                   env=dict(os.environ, RGDBENCH_DATA=folder + "/data"), stdout=subprocess.DEVNULL)
    db = sqlite3.connect(folder + "/results/peer.db")
    rows = db.execute("SELECT method, numbers FROM arrays JOIN plan_runs USING (run) WHERE name = 'train_values'")
    return {method: float(np.frombuffer(numbers, "<f4")[0]) for method, numbers in rows}


def main():
    program, root, worst = os.path.abspath(sys.argv[1]), os.environ["RGDBENCH_DATA"], 0
    tables = {"adult": ("adult/adult.data", [0, 2, 4, 10, 11, 12], 14, ">50K", 0),
              "credit_default": ("credit_default/UCI_Credit_Card.csv", [1, 5, 6, 12, 18], -1, "1", 1)}

    for table, source in tables.items():
        x, y = read(root, *source)
        with tempfile.TemporaryDirectory() as folder:
            make(folder, x, y)
            ours = values(program, folder)
        for name, setting, numbers, kind, key, convert in KINDS:
            for i, number in enumerate(numbers):
                model = kind(input_dim=x.shape[1], model_type="logistic")
                model.update({key: convert(number)})
                try:
                    model.fit(x, y)
                except Exception as problem:  # its solver fails on some KL balls
                    print("%-16s %-20s %s=%-5g dro fails: %s" % (table, name, setting, number, str(problem)[:50]))
                    continue
                apart = ours["%s%d" % (name, i)] - model.robust_obj
                worst = max(worst, abs(apart))
                print("%-16s %-20s %s=%-5g dro %.7f, here %+.1e" % (table, name, setting, number, model.robust_obj, apart))
    print("worst %.1e" % worst)
    return worst > MOST


sys.exit(main())
