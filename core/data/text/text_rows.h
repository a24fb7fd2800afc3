/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text_rows: texts as the tokens that a model reads: of each example a row of at most `max`, with [PAD]
 * behind its end, how many they are, and how many of them are of its first text.
 *
 * Of files they are made once, into a file under cache/ that all workers map. Its name is the SHA-256 of the
 * texts, of the vocabulary, of Unicode's version and of how they were cut: anything else is another file. It
 * is sealed (data/decode/cache_file.h), and its numbers are looked at: one that was damaged is made anew, and
 * the listener told.
 */
#ifndef DATA_TEXT_TEXT_ROWS_H
#define DATA_TEXT_TEXT_ROWS_H

#include "data/dataset.h"
#include "io/csv_rows.h"
#include "text/tokenizer.h"

/* Borrowed by the calls. */
struct text_rows_source {
    const struct tokenizer *tokenizer;
    const struct csv_piece *texts; /* [n][n_texts], UTF-8 */
    int n, n_texts;                /* one text, or two */
    int max;
};

/* Of n rows; one block of memory. */
struct text_rows {
    const int32_t *ids;     /* [n][max] */
    const int32_t *lengths; /* [n][2]: tokens; those of the first text, with [CLS] and its [SEP] */
    const int32_t *uncut;   /* [n]: tokens before any was cut off */
};

/* In `arena`. */
int text_rows_make(const struct text_rows_source *source, struct arena *arena, struct text_rows *ret_rows,
                   struct error *err);

/* By way of the cache, whose file is mapped and watched by `d`. `vocabulary`: the bytes of the file that the
 * tokenizer is of. */
int text_rows_open(struct dataset *d, const struct text_rows_source *source, const void *vocabulary,
                   size_t size,
                   const struct listener *listener, struct text_rows *ret_rows, struct error *err);

/* The signature, and the pools' values, as the rows have them: those of train, then those of test. */
void text_rows_take(struct dataset *d, const struct text_rows_source *source, const struct text_rows *rows);

#endif
