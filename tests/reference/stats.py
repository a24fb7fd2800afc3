#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_stats.c compares core/report/stats.c with.

    python3 tests/reference/stats.py > tests/reference/stats.h

Needs numpy and scipy. Nothing here shares code or algorithm with stats.c:
t and its p are scipy's, signed-rank tails are exact integers, the power of the
t-test is an integral over the chi distribution, Holm is its definition.
"""
import math
import sys
import textwrap
import warnings

import numpy as np
from scipy import optimize, special, stats

N_CASES = 216
MAX_N = 60


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


# ---- random pairs: integers over a scale, so that C reads the same doubles ----

def draw(rng, kind, n):
    """a, b and scale of one case; value = integer / scale."""
    normal = lambda spread: np.rint(rng.normal(0, spread, n)).astype(int)
    if kind == 0:  # accuracies, a small effect
        return 900 + normal(20) + 10, 900 + normal(20), 1000
    if kind == 1:  # an effect so large that p is tiny
        return 900 + normal(9), 700 + normal(9), 1000
    if kind == 2:  # heavy tails
        wild = lambda: np.rint(100 * rng.standard_t(1.2, n)).clip(-10**6, 10**6).astype(int)
        return wild(), wild(), 1000
    if kind == 3:  # ties and zeros
        return rng.integers(-2, 4, n), rng.integers(-2, 3, n), 8
    if kind == 4:  # ties, all differences of one sign
        return rng.integers(1, 6, n), np.zeros(n, int), 8
    return np.full(n, rng.integers(-1, 2) * 7), np.zeros(n, int), 1000  # all equal, n * 0.007


def compare(a, b):
    """t, t_p, half width, Hedges' g, and Wilcoxon's p where scipy has it exactly."""
    n, d = len(a), a - b
    if np.all(d == d[0]):  # by the header's rule; scipy says NaN
        sign = float(np.sign(d[0]))
        t = math.copysign(math.inf, sign) if sign else 0.0
        return t, (0.0 if sign else 1.0), 0.0, math.nan, math.nan
    t, p = (float(x) for x in stats.ttest_rel(a, b))
    half = t_quantile(n - 1) * float(np.std(d, ddof=1)) / math.sqrt(n)
    g = math.nan
    if n > 2:
        m = n - 1
        g = t / math.sqrt(n) * math.gamma(m / 2) / (math.sqrt(m / 2) * math.gamma((m - 1) / 2))
    clean = np.all(d != 0) and len(set(np.abs(d))) == n
    w = float(stats.wilcoxon(d, mode="exact").pvalue) if clean else math.nan
    return t, p, half, g, w


def write_cases(rng):
    values, rows = [], []
    for i in range(N_CASES):
        n = int(2 + (MAX_N - 1) * rng.random() ** 2) if i >= 6 else 2
        a, b, scale = draw(rng, i % 6, n)
        rows.append(row(n, scale, *compare(a / scale, b / scale)))
        values += [int(x) for x in a] + [int(x) for x in b]
    print("/* a[n] then b[n] of each case, times its scale */")
    print("static const int reference_values[] = {")
    print(textwrap.fill(", ".join(map(str, values)), 98, initial_indent="    ",
                        subsequent_indent="    "))
    print("};\n")
    struct("reference_pairs", "int n, scale;\n    double t, t_p, half_width, hedges_g;\n"
           "    double wilcoxon_p; /* NAN where ties or zeros: scipy is not exact there */", rows)


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
    untied = [(1, 0), (2, 3), (5, 0), (5, 15), (5, 7), (20, 52), (20, 158), (20, 105), (60, 300),
              (200, 0), (200, 7000), (200, 13100), (1000, 0), (1000, 500500), (1000, 5000),
              (1000, 235000), (1000, 250250), (1000, 280000)]
    tied = [(1, 1), (3, 0), (7, 2), (50, 25), (50, 40), (1000, 0), (1000, 1), (1000, 100),
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


# ---- Holm, and the power of the t-test ----

def holm(p):
    """adjusted[i] = max over p[j] <= p[i] of (number of p[k] >= p[j]) * p[j], at most 1."""
    real = [x for x in p if not math.isnan(x)]
    return [x if math.isnan(x) else
            max(min(1.0, sum(z >= y for z in real) * y) for y in real if y <= x) for x in p]


def write_holm(rng):
    rows = []
    for family in range(12):
        n = int(rng.integers(1, 13)) if family else 1
        p = [float("%.3g" % x) for x in rng.random(n) ** 3]
        if family % 3 == 1:
            p[n // 2] = math.nan
        if family % 4 == 2:
            p[-1] = p[0]
        rows += [row(family, x, y) for x, y in zip(p, holm(p))]
    struct("reference_holm", "int family; /* rows of one family are adjusted together */\n"
           "    double p, adjusted;", rows)


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
    rng = np.random.default_rng(20240611)
    warnings.simplefilter("ignore")
    print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
          " * Reference numbers for test_stats.c. Generated; to renew:\n"
          " *     python3 tests/reference/stats.py > tests/reference/stats.h\n */\n"
          "#ifndef TESTS_REFERENCE_STATS_H\n#define TESTS_REFERENCE_STATS_H\n\n#include <math.h>\n")
    write_cases(rng)
    write_signed_rank()
    write_holm(rng)
    struct("reference_detectable", "int n;\n    double effect;",
           [row(n, detectable(n)) for n in (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 1000)])
    print("#endif")


if __name__ == "__main__":
    sys.exit(main())
