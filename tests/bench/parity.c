/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Trains as another program has just trained (parity.py): `parity FOLDER` reads
 *
 *     settings              a run's, in the text of base/settings.h
 *     pictures.safetensors  pixels U8 [n][C][H][W], labels I32 [n], order I32 [steps][batch];
 *                           or in place of the pixels a table: numbers F32 [n][p], categories
 *                           I32 [n][q], levels I32 [q]; or texts: tokens I32 [n][longest],
 *                           lengths I32 [n][2], all and those of the first text, words I32 [1]:
 *                           how many there are
 *     start.safetensors     the weights before the first step
 *
 * and writes start_again.safetensors, the same weights as export-weights would;
 * after the last step end.safetensors, likewise, and checkpoint.safetensors, as a run that is stopped would; and
 * losses.safetensors, F64 [steps][2]: the mean loss of each batch, and the mean of
 * weight times loss. Prints the SHA-256 of each block of the checkpoint, as it is in
 * memory. */
#include "learn/checkpoint.h"
#include "learn/config/config.h"
#include "learn/config/method.h"
#include "learn/platform.h"
#include "learn/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parity {
    struct arena arena;
    const char *folder;
    struct settings settings;
    struct safetensors pictures;
    struct dataset dataset;
    struct standard standard;
    const uint32_t *order; /* [n_steps][batch] */
    int n_steps, batch;
    struct method method;
    struct trainer trainer;
};

static const char *path(struct parity *p, const char *name)
{
    return arena_printf(&p->arena, "%s/%s", p->folder, name);
}

/* A copy of a tensor of the pictures: in the file it may lie at any address. */
static const void *take(struct parity *p, const char *name, enum tensor_type type, int n_dims,
                        const struct tensor **ret_tensor, struct error *err)
{
    const struct tensor *t = safetensors_find(&p->pictures, name);
    void *copy;

    if (!t || t->type != type || t->n_dims != n_dims) {
        error_set(err, "pictures: no tensor \"%s\" of %s in %d dimensions", name,
                  tensor_type_name(type), n_dims);
        return NULL;
    }
    copy = arena_alloc(&p->arena, tensor_size(t));
    memcpy(copy, t->bytes, tensor_size(t));
    *ret_tensor = t;
    return copy;
}

static int open_pixels(struct parity *p, struct error *err)
{
    struct dataset *d = &p->dataset;
    const struct tensor *t;
    const unsigned char *pixels = take(p, "pixels", TENSOR_U8, 4, &t, err);
    uint32_t *all = arena_alloc(&p->arena, (size_t)d->train.n * sizeof *all);
    size_t size;

    if (!pixels)
        return -1;
    d->signature = signature_picture((int)t->dims[1], (int)t->dims[2], (int)t->dims[3]);
    size = t->dims[1] * t->dims[2] * t->dims[3];
    d->train.values[0].bytes = arena_alloc(&p->arena, (size_t)d->train.n * sizeof(unsigned char *));
    for (int i = 0; i < d->train.n; i++) {
        all[i] = (uint32_t)i;
        d->train.values[0].bytes[i] = pixels + (size_t)i * size;
    }
    standard_measure(&d->signature.fields[0], &d->train.values[0], all, d->train.n, &p->standard);
    return 0;
}

static int open_table(struct parity *p, struct error *err)
{
    struct dataset *d = &p->dataset;
    const struct tensor *numbers, *categories, *levels;

    if (!(d->train.values[0].numbers = take(p, "numbers", TENSOR_F32, 2, &numbers, err)) ||
        !(d->train.values[1].codes = take(p, "categories", TENSOR_I32, 2, &categories, err)))
        return -1;
    d->signature = (struct signature){
        2,
        {{"numbers", FIELD_NUMBERS, {(int)numbers->dims[1], 1, 1}, NULL, NULL},
         {"categories", FIELD_CATEGORIES, {(int)categories->dims[1], 1, 1}, NULL,
          take(p, "levels", TENSOR_I32, 1, &levels, err)}}};
    return d->signature.fields[1].n_levels ? 0 : -1;
}

static int open_texts(struct parity *p, struct error *err)
{
    struct dataset *d = &p->dataset;
    const struct tensor *tokens, *lengths, *words;

    if (!(d->train.values[0].codes = take(p, "tokens", TENSOR_I32, 2, &tokens, err)) ||
        !(d->train.values[1].codes = take(p, "lengths", TENSOR_I32, 2, &lengths, err)))
        return -1;
    d->signature = (struct signature){
        2,
        {{"tokens", FIELD_TOKENS, {(int)tokens->dims[1], 1, 1}, NULL,
          take(p, "words", TENSOR_I32, 1, &words, err)},
         {"length", FIELD_LENGTH, {2, 1, 1}, NULL, NULL}}};
    return d->signature.fields[0].n_levels ? 0 : -1;
}

/* What examples are, by a tensor that there is of them. */
static const struct {
    const char *tensor;
    int (*open)(struct parity *p, struct error *err);
} kinds[] = {{"numbers", open_table}, {"tokens", open_texts}, {"pixels", open_pixels}};

