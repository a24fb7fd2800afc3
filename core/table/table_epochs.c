/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the evaluation that one reports at makes of the same runs: the last, the best on validation data, and the
 * best on test data, which is an oracle. Nothing is trained anew, and the configuration is selected as always. */
#include "learn/metric/metric.h"
#include "stats/summary.h"
#include "table/caption.h"
#include "table/measured.h"
#include "table/table.h"

#include <math.h>
#include <string.h>

enum { AT_LAST, AT_BEST_VALIDATION, AT_BEST_TEST, OPTIMISM, N_WAYS };

static const struct {
    const char *head, *key;
} ways[N_WAYS] = {
    [AT_LAST] = {"last", "test_last"},
    [AT_BEST_VALIDATION] = {"best validation", "test_best_validation"},
    [AT_BEST_TEST] = {"ORACLE: best test", "test_oracle"},
    [OPTIMISM] = {"oracle minus last", "optimism"},
};

/* How many evaluations runs have. */
struct looks {
    int least, most;
};

/* Values of classes are kept of the evaluation that judges only, but for accuracies on test data. */
static int check_measure(const struct measure *m, bool is_test, struct error *err)
{
    if (m->class_index < 0 || (is_test && strcmp(m->type->name, "class_accuracy") == 0))
        return 0;
    return error_set(err, "epochs=all: measure \"%s\" is kept of one evaluation of a run only; say one of all "
                          "classes, with %s=", m->name, is_test ? "measure" : "select");
}

/* As selections have it: the higher the better, and what does not exist is the worst. */
static double oriented(const struct measure *m, double x)
{
    return isnan(x) ? m->worst : m->sign * x;
}

/* The first of the best. */
static int find_best(const struct measure *m, const struct store_series *c)
{
    int best = 0;

    for (int i = 1; i < c->n; i++)
        if (metric_exceeds(oriented(m, c->values[i]), oriented(m, c->values[best])))
            best = i;
    return best;
}

static int tell_unseen(const struct selections *s, const struct selection *r, int i, int n_test, int n_validation,
                       struct error *err)
{
    if (n_test == 0 || n_validation == 0)
        return error_set(err, "epochs=all: method \"%s\", seed %d: %s \"%s\" was not recorded; say another measure",
                         r->method, r->seeds[i], n_test == 0 ? "test" : "validation",
                         n_test == 0 ? s->measure.name : s->select_by.name);
    return error_set(err, "epochs=all: method \"%s\", seed %d: only %d of %d evaluations saw test data; train with "
                          "train.test=each to see all", r->method, r->seeds[i], n_test, n_validation);
}

/* ret_values[N_WAYS] of the i-th of r's runs. */
static int read_run(struct store *store, const struct selections *s, const struct selection *r, int i,
                    struct looks *looks, double *ret_values, struct error *err)
{
    const struct measure *m = &s->measure, *by = &s->select_by;
    struct store_series test, validation;
    struct arena arena = {0};
    int chosen = 0, result = -1;

    if (r->has_diverged[i]) {
        ret_values[AT_LAST] = ret_values[AT_BEST_VALIDATION] = ret_values[AT_BEST_TEST] = m->worst;
        ret_values[OPTIMISM] = 0;
        return 0;
    }
    if (store_read_curve(store, r->runs[i], "test", m->type->name, m->class_index, &arena, &test, err) < 0 ||
        store_read_curve(store, r->runs[i], "validation", by->type->name, by->class_index, &arena, &validation, err) < 0)
        goto out;
    if (test.n == 0 || test.n < validation.n || validation.n == 0) {
        tell_unseen(s, r, i, test.n, validation.n, err);
        goto out;
    }
    for (long step = validation.at[find_best(by, &validation)]; chosen < test.n - 1 && test.at[chosen] != step;)
        chosen++;
    ret_values[AT_LAST] = oriented(m, test.values[test.n - 1]);
    ret_values[AT_BEST_VALIDATION] = oriented(m, test.values[chosen]);
    ret_values[AT_BEST_TEST] = oriented(m, test.values[find_best(m, &test)]);
    ret_values[OPTIMISM] = ret_values[AT_BEST_TEST] > ret_values[AT_LAST]
                               ? ret_values[AT_BEST_TEST] - ret_values[AT_LAST]
                               : 0;
    looks->least = looks->most == 0 || test.n < looks->least ? test.n : looks->least;
    looks->most = test.n > looks->most ? test.n : looks->most;
    result = 0;
out:
    arena_release(&arena);
    return result;
}

/* What others printed of the epoch that is best on test data, beside our own such number. */
static void add_published(struct sheet *g, const struct published *published, const struct selection *r,
                          const char *condition)
{
    const struct published_number *there = published_find(published, r->method, condition, true);

    if (!published_has(published, true))
        return;
    sheet_cell(g, (struct sheet_cell){published_text(there, g->arena), there ? there->percent : NAN,
                                      EMPHASIS_NONE});
    sheet_text(g, published_sources(there, g->arena));
}

