/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/classes.h"
#include "figure/figure.h"
#include "stats/summary.h"

#include <math.h>

enum { MOST_CLASSES = 20 };

/* Test accuracy in percent of all classes, in the data set's order, over the selected runs; false where none
 * has any. */
static int read_accuracies(struct figure *d, const struct selection *row, int n_classes,
                           struct summary *ret_classes, bool *ret_has_any, struct error *err)
{
    struct store_series *series = arena_alloc(&d->arena, (size_t)row->n * sizeof *series);
    double *sample = arena_alloc(&d->arena, (size_t)row->n * sizeof *sample);

    *ret_has_any = false;
    for (int k = 0; k < row->n; k++) {
        if (store_read_classes(d->store, row->runs[k], "test", &d->arena, &series[k], err) < 0)
            return -1;
        *ret_has_any |= row->has_diverged[k] || series[k].n > 0;
    }
    for (int c = 0; c < n_classes; c++) {
        for (int k = 0; k < row->n; k++)
            sample[k] = row->has_diverged[k] ? 0 /* in each class, as in the table */
                        : c < series[k].n    ? 100 * series[k].values[c]
                                             : NAN;
        ret_classes[c] = summary_of(sample, row->n);
    }
    return 0;
}

/* How many classes are below this one; of equals those that stand before it. */
static int place_of(const struct summary *classes, int n, int c)
{
    int place = 0;

    for (int i = 0; i < n; i++)
        place += classes[i].mean < classes[c].mean || (classes[i].mean == classes[c].mean && i < c);
    return place;
}

/* Those to draw, from head to tail: all, or the worst and the best ten of `classes`. Gives their number. */
static int choose_classes(const struct class_order *order, const struct summary *classes, int *ret_chosen)
{
    int n = 0;

    for (int i = 0; i < order->n; i++) {
        int place = order->n > MOST_CLASSES ? place_of(classes, order->n, order->at[i]) : 0;

        if (place < MOST_CLASSES / 2 || place >= order->n - MOST_CLASSES / 2)
            ret_chosen[n++] = order->at[i];
    }
    return n;
}

static bool is_even(const struct class_order *order)
{
    for (int c = 0; c < order->n && order->counts; c++)
        if (order->counts[c] != order->counts[0])
            return false;
    return true;
}

/* "airplane 5000": its training examples, where they are known and not the same for all. */
static const char *label_class(struct figure *d, const struct value *name,
                               const struct class_order *order, int c)
{
    const char *text = name->kind == VALUE_STRING ? name->string : "";

    return order->counts && !is_even(order) ? arena_printf(&d->arena, "%s %.0f", text, order->counts[c]) : text;
}

/* What the classes' order is, and which are left out. */
static const char *describe(struct figure *d, const struct settings *spec,
                            const struct class_order *order)
{
    const struct value *imbalance = settings_find(spec, "data.imbalance");
    const char *text = "class, in the data set's order (sizes are not recorded)";

    if (order->counts && is_even(order))
        text = arena_printf(&d->arena, "class (%.0f training examples each)", order->counts[0]);
    else if (order->counts)
        text = "class and its training examples, from head to tail";
    else if (imbalance && imbalance->kind == VALUE_NUMBER && imbalance->number > 1)
        text = arena_printf(&d->arena, "class, from head to tail (imbalance factor %g)", imbalance->number);
    if (order->n > MOST_CLASSES)
        text = arena_printf(&d->arena,
                            "%s; the worst %d and the best %d of %s, %d others are not shown", text,
                            MOST_CLASSES / 2, MOST_CLASSES / 2, d->rows[0]->method,
                            order->n - MOST_CLASSES);
    return text;
}

/* The names of the classes in the spec's data; none where the store does not know them. */
static int read_names(struct figure *d, struct settings *ret_spec, struct value *ret_names, struct error *err)
{
    settings_init(ret_spec, &d->arena);
    if (store_read_spec(d->store, d->rows[0]->runs[0], ret_spec, err) < 0)
        return -1;
    return store_read_spec_classes(d->store, ret_spec, &d->arena, ret_names, err);
}

static int draw(struct figure *d, struct error *err)
{
    const char *name = figure_name(d, "class-accuracy");
    const char *labels[EXPERIMENT_MAX_METHODS], *without[EXPERIMENT_MAX_METHODS], **groups;
    struct plot_groups figure = {.name = name, .y_label = "test accuracy (%)", .limits = {0, 100},
                                 .series_labels = labels};
    struct class_order order;
    struct summary *classes[EXPERIMENT_MAX_METHODS];
    struct settings spec;
    struct value names;
    double *value, *half_width;
    int *chosen, n_without = 0;
    bool has_any;

    if (read_names(d, &spec, &names, err) < 0)
        return -1;
    if (names.n_items == 0)
        return figure_skip(d, name, "the data have no classes, or do not tell them");
    for (int i = 0; i < d->n_rows; i++) {
        struct summary *here = arena_alloc(&d->arena, (size_t)names.n_items * sizeof *here);

        if (read_accuracies(d, d->rows[i], names.n_items, here, &has_any, err) < 0)
            return -1;
        if (has_any) {
            labels[figure.n_series] = figure_method(d, d->rows[i]);
            classes[figure.n_series++] = here;
        } else {
            without[n_without++] = d->rows[i]->method;
        }
    }
    if (figure.n_series == 0)
        return figure_skip(d, name, "no run has accuracies of classes");
    if (classes_order(d->store, d->rows[0], names.n_items, &d->arena, &order, err) < 0)
        return -1;
    chosen = arena_alloc(&d->arena, (size_t)order.n * sizeof *chosen);
    figure.n_groups = choose_classes(&order, classes[0], chosen);
    groups = arena_alloc(&d->arena, (size_t)figure.n_groups * sizeof *groups);
    value = arena_alloc(&d->arena, (size_t)(figure.n_series * figure.n_groups) * sizeof *value);
    half_width = arena_alloc(&d->arena, (size_t)(figure.n_series * figure.n_groups) * sizeof *half_width);
    for (int g = 0; g < figure.n_groups; g++) {
        groups[g] = label_class(d, &names.items[chosen[g]], &order, chosen[g]);
        for (int i = 0; i < figure.n_series; i++) {
            value[i * figure.n_groups + g] = classes[i][chosen[g]].mean;
            half_width[i * figure.n_groups + g] = classes[i][chosen[g]].half_width;
        }
    }
    figure.title = figure_without(d, figure_title(d, d->selections->plan.title), "no accuracies of classes",
                                  without, n_without);
    figure.x_label = describe(d, &spec, &order);
    figure.group_labels = groups;
    figure.value = value;
    figure.half_width = half_width;
    return figure_done(d, name, plot_groups(d->target, &figure, err));
}

const struct figure_type figure_classes = {
    .name = "class-accuracy",
    .doc = "test accuracy of each class, by its number of training examples, of the runs that were "
           "selected; of more than 20 classes the worst and the best ten of the first method",
    .draw = draw,
};
