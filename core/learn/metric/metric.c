/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/metric/metric.h"

#include "math/kernels.h"

#include <stdint.h>
#include <string.h>

/* To add a measure, add its line here. */
#define ALL(X) \
    X(accuracy) \
    X(balanced_accuracy) \
    X(worst_class_accuracy) \
    X(class_accuracy) \
    X(top5_accuracy) \
    X(group_mean_accuracy) \
    X(worst_group_accuracy) \
    X(macro_f1) \
    X(f1) \
    X(matthews) \
    X(degenerate) \
    X(auroc) \
    X(auprc) \
    X(log_loss) \
    X(brier) \
    X(ece) \
    X(r2) \
    X(rmse) \
    X(mae) \
    X(pearson) \
    X(spearman) \
    X(task_score)

#define DECLARE(name) extern const struct metric_type metric_##name;
#define ADDRESS(name) &metric_##name,

ALL(DECLARE)

static const struct metric_type *const types[] = {ALL(ADDRESS) NULL};

const struct metric_type *metric_at(int i)
{
    return types[i];
}

const struct metric_type *metric_find(const char *name)
{
    for (int i = 0; types[i]; i++)
        if (strcmp(types[i]->name, name) == 0)
            return types[i];
    return NULL;
}

const struct metric_type *metric_parse(const char *text, const char **ret_class)
{
    size_t size = strcspn(text, ":");

    *ret_class = text[size] ? text + size + 1 : NULL;
    for (int i = 0; types[i]; i++)
        if (strlen(types[i]->name) == size && strncmp(types[i]->name, text, size) == 0)
            return types[i];
    return NULL;
}

bool metric_suits_data(const struct metric_type *type, int has, int n_classes)
{
    return (type->needs & ~has) == 0 && (n_classes == 0 || n_classes >= type->min_classes);
}

bool metric_suits(const struct metric_type *type, const struct metric_examples *e)
{
    const int has = (e->n_classes > 0 ? METRIC_CLASSES : METRIC_NUMBERS) |
                    (e->scores ? METRIC_SCORES : 0) | (e->groups ? METRIC_GROUPS : 0) | (e->n_task ? METRIC_TASK : 0);

    return metric_suits_data(type, has, e->n_classes);
}

double metric_worst(const struct metric_type *type)
{
    return type->lower_is_better ? type->high : type->low;
}

/* Shares differ by at least one over the product of two counts; what adding up their doubles loses
 * is some 1e-15 of them. */
bool metric_exceeds(double x, double y)
{
    static const double ROUNDING = 1e-12;

    if (!isfinite(x) || !isfinite(y))
        return x > y;
    return x - y > ROUNDING * fmax(fabs(x), fabs(y));
}

static void measure_one(const struct metric_type *type, const struct metric_examples *e,
                        struct arena *arena, struct metric_value *ret_values)
{
    int n = type->by_class ? e->n_classes : 1;
    double *values = arena_alloc(arena, (size_t)n * sizeof *values);

    type->measure(e, arena, values);
    for (int i = 0; i < n; i++)
        ret_values[i] = (struct metric_value){type, type->by_class ? i : -1, values[i]};
}

struct metric_values metric_measure(const struct metric_examples *e, struct arena *arena)
{
    struct metric_examples all = *e;
    struct metric_value *values;
    struct arena scratch = {0};
    int n = 0, capacity = 0;

    for (int t = 0; types[t]; t++)
        capacity += types[t]->by_class ? e->n_classes : 1;
    values = arena_alloc(arena, (size_t)capacity * sizeof *values);
    if (e->n_classes > 0)
        metric_count(&all, &scratch);
    if (e->scores) {
        float *p = arena_alloc(&scratch, (size_t)e->n * (size_t)e->n_classes * sizeof *p);

        metric_softmax(e->scores, e->n, e->n_classes, p);
        all.probabilities = p;
    }
    for (int t = 0; types[t]; t++) {
        if (!metric_suits(types[t], &all))
            continue;
        measure_one(types[t], &all, &scratch, values + n);
        n += types[t]->by_class ? e->n_classes : 1;
    }
    arena_release(&scratch);
    return (struct metric_values){values, n};
}

/* The mean of the i-th value of the groups that have one. */
static double mean_at(const struct metric_values *groups, int n, int i)
{
    bool by_class = groups[0].items[i].type->by_class;
    double mean = 0;
    int n_present = 0;

    for (int g = 0; g < n; g++)
        n_present += !isnan(groups[g].items[i].value);
    for (int g = 0; g < n; g++) {
        double value = groups[g].items[i].value;

        if (!isnan(value))
            mean += by_class ? value : value / n_present;
    }
    return n_present == 0 ? (double)NAN : by_class ? mean / n_present : mean;
}

