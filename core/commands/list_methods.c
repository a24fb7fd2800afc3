/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The methods as a Markdown table: that of docs/METHODS.md, which tests/cli.sh compares. */
#include "commands/list_methods.h"

#include "base/text.h"
#include "learn/config/alias.h"
#include "learn/config/config.h"
#include "os/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const list_methods_slots[] = {"sampler", "transform", "loss", "objective", "penalty", "optimizer", "step",
                                          "average", NULL};

/* Between back-ticks, in a cell. */
static void add_code(struct text *t, const char *s)
{
    text_add(t, "`", 1);
    for (; *s; s++)
        text_printf(t, *s == '|' ? "\\|" : "%c", *s);
    text_add(t, "`", 1);
}

static void add_text(struct text *t, const char *s)
{
    for (; *s; s++)
        text_printf(t, *s == '|' || *s == '_' || *s == '*' || *s == '<' ? "\\%c" : "%c", *s);
}

/* "`clip` 1, from 1e-06", "`by` "class" of class, environment". */
static void add_hparam(struct text *t, const struct hparam *h)
{
    char low[TEXT_NUMBER_SIZE], high[TEXT_NUMBER_SIZE];

    add_code(t, h->name);
    text_printf(t, " %s", h->fallback);
    if (h->kind == HPARAM_BOOL)
        return;
    if (h->kind == HPARAM_CHOICE) {
        for (int i = 0; h->choices[i]; i++)
            text_printf(t, "%s%s", i ? ", " : " of ", h->choices[i]);
        return;
    }
    text_number(h->low, low);
    text_number(h->high, high);
    text_printf(t, isinf(h->high) ? " (from %s)" : " (%s to %s)", low, high);
}

/* Behind what it does: "; also `itlm { trim = 0.1 }`, ITLM (trim is ...)". */
static void add_aliases(struct text *t, const struct component_kind *kind, const struct component *c)
{
    for (const struct alias *a = aliases; a->name; a++) {
        struct text call = {0};

        if (a->kind != kind || strcmp(a->type, c->name) != 0)
            continue;
        alias_add_call(&call, a);
        text_printf(t, "; also ");
        add_code(t, call.s);
        text_printf(t, ", ");
        add_text(t, a->title);
        text_printf(t, " (");
        add_text(t, a->doc);
        text_printf(t, ")");
        text_release(&call);
    }
}

static void add_row(struct text *t, const struct config_slot *slot, const struct component *c)
{
    const char *between = "";

    text_printf(t, "| %s | ", slot->name);
    if (c->name[0] == '(')
        add_text(t, "any of them");
    else
        add_code(t, c->name);
    text_printf(t, " | ");
    add_text(t, c->doc);
    if (c->formula) {
        text_printf(t, ": ");
        add_code(t, c->formula);
    }
    add_aliases(t, slot->kind, c);
    text_printf(t, " | ");
    for (const struct hparam *h = c->hparams; h && h->name; h++, between = "; ") {
        text_printf(t, "%s", between);
        add_hparam(t, h);
    }
    text_printf(t, " | ");
    add_text(t, c->source ? c->source : "");
    if (c->caveat) {
        text_printf(t, "; our choice: ");
        add_text(t, c->caveat);
    }
    text_printf(t, " |\n");
}

void list_methods_markdown(void)
{
    struct text page = {0}, *t = &page;

    text_printf(t, "| slot | name | what it does | settings: default (range) | source |\n"
                   "| --- | --- | --- | --- | --- |\n");
    for (int i = 0; list_methods_slots[i]; i++) {
        const struct config_slot *slot = config_find_slot(list_methods_slots[i]);
        const struct component *c;

        for (int k = 0; (c = slot->kind->at(k)); k++)
            add_row(t, slot, c);
        for (int k = 0; slot->fixed[k]; k++)
            add_row(t, slot, slot->fixed[k]);
    }
    say_page(stdout, t->s);
    text_release(t);
}
