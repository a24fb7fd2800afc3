/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plot_figure: what the kinds of figures in plot.h share: the data and the script as
 * they grow, and the drawing. Not for use outside of plot*.c.
 *
 *     if (plot_figure_init(&f, target, "curves", name, err) == 0) {
 *         plot_add_row(&f.data, 2, (double[]){x, y});
 *         plot_add_text(&f, "x_label", label, LABEL_WIDTH);
 *         result = plot_figure_draw(&f, target->directory, err);
 *     }
 *     plot_figure_release(&f);
 */
#ifndef FIGURE_PLOT_FIGURE_H
#define FIGURE_PLOT_FIGURE_H

#include "base/arena.h"
#include "base/text.h"
#include "figure/plot.h"

#include <stdbool.h>

/* Code points that are kept of a text; the templates wrap and rotate the rest. */
enum {
    NOTE_WIDTH = 320,
    TITLE_WIDTH = 320,
    NAME_WIDTH = 64, /* of a method, whole */
    LABEL_WIDTH = 60,
    SERIES_WIDTH = 45,
    TICK_WIDTH = 24,
};

/* What is written about one figure. `base` is DIRECTORY/NAME. */
struct plot_figure {
    struct arena arena;
    const char *base, *template;
    struct text data, script;
};

/* Refuses names that are none (text.h) and paths that gnuplot would run. */
int plot_figure_init(struct plot_figure *f, const struct plot_target *target,
                     const char *template, const char *name, struct error *err);
void plot_figure_release(struct plot_figure *f);

/* Writes NAME.dat and NAME.gp and has the pictures drawn. */
int plot_figure_draw(struct plot_figure *f, const char *directory, struct error *err);

/* What is drawn of the data, for the axes; low > high: nothing. */
extern const struct plot_range plot_range_empty, plot_no_limits;
void plot_range_add(struct plot_range *range, double x);

/* One line of numbers of the data file; what cannot be drawn is NaN. */
void plot_add_row(struct text *t, int n, const double *x);

/* Variables of the script: a text; an array of texts and NAME_width, the width of the
 * widest; an array of finite numbers; NAME_low and NAME_high, NAME_least and NAME_most. A text that is
 * longer than `width` loses its middle. In tick labels gnuplot wants % doubled. */
void plot_add_text(struct plot_figure *f, const char *variable, const char *s, int width);
void plot_add_texts(struct plot_figure *f, const char *variable, int n, const char *const *texts,
                    int width, bool is_tick);
void plot_add_numbers(struct plot_figure *f, const char *variable, int n, const double *x);
void plot_add_range(struct plot_figure *f, const char *variable, struct plot_range range,
                    struct plot_range limits);

#endif
