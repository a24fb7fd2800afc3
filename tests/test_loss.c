/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every loss of the table: gradients against central differences; and against
 * PyTorch's numbers (reference/losses.py), with the head of cosines. */
#include "math/kernels.h"
#include "nn/loss/loss.h"
#include "nn/op/op.h"
#include "reference/losses.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Losses are computed in double, gradients are stored as floats. */
static const double LOSS_TOLERANCE = 1e-9, GRADIENT_TOLERANCE = 2e-7;

struct bench {
    struct arena arena;
    struct loss loss;
};

/* A loss from a text as "focal gamma=2 class_beta=0.9". */
static void open_loss(struct bench *b, const char *text)
{
    const struct loss_data data = {LOSS_C, loss_counts};
    struct settings s;
    struct error err;
    char copy[200], *rest = NULL, *word;
    const struct component *c;
    void *config, *common;

    memset(b, 0, sizeof *b);
    snprintf(copy, sizeof copy, "%s", text);
    c = component_find(&loss_kind, strtok_r(copy, " ", &rest), &err);
    assert_non_null(c);
    settings_init(&s, &b->arena);
    while ((word = strtok_r(NULL, " ", &rest))) {
        char *equals = strchr(word, '='), name[64];
        struct value v;

        *equals = '\0';
        snprintf(name, sizeof name, "loss.%s", word);
        assert_int_equal(value_parse(equals + 1, &b->arena, &v, &err), 0);
        settings_set(&s, name, v);
    }
    component_defaults(c, "loss", &s);
    component_defaults(&loss_common_component, "loss", &s);
    if (component_configure(c, "loss", &s, &b->arena, &config, &err) < 0 ||
        component_configure(&loss_common_component, "loss", &s, &b->arena, &common, &err) < 0 ||
        loss_init(&b->loss, &b->arena, (const struct loss_type *)c, config, common, &data, &err) <
            0)
        fail_msg("%s: %s", text, err.text);
}

static void test_pytorch(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof loss_cases / sizeof *loss_cases; k++) {
        const struct loss_case *want = &loss_cases[k];
        struct bench b;
        double losses[LOSS_N], alone[LOSS_N];
        float gradient[LOSS_N * LOSS_C];

        open_loss(&b, want->text);
        loss_compute(&b.loss, LOSS_N, loss_scores, loss_labels, NULL, losses, gradient);
        loss_compute(&b.loss, LOSS_N, loss_scores, loss_labels, NULL, alone, NULL);
        assert_memory_equal(losses, alone, sizeof losses);
        for (int i = 0; i < LOSS_N; i++)
            if (fabs(losses[i] - want->losses[i]) >
                LOSS_TOLERANCE * fmax(1e-6, fabs(want->losses[i])))
                fail_msg("%s: loss %d is %.15g, PyTorch has %.15g", want->text, i, losses[i],
                         want->losses[i]);
        for (int i = 0; i < LOSS_N * LOSS_C; i++)
            if (fabs(gradient[i] - want->gradient[i]) >
                GRADIENT_TOLERANCE * fabs(want->gradient[i]) + 1e-15)
                fail_msg("%s: gradient %d is %.9g, PyTorch has %.9g", want->text, i, gradient[i],
                         want->gradient[i]);
        arena_release(&b.arena);
    }
}

/* Whatever is in the table, with and without weights of the classes. */
static void check_gradient(const char *text)
{
    struct bench b;
    float x[LOSS_N * LOSS_C], gradient[LOSS_N * LOSS_C];
    double losses[LOSS_N], high[LOSS_N], low[LOSS_N];

    open_loss(&b, text);
    kernel_normal(x, LOSS_N * LOSS_C, (const uint32_t[]){3, 4});
    loss_compute(&b.loss, LOSS_N, x, loss_labels, NULL, losses, gradient);
    for (int k = 0; k < LOSS_N * LOSS_C; k++) {
        float keep = x[k];
        double numeric;

        x[k] = keep + 0x1p-10f;
        loss_compute(&b.loss, LOSS_N, x, loss_labels, NULL, high, NULL);
        x[k] = keep - 0x1p-10f;
        loss_compute(&b.loss, LOSS_N, x, loss_labels, NULL, low, NULL);
        x[k] = keep;
        numeric = (high[k / LOSS_C] - low[k / LOSS_C]) / 0x1p-9;
        /* The third derivative, at most about scale^3, times the step squared; ldam
         * has scale 30. */
        if (fabs(numeric - gradient[k]) > (b.loss.type->wants_cosines ? 2e-2 : 1e-5))
            fail_msg("%s: gradient %d is %g, differences give %g", text, k, gradient[k], numeric);
    }
    arena_release(&b.arena);
}

static void test_gradients(void **state)
{
    const struct component *c;

    (void)state;
    for (int i = 0; (c = loss_kind.at(i)); i++) {
        char text[100];

        check_gradient(c->name);
        snprintf(text, sizeof text, "%s class_beta=0.99", c->name);
        check_gradient(text);
    }
}