struct metric_values metric_over_groups(const struct metric_values *groups, int n, struct arena *arena)
{
    int n_values = groups[0].n;
    struct metric_value *values = arena_alloc(arena, (size_t)(n_values + 2) * sizeof *values);
    const struct metric_values means = {values, n_values};
    double worst = NAN;

    for (int i = 0; i < n_values; i++) {
        values[i] = groups[0].items[i];
        values[i].value = mean_at(groups, n, i);
    }
    for (int g = 0; g < n; g++)
        worst = fmin(worst, metric_value(&groups[g], "accuracy", -1)); /* passes NaN over */
    values[n_values] = (struct metric_value){metric_find("group_mean_accuracy"), -1, metric_value(&means, "accuracy", -1)};
    values[n_values + 1] = (struct metric_value){metric_find("worst_group_accuracy"), -1, worst};
    return (struct metric_values){values, n_values + 2};
}

double metric_value(const struct metric_values *v, const char *name, int class_index)
{
    for (int i = 0; i < v->n; i++)
        if (v->items[i].class_index == class_index && strcmp(v->items[i].type->name, name) == 0)
            return v->items[i].value;
    return NAN;
}

/* Shares differ by at least one over the product of two counts; what adding up their doubles loses
 * is some 1e-15 of them. */
int metric_predict(const float *scores, const float *offsets, int n_classes)
{
    int best = 0;
    float highest = scores[0] + (offsets ? offsets[0] : 0);

    for (int c = 1; c < n_classes; c++) {
        float score = scores[c] + (offsets ? offsets[c] : 0);

        if (score > highest) {
            highest = score;
            best = c;
        }
    }
    return best;
}

void metric_softmax(const float *scores, int n, int n_classes, float *ret_probabilities)
{
    for (int i = 0; i < n; i++) {
        const float *s = scores + (size_t)i * (size_t)n_classes;
        float *p = ret_probabilities + (size_t)i * (size_t)n_classes;
        double highest = s[metric_predict(s, NULL, n_classes)], sum = 0;

        for (int c = 0; c < n_classes; c++)
            sum += kernel_exp((double)s[c] - highest);
        for (int c = 0; c < n_classes; c++)
            p[c] = (float)(kernel_exp((double)s[c] - highest) / sum);
    }
}

void metric_count(struct metric_examples *e, struct arena *arena)
{
    size_t n_classes = (size_t)e->n_classes;
    int *counts = arena_alloc(arena, n_classes * n_classes * sizeof *counts);
    int *n_of = arena_alloc(arena, n_classes * sizeof *n_of);

    for (int i = 0; i < e->n; i++) {
        counts[(size_t)e->labels[i] * n_classes + (size_t)e->predicted[i]]++;
        n_of[e->labels[i]]++;
    }
    e->counts = counts;
    e->n_of = n_of;
}

double metric_weight(const struct metric_examples *e, int c)
{
    if (e->n_of[c] == 0)
        return 0;
    return e->class_weights ? e->class_weights[c] / e->n_of[c] : 1.0 / e->n;
}

/* Whole numbers in the order of the floats; both zeros are one. */
static uint32_t order_of(float x)
{
    uint32_t bits;

    x += 0.0f;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

/* Digit by digit, the lowest first: some ten times as fast as qsort. */
void metric_sort(const float *numbers, int stride, int n, struct arena *arena, int *ret_order)
{
    enum { BITS = 11, N = 1 << BITS };
    struct item {
        uint32_t key;
        int place;
    } *from = arena_alloc(arena, (size_t)n * sizeof *from), *to = arena_alloc(arena, (size_t)n * sizeof *to);

    for (int i = 0; i < n; i++)
        from[i] = (struct item){order_of(numbers[(size_t)i * (size_t)stride]), i};
    for (int shift = 0; shift < 32; shift += BITS) {
        int starts[N] = {0}, sum = 0;
        struct item *swap = from;

        for (int i = 0; i < n; i++)
            starts[from[i].key >> shift & (N - 1)]++;
        for (int d = 0; d < N; d++) {
            int count = starts[d];

            starts[d] = sum;
            sum += count;
        }
        for (int i = 0; i < n; i++)
            to[starts[from[i].key >> shift & (N - 1)]++] = from[i];
        from = to;
        to = swap;
    }
    for (int i = 0; i < n; i++)
        ret_order[i] = from[i].place;
}
