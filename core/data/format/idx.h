/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * idx: MNIST's files, plain or as NAME.gz: pictures of bytes and their labels.
 *
 * The layout is LeCun's (http://yann.lecun.com/exdb/mnist): four bytes that say what
 * it is, the sizes as big-endian words, and the bytes.
 */
#ifndef DATA_FORMAT_IDX_H
#define DATA_FORMAT_IDX_H

#include "data/dataset.h"

enum { IDX_DIGITS = 10 }; /* the classes of MNIST */

struct idx {
    int n, height, width;
    const unsigned char *pixels; /* [n][height][width] */
    const unsigned char *labels; /* [n], each below n_classes: the description's first_label is 0 */
};

/* Where the description's file `name` is: as it says, with a dot in place of the hyphen before
 * "idx" or the other way round, as some unpack it, and each with .gz behind. NULL: nowhere. */
const char *idx_find(const struct dataset_source *source, const char *name, struct arena *arena);

/* The pictures and labels of the description's list `key` (two files), in `arena` or
 * mapped into d. 1; or 0 where the first file is nowhere and *ret_missing is where it should
 * be; or -1. */
int idx_read(struct dataset *d, const struct dataset_source *source, const char *key, int n_classes,
             struct idx *ret_idx, const char **ret_missing, struct error *err);

/* The same of the digits of the lists "train" and "test", one behind the other, as many as are
 * there; sets d->note where that is one of them only. Fails where it is none. */
int idx_read_all(struct dataset *d, const struct dataset_source *source, struct idx *ret_idx,
                 struct error *err);

/* Are files there for idx_read_all? */
bool idx_is_present(const struct dataset_source *source, struct arena *arena,
                    const char **ret_missing);

/* Says that the file is nowhere. */
int idx_refuse_missing(const char *path, struct error *err);

#endif
