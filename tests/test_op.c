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

enum { N = 3, ROWS = 2, WIDTH = 7 };

struct bench {
    struct arena arena;
    struct op_node node;
    struct params params;
    float *w, *gw, *x[2], *gx[2], *y, *gy, *saved, *scratch, *prepared, *direction;
};

static void normal(float *x, size_t n, uint64_t seed)
{
    kernel_normal(x, n, rng_seed(seed).key);
}

static struct op_pass pass_of(struct bench *b)
{
    return (struct op_pass){
        .n = N, .first = 5, .training = true, .rng = rng_seed(11), .w = b->w, .gw = b->gw,
        .x = {b->x[0], b->x[1]}, .y = b->y, .saved = b->saved, .scratch = b->scratch,
        .gy = b->gy, .gx = {b->gx[0], b->gx[1]}, .prepared = b->prepared,
    };
}

/* The inner product of the output with a fixed direction. */
static double value(struct bench *b)
{
    struct op_pass pass = pass_of(b);
    double sum = 0;

    b->node.type->forward(&b->node, &pass);
    for (size_t i = 0; i < N * shape_size(b->node.out); i++)
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

/* A second micro-batch of the same examples gives the weights' gradient twice. */
static void check_adds(struct bench *b)
{
    struct op_pass pass = pass_of(b);
    float *once = arena_alloc(&b->arena, (b->params.size + 1) * sizeof *once);

    memcpy(once, b->gw, b->params.size * sizeof *once);
    value(b);
    memcpy(b->gy, b->direction, N * shape_size(b->node.out) * sizeof *b->gy);
    pass.gw_adds = true;
    b->node.type->backward(&b->node, &pass);
    for (int k = 0; k < b->params.n; k++)
        for (size_t i = 0; i < b->params.items[k].size; i++) {
            size_t at = b->params.items[k].offset + i;

            assert_true(fabs(b->gw[at] - 2 * once[at]) <= 1e-5 * (1 + fabs(once[at])));
        }
}

static void check_op(const struct op_type *type, const void *config)
{
    struct bench b = {.node = {.name = "tested", .type = type, .config = config,
                               .inputs = {1, type->n_inputs > 1 ? 1 : -1},
                               .has_weights_before = {true, true}}};
    struct shape input =
        type->sample_input.rows ? type->sample_input : (struct shape){ROWS, WIDTH};
    size_t n_x = N * shape_size(input);
    struct error err;
    struct op_pass pass;
    size_t n_y;

    assert_non_null(config);
    b.node.in[0] = b.node.in[1] = input;
    assert_int_equal(type->plan(&b.node, &b.params, &b.arena, &err), 0);
    n_y = N * shape_size(b.node.out);
    b.w = arena_alloc(&b.arena, (b.params.size + 1) * sizeof(float));
    b.gw = arena_alloc(&b.arena, (b.params.size + 1) * sizeof(float));
    normal(b.w, b.params.size, 1);
    for (int k = 0; k < type->n_inputs; k++) {
        b.x[k] = arena_alloc(&b.arena, n_x * sizeof(float));
        b.gx[k] = arena_alloc(&b.arena, n_x * sizeof(float));
        normal(b.x[k], n_x, 2 + (uint64_t)k);
    }
    b.y = arena_alloc(&b.arena, n_y * sizeof(float));
    b.gy = arena_alloc(&b.arena, n_y * sizeof(float));
    b.direction = arena_alloc(&b.arena, n_y * sizeof(float));
    b.saved = arena_alloc(&b.arena, (N * b.node.saved_size + 1) * sizeof(float));
    b.scratch = arena_alloc(&b.arena, (N * b.node.scratch_size + 1) * sizeof(float));
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
    type->backward(&b.node, &pass);
    for (int k = 0; k < b.params.n; k++)
        check(&b, b.params.items[k].name, b.w + b.params.items[k].offset,
              b.gw + b.params.items[k].offset, b.params.items[k].size);
    for (int k = 0; k < type->n_inputs; k++)
        check(&b, "input", b.x[k], b.gx[k], n_x);
    check_adds(&b);
    arena_release(&b.arena);
}

static void test_all_ops(void **state)
{
    (void)state;
    for (int i = 0; op_types[i]; i++)
        check_op(op_types[i], op_types[i]->sample);
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
    check_op(&op_pool, &(struct op_pool){POOL_CLASS_TOKEN});
    check_op(&op_residual, &(struct op_residual){.p = 0});
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
        cmocka_unit_test(test_all_choices),
        cmocka_unit_test(test_shapes_are_checked_when_built),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
