/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RGD under two other divergences. With z = min(v, clip) / (clip + 1), below 1, the
 * weight is (f')^-1 of penalised f-divergence DRO without its normaliser: exp(z)
 * for Kullback-Leibler (objective_rgd.c), 1 + z for chi-squared, 1 / (1 - z) for
 * the reverse Kullback-Leibler. All are 1 at loss 0 with slope 1/(clip + 1). The
 * constants are ours: the paper keeps a generic function. */
#include "learn/objective/objective.h"

#include <math.h>

struct form {
    double clip;
};

static const struct hparam hparams[] = {
    {"clip", HPARAM_NUMBER, offsetof(struct form, clip), .fallback = "1", .low = 1e-6,
     .high = 1e6, .doc = "losses above it weigh no more"},
    {0},
};

static void weigh_chi2(const void *config, const struct objective_batch *batch,
                       double *ret_weights)
{
    const struct form *form = config;

    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = fmax(0, 1 + fmin(batch->losses[i], form->clip) / (form->clip + 1));
}

static double value_chi2(const void *config, const struct objective_batch *batch)
{
    const struct form *form = config;
    double t = form->clip + 1, sum = 0;

    for (int i = 0; i < batch->n; i++) {
        double loss = batch->losses[i], low = fmax(-t, fmin(loss, form->clip));

        sum += low + low * low / (2 * t) + (1 + form->clip / t) * fmax(0, loss - form->clip);
    }
    return sum / batch->n;
}

static void weigh_revkl(const void *config, const struct objective_batch *batch,
                        double *ret_weights)
{
    const struct form *form = config;

    for (int i = 0; i < batch->n; i++)
        ret_weights[i] = (form->clip + 1) / (form->clip + 1 - fmin(batch->losses[i], form->clip));
}

static double value_revkl(const void *config, const struct objective_batch *batch)
{
    const struct form *form = config;
    double t = form->clip + 1, sum = 0;

    for (int i = 0; i < batch->n; i++) {
        double loss = batch->losses[i], low = fmin(loss, form->clip);

        sum += t * fmax(0, loss - form->clip) - t * log1p(-low / t);
    }
    return sum / batch->n;
}

const struct objective_type objective_rgd_chi2 = {
    .component =
        {
            .name = "rgd_chi2",
            .doc = "rgd under the chi-squared divergence",
            .formula = "w = max(0, 1 + min(v, clip) / (clip + 1))",
            .source = "Kumar et al. 2023 with a generic weight; derived from penalised DRO",
            .caveat = "the form and its constants",
            .hparams = hparams,
            .config_size = sizeof(struct form),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh_chi2,
    .value = value_chi2,
};

const struct objective_type objective_rgd_revkl = {
    .component =
        {
            .name = "rgd_revkl",
            .doc = "rgd under the reverse Kullback-Leibler divergence",
            .formula = "w = 1 / (1 - min(v, clip) / (clip + 1))",
            .source = "Kumar et al. 2023 with a generic weight; derived from penalised DRO",
            .caveat = "the form and its constants",
            .hparams = hparams,
            .config_size = sizeof(struct form),
        },
    .reach = REACH_EXAMPLE,
    .weigh = weigh_revkl,
    .value = value_revkl,
};
