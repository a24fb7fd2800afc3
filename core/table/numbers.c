/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table/numbers.h"

#include "io/csv.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A name and where it first stood. */
struct name {
    const char *text;
    int row;
};

static int by_text(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    int order = strcmp(x->text, y->text);

    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static int by_row(const void *a, const void *b)
{
    const struct name *x = a, *y = b;

    return (x->row > y->row) - (x->row < y->row);
}

/* The different texts of a column in the order of the file, and for each row the
 * index of its own; by sorting, for files of a million rows. */
static const char *const *list_names(const struct csv *csv, int column, struct arena *arena,
                                     int *ret_index, int *ret_n)
{
    struct name *sorted = arena_alloc(arena, (size_t)(csv->n_rows + 1) * sizeof *sorted);
    struct name *first = arena_alloc(arena, (size_t)(csv->n_rows + 1) * sizeof *first);
    const char **names;
    int *place = arena_alloc(arena, (size_t)(csv->n_rows + 1) * sizeof *place); /* by first row */
    int n = 0;

    for (int r = 0; r < csv->n_rows; r++)
        sorted[r] = (struct name){csv_field(csv, r, column), r};
    qsort(sorted, (size_t)csv->n_rows, sizeof *sorted, by_text);
    for (int i = 0; i < csv->n_rows; i++) {
        if (i == 0 || strcmp(sorted[i].text, sorted[i - 1].text) != 0)
            first[n++] = sorted[i];
        ret_index[sorted[i].row] = first[n - 1].row;
    }
    qsort(first, (size_t)n, sizeof *first, by_row);
    names = arena_alloc(arena, (size_t)(n + 1) * sizeof *names);
    for (int i = 0; i < n; i++) {
        names[i] = first[i].text;
        place[first[i].row] = i;
    }
    for (int r = 0; r < csv->n_rows; r++)
        ret_index[r] = place[ret_index[r]];
    *ret_n = n;
    return names;
}

/* A label without what is easily overlooked: blanks at its ends, how many there are between, and
 * zeros before a whole number. */
static const char *plain(const char *label, struct arena *arena)
{
    char *out = arena_alloc(arena, strlen(label) + 1);
    int n = 0;

    for (const char *s = label; *s; s++) {
        bool is_blank = *s == ' ' || *s == '\t';
        bool is_inside = s > label && strchr("0123456789.,", s[-1]); /* a number, or its decimals */

        if (is_blank && (n == 0 || out[n - 1] == ' '))
            continue;
        if (*s == '0' && !is_inside) {
            while (*s == '0' && s[1] >= '0' && s[1] <= '9')
                s++;
        }
        out[n++] = is_blank ? ' ' : *s;
    }
    if (n > 0 && out[n - 1] == ' ')
        out[n - 1] = '\0';
    return out;
}

/* Two labels that look alike are most likely one, and its pairs would be lost without a word. */
static int check_labels(const struct csv *csv, int column, const char *const *names, int n,
                        struct arena *arena, struct error *err)
{
    struct name *sorted = arena_alloc(arena, (size_t)(n + 1) * sizeof *sorted);

    for (int i = 0; i < n; i++)
        sorted[i] = (struct name){plain(names[i], arena), i};
    qsort(sorted, (size_t)n, sizeof *sorted, by_text);
    for (int i = 1; i < n; i++) {
        const char *first = names[sorted[i - 1].row], *second = names[sorted[i].row];
        int row = 0;

        if (strcmp(sorted[i].text, sorted[i - 1].text) != 0)
            continue;
        while (strcmp(csv_field(csv, row, column), second) != 0)
            row++;
        return error_set(err, "%s:%d: %s \"%.60s\" differs from \"%.60s\" in blanks or leading "
                         "zeros alone; one name is wanted, or names that differ in more",
                         csv->path, csv->lines[row], csv->heads[column], second, first);
    }
    return 0;
}

/* A number, or that of a run that diverged, where no value is the worst. */
static int read_value(const struct csv *csv, int row, int column, bool smaller_is_better, double *ret_x,
                      struct error *err)
{
    const char *s = csv_field(csv, row, column), *worst = smaller_is_better ? "inf" : "-inf";

    if (strcmp(s, worst) == 0) {
        *ret_x = smaller_is_better ? INFINITY : -INFINITY;
        return 0;
    }
    if (strcmp(s, "inf") == 0 || strcmp(s, "-inf") == 0)
        return error_set(err, "%s:%d: %s \"%s\" would be the best of all; with better=%s a run that diverged is %s",
                         csv->path, csv->lines[row], csv->heads[column], s,
                         smaller_is_better ? "lower" : "higher", worst);
    return csv_number(csv, row, column, ret_x, err);
}

int numbers_read(const char *path, bool smaller_is_better, struct arena *arena,
                 struct numbers *ret_samples, struct error *err)
{
    struct numbers s = {0};
    struct csv csv;
    int method, block, value, *methods, *blocks;
    double *values;

    if (csv_read(path, arena, &csv, err) < 0 || (method = csv_column(&csv, "method", err)) < 0 ||
        (block = csv_column(&csv, "block", err)) < 0 ||
        (value = csv_column(&csv, "value", err)) < 0)
        return -1;
    methods = arena_alloc(arena, (size_t)(csv.n_rows + 1) * sizeof *methods);
    blocks = arena_alloc(arena, (size_t)(csv.n_rows + 1) * sizeof *blocks);
    s.methods = list_names(&csv, method, arena, methods, &s.n_methods);
    s.blocks = list_names(&csv, block, arena, blocks, &s.n_blocks);
    if (check_labels(&csv, method, s.methods, s.n_methods, arena, err) < 0 ||
        check_labels(&csv, block, s.blocks, s.n_blocks, arena, err) < 0)
        return -1;
    if (s.n_methods < 2)
        return error_set(err, "%s: %d method; a comparison needs two", path, s.n_methods);
    if (s.n_methods > SAMPLES_MAX_METHODS)
        return error_set(err, "%s: more than %d methods", path, SAMPLES_MAX_METHODS);
    values = arena_alloc(arena, (size_t)s.n_blocks * (size_t)s.n_methods * sizeof *values);
    for (size_t i = 0; i < (size_t)s.n_blocks * (size_t)s.n_methods; i++)
        values[i] = NAN;
    for (int r = 0; r < csv.n_rows; r++) {
        double *at = &values[(size_t)blocks[r] * (size_t)s.n_methods + (size_t)methods[r]], x;

        if (read_value(&csv, r, value, smaller_is_better, &x, err) < 0)
            return -1;
        if (!isnan(*at))
            return error_set(err, "%s:%d: method \"%.60s\", block \"%.60s\" stands there twice",
                             path, csv.lines[r], s.methods[methods[r]], s.blocks[blocks[r]]);
        *at = x;
    }
    s.values = values;
    *ret_samples = s;
    return 0;
}

/* ---- what is said of them ---- */

struct work {
    struct numbers_results *r;
    struct arena *arena;
    struct rng rng;
    const struct listener *listener;
    double *x, *y; /* [n_blocks] each */
};

static double value_of(const struct numbers *s, int block, int method)
{
    return s->values[(size_t)block * (size_t)s->n_methods + (size_t)method];
}

static void describe_method(struct work *w, int method)
{
    const struct numbers *s = w->r->samples;
    struct numbers_method *m = &w->r->methods[method];
    int n = 0;

    for (int b = 0; b < s->n_blocks; b++)
        if (!isnan(value_of(s, b, method)))
            w->x[n++] = value_of(s, b, method);
    m->name = s->methods[method];
    m->summary = summary_of(w->x, n);
    bootstrap_mean(w->x, n, rng_index(w->rng, (uint64_t)method), 0.95, &m->bootstrap);
    m->mean_rank = NAN;
}

/* Pairs of many blocks take seconds each. */
static void tell(const struct work *w, int a, int b)
{
    const struct numbers *s = w->r->samples;
    struct text line = {0};

    if (!w->listener)
        return;
    text_printf(&line, "pair %d: %s and %s", w->r->n_pairs + 1, s->methods[a], s->methods[b]);
    w->listener->tell(w->listener->context, line.s, false);
    text_release(&line);
}

static void compare_pair(struct work *w, int a, int b)
{
    const struct numbers *s = w->r->samples;
    struct numbers_pair *p = &w->r->pairs[w->r->n_pairs];
    struct test_input in = {.a = w->x, .b = w->y, .rng = w->rng};
    bool lower = w->r->options.smaller_is_better;
    int n = 0;

    for (int k = 0; k < s->n_blocks; k++) {
        if (isnan(value_of(s, k, a)) || isnan(value_of(s, k, b)))
            continue;
        w->x[n] = value_of(s, k, a);
        w->y[n] = value_of(s, k, b);
        n++;
    }
    tell(w, a, b);
    in.n_a = in.n_b = n;
    p->a = s->methods[a];
    p->b = s->methods[b];
    p->compared = paired_compare(w->x, w->y, n);
    for (int t = 0; test_types[t]; t++) {
        assert(t < SAMPLES_MAX_TESTS);
        p->tests[t] = (struct test_result){.statistic = NAN, .p = NAN, .reason = TEST_NOT_SHARES};
        if (w->r->is_of_shares || !test_types[t]->is_of_shares)
            p->tests[t] = test_types[t]->run(&in);
    }
    in.rng = rng_index(w->rng, (uint64_t)w->r->n_pairs); /* as a table draws for its rows */
    p->bayes = bayes_signed_rank(&in, w->r->options.rope);
    if (lower)
        p->bayes = (struct bayes){p->bayes.right, p->bayes.rope, p->bayes.left, p->bayes.n_draws};

    /* Unpaired, over all that either has. */
    in.n_a = in.n_b = 0;
    for (int k = 0; k < s->n_blocks; k++) {
        if (!isnan(value_of(s, k, a)))
            w->x[in.n_a++] = value_of(s, k, a);
        if (!isnan(value_of(s, k, b)))
            w->y[in.n_b++] = value_of(s, k, b);
    }
    for (int t = 0; test_types[t]; t++)
        if (!test_types[t]->is_paired)
            p->tests[t] = test_types[t]->run(&in);
    p->improvement = lower ? probability_of_improvement(w->y, in.n_b, w->x, in.n_a)
                           : probability_of_improvement(w->x, in.n_a, w->y, in.n_b);
    w->r->n_pairs++;
}

static void correct(struct work *w)
{
    struct numbers_results *r = w->r;
    double *p = arena_alloc(w->arena, (size_t)r->n_pairs * sizeof *p);

    for (int t = 0; test_types[t]; t++) {
        for (int i = 0; i < r->n_pairs; i++)
            p[i] = r->pairs[i].tests[t].p;
        r->options.correction->run(p, r->n_pairs, p);
        for (int i = 0; i < r->n_pairs; i++)
            r->pairs[i].corrected[t] = p[i];
    }
}

static void rank_methods(struct work *w)
{
    const struct numbers *s = w->r->samples;
    int n = 0, k = s->n_methods;
    double *complete = arena_alloc(w->arena, (size_t)s->n_blocks * (size_t)k * sizeof *complete);

    for (int b = 0; b < s->n_blocks; b++) {
        bool is_complete = true;

        for (int m = 0; m < k; m++) {
            complete[(size_t)n * (size_t)k + (size_t)m] = value_of(s, b, m);
            is_complete &= !isnan(value_of(s, b, m));
        }
        n += is_complete;
    }
    w->r->n_incomplete = s->n_blocks - n;
    if (k < 3 || n < 2)
        return;
    w->r->has_friedman = true;
    w->r->friedman = friedman_test(complete, n, k, !w->r->options.smaller_is_better, w->arena);
    for (int m = 0; m < k; m++)
        w->r->methods[m].mean_rank = w->r->friedman.mean_ranks[m];
}

static int find_method(const struct numbers *s, const char *name, struct error *err)
{
    const char *names[SAMPLES_MAX_METHODS + 1] = {0};

    for (int m = 0; m < s->n_methods; m++) {
        names[m] = s->methods[m];
        if (strcmp(names[m], name) == 0)
            return m;
    }
    return text_unknown(err, "method", name, names);
}

int numbers_analyse(const struct numbers *s, const struct numbers_options *options,
                    const struct listener *listener, struct arena *arena,
                    struct numbers_results *ret_results, struct error *err)
{
    struct numbers_results r = {.samples = s, .options = *options, .is_of_shares = true};
    struct work w = {
        .r = &r, .arena = arena, .rng = rng_seed((uint64_t)options->seed), .listener = listener};
    int baseline = -1, k = s->n_methods;

    if (options->baseline && (baseline = find_method(s, options->baseline, err)) < 0)
        return -1;
    for (size_t i = 0; i < (size_t)s->n_blocks * (size_t)k; i++)
        r.is_of_shares &= isnan(s->values[i]) || s->values[i] == 0 || s->values[i] == 1;
    w.x = arena_alloc(arena, (size_t)s->n_blocks * sizeof *w.x);
    w.y = arena_alloc(arena, (size_t)s->n_blocks * sizeof *w.y);
    r.methods = arena_alloc(arena, (size_t)k * sizeof *r.methods);
    r.pairs = arena_alloc(arena, (size_t)(k * (k - 1) / 2) * sizeof *r.pairs);
    for (int m = 0; m < k; m++)
        describe_method(&w, m);
    for (int a = 0; a < k; a++) {
        if (baseline >= 0 && a != baseline)
            compare_pair(&w, a, baseline);
        for (int b = a + 1; b < k && baseline < 0; b++)
            compare_pair(&w, a, b);
    }
    correct(&w);
    rank_methods(&w);
    *ret_results = r;
    return 0;
}
