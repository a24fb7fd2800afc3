#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_statistics.c compares core/stats/ with.

    python3 tests/reference/statistics.py > tests/reference/statistics.txt

Needs numpy, scipy and R. Nothing here shares code or algorithm with core/stats:
t, Welch, F and chi-squared are scipy's, corrections are R's p.adjust, signed ranks
and sign flips are counted, the studentised range is an integral, the rest is its
definition. Samples are drawn by a generator of integers that the test has too, so
that only results are stored: one line a case, one column a name of the first line.
"""
import math
import subprocess
import sys
import warnings
from fractions import Fraction

import numpy as np
from scipy import special, stats

from integers import Integers

N_CASES = 1000
N_DRAWS = 199
warnings.simplefilter("ignore")
np.seterr(all="ignore")


def draw(g, kind, n):
    """a, b as integers, and their scale: a power of 2, so that differences are exact."""
    if kind == 0:  # accuracies, a small effect
        return [905 + g.bell(10) for _ in range(n)], [900 + g.bell(10) for _ in range(n)], 1024
    if kind == 1:  # an effect so large that p is tiny
        return [900 + g.bell(5) for _ in range(n)], [700 + g.bell(5) for _ in range(n)], 1024
    if kind == 2:  # heavy tails
        return [g.wild() for _ in range(n)], [g.wild() for _ in range(n)], 1024
    if kind == 3:  # ties and zeros
        return [g.below(6) - 2 for _ in range(n)], [g.below(5) - 2 for _ in range(n)], 8
    if kind == 4:  # ties, all differences of one sign
        return [g.below(5) + 1 for _ in range(n)], [0] * n, 8
    return [int(g.below(10) < 7) for _ in range(n)], [int(g.below(10) < 5) for _ in range(n)], 1


# ---- two samples ----

def t_quantile(df):
    """The 97.5% point; scipy's own is good to 1e-9 or so, a Newton step mends it."""
    q = stats.t.ppf(0.975, df)
    for _ in range(3):
        q += (stats.t.sf(q, df) - 0.025) / stats.t.pdf(q, df)
    return float(q)


def t_tests(a, b):
    n, d = len(a), a - b
    if np.ptp(d) == 0:  # no test without spread; R stops
        t = t_p = half = g = math.nan
    else:
        t, t_p = (float(x) for x in stats.ttest_rel(a, b))
        half = t_quantile(n - 1) * float(np.std(d, ddof=1)) / math.sqrt(n)
        g = math.nan
        if n > 2:  # gamma(m/2) / gamma((m-1)/2) as a beta function
            m = n - 1
            g = t / math.sqrt(n) * math.sqrt(math.pi) / float(special.beta((m - 1) / 2, 0.5)) / math.sqrt(m / 2)
    if np.ptp(a) == 0 and np.ptp(b) == 0:
        w = w_p = math.nan
    else:
        w, w_p = (float(x) for x in stats.ttest_ind(a, b, equal_var=False))
    return dict(t=t, t_p=t_p, half=half, g=g, welch=w, welch_p=w_p)


def tails(weights, seen):
    """P(sum of coin-chosen weights <= seen) and >=, by counting in 80-bit floats."""
    p = np.zeros(int(sum(weights)) + 1, np.longdouble)
    p[0] = 1
    for w in map(int, weights):
        moved = p[: len(p) - w].copy()
        p[w:] += moved
        p /= 2
    return float(p[: seen + 1].sum()), float(p[seen:].sum())


def signed_rank(d):
    """V and p; ranks of ties are shared, zeros left out."""
    d = d[d != 0]
    if len(d) == 0:
        return 0.0, 1.0
    doubled = np.rint(2 * stats.rankdata(np.abs(d))).astype(int)
    v = int(doubled[d > 0].sum())
    p = min(1.0, 2 * min(tails(doubled, v)))
    if len(set(np.abs(d))) == len(d):
        assert abs(float(stats.wilcoxon(d, mode="exact").pvalue) - p) < 1e-9 * p
    return v / 2, p


