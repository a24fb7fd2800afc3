/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * idx: MNIST's files, plain or as NAME.gz: pictures of bytes and their labels.
 *
 * The layout is LeCun's (http://yann.lecun.com/exdb/mnist): four bytes that say what
 * it is, the sizes as big-endian words, and the bytes.
 */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "data/dataset.h"

struct idx {
    int n, height, width;
    const unsigned char *pixels; /* [n][height][width] */
    const unsigned char *labels; /* [n], each below 10 */
};

/* The pictures and labels of the description's list `key` (two files), in `arena` or
 * mapped into d. 1; or 0 where neither form of the first file is there and *ret_missing
 * is its path; or -1. */
int idx_read(struct dataset *d, const struct dataset_source *source, const char *key,
             struct idx *ret_idx, const char **ret_missing, struct error *err);

/* The same of the lists "train" and "test", one behind the other, as many as are there;
 * sets d->note where that is one of them only. Fails where it is none. */
int idx_read_all(struct dataset *d, const struct dataset_source *source, struct idx *ret_idx,
                 struct error *err);

/* Are files there for idx_read_all? */
bool idx_is_present(const struct dataset_source *source, struct arena *arena,
                    const char **ret_missing);

#endif