static int open_pictures(struct parity *p, struct error *err)
{
    struct dataset *d = &p->dataset;
    const struct tensor *t;
    const int32_t *from;
    uint16_t *labels;
    size_t kind = 0;

    if (safetensors_open(path(p, "pictures.safetensors"), &p->pictures, err) < 0 ||
        !(p->order = take(p, "order", TENSOR_I32, 2, &t, err)))
        return -1;
    p->n_steps = (int)t->dims[0];
    p->batch = (int)t->dims[1];
    if (!(from = take(p, "labels", TENSOR_I32, 1, &t, err)))
        return -1;
    *d = (struct dataset){.train = {.n = (int)t->dims[0]}};
    d->train.labels = labels = arena_alloc(&p->arena, t->dims[0] * sizeof *labels);
    for (size_t i = 0; i < t->dims[0]; i++) {
        labels[i] = (uint16_t)from[i];
        d->n_classes = labels[i] < d->n_classes ? d->n_classes : labels[i] + 1;
    }
    while (kind + 1 < sizeof kinds / sizeof *kinds && !safetensors_find(&p->pictures, kinds[kind].tensor))
        kind++;
    return kinds[kind].open(p, err);
}

static int open_settings(struct parity *p, struct error *err)
{
    char *text;
    size_t size;

    settings_init(&p->settings, &p->arena);
    if (file_read(path(p, "settings"), 4096, &p->arena, &text, &size, err) < 0 ||
        settings_parse(&p->settings, text, err) < 0)
        return -1;
    settings_set(&p->settings, "train.batch", value_number(p->batch));
    return config_complete(&p->settings, err);
}

static int open_trainer(struct parity *p, struct error *err)
{
    const struct dataset *d = &p->dataset;
    const struct method_data data = {{.n_classes = d->n_classes}, p->batch, TARGET_CLASS, false};
    const struct component *model;
    struct graph graph;
    void *config, *train;

    if (method_choose(&p->settings, "model", &model_kind, &p->arena, &model, &config, err) < 0 ||
        component_configure(&train_component, "train", &p->settings, &p->arena, &train, err) < 0 ||
        method_open(&p->method, &p->settings, &data, &p->arena, err) < 0)
        return -1;
    graph_init(&graph, &p->arena, &d->signature);
    if (((const struct model_type *)model)->build(config, d->n_classes, &graph, err) < 0)
        return -1;
    trainer_init(&p->trainer, &p->arena, &p->method.trainer, &graph,
                 &(struct engine_sizes){
                     .n_classes = d->n_classes,
                     .batch = p->batch,
                     .micro_batch = ((const struct train_config *)train)->micro_batch,
                     .n_threads = 1,
                     .keep = ENGINE_KEEP},
                 rng_seed(0));
    return 0;
}

static int start(struct parity *p, struct error *err)
{
    const struct params *params = &p->trainer.engine.graph.params;
    char digest[HASH_HEX_SIZE];

    if (weights_digest(path(p, "start.safetensors"), digest, err) < 0 ||
        weights_load(path(p, "start.safetensors"), digest, "", params, p->trainer.weights, err) < 0)
        return -1;
    return weights_save(path(p, "start_again.safetensors"), params, p->trainer.weights, NULL, err);
}

static int train(struct parity *p, struct error *err)
{
    const struct engine_data data = {.pool = &p->dataset.train, .standard = &p->standard};
    const struct trainer *t = &p->trainer;
    double *losses = arena_alloc(&p->arena, (size_t)p->n_steps * 2 * sizeof *losses);
    const struct tensor tensor = {.name = "losses", .type = TENSOR_F64, .n_dims = 2,
                                  .dims = {(size_t)p->n_steps, 2}, .bytes = losses};

    for (int s = 0; s < p->n_steps; s++) {
        struct trainer_step step = {.step = s + 1, .n_steps = p->n_steps,
                                    .rate = settings_number(&p->settings, "train.lr")};
        struct trainer_sums sums;
        double weighted = 0;

        trainer_step(&p->trainer, &data, p->order + (size_t)s * (size_t)p->batch, p->batch, &step,
                     &sums);
        for (int i = 0; i < p->batch; i++)
            weighted += t->engine.weight_scale * t->engine.example_weights[i] * t->engine.outcome.losses[i];
        losses[2 * s] = sums.loss / p->batch;
        losses[2 * s + 1] = weighted / p->batch;
    }
    return safetensors_write(path(p, "losses.safetensors"), &tensor, 1, NULL, err);
}

static int save(struct parity *p, struct error *err)
{
    const struct checkpoint c = {.path = path(p, "checkpoint.safetensors"), .key = "parity"};
    struct state state = {.arena = &p->arena};
    char hex[HASH_HEX_SIZE];

    if (weights_save(path(p, "end.safetensors"), &p->trainer.engine.graph.params, p->trainer.weights, NULL, err) < 0)
        return -1;
    trainer_add_state(&p->trainer, &state);
    for (int i = 0; i < state.n; i++) {
        hash_block(state.blocks[i].bytes, tensor_size(&state.blocks[i]), hex);
        printf("%s %s\n", state.blocks[i].name, hex);
    }
    return checkpoint_save(&c, state.blocks, state.n, "", err);
}

int main(int argc, char **argv)
{
    static struct parity p;
    struct error err;

    if (argc != 2) {
        fprintf(stderr, "usage: parity FOLDER\n");
        return 2;
    }
    p.folder = argv[1];
    if (platform_enter("portable", 1, &err) < 0 || open_pictures(&p, &err) < 0 ||
        open_settings(&p, &err) < 0 || open_trainer(&p, &err) < 0 || start(&p, &err) < 0 ||
        train(&p, &err) < 0 || save(&p, &err) < 0) {
        fprintf(stderr, "parity: %s\n", err.text);
        return err.status;
    }
    safetensors_close(&p.pictures);
    arena_release(&p.dataset.arena);
    arena_release(&p.arena);
    return 0;
}
