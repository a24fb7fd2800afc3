/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that speak DomainBed: hparams, split. */
#include "commands/command.h"
#include "commands/project.h"
#include "data/split_domains.h"
#include "learn/domainbed_hparams.h"
#include "os/say.h"

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
    struct domainbed_hparam *draws;

    (void)ret_status;
    if (parse_numbers(in, 2, names, (int *const[]){&draw, &trial}, err) < 0 ||
        domainbed_hparams_make(in->words[0], in->words[1], draw, trial, in->arena, &draws, &n, err) < 0)
        return -1;
    for (int i = 0; i < n; i++)
        say(stdout, "%s = %s\t%s\n", draws[i].name, value_text(in->arena, &draws[i].value),
            draws[i].setting ? draws[i].setting : "");
    return 0;
}

static void print_keys(const char *part, const uint32_t *places, int n, int first)
{
    struct text line = {0};

    text_add_string(&line, part);
    for (int i = 0; i < n; i++)
        text_printf(&line, " %u", places[i] - (uint32_t)first);
    say(stdout, "%s\n", line.s);
    text_release(&line);
}

int command_split(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    static const char *const names[] = {"env", "trial", NULL};
    const double holdout = 0.2;
    int environment = 0, trial = 0, n;
    struct domain_split split;
    struct dataset_source source;
    struct dataset d;
    int result = -1;

    (void)ret_status;
    if (parse_numbers(in, 1, names, (int *const[]){&environment, &trial}, err) < 0 ||
        project_find_data(in, in->words[0], &source, err) < 0 || project_open_data(&source, false, in->arena, &d, err) < 0)
        return -1;
    if (d.n_groups == 0) {
        error_set(err, "data set \"%s\" has no environments", d.name);
        goto out;
    }
    if (environment >= d.n_groups) {
        error_set(err, "env=%d: data set \"%s\" has environments 0 to %d", environment, d.name,
                  d.n_groups - 1);
        goto out;
    }
    domain_split_make(&d, environment, trial, holdout, in->arena, &split);
    print_keys("out", split.out, split.n_out, dataset_environment(&d, environment, &n));
    print_keys("in", split.in, split.n_in, dataset_environment(&d, environment, &n));
    result = 0;
out:
    dataset_close(&d);
    return result;
}
