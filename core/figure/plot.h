/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot: figures from plain numbers. The only door to gnuplot.
 *
 * Each figure is five files side by side: NAME.dat (the numbers), NAME.gp (what
 * gnuplot was told: the settings of this figure and `load` of the template in
 * plots/), NAME.svg, NAME.png and NAME.pdf. The same numbers give the same bytes.
 *
 * Every text may come from a stranger: it reaches gnuplot only in single quotes,
 * without control characters, and never as a file name.
 */
#ifndef FIGURE_PLOT_H
#define FIGURE_PLOT_H

#include "base/error.h"

#include <stdbool.h>

/* Where figures go, and the template folder. Borrowed. */
struct plot_target {
    const char *directory; /* made where missing, e.g. plots/quickstart */
    const char *templates; /* e.g. plots */
};

/* Beyond these an axis does not go, as that of a share beyond 0 and 100%, nor does an interval that would;
 * low >= high: as far as the data and some room around them. */
struct plot_range {
    double low, high;
};

/* A grid of numbers over two settings. cells[y * n_x + x]; NaN: no run there; not finite otherwise: no
 * mean, as of a number of runs that diverged[], which is written instead. */
struct plot_heatmap {
    const char *name;   /* of the files */
    const char *title;
    const char *x_label, *y_label, *cell_label; /* cell_label: the colour bar */
    int n_x, n_y;
    const char *const *x_ticks; /* [n_x] */
    const char *const *y_ticks; /* [n_y] */
    const double *cells;
    struct plot_range limits; /* of the colour bar */
    const int *diverged;
    const int *chosen;  /* how many of n_seeds chose the cell; NULL: not seed by seed */
    int n_seeds;
    int best_x, best_y; /* the cell to frame, or -1 */
    bool lower_is_better; /* the colours are the other way round */
    const char *note;   /* below the title: what is marked */
};

/* Points over one or more settings, a panel for each x, all with the same y; their colour is their value. */
struct plot_axis {
    const char *label;
    const double *at;  /* [n_points] positions */
    bool is_log;       /* they are logarithms to base 10 */
    int n_ticks;       /* 0: where numbers are round */
    const double *ticks;
    const char *const *texts; /* [n_ticks] */
};

struct plot_points {
    const char *name, *title, *cell_label; /* cell_label: the colour bar */
    const char *note;                      /* below the title: what is marked */
    struct plot_range limits;              /* of values */
    int n_points, n_panels;
    const struct plot_axis *x; /* [n_panels] */
    struct plot_axis y;
    const double *value;       /* [n_points]; not finite: none */
    const int *chosen;         /* [n_points] by how many; 0: no ring */
    int best;                  /* the point to frame, or -1 */
    bool lower_is_better;      /* as above */
};

/* What one graph can hold. With more lines or series each but the first gets a graph of
 * its own, beside the first, which should be what the others are compared with. */
enum { PLOT_MAX_LINES = 8 };

/* Lines with bands. */
struct plot_line {
    const char *label;
    int n;
    const double *x, *y, *low, *high; /* [n]; low and high may hold NaN: no band there */
};

struct plot_curves {
    const char *name, *title, *x_label, *y_label;
    struct plot_range limits; /* of y */
    int n_lines;
    const struct plot_line *lines;
};

/* Groups of points with intervals, e.g. classes from head to tail, one series a
 * method. value[s * n_groups + g]; half widths may be NaN: no bar. */
struct plot_groups {
    const char *name, *title, *x_label, *y_label;
    struct plot_range limits; /* of y */
    int n_groups, n_series;
    const char *const *group_labels; /* [n_groups] */
    const char *const *series_labels; /* [n_series] */
    const double *value, *half_width;
};

/* The same thing measured twice: a line from a[i] to b[i] for each pair, and their
 * means, one panel beside the other. */
struct plot_panel {
    const char *a_label, *b_label;
    int n;
    const double *a, *b; /* [n] */
};

struct plot_slopes {
    const char *name, *title, *y_label;
    struct plot_range limits; /* of y */
    int n_panels;
    const struct plot_panel *panels;
};

/* Effects with intervals, one row under the other, against a line at 0. Cells as in
 * plot_groups: value[s * n_rows + r]. */
struct plot_forest {
    const char *name, *title, *x_label;
    struct plot_range limits; /* of x */
    int n_rows, n_series;
    const char *const *row_labels;    /* [n_rows], from the top */
    const char *const *series_labels; /* [n_series] */
    const double *value, *half_width;
};

/* Demsar's diagram: mean ranks on an axis; bars join what a critical distance does not
 * tell apart. */
struct plot_ranks {
    const char *name, *title, *note; /* note: what was ranked, and by which test; below */
    int n;                  /* 2 at least */
    const char *const *labels; /* [n] */
    const double *ranks;    /* [n], 1 .. n */
    double critical_distance;
};

/* Panels with two histograms each over the same bins, of before and after. x is in the unit of
 * the positions below; ticks say what stands there. before[p * n_bins + b]. */
struct plot_histograms {
    const char *name, *title, *x_label, *y_label, *before_label, *after_label;
    struct plot_range limits; /* of y */
    int n_bins, n_panels, n_ticks;
    const double *low, *high;        /* [n_bins] positions, ascending */
    const char *const *labels;       /* [n_panels] */
    const double *before, *after;
    const double *ticks;             /* [n_ticks] positions */
    const char *const *tick_labels;  /* [n_ticks] */
};

/* Points of two kinds, as large as their weights, and the lines drawn through them, a panel for each
 * method; the lines of the first are in grey in the others. At most PLOT_MAX_LINES panels. */
struct plot_plane_panel {
    const char *label;
    int n, n_segments;
    const double *x, *y, *weights; /* [n] */
    const int *kinds;              /* [n] 0 or 1 */
    const double (*segments)[4];   /* [n_segments] from x, y to x, y */
};

struct plot_plane {
    const char *name, *title, *x_label, *y_label, *note; /* note: below the title */
    int n_panels;
    const struct plot_plane_panel *panels;
};

/* Removes the five files of each figure in target->directory that these calls have made, now or once, and
 * that is not one of the `n` names `kept`: what NAME.gp says in its first lines tells them from a user's.
 * Tells of each, by its path without an ending. */
int plot_remove_others(const struct plot_target *target, const char *const *kept, int n,
                       void (*removed)(void *context, const char *path), void *context, struct error *err);

int plot_heatmap(const struct plot_target *target, const struct plot_heatmap *figure,
                 struct error *err);
int plot_points(const struct plot_target *target, const struct plot_points *figure,
                struct error *err);
int plot_curves(const struct plot_target *target, const struct plot_curves *figure,
                struct error *err);
int plot_groups(const struct plot_target *target, const struct plot_groups *figure,
                struct error *err);
int plot_slopes(const struct plot_target *target, const struct plot_slopes *figure,
                struct error *err);
int plot_forest(const struct plot_target *target, const struct plot_forest *figure,
                struct error *err);
int plot_ranks(const struct plot_target *target, const struct plot_ranks *figure,
               struct error *err);
int plot_plane(const struct plot_target *target, const struct plot_plane *figure,
               struct error *err);
int plot_histograms(const struct plot_target *target, const struct plot_histograms *figure,
                    struct error *err);

#endif
