/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>

void hash_init(struct hash *h, enum hash_kind kind)
{
    int ok;

    h->context = EVP_MD_CTX_new();
    ok = h->context &&
         EVP_DigestInit_ex(h->context, kind == HASH_MD5 ? EVP_md5() : EVP_sha256(), NULL);
    assert(ok);
}

void hash_update(struct hash *h, const void *bytes, size_t size)
{
    int ok = EVP_DigestUpdate(h->context, bytes, size);

    assert(ok);
}

void hash_hex(struct hash *h, char ret_hex[HASH_HEX_SIZE])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    int ok = EVP_DigestFinal_ex(h->context, sum, &size);

    assert(ok && size <= 32);
    EVP_MD_CTX_free(h->context);
    h->context = NULL;
    for (unsigned i = 0; i < size; i++)
        sprintf(ret_hex + 2 * i, "%02x", sum[i]);
}

void hash_block(const void *bytes, size_t size, char ret_hex[HASH_HEX_SIZE])
{
    struct hash h;

    hash_init(&h, HASH_SHA256);
    hash_update(&h, bytes, size);
    hash_hex(&h, ret_hex);
}
