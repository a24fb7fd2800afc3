/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * label: what varies, a condition or a point: its settings, and the one text that stands for them in
 * digests, stores and exports.
 *
 *     data.imbalance=100 model="mlp"      two parts: data.imbalance, 100; model, "mlp"
 *
 * Parts are what is computed with. The text is made from them and never taken apart again, but where
 * there is nothing else: in stores that were made before they had the parts (label_read).
 */
#ifndef PLAN_LABEL_H
#define PLAN_LABEL_H

#include "base/text.h"

struct label_part {
    const char *setting; /* "train.lr"; "draw" of DomainBed's draws */
    const char *value;   /* as value.h writes it; NULL: what was read is a word without "=" */
};

struct label {
    const struct label_part *parts;
    int n;
};

struct arena;

/* Adds the text; "" has no parts. */
void label_write(struct text *t, const struct label *l);
const char *label_text(const struct label *l, struct arena *arena);

/* The parts of a text. Of any text: label_write gives the same again. */
struct label label_read(const char *text, struct arena *arena);

/* `given`, or where it has no parts and the text has, those of the text: for what is made in memory. */
struct label label_of(struct label given, const char *text, struct arena *arena);

/* Without the slots' names, which a reader knows, and without needless quotes: "imbalance=100 model=mlp". */
const char *label_short(const struct label *l, struct arena *arena);

/* "lr" of "train.lr". */
const char *label_short_setting(const char *setting);

/* "mlp" of "\"mlp\""; what needs its quotes keeps them. In `arena`. */
const char *label_short_value(const char *value, struct arena *arena);

/* The part of the setting "train.lr", or of one that is "lr" for short; NULL where there is none. */
const struct label_part *label_find(const struct label *l, const char *setting);

/* The others. In `arena`. */
struct label label_without(const struct label *l, const struct label_part *part, struct arena *arena);

/* With that part too: before the first whose setting comes later in the alphabet. In `arena`. */
struct label label_with(const struct label *l, struct label_part part, struct arena *arena);

/* With that part at its end. In `arena`. */
struct label label_and(const struct label *l, struct label_part part, struct arena *arena);

#endif
