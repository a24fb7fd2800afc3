/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * figures: the pictures of an experiment, from its store, in a table (figure_types).
 * Under several conditions each gets its own, numbered in the table's order; overall
 * ones are drawn once.
 */
#ifndef FIGURE_FIGURES_H
#define FIGURE_FIGURES_H

#include "analysis/select.h"
#include "figure/plot.h"

struct figure;

struct figure_type {
    const char *name, *doc; /* in doc %s stands for what the plan is judged by */
    bool is_overall; /* over all conditions, not one of each */
    int (*draw)(struct figure *d, struct error *err);
};

extern const struct figure_type *const figure_types[]; /* NULL-ended */

/* Is told the path of each picture, without its ending, and what it shows; and "NAME: WHY" of each figure
 * that these data have nothing for; and the path of each that an earlier plan drew and this one does not, whose
 * files are removed. */
struct figures_listener {
    void (*drawn)(void *context, const char *path, const char *doc);
    void (*skipped)(void *context, const char *line);
    void (*removed)(void *context, const char *path);
    void *context;
};

int figures_draw(struct store *store, const struct selections *s,
                 const struct plot_target *target, const struct figures_listener *listener,
                 struct error *err);

#endif
