/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * safetensors: named arrays in one file, in Hugging Face's format: 8 bytes of
 * header size, a JSON header, the arrays' bytes one behind the other, all
 * little-endian. Their Python package reads what we write.
 *
 * A file that we write is sealed: its metadata holds the SHA-256 of the whole
 * file (its own 64 digits taken as zeros), and opening it checks that. Files of
 * others have no seal and are read too; whoever needs one asks for is_sealed.
 *
 * Opening believes nothing: sizes, offsets and shapes are checked before memory
 * is taken, and what the format forbids (holes, overlaps, doubled names) is
 * refused with one line that names the file.
 *
 *     struct safetensors file;
 *     if (safetensors_open("w.safetensors", &file, &err) == 0) {
 *         t = safetensors_find(&file, "head.weight");
 *         safetensors_close(&file);
 *     }
 */
#ifndef BASE_SAFETENSORS_H
#define BASE_SAFETENSORS_H

#include "base/file.h"
#include "base/settings.h"

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
};

struct tensor {
    const char *name;
    enum tensor_type type;
    int n_dims; /* 0: one number */
    size_t dims[TENSOR_MAX_DIMS];
    const void *bytes; /* dense, the last dimension fastest; of a file: at any address, so
                        * that they must be copied */
};

size_t tensor_count(const struct tensor *t); /* numbers */
size_t tensor_size(const struct tensor *t);  /* bytes */
const char *tensor_type_name(enum tensor_type type); /* "F32" */

struct safetensors {
    struct tensor *tensors; /* [n_tensors], as they lie in the file; until close */
    int n_tensors;
    struct settings metadata; /* texts by name */
    bool is_sealed;           /* by us, and whole */
    struct file_map map;      /* the file */
    struct arena arena;
};

int safetensors_open(const char *path, struct safetensors *ret_file, struct error *err);
void safetensors_close(struct safetensors *file);

/* NULL where there is none. */
const struct tensor *safetensors_find(const struct safetensors *file, const char *name);

/* The tensor `name`, which must have that type and shape. */
int safetensors_require(const struct safetensors *file, const char *name, enum tensor_type type,
                        int n_dims, const size_t *dims, const struct tensor **ret_tensor,
                        struct error *err);

/* Writes and seals, in one step for readers (file_write_parts). `metadata` (NULL:
 * none) has texts only. Tensors of larger numbers come first, so that all are
 * aligned in the file. */
int safetensors_write(const char *path, const struct tensor *tensors, int n,
                      const struct settings *metadata, struct error *err);

#endif
