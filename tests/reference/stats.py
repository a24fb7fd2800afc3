#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_stats.c compares core/stats/ with.

    python3 tests/reference/stats.py > tests/reference/stats.h

Needs numpy and scipy. Nothing here shares code or algorithm with core/stats:
signed-rank tails at large n are exact integers, the power of the t-test is an
integral over the chi distribution. statistics.py has the random cases.
"""
import math
import sys
import textwrap
import warnings

import numpy as np
from scipy import optimize, special, stats


def number(x):
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return "%.17g" % x


def row(*fields):
    return "{" + ", ".join(str(f) if isinstance(f, int) else number(f) for f in fields) + "},"


def t_quantile(df):
    """The 97.5% point; scipy's own is good to 1e-9 or so, a Newton step mends it."""
    q = stats.t.ppf(0.975, df)
    for _ in range(3):
        q += (stats.t.sf(q, df) - 0.025) / stats.t.pdf(q, df)
    return float(q)


def struct(name, fields, rows):
    print("static const struct %s {\n    %s\n} %s[] = {" % (name, fields, name))
    for r in rows:
        print(textwrap.fill(r, 98, initial_indent="    ", subsequent_indent="     "))
    print("};\n")


# ---- the signed-rank distribution at large n ----

def untied_p(n, v):
    """Two-sided p for ranks 1..n: subsets counted in exact integers, or near the
    middle, where those are slow, probabilities in 80-bit floats."""
    limit = min(v, n * (n + 1) // 2 - v)
    exact = n * limit < 2 * 10**7
    p = np.zeros(limit + 1, object if exact else np.longdouble)
    p[0] = 1
    for r in range(1, n + 1):
        moved = p[:-r].copy() if r <= limit else p[:0]
        if r <= limit:
            p[r:] += moved
        if not exact:
            p /= 2
    if exact:
        return min(1.0, 2 * int(p.sum()) / 2**n)
    return min(1.0, float(2 * p.sum()))


def tied_p(n, k):
    """All magnitudes equal, k of them positive: the sign test."""
    return min(1.0, 2 * sum(math.comb(n, j) for j in range(min(k, n - k) + 1)) / 2**n)


def write_signed_rank():
    untied = [(2, 3), (5, 0), (5, 15), (5, 7), (20, 52), (20, 158), (20, 105), (60, 300),
              (200, 0), (200, 7000), (200, 13100), (1000, 0), (1000, 500500), (1000, 5000),
              (1000, 235000), (1000, 250250), (1000, 280000)]
    tied = [(3, 0), (7, 2), (50, 25), (50, 40), (1000, 0), (1000, 1), (1000, 100),
            (1000, 470), (1000, 530), (1000, 1000)]
    struct("reference_untied", "int n, v; /* magnitudes 1..n, positive ones sum to v */\n"
           "    double p;", [row(n, v, untied_p(n, v)) for n, v in untied])
    struct("reference_tied", "int n, k; /* equal magnitudes, k positive */\n    double p;",
           [row(n, k, tied_p(n, k)) for n, k in tied])
    # integers with ties and zeros, too many for the exact test
    rows = []
    for n, shift in (1500, 480), (1500, 504), (4000, 530):
        d = np.array([i * 7919 % 1009 - shift for i in range(n)])
        rows.append(row(n, shift, float(stats.wilcoxon(d, mode="approx", correction=True).pvalue)))
    struct("reference_normal", "int n, shift; /* d[i] = i * 7919 % 1009 - shift */\n"
           "    double p;", rows)


# ---- the power of the t-test ----

def detectable(n):
    """T = (Z + c) / S with S = chi_m / sqrt(m): average the normal tails over S."""
    m, critical = n - 1, t_quantile(n - 1)
    edges = np.linspace(max(0, 1 - 14 / math.sqrt(2 * m)), 1 + 14 / math.sqrt(2 * m), 65)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = np.diff(edges)[:, None] / 2
    s = (edges[:-1, None] + half * (1 + nodes)).ravel()
    weight = (half * weights).ravel() * np.exp(
        math.log(2) + m / 2 * math.log(m / 2) - special.gammaln(m / 2)
        + (m - 1) * np.log(s) - m * s * s / 2)
    weight /= weight.sum()  # takes out gammaln's rounding; it was 1 to 1e-12

    def power(c):
        return float(weight @ (special.ndtr(c - critical * s) + special.ndtr(-c - critical * s)))

    c = optimize.brentq(lambda c: power(c) - 0.8, 0, 40, xtol=1e-15, rtol=1e-15)
    assert abs(stats.nct.sf(critical, m, c) + stats.nct.cdf(-critical, m, c) - 0.8) < 1e-6
    return c / math.sqrt(n)


def main():
    warnings.simplefilter("ignore")
    print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
          " * Reference numbers for test_stats.c. Generated; to renew:\n"
          " *     python3 tests/reference/stats.py > tests/reference/stats.h\n */\n"
          "#ifndef TESTS_REFERENCE_STATS_H\n#define TESTS_REFERENCE_STATS_H\n\n#include <math.h>\n")
    write_signed_rank()
    struct("reference_detectable", "int n;\n    double effect;",
           [row(n, detectable(n)) for n in (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 1000)])
    print("#endif")


if __name__ == "__main__":
    sys.exit(main())
