/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * op_conv against loops in double, and the same bits however it is cut. */
#include "math/kernels.h"
#include "nn/op/op.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static float *filled(struct arena *arena, size_t n, uint64_t seed)
{
    float *x = arena_alloc(arena, (n + 1) * sizeof *x);

    kernel_normal(x, n, rng_seed(seed).key);
    return x;
}

enum { N = 3 };

static const struct op_case {
    int channels;
    struct op_conv config;
} op_cases[] = {
    /* height, width, kernel, stride, pad, width_out, has_relu, has_no_bias */
    {3, {5, 4, 3, 1, 1, 5, true, false, false}},    {3, {5, 4, 3, 2, 1, 5, true, true, false}},
    {16, {9, 7, 3, 1, 1, 16, false, true, false}},  {4, {8, 8, 3, 2, 1, 8, false, true, false}},
    {5, {6, 7, 1, 1, 0, 9, false, false, false}},   {4, {7, 5, 1, 2, 0, 6, false, true, false}},
    {2, {7, 7, 5, 1, 2, 3, true, false, false}},    {2, {11, 8, 5, 3, 4, 3, false, false, false}},
    {3, {7, 9, 2, 3, 0, 4, false, true, false}},    {3, {6, 6, 3, 1, 0, 4, false, false, false}},
    {1, {4, 4, 4, 1, 0, 33, true, true, false}},    {64, {8, 8, 3, 1, 1, 64, false, true, false}},
    {16, {32, 32, 3, 2, 1, 32, false, true, false}}, {2, {9, 2, 2, 1, 1, 3, false, false, false}},
};

struct op_bench {
    struct arena arena;
    struct op_node node;
    struct params params;
    size_t n_x, n_y;
    float *w, *x, *direction;
};

struct op_results {
    float *y, *gx, *gw;
};

static void open_op(struct op_bench *b, const struct op_case *k)
{
    struct error err;

    *b = (struct op_bench){.node = {.name = "tested", .type = &op_conv, .config = &k->config,
                                    .inputs = {1, -1}, .has_weights_before = {true},
                                    .in = {{k->config.height * k->config.width, k->channels}}}};
    assert_int_equal(op_conv.plan(&b->node, &b->params, &b->arena, &err), 0);
    b->n_x = shape_size(b->node.in[0]);
    b->n_y = shape_size(b->node.out);
    b->w = filled(&b->arena, b->params.size, 1);
    b->x = filled(&b->arena, N * b->n_x, 2);
    b->direction = filled(&b->arena, N * b->n_y, 3);
}

/* What stands there before: gradients may be added to it. */
static struct op_results results(struct op_bench *b)
{
    return (struct op_results){filled(&b->arena, N * b->n_y, 4), filled(&b->arena, N * b->n_x, 5),
                               filled(&b->arena, b->params.size, 6)};
}

/* A step on N examples, so many at a time. */
static struct op_results run_op(struct op_bench *b, int at_a_time)
{
    struct op_results r = results(b);
    float *gy = filled(&b->arena, N * b->n_y, 3);
    float *prepared = filled(&b->arena, b->node.prepared_size, 7);

    op_conv.prepare(&b->node, b->w, prepared);
    for (int first = 0; first < N; first += at_a_time) {
        size_t e = (size_t)first;
        struct op_pass pass = {
            .n = at_a_time, .first = first, .training = true, .w = b->w, .prepared = prepared, .gw = r.gw,
            .gw_adds = true, .x = {b->x + e * b->n_x}, .y = r.y + e * b->n_y, .gy = gy + e * b->n_y,
            .gx = {r.gx + e * b->n_x},
            .scratch = filled(&b->arena, (size_t)at_a_time * b->node.scratch_size, 8),
        };

        op_conv.forward(&b->node, &pass);
        op_conv.backward(&b->node, &pass);
    }
    return r;
}

/* One sum in double, and how large its parts are. */
struct sum {
    double value, size;
};

static void add_part(struct sum *sum, double part)
{
    sum->value += part;
    sum->size += fabs(part);
}

/* What run_op is to give. */
struct wanted {
    struct sum *y, *gx, *gw, *gb;
};

/* One window of example e, and one output of it: y, or what its gradient g adds to the others. */
static void visit(const struct op_bench *b, const struct op_case *k, struct wanted *want, int place, int o,
                  const double *g)
{
    const struct op_conv *c = &k->config;
    int across = (c->width + 2 * c->pad - c->kernel) / c->stride + 1, down = b->node.out.rows / across;
    int e = place / (down * across), top = place / across % down * c->stride - c->pad;
    int left = place % across * c->stride - c->pad;

    for (int i = 0; i < c->kernel * c->kernel * k->channels; i++) {
        int channel = i % k->channels, column = left + i / k->channels % c->kernel;
        int row = top + i / k->channels / c->kernel;
        size_t from = (size_t)(((e * c->height + row) * c->width + column) * k->channels + channel);
        size_t by = (size_t)(i * c->width_out + o);
        double x, w = b->w[b->node.weights[0] + by];

        if (row < 0 || row >= c->height || column < 0 || column >= c->width)
            continue;
        x = b->x[from];
        if (g) {
            add_part(&want->gx[from], *g * w);
            add_part(&want->gw[by], *g * x);
        } else {
            add_part(&want->y[place * c->width_out + o], x * w);
        }
    }
}

