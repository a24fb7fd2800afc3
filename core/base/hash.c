/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

/* libcrypto's older calls, which it would rather have replaced: those allocate nothing and fetch
 * nothing. Where memory runs out, the newer ones end the process by a signal (3.0). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <assert.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

static_assert(sizeof(SHA256_CTX) <= sizeof((struct hash *)0)->state, "room for the state");
static_assert(sizeof(MD5_CTX) <= sizeof((struct hash *)0)->state, "room for the state");

void hash_init(struct hash *h, enum hash_kind kind)
{
    h->kind = kind;
    if (kind == HASH_MD5)
        MD5_Init((MD5_CTX *)h->state);
    else
        SHA256_Init((SHA256_CTX *)h->state);
}

void hash_update(struct hash *h, const void *bytes, size_t size)
{
    if (h->kind == HASH_MD5)
        MD5_Update((MD5_CTX *)h->state, bytes, size);
    else
        SHA256_Update((SHA256_CTX *)h->state, bytes, size);
}

void hash_hex(struct hash *h, char ret_hex[HASH_HEX_SIZE])
{
    unsigned char sum[SHA256_DIGEST_LENGTH];
    int size = h->kind == HASH_MD5 ? MD5_DIGEST_LENGTH : SHA256_DIGEST_LENGTH;

    if (h->kind == HASH_MD5)
        MD5_Final(sum, (MD5_CTX *)h->state);
    else
        SHA256_Final(sum, (SHA256_CTX *)h->state);
    for (int i = 0; i < size; i++) { /* sprintf takes longer than the sum of a short text */
        ret_hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
        ret_hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
    }
    ret_hex[2 * size] = 0;
}

void hash_block(const void *bytes, size_t size, char ret_hex[HASH_HEX_SIZE])
{
    struct hash h;

    hash_init(&h, HASH_SHA256);
    hash_update(&h, bytes, size);
    hash_hex(&h, ret_hex);
}
