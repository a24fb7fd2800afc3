/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/transform.h"
#include "math/kernels.h"

#include <math.h>

struct mixup {
    double alpha;
};

static const struct hparam hparams[] = {
    {"alpha", HPARAM_NUMBER, offsetof(struct mixup, alpha), .fallback = "1", .low = 0.001,
     .high = 100, .doc = "shares are Beta(alpha, alpha): 1 is uniform, towards 0 nothing mixes"},
    {0},
};

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

/* One share for the batch, partners by a random permutation of it. */
static void mix(const void *config, int n, struct rng rng, struct transform_mix *ret_mixes)
{
    const struct mixup *mixup = config;
    struct rng share_rng = rng_derive(rng, "mixup share"), order = rng_derive(rng, "mixup order");
    double a = log_gamma(&share_rng, mixup->alpha), b = log_gamma(&share_rng, mixup->alpha);
    double share = 1 / (1 + kernel_exp(b - a)); /* of two Gammas: their Beta */

    for (int i = 0; i < n; i++)
        ret_mixes[i] = (struct transform_mix){i, share};
    for (int i = n - 1; i > 0; i--) {
        int k = (int)rng_below(&order, (uint32_t)i + 1), partner = ret_mixes[i].partner;

        ret_mixes[i].partner = ret_mixes[k].partner;
        ret_mixes[k].partner = partner;
    }
}

const struct transform_type transform_mixup = {
    .component =
        {
            .name = "mixup",
            .doc = "each picture blended with another of the batch, labels likewise",
            .formula = "x <- s x + (1 - s) x', v = s v(y) + (1 - s) v(y'), s ~ Beta(alpha, alpha)",
            .source = "Zhang et al. 2018 (arXiv 1710.09412) and its authors' code",
            .hparams = hparams,
            .config_size = sizeof(struct mixup),
        },
    .mix = mix,
};
