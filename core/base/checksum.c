/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/checksum.h"

#include <stdint.h>
#include <string.h>

enum { LANES = 8, BLOCK = LANES * sizeof(uint64_t) }; /* lanes do not wait for each other */

static const uint64_t ODD = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio */

/* Each part is a bijection of the lane, so that a lane that once differs does so until a second
 * difference happens to undo it; without the shift, two high bits would. */
static void add_block(uint64_t lanes[LANES], const unsigned char *bytes)
{
    uint64_t words[LANES];

    memcpy(words, bytes, BLOCK);
    for (int k = 0; k < LANES; k++) {
        lanes[k] = (lanes[k] ^ words[k]) * ODD;
        lanes[k] ^= lanes[k] >> 32;
    }
}

void checksum_block(const void *bytes, size_t size, char ret_hex[HASH_HEX_SIZE])
{
    const unsigned char *at = bytes, *end = at + size / BLOCK * BLOCK;
    unsigned char last[BLOCK] = {0};
    struct {
        uint64_t lanes[LANES], size;
    } state = {.size = size};

    for (int k = 0; k < LANES; k++)
        state.lanes[k] = (uint64_t)k;
    for (; at < end; at += BLOCK)
        add_block(state.lanes, at);
    memcpy(last, at, size % BLOCK);
    add_block(state.lanes, last);
    hash_block(&state, sizeof state, ret_hex);
}
