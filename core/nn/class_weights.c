/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/class_weights.h"

#include "math/kernels.h"

void class_weights(double beta, const int *counts, int n_classes, double *ret_weights)
{
    double sum = 0;
    int n_present = 0;

    for (int c = 0; c < n_classes; c++) {
        ret_weights[c] = 0;
        if (!counts[c])
            continue;
        ret_weights[c] = beta == 1 ? 1.0 / counts[c]
                                   : (1 - beta) / (1 - kernel_power(beta, counts[c]));
        sum += ret_weights[c];
        n_present++;
    }
    for (int c = 0; c < n_classes; c++)
        ret_weights[c] *= n_present / sum;
}
