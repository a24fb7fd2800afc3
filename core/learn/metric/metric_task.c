/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/metric/metric.h"

/* Tasks of a benchmark have measures of their own, so that only their means go into one test. */
static void task_score(const struct metric_examples *e, struct arena *arena, double *ret_values)
{
    double sum = 0;

    for (int i = 0; i < e->n_task; i++) {
        const struct metric_name *m = &e->task[i];
        double *values = arena_alloc(arena, ((size_t)e->n_classes + 1) * sizeof *values);

        m->type->measure(e, arena, values);
        sum += values[m->class_index < 0 ? 0 : m->class_index];
    }
    *ret_values = sum / e->n_task;
}

const struct metric_type metric_task_score = {
    .name = "task_score",
    .title = "score of the task",
    .doc = "mean of what the data set's description says that it is judged by: score = { \"f1:yes\", \"accuracy\" }",
    .source = "GLUE (Wang et al. 2018), section 3",
    .needs = METRIC_TASK,
    .low = -1,
    .high = 1,
    .is_share = true,
    .is_later = true,
    .measure = task_score,
};
