/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/rng.h"

#include "math/philox.h"

#include <assert.h>

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t ret_block[4])
{
    philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1], ret_block);
}

struct rng rng_seed(uint64_t seed)
{
    struct rng rng = {.key = {(uint32_t)seed, (uint32_t)(seed >> 32)}};

    return rng;
}

/* The child's key is Philox of (word, ~0) under the parent's key. Drawing
 * counters stay below 2^64 with words 2 and 3 zero, so no number that is ever
 * drawn is also a key. */
static struct rng derive(struct rng parent, uint64_t word, uint32_t domain)
{
    uint32_t counter[4] = {(uint32_t)word, (uint32_t)(word >> 32), domain, 0xFFFFFFFFu};
    uint32_t block[4];
    struct rng child = {0};

    rng_philox(counter, parent.key, block);
    child.key[0] = block[0];
    child.key[1] = block[1];
    return child;
}

struct rng rng_derive(struct rng parent, const char *purpose)
{
    uint64_t word = 0xcbf29ce484222325u; /* FNV-1a, 64 bits */

    for (const char *s = purpose; *s; s++)
        word = (word ^ (unsigned char)*s) * 0x100000001b3u;
    return derive(parent, word, 1);
}

struct rng rng_index(struct rng parent, uint64_t index)
{
    return derive(parent, index, 2);
}

uint32_t rng_next(struct rng *rng)
{
    if (rng->n_left == 0) {
        rng_philox(rng->counter, rng->key, rng->block);
        if (++rng->counter[0] == 0)
            rng->counter[1]++;
        rng->n_left = 4;
    }
    return rng->block[4 - rng->n_left--];
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
    uint32_t threshold = -n % n; /* 2^32 mod n: the values that would bias */
    uint64_t product;

    assert(n > 0);
    do { /* Lemire's multiply-and-reject */
        product = (uint64_t)rng_next(rng) * n;
    } while ((uint32_t)product < threshold);
    return (uint32_t)(product >> 32);
}

double rng_uniform(struct rng *rng)
{
    uint64_t high = rng_next(rng) >> 5;
    uint64_t low = rng_next(rng) >> 6;

    return (double)(high << 26 | low) * 0x1p-53;
}

double rng_bell(struct rng *rng)
{
    double sum = -6;

    for (int i = 0; i < 12; i++)
        sum += rng_uniform(rng);
    return sum;
}

void rng_shuffle(struct rng *rng, uint32_t *items, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = rng_below(rng, i);
        uint32_t t = items[i - 1];

        items[i - 1] = items[j];
        items[j] = t;
    }
}
