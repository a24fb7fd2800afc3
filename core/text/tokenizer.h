/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tokenizer: texts as numbers of pieces, as BERT reads them: what Hugging Face's fast BERT tokenizer gives
 * (tokenizers 0.23), step by step:
 *
 *   1. [UNK] [CLS] [SEP] [PAD] [MASK], so written, are cut out of the text first, and are their pieces.
 *   2. Dropped: U+0000, U+FFFD and what controls or formats (Cc, Cf, Co), but tab, LF and CR are blanks.
 *   3. CJK ideographs stand alone.
 *   4. Not of cased models: NFD, without its marks (Mn); then lower case, code point by code point.
 *   5. Words end at white space; punctuation (all of ASCII's, $ ^ ` + < = > | ~ too) is a word each.
 *   6. A word is cut into the longest pieces from its left, "##" before all but the first; where none fits,
 *      and of more than 100 code points, all of it is [UNK].
 *   7. [CLS] first [SEP], or [CLS] first [SEP] second [SEP]; an empty second text keeps its [SEP].
 *   8. What is too long is cut off at the right; of pairs as tokenizer_truncate has it.
 *
 * Google's own code differs: words of 200, ties of 8 the other way, more code points kept; so does Hugging
 * Face's slow tokenizer. Unicode's tables are utf8proc's: 624 code points, newer marks and signs mostly, are
 * of another class than in that version of Hugging Face's.
 *
 * A tokenizer does not change: threads may share it.
 */
#ifndef TEXT_TOKENIZER_H
#define TEXT_TOKENIZER_H

#include "text/vocabulary.h"

enum {
    TOKENIZER_LEAST_MAX = 3, /* [CLS] and two [SEP] */
    TOKENIZER_MOST_MAX = 1024,
    TOKENIZER_N_SPECIALS = 5,
};

struct tokenizer {
    struct vocabulary vocabulary;
    bool lowers, strips; /* steps 4's lower case, and NFD without marks */
    int specials[TOKENIZER_N_SPECIALS]; /* of enum tokenizer_special; -1: there is none, of MASK alone */
};

enum tokenizer_special { TOKENIZER_UNK, TOKENIZER_CLS, TOKENIZER_SEP, TOKENIZER_PAD, TOKENIZER_MASK };

/* A list that grows. */
struct tokens {
    int32_t *ids; /* free with tokens_release */
    int n, capacity;
};

struct token_text {
    const char *s; /* not ended */
    size_t size;
};

/* For a model that is cased, or not. Borrows `name` and `bytes` of the vocabulary for as long as it
 * is used. */
int tokenizer_init(struct tokenizer *ret_tokenizer, const char *name, const char *bytes, size_t size,
                   bool is_cased, struct arena *arena, struct error *err);

/* Adds the pieces of a text. A text that is not UTF-8 is an error, which names the byte. */
int tokenizer_add(const struct tokenizer *t, const char *s, size_t size, struct tokens *to,
                  struct error *err);

struct token_row {
    int first; /* tokens of the first text, with [CLS] and its [SEP]: where the second one begins */
    int uncut; /* how many there would be without `max` */
};

/* Steps 7 and 8, of one text or two: at most `max` tokens. */
int tokenizer_encode(const struct tokenizer *t, const struct token_text *texts, int n_texts, int max,
                     struct tokens *ret_tokens, struct token_row *ret_row, struct error *err);

/* Cuts lengths a and b of a pair to at most `room` together: the longer is cut to the shorter, then both, the
 * second keeping the odd one of a tie. */
void tokenizer_truncate(int room, int *a, int *b);

void tokens_release(struct tokens *tokens);

#endif
