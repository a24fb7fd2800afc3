/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/state.h"

static void add(struct state *s, struct tensor block)
{
    s->blocks = arena_grow(s->arena, s->blocks, s->n, sizeof *s->blocks);
    s->blocks[s->n++] = block;
}

void state_add(struct state *s, const char *name, enum tensor_type type, void *bytes, size_t n)
{
    add(s, (struct tensor){.name = name, .type = type, .n_dims = 1, .dims = {n}, .bytes = bytes});
}

void state_add_one(struct state *s, const char *name, enum tensor_type type, void *bytes)
{
    add(s, (struct tensor){.name = name, .type = type, .bytes = bytes});
}
