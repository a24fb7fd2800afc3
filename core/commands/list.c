/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The verb list: what there is. */
#include "commands/command.h"
#include "commands/list_methods.h"
#include "data/dataset.h"
#include "learn/config/alias.h"
#include "learn/config/config.h"
#include "learn/protocol/domain_protocol.h"
#include "learn/metric/metric.h"
#include "os/file.h"
#include "os/say.h"
#include "script/script.h"

#include <string.h>

static void print_alias(const struct alias *a)
{
    struct text call = {0};

    alias_add_call(&call, a);
    say(stdout, "  %-18s also %s, %s: %s\n", "", call.s, a->title, a->doc);
    text_release(&call);
}

static void print_component(const struct component_kind *kind, const struct component *c)
{
    say(stdout, "  %-18s %s\n", c->name, c->doc);
    if (c->formula)
        say(stdout, "  %-18s %s\n", "", c->formula);
    if (c->source)
        say(stdout, "  %-18s from %s\n", "", c->source);
    if (c->caveat)
        say(stdout, "  %-18s our choice: %s\n", "", c->caveat);
    for (const struct alias *a = aliases; a->name; a++)
        if (a->kind == kind && strcmp(a->type, c->name) == 0)
            print_alias(a);
    for (const struct hparam *h = c->hparams; h && h->name; h++) {
        struct text range = {0};

        hparam_describe(&range, h);
        say(stdout, "    .%-15s %s (%s; default %s)\n", h->name, h->doc, range.s, h->fallback);
        text_release(&range);
    }
}

static void print_keys(const struct data_key *keys)
{
    for (; keys && keys->name; keys++)
        say(stdout, "    %-14s = %s (%s%s)\n", keys->name, keys->doc, data_key_describe(keys),
            keys->is_needed ? "; needed" : "");
}

/* Formats have keys, too, which datasets/NAME.lua says. */
static void print_formats(void)
{
    say(stdout, "  of any format, in datasets/NAME.lua\n");
    print_keys(data_keys_of_all);
    for (int i = 0; dataset_format_kind.at(i); i++) {
        const struct dataset_format *format = (const struct dataset_format *)dataset_format_kind.at(i);

        print_component(&dataset_format_kind, &format->component);
        print_keys(format->keys);
    }
}

static void print_slot(const struct config_slot *slot)
{
    const struct component *c;

    say(stdout, "%s: %s\n", slot->name, slot->doc);
    if (slot->kind == &dataset_format_kind)
        print_formats();
    else
        for (int i = 0; !slot->is_late && slot->kind && (c = slot->kind->at(i)); i++)
            print_component(slot->kind, c);
    for (int i = 0; !slot->is_late && slot->fixed[i]; i++)
        print_component(NULL, slot->fixed[i]);
    if (strcmp(slot->name, "data") == 0)
        print_component(NULL, &domain_protocol_component); /* in the place of split */
    say(stdout, "\n");
}

static int print_experiments(struct arena *arena, struct error *err)
{
    const char *const *names = file_names("experiments", ".lua", arena, err);
    const struct data_description *data;
    struct error broken;
    int n;

    if (!names || script_load_data("datasets", arena, &data, &n, err) < 0)
        return -1;
    say(stdout, "experiments: make sweep EXP=NAME\n");
    for (; *names; names++) {
        struct experiment e;

        if (script_load_experiment(arena_printf(arena, "experiments/%s.lua", *names), *names, data,
                                   n, arena, &e, &broken) < 0)
            say(stdout, "  %-18s broken: %s\n", *names, broken.text);
        else
            say(stdout, "  %-18s %s\n", *names, e.question);
    }
    say(stdout, "\n");
    return 0;
}

static int print_methods(const struct invocation *in, struct error *err)
{
    static const char *const formats[] = {"txt", "md", NULL};

    if (in->format && strcmp(in->format, "md") == 0) {
        list_methods_markdown();
        return 0;
    }
    if (in->format && strcmp(in->format, "txt") != 0)
        return text_unknown(err, "format", in->format, formats);
    for (int i = 0; list_methods_slots[i]; i++)
        print_slot(config_find_slot(list_methods_slots[i]));
    return 0;
}

static void print_measures(void)
{
    say(stdout, "measure: what runs are judged by, measure=NAME; of a class, measure=NAME:CLASS\n");
    for (int i = 0; metric_at(i); i++) {
        const struct metric_type *m = metric_at(i);

        say(stdout, "  %-21s %s%s%s\n", m->name, m->doc, m->by_class ? "; of one class" : "",
            m->lower_is_better ? "; lower is better" : "");
        if (m->source)
            say(stdout, "  %-21s from %s\n", "", m->source);
    }
    say(stdout, "\n");
}

int command_list(const struct invocation *in, enum exit_status *ret_status, struct error *err)
{
    const char *names[32] = {"experiments", "methods", "measure"};
    const char *wanted = in->n_words ? in->words[0] : NULL;
    int n = 3;

    (void)ret_status;
    if (wanted && strcmp(wanted, "methods") == 0)
        return print_methods(in, err);
    if (in->format)
        return error_set(err, "--format is for \"list methods\"");
    if (!wanted || strcmp(wanted, "experiments") == 0) {
        int result = print_experiments(in->arena, err);

        if (result < 0 || wanted)
            return result;
    }
    if (!wanted || strcmp(wanted, "measure") == 0)
        print_measures();
    if (wanted && strcmp(wanted, "measure") == 0)
        return 0;
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        names[n++] = slot->name;
        if (wanted && strcmp(wanted, slot->name) != 0)
            continue;
        print_slot(slot);
        if (wanted)
            return 0;
    }
    return wanted ? text_unknown(err, "slot", wanted, names) : 0;
}
