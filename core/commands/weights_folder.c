/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "commands/weights_folder.h"

#include "learn/weights.h"
#include "nn/model.h"
#include "os/folder.h"
#include "table/sheet/json.h"

/* The keys that the model knows of. */
static int describe_model(const struct weights_folder *f, struct settings *ret_keys, struct error *err)
{
    const char *name = settings_string(f->spec, "model");
    const struct component *c = component_find(&model_kind, name, err);
    const struct model_type *type = (const struct model_type *)c;
    void *config;

    if (!c)
        return -1;
    if (!type->describe)
        return error_set(err, "transformers has no model \"%s\" of ours: give a file, as in w.safetensors",
                         name);
    settings_init(ret_keys, f->arena);
    if (component_configure(c, "model", f->spec, f->arena, &config, err) < 0 ||
        type->describe(config, &f->dataset->signature, ret_keys, err) < 0)
        return error_context(err, "model \"%s\"", name);
    return 0;
}

int weights_folder_check(const struct weights_folder *f, struct error *err)
{
    struct settings keys;

    return describe_model(f, &keys, err);
}

/* The classes by their numbers, and the other way round. */
static void add_classes(struct json *j, const struct dataset *d)
{
    char number[TEXT_NUMBER_SIZE];

    json_open(j, "id2label", '{');
    for (int c = 0; c < d->n_classes; c++) {
        text_number(c, number);
        json_text(j, number, d->class_names[c]);
    }
    json_close(j, '}');
    json_open(j, "label2id", '{');
    for (int c = 0; c < d->n_classes; c++)
        json_value(j, d->class_names[c], &(struct value){.kind = VALUE_NUMBER, .number = c});
    json_close(j, '}');
}

static void write_config(const struct dataset *d, struct settings *keys, struct text *t)
{
    bool is_number = d->target == TARGET_NUMBER;
    struct json j = {.text = t};

    settings_set(keys, "num_labels", value_number(d->n_classes));
    settings_set(keys, "pad_token_id", value_number(d->vocabulary.pad));
    settings_set(keys, "problem_type",
                 value_string(is_number ? "regression" : "single_label_classification"));
    json_open(&j, NULL, '{');
    for (int i = 0; i < keys->n_items; i++)
        json_value(&j, keys->items[i].name, &keys->items[i].value);
    if (d->class_names)
        add_classes(&j, d);
    json_close(&j, '}');
}

/* Texts are cut off where the run cut them off. */
static void write_tokenizer(const struct dataset *d, const struct settings *keys, struct text *t)
{
    int tokens = signature_find(&d->signature, FIELD_TOKENS);
    struct json j = {.text = t};

    json_open(&j, NULL, '{');
    json_text(&j, "tokenizer_class", settings_string(keys, "tokenizer_class"));
    json_bool(&j, "do_lower_case", !d->vocabulary.is_cased);
    json_number(&j, "model_max_length", d->signature.fields[tokens].shape[0]);
    json_close(&j, '}');
}

static int write_files(const struct weights_folder *f, const char *folder, const struct params *params,
                       const float *weights, const struct settings *metadata, struct error *err)
{
    const struct dataset_vocabulary *vocabulary = &f->dataset->vocabulary;
    struct text config = {0}, tokenizer = {0};
    struct settings keys;
    int result = describe_model(f, &keys, err);

#define AT(name) arena_printf(f->arena, "%s/" name, folder)
    if (result == 0) {
        write_config(f->dataset, &keys, &config);
        write_tokenizer(f->dataset, &keys, &tokenizer);
        result = file_write(AT("config.json"), config.s, config.size, err);
    }
    if (result == 0)
        result = file_write(AT("tokenizer_config.json"), tokenizer.s, tokenizer.size, err);
    if (result == 0)
        result = file_write(AT("vocab.txt"), vocabulary->bytes, vocabulary->size, err);
    if (result == 0)
        result = weights_save(AT("model.safetensors"), params, weights, metadata, err);
#undef AT
    text_release(&config);
    text_release(&tokenizer);
    return result;
}

int weights_folder_write(const struct weights_folder *f, const char *path, const struct params *params,
                         const float *weights, const struct settings *metadata, struct error *err)
{
    const char *temporary;

    if (folder_check_free(path, err) < 0 || folder_begin(path, f->arena, &temporary, err) < 0)
        return -1;
    if (write_files(f, temporary, params, weights, metadata, err) == 0 &&
        folder_publish(temporary, path, err) == 0)
        return 0;
    folder_remove(temporary);
    return -1;
}
