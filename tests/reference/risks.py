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


def cvar_dual(alpha, eta):
    return [1 / alpha if x >= eta else mp.mpf(0) for x in V], eta + mean(ramp(eta, 1)) / alpha


def zero(f, low, high):
    """Of a decreasing f."""
    for _ in range(400):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) > 0 else (low, middle)
    return low


def ramp(eta, power):
    return [max(x - eta, mp.mpf(0)) ** power for x in V]


def cressie_read(k, rho):
    """At eta, where the derivative of c mean((v - eta)_+^k*)^(1/k*) + eta is 0."""
    conjugate, c = k / (k - 1), (1 + k * (k - 1) * rho) ** (1 / k)
    eta = zero(lambda e: c * mean(ramp(e, conjugate)) ** (1 / conjugate - 1) * mean(ramp(e, conjugate - 1)) - 1,
               mp.mpf(-1000), max(V) - mp.mpf("1e-9"))
    w = ramp(eta, 1 / (k - 1))
    return [x / mean(w) for x in w], c * mean(ramp(eta, conjugate)) ** (1 / conjugate) + eta


def cressie_read_penalised(k, **settings):
    price = settings["lambda"]

    def weights(eta):
        return [max(1 + (k - 1) * (x - eta) / price, mp.mpf(0)) ** (1 / (k - 1)) for x in V]

    w = weights(zero(lambda eta: mean(weights(eta)) - 1, min(V), max(V)))
    return w, weighted(w) - price * mean([(x ** k - k * x + k - 1) / (k * (k - 1)) for x in w])


def spectral(spectrum, shift="none", nu=1):
    """The shifted risk by the min-max formula of monotone regression, over all ranges of ranks. No two losses tie."""
    order = sorted(range(N), key=lambda i: -V[i])
    s = [N * x for x in reversed(spectrum)]
    u = [V[i] / nu for i in order]

    def level(a, b):
        if shift == "chi2":
            return mean([u[k] - s[k] for k in range(a, b)])
        return mp.log(mp.fsum(map(mp.exp, u[a:b]))) - mp.log(mp.fsum(s[a:b]))

    w = [None] * N
    for k, i in enumerate(order):
        w[i] = s[k]
        if shift != "none":
            fit = min(max(level(a, b) for b in range(k + 1, N + 1)) for a in range(k + 1))
            w[i] = u[k] - fit if shift == "chi2" else mp.exp(u[k] - fit)
    divergence = {"none": lambda x: 0, "chi2": lambda x: (x - 1) ** 2 / 2, "kl": lambda x: x * mp.log(x)}[shift]
    return w, weighted(w) - nu * mean([divergence(x) for x in w])


def spectral_extremile(r, **shift):
    return spectral([mp.mpf(i) ** r / N ** r - mp.mpf(i - 1) ** r / N ** r for i in range(1, N + 1)], **shift)


def spectral_exponential(aversion, **shift):
    e = [mp.exp(aversion * i / N) for i in range(N + 1)]
    return spectral([(e[i] - e[i - 1]) / (e[N] - 1) for i in range(1, N + 1)], **shift)


def rockafellian(theta):
    """Mass leaves whatever lies more than theta above the lowest: each unit saves the distance and costs theta."""
    low = V.index(min(V))
    w = [mp.mpf(x - V[low] <= theta) for x in V]
    w[low] += N - mp.fsum(w)
    return w, weighted(w) + theta * mean([abs(x - 1) for x in w]) / 2


CASES = [
    ("cvar_dual", cvar_dual, {"alpha": "0.3", "eta": "1"}),
    ("tv_dro", tv_dro, {"rho": "0.1"}),
    ("tv_dro", tv_dro, {"rho": "0.3"}),
    ("tv_dro", tv_dro, {"rho": "0.95"}),
    ("cressie_read", cressie_read, {"k": "1.5", "rho": "0.5"}),
    ("cressie_read", cressie_read, {"k": "3", "rho": "0.5"}),
    ("cressie_read", cressie_read, {"k": "4", "rho": "0.5"}),
    ("cressie_read", cressie_read, {"k": "1.01", "rho": "0.1"}),
    ("cressie_read", cressie_read, {"k": "10", "rho": "0.01"}),
    ("cressie_read_penalised", cressie_read_penalised, {"k": "1.5", "lambda": "1"}),
    ("cressie_read_penalised", cressie_read_penalised, {"k": "3", "lambda": "1"}),
    ("cressie_read_penalised", cressie_read_penalised, {"k": "1.01", "lambda": "0.3"}),
    ("cressie_read_penalised", cressie_read_penalised, {"k": "10", "lambda": "20"}),
    ("spectral_extremile", spectral_extremile, {"r": "2"}),
    ("spectral_extremile", spectral_extremile, {"r": "2.5"}),
    ("spectral_extremile", spectral_extremile, {"r": "2", "shift": "chi2", "nu": "2"}),
    ("spectral_extremile", spectral_extremile, {"r": "2", "shift": "chi2", "nu": "0.5"}),
    ("spectral_extremile", spectral_extremile, {"r": "2", "shift": "kl", "nu": "1"}),
    ("spectral_extremile", spectral_extremile, {"r": "2", "shift": "kl", "nu": "0.5"}),
    ("spectral_exponential", spectral_exponential, {"aversion": "1"}),
    ("spectral_exponential", spectral_exponential, {"aversion": "2"}),
    ("spectral_exponential", spectral_exponential, {"aversion": "5", "shift": "chi2", "nu": "3"}),
    ("spectral_exponential", spectral_exponential, {"aversion": "5", "shift": "kl", "nu": "0.8"}),
    ("rockafellian", rockafellian, {"theta": "0.5"}),
    ("rockafellian", rockafellian, {"theta": "1.5"}),
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
