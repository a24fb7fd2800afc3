/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "math/randomstate.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { MIDDLE = 397, MD5_DIGITS = 32 };

uint32_t randomstate_hash(const char *tuple)
{
    char hex[HASH_HEX_SIZE];
    struct hash h;

    hash_init(&h, HASH_MD5);
    hash_update(&h, tuple, strlen(tuple));
    hash_hex(&h, hex);
    return (uint32_t)strtoul(hex + MD5_DIGITS - 8, NULL, 16) & 0x7fffffff;
}

void randomstate_init(struct randomstate *r, uint32_t seed)
{
    for (uint32_t i = 0; i < RANDOMSTATE_WORDS; i++) {
        r->words[i] = seed;
        seed = 1812433253u * (seed ^ seed >> 30) + i + 1;
    }
    r->at = RANDOMSTATE_WORDS;
}

/* The upper bit of a and the lower ones of b, twisted. */
static uint32_t twist(uint32_t a, uint32_t b)
{
    uint32_t mixed = (a & 0x80000000) | (b & 0x7fffffff);

    return mixed >> 1 ^ (mixed & 1 ? 0x9908b0df : 0);
}

static void refill(struct randomstate *r)
{
    uint32_t *w = r->words;

    for (int i = 0; i < RANDOMSTATE_WORDS; i++)
        w[i] = w[(i + MIDDLE) % RANDOMSTATE_WORDS] ^ twist(w[i], w[(i + 1) % RANDOMSTATE_WORDS]);
    r->at = 0;
}

uint32_t randomstate_next(struct randomstate *r)
{
    uint32_t x;

    if (r->at == RANDOMSTATE_WORDS)
        refill(r);
    x = r->words[r->at++];
    x ^= x >> 11;
    x ^= x << 7 & 0x9d2c5680;
    x ^= x << 15 & 0xefc60000;
    return x ^ x >> 18;
}

double randomstate_uniform(struct randomstate *r, double low, double high)
{
    double upper = randomstate_next(r) >> 5, lower = randomstate_next(r) >> 6;

    return low + (high - low) * ((upper * 67108864 + lower) / 9007199254740992);
}

uint32_t randomstate_below(struct randomstate *r, uint32_t n)
{
    uint32_t mask = n - 1, x;

    for (int shift = 1; shift < 32; shift *= 2)
        mask |= mask >> shift;
    if (mask == 0)
        return 0; /* numpy draws nothing here */
    while ((x = randomstate_next(r) & mask) >= n)
        ;
    return x;
}

void randomstate_shuffle(struct randomstate *r, uint32_t *items, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t k = randomstate_below(r, i), t = items[i - 1];

        items[i - 1] = items[k];
        items[k] = t;
    }
}
