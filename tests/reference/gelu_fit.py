# SPDX-License-Identifier: GPL-3.0-or-later
"""The polynomial of core/math/kernels_simd.c for the normal distribution function:
Phi(-z) = exp(-z^2/2) t P(t), t = 1 / (1 + 0.21 z), 0 <= z <= 13.5, P of degree 8 with the
smallest largest relative error (Lawson's weights). Needs NumPy and SciPy; prints coefficients."""
import numpy as np
from scipy.special import erfcx

P, DEGREE = 0.21, 8
low = 1 / (1 + P * 13.5)
t = (1 + low) / 2 + (1 - low) / 2 * np.cos(np.linspace(0, np.pi, 4001))
wanted = 0.5 * erfcx((1 / t - 1) / P / np.sqrt(2)) / t
weight = 1 / wanted
for _ in range(40):
    fit = np.polynomial.chebyshev.Chebyshev.fit(t, wanted, DEGREE, w=weight)
    error = np.abs(fit(t) / wanted - 1)
    weight = weight * (error / error.mean() + 1e-3) ** 0.5
for c in fit.convert(kind=np.polynomial.Polynomial).coef[::-1]:
    print(f"{np.float32(c):.9g}f,")
print("largest relative error", error.max())
