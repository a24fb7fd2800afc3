/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * core/learn/metric against scikit-learn and SciPy on 1,000 recorded cases: ties, absent classes, one
 * class only, all scores equal, classes with weights. reference/metrics.py draws the same samples. */
#include "learn/metric/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_N = 64, MAX_CLASSES = 12, N_CASES = 1000, MAX_COLUMNS = 40, N_GROUPS = 4 };

static const double TOLERANCE = 1e-9;

/* One case, classes and numbers. */
struct sample {
    struct metric_examples classes, numbers;
    int labels[MAX_N], predicted[MAX_N], groups[MAX_N];
    float p[MAX_N * MAX_CLASSES], scores[MAX_N * MAX_CLASSES];
    float targets[MAX_N], answers[MAX_N];
    double weights[MAX_CLASSES];
};

/* splitmix64 (Steele, Lea and Flood 2014), as in integers.py. */
static int below(uint64_t *state, uint64_t n)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (int)((z ^ (z >> 31)) % n);
}

/* Parts of 64, most for the label unless `is_wild`. */
static void draw_probabilities(uint64_t *g, int k, int label, bool is_wild, float *ret_p)
{
    int left = 64, highest;
    float swap;

    for (int c = 0; c < k; c++) {
        int take = c == k - 1 ? left : below(g, (uint64_t)left + 1);

        ret_p[c] = (float)take / 64;
        left -= take;
    }
    if (is_wild)
        return;
    highest = metric_predict(ret_p, NULL, k);
    swap = ret_p[highest];
    ret_p[highest] = ret_p[label];
    ret_p[label] = swap;
}

static void draw_weights(uint64_t *g, struct sample *s, int k, int n)
{
    double sum = 0;

    for (int c = 0; c < k; c++) {
        bool occurs = false;

        s->weights[c] = 1 + below(g, 9);
        for (int i = 0; i < n; i++)
            occurs |= s->labels[i] == c;
        if (!occurs)
            s->weights[c] = 0;
        sum += s->weights[c];
    }
    for (int c = 0; c < k; c++)
        s->weights[c] /= sum;
}

static void draw_classes(uint64_t *g, struct sample *s)
{
    int kind = below(g, 6), n = 1 + below(g, 40), k = 2 + below(g, 9), top = k;

    if (kind == 1)
        top = 1;
    if (kind == 2)
        top = k - below(g, 3);
    if (top < 1)
        top = 1;
    for (int i = 0; i < n; i++)
        s->labels[i] = below(g, (uint64_t)top);
    for (int i = 0; i < n; i++) {
        float *p = s->p + (size_t)i * (size_t)k, *scores = s->scores + (size_t)i * (size_t)k;

        if (kind == 3) {
            for (int c = 0; c < k; c++)
                p[c] = c ? 1.0f / 16 : 1 - (float)(k - 1) / 16;
        } else {
            draw_probabilities(g, k, s->labels[i], kind == 4, p);
        }
        for (int c = 0; c < k; c++)
            scores[c] = kind == 3 ? 0 : (float)(below(g, 161) - 80) / 8;
        s->predicted[i] = metric_predict(p, NULL, k);
    }
    s->classes = (struct metric_examples){.n = n,
                                          .n_classes = k,
                                          .labels = s->labels,
                                          .predicted = s->predicted,
                                          .scores = s->scores,
                                          .probabilities = s->p,
                                          .groups = s->groups,
                                          .n_groups = N_GROUPS};
    if (kind == 5) {
        draw_weights(g, s, k, n);
        s->classes.class_weights = s->weights;
    }
    for (int i = 0; i < n; i++)
        s->groups[i] = below(g, N_GROUPS);
}

static void draw_numbers(uint64_t *g, struct sample *s)
{
    int kind = below(g, 4), n = 2 + below(g, 30);

    for (int i = 0; i < n; i++)
        s->targets[i] = (float)(below(g, kind == 1 ? 9 : 2001) - 4) / 8;
    for (int i = 0; i < n; i++)
        s->answers[i] = (float)(below(g, kind == 1 ? 9 : 2001) - 4) / 8;
    for (int i = 0; i < n; i++) {
        if (kind == 2)
            s->targets[i] = 0.5f;
        if (kind == 3)
            s->answers[i] = s->targets[i] / 2 + 1;
    }
    s->numbers = (struct metric_examples){.n = n, .targets = s->targets, .answers = s->answers};
}

/* As metrics.py has it: GLUE's MRPC in even cases, its STS-B in odd ones. */
static void set_task(struct sample *s, struct metric_name *task, int at)
{
    if (at % 2) {
        task[0] = (struct metric_name){metric_find("pearson"), -1};
        task[1] = (struct metric_name){metric_find("spearman"), -1};
    } else {
        task[0] = (struct metric_name){metric_find("f1"), 1};
        task[1] = (struct metric_name){metric_find("accuracy"), -1};
    }
    s->classes.task = at % 2 ? NULL : task;
    s->classes.n_task = at % 2 ? 0 : 2;
    s->numbers.task = at % 2 ? task : NULL;
    s->numbers.n_task = at % 2 ? 2 : 0;
}

