/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every op of the table: gradients against central differences. */
#include "math/kernels.h"
#include "nn/graph.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Single precision: a step of 1e-2 leaves about 1e-5 of rounding in a difference
 * of order 1, so 5e-3 of the larger gradient is far outside noise, far inside bugs. */
static const double STEP = 1e-2, TOLERANCE = 5e-3;

enum { N = 3, ROWS = 2, WIDTH = 7, COLUMNS = 3 };

/* Of the columns that samples have: 3, 1 and 5 levels. -1: a level that training has not seen. */
static const int first_levels[] = {0, 3, 4, 9};
static const int32_t codes[N * COLUMNS] = {2, 0, 4, -1, 0, 1, 2, -1, 4};

/* Texts: rows of N examples, one behind the other, the second text of the middle one from its third on. */
enum { MOST_ROWS = 5, N_ROWS = 7 };
static const struct op_rows text_rows = {(int[]){0, 1, 5, N_ROWS}, (int[]){1, 2, 2}};
static const int32_t tokens[N_ROWS] = {2, 0, 8, 0, 1, 2, 4};

struct bench {
    struct arena arena;
    struct op_node node;
    struct params params;
    float *w, *gw, *x[2], *gx[2], *y, *gy, *saved, *scratch, *prepared, *direction;
    double *statistics; /* of one micro-batch, which is the batch */
    bool by_rows;
};

/* Items of its inputs, and of its output. */
static size_t n_in(const struct bench *b)
{
    return b->by_rows ? N_ROWS : N;
}

static size_t n_out(const struct bench *b)
{
    return b->node.type->by_rows == OP_POOLS_ROWS ? N : n_in(b);
}

static void normal(float *x, size_t n, uint64_t seed)
{
    kernel_normal(x, n, rng_seed(seed).key);
}

static struct op_pass pass_of(struct bench *b)
{
    return (struct op_pass){
        .n = (int)n_in(b), .n_examples = N, .rows = b->by_rows ? &text_rows : NULL, .first = 5, .training = true, .rng = rng_seed(11), .w = b->w, .gw = b->gw,
        .x = {b->x[0], b->x[1]}, .codes = !b->node.type->reads_codes ? NULL : b->by_rows ? tokens : codes, .y = b->y,
        .saved = b->saved, .scratch = b->scratch,
        .gy = b->gy, .gx = {b->gx[0], b->gx[1]}, .prepared = b->prepared,
        .part = b->statistics, .whole = b->statistics,
    };
}

/* The inner product of the output with a fixed direction. */
static double value(struct bench *b)
{
    struct op_pass pass = pass_of(b);
    double sum = 0;

    if (b->node.cuts)
        b->node.type->statistics->gather(&b->node, &pass);
    b->node.type->forward(&b->node, &pass);
    for (size_t i = 0; i < n_out(b) * shape_size(b->node.out); i++)
        sum += (double)b->y[i] * b->direction[i];
    return sum;
}

static void check(struct bench *b, const char *what, float *x, const float *g, size_t n)
{
    double largest = 1e-3;

    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(g[i]));
    for (size_t i = 0; i < n; i++) {
        float keep = x[i];
        double high, low, numeric;

        x[i] = keep + (float)STEP;
        high = value(b);
        x[i] = keep - (float)STEP;
        low = value(b);
        x[i] = keep;
        numeric = (high - low) / (2 * STEP);
        /* A kink of a relu between the two sides shows as a difference between
         * the one-sided slopes; such points have no gradient to check. */
        if (fabs(high + low - 2 * value(b)) > 1e-4)
            continue;
        if (fabs(numeric - g[i]) > TOLERANCE * largest)
            fail_msg("%s: %s[%zu]: %g, differences give %g", b->node.type->name, what, i, g[i],
                     numeric);
    }
}

static void go_backward(struct bench *b, const struct op_pass *pass)
{
    if (b->node.cuts)
        b->node.type->statistics->gather_backward(&b->node, pass);
    b->node.type->backward(&b->node, pass);
}

/* A second micro-batch of the same examples gives the weights' gradient twice. */
static void check_adds(struct bench *b)
{
    struct op_pass pass = pass_of(b);
    float *once = arena_alloc(&b->arena, (b->params.size + 1) * sizeof *once);

    memcpy(once, b->gw, b->params.size * sizeof *once);
    value(b);
    memcpy(b->gy, b->direction, n_out(b) * shape_size(b->node.out) * sizeof *b->gy);
    pass.gw_adds = true;
    go_backward(b, &pass);
    for (int k = 0; k < b->params.n; k++)
        for (size_t i = 0; i < b->params.items[k].size; i++) {
            size_t at = b->params.items[k].offset + i;

            assert_true(fabs(b->gw[at] - 2 * once[at]) <= 1e-5 * (1 + fabs(once[at])));
        }
}

