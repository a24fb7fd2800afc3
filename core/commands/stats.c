/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb stats: the tests on any table of numbers. */
#include "commands/command.h"
#include "os/say.h"
#include "table/numbers.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static int read_number(const char *word, const char *text, double most, bool is_whole,
                       double *ret_x, struct error *err)
{
    double x;

    if (text_parse_number(text, &x) < 0 || !(x >= 0 && x <= most) || (is_whole && x != floor(x)))
        return error_set(err, "\"%s\": not a %snumber from 0 to %g", word, is_whole ? "whole " : "",
                         most);
    *ret_x = x;
    return 0;
}

static int read_word(const char *word, struct numbers_options *o, struct error *err)
{
    static const char *const names[] = {"baseline", "better", "rope", "seed", "correction", NULL};
    const char *equals = strchr(word, '=');
    char name[32] = "";

    if (!equals || equals - word >= (long)sizeof name)
        return error_set(err, "\"%s\" is not NAME=VALUE", word);
    memcpy(name, word, (size_t)(equals - word));
    if (strcmp(name, "baseline") == 0) {
        o->baseline = equals + 1;
        return 0;
    }
    if (strcmp(name, "better") == 0) {
        o->smaller_is_better = strcmp(equals + 1, "lower") == 0;
        return o->smaller_is_better || strcmp(equals + 1, "higher") == 0
                   ? 0
                   : error_set(err, "\"%s\": have better=higher, better=lower", word);
    }
    if (strcmp(name, "rope") == 0)
        return read_number(word, equals + 1, 1e300, false, &o->rope, err);
    if (strcmp(name, "seed") == 0)
        return read_number(word, equals + 1, 1e15, true, &o->seed, err);
    if (strcmp(name, "correction") == 0)
        return (o->correction = adjust_find(equals + 1, err)) ? 0 : -1;
    return text_unknown(err, "word", name, names);
}

static void tell(void *context, const char *line, bool is_last)
{
    (void)context, (void)is_last;
    if (isatty(STDERR_FILENO))
        say_over(line);
}

int command_stats(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct numbers_options options = {.correction = &adjust_holm};
    bool is_json = in->format && strcmp(in->format, "json") == 0;
    const struct sheet_format *format = sheet_find_format(is_json ? NULL : in->format, err);
    const struct listener listener = {NULL, tell};
    struct numbers samples;
    struct numbers_results results;
    struct text t = {0};

    (void)ret_status;
    if (!format)
        return -1;
    for (int i = 1; i < in->n_words; i++)
        if (read_word(in->words[i], &options, err) < 0)
            return -1;
    if (numbers_read(in->words[0], options.smaller_is_better, in->arena, &samples, err) < 0 ||
        numbers_analyse(&samples, &options, &listener, in->arena, &results, err) < 0)
        return -1;
    if (isatty(STDERR_FILENO))
        say_clear();
    if (is_json)
        numbers_write_json(&results, &t);
    else
        numbers_write(&results, format, in->arena, &t);
    say_page(stdout, t.s);
    text_release(&t);
    return 0;
}
