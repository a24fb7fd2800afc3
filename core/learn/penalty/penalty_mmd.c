/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The squared maximum mean discrepancy of each pair of environments, under a sum of Gaussian
 * kernels k(d) = sum_g exp(-g d) of the squared distance d. Over all pairs of examples that is
 * one sum of c k(d), where c depends on their environments alone; the derivative by x is
 * sum_b 4 c k'(d) (x - x_b). */
#include "learn/penalty/penalty.h"
#include "math/kernels.h"
#include "math/product.h"

struct mmd {
    double gamma;
};

static const struct hparam hparams[] = {
    {"gamma", HPARAM_NUMBER, offsetof(struct mmd, gamma), .fallback = "1", .low = 0, .high = 1e6,
     .doc = "weight of the discrepancy"},
    {0},
};

static const double sharpness[] = {0.001, 0.01, 0.1, 1, 10, 100, 1000};

enum { N_KERNELS = sizeof sharpness / sizeof *sharpness };

static double kernel(double distance, double *ret_slope)
{
    double sum = 0;

    *ret_slope = 0;
    for (int g = 0; g < N_KERNELS; g++) {
        double x = kernel_exp(-sharpness[g] * distance);

        sum += x;
        *ret_slope -= sharpness[g] * x;
    }
    return sum;
}

static double squared_distance(const float *restrict a, const float *restrict b, size_t n)
{
    double sum = 0;

    for (size_t k = 0; k < n; k++) {
        double d = (double)a[k] - (double)b[k];

        sum += d * d;
    }
    return sum;
}

static double compute(const void *config, const struct penalty_batch *batch, struct arena *arena,
                      const struct penalty_gradients *ret_gradients)
{
    const struct mmd *mmd = config;
    size_t n = (size_t)batch->n, width = (size_t)batch->n_features;
    int n_environments = batch->n_environments;
    int *sizes = arena_alloc(arena, (size_t)n_environments * sizeof *sizes);
    float *pulls = arena_alloc(arena, n * n * sizeof *pulls); /* -4 c k', by pairs */
    double scale = 0, value = 0;

    if (n_environments > 1)
        scale = mmd->gamma / (n_environments * (n_environments - 1) / 2.0);
    for (size_t i = 0; i < n; i++)
        sizes[batch->environments[i]]++;
    for (size_t a = 0; a < n; a++) {
        int e = batch->environments[a];
        const float *x = batch->features + a * width;
        double pull = 0;

        for (size_t b = 0; b < n; b++) {
            int f = batch->environments[b];
            double c = scale / ((double)sizes[e] * sizes[f]) * (e == f ? n_environments - 1 : -1);
            double slope;

            value += c * kernel(squared_distance(x, batch->features + b * width, width), &slope);
            pulls[a * n + b] = (float)(-4 * c * slope);
            pull += pulls[a * n + b];
        }
        pulls[a * n + a] -= (float)pull;
    }
    product(ret_gradients->features, width, pulls, n, 1, batch->features, width, n, width, n,
            true);
    return value;
}

const struct penalty_type penalty_mmd = {
    .component =
        {
            .name = "mmd",
            .doc = "the features' distributions alike, by Gaussian kernels",
            .formula = "gamma mean_{e<f} (K_ee + K_ff - 2 K_ef), K the mean of sum_g exp(-g d^2)",
            .source = "Li et al. 2018 (Domain Generalization with Adversarial Feature Learning), "
                      "in DomainBed's form",
            .hparams = hparams,
            .config_size = sizeof(struct mmd),
        },
    .needs_environments = true,
    .compute = compute,
};
