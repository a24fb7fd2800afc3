/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/params.h"

#include "base/hash.h"
#include "math/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ALIGNMENT = 16 };

/* The part of a name up to its first number between dots: "encoder.layer.3". 0: it has none. */
static size_t layer_length(const char *name)
{
    for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.')) {
        size_t digits = strspn(dot + 1, "0123456789");

        if (digits > 0 && dot[1 + digits] == '.')
            return (size_t)(dot + 1 + digits - name);
    }
    return 0;
}

static bool is_same_layer(const char *a, const char *b)
{
    size_t length = layer_length(a);

    return length == layer_length(b) && memcmp(a, b, length) == 0;
}

size_t params_add(struct params *p, struct arena *arena, struct param like)
{
    p->items = arena_grow(arena, p->items, p->n, sizeof *p->items);
    like.name = arena_strdup(arena, like.name);
    like.offset = p->size;
    like.rate_share = 1;
    if (p->n > 0)
        like.layer = p->items[p->n - 1].layer + !is_same_layer(p->items[p->n - 1].name, like.name);
    like.size = 1;
    for (int i = 0; i < like.n_dims; i++)
        like.size *= (size_t)like.dims[i];
    p->size += (like.size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    p->items[p->n++] = like;
    return like.offset;
}

bool params_decay_layers(struct params *p, int n, double decay)
{
    int last = p->items[n - 1].layer;

    for (int i = 0; i < n; i++)
        p->items[i].rate_share = kernel_power(decay, last - p->items[i].layer);
    return last > 0;
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
