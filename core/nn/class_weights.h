/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * class_weights: weights of classes by the effective number of their examples
 * (Cui et al. 2019, arXiv 1901.05555): (1 - beta) / (1 - beta^n_c), scaled to the sum C.
 */
#ifndef NN_CLASS_WEIGHTS_H
#define NN_CLASS_WEIGHTS_H

/* counts[n_classes] to ret_weights[n_classes]. beta from 0 (all 1) to 1 (its limit,
 * 1 / n_c). A class without examples gets 0 and does not count in C. */
void class_weights(double beta, const int *counts, int n_classes, double *ret_weights);

#endif
