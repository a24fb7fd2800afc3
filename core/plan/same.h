/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * same: methods of a plan that are one method under several names, since their runs are
 * the same. What compares them compares a method with itself. */
#ifndef PLAN_SAME_H
#define PLAN_SAME_H

#include "base/text.h"

struct same_run {
    const char *method;
    const char *spec_id;
};

/* Adds to `same` "erm, rgd" and, of others that are the same, "; focal, mixup". To `part` what differs
 * from another in what it tries alone: "every run of rgd is one of erm's too; ...". Runs of a method
 * lie together; of methods beyond the first 48, which no plan of ours has, nothing is said. */
void same_methods(const struct same_run *runs, int n, struct text *same, struct text *part);

#endif
