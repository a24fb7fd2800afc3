/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * grid: settings, each with the values it takes; more than one: it is varied.
 *
 *     struct grid g;
 *     grid_init(&g, &arena);
 *     grid_set(&g, "train.lr", (struct value[]){value_number(0.1), value_number(0.01)}, 2);
 */
#ifndef PLAN_GRID_H
#define PLAN_GRID_H

#include "base/settings.h"

struct axis {
    const char *name;
    const char *type; /* of the setting's slot, for which alone these values are: of optimizer.weight_decay
                       * "sgd"; NULL: for all that have the setting */
    int n_values; /* at least 1 */
    struct value *values;
};

/* Axes in sorted order of their names; those of one name have a type each. */
struct grid {
    struct arena *arena; /* owns names and arrays; texts in values stay the caller's */
    struct axis *axes;
    int n_axes;
};

void grid_init(struct grid *g, struct arena *arena);

/* Replaces what was there, of all types. */
void grid_set(struct grid *g, const char *name, const struct value *values, int n_values);

/* Of this type (NULL: as grid_set). */
void grid_set_for(struct grid *g, const char *name, const char *type, const struct value *values,
                  int n_values);

/* NULL where there is none; of several types the first. */
const struct axis *grid_find(const struct grid *g, const char *name);

/* Removes the axes for which `is_wanted` is false. */
void grid_keep(struct grid *g, bool (*is_wanted)(const void *context, const struct axis *axis),
               const void *context);

/* ---- the ends of an axis of numbers ---- */

enum grid_end { GRID_INSIDE, GRID_SMALLEST, GRID_LARGEST };

/* The numbers that a setting takes. */
struct grid_range {
    double low, high;
    bool is_whole;
};

/* Of a run with the settings `spec`; without an end where it is not known. */
struct grid_range grid_range_of(const struct settings *spec, const char *setting);

/* Would a plan take the setting with this number, all else being as in `spec`? As far as the settings
 * tell; true where `spec` is NULL or itself none of ours. */
bool grid_accepts(const struct settings *spec, const char *setting, double x);

/* The number that is missing beyond an end of the n >= 2 rising values: as far out as the end is
 * from its inner neighbour, by ratio, or by difference where the values are even or 0 lies between;
 * towards an end of the range by the ratio of the distances to it. To few digits. NaN where the
 * range ends. */
double grid_beyond(const double *values, int n, enum grid_end end, struct grid_range range);

#endif
