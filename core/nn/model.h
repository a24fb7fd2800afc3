/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * model: builders of graphs.
 *
 * To add one:
 *   1. write nn/model_NAME.c after the pattern of model_mlp.c;
 *   2. end it in `const struct model_type model_NAME = {...}`;
 *   3. add one line to the list in model.c.
 */
#ifndef NN_MODEL_H
#define NN_MODEL_H

#include "base/component.h"
#include "nn/graph.h"

struct model_type {
    struct component component;
    /* How many examples (of texts: tokens) a micro-batch should have where the spec does not say.
     * Small ones keep activations in the cache; large ones make good products. */
    int (*micro_batch)(const void *config);
    bool counts_tokens; /* it reads texts */
    /* Adds the layers to `g`, whose inputs (g->signature) are one row each; the output must have n_outputs
     * floats. Fails where these inputs are none that it can read. */
    int (*build)(const void *config, int n_outputs, struct graph *g, struct error *err);
    /* Its config.json for Hugging Face's transformers, a setting for each key that the model knows of, of data with
     * that signature; (optional). Fails where theirs is another model. */
    int (*describe)(const void *config, const struct signature *data, struct settings *ret_keys, struct error *err);
};

extern const struct component_kind model_kind;

/* ---- for models ---- */

/* The picture, where that is all an example is; else NULL with an error. */
const struct field *model_picture(const struct graph *g, struct error *err);

/* The columns of a table, where these are all that an example has: nodes of the graph, and the fields. Else -1
 * with an error. */
struct model_columns {
    int numbers, categories;   /* nodes; -1: it has none */
    struct op_levels levels;   /* of the categories, which live as long as the graph */
};
int model_columns(const struct graph *g, struct model_columns *ret_columns, struct error *err);

/* The choices of a setting `head`: how the last layer makes scores of features. */
enum model_head { HEAD_LINEAR, HEAD_COSINE };
extern const char *const model_head_names[];

/* That setting, of a configuration with an int `head`. */
#define MODEL_HEAD_HPARAM(config) \
    {"head", HPARAM_CHOICE, offsetof(config, head), .fallback = "\"linear\"", .choices = model_head_names, \
     .doc = "last layer; cosine is for ldam"}

/* Adds it behind `node` under `name`: a linear one as `linear` says, which may flatten rows. Gives the node, or
 * -1. */
int model_add_head(struct graph *g, const char *name, int head, const struct op_linear *linear, int node,
                   struct error *err);

/* Layers with relu between them, named hidden1, dropout1, ... and output. */
struct model_layers {
    struct hparam_integers hidden;
    double dropout;
    int head;
    bool init_uniform; /* as op_linear has it */
};

/* Adds them behind `node`, all of whose rows are one, and the one-hot codes of `codes`; one of the two may be
 * -1. */
int model_add_layers(struct graph *g, const struct model_layers *layers, int node, int codes,
                     const struct op_levels *levels, int n_outputs, struct error *err);

#endif
