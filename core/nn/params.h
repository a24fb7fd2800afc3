/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * params: the names, shapes and places of a model's weights.
 *
 * All weights lie in one block of floats and all gradients in another of the
 * same layout, so the optimizer, the norm and the checkpoint are one loop each.
 * Each parameter starts at a multiple of 16 floats; the floats between two are
 * zero and stay zero.
 */
#ifndef NN_PARAMS_H
#define NN_PARAMS_H

#include "base/arena.h"
#include "math/rng.h"

#include <stdbool.h>

enum { PARAM_MAX_DIMS = 4 };

struct param {
    const char *name; /* "hidden1.weight" */
    int n_dims;
    int dims[PARAM_MAX_DIMS];
    size_t offset, size; /* in floats */
    bool transposed;     /* the block holds it as [dims[1] ...][dims[0]] */
    bool channels_last;  /* and then as [dims[2]][dims[3]][dims[1]][dims[0]] */
    int layer;           /* which of the numbered ones, "encoder.layer.3.", from 1; 0 before them, then one more */
    double rate_share;   /* of the learning rate */
    bool decays;         /* is weight decay for it? Not for biases and norms */
    bool is_fixed;       /* never to be trained: steps leave it as it is */
    bool is_frozen;      /* likewise for now; may change between steps */
    bool is_buffer;      /* no weight: only its op changes it, as a batch norm its running mean */
    bool is_variance;    /* of the latter: never below 0 */
    float init_sd;       /* of the normal distribution it starts from; 0: all init_value */
    bool init_uniform;   /* of a uniform one about 0 instead */
    bool init_is_cut;    /* of the normal one, what is beyond three deviations is drawn again */
    float init_value;
    const char *const *parts; /* NULL-ended: a file has it as so many tensors of these names, one below the other; NULL:
                               * as one, of its name */
};

/* What files that others wrote may do otherwise. */
struct params_file {
    const char *prefix;             /* that names may lack; "": none */
    const char *const (*renames)[2]; /* {ours, theirs} of a name's end; ended by {NULL} */
    const char *const *ignored;     /* begin so, behind the prefix or without it: of no use here; NULL-ended */
    const char *const *drawn;       /* begin so: where a file has none they are drawn from the seed; NULL-ended */
};

struct params {
    struct param *items;
    int n;
    const struct params_file *file; /* NULL: as our own */
    size_t size; /* of the whole block, in floats */
};

/* Adds one and gives its offset. `like` has name (copied), n_dims, dims, decays
 * and init_*; the rest is computed. */
size_t params_add(struct params *p, struct arena *arena, struct param like);

/* Each of the first n gets the share decay^d of the learning rate, d the layers between it and the last. False where
 * they have no numbered layers. */
bool params_decay_layers(struct params *p, int n, double decay);

/* Fills weights[p->size] from `rng`, each parameter by its own name; or only those from the parameter `first` on. */
void params_init(const struct params *p, float *weights, struct rng rng);
void params_init_from(const struct params *p, int first, float *weights, struct rng rng);

/* The number of weights, without the gaps and buffers. */
size_t params_count(const struct params *p);

/* SHA-256 over names, shapes and the bytes of the weights, as hexadecimal. */
void params_hash(const struct params *p, const float *weights, char ret_hex[65]);

#endif
