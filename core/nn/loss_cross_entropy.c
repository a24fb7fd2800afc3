/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/kernels.h"
#include "nn/loss.h"

struct cross_entropy {
    double smoothing;
};

static const struct hparam hparams[] = {
    {"smoothing", HPARAM_NUMBER, offsetof(struct cross_entropy, smoothing), .fallback = "0",
     .low = 0, .high = 1, .doc = "share of the target spread evenly over all classes"},
    {0},
};

/* One example, in double: with target t = (1-s) onehot + s/C,
 * loss = log sum exp(x - max) - sum_c t_c (x_c - max), gradient = softmax - t. */
static double one(const float *x, int n_classes, int label, double smoothing, float *gradient)
{
    double spread = smoothing / n_classes;
    double sum = 0, target = 0;
    float max = x[0];

    for (int c = 1; c < n_classes; c++)
        if (x[c] > max)
            max = x[c];
    for (int c = 0; c < n_classes; c++) {
        double z = (double)x[c] - max;

        sum += kernel_exp(z);
        target += spread * z;
    }
    target += (1 - smoothing) * ((double)x[label] - max);
    if (gradient) {
        for (int c = 0; c < n_classes; c++)
            gradient[c] = (float)(kernel_exp((double)x[c] - max) / sum - spread);
        gradient[label] = (float)(gradient[label] - (1 - smoothing));
    }
    return kernel_log(sum) - target;
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
            .doc = "soft-max cross-entropy, -log p(label)",
            .source = "smoothing: Szegedy et al. 2016, section 7",
            .hparams = hparams,
            .config_size = sizeof(struct cross_entropy),
        },
    .compute = compute,
};
