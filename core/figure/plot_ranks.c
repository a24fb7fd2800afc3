/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/plot_figure.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct place {
    double rank;
    const char *label;
    int index;
};

static int by_rank(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank) : x->index - y->index;
}

/* Bars over the longest runs of neighbours that lie within the critical distance; a run
 * inside another, and a method alone, need none. */
static void add_bars(struct plot_figure *f, const struct place *places, int n, double distance)
{
    int last_end = -1, n_bars = 0;

    text_printf(&f->data, "\n\n# bars: from to level\n");
    for (int i = 0; i < n; i++) {
        int end = i;

        while (end + 1 < n && places[end + 1].rank - places[i].rank <= distance)
            end++;
        if (end > i && end > last_end) {
            plot_add_row(&f->data, 3, (double[]){places[i].rank, places[end].rank, n_bars++});
            last_end = end;
        }
    }
    if (n_bars == 0)
        plot_add_row(&f->data, 3, (double[]){NAN, NAN, 0});
    text_printf(&f->script, "n_bars = %d\n", n_bars);
}

int plot_ranks(const struct plot_target *target, const struct plot_ranks *figure,
               struct error *err)
{
    struct plot_figure f;
    int n = figure->n, result = -1;

    assert(n >= 2);
    if (plot_figure_init(&f, target, "ranks", figure->name, err) == 0) {
        struct place *places = arena_alloc(&f.arena, (size_t)n * sizeof *places);
        const char **labels = arena_alloc(&f.arena, (size_t)n * sizeof *labels);

        for (int i = 0; i < n; i++)
            places[i] = (struct place){figure->ranks[i], figure->labels[i], i};
        qsort(places, (size_t)n, sizeof *places, by_rank);
        text_printf(&f.data, "# mean ranks, from the best\n");
        for (int i = 0; i < n; i++) {
            labels[i] = places[i].label;
            plot_add_row(&f.data, 1, &places[i].rank);
        }
        add_bars(&f, places, n, figure->critical_distance);
        plot_add_text(&f, "figure_title", figure->title, TITLE_WIDTH);
        plot_add_text(&f, "note", figure->note, NOTE_WIDTH);
        plot_add_texts(&f, "method", n, labels, NAME_WIDTH, false);
        text_printf(&f.script, "critical_distance = %.17g\n", figure->critical_distance);
        result = plot_figure_draw(&f, target->directory, err);
    }
    plot_figure_release(&f);
    return result;
}
