/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For each pair of environments, the mean squares of the differences of their features' means
 * and of their covariances (divisor n - 1). With C_e the covariance of environment e of E, the
 * derivative by C_e is proportional to E C_e - sum_j C_j, which is symmetric; by a row x of the
 * environment that is 2 (x - mean) of it, over n - 1. */
#include "learn/penalty/penalty.h"
#include "math/product.h"

struct coral {
    double gamma;
};

static const struct hparam hparams[] = {
    {"gamma", HPARAM_NUMBER, offsetof(struct coral, gamma), .fallback = "1", .low = 0,
     .high = 1e6, .doc = "weight of the differences"},
    {0},
};

/* One environment's features: centred rows, mean and covariance. */
struct moments {
    int n, first;
    float *centred;    /* [n][width] */
    double *mean;      /* [width] */
    float *covariance; /* [width][width] */
};

static struct moments measure(const struct penalty_batch *b, int e, struct arena *arena)
{
    size_t width = (size_t)b->n_features, n;
    struct moments m;

    m.first = penalty_environment(b, e, &m.n);
    n = (size_t)m.n;
    m.centred = arena_alloc(arena, n * width * sizeof *m.centred);
    m.mean = arena_alloc(arena, width * sizeof *m.mean);
    m.covariance = arena_alloc(arena, width * width * sizeof *m.covariance);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++)
            m.mean[k] += (double)b->features[((size_t)m.first + i) * width + k] / m.n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++)
            m.centred[i * width + k] =
                (float)(b->features[((size_t)m.first + i) * width + k] - m.mean[k]);
    product(m.covariance, width, m.centred, 1, width, m.centred, width, width, width, n, false);
    for (size_t k = 0; k < width * width && m.n > 1; k++)
        m.covariance[k] /= (float)(m.n - 1);
    return m;
}

/* Adds the derivative by the rows of one environment; `mean` and `covariance` are the sums of
 * those of all. */
static void add_gradient(const struct penalty_batch *b, const struct moments *m, double scale,
                         const double *mean, const float *covariance, struct arena *arena,
                         float *ret_gradient)
{
    size_t width = (size_t)b->n_features, n = (size_t)m->n;
    double all = b->n_environments;
    float *by = arena_alloc(arena, width * width * sizeof *by);
    float *g = ret_gradient + (size_t)m->first * width;

    for (size_t k = 0; k < width * width && n > 1; k++)
        by[k] = (float)(4 * scale / (double)(width * width) / (double)(n - 1) *
                        (all * m->covariance[k] - covariance[k]));
    product(g, width, m->centred, width, 1, by, width, n, width, width, true);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++)
            g[i * width + k] +=
                (float)(2 * scale / (double)width / (double)n * (all * m->mean[k] - mean[k]));
}

static double compute(const void *config, const struct penalty_batch *batch, struct arena *arena,
                      const struct penalty_gradients *ret_gradients)
{
    const struct coral *coral = config;
    size_t width = (size_t)batch->n_features;
    int n = batch->n_environments;
    struct moments *m = arena_alloc(arena, (size_t)n * sizeof *m);
    double *mean = arena_alloc(arena, width * sizeof *mean);
    float *covariance = arena_alloc(arena, width * width * sizeof *covariance);
    double scale = n > 1 ? coral->gamma / (n * (n - 1) / 2.0) : 0, value = 0;

    for (int e = 0; e < n; e++) {
        m[e] = measure(batch, e, arena);
        for (size_t k = 0; k < width; k++)
            mean[k] += m[e].mean[k];
        for (size_t k = 0; k < width * width; k++)
            covariance[k] += m[e].covariance[k];
    }
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double means = 0, covariances = 0;

            for (size_t k = 0; k < width; k++)
                means += (m[i].mean[k] - m[j].mean[k]) * (m[i].mean[k] - m[j].mean[k]);
            for (size_t k = 0; k < width * width; k++) {
                double d = (double)m[i].covariance[k] - (double)m[j].covariance[k];

                covariances += d * d;
            }
            value += scale * (means / (double)width + covariances / (double)(width * width));
        }
    for (int e = 0; e < n; e++)
        add_gradient(batch, &m[e], scale, mean, covariance, arena, ret_gradients->features);
    return value;
}

const struct penalty_type penalty_coral = {
    .component =
        {
            .name = "coral",
            .doc = "the features' means and covariances, alike in all environments",
            .formula = "gamma mean_{e<f} (mean_k (mu_e - mu_f)^2 + mean_kl (C_e - C_f)^2)",
            .source = "Sun and Saenko 2016 (arXiv 1607.01719), in DomainBed's form",
            .hparams = hparams,
            .config_size = sizeof(struct coral),
        },
    .needs_environments = true,
    .compute = compute,
};
