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
