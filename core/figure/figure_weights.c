/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/figure.h"

#include "math/histogram.h"

#include <math.h>

enum { MAX_BINS = 32 };

/* Mean shares over the selected runs that finished, of their first and their last record. */
struct shares {
    double first[HISTOGRAM_N], last[HISTOGRAM_N];
    int n_runs;
};

static int read_shares(struct figure *d, const struct selection *row, struct shares *ret_shares,
                       struct error *err)
{
    struct shares s = {.n_runs = 0};

    for (int i = 0; i < row->n; i++) {
        struct store_array *records;
        int n;

        if (row->has_diverged[i])
            continue;
        if (store_read_arrays(d->store, row->runs[i], "weights", &d->arena, &records, &n, err) < 0)
            return -1;
        if (n == 0 || records[0].n != HISTOGRAM_N || records[n - 1].n != HISTOGRAM_N)
            continue;
        s.n_runs++;
        for (int b = 0; b < HISTOGRAM_N; b++) {
            s.first[b] += (double)records[0].numbers[b];
            s.last[b] += (double)records[n - 1].numbers[b];
        }
    }
    for (int b = 0; b < HISTOGRAM_N && s.n_runs > 0; b++) {
        s.first[b] *= 100.0 / s.n_runs;
        s.last[b] *= 100.0 / s.n_runs;
    }
    *ret_shares = s;
    return 0;
}

/* Do they lie in more than one bin? Equal weights are no picture. */
static bool varies(const struct shares *s)
{
    int n = 0;

    for (int b = 0; b < HISTOGRAM_N; b++)
        n += s->first[b] > 0 || s->last[b] > 0;
    return n > 1;
}

/* The bins from the first to the last that any of them has, the one of zero apart. */
static void find_bins(const struct shares *shares, int n, int *ret_first, int *ret_last,
                      bool *ret_has_zero)
{
    *ret_first = HISTOGRAM_ONE;
    *ret_last = HISTOGRAM_ONE;
    *ret_has_zero = false;
    for (int i = 0; i < n; i++)
        for (int b = 0; b < HISTOGRAM_N; b++) {
            if (shares[i].first[b] == 0 && shares[i].last[b] == 0)
                continue;
            if (b == 0)
                *ret_has_zero = true;
            else if (b < *ret_first)
                *ret_first = b;
            else if (b > *ret_last)
                *ret_last = b;
        }
}

/* Positions on the axis are logarithms to base 2; that of zero, which has none, is put to their left. */
static double position(int bin)
{
    return (double)(bin - HISTOGRAM_ONE) / HISTOGRAM_PER_OCTAVE;
}

static void add_tick(struct figure *d, struct plot_histograms *figure, double at,
                     const char *label)
{
    double *ticks = (double *)figure->ticks;
    const char **labels = (const char **)figure->tick_labels;

    ticks = arena_grow(&d->arena, ticks, figure->n_ticks, sizeof *ticks);
    labels = arena_grow(&d->arena, labels, figure->n_ticks, sizeof *labels);
    ticks[figure->n_ticks] = at;
    labels[figure->n_ticks++] = label;
    figure->ticks = ticks;
    figure->tick_labels = labels;
}

/* Octaves that are wholly there; halves of them too where there are few. */
static void add_ticks(struct figure *d, struct plot_histograms *figure, double low, double high)
{
    double step = high - low > 12 ? 4 : high - low > 6 ? 2 : high - low > 2.5 ? 1 : 0.5;

    for (double at = step * ceil(low / step); at <= high; at += step)
        add_tick(d, figure, at,
                 at < 0 && at == floor(at) ? arena_printf(&d->arena, "1/%g", exp2(-at))
                                           : arena_printf(&d->arena, "%.2g", exp2(at)));
}

/* So many bins make one that the picture has no more than it has room for; widens the range to whole
 * ones on both sides of 1. */
static int merge(int *first, int *last)
{
    int m = 1, below, above;

    while (m < HISTOGRAM_PER_OCTAVE && *last - *first + 1 > MAX_BINS * m)
        m *= 2;
    below = (HISTOGRAM_ONE - *first + m - 1) / m;
    above = (*last - HISTOGRAM_ONE + m) / m;
    *first = HISTOGRAM_ONE - below * m;
    *last = HISTOGRAM_ONE + above * m - 1;
    return m;
}

