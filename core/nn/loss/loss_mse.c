/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/loss/loss.h"

static void compute(const void *config, const struct loss_batch *batch, double *ret_losses,
                    float *ret_gradient)
{
    int n = batch->n_classes;

    (void)config;
    for (int i = 0; i < batch->n; i++) {
        const float *x = batch->scores + (size_t)i * (size_t)n;
        double sum = 0;

        for (int c = 0; c < n; c++) {
            double wanted = batch->targets ? (double)batch->targets[i] : c == batch->labels[i];
            double d = (double)x[c] - wanted;

            sum += d * d;
            if (ret_gradient)
                ret_gradient[(size_t)i * (size_t)n + (size_t)c] = (float)(2 * d / n);
        }
        ret_losses[i] = sum / n;
    }
}

const struct loss_type loss_mse = {
    .component =
        {
            .name = "mse",
            .doc = "mean squared error of the scores to 1 for the label, 0 for the others; or of the one "
                   "score to a number",
            .formula = "v = mean_c (x_c - onehot(y)_c)^2",
            .source = "PyTorch's MSELoss on one-hot targets",
        },
    .takes_targets = true,
    .compute = compute,
};
