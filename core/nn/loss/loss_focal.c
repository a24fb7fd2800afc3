/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Class weights stand outside: LDAM-DRW's code weights the cross-entropy first, so
 * that its p is exp(-w v). */
#include "math/kernels.h"
#include "nn/loss/loss.h"

struct focal {
    double gamma;
};

static const struct hparam hparams[] = {
    {"gamma", HPARAM_NUMBER, offsetof(struct focal, gamma), .fallback = "1", .low = 0, .high = 20,
     .doc = "how fast easy examples lose weight; 0 is cross-entropy"},
    {0},
};

/* d/dv of (1 - p)^gamma v at p = exp(-v), times the gradient of v. */
static double one(const float *x, int n_classes, int label, double gamma, float *gradient)
{
    double p[LOSS_MAX_CLASSES], others, v, power, slope;

    for (int c = 0; c < n_classes; c++)
        p[c] = x[c];
    v = loss_soft_max(p, n_classes, label, &others);
    power = gamma == 0 ? 1 : others > 0 ? kernel_exp(gamma * kernel_log(others)) : 0;
    slope = others > 0 ? power * (1 + gamma * p[label] * v / others) : power;
    for (int c = 0; gradient && c < n_classes; c++)
        gradient[c] = (float)(slope * (c == label ? -others : p[c]));
    return power * v;
}

static void compute(const void *config, const struct loss_batch *batch, double *ret_losses,
                    float *ret_gradient)
{
    const struct focal *focal = config;

    for (int i = 0; i < batch->n; i++) {
        size_t row = (size_t)i * (size_t)batch->n_classes;

        ret_losses[i] = one(batch->scores + row, batch->n_classes, batch->labels[i], focal->gamma,
                            ret_gradient ? ret_gradient + row : NULL);
    }
}

const struct loss_type loss_focal = {
    .component =
        {
            .name = "focal",
            .doc = "cross-entropy that fades on easy examples",
            .formula = "v = -(1 - p_y)^gamma log p_y",
            .source = "Lin et al. 2017 (arXiv 1708.02002)",
            .hparams = hparams,
            .config_size = sizeof(struct focal),
        },
    .has_probabilities = true,
    .compute = compute,
};
