/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/params.h"

#include "base/hash.h"
#include "math/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ALIGNMENT = 16 };

size_t params_add(struct params *p, struct arena *arena, struct param like)
{
    p->items = arena_grow(arena, p->items, p->n, sizeof *p->items);
    like.name = arena_strdup(arena, like.name);
    like.offset = p->size;
    like.size = 1;
    for (int i = 0; i < like.n_dims; i++)
        like.size *= (size_t)like.dims[i];
    p->size += (like.size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    p->items[p->n++] = like;
    return like.offset;
}

/* The deviation of a uniform distribution on -a .. a is a / sqrt(3). */
static void fill_uniform(float *w, size_t n, float deviation, struct rng rng)
{
    double bound = sqrt(3.0) * deviation;

    for (size_t k = 0; k < n; k++)
        w[k] = (float)(bound * (2 * rng_uniform(&rng) - 1));
}

/* What is beyond three deviations is drawn again, each number by itself. */
static void cut(float *w, size_t n, struct rng rng)
{
    for (size_t k = 0; k < n; k++) {
        struct rng own = rng_index(rng_derive(rng, "again"), k);

        for (uint64_t i = 0; fabsf(w[k]) > 3; i++)
            kernel_normal(&w[k], 1, rng_index(own, i).key);
    }
}

void params_init(const struct params *p, float *weights, struct rng rng)
{
    params_init_from(p, 0, weights, rng);
}

void params_init_from(const struct params *p, int first, float *weights, struct rng rng)
{
    for (int i = first; i < p->n; i++) {
        const struct param *item = &p->items[i];
        float *w = weights + item->offset;

        if (item->init_sd > 0 && item->init_uniform) {
            fill_uniform(w, item->size, item->init_sd, rng_derive(rng, item->name));
        } else if (item->init_sd > 0) {
            kernel_normal(w, item->size, rng_derive(rng, item->name).key);
            if (item->init_is_cut)
                cut(w, item->size, rng_derive(rng, item->name));
            kernels->scale(w, item->init_sd, item->size);
        } else {
            for (size_t k = 0; k < item->size; k++)
                w[k] = item->init_value;
        }
    }
}

size_t params_count(const struct params *p)
{
    size_t count = 0;

    for (int i = 0; i < p->n; i++)
        count += p->items[i].is_buffer ? 0 : p->items[i].size;
    return count;
}

void params_hash(const struct params *p, const float *weights, char ret_hex[65])
{
    struct hash h;
    char line[200];

    hash_init(&h, HASH_SHA256);
    for (int i = 0; i < p->n; i++) {
        const struct param *item = &p->items[i];
        int n = snprintf(line, sizeof line, "%s", item->name);

        for (int k = 0; k < item->n_dims; k++)
            n += snprintf(line + n, sizeof line - (size_t)n, " %d", item->dims[k]);
        hash_update(&h, line, (size_t)n + 1);
        hash_update(&h, weights + item->offset, item->size * sizeof *weights);
    }
    hash_hex(&h, ret_hex);
}
