/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measure: what an experiment is judged by: a row of the table of measures (learn/metric/metric.h), of
 * one class where it is one by class: "macro_f1", "f1:cat".
 *
 * Whatever compares (analysis/) holds values so that the higher is the better: sign * value. Whatever
 * prints turns them back:
 *
 *     measure_shown(m, x)        of x = 0.731: 73.1 of an accuracy; of x = -0.42: 0.42 of a log loss
 *     m->format, m->signed_format    how many digits
 */
#ifndef PLAN_MEASURE_H
#define PLAN_MEASURE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "base/value.h"
#include "learn/metric/metric.h"

struct measure {
    const struct metric_type *type;
    int class_index;         /* -1: of all classes */
    const char *name;        /* "accuracy"; "f1:cat" */
    const char *title;       /* "accuracy"; "F1 of class cat" */
    const char *column;      /* of tables for programs: "test_accuracy" */
    double sign;             /* -1 where lower is better */
    double unit;             /* 100 of shares, which are printed in percent; else 1 */
    const char *percent;     /* " %" of shares, or "": behind the title, in heads of columns */
    const char *in_percent;  /* " in percent", or "" */
    const char *points;      /* " points", or "": behind a difference */
    const char *format, *signed_format; /* "%.2f" and "%+.2f" */
    double worst;            /* sign * the worst value: what a diverged run has; may be minus infinity */
};

/* What data sets are judged by where nobody says: accuracy, or R2 of those that have no classes. */
const char *measure_default(bool has_classes);

/* `text` for data with these names of classes (of targets that are numbers: none). The error names
 * what there is. Texts are in `arena`. */
int measure_find(const char *text, const struct value *class_names, struct arena *arena,
                 struct measure *ret_measure, struct error *err);

/* Have the data what it is of: groups, or measures that their description names? */
int measure_check_data(const struct measure *m, bool has_groups, bool has_score, struct error *err);

/* Do what judges and what selects (NULL, "": what judges) go with classes as well as with numbers as targets? */
bool measure_takes_both(const char *judges, const char *selects);

/* Is there such a measure, of whatever data? */
int measure_check(const char *text, struct error *err);

/* What the higher-is-better x is as people know it, in percent where shares are. Of differences too. */
double measure_shown(const struct measure *m, double x);

/* Adds what measure_shown gives, by m->format or m->signed_format. */
void measure_add(struct text *t, const char *format, double shown);

/* Adds "+1.20 points" of a difference; of what is no share "+0.0120". */
void measure_add_difference(struct text *t, const struct measure *m, double difference);

/* "counted as accuracy 0", "below any other R2", "above any other RMSE": what a run that diverged is. In
 * `arena`. */
const char *measure_worst(const struct measure *m, struct arena *arena);

/* The ends of an interval, likewise, the lower first. */
void measure_show_ends(const struct measure *m, double low, double high, double *ret_low, double *ret_high);

#endif
