/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text_load: what formats have in common whose files hold texts: the vocabulary that is named, and the
 * setting data.max_tokens. */
#ifndef DATA_TEXT_TEXT_LOAD_H
#define DATA_TEXT_TEXT_LOAD_H

#include "data/dataset.h"
#include "data/table/table.h"
#include "text/tokenizer.h"

struct text_config {
    int max_tokens;
};

/* Of `config`, a struct text_config or one that begins with it. */
#define TEXT_HPARAM_MAX_TOKENS(fallback_text) \
    {"max_tokens", HPARAM_INTEGER, offsetof(struct text_config, max_tokens), .fallback = fallback_text, \
     .low = TOKENIZER_LEAST_MAX, .high = TOKENIZER_MOST_MAX, \
     .doc = "of an example, with [CLS] and [SEP]; what is longer is cut off, of a pair the longer text first"}

/* What formats' descriptions say of how texts are read. */
#define TEXT_KEYS \
    {"vocabulary", DATA_KEY_TEXT, .is_needed = true, \
     .doc = "the vocab.txt of the BERT that will read it, below the data root"}, \
    {"cased", DATA_KEY_BOOL, .doc = "whether that is a cased one; without it false"}

/* Adds to `d`, which has its pools but for their values, the tokens of the table's texts, one or two. */
int text_load(struct dataset *d, const struct dataset_source *source, const struct text_config *config,
              const struct table *t, struct error *err);

/* Is the vocabulary there? As dataset_format's is_present. */
bool text_vocabulary_is_present(const struct dataset_source *source, struct arena *arena,
                                const char **ret_missing);

#endif
