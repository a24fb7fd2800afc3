/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * loss: from scores and a label to one number per example, and its gradient.
 *
 * Any of them may be weighted by the class of the label, and any may have its
 * scores adjusted after training for the sizes of the classes:
 *
 *     loss = focal { gamma = 1, class_beta = 0.9999 }
 *     loss = cross_entropy { posthoc = 1 }
 *
 * To add one:
 *   1. write nn/loss_NAME.c after the pattern of loss_focal.c;
 *   2. end it in `const struct loss_type loss_NAME = {...}`;
 *   3. add one line to the list in loss.c. tests/test_loss.c checks the gradient.
 */
#ifndef NN_LOSS_LOSS_H
#define NN_LOSS_LOSS_H

#include "base/component.h"

enum { LOSS_MAX_CLASSES = 1000 };

struct loss_batch {
    int n, n_classes;
    const float *scores; /* [n][n_classes] */
    const int *labels;   /* [n] */
    const float *targets; /* [n] in place of the labels, where n_classes is 1; NULL: labels */
    const double *table; /* [n_classes] what prepare made; NULL without it */
};

/* What a loss may know of the training part. */
struct loss_data {
    int n_classes;
    const int *class_counts; /* [n_classes] */
};

struct loss_type {
    struct component component;
    bool wants_cosines;      /* the scores must be cosines: a model with that head */
    bool knows_class_sizes;  /* it adjusts for them: nothing is left for posthoc */
    bool takes_targets;      /* numbers in place of labels too */
    bool has_probabilities;  /* soft-max of the scores are the model's probabilities */
    /* (optional) Once: a number for each class. */
    void (*prepare)(const void *config, const struct loss_data *data, double *ret_table);
    /* ret_losses[n]; ret_gradient[n][n_classes] = d loss_i / d scores_i, not
     * divided by n, or NULL where it is not wanted. */
    void (*compute)(const void *config, const struct loss_batch *batch, double *ret_losses,
                    float *ret_gradient);
};

extern const struct component_kind loss_kind;

/* What any loss can have: hparams under "loss". */
struct loss_common {
    double class_beta, posthoc;
};

extern const struct component loss_common_component;

/* A type with its configuration, and its tables by class. */
struct loss {
    const struct loss_type *type;
    const void *config;
    int n_classes;
    double *table;   /* of the type; NULL: none */
    double *weights; /* of the classes; NULL: all 1 */
    float *offsets;  /* to add to the scores at test time; NULL: none */
};

/* Borrows type and config; memory from `arena`. */
int loss_init(struct loss *loss, struct arena *arena, const struct loss_type *type,
              const void *config, const struct loss_common *common, const struct loss_data *data,
              struct error *err);

/* The type's compute, weighted by class. targets and ret_gradient may be NULL. */
void loss_compute(const struct loss *loss, int n, const float *scores, const int *labels,
                  const float *targets, double *ret_losses, float *ret_gradient);

/* ---- for losses ---- */

/* z[n] to soft-max probabilities, in place; gives -log p[label], and in
 * *ret_others 1 - p[label], without cancellation. */
double loss_soft_max(double *z, int n, int label, double *ret_others);

#endif
