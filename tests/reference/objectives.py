#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the weights and values that tests/test_objective_vectors.c compares objectives with, from
the formulas of their sources.

    python3 tests/reference/objectives.py > tests/reference/objectives.h
"""
from math import exp, expm1, log, sqrt

V = [0.7, 4, 0.05, 1.6, 0.2, 2.3, 0.4, 1.1]
N = len(V)
CLASSES = [0, 0, 1, 1, 1, 1, 1, 1]
ENVIRONMENTS = [0, 1, 0, 0, 0, 1, 1, 1]
COUNTS = [10, 30, 5, 55]  # of each class in each environment, in the training part
BOTH = [2 * c + e for c, e in zip(CLASSES, ENVIRONMENTS)]


def mean(x):
    return sum(x) / len(x)


def risk(groups, g):
    return mean([v for v, of in zip(V, groups) if of == g])


def term_by(groups, t):
    """Li et al. 2021, tilting of groups: of their mean losses, by their shares of the batch."""
    e = [exp(t * risk(groups, g)) for g in groups]
    return [x / mean(e) for x in e], log(mean(e)) / t


def vrex_by(groups, beta):
    """Krueger et al. 2021: the mean of the groups' risks plus beta times their variance."""
    names = sorted(set(groups))
    centre = mean([risk(groups, g) for g in names])
    w = [(1 + 2 * beta * (risk(groups, g) - centre)) * N / (len(names) * groups.count(g)) for g in groups]
    return w, centre + beta * mean([(risk(groups, g) - centre) ** 2 for g in names])


def group_dro_by(groups, sizes, eta, adjustment):
    """Sagawa et al. 2020, the first step: q ~ exp(eta (L_g + adjustment / sqrt(n_g)))."""
    q = [exp(eta * (risk(groups, g) + adjustment / sqrt(size))) for g, size in enumerate(sizes)]
    return [N * q[g] / sum(q) / groups.count(g) for g in groups], None


def reweight(groups, sizes, power):
    """Yang et al. 2023 (SubpopBench): one over a power of the group's size in the training part."""
    rates = [size**-power for size in sizes]
    w = [len(sizes) * rates[g] / sum(rates) for g in groups]
    return w, mean([x * v for x, v in zip(w, V)])



def gce(q):
    """Zhang and Sabuncu 2018: (1 - p^q) / q, by its derivative in v = -log p."""
    return [exp(-q * v) for v in V], mean([(1 - exp(-q * v)) / q for v in V])



def sce(alpha, beta, a):
    """Wang et al. 2019: alpha v - a beta (1 - p), by its derivative in v = -log p."""
    return [alpha - a * beta * exp(-v) for v in V], mean([alpha * v - a * beta * (1 - exp(-v)) for v in V])



def lambert(x):
    """W with W exp(W) = x, from -1 up, by bisection."""
    low, high = -1.0, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * exp(middle) < x else (low, middle)
    return low


def superloss(tau, price):
    """Castells et al. 2020: min over w of (v - tau) w + lambda log^2 w, w at most e."""
    w = [exp(1) if (v - tau) / price <= -2 / exp(1) else exp(-lambert((v - tau) / price / 2)) for v in V]
    return w, mean([(v - tau) * x + price * log(x) ** 2 for v, x in zip(V, w)])



def self_paced(form, threshold):
    """Kumar et al. 2010 (hard) and Jiang et al. 2014 (linear): min over w from 0 to 1 of w v + lambda f(w)."""
    w = [float(v < threshold) if form == "hard" else max(0, 1 - v / threshold) for v in V]
    return w, mean([x * v + threshold * (-x if form == "hard" else x * x / 2 - x) for v, x in zip(V, w)])



def relative(favour, r):
    """Sow et al. 2025, algorithm 1: a soft-max of where a loss lies in the batch's range."""
    e = [exp(favour((2 * v - max(V) - min(V)) / (max(V) - min(V))) / r) for v in V]
    return [x / mean(e) for x in e], None



CASES = {
    "term t=1 by=both": term_by(BOTH, 1),
    "term t=-2 by=class": term_by(CLASSES, -2),
    "term t=3 by=environment": term_by(ENVIRONMENTS, 3),
    "vrex lambda=0.3 anneal=0 by=both": vrex_by(BOTH, 0.3),
    "group_dro eta=0.5 adjustment=2 by=both": group_dro_by(BOTH, COUNTS, 0.5, 2),
    "reweight by=both": reweight(BOTH, COUNTS, 1),
    "reweight by=both power=0.5": reweight(BOTH, COUNTS, 0.5),
    "reweight by=environment power=2": reweight(ENVIRONMENTS, [15, 85], 2),
    "gce": gce(0.7),
    "gce q=1": gce(1),
    "sce": sce(0.1, 1, -4),
    "sce a=-9.21034037197618": sce(0.1, 1, log(1e-4)),
    "sce alpha=6 beta=0.1": sce(6, 0.1, -4),
    "superloss tau=2.302585092994046": superloss(log(10), 1),
    "superloss tau=1 lambda=0.25": superloss(1, 0.25),
    "superloss gamma=0.1": superloss(log(2), 1),
    "self_paced share=0": self_paced("hard", 1),
    "self_paced": self_paced("hard", 1),  # the half that always counts is the same here
    "self_paced share=0.625 lambda=0.1": (self_paced("hard", 1.2)[0], mean([v - 0.1 if v < 1.2 else 0 for v in V])),
    "self_paced form=linear lambda=2": self_paced("linear", 2),
    "self_paced form=linear lambda=0.1": (self_paced("linear", 1.4)[0], None),
    "lin_upper": relative(lambda h: min(h + 1, 1), 1),
    "lin_upper r=0.4": relative(lambda h: min(h + 1, 1), 0.4),
    "quadratic": relative(lambda h: 1 - h * h, 1),
    "quadratic r=0.4": relative(lambda h: 1 - h * h, 0.4),
    "extremes": relative(abs, 1),
    "extremes burn_in=1": ([1] * N, None),
}

print("""/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reference numbers for test_objective_vectors.c. Generated; to renew:
 *     python3 tests/reference/objectives.py > tests/reference/objectives.h
 */
#ifndef TESTS_REFERENCE_OBJECTIVES_H
#define TESTS_REFERENCE_OBJECTIVES_H

#include <math.h>

static const struct {
    const char *text;
    double weights[8], value; /* NAN: it has none */
} vectors[] = {""")
for text, (weights, value) in CASES.items():
    cells = [f"{w:.15g}" for w in weights]
    print(f'    {{"{text}",\n     {{{", ".join(cells[:4])},\n      {", ".join(cells[4:])}}},')
    print(f'     {"NAN" if value is None else format(value, ".15g")}}},')
print("};\n\n#endif")