static void check_items(const struct op_type *type, const void *config, bool by_rows)
{
    struct bench b = {.by_rows = by_rows, .node = {.name = "tested", .type = type, .config = config,
                               .inputs = {1, type->n_inputs > 1 ? 1 : -1},
                               .has_weights_before = {true, true}}};
    struct shape input =
        type->sample_input.rows ? type->sample_input : (struct shape){ROWS, WIDTH};
    size_t n_x[2];
    struct error err;
    struct op_pass pass;
    size_t n_y;

    assert_non_null(config);
    b.node.in[0] = type->reads_codes ? (struct shape){1, COLUMNS} : input;
    b.node.in[1] = type->second_input.rows ? type->second_input : input;
    if (by_rows) {
        b.node.in[0].rows = b.node.in[1].rows = 1;
        b.node.most_rows = MOST_ROWS;
    }
    for (int k = 0; k < 2; k++)
        n_x[k] = n_in(&b) * shape_size(b.node.in[k]);
    assert_int_equal(type->plan(&b.node, &b.params, &b.arena, &err), 0);
    n_y = n_out(&b) * shape_size(b.node.out);
    b.w = arena_alloc(&b.arena, (b.params.size + 1) * sizeof(float));
    b.gw = arena_alloc(&b.arena, (b.params.size + 1) * sizeof(float));
    normal(b.w, b.params.size, 1);
    for (int k = 0; k < b.params.n; k++)
        for (size_t i = 0; i < b.params.items[k].size && b.params.items[k].is_buffer; i++)
            b.w[b.params.items[k].offset + i] += 4; /* a variance is above 0 */
    for (int k = type->reads_codes; k < type->n_inputs; k++) {
        b.x[k] = arena_alloc(&b.arena, n_x[k] * sizeof(float));
        b.gx[k] = arena_alloc(&b.arena, n_x[k] * sizeof(float));
        normal(b.x[k], n_x[k], 2 + (uint64_t)k);
    }
    b.y = arena_alloc(&b.arena, n_y * sizeof(float));
    b.gy = arena_alloc(&b.arena, n_y * sizeof(float));
    b.direction = arena_alloc(&b.arena, n_y * sizeof(float));
    b.saved = arena_alloc(&b.arena, (n_in(&b) * b.node.saved_size + 1) * sizeof(float));
    b.scratch = arena_alloc(&b.arena, (n_in(&b) * b.node.scratch_size + 1) * sizeof(float));
    b.statistics = arena_alloc(&b.arena, (b.node.statistics_size + 1) * sizeof *b.statistics);
    normal(b.direction, n_y, 9);
    value(&b);
    memcpy(b.gy, b.direction, n_y * sizeof(float));
    b.prepared = arena_alloc(&b.arena, (b.node.prepared_size + 1) * sizeof(float));
    if (type->prepare)
        type->prepare(&b.node, b.w, b.prepared);
    pass = pass_of(&b);
    if (type->begins_gw) /* what was there must not show */
        for (size_t i = 0; i < b.params.size; i++)
            b.gw[i] = NAN;
    pass.gw_adds = !type->begins_gw;
    go_backward(&b, &pass);
    for (int k = 0; k < b.params.n; k++)
        if (!b.params.items[k].is_buffer) /* which has none */
            check(&b, b.params.items[k].name, b.w + b.params.items[k].offset,
                  b.gw + b.params.items[k].offset, b.params.items[k].size);
    for (int k = type->reads_codes; k < type->n_inputs; k++)
        check(&b, "input", b.x[k], b.gx[k], n_x[k]);
    check_adds(&b);
    arena_release(&b.arena);
}

static void check_op(const struct op_type *type, const void *config)
{
    if (type != &op_words) /* whose rows are those of texts only */
        check_items(type, config, false);
}

static void test_all_ops(void **state)
{
    (void)state;
    for (int i = 0; op_types[i]; i++)
        check_op(op_types[i], op_types[i]->sample);
}

static void test_texts(void **state)
{
    (void)state;
    for (int i = 0; op_types[i]; i++)
        if (op_types[i]->by_rows && op_types[i] != &op_residual)
            check_items(op_types[i], op_types[i]->sample, true);
    check_items(&op_residual, &(struct op_residual){.p = 0}, true);
    check_items(&op_attention, &(struct op_attention){.heads = 2, .dropout = 0.3}, true);
    check_items(&op_pool, &(struct op_pool){POOL_CLASS_TOKEN}, true);
    check_items(&op_words, &(struct op_words){.n_words = 9, .n_positions = 5, .width = 3}, true);
}

