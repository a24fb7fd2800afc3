/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/transform/beta.h"

#include "math/kernels.h"

#include <math.h>

/* On (0, 1): a logarithm is taken of it. */
static double uniform(struct rng *rng)
{
    return (rng_next(rng) + 0.5) * 0x1p-32;
}

static double normal(struct rng *rng)
{
    double radius = sqrt(-2 * kernel_log(uniform(rng)));

    return radius * kernel_cospi(2 * uniform(rng));
}

/* The logarithm of a Gamma(shape, 1) number: Marsaglia and Tsang 2000. Below shape
 * 1 through that of shape + 1 (section 6 there); as a logarithm, because for small
 * shapes the number itself would be 0. */
static double log_gamma(struct rng *rng, double shape)
{
    double boost = shape < 1 ? kernel_log(uniform(rng)) / shape : 0;
    double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / sqrt(9 * d);

    for (;;) {
        double x = normal(rng), v = 1 + c * x;

        if (v <= 0)
            continue;
        v = v * v * v;
        if (kernel_log(uniform(rng)) < x * x / 2 + d - d * v + d * kernel_log(v))
            return boost + kernel_log(d * v);
    }
}

/* Two Gammas give their Beta. */
double beta_draw(double alpha, struct rng *rng)
{
    double a = log_gamma(rng, alpha), b = log_gamma(rng, alpha);

    return 1 / (1 + kernel_exp(b - a));
}
