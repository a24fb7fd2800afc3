/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Models of tables: the sizes and first weights of the published ones, the scores of their authors' code, what
 * decays, and what they say to data that they cannot read. */
#include "math/kernels.h"
#include "nn/model.h"
#include "reference/table_models.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Single precision through three blocks, against double. */
static const double SCORE_TOLERANCE = 2e-6;

static const int adult_levels[] = {9, 16, 7, 15, 6, 5, 2, 42}, small_levels[] = {3, 1, 5};

static struct signature table(int n_numbers, int n_categories, const int *n_levels)
{
    struct signature s = {0, {{.name = NULL}}};

    if (n_numbers)
        s.fields[s.n++] = (struct field){"numbers", FIELD_NUMBERS, {n_numbers, 1, 1}, NULL, NULL};
    if (n_categories)
        s.fields[s.n++] = (struct field){"categories", FIELD_CATEGORIES, {n_categories, 1, 1}, NULL, n_levels};
    return s;
}

/* Builds `name` with `settings`; gives -1 with an error where it cannot be. */
static int build(const char *name, const char *settings, const struct signature *signature, int n_outputs,
                 struct arena *arena, struct graph *g, struct error *err)
{
    const struct component *c = component_find(&model_kind, name, err);
    struct settings s;
    void *config;

    assert_non_null(c);
    settings_init(&s, arena);
    assert_int_equal(settings_parse(&s, settings, err), 0);
    component_defaults(c, "model", &s);
    assert_int_equal(component_configure(c, "model", &s, arena, &config, err), 0);
    graph_init(g, arena, signature);
    return ((const struct model_type *)c)->build(config, n_outputs, g, err);
}

static void test_counts(void **state)
{
    static const struct {
        const char *model, *settings;
        int n_outputs;
        size_t n_weights;
    } cases[] = {
        {"mlp", "model.hidden = [400,400,400,400]\n", 2, 525602},
        {"mlp_plr", "model.hidden = [224,224]\nmodel.frequencies = 92\nmodel.embedding = 24\n", 2, 111170},
        {"ft_transformer", "model.hidden = 255\n", 1, 913531}, /* as the paper's runs had it */
        {"ft_transformer", "", 2, 915458},                     /* the authors' package */
        {"mlp", "model.hidden = [10]\nmodel.categories = \"embedding\"\nmodel.embedding = 3\n", 2,
         102 * 3 + (6 + 8 * 3) * 10 + 10 + 22},
    };
    const struct signature adult = table(6, 8, adult_levels);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct graph g;
        struct error err;

        assert_int_equal(build(cases[i].model, cases[i].settings, &adult, cases[i].n_outputs, &arena, &g, &err), 0);
        assert_int_equal(params_count(&g.params), cases[i].n_weights);
        assert_int_equal(shape_size(graph_output(&g)), cases[i].n_outputs);
        arena_release(&arena);
    }
}

/* A bound that weights come near and do not pass; the deviation within 4 standard errors. */
static void check_start(const struct graph *g, const float *w, const char *name, double bound, double deviation)
{
    const struct param *p = g->params.items;
    double largest = 0, square = 0;

    while (strcmp(p->name, name) != 0)
        p++;
    for (size_t i = 0; i < p->size; i++) {
        double x = w[p->offset + i];

        largest = fmax(largest, fabs(x));
        square += x * x / (double)p->size;
    }
    if (largest > bound || (bound > 0 && largest < 0.85 * bound) ||
        fabs(sqrt(square) - deviation) > 4 * deviation / sqrt((double)p->size))
        fail_msg("%s: up to %g of %g, deviation %g, not %g", name, largest, bound, sqrt(square), deviation);
}

/* Uniform ones up to 1 / sqrt(fan in); what the FT-Transformer makes zero; a normal one cut at three
 * deviations has 0.9866 of its deviation left. */
