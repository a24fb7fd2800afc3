#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the fits of the package `dro` that tests/test_objective_dro.c compares objectives with.

    python3 tests/reference/dro_fits.py > tests/reference/dro_fits.h

Needs dro 0.4.3, cvxpy 1.9.3. A logistic model of 16 drawn examples, some with a wrong label, is fitted by dro's exact
solver; recorded are its optimum, the losses there, and the worst case of those as cvxpy finds it, which is asked as
dro's papers state it: over distributions, by primal problems, where the program solves duals."""
import sys
import types
from importlib.util import find_spec

import cvxpy as cp
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

N, FITS = 16, 6


def worst_case(v, constraints):
    """cvxpy's weights, of mean 1, and value."""
    w = cp.Variable(N, nonneg=True)
    problem = cp.Problem(cp.Maximize(v @ w / N), [cp.sum(w) == N] + constraints(w))
    problem.solve(solver="CLARABEL", tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11)
    return w.value, problem.value


KINDS = [  # ours, dro's class, setting, of a number; dro's number of ours; the ball
    ("kl_dro_constrained rho", KLDRO, "eps", lambda x: x, [.01, .02, .04],
     lambda x: lambda w: [cp.sum(-cp.entr(w)) <= N * x]),
    ("chi2_dro rho", Chi2DRO, "eps", lambda x: 2 * x, [.01, .02, .05],
     lambda x: lambda w: [cp.sum_squares(w - 1) <= 2 * N * x]),
    ("cvar alpha", CVaRDRO, "alpha", lambda x: x, [.9, .8, .7],
     lambda x: lambda w: [w <= 1 / x]),
    ("tv_dro rho", TVDRO, "eps", lambda x: x, [.02, .05, .1],
     lambda x: lambda w: [cp.norm1(w - 1) <= 2 * N * x]),
]


def fit(kind, number, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, 2))
    y = np.where(x[:, 0] + 0.5 * rng.normal(size=N) > 0, 1, -1)
    y[:3] *= -1
    model = kind[1](input_dim=2, model_type="logistic")
    model.update({kind[2]: kind[3](number)})
    got = model.fit(x, y)
    losses = np.logaddexp(0, -y * (x @ np.array(got["theta"]) + float(got["b"])))
    return losses, float(model.robust_obj), *worst_case(losses, kind[5](number))


def row(numbers):
    words = ["%.17g" % x for x in numbers]
    return "{" + ",\n      ".join(", ".join(words[i:i + 4]) for i in range(0, len(words), 4)) + "}"


print("""/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Fits of dro 0.4.3 for test_objective_dro.c. To renew:
 *     python3 tests/reference/dro_fits.py > tests/reference/dro_fits.h
 */
#ifndef TESTS_REFERENCE_DRO_FITS_H
#define TESTS_REFERENCE_DRO_FITS_H

enum { DRO_N = %d };

static const struct {
    const char *objective;
    double losses[DRO_N];
    double optimum; /* of dro */
    double weights[DRO_N], value; /* of cvxpy, at these losses */
} reference_dro[] = {""" % N)
for kind in KINDS:
    for i in range(FITS):
        number = kind[4][i % 3]
        losses, optimum, weights, value = fit(kind, number, 1 + i)
        print('    {"%s=%g",\n     %s,\n     %.17g,\n     %s,\n     %.17g},' %
              (kind[0], number, row(losses), optimum, row(weights), value))
print("};\n\n#endif")
