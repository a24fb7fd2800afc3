/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * metric: what a model's predictions are judged by, one table entry per measure.
 *
 * A measure is computed of the examples of one part (validation, test), all of which the model has
 * answered. Where it does not exist (no example of a class, no spread), it is NaN, and never a number that
 * stands for "none".
 *
 * Classes may have weights (a validation part whose proportions are not those that count). Then an example of
 * class c weighs class_weights[c] / the number of examples of c; else all weigh the same.
 *
 * To add one:
 *   1. write learn/metric/metric_NAME.c after the pattern of metric_matthews.c;
 *   2. end it in `const struct metric_type metric_NAME = {...}`;
 *   3. add its line to the list in metric.c. Runs record it, and tests/test_metric.c walks it.
 */
#ifndef LEARN_METRIC_METRIC_H
#define LEARN_METRIC_METRIC_H

#include "base/arena.h"

#include <math.h>
#include <stdbool.h>

/* What a measure has to know of an example. */
enum metric_need {
    METRIC_CLASSES = 1, /* its class and the one that the model names */
    METRIC_SCORES = 2,  /* the model's score of each class */
    METRIC_GROUPS = 4,  /* the group (environment) that it belongs to */
    METRIC_NUMBERS = 8, /* its target and the model's answer, which are numbers */
    METRIC_TASK = 16,   /* what its data set says that it is judged by */
};

struct metric_type;

/* A measure: of all examples (class_index -1) or of a class. */
struct metric_name {
    const struct metric_type *type;
    int class_index;
};

/* What the model said of n examples. A member is NULL where the data have nothing of it. */
struct metric_examples {
    int n;
    int n_classes; /* 0: targets are numbers */
    const int *labels, *predicted;   /* [n] below n_classes; predicted: of the highest score the first */
    const float *scores;             /* [n][n_classes] logits */
    const float *probabilities;      /* [n][n_classes] their softmax (metric_softmax) */
    const int *counts;               /* [n_classes][n_classes] how many of class row were named column; */
    const int *n_of;                 /* [n_classes] its sums of rows: metric_count makes both */
    const double *class_weights;     /* [n_classes] adding up to 1; NULL: each example weighs the same */
    const int *groups;               /* [n] below n_groups */
    int n_groups;
    const float *targets, *answers;  /* [n] numbers */
    const struct metric_name *task;  /* [n_task] what the data set says that it is judged by */
    int n_task;
};

struct metric_type {
    const char *name; /* in the store */
    const char *title, *doc, *source;
    int needs; /* enum metric_need */
    int min_classes; /* with fewer it says nothing; 0 is as 2 */
    bool by_class; /* one number for each class */
    bool lower_is_better;
    double low, high; /* range; one end of it is the worst value, and what a diverged run has */
    bool is_share; /* printed in percent */
    bool is_later; /* it came when runs without it had been stored: digests of results, which follow
                    * from the same answers, are without it */
    /* ret_values[n_classes] by class, else [1]. */
    void (*measure)(const struct metric_examples *e, struct arena *arena, double *ret_values);
};

/* One number: of all examples (class_index -1) or of a class. */
struct metric_value {
    const struct metric_type *type;
    int class_index;
    double value;
};

struct metric_values {
    const struct metric_value *items;
    int n;
};

/* All that can be measured of the examples, in the table's order. e->counts, e->n_of and e->probabilities are
 * made here. In `arena`, which holds some 8 bytes for each score meanwhile. */
struct metric_values metric_measure(const struct metric_examples *e, struct arena *arena);

/* Of n groups of examples, each measured by itself (and of the same kind): means over the groups where there is a
 * value, and the measures over groups. In `arena`. */
struct metric_values metric_over_groups(const struct metric_values *groups, int n, struct arena *arena);

/* NaN where it is not among them. */
double metric_value(const struct metric_values *v, const char *name, int class_index);

/* The i-th of the table, NULL behind the last. */
const struct metric_type *metric_at(int i);
const struct metric_type *metric_find(const char *name);

/* What `text` names: "macro_f1", or "f1" of "f1:cat"; *ret_class is "cat", or NULL. NULL: there is none. */
const struct metric_type *metric_parse(const char *text, const char **ret_class);

/* Can it be computed of such data: that have all of this (enum metric_need), and as many classes, 0 of numbers? */
bool metric_suits_data(const struct metric_type *type, int has, int n_classes);
bool metric_suits(const struct metric_type *type, const struct metric_examples *e);

/* The value that no run is below (or above, where lower is better). */
double metric_worst(const struct metric_type *type);

/* Is x above y, by more than what rounding does? What chooses by values, higher being better, asks this. */
bool metric_exceeds(double x, double y);

/* ---- what callers prepare ---- */

/* The class of the highest score, of equals the first; offsets are added to the scores, or NULL. */
int metric_predict(const float *scores, const float *offsets, int n_classes);

/* Rows of n_classes scores to probabilities. ret_probabilities may be scores. */
void metric_softmax(const float *scores, int n, int n_classes, float *ret_probabilities);

/* Sets e->counts and e->n_of, from labels and predicted; in `arena`. */
void metric_count(struct metric_examples *e, struct arena *arena);

/* ---- for measures ---- */

/* What an example of class c weighs, 0 where there is none; all add up to 1 (where each class with a weight
 * occurs). */
double metric_weight(const struct metric_examples *e, int c);

/* Places of n numbers from the lowest to the highest, equals in their order, into ret_order. */
void metric_sort(const float *numbers, int stride, int n, struct arena *arena, int *ret_order);

#endif
