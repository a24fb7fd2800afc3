/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that speak DomainBed: hparams. */
#include "commands/command.h"
#include "lab/draws.h"

#include <stdio.h>
#include <string.h>

/* Reads the words behind the first `first` as NAME=N of the named whole numbers. */
static int parse_numbers(const struct invocation *in, int first, const char *const *names,
                         int *const *ret_numbers, struct error *err)
{
    for (int i = first; i < in->n_words; i++) {
        const char *equals = strchr(in->words[i], '=');
        const char *name = arena_printf(in->arena, "%.*s",
                                        (int)strcspn(in->words[i], "="), in->words[i]);
        double x;
        int k = 0;

        while (names[k] && strcmp(names[k], name) != 0)
            k++;
        if (!names[k])
            return text_unknown(err, "word", name, names);
        if (!equals || text_parse_number(equals + 1, &x) < 0 || x != (int)x || x < 0)
            return error_set(err, "\"%s\": %s is a whole number from 0, as in %s=0",
                             in->words[i], name, name);
        *ret_numbers[k] = (int)x;
    }
    return 0;
}

int command_hparams(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    static const char *const names[] = {"draw", "trial", NULL};
    int draw = 0, trial = 0, n;
    struct draw *draws;

    (void)ret_status;
    if (parse_numbers(in, 2, names, (int *const[]){&draw, &trial}, err) < 0 ||
        draws_make(in->words[0], in->words[1], draw, trial, in->arena, &draws, &n, err) < 0)
        return -1;
    for (int i = 0; i < n; i++)
        printf("%s = %s\t%s\n", draws[i].name, value_text(in->arena, &draws[i].value),
               draws[i].setting ? draws[i].setting : "");
    return 0;
}
