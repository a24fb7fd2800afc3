/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The methods as a Markdown table: that of docs/METHODS.md, which tests/cli.sh compares. */
#include "commands/list_methods.h"

#include "learn/config.h"

#include <math.h>
#include <stdio.h>

const char *const list_methods_slots[] = {"transform", "loss", "objective", "penalty", "optimizer", NULL};

/* Between back-ticks, in a cell. */
static void print_code(const char *s)
{
    putchar('`');
    for (; *s; s++)
        printf(*s == '|' ? "\\|" : "%c", *s);
    putchar('`');
}

static void print_text(const char *s)
{
    for (; *s; s++)
        printf(*s == '|' || *s == '_' || *s == '*' || *s == '<' ? "\\%c" : "%c", *s);
}

/* "`clip` 1, from 1e-06", "`by` "class" of class, environment". */
static void print_hparam(const struct hparam *h)
{
    char low[TEXT_NUMBER_SIZE], high[TEXT_NUMBER_SIZE];

    print_code(h->name);
    printf(" %s", h->fallback);
    if (h->kind == HPARAM_BOOL)
        return;
    if (h->kind == HPARAM_CHOICE) {
        for (int i = 0; h->choices[i]; i++)
            printf("%s%s", i ? ", " : " of ", h->choices[i]);
        return;
    }
    text_number(h->low, low);
    text_number(h->high, high);
    printf(isinf(h->high) ? " (from %s)" : " (%s to %s)", low, high);
}

static void print_row(const struct config_slot *slot, const struct component *c)
{
    const char *between = "";

    printf("| %s | ", slot->name);
    if (c->name[0] == '(')
        print_text("any of them");
    else
        print_code(c->name);
    printf(" | ");
    print_text(c->doc);
    if (c->formula) {
        printf(": ");
        print_code(c->formula);
    }
    printf(" | ");
    for (const struct hparam *h = c->hparams; h && h->name; h++, between = "; ") {
        printf("%s", between);
        print_hparam(h);
    }
    printf(" | ");
    print_text(c->source ? c->source : "");
    if (c->caveat) {
        printf("; our choice: ");
        print_text(c->caveat);
    }
    printf(" |\n");
}

void list_methods_markdown(void)
{
    printf("| slot | name | what it does | settings: default (range) | source |\n"
           "| --- | --- | --- | --- | --- |\n");
    for (int i = 0; list_methods_slots[i]; i++) {
        const struct config_slot *slot = config_find_slot(list_methods_slots[i]);
        const struct component *c;

        for (int k = 0; (c = slot->kind->at(k)); k++)
            print_row(slot, c);
        for (int k = 0; slot->fixed[k]; k++)
            print_row(slot, slot->fixed[k]);
    }
}
