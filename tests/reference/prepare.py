#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the numbers that tests/test_prepare.c compares core/data/prepare with.

    python3 tests/reference/prepare.py > tests/reference/prepare.h

Needs scikit-learn. The test draws the long columns as they are drawn here, so that only what
becomes of them is kept."""
import math
import textwrap
import warnings

import numpy as np
import sklearn
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

NAN = math.nan
N_FIT = 7  # of the rows below
SMALL = np.array([  # ties, a constant, zeros, missing in the fit, missing later, missing throughout
    [1, 5, 0, NAN, -3, NAN],
    [2, 5, 0, 4, -1, NAN],
    [2, 5, 0, 1, 0, NAN],
    [3, 5, 0, NAN, 2, NAN],
    [3, 5, 0, 14, 1, NAN],
    [3, 5, 40, 2, 5, NAN],
    [8, 5, 0, 4, 7, NAN],
    [2.5, 5, 0, NAN, NAN, NAN],
    [100, 6, -1, 3, 0, 1],
])
N_LONG, FITS, FIRST_SHOWN, N_SHOWN = 1200, [1000, 331, 200], 950, 80


class HalfRange(RobustScaler):
    """pytabkit's way where quartiles are equal."""

    def fit(self, x, y=None):
        super().fit(x)
        width = np.percentile(x, 75, axis=0) - np.percentile(x, 25, axis=0)
        half = (x.max(axis=0) - x.min(axis=0)) / 2
        self.scale_ = np.where(width > 0, width, np.where(half > 0, half, 1))
        return self


class ZeroConstants(MinMaxScaler):
    """A constant column is 0 whatever comes later."""

    def transform(self, x):
        return np.where(self.data_range_ > 0, super().transform(x), 0)


class Same(StandardScaler):
    def transform(self, x, copy=None):
        return x


def quantile(n):
    return QuantileTransformer(n_quantiles=max(min(n // 30, 1000), 10),
                               output_distribution="normal", subsample=None)


SCALINGS = {
    "standard": lambda n: StandardScaler(),
    "quantile": quantile,
    "min_max": lambda n: ZeroConstants(),
    "robust": lambda n: HalfRange(),
    "none": lambda n: Same(),
}

MASK = 2**64 - 1


def splitmix(seed):
    """splitmix64 (Steele, Lea and Flood 2014)."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def long_rows():
    g = splitmix(25)
    below = lambda n: next(g) % n
    rows = []
    for _ in range(N_LONG):
        row = [(below(2000001) - 1000000) / 64, 17 + below(74)]
        gain = below(100), below(99999)
        row.append(0 if gain[0] < 92 else 1 + gain[1])
        kind = below(10), below(101)
        row.append(0 if kind[0] < 3 else 40 if kind[0] < 8 else kind[1])
        row.append(below(100) * below(100) * below(100))
        row.append(int(below(10) < 3))
        row.append((below(1000) + below(1000)) / 2**30)
        rows.append(row)
    return np.array(rows, dtype=np.float64)


def block(values):
    text = ", ".join("NAN" if math.isnan(v) else "%.9g" % v for v in values)
    return textwrap.fill("{" + text + "},", 96, initial_indent="     ", subsequent_indent="      ")


def small(scaling, missing, n):
    imputer = SimpleImputer(strategy=missing, keep_empty_features=True).fit(SMALL[:n])
    scaler = SCALINGS[scaling](n).fit(imputer.transform(SMALL[:n]))
    shown = scaler.transform(imputer.transform(SMALL))
    indicator = MissingIndicator(features="missing-only", error_on_new=False).fit(SMALL[:n])
    return np.concatenate([shown, indicator.transform(SMALL).astype(float)], axis=1)


warnings.simplefilter("ignore")  # fewer rows than quantiles
print(f"""/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prepared columns for test_prepare.c, from scikit-learn {sklearn.__version__}. To renew:
 *     python3 tests/reference/prepare.py > tests/reference/prepare.h
 */
#ifndef TESTS_REFERENCE_PREPARE_H
#define TESTS_REFERENCE_PREPARE_H

#include <math.h>

enum {{
    SMALL_ROWS = {SMALL.shape[0]},
    SMALL_COLUMNS = {SMALL.shape[1]},
    SMALL_WIDTH = {2 * SMALL.shape[1]}, /* at most */
    LONG_ROWS = {N_LONG},
    LONG_COLUMNS = {long_rows().shape[1]},
    LONG_FIRST = {FIRST_SHOWN},
    LONG_SHOWN = {N_SHOWN},
}};

static const float small_rows[SMALL_ROWS * SMALL_COLUMNS] =""")
print(block(SMALL.ravel()).rstrip(",") + ";\n")
print("""static const struct {
    const char *numbers, *missing;
    int n_fit, width;                   /* fitted on the first n_fit rows */
    double y[SMALL_ROWS * SMALL_WIDTH]; /* [SMALL_ROWS][width] */
} small_cases[] = {""")
for scaling in SCALINGS:
    for missing, n in [("mean", N_FIT), ("median", N_FIT), ("mean", 1)]:
        y = small(scaling, missing, n)
        print('    {"%s", "%s", %d, %d,' % (scaling, missing, n, y.shape[1]))
        print(block(y.ravel()).rstrip(",") + "},")
print("};\n")
print("""static const struct {
    int n_fit;
    double y[LONG_SHOWN * LONG_COLUMNS]; /* of the rows from LONG_FIRST on */
} long_quantiles[] = {""")
x = long_rows()
for n in FITS:
    y = quantile(n).fit(x[:n]).transform(x[FIRST_SHOWN:FIRST_SHOWN + N_SHOWN])
    print("    {%d," % n)
    print(block(np.round(y.ravel(), 7)).rstrip(",") + "},")
print("};\n\n#endif")
