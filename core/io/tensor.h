/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor: a named array of numbers of one type, as it lies in a safetensors file. */
#ifndef IO_TENSOR_H
#define IO_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TENSOR_MAX_DIMS = 8 };

enum tensor_type {
    TENSOR_F64,
    TENSOR_I64,
    TENSOR_U64,
    TENSOR_F32,
    TENSOR_I32,
    TENSOR_U32,
    TENSOR_F16,
    TENSOR_BF16,
    TENSOR_I16,
    TENSOR_U16,
    TENSOR_I8,
    TENSOR_U8,
    TENSOR_BOOL,
    TENSOR_OTHER, /* its numbers are not for us */
};

struct tensor {
    const char *name;
    enum tensor_type type;
    int n_dims; /* 0: one number */
    size_t dims[TENSOR_MAX_DIMS];
    const char *other; /* of TENSOR_OTHER: what it is, as "C64 [2, 3]", in n_bytes; else NULL */
    size_t n_bytes;
    const void *bytes; /* dense, the last dimension fastest; of a file: at any address, so
                        * that they must be copied */
};

size_t tensor_count(const struct tensor *t); /* numbers; not of TENSOR_OTHER */
size_t tensor_size(const struct tensor *t);  /* bytes */
const char *tensor_type_name(enum tensor_type type); /* "F32" */

/* The type of that name as the format has it, or TENSOR_OTHER, and the bits of a number of it: 0
 * where even these are not known. */
enum tensor_type tensor_find_type(const char *name, size_t *ret_bits);

/* The k-th number of an F32, F16 or BF16, the same number to the bit: subnormal ones, infinities
 * and what is no number too. */
float tensor_float(const struct tensor *t, size_t k);

/* The k-th number of an array of whole ones. False where they are none, or it is larger than an int64_t. */
bool tensor_integer(const struct tensor *t, size_t k, int64_t *ret_x);

#endif
