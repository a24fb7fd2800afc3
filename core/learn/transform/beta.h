/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * beta: the share of itself that a mixed example keeps. */
#ifndef LEARN_TRANSFORM_BETA_H
#define LEARN_TRANSFORM_BETA_H

#include "math/rng.h"

/* A Beta(alpha, alpha) number: 1/2 in the mean, alpha 1 is uniform, towards 0 all lies at the ends. */
double beta_draw(double alpha, struct rng *rng);

#endif
