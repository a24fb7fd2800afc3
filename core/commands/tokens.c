/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb tokens: what a model reads of the lines of standard input. */
#include "base/text.h"
#include "commands/command.h"
#include "os/file.h"
#include "os/say.h"
#include "text/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The line as one text, or as two with a tab between. */
static int split_line(const char *line, size_t size, int n_wanted, struct token_text ret_texts[2],
                      struct error *err)
{
    const char *tab = n_wanted > 1 ? memchr(line, '\t', size) : NULL;
    size_t n_first = tab ? (size_t)(tab - line) : size;

    ret_texts[0] = (struct token_text){line, n_first};
    if (n_wanted == 1)
        return 0;
    if (!tab)
        return error_set(err, "one text; with --pair two are wanted, a tab between them");
    ret_texts[1] = (struct token_text){tab + 1, size - n_first - 1};
    if (memchr(tab + 1, '\t', ret_texts[1].size))
        return error_set(err, "more than two texts; with --pair two are wanted, a tab between them");
    return 0;
}

static void add_line(struct text *out, const struct tokens *tokens)
{
    for (int i = 0; i < tokens->n; i++) {
        if (i)
            text_add(out, " ", 1);
        text_add_long(out, tokens->ids[i]);
    }
    text_add(out, "\n", 1);
}

static void print(struct text *out)
{
    say_page(stdout, out->s);
    text_release(out);
}

static int print_lines(const struct invocation *in, const struct tokenizer *t, struct error *err)
{
    enum { CHUNK = 1 << 16 };
    const int n_texts = in->is_pair ? 2 : 1;
    struct tokens tokens = {0};
    struct text out = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    struct token_row row;
    int result = 0;

    for (int number = 1; result == 0 && (n = getline(&line, &room, stdin)) >= 0; number++) {
        struct token_text texts[2];

        n -= n > 0 && line[n - 1] == '\n';
        if (split_line(line, (size_t)n, n_texts, texts, err) < 0 ||
            tokenizer_encode(t, texts, n_texts, in->max_tokens, &tokens, &row, err) < 0) {
            result = error_context(err, "standard input, line %d", number);
        } else {
            add_line(&out, &tokens);
            if (out.size > CHUNK)
                print(&out);
        }
    }
    print(&out); /* what was read before a line that is wrong */
    if (result == 0 && ferror(stdin))
        result = error_set(err, "could not read standard input");
    tokens_release(&tokens);
    free(line);
    return result;
}

int command_tokens(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct file_map map;
    struct tokenizer t;
    int result;

    (void)ret_status;
    if (!in->vocabulary)
        return error_set(err, "--vocab=FILE is missing: a BERT's vocab.txt, a piece a line");
    if (in->max_tokens < TOKENIZER_LEAST_MAX)
        return error_set(err, "--max=%d: not a whole number from %d to %d", in->max_tokens,
                         TOKENIZER_LEAST_MAX,
                         TOKENIZER_MOST_MAX);
    if (file_map_open(in->vocabulary, &map, err) < 0)
        return -1;
    result = tokenizer_init(&t, in->vocabulary, (const char *)map.bytes, map.size, in->is_cased, in->arena,
                            err);
    if (result == 0)
        result = print_lines(in, &t, err);
    file_map_close(&map);
    return result;
}