static void test_starts(void **state)
{
    static const struct {
        const char *model, *settings, *name;
        double bound, share; /* of the deviation in the bound */
    } cases[] = {
        {"mlp_plr", "model.sigma = 5\nmodel.frequencies = 400\n", "periodic.weight", 15, 0.9866 / 3},
        {"mlp_plr", "model.frequencies = 50\n", "embedding.weight", 0.1, 0.57735},
        {"mlp_plr", "model.frequencies = 50\n", "embedding.bias", 0.1, 0.57735},
        {"mlp_plr", "model.embedding = 4\n", "hidden1.weight", 0.08909, 0.57735}, /* of 6 x 4 + 102 */
        {"ft_transformer", "", "cls_token", 0.072169, 0.57735},
        {"ft_transformer", "", "numbers.weight", 0.072169, 0.57735},
        {"ft_transformer", "", "numbers.bias", 0.072169, 0.57735},
        {"ft_transformer", "", "categories.weight", 0.072169, 0.57735},
        {"ft_transformer", "", "categories.bias", 0.072169, 0.57735},
        {"ft_transformer", "", "blocks.0.attn.qkv.weight", 0.072169, 0.57735},
        {"ft_transformer", "", "blocks.0.attn.qkv.bias", 0, 0},
        {"ft_transformer", "", "blocks.2.attn.kv.bias", 0, 0},
        {"ft_transformer", "", "blocks.1.attn.proj.bias", 0, 0},
        {"ft_transformer", "", "blocks.1.mlp.fc2.weight", 0.0625, 0.57735},
        {"ft_transformer", "", "blocks.1.mlp.fc1.bias", 0.072169, 0.57735},
    };
    const struct signature adult = table(6, 8, adult_levels);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct graph g;
        struct error err;
        float *w;

        assert_int_equal(build(cases[i].model, cases[i].settings, &adult, 2, &arena, &g, &err), 0);
        w = arena_alloc(&arena, g.params.size * sizeof *w);
        params_init(&g.params, w, rng_seed(4));
        check_start(&g, w, cases[i].name, cases[i].bound * (1 + 1e-4), cases[i].bound * cases[i].share);
        arena_release(&arena);
    }
}

/* What the published runs leave out of weight decay: biases, norms, tokens, embeddings and frequencies. */
static void test_decays(void **state)
{
    static const char *const models[] = {"mlp", "mlp_plr", "ft_transformer"};
    static const char *const kept[] = {"bias", "norm", "cls_token", "numbers.", "categories.", "periodic."};
    const struct signature adult = table(6, 8, adult_levels);

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct graph g;
        struct error err;

        assert_int_equal(build(models[i], "", &adult, 2, &arena, &g, &err), 0);
        for (int k = 0; k < g.params.n; k++) {
            bool is_kept = false;

            for (size_t j = 0; j < sizeof kept / sizeof *kept; j++)
                is_kept |= strstr(g.params.items[k].name, kept[j]) != NULL;
            assert_int_equal(g.params.items[k].decays, !is_kept);
        }
        arena_release(&arena);
    }
}

/* The weights of tests/reference/table_models.py: from name and place. */
static void set_weights(const struct params *params, float *w)
{
    for (int k = 0; k < params->n; k++) {
        const struct param *p = &params->items[k];
        size_t outer = (size_t)p->dims[0], inner = p->size / outer;
        float scale = strcmp(p->name, "periodic.weight") == 0 ? 8 : 1;
        uint32_t name = 0;

        for (const char *c = p->name; *c; c++)
            name += (unsigned char)*c;
        for (size_t i = 0; i < p->size; i++) {
            uint32_t mixed = (uint32_t)i * 2654435761u + 40503u * name;
            size_t at = p->transposed ? i % inner * outer + i / inner : i;

            w[p->offset + at] = scale * ((float)(mixed >> 8) * 0x1p-24f - 0.5f);
        }
    }
}

