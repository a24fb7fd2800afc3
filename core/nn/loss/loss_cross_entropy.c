/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/loss/loss.h"

struct cross_entropy {
    double smoothing;
};

static const struct hparam hparams[] = {
    {"smoothing", HPARAM_NUMBER, offsetof(struct cross_entropy, smoothing), .fallback = "0",
     .low = 0, .high = 1, .doc = "share of the target spread evenly over all classes"},
    {0},
};

/* One example, with target t = (1-s) onehot + s/C: the loss is -log p(label) plus
 * s times (score of the label - mean score), the gradient softmax - t. */
static double one(const float *x, int n_classes, int label, double smoothing, float *gradient)
{
    double p[LOSS_MAX_CLASSES], others, loss, spread = smoothing / n_classes, excess = 0;

    for (int c = 0; c < n_classes; c++) {
        p[c] = x[c];
        excess += (double)x[label] - x[c];
    }
    loss = loss_soft_max(p, n_classes, label, &others);
    if (gradient) {
        for (int c = 0; c < n_classes; c++)
            gradient[c] = (float)(p[c] - spread);
        gradient[label] = (float)(spread * (n_classes - 1) - others);
    }
    return loss + spread * excess;
}

static void compute(const void *config, const struct loss_batch *batch, double *ret_losses,
                    float *ret_gradient)
{
    const struct cross_entropy *loss = config;

    for (int i = 0; i < batch->n; i++) {
        size_t row = (size_t)i * (size_t)batch->n_classes;

        ret_losses[i] = one(batch->scores + row, batch->n_classes, batch->labels[i],
                            loss->smoothing, ret_gradient ? ret_gradient + row : NULL);
    }
}

const struct loss_type loss_cross_entropy = {
    .component =
        {
            .name = "cross_entropy",
            .doc = "soft-max cross-entropy, with label smoothing",
            .formula = "v = -sum_c t_c log p_c, t = (1 - smoothing) onehot(y) + smoothing / C",
            .source = "smoothing: Szegedy et al. 2016, section 7",
            .hparams = hparams,
            .config_size = sizeof(struct cross_entropy),
        },
    .has_probabilities = true,
    .compute = compute,
};
