/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distributional robustness in Wasserstein distance: the inputs x of a batch move to z, where v(z) - gamma |z - x|^2 is
 * higher, and the objective is of what they are then. As the authors' code goes there: first by e g(x), then `steps` times
 * by (e g(z) - (z - x)) / sqrt(t + 2), t = 0, 1, ...; g is the derivative of an example's loss by its input, e is
 * 1 / (2 gamma). Batch norms take a batch as it is at the time; what is random (dropout) is one draw for all of a step. */
#include "learn/step/step.h"

#include <math.h>
#include <string.h>

struct wrm {
    double gamma;
    int steps;
};

static const struct hparam hparams[] = {
    {"gamma", HPARAM_NUMBER, offsetof(struct wrm, gamma), .fallback = "1", .low = 1e-6, .high = 1e6,
     .doc = "what a squared distance costs, in units of the loss; inputs are as the model reads them, standardised"},
    {"steps", HPARAM_INTEGER, offsetof(struct wrm, steps), .fallback = "15", .low = 0, .high = 1000,
     .doc = "of the ascent, behind the first"},
    {0},
};

/* Of one batch, [n][field] each: the inputs, where they are moved to, and the derivative there. */
static size_t count_room(const struct trainer_method *method, const struct graph *graph, int batch)
{
    (void)method;
    return 3 * (size_t)batch * field_size(&graph->signature.fields[0]);
}

/* Each example's own loss. */
static void weigh(void *context, const struct objective_batch *losses, double *ret_weights)
{
    (void)context;
    for (int i = 0; i < losses->n; i++)
        ret_weights[i] = 1;
}

/* z += (e g - (z - x)) stride */
static void move(float *restrict z, const float *restrict x, const float *restrict g, size_t n, float e, float stride)
{
#pragma omp simd
    for (size_t k = 0; k < n; k++)
        z[k] += (e * g[k] - (z[k] - x[k])) * stride;
}

static double gradient(struct trainer *t, const struct engine_batch *batch, const struct trainer_step *step,
                       int *ret_n_correct)
{
    const struct wrm *wrm = t->method.step_config;
    size_t n = (size_t)batch->n * field_size(&t->engine.graph.signature.fields[0]);
    float *x = t->step_room, *z = x + n, *g = z + n;
    struct engine_batch ascent = *batch, moved = *batch;
    double loss;

    (void)step;
    engine_read(&t->engine, batch, x);
    memcpy(z, x, n * sizeof *z);
    ascent.x = moved.x = z;
    ascent.x_gradient = g;
    ascent.weigh = weigh;
    for (int k = 0; k <= wrm->steps; k++) {
        loss = engine_gradient(&t->engine, t->weights, &ascent);
        if (!isfinite(loss))
            return loss;
        move(z, x, g, n, (float)(0.5 / wrm->gamma), (float)(k ? 1 / sqrt(k + 1) : 1));
    }
    loss = engine_gradient(&t->engine, t->weights, &moved);
    *ret_n_correct = step_count_correct(t, batch->n);
    return loss;
}

const struct step_type step_wrm = {
    .component =
        {
            .name = "wrm",
            .doc = "inputs moved to where the loss is higher, at a price: distributional robustness in Wasserstein distance",
            .formula = "v(z), z near the largest v(z) - gamma |z - x|^2",
            .source = "Sinha, Namkoong and Duchi 2018 (arXiv 1710.10571), algorithm 1, in its authors' code",
            .caveat = "gamma's default, as it is of standardised inputs",
            .hparams = hparams,
            .config_size = sizeof(struct wrm),
        },
    .wants_inputs = true,
    .count_room = count_room,
    .gradient = gradient,
};