/* Bin `at` of the figure becomes the sum of bins b .. b + m - 1 of all panels. */
static void add_bin(struct plot_histograms *figure, const struct shares *shares, int b, int m, int at,
                    double *before, double *after)
{
    for (int i = 0; i < figure->n_panels; i++)
        for (int k = b; k < b + m && k < HISTOGRAM_N; k++) {
            before[i * figure->n_bins + at] += shares[i].first[k];
            after[i * figure->n_bins + at] += shares[i].last[k];
        }
}

static void fill(struct figure *d, struct plot_histograms *figure, const struct shares *shares)
{
    int first, last, n = 0, m;
    bool has_zero;
    double *low, *high, *before, *after, range;

    find_bins(shares, figure->n_panels, &first, &last, &has_zero);
    m = merge(&first, &last);
    range = position(last + 1) - position(first);
    figure->n_bins = (last - first + 1) / m + has_zero;
    low = arena_alloc(&d->arena, (size_t)figure->n_bins * sizeof *low);
    high = arena_alloc(&d->arena, (size_t)figure->n_bins * sizeof *high);
    before = arena_alloc(&d->arena, (size_t)(figure->n_bins * figure->n_panels) * sizeof *before);
    after = arena_alloc(&d->arena, (size_t)(figure->n_bins * figure->n_panels) * sizeof *after);
    if (has_zero) {
        low[0] = position(first) - fmax(0.15 * range, 0.25);
        high[0] = low[0] + fmax(0.06 * range, 0.125);
        add_tick(d, figure, (low[0] + high[0]) / 2, "0");
        add_bin(figure, shares, 0, 1, n++, before, after);
    }
    for (int b = first; b <= last; b += m) {
        low[n] = position(b);
        high[n] = position(b + m);
        add_bin(figure, shares, b, m, n++, before, after);
    }
    add_ticks(d, figure, position(first) + (has_zero ? 0.1 * range : 0), position(last + 1));
    figure->low = low;
    figure->high = high;
    figure->before = before;
    figure->after = after;
}

static int draw(struct figure *d, struct error *err)
{
    struct shares *shares = arena_alloc(&d->arena, (size_t)d->n_rows * sizeof *shares);
    const char *labels[EXPERIMENT_MAX_METHODS];
    struct plot_histograms figure = {.name = figure_name(d, "weights"),
                                     .title = figure_title(d, d->selections->plan.title),
                                     .x_label = "weight of an example (1: as ERM)",
                                     .y_label = "examples (%)",
                                     .before_label = "until the first one",
                                     .after_label = "before the last evaluation",
                                     .limits = {0, 100},
                                     .labels = labels};
    const char *equal[EXPERIMENT_MAX_METHODS], *without[EXPERIMENT_MAX_METHODS];
    int n_equal = 0, n_without = 0;

    for (int i = 0; i < d->n_rows; i++) {
        struct shares *s = &shares[figure.n_panels];

        if (read_shares(d, d->rows[i], s, err) < 0)
            return -1;
        labels[figure.n_panels] = figure_label(d, d->rows[i]);
        if (varies(s))
            figure.n_panels++;
        else if (s->n_runs > 0)
            equal[n_equal++] = d->rows[i]->method;
        else
            without[n_without++] = d->rows[i]->method;
    }
    if (figure.n_panels == 0)
        return figure_skip(d, figure.name, n_equal ? "all examples weigh the same"
                                                   : "no run that finished has recorded weights");
    figure.title = figure_without(d, figure.title, "all weigh the same", equal, n_equal);
    figure.title = figure_without(d, figure.title, "none recorded", without, n_without);
    fill(d, &figure, shares);
    return figure_done(d, figure.name, plot_histograms(d->target, &figure, err));
}

const struct figure_type figure_weights = {
    .name = "weights",
    .doc = "which weights the objective gave to the examples, early and late in training; means "
           "over the selected runs that finished",
    .draw = draw,
};
