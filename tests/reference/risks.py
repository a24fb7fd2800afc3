#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the weights and values that tests/test_objective_risks.c compares objectives with.

    python3 tests/reference/risks.py > tests/reference/risks.h

Needs mpmath. Numbers of 50 digits, and other ways than the program's: sums over the sorted losses and duals
solved in the multiplier itself. Solvers of convex programs (cvxpy, HiGHS) gave the same values to 1e-12."""
import mpmath as mp

mp.mp.dps = 50
LOSSES = ["0.7", "4", "0.05", "1.6", "0.2", "2.3", "0.4", "1.1"]
V = [mp.mpf(x) for x in LOSSES]
N = len(V)


def mean(x):
    return mp.fsum(x) / len(x)


def weighted(w):
    return mean([a * b for a, b in zip(w, V)])


def tv_dro(rho):
    """The mass rho leaves the lowest losses one by one."""
    w, left = [mp.mpf(1)] * N, rho * N
    for i in sorted(range(N), key=lambda i: V[i]):
        taken = min(left, w[i]) if V[i] < max(V) else 0
        w[i] -= taken
        left -= taken
        w[V.index(max(V))] += taken
    return w, weighted(w)


CASES = [
    ("tv_dro", tv_dro, {"rho": "0.1"}),
    ("tv_dro", tv_dro, {"rho": "0.3"}),
    ("tv_dro", tv_dro, {"rho": "0.95"}),
]


def digits(x):
    return mp.nstr(x, 17, strip_zeros=True).removesuffix(".0")


def as_number(text):
    try:
        return mp.mpf(text)
    except ValueError:
        return text


def main():
    print("/* SPDX-License-Identifier: GPL-3.0-or-later\n *")
    print(" * Reference weights and values for test_objective_risks.c. To renew:")
    print(" *     python3 tests/reference/risks.py > tests/reference/risks.h\n */")
    print("#ifndef TESTS_REFERENCE_RISKS_H\n#define TESTS_REFERENCE_RISKS_H\n")
    print("enum { RISKS_N = %d };\n" % N)
    print("static const double risks_losses[RISKS_N] = {%s};\n" % ", ".join(LOSSES))
    print("static const struct {\n    const char *name, *settings;\n    double weights[RISKS_N], value;")
    print("} reference_risks[] = {")
    for name, risk, settings in CASES:
        w, value = risk(**{key: as_number(text) for key, text in settings.items()})
        shown = [digits(x) for x in w]
        print('    {"%s", "%s",' % (name, " ".join("%s=%s" % item for item in settings.items())))
        print("     {%s,\n      %s},\n     %s}," % (", ".join(shown[:4]), ", ".join(shown[4:]), digits(value)))
    print("};\n\n#endif")


main()
