/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * experiment: a question, as data: what is held fixed, what varies, which methods
 * are compared. A script describes it, the command line may change it, a plan
 * spells it out. Every value has passed a check before it gets in.
 */
#ifndef LAB_EXPERIMENT_H
#define LAB_EXPERIMENT_H

#include "base/settings.h"

/* One setting and the values it takes; more than one: it is varied. */
struct axis {
    const char *name;
    int n_values;
    struct value *values;
};

/* Axes in sorted order of their names. */
struct grid {
    struct arena *arena;
    struct axis *axes;
    int n_axes;
};

void grid_init(struct grid *g, struct arena *arena);
void grid_set(struct grid *g, const char *name, const struct value *values, int n_values);
const struct axis *grid_find(const struct grid *g, const char *name);

struct experiment_method {
    const char *label; /* "rgd", unique, a name */
    struct grid grid;  /* what is the method's own; wins over the experiment's */
};

/* A data set as datasets/NAME.lua describes it. */
struct data_description {
    const char *name;
    struct settings settings; /* format, classes, files ... */
};

enum { EXPERIMENT_MAX_METHODS = 32 };

struct experiment {
    struct arena *arena; /* owns everything here */
    const char *name, *title, *question;
    const char *source;    /* the script's text */
    const char *overrides; /* what the command line changed, canonical; "" */
    struct grid grid;
    struct experiment_method methods[EXPERIMENT_MAX_METHODS];
    int n_methods;
    int n_seeds;
    const char *baseline; /* a method's label */
    const struct data_description *data; /* [n_data], sorted by name */
    int n_data;
};

struct experiment_method *experiment_find_method(struct experiment *e, const char *label);

/* Changes `e` by one word of the command line:
 *
 *     train.lr=0.05            set        train.lr=0.1,0.05      vary
 *     train.lr=logspace(-3,-1,5)          train.epochs=range(2,8,2)
 *     seeds=3                             methods=erm,rgd
 *     rgd.objective.clip=1,2   one method's own      ~rgd_mean_one   drop a method
 *
 * A value that a method sets itself is replaced there too, unless the word
 * names another method. */
int experiment_override(struct experiment *e, const char *word, struct error *err);

#endif
