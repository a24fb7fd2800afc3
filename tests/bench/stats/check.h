/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check: tables of simulated figures, in percent, with the bounds that they must keep.
 *
 * Each line of a table is a job, which is run by itself and seeded by what it is: as many processes as
 * the machine has processors take jobs from one list (libRmath is not for threads), and the figures do
 * not depend on who ran which.
 *
 *     check_start(tables, n);          forks
 *     n_broken = check_finish(...);    works on what is left, waits, prints
 */
#ifndef BENCH_STATS_CHECK_H
#define BENCH_STATS_CHECK_H

#include "bench/stats/world.h"

enum { CHECK_COLUMNS = 12 };

struct job {
    struct world world;
    const struct candidates *a, *b; /* b NULL: all methods have grid a */
    int n_methods, n_seeds;
    double correlation;       /* held out: of environments within a trial */
    int n_times;
};

struct column_bounds {
    const char *head;
    double low, high; /* percent; high 0: it is told, not judged */
};

struct check_table {
    const char *name; /* stats NAME simulates this table alone */
    const char *title, *note; /* note: "" or what the columns are */
    struct column_bounds columns[CHECK_COLUMNS]; /* until the first without a head */
    void (*run)(const struct job *job, struct rng rng, double *ret_shares); /* NaN: has none */
    const struct job *jobs; /* until the first without n_times */
};

extern const struct check_table check_sizes, check_families, check_held_out, check_others, check_cover;

void check_start(const struct check_table *const *tables, int n);

/* Gives how many bounds are broken. */
int check_finish(const struct check_table *const *tables, int n);

#endif
