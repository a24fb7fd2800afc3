#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_effects.c compares core/stats/ with.

    python3 tests/reference/effects.py > tests/reference/effects.h

Needs numpy and scipy. Nothing here shares code or algorithm with core/stats: the
posterior is sampled from numpy's Dirichlet distribution, with all pairs of whole
numbers in a matrix; interquartile means are scipy's; bootstraps go through all resamples.
"""
import itertools
import math
import sys

import numpy as np
from scipy import stats

N_DRAWS = 200000


def number(x):
    if math.isnan(x):
        return "NAN"
    return "%.12g" % x


def posterior(d, rope, seed):
    """Of the weight of all pairs (w_i w_k), which of the three has most? A pair whose mean is
    at most the rope is equal; prior: 0 with weight 1/2."""
    z = np.array([0] + list(d))
    sums = z[:, None] + z[None, :]
    right, left = (sums > 2 * rope).astype(float), (sums < -2 * rope).astype(float)
    wins, done = np.zeros(3), 0
    rng = np.random.default_rng(seed)
    while done < N_DRAWS:
        w = rng.dirichlet([0.5] + [1.0] * len(d), 20000)
        shares = np.stack([((w @ left) * w).sum(1), np.zeros(len(w)), ((w @ right) * w).sum(1)])
        shares[1] = 1 - shares[0] - shares[2]
        for k in range(3):
            wins[k] += (shares.argmax(0) == k).sum()
        done += len(w)
    return wins / done


def write_posteriors():
    rng = np.random.default_rng(1)
    cases = [([-7, 17] * 3, 5), ([-19, 29] * 3, 5), ([3, 3, 3], 1), ([0, 0, 1], 0), ([-1, 2], 1),
             ([12, -3, 8, 4, 4, 9, -1, 6, 7, 2], 5)]
    cases += [(rng.integers(-3, 5, 40).tolist(), rope) for rope in (0, 1)]
    cases += [(rng.integers(-60, 90, 40).tolist(), 10)]
    print("static const struct reference_posterior {\n    int n, d[40], rope;\n"
          "    double left, equal, right; /* of %d draws */\n} reference_posterior[] = {" % N_DRAWS)
    for i, (d, rope) in enumerate(cases):
        listed = ", ".join(map(str, d))
        p = ", ".join(number(x) for x in posterior(d, rope, i))
        print("    {%d,\n     {%s},\n     %d, %s}," % (len(d), listed, rope, p))
    print("};\n")


def values(x, size):
    return "{" + ", ".join(map(number, list(x) + [0] * (size - len(x)))) + "}"


def around(draws, p):
    """Between which draws the p-quantile of 9,999 of them must lie: five standard errors."""
    off = 5 * math.sqrt(p * (1 - p) / 9999)
    x = np.sort(draws)
    return [x[max(0, math.ceil((p + s * off) * len(x)) - 1)] for s in (-1, 1)]


def resamples(x):
    return np.array(list(itertools.product(x, repeat=len(x))))


def write_iqms():
    rng = np.random.default_rng(2)
    print("static const struct reference_iqm {\n    int n;\n    double x[12], iqm;\n"
          "    double low[2], high[2]; /* between which the ends of a 95% interval lie; n < 7 */\n"
          "} reference_iqm[] = {")
    for n in range(1, 13):
        x = np.round(rng.normal(70, 5, n), 2)
        ends = [math.nan] * 4
        if 2 <= n < 7:
            draws = np.sort(resamples(x), axis=1)
            draws = stats.trim_mean(draws, 0.25, axis=1)
            ends = around(draws, 0.025) + around(draws, 0.975)
        print("    {%d, %s, %s, %s, %s}," % (n, values(x, 12), number(stats.trim_mean(x, 0.25)),
                                            values(ends[:2], 2), values(ends[2:], 2)))
    print("};\n")


def write_improvements():
    cases = [([1, 2, 3, 4], [1, 2, 2, 3]), ([5, 1, 4], [2, 2, 3, 0]), ([9, 8, 7, 9], [1, 2, 3]),
             ([7, 1, 6, 2, 5], [3, 4, 3, 8])]
    print("static const struct reference_improvement {\n    int n_a, n_b, a[5], b[5];\n"
          "    double p, low[2], high[2];\n} reference_improvement[] = {")
    for a, b in cases:
        def p(a, b):
            above = (a[..., :, None] > b[..., None, :]) + 0.5 * (a[..., :, None] == b[..., None, :])
            return above.mean((-1, -2))
        draws = p(resamples(a)[:, None, :], resamples(b)[None, :, :]).ravel()
        ends = around(draws, 0.025) + around(draws, 0.975)
        print("    {%d, %d, {%s}, {%s}, %s, %s, %s}," %
              (len(a), len(b), ", ".join(map(str, a)), ", ".join(map(str, b)),
               number(p(np.array(a), np.array(b))), values(ends[:2], 2), values(ends[2:], 2)))
    print("};\n")


def write_equivalences():
    rng = np.random.default_rng(3)
    print("static const struct reference_tost {\n    int n;\n    double d[10], margin, p;\n"
          "} reference_tost[] = {")
    for n in 2, 3, 5, 6, 10, 10, 10:
        for margin in 0.25, 1, 3:
            d = np.round(rng.normal(rng.normal(0, 0.3), 0.6, n), 2)
            p = max(stats.ttest_1samp(d, -margin, alternative="greater").pvalue,
                    stats.ttest_1samp(d, margin, alternative="less").pvalue)
            print("    {%d, %s, %s, %s}," % (n, values(d, 10), number(margin), number(p)))
    print("};\n")


def main():
    print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
          " * Reference numbers for test_effects.c. Generated; to renew:\n"
          " *     python3 tests/reference/effects.py > tests/reference/effects.h\n */\n"
          "#ifndef TESTS_REFERENCE_EFFECTS_H\n#define TESTS_REFERENCE_EFFECTS_H\n\n#include <math.h>\n")
    write_posteriors()
    write_iqms()
    write_improvements()
    write_equivalences()
    print("#endif")


if __name__ == "__main__":
    sys.exit(main())
