/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * procedure: how much a result would vary if all of it were done again, tuning too.
 *
 * The t interval of the table answers for one configuration: other seeds, the same
 * settings. Here seeds are drawn anew, the configuration is selected on them, and its
 * test accuracy is read on them: a percentile bootstrap of the whole procedure. With
 * one configuration both answer the same question.
 */
#ifndef REPORT_PROCEDURE_H
#define REPORT_PROCEDURE_H

#include "report/select.h"

struct procedure {
    int n_seeds, n_points;
    double low, high;  /* 95%; NaN with fewer than two seeds */
    double stability;  /* share of the draws that selected the same configuration */
};

struct procedure procedure_bootstrap(const struct selections *s, const struct selection *r);

#endif
