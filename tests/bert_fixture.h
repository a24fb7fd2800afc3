/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bert_fixture: the small models, weights and texts of tests/reference/bert.py. */
#ifndef TESTS_BERT_FIXTURE_H
#define TESTS_BERT_FIXTURE_H

#include "nn/model.h"
#include "reference/bert.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <cmocka.h>

enum { N = 4, CLASSES = 3, LONGEST = 12, N_WORDS = 41 };

static const int32_t texts[N][LONGEST] = {{2, 17, 33, 40, 5, 3, 38, 31, 22, 3},
                                          {2, 9, 3, 11, 12, 3},
                                          {2, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 3},
                                          {2, 3}};
static const int lengths[N] = {10, 6, 12, 2}, seconds[N] = {6, 3, 12, 2}, labels[N] = {0, 2, 1, 2};
static const char SMALL[] = "model.dim = 24\nmodel.depth = 2\nmodel.heads = 3\nmodel.hidden = 40\n"
                            "model.positions = 14\nmodel.dropout = 0\nmodel.attention_dropout = 0\n"
                            "model.classifier_dropout = 0\n";

static struct arena arena;

static void build(const char *name, const char *settings, int words, int longest, struct graph *g)
{
    const struct signature signature = {2, {{"tokens", FIELD_TOKENS, {longest, 1, 1}, NULL,
                                             arena_alloc(&arena, sizeof(int))},
                                            {"length", FIELD_LENGTH, {2, 1, 1}, NULL, NULL}}};
    struct error err;
    const struct component *c = component_find(&model_kind, name, &err);
    struct settings s;
    void *config;

    *(int *)signature.fields[0].n_levels = words;
    settings_init(&s, &arena);
    assert_int_equal(settings_parse(&s, settings, &err), 0);
    component_defaults(c, "model", &s);
    if (component_configure(c, "model", &s, &arena, &config, &err) < 0)
        fail_msg("%s", err.text);
    graph_init(g, &arena, &signature);
    if (((const struct model_type *)c)->build(config, CLASSES, g, &err) < 0)
        fail_msg("%s", err.text);
}

/* A number of a tensor of bert.py: from its name and place; of norms about 1. */
static float weight_of(const char *name, size_t i, float width)
{
    const char *end = name + strlen(name) - strlen("norm.weight");
    uint32_t sum = 0;
    float w;

    for (const char *c = name; *c; c++)
        sum += (unsigned char)*c;
    w = width * ((float)(((uint32_t)i * 2654435761u + 40503u * sum) >> 8) * 0x1p-24f - 0.5f);
    return w + (end > name && strcasecmp(end, "norm.weight") == 0);
}

/* The tensors of a file that a parameter is made of, one below the other. */
static int n_parts(const struct param *p)
{
    int n = 0;

    while (p->parts && p->parts[n])
        n++;
    return n ? n : 1;
}

static const char *part_name(const struct param *p, int part)
{
    return p->parts ? p->parts[part] : p->name;
}

/* Where the block has the k-th float of a part. */
static size_t place_of(const struct param *p, int part, size_t k)
{
    size_t out = (size_t)p->dims[0], in = p->size / out, row = (size_t)part * out / (size_t)n_parts(p) + k / in;

    return p->offset + (p->transposed ? k % in * out + row : row * in + k % in);
}

static float *set_weights(const struct params *params, float width)
{
    float *w = arena_alloc(&arena, params->size * sizeof *w);

    for (int i = 0; i < params->n; i++)
        for (int part = 0; part < n_parts(&params->items[i]); part++)
            for (size_t k = 0; k < params->items[i].size / (size_t)n_parts(&params->items[i]); k++)
                w[place_of(&params->items[i], part, k)] = weight_of(part_name(&params->items[i], part), k, width);
    return w;
}

/* Of a parameter's part in a block of weights or of gradients. */
static double norm_of(const struct param *p, int part, const float *block)
{
    double square = 0;

    for (size_t k = 0; k < p->size / (size_t)n_parts(p); k++)
        square += (double)block[place_of(p, part, k)] * block[place_of(p, part, k)];
    return sqrt(square);
}

#endif