def sign_flip(d, scale):
    """From integer differences; NaN where neither way of counting is at hand."""
    d = np.abs(d[d != 0]), abs(int(d.sum()))
    magnitudes, seen = d
    if len(magnitudes) <= 20:
        sums = np.zeros(1, np.int64)
        for m in magnitudes:
            sums = np.concatenate([sums + m, sums - m])
        return float(np.mean(np.abs(sums) >= seen))
    if scale == 1024:
        return math.nan
    total = int(magnitudes.sum())
    if seen == 0:
        return 1.0
    return 2 * tails(magnitudes, (total + seen) // 2)[1]


# ---- intervals ----

def bootstrap(g, ints, scale):
    n = len(ints)
    x = np.array(ints) / scale
    mean = float(Fraction(sum(ints), n * scale))
    draws = np.array([sum(ints[g.below(n)] for _ in range(n)) / (n * scale)
                      for _ in range(N_DRAWS)])
    jack = np.array([np.delete(x, i).mean() for i in range(n)])
    u = jack.mean() - jack
    a = float((u**3).sum() / (6 * (u**2).sum() ** 1.5))
    if np.ptp(x) == 0:
        a = math.nan
    bias = float(special.ndtri(((draws < mean).sum() + 0.5 * (draws == mean).sum()) / N_DRAWS))
    ends = []
    for p in 0.025, 0.975:
        z = float(special.ndtri(p))
        q = float(special.ndtr(bias + (bias + z) / (1 - a * (bias + z)))) if abs(bias) < 100 else math.nan
        ends.append(math.nan if math.isnan(q) else float(np.quantile(draws, q)))
    return dict(low=float(np.quantile(draws, 0.025)), high=float(np.quantile(draws, 0.975)),
                bca_low=ends[0], bca_high=ends[1])


def bayes(g, d, scale):
    """Of pairs of differences, how much weight lies below, in and above the rope."""
    w = np.array([1 + g.below(1000) for _ in d], float)
    w /= w.sum()
    rope = g.below(50) / 1024
    d = np.sort(d) / scale
    sums = d[:, None] + d[None, :]
    pairs = w[:, None] * w[None, :]
    return dict(left=float(pairs[sums < -2 * rope].sum()), right=float(pairs[sums > 2 * rope].sum()))


# ---- several methods ----

def range_above(q, k):
    """P(range of k normals > q): z is the largest, and not all others are within q of it."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    edges = np.linspace(-10, 10 + q, 81)
    half = np.diff(edges)[:, None] / 2
    z = (edges[:-1, None] + half * (1 + nodes)).ravel()
    w = (half * weights).ravel()
    share = special.ndtr(z - q) / special.ndtr(z)
    return float(k * (w * np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * special.ndtr(z) ** (k - 1)
                      * -np.expm1((k - 1) * np.log1p(-share))).sum())


def holm(p):
    order = np.argsort(p, kind="stable")
    adjusted, largest = [0.0] * len(p), 0.0
    for i, at in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - i) * p[at]))
        adjusted[at] = largest
    return adjusted


def friedman(g, i):
    k, n = 2 + g.below(8), 2 + g.below(29)
    span = 12 if i % 2 else 1000000
    values = np.array([[g.below(span) + (j if i % 3 == 0 else 0) * span // 20 for j in range(k)]
                       for _ in range(n)])
    doubled = np.rint(2 * np.array([stats.rankdata(-row) for row in values])).astype(int)
    ranks = [Fraction(int(s), 2) for s in doubled.sum(0)]
    ties = sum(int(c) ** 3 - int(c) for row in values for c in np.unique(row, return_counts=True)[1])
    below = Fraction(n * k * (k + 1)) - Fraction(ties, k - 1)
    if below == 0:
        chi = f = math.nan
    else:
        chi = 12 * sum((r - Fraction(n * (k + 1), 2)) ** 2 for r in ranks) / below
        left = n * (k - 1) - chi
        f = float((n - 1) * chi / left) if left else math.inf
        chi = float(chi)
        if k > 2:
            assert abs(float(stats.friedmanchisquare(*values.T)[0]) - chi) < 1e-9 * (1 + chi)
    f_p = float(stats.f.sf(f, k - 1, (k - 1) * (n - 1)))
    if f == math.inf:  # all blocks rank alike: the chance of it, whatever the order is
        tied = np.unique(doubled[0], return_counts=True)[1]
        orders = math.factorial(k) // math.prod(math.factorial(int(c)) for c in tied)
        f_p = float(Fraction(1, orders) ** (n - 1))
    unit = math.sqrt(k * (k + 1) / (6 * n))
    pairs = [(a, b) for a in range(k) for b in range(a + 1, k)]
    adjusted = holm([signed_rank((values[:, a] - values[:, b]).astype(float))[1] for a, b in pairs])
    return dict(chi=chi, chi_p=float(stats.chi2.sf(chi, k - 1)), f=f,
                f_p=f_p,
                nemenyi=range_above(abs(float(ranks[0] - ranks[-1])) / n / unit * math.sqrt(2), k),
                pairwise=adjusted[pairs.index((0, k - 1))])


def draw_family(g):
    return [(1 + g.below(1000)) ** 2 / 1e6 for _ in range(1 + g.below(20))]


def add_corrections(rows, families):
    """The adjusted p of each family as one number: the sum of (index + 1) times p."""
    program = """
    for (line in readLines(file("stdin"))) {
        p <- as.numeric(strsplit(line, " ")[[1]])
        for (m in c("holm", "hochberg", "BH")) cat(sprintf("%.17g ", sum(seq_along(p) * p.adjust(p, m))))
        cat("\\n") }"""
    text = "\n".join(" ".join("%.17g" % p for p in f) for f in families) + "\n"
    out = subprocess.run(["Rscript", "-e", program], input=text, capture_output=True, text=True,
                         check=True).stdout
    for row, line in zip(rows, out.splitlines(), strict=True):
        row.update(zip(("holm", "hochberg", "bh"), map(float, line.split())))


def case(i):
    g = Integers(i)
    n = 2 + min(g.below(199), g.below(199))
    a, b, scale = draw(g, i % 6, n)
    x, y = np.array(a) / scale, np.array(b) / scale
    row = t_tests(x, y)
    row["v"], row["v_p"] = signed_rank(x - y)
    row["flip_p"] = sign_flip(np.array(a) - np.array(b), scale)
    above, below = int((x > y).sum()), int((x < y).sum())
    row["sign_p"] = float(stats.binomtest(above, above + below).pvalue) if above + below else 1.0
    row["better"] = float(stats.mannwhitneyu(x, y).statistic) / n**2
    row.update(bootstrap(g, a, scale))
    row.update(bayes(g, np.array(a) - np.array(b), scale))
    row.update(friedman(g, i))
    return row, draw_family(g)


def main():
    rows, families = zip(*map(case, range(N_CASES)))
    add_corrections(rows, families)
    print(" ".join(rows[0]))
    for row in rows:
        print(" ".join("%.12g" % x for x in row.values()))


if __name__ == "__main__":
    sys.exit(main())