static double value_of(const struct metric_type *type, const struct sample *s, struct arena *arena)
{
    bool is_of_numbers = (type->needs & METRIC_NUMBERS) || ((type->needs & METRIC_TASK) && s->numbers.n_task);
    const struct metric_examples *e = is_of_numbers ? &s->numbers : &s->classes;
    double values[MAX_CLASSES];
    int c = 0;

    if (!metric_suits(type, e))
        return NAN;
    type->measure(e, arena, values);
    if (type == metric_find("class_accuracy"))
        for (int i = 0; i < e->n_classes; i++)
            c = e->n_of[i] ? i : c;
    if (type == metric_find("f1"))
        c = e->labels[0];
    return values[c];
}

static void check_value(const char *name, int at, double is, double should)
{
    if (isnan(is) && isnan(should))
        return;
    if (isnan(is) || isnan(should) || fabs(is - should) > TOLERANCE * fmax(1, fabs(should)))
        fail_msg("case %d: %s is %.12g, not %.12g", at, name, is, should);
}

static void measures_equal_the_reference(void **state)
{
    FILE *file = fopen("tests/reference/metrics.txt", "r");
    char line[2000], *word, names[MAX_COLUMNS][32];
    int n_columns = 0, n_types = 0;
    static struct sample s;

    (void)state;
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    for (word = strtok(line, " \n"); word; word = strtok(NULL, " \n"))
        snprintf(names[n_columns++], sizeof *names, "%s", word);
    while (metric_at(n_types)) {
        int c = 0;

        while (c < n_columns && strcmp(names[c], metric_at(n_types)->name) != 0)
            c++;
        if (c == n_columns)
            fail_msg("%s has no reference: a name and a line in tests/reference/metrics.py", metric_at(n_types)->name);
        n_types++;
    }
    assert_int_equal(n_columns, n_types);
    for (int at = 0; at < N_CASES; at++) {
        struct metric_name task[2];
        struct arena arena = {0};
        uint64_t g = (uint64_t)at;

        draw_classes(&g, &s);
        draw_numbers(&g, &s);
        set_task(&s, task, at);
        metric_count(&s.classes, &arena);
        assert_non_null(fgets(line, sizeof line, file));
        word = strtok(line, " \n");
        for (int c = 0; c < n_columns; c++, word = strtok(NULL, " \n")) {
            const struct metric_type *type = metric_find(names[c]);

            assert_non_null(type);
            check_value(names[c], at, value_of(type, &s, &arena),
                        strcmp(word, "-") == 0 ? (double)NAN : strtod(word, NULL));
        }
        arena_release(&arena);
    }
    fclose(file);
}

/* Within its range, worst at the end that it says, undefined as NaN only. */
static void each_declares_itself(void **state)
{
    static struct sample s;

    (void)state;
    for (int t = 0; metric_at(t); t++) {
        const struct metric_type *type = metric_at(t);

        assert_true(type->low < type->high);
        assert_non_null(type->doc);
        for (uint64_t at = 0; at < 300; at++) {
            struct metric_name task[2];
            struct arena arena = {0};
            uint64_t g = at;
            double value;

            draw_classes(&g, &s);
            draw_numbers(&g, &s);
            set_task(&s, task, (int)at);
            metric_count(&s.classes, &arena);
            value = value_of(type, &s, &arena);
            if (!isnan(value)) {
                assert_true(value >= type->low - 1e-12 && value <= type->high + 1e-12);
                assert_true(type->lower_is_better ? value <= metric_worst(type) : value >= metric_worst(type));
            }
            arena_release(&arena);
        }
    }
}

/* Also far out, where exp of a score alone is infinite. */
static void softmax_is_the_definition(void **state)
{
    const float scores[] = {3, 1, -2, 800, 801, 799, -1000, 0, -1000};
    float p[9];

    (void)state;
    metric_softmax(scores, 3, 3, p);
    for (int i = 0; i < 9; i += 3) {
        long double sum = 0;

        for (int c = 0; c < 3; c++)
            sum += expl((long double)scores[i + c] - (long double)scores[i + 1]);
        for (int c = 0; c < 3; c++)
            assert_true(fabsl((long double)p[i + c] -
                              expl((long double)scores[i + c] - (long double)scores[i + 1]) / sum) < 1e-7L);
    }
}

/* Of a model that has diverged: no number of it is one, and nothing breaks. */
static void scores_that_are_none(void **state)
{
    const float scores[] = {NAN, NAN, NAN, INFINITY, -INFINITY, 0, 1, 2, INFINITY};
    const int labels[] = {0, 1, 2}, predicted[] = {0, 0, 2};
    const struct metric_examples e = {.n = 3, .n_classes = 3, .labels = labels, .predicted = predicted,
                                      .scores = scores};
    struct arena arena = {0};
    struct metric_values v;

    (void)state;
    v = metric_measure(&e, &arena);
    assert_true(isnan(metric_value(&v, "log_loss", -1)) && isnan(metric_value(&v, "ece", -1)));
    assert_float_equal(metric_value(&v, "accuracy", -1), 2.0 / 3, 1e-12);
    arena_release(&arena);
}

static void sorts_by_value_then_place(void **state)
{
    const float x[] = {0.0f, -0.0f, 3, -1, 3, -INFINITY, INFINITY, 1e-40f, -1e-40f};
    const int right[] = {5, 3, 8, 0, 1, 7, 2, 4, 6};
    struct arena arena = {0};
    int order[9];

    (void)state;
    metric_sort(x, 1, 9, &arena, order);
    assert_memory_equal(order, right, sizeof right);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_equal_the_reference),
        cmocka_unit_test(each_declares_itself),
        cmocka_unit_test(softmax_is_the_definition),
        cmocka_unit_test(scores_that_are_none),
        cmocka_unit_test(sorts_by_value_then_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
