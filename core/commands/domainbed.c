/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that speak as others' code does, so that both can be compared: hparams (DomainBed), split (DomainBed,
 * LDAM-DRW). */
#include "commands/command.h"
#include "commands/project.h"
#include "data/split.h"
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

/* Of data with environments: DomainBed's keys of one of them. */
static int print_domain_split(const struct invocation *in, const struct dataset *d, struct error *err)
{
    static const char *const names[] = {"env", "trial", NULL};
    const double holdout = 0.2;
    int environment = 0, trial = 0, first, n;
    struct domain_split split;

    if (parse_numbers(in, 1, names, (int *const[]){&environment, &trial}, err) < 0)
        return -1;
    if (environment >= d->n_groups)
        return error_set(err, "env=%d: data set \"%s\" has environments 0 to %d", environment, d->name,
                         d->n_groups - 1);
    domain_split_make(d, environment, trial, holdout, in->arena, &split);
    first = dataset_environment(d, environment, &n);
    print_keys("out", split.out, split.n_out, first);
    print_keys("in", split.in, split.n_in, first);
    return 0;
}

/* The words as the settings data.NAME that say which examples a subset keeps. */
static int parse_subset(const struct invocation *in, struct split_config **ret_config, int *ret_seed, struct error *err)
{
    static const char *const names[] = {"subset", "imbalance", "profile", "rand_number", "seed", NULL};
    struct settings s;
    const struct value *seed;
    void *config;

    settings_init(&s, in->arena);
    for (int i = 1; i < in->n_words; i++) {
        const char *equals = strchr(in->words[i], '=');
        const char *name = arena_printf(in->arena, "%.*s", (int)strcspn(in->words[i], "="), in->words[i]);
        struct value v;
        int k = 0;

        while (names[k] && strcmp(names[k], name) != 0)
            k++;
        if (!names[k])
            return text_unknown(err, "word", name, names);
        if (settings_find(&s, arena_printf(in->arena, "data.%s", name)))
            return error_set(err, "%s is there twice", name);
        if (!equals || value_parse(equals + 1, in->arena, &v, err) < 0)
            return error_set(err, "\"%s\" is not %s=VALUE", in->words[i], name);
        settings_set(&s, arena_printf(in->arena, "data.%s", name), v);
    }
    component_defaults(&split_component, "data", &s);
    if (component_configure(&split_component, "data", &s, in->arena, &config, err) < 0)
        return -1;
    *ret_config = config;
    seed = settings_find(&s, "data.seed");
    if (seed && (seed->kind != VALUE_NUMBER || seed->number != (int)seed->number || seed->number < 0))
        return error_set(err, "seed: %s is not a whole number from 0", value_text(in->arena, seed));
    if (seed && (*ret_config)->subset == SPLIT_LDAM)
        return error_set(err, "seed does nothing where subset is ldam: rand_number is its seed");
    if ((*ret_config)->subset == SPLIT_LDAM && (*ret_config)->imbalance == 1)
        return error_set(err, "subset ldam at imbalance 1 is the whole train part: give imbalance=100, say");
    if (settings_find(&s, "data.rand_number") && (*ret_config)->subset != SPLIT_LDAM)
        return error_set(err, "rand_number does nothing where subset is not ldam");
    *ret_seed = seed ? (int)seed->number : 0;
    return 0;
}

static int print_subset(const struct invocation *in, const struct dataset *d, struct error *err)
{
    struct split_config *config = NULL;
    uint32_t *places;
    int seed = 0, n;

    if (parse_subset(in, &config, &seed, err) < 0 ||
        split_list_subset(d, config, seed, in->arena, &places, &n, err) < 0)
        return -1;
    for (int i = 0; i < n; i++)
        say(stdout, "%u\n", places[i]);
    return 0;
}

int command_split(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct dataset_source source;
    struct dataset d;
    int result;

    (void)ret_status;
    if (project_find_data(in, in->words[0], &source, err) < 0 || project_open_data(&source, false, in->arena, &d, err) < 0)
        return -1;
    result = d.has_environments ? print_domain_split(in, &d, err) : print_subset(in, &d, err);
    dataset_close(&d);
    return result;
}
