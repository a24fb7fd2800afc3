/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hash: SHA-256 for identities, MD5 for the checksums that archives were
 * published with. The only door to libcrypto.
 *
 *     struct hash h;
 *     hash_init(&h, HASH_SHA256);
 *     hash_update(&h, bytes, size);
 *     hash_hex(&h, hex);
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>

enum hash_kind { HASH_SHA256, HASH_MD5 };

enum { HASH_HEX_SIZE = 65 }; /* 64 digits and the end; MD5 needs 33 of it */

struct hash {
    enum hash_kind kind;
    unsigned long long state[16]; /* of libcrypto */
};

void hash_init(struct hash *h, enum hash_kind kind);
void hash_update(struct hash *h, const void *bytes, size_t size);

/* Ends the sum and writes it as lower-case hexadecimal. */
void hash_hex(struct hash *h, char ret_hex[HASH_HEX_SIZE]);

/* SHA-256 of one block. */
void hash_block(const void *bytes, size_t size, char ret_hex[HASH_HEX_SIZE]);

#endif