/* What a sample leaves out: each choice of an op that has several. */
static void test_all_choices(void **state)
{
    static const enum activation activations[] = {ACTIVATION_NONE, ACTIVATION_RELU,
                                                  ACTIVATION_GELU_TANH};
    static float positions[(ROWS + 1) * WIDTH];

    (void)state;
    for (int i = 0; i < 3; i++)
        check_op(&op_linear, &(struct op_linear){.width = WIDTH, .activation = activations[i]});
    normal(positions, (ROWS + 1) * WIDTH, 3);
    check_op(&op_tokens, &(struct op_tokens){.has_class_token = true, .positions = positions});
    check_op(&op_tokens, &(struct op_tokens){.positions = positions});
    check_op(&op_tokens, &(struct op_tokens){0});
    check_op(&op_tokens, &(struct op_tokens){.has_class_token = true, .has_no_positions = true});
    check_op(&op_linear, &(struct op_linear){.width = WIDTH, .flattens = true});
    check_op(&op_embedding, &(struct op_embedding){{COLUMNS, first_levels}, .width = 5});
    check_op(&op_concat, &(struct op_concat){.is_flat = true});
    check_op(&op_attention, &(struct op_attention){.heads = 2, .dropout = 0.3});
    check_op(&op_cross_attention, &(struct op_attention){.heads = 4});
    check_op(&op_pool, &(struct op_pool){POOL_CLASS_TOKEN});
    check_op(&op_max_pool, &(struct op_max_pool){.height = 5, .width = 4, .window = 2, .stride = 2});
    check_op(&op_conv, &(struct op_conv){.height = 5, .width = 4, .kernel = 3, .stride = 1, .pad = 1,
                                         .width_out = 5, .has_no_bias = true});
    check_op(&op_conv, &(struct op_conv){.height = 5, .width = 4, .kernel = 1, .stride = 2, .width_out = 4});
    check_op(&op_residual, &(struct op_residual){.p = 0});
    for (int kind = BATCH_NORM_BATCH; kind <= BATCH_NORM_FROZEN; kind++)
        for (int relu = 0; relu < 2; relu++) {
            const struct op_batch_norm config = {kind, 1e-5, 0.1, relu};

            check_op(&op_batch_norm, &config);
            check_op(&op_batch_norm_residual, &config);
        }
}

/* What an op gives for codes[N * COLUMNS], of weights that count up from 1. */
static void run_codes(const struct op_type *type, const void *config, struct bench *b)
{
    struct op_pass pass;
    struct error err;

    b->node = (struct op_node){.name = "tested", .type = type, .config = config, .inputs = {0, -1},
                               .in = {{1, COLUMNS}}};
    assert_int_equal(type->plan(&b->node, &b->params, &b->arena, &err), 0);
    b->w = arena_alloc(&b->arena, (b->params.size + 1) * sizeof(float));
    for (size_t i = 0; i < b->params.size; i++)
        b->w[i] = 1 + (float)i;
    b->y = arena_alloc(&b->arena, N * shape_size(b->node.out) * sizeof(float));
    pass = pass_of(b);
    type->forward(&b->node, &pass);
}

/* A level that training has not seen is a vector of zeros, but for the bias of its column. */
static void test_codes(void **state)
{
    static const float want_hot[N][9] = {{0, 0, 1, 1, 0, 0, 0, 0, 1}, {0, 0, 0, 1, 0, 1}, {0, 0, 1, 0, 0, 0, 0, 0, 1}};
    static const float want_rows[N][COLUMNS][2] = {
        {{5, 6}, {7, 8}, {17, 18}}, {{0, 0}, {7, 8}, {11, 12}}, {{5, 6}, {0, 0}, {17, 18}}};
    struct bench hot = {.w = NULL}, rows = hot, biased = hot;

    (void)state;
    run_codes(&op_one_hot, &(struct op_one_hot){{COLUMNS, first_levels}}, &hot);
    assert_memory_equal(hot.y, want_hot, sizeof want_hot);
    run_codes(&op_embedding, &(struct op_embedding){{COLUMNS, first_levels}, .width = 2}, &rows);
    assert_memory_equal(rows.y, want_rows, sizeof want_rows);
    run_codes(&op_embedding, &(struct op_embedding){{COLUMNS, first_levels}, .width = 2, .has_bias = true},
              &biased);
    for (int i = 0; i < N * COLUMNS * 2; i++) {
        float bias = biased.w[biased.node.weights[1] + (size_t)(i % (COLUMNS * 2))];

        assert_true(biased.y[i] == (&want_rows[0][0][0])[i] + bias);
    }
    arena_release(&hot.arena);
    arena_release(&rows.arena);
    arena_release(&biased.arena);
}

