/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * divergence: how far weights of mean 1 are from 1, for the values of penalised objectives.
 *
 * Exact also where all weights lie near 1. Shown and tested only, so libm does (objective.h, `value`).
 */
#ifndef LEARN_OBJECTIVE_DIVERGENCE_H
#define LEARN_OBJECTIVE_DIVERGENCE_H

/* mean((w - 1)^2) / 2. */
double divergence_chi2(const double *w, int n);

/* mean(w log w). */
double divergence_kl(const double *w, int n);

/* Cressie and Read's of order k > 1: mean(w^k - k w + k - 1) / (k (k - 1)). Of order 2 it is chi2, towards
 * order 1 KL. */
double divergence_cressie_read(const double *w, int n, double k);

#endif