static struct sum *sums(struct op_bench *b, size_t n, const float *start)
{
    struct sum *s = arena_alloc(&b->arena, (n + 1) * sizeof *s);

    for (size_t i = 0; start && i < n; i++)
        add_part(&s[i], start[i]);
    return s;
}

static void check_sums(const float *got, const struct sum *want, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabs(got[i] - want[i].value) <= 1e-6 * (1 + want[i].size)))
            fail_msg("%zu: %.9g where %.9g is wanted", i, got[i], want[i].value);
}

static void check_op(const struct op_case *k, bool adds)
{
    const struct op_conv *c = &k->config;
    struct op_bench b;
    struct op_results r, before;
    struct wanted want;
    size_t out = (size_t)c->width_out, n_w, weight, bias;

    open_op(&b, k);
    weight = b.node.weights[0], bias = b.node.weights[1];
    n_w = b.params.items[0].size;
    b.node.gx_adds[0] = adds;
    assert_int_equal(b.params.n, c->has_no_bias ? 1 : 2);
    before = results(&b);
    r = run_op(&b, N);
    want = (struct wanted){sums(&b, N * b.n_y, NULL), sums(&b, N * b.n_x, adds ? before.gx : NULL),
                           sums(&b, n_w, before.gw + weight), sums(&b, out, before.gw + bias)};
    for (size_t i = 0; i < N * b.n_y; i++) {
        int place = (int)(i / out), o = (int)(i % out);
        double g;

        add_part(&want.y[i], c->has_no_bias ? 0 : b.w[bias + i % out]);
        visit(&b, k, &want, place, o, NULL);
        if (c->has_relu && want.y[i].value < 0)
            want.y[i].value = 0;
        g = c->has_relu && !(r.y[i] > 0) ? 0 : b.direction[i];
        add_part(&want.gb[o], g);
        visit(&b, k, &want, place, o, &g);
    }
    check_sums(r.y, want.y, N * b.n_y);
    check_sums(r.gx, want.gx, N * b.n_x);
    check_sums(r.gw + weight, want.gw, n_w);
    check_sums(r.gw + bias, want.gb, c->has_no_bias ? 0 : out);
    arena_release(&b.arena);
}

enum { N_OP_CASES = sizeof op_cases / sizeof *op_cases };

static void test_op_against_double(void **state)
{
    (void)state;
    for (int i = 0; i < N_OP_CASES; i++)
        for (int adds = 0; adds < 2; adds++)
            check_op(&op_cases[i], adds);
}

static void assert_same(const struct op_bench *b, const struct op_results *p, const struct op_results *q)
{
    assert_memory_equal(p->y, q->y, N * b->n_y * sizeof(float));
    assert_memory_equal(p->gx, q->gx, N * b->n_x * sizeof(float));
    assert_memory_equal(p->gw, q->gw, b->params.size * sizeof(float));
}

/* Neither the vectors' width nor how many examples a micro-batch has shows in what is learnt. */
static void test_op_gives_the_same_bits(void **state)
{
    const struct kernels *widest = kernels;

    (void)state;
    for (int i = 0; i < N_OP_CASES; i++) {
        struct op_bench b;
        struct op_results at_once, one_by_one, narrow;

        open_op(&b, &op_cases[i]);
        at_once = run_op(&b, N);
        one_by_one = run_op(&b, 1);
        assert_same(&b, &at_once, &one_by_one);
        kernels = &kernels_v3;
        narrow = run_op(&b, N);
        kernels = widest;
        assert_same(&b, &at_once, &narrow);
        arena_release(&b.arena);
    }
}

/* He et al. 2015: the deviation of W is sqrt(2 / (channels kernel^2)); b starts at 0. */
static void test_kaiming(void **state)
{
    static const struct op_case k = {64, {.height = 8, .width = 8, .kernel = 3, .stride = 1, .pad = 1,
                                          .width_out = 64, .init_kaiming = true}};
    struct op_bench b;
    const struct param *weight, *bias;
    double sum = 0, squares = 0, most = 0, sd = sqrt(2.0 / (64 * 9));

    (void)state;
    open_op(&b, &k);
    params_init(&b.params, b.w, rng_seed(4));
    weight = &b.params.items[0], bias = &b.params.items[1];
    for (size_t i = 0; i < weight->size; i++) {
        double w = b.w[weight->offset + i];

        sum += w;
        squares += w * w;
        most = fmax(most, fabs(w));
    }
    assert_true(fabs(sum) < 4 * sd * sqrt((double)weight->size));
    assert_true(fabs(squares / (double)weight->size / (sd * sd) - 1) < 0.03);
    assert_true(most > 3 * sd); /* not uniform, not cut */
    for (size_t i = 0; i < bias->size; i++)
        assert_true(b.w[bias->offset + i] == 0);
    arena_release(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_op_against_double),
        cmocka_unit_test(test_op_gives_the_same_bits),
        cmocka_unit_test(test_kaiming),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
