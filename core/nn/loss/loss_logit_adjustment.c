/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cross-entropy of scores to which the log of the class sizes was added while
 * training: logit adjustment, and balanced softmax, its case t = 1. */
#include "math/kernels.h"
#include "nn/loss/loss.h"

struct logit_adjustment {
    double t;
};

static const struct hparam hparams[] = {
    {"t", HPARAM_NUMBER, offsetof(struct logit_adjustment, t), .fallback = "1", .low = 0,
     .high = 10, .doc = "power of the classes' shares; 0 is cross-entropy"},
    {0},
};

/* log(share^t), with the authors' guard against empty classes. */
static void prepare(const void *config, const struct loss_data *data, double *ret_table)
{
    double t = ((const struct logit_adjustment *)config)->t, n = 0;

    for (int c = 0; c < data->n_classes; c++)
        n += data->class_counts[c];
    for (int c = 0; c < data->n_classes; c++) {
        double share = data->class_counts[c] / n;

        ret_table[c] =
            kernel_log((share > 0 ? kernel_exp(t * kernel_log(share)) : t == 0) + 1e-12);
    }
}

static void prepare_balanced(const void *config, const struct loss_data *data, double *ret_table)
{
    (void)config;
    for (int c = 0; c < data->n_classes; c++)
        ret_table[c] = kernel_log(data->class_counts[c] + 1e-12);
}

static void compute(const void *config, const struct loss_batch *batch, double *ret_losses,
                    float *ret_gradient)
{
    double p[LOSS_MAX_CLASSES], others;
    int n = batch->n_classes;

    (void)config;
    for (int i = 0; i < batch->n; i++) {
        const float *x = batch->scores + (size_t)i * (size_t)n;
        float *gradient = ret_gradient ? ret_gradient + (size_t)i * (size_t)n : NULL;

        for (int c = 0; c < n; c++)
            p[c] = x[c] + batch->table[c];
        ret_losses[i] = loss_soft_max(p, n, batch->labels[i], &others);
        for (int c = 0; gradient && c < n; c++)
            gradient[c] = (float)(c == batch->labels[i] ? -others : p[c]);
    }
}

const struct loss_type loss_logit_adjustment = {
    .component =
        {
            .name = "logit_adjustment",
            .doc = "cross-entropy with the prior of the classes in the scores",
            .formula = "cross-entropy of x + t log(n_c / n)",
            .source = "Menon et al. 2021 (arXiv 2007.07314)",
            .hparams = hparams,
            .config_size = sizeof(struct logit_adjustment),
        },
    .knows_class_sizes = true,
    .has_probabilities = true,
    .prepare = prepare,
    .compute = compute,
};

const struct loss_type loss_balanced_softmax = {
    .component =
        {
            .name = "balanced_softmax",
            .doc = "logit adjustment with t = 1, by counts",
            .formula = "cross-entropy of x + log n_c",
            .source = "Ren et al. 2020 (arXiv 2007.10740)",
        },
    .knows_class_sizes = true,
    .has_probabilities = true,
    .prepare = prepare_balanced,
    .compute = compute,
};
