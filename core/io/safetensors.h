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
 * refused with one line that names the file. Headers are as long as Hugging Face's
 * reader takes them. What nobody asks for need not be understood: a tensor of a dtype
 * that is not ours, or of very many dimensions, is TENSOR_OTHER; what is in
 * __metadata__ without our seal is passed over behind the first few texts.
 *
 *     struct safetensors file;
 *     if (safetensors_open("w.safetensors", &file, &err) == 0) {
 *         t = safetensors_find(&file, "head.weight");
 *         safetensors_close(&file);
 *     }
 */
#ifndef IO_SAFETENSORS_H
#define IO_SAFETENSORS_H

#include "base/settings.h"
#include "io/tensor.h"
#include "os/file.h"

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

/* The same of any type that tensor_float reads. */
int safetensors_require_floats(const struct safetensors *file, const char *name, int n_dims,
                               const size_t *dims, const struct tensor **ret_tensor,
                               struct error *err);

/* Writes and seals, in one step for readers (file_write_parts). `metadata` (NULL:
 * none) has texts only. Tensors of larger numbers come first, so that all are
 * aligned in the file. */
int safetensors_write(const char *path, const struct tensor *tensors, int n,
                      const struct settings *metadata, struct error *err);

#endif
