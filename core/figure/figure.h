/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * figure: what the figures of figures.h are drawn from. Not for use outside of them.
 *
 * To add one: a file figure_NAME.c that ends in `const struct figure_type figure_NAME`,
 * and its line in the list of figures.c. A figure that has nothing to show says why and draws
 * nothing; what it leaves out of what it shows stands in it.
 */
#ifndef FIGURE_FIGURE_H
#define FIGURE_FIGURE_H

#include "figure/figures.h"

struct figure {
    struct store *store;
    const struct selections *selections;
    const struct plot_target *target;
    const struct figure_type *type; /* that is being drawn */
    struct arena arena;
    /* one condition, and its methods that have runs which ended or diverged, the baseline first; an
     * overall figure sees the first condition that has some here */
    const struct selection *rows[EXPERIMENT_MAX_METHODS];
    int n_rows;
    const char *absent[EXPERIMENT_MAX_METHODS]; /* its other methods */
    int n_absent;
    const char *condition; /* for short */
    int n_conditions, condition_index;
    bool is_overall;
    const struct figures_listener *listener;
    const char **drawn; /* [n_drawn] names */
    int n_drawn;
};

/* A figure's name and title, told apart by the condition where there are several; the title names the
 * methods that are absent. */
const char *figure_name(struct figure *d, const char *name);
const char *figure_title(struct figure *d, const char *title);

/* NAME, NAME-part2 ...: the part-th picture, from 0, of one that has too much for one. */
const char *figure_part_name(struct figure *d, const char *name, int part);

/* "TITLE; WHY: a, b": names the methods that the figure has not; `title` where there are none. */
const char *figure_without(struct figure *d, const char *title, const char *why,
                           const char *const *methods, int n);

/* "test accuracy (%)" of "test %s": the measure, with its unit where it stands last. */
const char *figure_measure(struct figure *d, const struct measure *m, const char *format);

/* Where the axis of that measure ends, in percent: at 0 and 100 for a share. */
struct plot_range figure_limits(const struct measure *m);

/* "kl_dro (1 of 10 diverged)": a method, and what became of its selected runs. */
const char *figure_method(struct figure *d, const struct selection *row);

/* The same and the configuration that most seeds selected, "lr=0.2 (7 of 10)", where there is room. */
const char *figure_label(struct figure *d, const struct selection *row);

/* Tells that there is nothing to draw, and why; gives 0. */
int figure_skip(struct figure *d, const char *name, const char *why);

/* Tells of a picture that was drawn; hands `result` on. */
int figure_done(struct figure *d, const char *name, int result);

#endif
