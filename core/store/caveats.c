/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/caveats.h"

#include "learn/config/alias.h"
#include "learn/config/config.h"
#include "learn/config/warnings.h"
#include "plan/same.h"

#include <string.h>

/* Adds those of the types that the spec chooses, each once. What is chosen but not known (a type
 * of a newer program) has none to tell. */
static void add(struct text *t, const struct settings *spec)
{
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        const struct value *chosen = slot->chooser ? settings_find(spec, slot->chooser) : NULL;
        const struct component *c;
        struct text one = {0};

        for (int i = 0; chosen && chosen->kind == VALUE_STRING && (c = slot->kind->at(i)); i++)
            if (c->caveat && strcmp(c->name, chosen->string) == 0)
                text_printf(&one, "%s: %s", c->name, c->caveat);
        if (one.size && !(t->size && strstr(t->s, one.s)))
            text_printf(t, "%s%s", t->size ? "; " : "", one.s);
        text_release(&one);
    }
}

static void add_names(struct text *t, const struct settings *spec)
{
    for (const struct config_slot *slot = config_slots; slot->name; slot++) {
        struct text titles = {0}, one = {0};

        if (slot->chooser)
            alias_add_titles(&titles, spec, slot->chooser);
        if (titles.size)
            text_printf(&one, "%s: %s", settings_string(spec, slot->chooser), titles.s);
        if (one.size && !(t->size && strstr(t->s, one.s)))
            text_printf(t, "%s%s", t->size ? "; " : "", one.s);
        text_release(&titles);
        text_release(&one);
    }
}

static void add_warnings(struct text *t, const struct store_run *run, const struct settings *spec)
{
    const struct value *epochs = settings_find(spec, "train.epochs");
    const struct value *first = settings_find(spec, "train.jtt_epochs"), *retrain = settings_find(spec, "train.retrain");
    struct warning_facts facts = {.spec = spec};

    if (epochs && epochs->kind == VALUE_NUMBER && epochs->number >= 1 &&
        !retrain && !(first && first->kind == VALUE_NUMBER && first->number > 0)) /* two stages, of other lengths */
        facts.steps_per_epoch = run->n_steps / (long)epochs->number;
    warnings_add(t, &facts);
}

static const char *keep(struct arena *arena, struct text *t)
{
    const char *s = arena_strdup(arena, t->size ? t->s : "");

    text_release(t);
    return s;
}

int caveats_read(struct store *store, const struct store_plan *plan, const char *a, const char *b,
                 struct arena *arena, struct store_caveats *ret_caveats, struct error *err)
{
    struct text choices = {0}, warnings = {0}, same = {0}, part = {0}, names = {0};
    struct arena scratch = {0};
    struct same_run *runs = arena_alloc(&scratch, ((size_t)plan->n_runs + 1) * sizeof *runs);
    int n = 0, result = 0;

    for (int i = 0; i < plan->n_runs && result == 0; i++) {
        const struct store_run *run = &plan->runs[i], *before = i > 0 ? run - 1 : NULL;
        bool is_method = !before || strcmp(run->method, before->method) != 0;
        struct arena own = {0};
        struct settings spec;

        if (a && strcmp(run->method, a) != 0 && strcmp(run->method, b) != 0)
            continue;
        runs[n++] = (struct same_run){run->method, run->spec_id};
        if (!is_method && strcmp(run->condition, before->condition) == 0 &&
            strcmp(run->point, before->point) == 0)
            continue; /* another seed of it */
        settings_init(&spec, &own);
        result = store_read_spec(store, run->run, &spec, err);
        if (result == 0 && is_method) {
            add(&choices, &spec);
            add_names(&names, &spec);
        }
        if (result == 0)
            add_warnings(&warnings, run, &spec);
        arena_release(&own);
    }
    same_methods(runs, n, &same, &part);
    if (part.size)
        text_printf(&warnings, "%s%s", warnings.size ? "; " : "", part.s);
    text_release(&part);
    arena_release(&scratch);
    *ret_caveats = (struct store_caveats){keep(arena, &choices), keep(arena, &warnings),
                                          keep(arena, &same), keep(arena, &names)};
    return result;
}
