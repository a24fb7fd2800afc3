/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/ranking.h"

#include "stats/adjust.h"
#include "stats/paired.h"

#include <math.h>
#include <string.h>

static const double LEVEL = 0.05;

void ranking_mark(const struct selection *const *rows, int n, enum sheet_emphasis *ret_emphases,
                  double *ret_p)
{
    double p[EXPERIMENT_MAX_METHODS] = {0}, best_mean = -INFINITY;
    int best = -1, n_there = 0;

    for (int i = 0; i < n; i++) {
        double mean = summary_of(rows[i]->test, rows[i]->n).mean;

        p[i] = NAN;
        ret_emphases[i] = SHEET_PLAIN;
        n_there += rows[i]->n > 0;
        if (mean > best_mean) {
            best_mean = mean;
            best = i;
        }
    }
    for (int i = 0; i < n && best >= 0; i++)
        if (i != best)
            p[i] = select_compare(rows[i], rows[best]).t.p;
    adjust_holm.run(p, n, p);
    for (int i = 0; i < n && n_there > 1; i++) {
        if (i == best)
            ret_emphases[i] = SHEET_BEST;
        else if (p[i] > LEVEL)
            ret_emphases[i] = SHEET_CLOSE;
    }
    if (ret_p)
        memcpy(ret_p, p, (size_t)n * sizeof *p);
}

int ranking_condition(const struct selections *s, int i, const struct selection **ret_rows)
{
    int n = i < s->n_conditions ? s->starts[i + 1] - s->starts[i] : 0;

    n = n < EXPERIMENT_MAX_METHODS ? n : EXPERIMENT_MAX_METHODS;
    memcpy(ret_rows, s->by_condition + (n ? s->starts[i] : 0), (size_t)n * sizeof *ret_rows);
    return n;
}
