/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/loss/loss.h"

#include <math.h>

struct ldam {
    double max_margin, scale;
};

static const struct hparam hparams[] = {
    {"max_margin", HPARAM_NUMBER, offsetof(struct ldam, max_margin), .fallback = "0.5", .low = 0,
     .high = 2, .doc = "margin of the rarest class"},
    {"scale", HPARAM_NUMBER, offsetof(struct ldam, scale), .fallback = "30", .low = 0.01,
     .high = 1000, .doc = "factor on the cosines"},
    {0},
};

/* The margins: n_c^(-1/4), the largest scaled to max_margin. */
static void prepare(const void *config, const struct loss_data *data, double *ret_table)
{
    const struct ldam *ldam = config;
    double largest = 0;

    for (int c = 0; c < data->n_classes; c++) {
        ret_table[c] = data->class_counts[c] ? 1 / sqrt(sqrt(data->class_counts[c])) : 1;
        largest = fmax(largest, ret_table[c]);
    }
    for (int c = 0; c < data->n_classes; c++)
        ret_table[c] *= ldam->max_margin / largest;
}

static void compute(const void *config, const struct loss_batch *batch, double *ret_losses,
                    float *ret_gradient)
{
    const struct ldam *ldam = config;
    double p[LOSS_MAX_CLASSES], others;
    int n = batch->n_classes;

    for (int i = 0; i < batch->n; i++) {
        const float *x = batch->scores + (size_t)i * (size_t)n;
        float *gradient = ret_gradient ? ret_gradient + (size_t)i * (size_t)n : NULL;
        int label = batch->labels[i];

        for (int c = 0; c < n; c++)
            p[c] = ldam->scale * x[c];
        p[label] -= ldam->scale * batch->table[label];
        ret_losses[i] = loss_soft_max(p, n, label, &others);
        for (int c = 0; gradient && c < n; c++)
            gradient[c] = (float)(ldam->scale * (c == label ? -others : p[c]));
    }
}

const struct loss_type loss_ldam = {
    .component =
        {
            .name = "ldam",
            .doc = "cross-entropy of cosines with a larger margin for rarer classes",
            .formula = "cross-entropy of scale (x - m_y onehot(y)), m_c ~ n_c^(-1/4)",
            .source = "Cao et al. 2019 (arXiv 1906.07413)",
            .hparams = hparams,
            .config_size = sizeof(struct ldam),
        },
    .wants_cosines = true,
    .prepare = prepare,
    .compute = compute,
};
