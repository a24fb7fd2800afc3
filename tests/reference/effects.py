#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_effects.c compares core/stats/ with.

    python3 tests/reference/effects.py > tests/reference/effects.h

Needs numpy and scipy. Nothing here shares code or algorithm with core/stats: the
posterior is sampled from numpy's Dirichlet distribution, with all pairs of whole
numbers in a matrix.
"""
import math
import sys

import numpy as np

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
        values = ", ".join(map(str, d))
        p = ", ".join(number(x) for x in posterior(d, rope, i))
        print("    {%d,\n     {%s},\n     %d, %s}," % (len(d), values, rope, p))
    print("};\n")


def main():
    print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
          " * Reference numbers for test_effects.c. Generated; to renew:\n"
          " *     python3 tests/reference/effects.py > tests/reference/effects.h\n */\n"
          "#ifndef TESTS_REFERENCE_EFFECTS_H\n#define TESTS_REFERENCE_EFFECTS_H\n")
    write_posteriors()
    print("#endif")


if __name__ == "__main__":
    sys.exit(main())
