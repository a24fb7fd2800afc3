/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts with a class or a number, a row each of files that tables have: TSV, CSV and the like. One column or
 * two are texts. */
#include "data/table/table_parts.h"
#include "data/text/text_load.h"

#include <stddef.h>

static int check(const struct table *t, struct error *err)
{
    if (t->n_texts == 0)
        return error_set(err, "its description names no text: texts = { \"NAME\" }, or two names for pairs");
    if (t->n_texts > 2)
        return error_set(err, "its description names %d texts; an example is one, or a pair", t->n_texts);
    if (t->n_numbers + t->n_categories > 0)
        return error_set(err,
                         "column \"%.60s\" is no text: numbers and categories are not read beside texts; "
                              "ignore = { ... }, or others = \"ignore\"",
                         t->n_numbers ? t->number_names[0] : t->categories[0].name);
    return 0;
}

static int load(struct dataset *d, const struct dataset_source *source, const void *config, struct error *err)
{
    struct table_files parts[TABLE_N_PARTS];
    struct table t;

    if (table_parts_map(d, source, parts, err) < 0 ||
        table_read(source->description, parts, &d->arena, &t, err) < 0 || check(&t, err) < 0)
        return -1;
    table_parts_take(d, &t);
    return text_load(d, source, config, &t, err);
}

static bool is_present(const struct dataset_source *source, struct arena *arena, const char **ret_missing)
{
    return table_parts_are_present(source, arena, ret_missing) &&
           text_vocabulary_is_present(source, arena, ret_missing);
}

static const struct hparam hparams[] = {
    TEXT_HPARAM_MAX_TOKENS("128"),
    {0},
};

static const struct data_key keys[] = {
    TABLE_PARTS_KEYS,
    {"texts", DATA_KEY_NAMES, .doc = "the column of the text, or those of a pair's first and second one"},
    TEXT_KEYS,
    {0},
};

const struct dataset_format dataset_format_text = {
    .component =
        {
            .name = "text",
            .doc = "texts or pairs of texts in TSV, CSV and the like, as the tokens that a BERT reads",
            .hparams = hparams,
            .config_size = sizeof(struct text_config),
        },
    .keys = keys,
    .is_present = is_present,
    .load = load,
};