static int add_row(struct sheet *g, struct store *store, const struct selections *s, const struct selection *r,
                   const struct published *published, struct looks *looks, struct error *err)
{
    const size_t n = (size_t)r->n + 1;
    double *values = arena_alloc(g->arena, N_WAYS * n * sizeof *values), one[N_WAYS];
    const char *condition = label_short(&r->condition_label, g->arena);

    for (int i = 0; i < r->n; i++) {
        if (read_run(store, s, r, i, looks, one, err) < 0)
            return -1;
        for (int way = 0; way < N_WAYS; way++)
            values[(size_t)way * n + (size_t)i] = one[way];
    }
    sheet_text(g, condition);
    sheet_text(g, r->method);
    sheet_number(g, "%.0f", r->n);
    for (int way = 0; way < N_WAYS; way++) {
        struct summary of = summary_of(values + (size_t)way * n, r->n);

        sheet_cell(g, way == OPTIMISM ? measured_difference(g, &s->measure, of.mean, of.half_width)
                                      : measured_value(g, &s->measure, of.mean, of.half_width, EMPHASIS_NONE));
        sheet_number(g, s->measure.format, s->measure.unit * of.half_width);
        if (way == AT_BEST_TEST)
            add_published(g, published, r, condition);
    }
    return 0;
}

static void add_columns(struct sheet *g, const struct selections *s, const struct published *published)
{
    bool has_conditions = s->n > 0 && s->items[0].condition[0] != '\0';

    sheet_column(g, (struct sheet_column){"condition", "condition", has_conditions ? SHEET_ALL : SHEET_PROGRAMS, false});
    sheet_column(g, (struct sheet_column){"method", "method", SHEET_ALL, false});
    sheet_column(g, (struct sheet_column){"n", "n", SHEET_ALL, true});
    for (int way = 0; way < N_WAYS; way++) {
        sheet_column(g, (struct sheet_column){ways[way].head, ways[way].key, SHEET_ALL, true});
        sheet_column(g, (struct sheet_column){"", arena_printf(g->arena, "%s_ci95", ways[way].key), SHEET_PROGRAMS,
                                              true});
        if (way != AT_BEST_TEST || !published_has(published, true))
            continue;
        sheet_column(g, (struct sheet_column){"published %", "published", SHEET_ALL, true});
        sheet_column(g, (struct sheet_column){"", "published_source", SHEET_PROGRAMS, false});
    }
}

static void write_caption(const struct selections *s, const struct published *published, const struct looks *looks,
                          struct text *t)
{
    const struct measure *m = &s->measure;

    caption_incomplete(t, s);
    text_printf(t, "%s. Test %s%s%s of the same runs at other evaluations: ", s->plan.title, m->title, m->in_percent,
                m->sign < 0 ? " (lower is better)" : "");
    caption_unit(t, s);
    text_printf(t, " Last: at the last evaluation; best validation: at the one with the best validation %s, of equals "
                   "the first. ORACLE: at the one with the best test %s, which the test data choose themselves: much of "
                   "the literature on long tails reports this, and nobody could have it. Oracle minus last%s: the "
                   "optimism of such a report.", s->select_by.title, m->title,
                m->type->is_share ? ", in points" : "");
    if (looks->least < looks->most)
        text_printf(t, " Runs have %d to %d evaluations.", looks->least, looks->most);
    else if (looks->most)
        text_printf(t, " Each run has %d evaluation%s.", looks->most, looks->most == 1 ? "" : "s");
    text_printf(t, " Configurations are selected %s.", caption_when(s));
    caption_selection(t, s);
    caption_runs(t, s);
    caption_failures(t, s);
    caption_overrides(t, s);
    caption_caveats(t, &s->plan.caveats);
    published_caption(t, published, s, true);
}

int table_epochs(struct store *store, const struct selections *s, const struct table_options *options,
                 struct text *ret_text, struct error *err)
{
    struct arena arena = {0};
    struct sheet g = {.arena = &arena};
    struct looks looks = {0};
    struct text caption = {0};
    int result = -1;

    if (s->n == 0)
        return error_set(err, "the plan has no runs");
    if (check_measure(&s->measure, true, err) < 0 || check_measure(&s->select_by, false, err) < 0)
        return -1;
    add_columns(&g, s, options->published);
    for (int c = 0; c < s->n_conditions; c++)
        for (int i = s->starts[c]; i < s->starts[c + 1]; i++)
            if (add_row(&g, store, s, s->by_condition[i], options->published, &looks, err) < 0)
                goto out;
    write_caption(s, options->published, &looks, &caption);
    sheet_write(&g, options->format, caption.s, ret_text);
    result = 0;
out:
    text_release(&caption);
    arena_release(&arena);
    return result;
}
