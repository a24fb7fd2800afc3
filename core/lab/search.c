/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/search.h"

#include "base/rng.h"

#include <assert.h>
#include <math.h>

static int check_law(const struct hparam *h, const struct value *v, struct error *err)
{
    const struct value *items = v->items;

    if (v->law == LAW_ONE_OF)
        return v->n_items ? value_check_distinct(items, v->n_items, err)
                          : error_set(err, "one_of takes the values to choose from");
    if (v->n_items != 2 || items[0].kind != VALUE_NUMBER || items[1].kind != VALUE_NUMBER ||
        !(items[0].number < items[1].number) || !isfinite(items[1].number))
        return error_set(err, "%s takes two numbers, the lower first", value_laws[v->law]);
    if (v->law == LAW_LOG_UNIFORM && items[0].number <= 0)
        return error_set(err, "log_uniform takes numbers above 0");
    if (h->kind != HPARAM_NUMBER)
        return error_set(err, "%s draws fractions; use one_of", value_laws[v->law]);
    return 0;
}

int search_check(const struct hparam *h, const struct value *v, struct error *err)
{
    if (h->is_planned)
        return error_set(err, "only the plan sets it; say how many with seeds=N");
    if (v->kind != VALUE_LAW)
        return hparam_check(h, v, err);
    for (int i = 0; i < v->n_items; i++)
        if (hparam_check(h, &v->items[i], err) < 0)
            return -1;
    return check_law(h, v, err);
}

struct value search_draw(const struct value *law, const char *setting, int k)
{
    struct rng rng = rng_derive(rng_derive(rng_seed(0), "search"), setting);
    double low, high, u;

    assert(law->kind == VALUE_LAW);
    rng = rng_index(rng, (uint64_t)k);
    if (law->law == LAW_ONE_OF)
        return law->items[rng_below(&rng, (uint32_t)law->n_items)];
    low = law->items[0].number;
    high = law->items[1].number;
    u = rng_uniform(&rng);
    return value_tidy(law->law == LAW_UNIFORM ? low + u * (high - low)
                                              : exp(log(low) + u * (log(high) - log(low))),
                      6);
}

/* Is y = a + b x for some a and b > 0, but for errors of y? */
static bool is_line(const double *x, const double *y, int n, double error)
{
    int low = 0, high = 0;
    double slope;

    for (int i = 1; i < n; i++) {
        low = x[i] < x[low] ? i : low;
        high = x[i] > x[high] ? i : high;
    }
    slope = (y[high] - y[low]) / (x[high] - x[low]);
    for (int i = 0; i < n; i++)
        if (!(fabs(y[i] - y[low] - slope * (x[i] - x[low])) <= error))
            return false;
    return slope > 0;
}

/* Would nobody type it? */
static bool has_many_digits(double x)
{
    return value_tidy(x, 4).number != x;
}

bool search_looks_drawn(const char *setting, const double *values, int n)
{
    static const double ROUNDING = 5e-5; /* to six digits, of x, y and the ends of the line */
    const struct value ends[] = {value_number(0), value_number(1)};
    const struct value law = {.kind = VALUE_LAW, .law = LAW_UNIFORM, .n_items = 2, .items = ends};
    struct arena arena = {0};
    double *x = arena_alloc(&arena, (size_t)n * sizeof *x);
    double *y = arena_alloc(&arena, (size_t)n * sizeof *y);
    double most = 0;
    bool result;

    for (int i = 0; i < n; i++) {
        most = fmax(most, fabs(values[i]));
        x[i] = search_draw(&law, setting, i).number;
        y[i] = log(values[i]); /* NaN, which is on no line, of what is not positive */
    }
    result = n > 1 && (is_line(x, values, n, ROUNDING * most) || is_line(x, y, n, ROUNDING));
    if (n == 2)
        result = result && has_many_digits(values[0]) && has_many_digits(values[1]);
    arena_release(&arena);
    return result;
}
