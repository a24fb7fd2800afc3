/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/tensor.h"

#include <assert.h>
#include <endian.h>
#include <stdint.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [TENSOR_F64] = {"F64", 8}, [TENSOR_I64] = {"I64", 8},   [TENSOR_U64] = {"U64", 8},
    [TENSOR_F32] = {"F32", 4}, [TENSOR_I32] = {"I32", 4},   [TENSOR_U32] = {"U32", 4},
    [TENSOR_F16] = {"F16", 2}, [TENSOR_BF16] = {"BF16", 2}, [TENSOR_I16] = {"I16", 2},
    [TENSOR_U16] = {"U16", 2}, [TENSOR_I8] = {"I8", 1},     [TENSOR_U8] = {"U8", 1},
    [TENSOR_BOOL] = {"BOOL", 1},
};

enum { N_TYPES = sizeof types / sizeof *types };

/* The format's other types, and the bits of a number. */
static const struct {
    const char *name;
    size_t bits;
} others[] = {
    {"C64", 64},    {"F8_E4M3", 8},     {"F8_E5M2", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F4", 4},
};

enum { N_OTHERS = sizeof others / sizeof *others };

size_t tensor_count(const struct tensor *t)
{
    size_t n = 1;

    for (int i = 0; i < t->n_dims; i++)
        n *= t->dims[i];
    return n;
}

size_t tensor_size(const struct tensor *t)
{
    return t->type == TENSOR_OTHER ? t->n_bytes : tensor_count(t) * types[t->type].size;
}

const char *tensor_type_name(enum tensor_type type)
{
    return type == TENSOR_OTHER ? "other" : types[type].name;
}

/* The bits of an F32 that is the F16. */
static uint32_t widen(uint32_t half)
{
    uint32_t sign = (half & 0x8000) << 16, exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff;

    if (exponent == 0x1f) /* infinite, or not a number */
        return sign | 0x7f800000 | mantissa << 13;
    if (exponent == 0 && mantissa == 0)
        return sign;
    if (exponent == 0) { /* a subnormal one, mantissa 2^-24: normal as an F32 */
        int shift = __builtin_clz(mantissa) - 21;

        return sign | (uint32_t)(113 - shift) << 23 | (mantissa << shift & 0x3ff) << 13;
    }
    return sign | (exponent + 112) << 23 | mantissa << 13;
}

float tensor_float(const struct tensor *t, size_t k)
{
    const unsigned char *at = (const unsigned char *)t->bytes + k * types[t->type].size;
    uint32_t bits;
    uint16_t half;
    float x;

    assert(t->type == TENSOR_F32 || t->type == TENSOR_F16 || t->type == TENSOR_BF16);
    if (t->type == TENSOR_F32) {
        memcpy(&bits, at, sizeof bits);
        bits = le32toh(bits);
    } else {
        memcpy(&half, at, sizeof half);
        half = le16toh(half);
        bits = t->type == TENSOR_BF16 ? (uint32_t)half << 16 : widen(half);
    }
    memcpy(&x, &bits, sizeof x);
    return x;
}

bool tensor_integer(const struct tensor *t, size_t k, int64_t *ret_x)
{
    size_t size = t->type == TENSOR_OTHER ? 0 : types[t->type].size;
    bool has_sign = t->type == TENSOR_I64 || t->type == TENSOR_I32 || t->type == TENSOR_I16 || t->type == TENSOR_I8;
    bool is_whole = has_sign || t->type == TENSOR_U64 || t->type == TENSOR_U32 || t->type == TENSOR_U16 ||
                    t->type == TENSOR_U8;
    uint64_t bits = 0;

    if (!is_whole)
        return false;
    memcpy(&bits, (const unsigned char *)t->bytes + k * size, size);
    bits = le64toh(bits);
    if (has_sign && size < 8 && bits >> (8 * size - 1))
        bits |= ~(uint64_t)0 << 8 * size;
    if (!has_sign && bits > INT64_MAX)
        return false;
    memcpy(ret_x, &bits, sizeof bits);
    return true;
}

enum tensor_type tensor_find_type(const char *name, size_t *ret_bits)
{
    for (int i = 0; i < N_TYPES; i++) {
        *ret_bits = 8 * types[i].size;
        if (strcmp(name, types[i].name) == 0)
            return (enum tensor_type)i;
    }
    *ret_bits = 0;
    for (int i = 0; i < N_OTHERS; i++)
        if (strcmp(name, others[i].name) == 0)
            *ret_bits = others[i].bits;
    return TENSOR_OTHER;
}
