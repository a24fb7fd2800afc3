/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Invariant risk minimisation, version 1, in DomainBed's form: with g the derivative of an
 * environment's cross-entropy by a factor on its scores, at factor 1, the penalty is g of its
 * examples at even places times g of those at odd ones: unbiased, and at times negative.
 *
 * g = mean_i sum_c (p_c - y_c) u_c;  dg/du_c = (p_c - y_c + p_c (u_c - sum_k p_k u_k)) / m. */
#include "learn/penalty/penalty.h"
#include "math/kernels.h"

#include <math.h>

struct irm {
    double lambda;
    int anneal;
};

static const struct hparam hparams[] = {
    {"lambda", HPARAM_NUMBER, offsetof(struct irm, lambda), .fallback = "100", .low = 0,
     .high = 1e9, .doc = "weight of the penalty, after the first steps"},
    {"anneal", HPARAM_INTEGER, offsetof(struct irm, anneal), .fallback = "500", .low = 0,
     .high = 1e9, .doc = "steps with weight 1 before that; then the optimizer starts anew"},
    {0},
};

static long stage(const void *config, long step, long n_steps)
{
    const struct irm *irm = config;

    (void)n_steps;
    return step >= irm->anneal ? irm->anneal : 0;
}

/* p[n] = softmax(u[n]); gives sum_k p_k u_k. */
static double soften(const float *u, int n, double *ret_p)
{
    double top = u[0], sum = 0, mean = 0;

    for (int c = 1; c < n; c++)
        top = u[c] > top ? u[c] : top;
    for (int c = 0; c < n; c++) {
        ret_p[c] = kernel_exp(u[c] - top);
        sum += ret_p[c];
    }
    for (int c = 0; c < n; c++) {
        ret_p[c] /= sum;
        mean += ret_p[c] * u[c];
    }
    return mean;
}

/* g over the examples first, first + 2, ... below end; adds factor dg/du to ret_gradient unless
 * that is NULL. */
static double slope(const struct penalty_batch *b, int first, int end, double factor, double *p,
                    float *ret_gradient)
{
    int n = (end - first + 1) / 2, n_classes = b->n_classes;
    double g = 0;

    for (int i = first; i < end; i += 2) {
        const float *u = b->scores + (size_t)i * (size_t)n_classes;
        double mean = soften(u, n_classes, p);

        g += (mean - u[b->labels[i]]) / n;
        for (int c = 0; c < n_classes && ret_gradient; c++)
            ret_gradient[(size_t)i * (size_t)n_classes + (size_t)c] +=
                (float)(factor / n * (p[c] - (c == b->labels[i]) + p[c] * (u[c] - mean)));
    }
    return g;
}

static double compute(const void *config, const struct penalty_batch *batch, struct arena *arena,
                      const struct penalty_gradients *ret_gradients)
{
    const struct irm *irm = config;
    double weight = batch->step >= irm->anneal ? irm->lambda : 1, sum = 0;
    double *p = arena_alloc(arena, (size_t)batch->n_classes * sizeof *p);

    for (int e = 0; e < batch->n_environments; e++) {
        int n, first = penalty_environment(batch, e, &n), end = first + n;
        double even, odd, factor = weight / batch->n_environments;

        if (n < 2)
            continue;
        even = slope(batch, first, end, 0, p, NULL);
        odd = slope(batch, first + 1, end, factor * even, p, ret_gradients->scores);
        slope(batch, first, end, factor * odd, p, ret_gradients->scores);
        sum += factor * even * odd;
    }
    return sum;
}

const struct penalty_type penalty_irm = {
    .component =
        {
            .name = "irm",
            .doc = "invariant risk minimisation: the best factor on the scores is 1 everywhere",
            .formula = "lambda mean_e g_even g_odd, g = d CE(s u, y) / d s at s = 1",
            .source = "Arjovsky et al. 2019 (arXiv 1907.02893), IRMv1, in DomainBed's form",
            .hparams = hparams,
            .config_size = sizeof(struct irm),
        },
    .needs_environments = true,
    .compute = compute,
    .stage = stage,
};
