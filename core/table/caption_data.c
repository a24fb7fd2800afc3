/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a caption says of the data: how many examples of each class the parts have, and what naming always
 * the commonest gives; and which models are no better than a constant answer. */
#include "table/caption.h"

#include "analysis/commonest.h"

#include <math.h>
#include <string.h>

/* "10 of each class"; "73 to 3178 of a class". */
static const char *range_text(const float *counts, int n, struct arena *arena)
{
    float low = counts[0], high = counts[0];

    for (int c = 1; c < n; c++) {
        low = fminf(low, counts[c]);
        high = fmaxf(high, counts[c]);
    }
    return low == high ? arena_printf(arena, "%g of each class", (double)low)
                       : arena_printf(arena, "%g to %g of a class", (double)low, (double)high);
}

static bool is_even(const float *counts, int n)
{
    for (int c = 1; c < n; c++)
        if (counts[c] != counts[0])
            return false;
    return true;
}

/* Is it the same shares of classes? Nearly, as parts that were drawn are: but for a twentieth of the examples. */
static bool is_alike(const float *a, const float *b, int n)
{
    double sum_a = 0, sum_b = 0, apart = 0;

    for (int c = 0; c < n; c++) {
        sum_a += a[c];
        sum_b += b[c];
    }
    for (int c = 0; c < n; c++)
        apart += fabs(a[c] / sum_a - b[c] / sum_b) / 2;
    return apart <= 0.05;
}

static void add_parts(struct text *t, const struct commonest *c, struct arena *arena)
{
    if (!c->validation || (is_even(c->test, c->n_classes) && is_even(c->validation, c->n_classes)))
        return;
    text_printf(t, " Validation has %s, the test part %s%s.", range_text(c->validation, c->n_classes, arena),
                range_text(c->test, c->n_classes, arena),
                c->is_weighed || is_alike(c->validation, c->test, c->n_classes)
                    ? ""
                    : ": IT IS DRAWN IN OTHER PROPORTIONS than what is reported (data.validation_as weighs it)");
}

/* "star, 20 of 200 test examples". */
static void add_commonest(struct text *t, const struct selections *s, const struct commonest *c)
{
    double n_all = 0;

    if (isnan(c->value))
        return;
    for (int i = 0; i < c->n_classes; i++)
        n_all += c->test[i];
    text_printf(t, " Always naming %s (%s, %g of %g test examples) gives ",
                is_even(c->train, c->n_classes) ? "one class" : "the class that is the commonest in training",
                c->names[c->index], (double)c->test[c->index], n_all);
    text_printf(t, s->measure.format, measure_shown(&s->measure, c->value));
    text_add_string(t, ".");
}

/* Methods with models that name one class only. */
static int add_constant(struct text *t, const struct selections *s, struct store *store, struct error *err)
{
    struct arena arena = {0};
    int n = 0;

    for (int i = 0; i < s->n; i++) {
        const struct selection *r = &s->items[i];
        int n_constant;

        if (commonest_count_constant(store, r, &n_constant, err) < 0)
            return -1;
        if (n_constant)
            text_printf(t, "%s %s%s%s in %d of %d", n++ ? "," : " ONE CLASS ONLY IS NAMED, whatever is shown:",
                        r->method, *r->condition ? " " : "", label_short(&r->condition_label, &arena), n_constant,
                        r->n);
    }
    text_printf(t, n ? "." : "");
    arena_release(&arena);
    return 0;
}

/* Methods whose objective lets a constant answer win: it learns nothing more from there on. */
static int add_collapsed(struct text *t, const struct selections *s, struct store *store, struct error *err)
{
    struct arena arena = {0};
    int n = 0;

    for (int i = 0; i < s->n; i++) {
        const struct selection *r = &s->items[i];
        struct collapse c;

        if (commonest_find_collapse(store, r, &c, err) < 0)
            return -1;
        if (c.n)
            text_printf(t, "%s %s%s%s in %d of %d (%.3g, constant %.3g)",
                        n++ ? "," : " A CONSTANT ANSWER HAS AS LOW A TRAINING VALUE:", r->method,
                        *r->condition ? " " : "", label_short(&r->condition_label, &arena), c.n, r->n, c.value, c.constant);
    }
    text_printf(t, n ? "." : "");
    arena_release(&arena);
    return 0;
}

int caption_data(struct text *t, const struct selections *s, struct store *store, struct error *err)
{
    struct arena arena = {0};
    struct commonest c = {0};
    int result = 0;

    if (!store || (s->measure.type->needs & METRIC_NUMBERS))
        return 0;
    for (int i = 0; i < s->n && c.n_classes == 0 && result == 0; i++)
        result = commonest_read(store, s, &s->items[i], &arena, &c, err);
    if (result == 0 && c.n_classes > 0) {
        size_t before = t->size;

        add_parts(t, &c, &arena);
        add_commonest(t, s, &c);
        if (s->n_conditions > 1 && t->size > before)
            text_printf(t, " (Under the first condition.)");
        result = add_constant(t, s, store, err);
        if (result == 0)
            result = add_collapsed(t, s, store, err);
    }
    arena_release(&arena);
    return result;
}