static void test_scores(void **state)
{
    static const struct {
        const char *model, *settings;
    } cases[] = {
        {"mlp", "model.hidden = [24,24]\n"},
        {"mlp_plr", "model.hidden = [24,24]\nmodel.frequencies = 5\nmodel.embedding = 3\n"},
        {"ft_transformer", "model.dim = 8\nmodel.heads = 2\nmodel.hidden = 5\n"},
    };
    static const float x[3][4] = {{0.5f, -1.25f, 2, 0}, {-3.5f, 0.125f, 1, -0.75f}, {5, -5, 0.25f, 1.5f}};
    static const int32_t codes[3][3] = {{2, 0, 4}, {0, 0, 1}, {1, 0, 3}};
    const struct signature small = table(4, 3, small_levels);

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct graph g;
        struct graph_pass pass = {.n = 3, .x = {x, codes}};
        struct error err;
        float *w;
        const float *scores;

        assert_string_equal(reference_scores[i].model, cases[i].model);
        assert_int_equal(build(cases[i].model, cases[i].settings, &small, 2, &arena, &g, &err), 0);
        graph_plan(&g, 3, 0);
        w = arena_alloc(&arena, g.params.size * sizeof *w);
        set_weights(&g.params, w);
        pass.weights = w;
        pass.workspace = arena_alloc(&arena, g.workspace_size * sizeof(float));
        pass.scratch = arena_alloc(&arena, g.scratch_size * sizeof(float));
        scores = graph_forward(&g, &pass);
        for (int k = 0; k < 6; k++)
            if (fabs(scores[k] - reference_scores[i].scores[k / 2][k % 2]) > SCORE_TOLERANCE)
                fail_msg("%s: score %d is %.9g, not %.9g", cases[i].model, k, scores[k],
                         reference_scores[i].scores[k / 2][k % 2]);
        arena_release(&arena);
    }
}

/* Any columns: numbers or categories alone, no hidden layer, either head. */
static void test_columns(void **state)
{
    static const char *const mlps[] = {
        "", "model.hidden = []\n", "model.categories = \"embedding\"\n",
        "model.hidden = []\nmodel.head = \"cosine\"\nmodel.categories = \"embedding\"\n",
    };
    const struct signature both = table(4, 3, small_levels), numbers = table(4, 0, NULL),
                           categories = table(0, 3, small_levels);
    const struct signature *const all[] = {&both, &categories, &numbers};
    struct arena arena = {0};
    struct graph g;
    struct error err;

    (void)state;
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < (i < 2 ? 3 : 2); k++) {
            assert_int_equal(build("mlp", mlps[i], all[k], 5, &arena, &g, &err), 0);
            assert_int_equal(shape_size(graph_output(&g)), 5);
        }
    for (int k = 0; k < 3; k++) {
        assert_int_equal(build("ft_transformer", k ? "model.depth = 1\n" : "model.residual_dropout = 0.1\n", all[k],
                               5, &arena, &g, &err), 0);
        assert_int_equal(shape_size(graph_output(&g)), 5);
    }
    assert_int_equal(build("mlp_plr", "model.hidden = []\nmodel.head = \"cosine\"\n", &numbers, 5, &arena, &g, &err),
                     0);
    assert_int_equal(shape_size(graph_output(&g)), 5);
    arena_release(&arena);
}

static void test_refusals(void **state)
{
    static const int n_words = 100;
    const struct signature picture = signature_picture(3, 8, 8), numbers = table(4, 0, NULL),
                           categories = table(0, 3, small_levels),
                           tokens = {1, {{"tokens", FIELD_TOKENS, {9, 1, 1}, NULL, &n_words}}};
    const struct {
        const char *model, *settings;
        const struct signature *signature;
        const char *message;
    } cases[] = {
        {"mlp_plr", "", &picture, "it reads numbers and categories, no picture"},
        {"ft_transformer", "", &picture, "it reads numbers and categories, no picture"},
        {"mlp_plr", "", &categories, "it embeds numbers; these data have categories alone: use mlp"},
        {"mlp", "", &tokens, "it reads numbers and categories, no tokens"},
        {"mlp", "model.categories = \"embedding\"\n", &numbers,
         "model.categories is of columns of categories; these data have numbers"},
        {"mlp", "model.categories = \"embedding\"\n", &picture,
         "model.categories is of columns of categories; these data have picture"},
        {"vit", "", &numbers, "it reads pictures; these data have numbers"},
        {"mnist_cnn", "", &categories, "it reads pictures; these data have categories"},
        {"ft_transformer", "model.heads = 5\n", &numbers, "model.heads 5 does not divide model.dim 192"},
    };
    struct arena arena = {0};
    struct graph g;
    struct error err;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(build(cases[i].model, cases[i].settings, cases[i].signature, 2, &arena, &g, &err), -1);
        assert_string_equal(err.text, cases[i].message);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),  cmocka_unit_test(test_starts),   cmocka_unit_test(test_decays),
        cmocka_unit_test(test_scores),  cmocka_unit_test(test_columns),  cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
