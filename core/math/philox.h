/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * philox: the bare function of math/rng.h, inline, because loops over it are compiled for each
 * vector width. Private to math/.
 */
#ifndef MATH_PHILOX_H
#define MATH_PHILOX_H

#include <stdint.h>

/* The published multipliers and Weyl constants of Philox4x32. */
static const uint32_t PHILOX_MUL0 = 0xD2511F53u, PHILOX_MUL1 = 0xCD9E8D57u;
static const uint32_t PHILOX_WEYL0 = 0x9E3779B9u, PHILOX_WEYL1 = 0xBB67AE85u;

static inline void philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0,
                          uint32_t k1, uint32_t ret_block[4])
{
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)PHILOX_MUL0 * c0;
        uint64_t p1 = (uint64_t)PHILOX_MUL1 * c2;

        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += PHILOX_WEYL0;
        k1 += PHILOX_WEYL1;
    }
    ret_block[0] = c0;
    ret_block[1] = c1;
    ret_block[2] = c2;
    ret_block[3] = c3;
}

#endif
