/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * randomstate: numpy's legacy generator `numpy.random.RandomState` (MT19937;
 * Matsumoto and Nishimura 1998), bit for bit, and DomainBed's way to its seeds.
 *
 * Only for what has to equal others': DomainBed's splits and draws, LDAM-DRW's subsets.
 * Everything else takes math/rng.h, whose numbers do not depend on what was drawn before.
 *
 *     struct randomstate r;
 *     randomstate_init(&r, randomstate_hash("(0, 'lr')"));
 *     lr = pow(10, randomstate_uniform(&r, -5, -3.5));
 *
 * numpy freezes this stream (its NEP 19), so the recorded numbers stay valid.
 */
#ifndef MATH_RANDOMSTATE_H
#define MATH_RANDOMSTATE_H

#include <stdint.h>

enum { RANDOMSTATE_WORDS = 624 };

struct randomstate {
    uint32_t words[RANDOMSTATE_WORDS];
    int at; /* the next word; RANDOMSTATE_WORDS: all are used */
};

/* The MD5 of a printed Python tuple, modulo 2^31: DomainBed's misc.seed_hash. The
 * text is what Python prints: "(0, 1)", "('VLCS', 'ERM', [0, 1], 3, 2)". */
uint32_t randomstate_hash(const char *tuple);

void randomstate_init(struct randomstate *r, uint32_t seed);

uint32_t randomstate_next(struct randomstate *r);

/* low + (high - low) * u of a u on [0, 1) with 53 bits, as numpy computes it. */
double randomstate_uniform(struct randomstate *r, double low, double high);

/* Uniform on 0 .. n-1, n > 0, by masked rejection: the index of `choice`. */
uint32_t randomstate_below(struct randomstate *r, uint32_t n);

void randomstate_shuffle(struct randomstate *r, uint32_t *items, uint32_t n);

#endif
