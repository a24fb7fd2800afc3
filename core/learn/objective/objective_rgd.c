/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Re-weighted gradient descent, and the control that takes its larger step away.
 * The weight is not normalised: its mean is above 1, so the same learning rate
 * steps farther than ERM's. Dividing by the mean weight separates the effect of
 * re-weighting from that of the step. */
#include "learn/objective/objective.h"
#include "math/kernels.h"

#include <math.h>

struct rgd {
    double clip;
};

static const struct hparam hparams[] = {
    {"clip", HPARAM_NUMBER, offsetof(struct rgd, clip), .fallback = "1", .low = 1e-6,
     .high = INFINITY, .doc = "losses above it weigh no more; the temperature is clip + 1"},
    {0},
};

/* w = exp(min(loss, clip) / (clip + 1)), from 1 at loss 0 to below e. */
static void weigh(const void *config, const struct objective_batch *batch, double *ret_weights)
{
    const struct rgd *rgd = config;

    for (int i = 0; i < batch->n; i++) {
        double loss = fmin(batch->losses[i], rgd->clip);

        ret_weights[i] = isinf(rgd->clip) ? 1 : kernel_exp(loss / (rgd->clip + 1));
    }
}

/* The mean of the weight's integral from 0: with z = v / t it is t (w - 1) = v (w - 1) / z, and a
 * straight line above the clip level. By expm1, as w - 1 would lose a small loss. */
static double value(const void *config, const struct objective_batch *batch)
{
    const struct rgd *rgd = config;
    double t = rgd->clip + 1, sum = 0;

    for (int i = 0; i < batch->n; i++) {
        double loss = batch->losses[i], low = fmin(loss, rgd->clip), z = low / t, rise = expm1(z);

        sum += (z == 0 ? low : low * (rise / z)) + (1 + rise) * fmax(0, loss - rgd->clip);
    }
    return sum / batch->n;
}

static double one_over_mean(const void *config, const struct objective_sums *sums)
{
    (void)config;
    return sums->n / sums->weights;
}

const struct objective_type objective_rgd = {
    .component =
        {
            .name = "rgd",
            .doc = "re-weighted gradient descent",
            .formula = "w = exp(min(v, clip) / (clip + 1))",
            .source = "Kumar et al. 2023 (arXiv 2306.09222), algorithm 1",
            .hparams = hparams,
            .config_size = sizeof(struct rgd),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh,
    .value = value,
};

const struct objective_type objective_rgd_mean_one = {
    .component =
        {
            .name = "rgd_mean_one",
            .doc = "rgd divided by the batch's mean weight: re-weighting without the larger step",
            .formula = "w = r / mean(r), r = exp(min(v, clip) / (clip + 1))",
            .source = "our control for Kumar et al. 2023, algorithm 1",
            .hparams = hparams,
            .config_size = sizeof(struct rgd),
        },
    .reach = REACH_SCALE,
    .weigh = weigh,
    .scale = one_over_mean,
};
