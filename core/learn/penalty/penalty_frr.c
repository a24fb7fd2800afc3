/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Feature reconstruction: the features z must be told from the scores u by a linear map,
 * z ~ V u + c, which is learned along.
 *
 * Its authors' summary fixes the two stages: train the last layer under the penalty with the
 * features fixed (FRR-L), then fix the last layer and tune the rest (FRR-FLFT). The norm, the
 * map, lambda and the lengths of the stages are our choice: they were not published in what
 * could be read. Stages are parts of one run: ERM, then FRR-L, then FRR-FLFT. */
#include "learn/penalty/penalty.h"

#include <math.h>

struct frr {
    double lambda, erm, linear;
};

static const struct hparam hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct frr, lambda), .fallback = "0.1", .low = 0,
     .high = 1e6, .doc = "weight of the mean squared error of the reconstruction"},
    {"erm", HPARAM_NUMBER, offsetof(struct frr, erm), .fallback = "0.5", .low = 0, .high = 1,
     .doc = "part of the steps without the penalty, before the stages"},
    {"linear", HPARAM_NUMBER, offsetof(struct frr, linear), .fallback = "0.25", .low = 0,
     .high = 1, .doc = "part of the steps for FRR-L; what is left is for FRR-FLFT"},
    {0},
};

enum { ERM, LINEAR, FINE_TUNING };

/* Where the stages begin. */
static void find_stages(const struct frr *frr, long n_steps, long ret_begins[3])
{
    ret_begins[ERM] = 0;
    ret_begins[LINEAR] = (long)(frr->erm * (double)n_steps);
    ret_begins[FINE_TUNING] = (long)(fmin(frr->erm + frr->linear, 1) * (double)n_steps);
}

static int stage_at(const struct frr *frr, long step, long n_steps)
{
    long begins[3];

    find_stages(frr, n_steps, begins);
    return step >= begins[FINE_TUNING] ? FINE_TUNING : step >= begins[LINEAR] ? LINEAR : ERM;
}

static long stage(const void *config, long step, long n_steps)
{
    long begins[3];

    find_stages(config, n_steps, begins);
    return begins[stage_at(config, step, n_steps)];
}

static struct penalty_freeze freeze(const void *config, long step, long n_steps)
{
    static const struct penalty_freeze freezes[] = {
        [ERM] = {.own = true},
        [LINEAR] = {.features = true},
        [FINE_TUNING] = {.last_layer = true, .own = true},
    };

    return freezes[stage_at(config, step, n_steps)];
}

/* V as [n_classes][n_features], then c. */
static size_t plan(const void *config, int n_classes, int n_features, struct params *params,
                   struct arena *arena)
{
    size_t first = params_add(params, arena,
                              (struct param){.name = "reconstruction.weight",
                                             .n_dims = 2,
                                             .dims = {n_features, n_classes},
                                             .transposed = true,
                                             .decays = true,
                                             .init_sd = (float)sqrt(1.0 / (3 * n_classes))});

    (void)config;
    params_add(params, arena,
               (struct param){.name = "reconstruction.bias", .n_dims = 1, .dims = {n_features}});
    return first;
}

/* The place of c behind V: parameters begin at multiples of 16 floats (params.h). */
static size_t bias_at(const struct penalty_batch *b)
{
    return ((size_t)b->n_classes * (size_t)b->n_features + 15) / 16 * 16;
}

static double compute(const void *config, const struct penalty_batch *batch, struct arena *arena,
                      const struct penalty_gradients *ret_gradients)
{
    const struct frr *frr = config;
    size_t width = (size_t)batch->n_features, n_classes = (size_t)batch->n_classes;
    const float *v = batch->weights, *c = v + bias_at(batch);
    float *gv = ret_gradients->weights, *gc = gv + bias_at(batch);
    double *residual = arena_alloc(arena, width * sizeof *residual), value = 0;
    double factor = frr->lambda / ((double)width * batch->n);

    if (stage_at(frr, batch->step, batch->n_steps) == ERM)
        return 0;
    for (size_t i = 0; i < (size_t)batch->n; i++) {
        const float *z = batch->features + i * width, *u = batch->scores + i * n_classes;
        float *gz = ret_gradients->features + i * width;

        for (size_t k = 0; k < width; k++)
            residual[k] = (double)z[k] - (double)c[k];
        for (size_t j = 0; j < n_classes; j++)
            for (size_t k = 0; k < width; k++)
                residual[k] -= (double)v[j * width + k] * (double)u[j];
        for (size_t k = 0; k < width; k++) {
            double g = 2 * factor * residual[k];

            value += factor * residual[k] * residual[k];
            gz[k] += (float)g;
            gc[k] -= (float)g;
        }
        for (size_t j = 0; j < n_classes; j++) {
            double sum = 0;

            for (size_t k = 0; k < width; k++) {
                double g = 2 * factor * residual[k];

                gv[j * width + k] -= (float)(g * (double)u[j]);
                sum += g * (double)v[j * width + k];
            }
            ret_gradients->scores[i * n_classes + j] -= (float)sum;
        }
    }
    return value;
}

const struct penalty_type penalty_frr = {
    .component =
        {
            .name = "frr",
            .doc = "feature reconstruction from the scores, in its two stages",
            .formula = "lambda mean_i mean_k (z - V u - c)^2",
            .source = "Addepalli et al. 2022 (arXiv 2210.01360)",
            .caveat = "norm, linear map, lambda and the lengths of the stages",
            .hparams = hparams,
            .config_size = sizeof(struct frr),
        },
    .compute = compute,
    .stage = stage,
    .plan = plan,
    .freeze = freeze,
};
