/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rng: counter-based random numbers (Philox4x32-10; Salmon, Moraes, Dror and
 * Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11).
 *
 * A generator is a key and a counter, no more: the number drawn depends on what
 * it is for, never on what was drawn before elsewhere. Keys are derived by name
 * and by index, so adding a consumer never moves another:
 *
 *     struct rng order = rng_index(rng_derive(rng_seed(seed), "order"), epoch);
 *     uint32_t k = rng_below(&order, n);
 *
 * Results are the same on every machine: integers, and floats made from them by
 * exact arithmetic or by the polynomials of math/kernels.
 */
#ifndef MATH_RNG_H
#define MATH_RNG_H

#include <stdint.h>

struct rng {
    uint32_t key[2];
    uint32_t counter[4]; /* [0..1] position, [2..3] fixed by the derivation */
    uint32_t block[4];
    int n_left; /* numbers of the block not yet used */
};

struct rng rng_seed(uint64_t seed);

/* A generator for one purpose, independent of its parent and siblings. */
struct rng rng_derive(struct rng parent, const char *purpose);
struct rng rng_index(struct rng parent, uint64_t index);

uint32_t rng_next(struct rng *rng);
uint32_t rng_below(struct rng *rng, uint32_t n); /* uniform on 0 .. n-1, n > 0, unbiased */
double rng_uniform(struct rng *rng);             /* on [0, 1), 53 bits */
double rng_bell(struct rng *rng);                /* nearly normal, of + and - only: the sum of 12 uniform, less 6 */

/* Fisher-Yates from the end. */
void rng_shuffle(struct rng *rng, uint32_t *items, uint32_t n);

/* The bare function, for test vectors and for kernels that fill blocks. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t ret_block[4]);

#endif