/* op_linear_one_hot is op_linear of numbers and op_one_hot. */
static void test_one_hot_is_multiplied(void **state)
{
    const struct op_levels levels = {COLUMNS, first_levels};
    const struct op_linear_one_hot short_config = {{.width = 7, .activation = ACTIVATION_RELU}, levels};
    const struct op_one_hot hot = {levels};
    const struct op_concat concat = {.is_flat = true};
    static const int n_levels[] = {3, 1, 5};
    const struct signature signature = {2, {{"numbers", FIELD_NUMBERS, {WIDTH, 1, 1}, NULL, NULL},
                                            {"categories", FIELD_CATEGORIES, {COLUMNS, 1, 1}, NULL, n_levels}}};
    struct arena arena = {0};
    struct graph graphs[2];
    const float *y[2];
    float x[N * WIDTH];
    struct error err;

    (void)state;
    normal(x, N * WIDTH, 21);
    for (int i = 0; i < 2; i++) {
        struct graph *g = &graphs[i];
        struct graph_pass pass = {.n = N, .x = {x, codes}};
        float *w;

        graph_init(g, &arena, &signature);
        if (i == 0)
            graph_add(g, "hidden1", &op_linear_one_hot, &short_config, 1, 0, &err);
        else
            graph_add(g, "hidden1", &op_linear, &short_config.linear,
                      graph_add(g, "row", &op_concat, &concat, 0,
                                graph_add(g, "hot", &op_one_hot, &hot, 1, -1, &err), &err),
                      -1, &err);
        graph_plan(g, N, 0);
        w = arena_alloc(&arena, g->params.size * sizeof *w);
        params_init(&g->params, w, rng_seed(3));
        pass.weights = w;
        pass.workspace = arena_alloc(&arena, g->workspace_size * sizeof(float));
        pass.scratch = arena_alloc(&arena, g->scratch_size * sizeof(float));
        y[i] = graph_forward(g, &pass);
    }
    for (int k = 0; k < N * 7; k++)
        assert_true(fabs(y[0][k] - y[1][k]) <= 1e-6);
    arena_release(&arena);
}

/* Equal pixels, borders, windows that overlap, and a NaN, which is larger than all. */
static void test_largest_of_windows(void **state)
{
    static const struct op_max_pool config = {.height = 3, .width = 4, .window = 2, .stride = 1, .pad = 1};
    const float x[] = {1, 1, -2, -3, /**/ 0, 1, -2, NAN, /**/ -5, -4, 7, 7};
    const float want[] = {1,  1, 1, -2,  -3,  /**/ 1,  1, 1, NAN, NAN, /**/
                          0,  1, 7, NAN, NAN, /**/ -5, -4, 7, 7,  7};
    /* Of the windows' gradients 1, 2, 4, ... those whose largest is here, the first of equals. */
    const float want_g[] = {1 + 2 + 32 + 64, 4 + 128, 8, 16, /**/ 1024, 2048, 0,
                            256 + 512 + 8192 + 16384, /**/ 32768, 65536, 4096 + 131072 + 262144, 524288};
    float y[20], gy[20], gx[12];
    struct op_node node = {.name = "tested", .type = &op_max_pool, .config = &config, .in = {{12, 1}}};
    struct op_pass pass = {.n = 1, .x = {x}, .y = y, .gy = gy, .gx = {gx}};
    struct error err;

    (void)state;
    assert_int_equal(op_max_pool.plan(&node, NULL, NULL, &err), 0);
    assert_int_equal(node.out.rows, 20);
    op_max_pool.forward(&node, &pass);
    for (int i = 0; i < 20; i++) {
        assert_true(y[i] == want[i] || (isnan(y[i]) && isnan(want[i])));
        gy[i] = (float)(1 << i);
    }
    op_max_pool.backward(&node, &pass);
    for (int i = 0; i < 12; i++)
        assert_true(gx[i] == want_g[i]);
}

static void test_shapes_are_checked_when_built(void **state)
{
    struct arena arena = {0};
    struct op_linear bad = {.width = 0};
    const struct signature input = signature_numbers(4, NULL);
    struct graph g;
    struct error err;

    (void)state;
    graph_init(&g, &arena, &input);
    assert_int_equal(graph_add(&g, "hidden1", &op_linear, &bad, GRAPH_INPUT, -1, &err), -1);
    assert_string_equal(err.text, "layer \"hidden1\" (linear): width 0; must be at least 1");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_ops),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_all_choices),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_one_hot_is_multiplied),
        cmocka_unit_test(test_largest_of_windows),
        cmocka_unit_test(test_shapes_are_checked_when_built),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
