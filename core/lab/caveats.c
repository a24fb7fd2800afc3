/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/caveats.h"

#include "learn/config.h"

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

int caveats_read(struct store *store, const struct store_plan *plan, const char *a, const char *b,
                 struct arena *arena, const char **ret_caveats, struct error *err)
{
    struct text t = {0};
    int result = 0;

    for (int i = 0; i < plan->n_runs && result == 0; i++) {
        const char *method = plan->runs[i].method;
        struct settings spec;

        if ((i > 0 && strcmp(method, plan->runs[i - 1].method) == 0) ||
            (a && strcmp(method, a) != 0 && strcmp(method, b) != 0))
            continue;
        settings_init(&spec, arena);
        result = store_read_spec(store, plan->runs[i].run, &spec, err);
        if (result == 0)
            add(&t, &spec);
    }
    *ret_caveats = arena_strdup(arena, t.size ? t.s : "");
    text_release(&t);
    return result;
}
