/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * weights_folder: a trained model as a folder that Hugging Face's transformers loads: config.json,
 * tokenizer_config.json, vocab.txt and model.safetensors. Of models that can say what their config.json is
 * (nn/model.h), and of texts. */
#ifndef COMMANDS_WEIGHTS_FOLDER_H
#define COMMANDS_WEIGHTS_FOLDER_H

#include "data/dataset.h"
#include "nn/params.h"

/* Of a run with this spec, on these data. All borrowed. */
struct weights_folder {
    const struct settings *spec;
    const struct dataset *dataset;
    struct arena *arena;
};

/* Can transformers have that model? Before it is trained. */
int weights_folder_check(const struct weights_folder *f, struct error *err);

/* Puts it at `path`, where nothing is, or an empty folder: whole or not at all. `metadata` is the
 * weights'. */
int weights_folder_write(const struct weights_folder *f, const char *path, const struct params *params,
                         const float *weights, const struct settings *metadata, struct error *err);

#endif
