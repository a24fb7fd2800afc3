/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define SMALL "model.dim = 16\nmodel.heads = 2\nmodel.depth = 2\n"

static struct arena arena;

/* A ViT for 1000 classes of square pictures in three channels. */
static struct graph build(const char *settings, int side)
{
    const struct signature picture = signature_picture(3, side, side);
    const struct model_type *type;
    struct settings s;
    struct error err;
    struct graph g;
    const struct component *c = component_find(&model_kind, "vit", &err);
    void *config;

    settings_init(&s, &arena);
    assert_int_equal(settings_parse(&s, settings, &err), 0);
    component_defaults(c, "model", &s);
    assert_int_equal(component_configure(c, "model", &s, &arena, &config, &err), 0);
    type = (const struct model_type *)c;
    graph_init(&g, &arena, &picture);
    if (type->build(config, 1000, &g, &err) < 0)
        fail_msg("%s", err.text);
    return g;
}

/* timm's numbers of parameters; Touvron et al. 2021, table 1, have them in millions. */
static void test_published_sizes(void **state)
{
    static const struct size {
        const char *name, *settings;
        size_t n_weights;
    } sizes[] = {
        {"ViT-Ti/16", "model.dim = 192\nmodel.heads = 3\nmodel.patch = 16\n", 5717416},
        {"ViT-S/16", "model.dim = 384\nmodel.heads = 6\nmodel.patch = 16\n", 22050664},
        {"ViT-B/16", "model.dim = 768\nmodel.heads = 12\nmodel.patch = 16\n", 86567656},
    };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct graph g = build(sizes[i].settings, 224);

        if (params_count(&g.params) != sizes[i].n_weights)
            fail_msg("%s: %zu weights, published %zu", sizes[i].name, params_count(&g.params),
                     sizes[i].n_weights);
    }
}

/* Without a class token, and without learned positions. */
static void test_what_settings_take_away(void **state)
{
    struct graph all = build(SMALL, 8);
    struct graph mean = build(SMALL "model.pool = \"mean\"\n", 8);
    struct graph fixed = build(SMALL "model.positions = \"sincos\"\nmodel.gelu = \"tanh\"\n"
                                     "model.dropout = 0.1\nmodel.drop_path = 0.1\n", 8);

    (void)state;
    assert_int_equal(params_count(&all.params) - params_count(&mean.params), 16 + 16);
    assert_int_equal(params_count(&all.params) - params_count(&fixed.params), 5 * 16);
}

/* Row 2 of 4, column 1: sines and cosines of 2 w and of w, w = 10000^(-k/4). */
static void test_sincos_positions(void **state)
{
    struct graph g = build(SMALL "model.positions = \"sincos\"\n", 16);
    const struct op_tokens *tokens = NULL;
    const float *at;

    (void)state;
    for (int i = 0; i < g.n_nodes; i++)
        if (g.nodes[i].type == &op_tokens)
            tokens = g.nodes[i].config;
    assert_non_null(tokens);
    for (int k = 0; k < 16; k++)
        assert_true(tokens->positions[k] == 0); /* the class token's */
    at = tokens->positions + (1 + 2 * 4 + 1) * 16;
    for (int k = 0; k < 4; k++) {
        double w = pow(10000, -k / 4.0);

        assert_true(fabs(at[k] - sin(2 * w)) < 1e-6);
        assert_true(fabs(at[4 + k] - cos(2 * w)) < 1e-6);
        assert_true(fabs(at[8 + k] - sin(w)) < 1e-6);
        assert_true(fabs(at[12 + k] - cos(w)) < 1e-6);
    }
}

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_sizes),
        cmocka_unit_test(test_what_settings_take_away),
        cmocka_unit_test(test_sincos_positions),
    };

    return cmocka_run_group_tests(tests, NULL, release);
}
