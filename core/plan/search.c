/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/search.h"

#include "math/rng.h"

#include <assert.h>
#include <math.h>

enum { N_DIGITS = 6 }; /* of what is drawn */

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

/* In place of names, which a plan looks up, a number. */
static int check_value(const struct hparam *h, const struct value *v, struct error *err)
{
    struct arena arena = {0};
    struct value numbers = *v;
    struct value *items;
    int result;

    if (!h->takes_names || v->kind != VALUE_LIST)
        return hparam_check(h, v, err);
    items = arena_alloc(&arena, ((size_t)v->n_items + 1) * sizeof *items);
    for (int i = 0; i < v->n_items; i++)
        items[i] = v->items[i].kind == VALUE_STRING ? value_number(h->low) : v->items[i];
    numbers.items = items;
    result = hparam_check(h, &numbers, err);
    arena_release(&arena);
    return result < 0 ? hparam_check(h, v, err) : 0;
}

int search_check(const struct hparam *h, const struct value *v, struct error *err)
{
    if (h->planned)
        return error_set(err, "only the plan sets it; %s", h->planned);
    if (v->kind != VALUE_LAW)
        return check_value(h, v, err);
    for (int i = 0; i < v->n_items; i++)
        if (hparam_check(h, &v->items[i], err) < 0)
            return -1;
    return check_law(h, v, err);
}

/* A permutation of 0 .. n - 1, n a power of 2: each step of it can be undone. */
static uint32_t permute(struct rng rng, uint32_t i, uint32_t n)
{
    for (int round = 0; round < 3; round++) {
        uint32_t random = (uint32_t)rng_next(&rng);

        i = (i ^ random) & (n - 1);
        i = i * (random | 1) & (n - 1);
        i ^= i >> 3 ^ i >> 7;
    }
    return i & (n - 1);
}

/* Between 0 and 1. The first n = 2^m have each a part of length 1/n for themselves; the n after those go, in
 * random order, into the other halves of these parts. */
static double place_of(struct rng rng, uint32_t k)
{
    struct rng own = rng_index(rng, k);
    double within = rng_uniform(&own), before;
    uint32_t n = 1;

    if (k == 0)
        return within;
    while (2 * n <= k)
        n *= 2;
    before = place_of(rng, permute(rng_index(rng_derive(rng, "order"), n), k - n, n)) * 2 * n;
    return (floor(before) + (fmod(floor(before), 2) == 0 ? 1 : -1) + within) / (2 * n);
}

struct value search_draw(const struct value *law, const char *setting, int seed, int k)
{
    struct rng rng = rng_derive(rng_derive(rng_seed((uint64_t)seed), "search"), setting);
    double low, high, u = place_of(rng, (uint32_t)k);

    assert(law->kind == VALUE_LAW);
    if (law->law == LAW_ONE_OF) {
        int i = (int)(u * law->n_items);

        return law->items[i < law->n_items ? i : law->n_items - 1];
    }
    low = law->items[0].number;
    high = law->items[1].number;
    return value_tidy(law->law == LAW_UNIFORM ? low + u * (high - low)
                                              : exp(log(low) + u * (log(high) - log(low))),
                      N_DIGITS);
}

/* One in ten draws ends in a zero. */
bool search_looks_drawn(const double *values, int n)
{
    int n_long = 0;

    for (int i = 0; i < n; i++) {
        if (value_tidy(values[i], N_DIGITS).number != values[i])
            return false;
        n_long += value_tidy(values[i], N_DIGITS - 2).number != values[i];
    }
    return n > 1 && 3 * n_long > 2 * n;
}
