/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verbs that show what there is: list, weights. */
#include "base/file.h"
#include "commands/command.h"
#include "learn/config.h"
#include "learn/objective.h"
#include "script/script.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void print_component(const struct component *c)
{
    printf("  %-14s %s\n", c->name, c->doc);
    if (c->source)
        printf("  %-14s from %s\n", "", c->source);
    for (const struct hparam *h = c->hparams; h && h->name; h++) {
        struct text range = {0};

        hparam_describe(&range, h);
        printf("    .%-15s %s (%s; default %s)\n", h->name, h->doc, range.s, h->fallback);
        text_release(&range);
    }
}

static void print_slot(const struct config_slot *slot)
{
    const struct component *c;

    printf("%s: %s\n", slot->name, slot->doc);
    for (int i = 0; slot->kind && (c = slot->kind->at(i)); i++)
        print_component(c);
    for (int i = 0; i < 2 && slot->fixed[i]; i++)
        print_component(slot->fixed[i]);
    printf("\n");
}

static int print_experiments(struct arena *arena, struct error *err)
{
    const char *const *names = file_names("experiments", ".lua", arena);
    const struct data_description *data;
    int n;

    if (script_load_data("datasets", arena, &data, &n, err) < 0)
        return -1;
    printf("experiments: make sweep EXP=NAME\n");
    for (; *names; names++) {
        struct experiment e;

        if (script_load_experiment(arena_printf(arena, "experiments/%s.lua", *names), *names, data,
                                   n, arena, &e, err) < 0)
            return -1;
        printf("  %-18s %s\n", *names, e.question);
    }
    printf("\n");
    return 0;
}

int command_list(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *names[20] = {"experiments"};
    const char *wanted = in->n_words ? in->words[0] : NULL;
    bool found = false;
    int n = 1;

    (void)ret_status;
    for (const struct config_slot *slot = config_slots; slot->name; slot++)
        names[n++] = slot->name;
    if (!wanted || strcmp(wanted, "experiments") == 0) {
        if (print_experiments(in->arena, err) < 0)
            return -1;
        found = wanted != NULL;
    }
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        if (wanted && strcmp(wanted, slot->name) != 0)
            continue;
        print_slot(slot);
        found = true;
    }
    return found || !wanted ? 0 : text_unknown(err, "slot", wanted, names);
}

/* All losses of standard input, one a line. Gives their number, or -1. */
static int read_losses(struct arena *arena, double **ret_losses, struct error *err)
{
    enum { MAX_LOSSES = 10000000 };
    double *losses = NULL;
    char line[200];
    int n = 0, line_number = 0;

    while (fgets(line, sizeof line, stdin)) {
        char *start = line, *end = line + strlen(line);

        line_number++;
        while (end > start && isspace((unsigned char)end[-1]))
            *--end = '\0';
        while (isspace((unsigned char)*start))
            start++;
        if (!*start)
            continue;
        losses = arena_grow(arena, losses, n, sizeof *losses);
        if (text_parse_number(start, &losses[n]) < 0)
            return error_set(err, "standard input, line %d: \"%s\" is not a loss", line_number,
                             start);
        if (++n == MAX_LOSSES)
            return error_set(err, "more than %d losses", MAX_LOSSES);
    }
    if (n == 0)
        return error_set(err, "standard input holds no losses; give one a line");
    *ret_losses = losses;
    return n;
}

int command_weights(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    struct settings s;
    const struct component *type;
    void *config;
    double *losses = NULL, *weights;
    int n;

    (void)ret_status;
    settings_init(&s, in->arena);
    if (script_parse_component(in->words[0], "objective", &s, err) < 0)
        return -1;
    type = component_find(&objective_kind, settings_string(&s, "objective"), err);
    if (!type || component_configure(type, "objective", &s, in->arena, &config, err) < 0 ||
        (n = read_losses(in->arena, &losses, err)) < 0)
        return -1;
    weights = arena_alloc(in->arena, (size_t)n * sizeof *weights);
    objective_weights((const struct objective_type *)type, config, losses, n, weights);
    for (int i = 0; i < n; i++)
        printf("%.10g\t%.10g\n", losses[i], weights[i]);
    return 0;
}
