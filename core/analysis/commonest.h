/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * commonest: what needs no model: always naming the class that is the commonest in training; and the
 * models that do just that. Where classes have unlike numbers of test examples it may beat any method.
 */
#ifndef ANALYSIS_COMMONEST_H
#define ANALYSIS_COMMONEST_H

#include "analysis/select.h"

/* Of one condition's data; counts [n_classes] of examples. */
struct commonest {
    int n_classes; /* 0: the runs have not recorded it, or have no classes */
    const float *train, *validation, *test;
    bool is_weighed; /* validation measures weigh classes as the training part has them */
    const char *const *names; /* [n_classes] */
    int index;     /* the class */
    double value;  /* of the measure, higher being better; NaN: it asks for scores or groups */
};

/* From the first of r's runs that finished. In `arena`. */
int commonest_read(struct store *store, const struct selections *s, const struct selection *r,
                   struct arena *arena, struct commonest *ret_commonest, struct error *err);

/* In how many of r's runs the model names one class only, whatever it is shown. */
int commonest_count_constant(struct store *store, const struct selection *r, int *ret_n, struct error *err);

/* Of r's runs, those whose training value is no lower than a constant answer's, but for a hundredth: how many, and the two
 * values of the first. */
struct collapse {
    int n;
    double value, constant;
};

int commonest_find_collapse(struct store *store, const struct selection *r, struct collapse *ret_collapse,
                            struct error *err);

#endif