static void test_far_scores(void **state)
{
    static const float scores[2 * LOSS_C] = {1000, -1000, 0, 0, 0, 1e30f, -1e30f, 0, 0, 0};
    static const int labels[2] = {1, 0};
    const struct component *c;

    (void)state;
    for (int i = 0; (c = loss_kind.at(i)); i++) {
        struct bench b;
        double losses[2];
        float gradient[2 * LOSS_C];

        open_loss(&b, c->name);
        loss_compute(&b.loss, 2, scores, labels, NULL, losses, gradient);
        for (int k = 0; k < 2; k++)
            assert_true(isfinite(losses[k]) && losses[k] >= 0);
        if (strcmp(c->name, "cross_entropy") == 0)
            assert_true(losses[0] == 2000 && losses[1] == 0);
        for (int k = 0; k < 2 * LOSS_C; k++)
            assert_true(!isnan(gradient[k]));
        arena_release(&b.arena);
    }
}

/* The whole loss by the weight of the label's class, also where the target is smoothed; where
 * PyTorch's weight= weighs the term of each class by that class. */
static void test_class_weights_of_a_smoothed_loss(void **state)
{
    struct bench plain, weighted;
    double losses[LOSS_N], want[LOSS_N];

    (void)state;
    open_loss(&plain, "cross_entropy smoothing=0.3");
    open_loss(&weighted, "cross_entropy smoothing=0.3 class_beta=0.99");
    loss_compute(&plain.loss, LOSS_N, loss_scores, loss_labels, NULL, want, NULL);
    loss_compute(&weighted.loss, LOSS_N, loss_scores, loss_labels, NULL, losses, NULL);
    for (int i = 0; i < LOSS_N; i++)
        assert_true(losses[i] == weighted.loss.weights[loss_labels[i]] * want[i]);
    arena_release(&plain.arena);
    arena_release(&weighted.arena);
}

/* t (log of the largest share - log of another's): so much more a rare class gets. */
static void test_posthoc(void **state)
{
    struct bench b;

    (void)state;
    open_loss(&b, "cross_entropy posthoc=1.5");
    for (int c = 1; c < LOSS_C; c++)
        assert_true(fabs(b.loss.offsets[c] - b.loss.offsets[0] -
                         1.5 * log((double)loss_counts[0] / loss_counts[c])) < 1e-5);
    arena_release(&b.arena);
    open_loss(&b, "cross_entropy");
    assert_null(b.loss.offsets);
    arena_release(&b.arena);
}

static void test_cosine_head(void **state)
{
    struct arena arena = {0};
    struct params params = {0};
    struct op_cosine config = {.width = LOSS_C};
    struct op_node node = {.name = "head", .type = &op_cosine, .config = &config,
                           .inputs = {1, -1}, .in = {{1, COSINE_D}}};
    struct error err;
    float w[COSINE_D * LOSS_C], gw[COSINE_D * LOSS_C] = {0}, prepared[COSINE_D * LOSS_C];
    float y[LOSS_N * LOSS_C], gy[LOSS_N * LOSS_C], gx[LOSS_N * COSINE_D];
    float saved[LOSS_N], scratch[LOSS_N * LOSS_C];
    struct op_pass pass = {.n = LOSS_N, .training = true, .w = w, .gw = gw, .x = {cosine_x},
                           .y = y, .gy = gy, .gx = {gx}, .saved = saved, .scratch = scratch,
                           .prepared = prepared};

    (void)state;
    assert_int_equal(op_cosine.plan(&node, &params, &arena, &err), 0);
    for (int j = 0; j < LOSS_C; j++) /* the block has [in][out] */
        for (int k = 0; k < COSINE_D; k++)
            w[k * LOSS_C + j] = cosine_w[j * COSINE_D + k];
    op_cosine.forward(&node, &pass);
    for (int i = 0; i < LOSS_N * LOSS_C; i++)
        assert_true(fabs(y[i] - cosine_y[i]) < 5e-7);
    memcpy(gy, cosine_gy, sizeof gy);
    op_cosine.prepare(&node, w, prepared);
    op_cosine.backward(&node, &pass);
    for (int i = 0; i < LOSS_N * COSINE_D; i++)
        assert_true(fabs(gx[i] - cosine_gx[i]) < 5e-6);
    for (int j = 0; j < LOSS_C; j++)
        for (int k = 0; k < COSINE_D; k++)
            assert_true(fabs(gw[k * LOSS_C + j] - cosine_gw[j * COSINE_D + k]) < 5e-6);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pytorch),
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_far_scores),
        cmocka_unit_test(test_class_weights_of_a_smoothed_loss),
        cmocka_unit_test(test_posthoc),
        cmocka_unit_test(test_cosine_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
