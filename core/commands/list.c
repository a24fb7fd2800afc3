/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb list: what there is. */
#include "base/file.h"
#include "commands/command.h"
#include "learn/config.h"
#include "script/script.h"

#include <stdio.h>
#include <string.h>

static void print_component(const struct component *c)
{
    printf("  %-14s %s\n", c->name, c->doc);
    if (c->formula)
        printf("  %-14s %s\n", "", c->formula);
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
