/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * store_private: what the files of the store share.
 */
#ifndef LAB_STORE_PRIVATE_H
#define LAB_STORE_PRIVATE_H

#include "lab/sql.h"

struct store {
    struct sql *db;
    const char *path;
};

/* The row id of the current plan. Fails where there is none. */
int store_current_plan(struct store *store, long *ret_plan, struct error *err);

/* A value of the table metrics: column `column` is value, the next one kind. */
double store_value(struct sql_query *q, int column);

#endif
