/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * weights: a model's parameters in a safetensors file, by the names and in the
 * order of dimensions that PyTorch and timm use: a linear layer's weight is
 * [out][in] there, whatever its order in our block (nn/params.h).
 */
#ifndef LEARN_WEIGHTS_H
#define LEARN_WEIGHTS_H

#include "base/hash.h"
#include "io/safetensors.h"
#include "nn/params.h"

/* hparams of `struct init_config`, under "model". In an experiment `init` is a
 * path; in a run's spec it is the SHA-256 of that file, so that another content is
 * another run and another path is not. */
struct init_config {
    const char *init;        /* "": none, all from the seed */
    const char *init_except; /* parameters whose names begin so stay as the seed made them; "":
                              * none */
    const char *trains;      /* only parameters whose names begin so are trained; "": all */
};

extern const struct component init_component;

/* The file that model.init names: where there is none, below the data root (NULL: none); of a folder its
 * model.safetensors. In `arena`; NULL with an error. */
const char *weights_find(const char *name, const char *root, struct arena *arena, struct error *err);

/* The SHA-256 of a file that can be read as safetensors. */
int weights_digest(const char *path, char ret_digest[HASH_HEX_SIZE], struct error *err);

/* Does the file hold each parameter of p, in its shape, as F32, F16 or BF16, and is there none in
 * it that p has not? What is excepted may be of any type. Fills weights[p->size], NULL: only checks. `digest`: what the
 * file must hash to. On failure nothing has changed, unless the file has while it was read. */
int weights_load(const char *path, const char *digest, const char *except,
                 const struct params *p, float *weights, struct error *err);

/* Fixes those of the first n parameters whose names do not begin so, where `trains` is not "". Fails where none
 * does, or all do. */
int weights_fix(const char *trains, struct params *p, int n, struct error *err);

/* `metadata`: texts by name. */
int weights_save(const char *path, const struct params *p, const float *weights,
                 const struct settings *metadata, struct error *err);

#endif
