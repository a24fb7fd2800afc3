/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole ViT against a second one, written from Dosovitskiy et al. 2021 and
 * timm's names alone: in double precision, token by token, sharing nothing with
 * the first but the names and shapes of the weights. Scores are compared one by
 * one; the gradient of each parameter along a random direction against central
 * differences of the reference. */
#include "math/kernels.h"
#include "nn/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { CHANNELS = 3, HEIGHT = 8, WIDTH = 12, PATCH = 4, N_CLASSES = 7, N = 3 };
enum { DIM = 24, HEADS = 3, DEPTH = 3, HIDDEN = 4 * DIM, ROWS = HEIGHT / PATCH * (WIDTH / PATCH) };
enum { PIXELS = CHANNELS * HEIGHT * WIDTH };

/* Single precision through three blocks; the largest seen were 1.2e-6 and 2.2e-6. */
static const double SCORE_TOLERANCE = 1e-5, SLOPE_TOLERANCE = 2e-5;

struct variant {
    bool is_mean, is_sincos, is_tanh;
};

/* ---- the reference ---- */

struct reference {
    struct variant variant;
    const struct params *params;
    const double *weights; /* laid out as the model's */
    double tokens[ROWS + 1][DIM];
    int n_tokens;
};

/* A parameter as timm has it: [out][in], or [1][n]. */
struct view {
    const double *weights;
    size_t outer, inner;
    bool transposed;
};

static struct view view(const struct reference *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static struct view view(const struct reference *r, const char *format, ...)
{
    char name[64];
    va_list args;

    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    for (int i = 0; i < r->params->n; i++) {
        const struct param *p = &r->params->items[i];
        size_t outer = p->n_dims == 1 ? 1 : (size_t)p->dims[0];

        if (strcmp(p->name, name) == 0)
            return (struct view){r->weights + p->offset, outer, p->size / outer, p->transposed};
    }
    fail_msg("the model has no %s", name);
    return (struct view){0};
}

static double at(struct view v, size_t out, size_t in)
{
    return v.weights[v.transposed ? in * v.outer + out : out * v.inner + in];
}

/* y[n_out] = weight x + bias of the layer of this name. */
static void linear(const struct reference *r, const char *layer, const double *x, size_t n_in,
                   double *y, size_t n_out)
{
    struct view weight = view(r, "%s.weight", layer), bias = view(r, "%s.bias", layer);

    for (size_t i = 0; i < n_out; i++) {
        y[i] = at(bias, 0, i);
        for (size_t k = 0; k < n_in; k++)
            y[i] += at(weight, i, k) * x[k];
    }
}

static void normalise(const struct reference *r, const char *norm, const double *x, double *y)
{
    struct view gain = view(r, "%s.weight", norm), bias = view(r, "%s.bias", norm);
    double mean = 0, variance = 0;

    for (int k = 0; k < DIM; k++)
        mean += x[k] / DIM;
    for (int k = 0; k < DIM; k++)
        variance += (x[k] - mean) * (x[k] - mean) / DIM;
    for (size_t k = 0; k < DIM; k++)
        y[k] = (x[k] - mean) / sqrt(variance + 1e-6) * at(gain, 0, k) + at(bias, 0, k);
}

/* The pixels of a patch, [CHANNELS][PATCH][PATCH]. */
static void cut(const float *picture, int row, int column, double *patch)
{
    for (int c = 0; c < CHANNELS; c++)
        for (int y = 0; y < PATCH; y++)
            for (int x = 0; x < PATCH; x++)
                *patch++ = picture[(c * HEIGHT + row * PATCH + y) * WIDTH + column * PATCH + x];
}

static double fixed_position(int row, int column, size_t k)
{
    double turn = (k < DIM / 2 ? row : column) * pow(10000, -(double)(k % (DIM / 4)) / (DIM / 4));

    return k / (DIM / 4) % 2 ? cos(turn) : sin(turn);
}

static void embed(struct reference *r, const float *picture)
{
    size_t n = 0;

    for (size_t k = 0; !r->variant.is_mean && k < DIM; k++)
        r->tokens[0][k] = at(view(r, "cls_token"), 0, k);
    n += !r->variant.is_mean;
    for (int row = 0; row < HEIGHT / PATCH; row++) {
        for (int column = 0; column < WIDTH / PATCH; column++, n++) {
            double patch[CHANNELS * PATCH * PATCH];

            cut(picture, row, column, patch);
            linear(r, "patch_embed.proj", patch, CHANNELS * PATCH * PATCH, r->tokens[n], DIM);
            for (size_t k = 0; r->variant.is_sincos && k < DIM; k++)
                r->tokens[n][k] += fixed_position(row, column, k);
        }
    }
    for (size_t i = 0; !r->variant.is_sincos && i < n * DIM; i++)
        r->tokens[i / DIM][i % DIM] += at(view(r, "pos_embed"), 0, i);
    r->n_tokens = (int)n;
}

/* mixed[token] += softmax(q k^T / sqrt(d)) v of one head, whose floats are `from` to `to`. */
static void attend(const double (*qkv)[3 * DIM], int n, int from, int to, double (*mixed)[DIM])
{
    for (int t = 0; t < n; t++) {
        double e[ROWS + 1], sum = 0;

        for (int s = 0; s < n; s++) {
            double score = 0;

            for (int k = from; k < to; k++)
                score += qkv[t][k] * qkv[s][DIM + k];
            e[s] = exp(score / sqrt(to - from));
            sum += e[s];
        }
        for (int s = 0; s < n; s++)
            for (int k = from; k < to; k++)
                mixed[t][k] += e[s] / sum * qkv[s][2 * DIM + k];
    }
}

static void attention_branch(struct reference *r, int block)
{
    double qkv[ROWS + 1][3 * DIM], mixed[ROWS + 1][DIM] = {{0}}, x[DIM];
    char norm[64], layer[64], proj[64];

    snprintf(norm, sizeof norm, "blocks.%d.norm1", block);
    snprintf(layer, sizeof layer, "blocks.%d.attn.qkv", block);
    snprintf(proj, sizeof proj, "blocks.%d.attn.proj", block);
    for (int t = 0; t < r->n_tokens; t++) {
        normalise(r, norm, r->tokens[t], x);
        linear(r, layer, x, DIM, qkv[t], 3 * DIM);
    }
    for (int head = 0; head < HEADS; head++)
        attend(qkv, r->n_tokens, head * (DIM / HEADS), (head + 1) * (DIM / HEADS), mixed);
    for (int t = 0; t < r->n_tokens; t++) {
        linear(r, proj, mixed[t], DIM, x, DIM);
        for (int k = 0; k < DIM; k++)
            r->tokens[t][k] += x[k];
    }
}

static double gelu(double x, bool is_tanh)
{
    if (is_tanh)
        return x / 2 * (1 + tanh(sqrt(2 / acos(-1)) * (x + 0.044715 * x * x * x)));
    return x / 2 * (1 + erf(x / sqrt(2)));
}

static void mlp_branch(struct reference *r, int block)
{
    char norm[64], fc1[64], fc2[64];

    snprintf(norm, sizeof norm, "blocks.%d.norm2", block);
    snprintf(fc1, sizeof fc1, "blocks.%d.mlp.fc1", block);
    snprintf(fc2, sizeof fc2, "blocks.%d.mlp.fc2", block);
    for (int t = 0; t < r->n_tokens; t++) {
        double x[DIM], hidden[HIDDEN];

        normalise(r, norm, r->tokens[t], x);
        linear(r, fc1, x, DIM, hidden, HIDDEN);
        for (int k = 0; k < HIDDEN; k++)
            hidden[k] = gelu(hidden[k], r->variant.is_tanh);
        linear(r, fc2, hidden, HIDDEN, x, DIM);
        for (int k = 0; k < DIM; k++)
            r->tokens[t][k] += x[k];
    }
}

/* The scores [N_CLASSES] of a picture [CHANNELS][HEIGHT][WIDTH]. */
static void classify(struct reference *r, const float *picture, double *scores)
{
    double pooled[DIM], normed[DIM];

    embed(r, picture);
    for (int block = 0; block < DEPTH; block++) {
        attention_branch(r, block);
        mlp_branch(r, block);
    }
    memcpy(pooled, r->tokens[0], sizeof pooled);
    for (int t = 1; r->variant.is_mean && t < r->n_tokens; t++)
        for (int k = 0; k < DIM; k++)
            pooled[k] += r->tokens[t][k];
    for (int k = 0; r->variant.is_mean && k < DIM; k++)
        pooled[k] /= r->n_tokens;
    normalise(r, r->variant.is_mean ? "fc_norm" : "norm", pooled, normed);
    linear(r, "head", normed, DIM, scores, N_CLASSES);
}

/* ---- the comparison ---- */

struct bench {
    struct arena arena;
    struct graph graph;
    struct graph_pass pass;
    float *weights, *grads, *pictures, *direction; /* direction: of the scores, [N][N_CLASSES] */
    struct reference reference;
    double *doubles;
};

static float *normals(struct bench *b, size_t n, uint64_t seed)
{
    float *x = arena_alloc(&b->arena, (n + 16) * sizeof *x);

    kernel_normal(x, n, rng_seed(seed).key);
    return x;
}

static void open_bench(struct bench *b, struct variant variant)
{
    const struct signature picture = signature_picture(CHANNELS, HEIGHT, WIDTH);
    const struct component *c;
    struct settings s;
    struct error err;
    void *config;
    const char *settings;

    *b = (struct bench){0};
    settings = arena_printf(&b->arena,
                            "model.dim = %d\nmodel.heads = %d\nmodel.depth = %d\nmodel.patch = %d\n"
                            "model.pool = \"%s\"\nmodel.positions = \"%s\"\nmodel.gelu = \"%s\"\n",
                            DIM, HEADS, DEPTH, PATCH, variant.is_mean ? "mean" : "cls",
                            variant.is_sincos ? "sincos" : "learned",
                            variant.is_tanh ? "tanh" : "erf");
    c = component_find(&model_kind, "vit", &err);
    settings_init(&s, &b->arena);
    assert_int_equal(settings_parse(&s, settings, &err), 0);
    component_defaults(c, "model", &s);
    assert_int_equal(component_configure(c, "model", &s, &b->arena, &config, &err), 0);
    graph_init(&b->graph, &b->arena, &picture);
    if (((const struct model_type *)c)->build(config, N_CLASSES, &b->graph, &err) < 0)
        fail_msg("%s", err.text);
    graph_plan(&b->graph, N, 0);

    b->weights = arena_alloc(&b->arena, b->graph.params.size * sizeof *b->weights);
    b->grads = arena_alloc(&b->arena, b->graph.params.size * sizeof *b->grads);
    b->doubles = arena_alloc(&b->arena, b->graph.params.size * sizeof *b->doubles);
    b->pictures = normals(b, N * PIXELS, 1);
    b->direction = normals(b, N * N_CLASSES, 2);
    /* Larger than a start has them, so that no layer is nearly linear. */
    for (int i = 0; i < b->graph.params.n; i++) {
        const struct param *p = &b->graph.params.items[i];
        float *x = normals(b, p->size, 100 + (uint64_t)i);

        for (size_t k = 0; k < p->size; k++)
            b->weights[p->offset + k] = p->init_value + 0.3f * x[k];
    }
    for (size_t i = 0; i < b->graph.params.size; i++)
        b->doubles[i] = b->weights[i];
    b->reference = (struct reference){
        .variant = variant, .params = &b->graph.params, .weights = b->doubles};
    b->pass = (struct graph_pass){
        .n = N,
        .training = true,
        .weights = b->weights,
        .prepared = arena_alloc(&b->arena, b->graph.prepared_size * sizeof(float)),
        .grads = b->grads,
        .x = {b->pictures},
        .workspace = arena_alloc(&b->arena, b->graph.workspace_size * sizeof(float)),
        .scratch = arena_alloc(&b->arena, b->graph.scratch_size * sizeof(float)),
    };
    graph_prepare(&b->graph, b->weights, (float *)b->pass.prepared);
}

static void check_scores(struct bench *b)
{
    const float *scores = graph_forward(&b->graph, &b->pass);

    for (int e = 0; e < N; e++) {
        double expected[N_CLASSES];

        classify(&b->reference, b->pictures + e * PIXELS, expected);
        for (int c = 0; c < N_CLASSES; c++)
            if (fabs(scores[e * N_CLASSES + c] - expected[c]) > SCORE_TOLERANCE * (1 + fabs(expected[c])))
                fail_msg("picture %d, class %d: %.9g, the reference has %.9g", e, c,
                         scores[e * N_CLASSES + c], expected[c]);
    }
}

/* The reference's scores along the direction, a number that has the gradient of backward. */
static double value(struct bench *b)
{
    double sum = 0;

    for (int e = 0; e < N; e++) {
        double scores[N_CLASSES];

        classify(&b->reference, b->pictures + e * PIXELS, scores);
        for (int c = 0; c < N_CLASSES; c++)
            sum += scores[c] * b->direction[e * N_CLASSES + c];
    }
    return sum;
}

static void check_gradient(struct bench *b, const struct param *p, uint64_t seed)
{
    static const double STEP = 1e-5;
    const float *along = normals(b, p->size, seed);
    double *w = b->doubles + p->offset, slope = 0, length = 0, high, low;

    for (size_t i = 0; i < p->size; i++) {
        slope += (double)b->grads[p->offset + i] * along[i];
        length += (double)b->grads[p->offset + i] * b->grads[p->offset + i];
        w[i] += STEP * along[i];
    }
    high = value(b);
    for (size_t i = 0; i < p->size; i++)
        w[i] -= 2 * STEP * along[i];
    low = value(b);
    for (size_t i = 0; i < p->size; i++)
        w[i] = b->weights[p->offset + i];
    if (!(length > 0) || fabs(slope - (high - low) / (2 * STEP)) > SLOPE_TOLERANCE * (1 + sqrt(length)))
        fail_msg("%s: slope %.9g of a gradient of length %g, the reference has %.9g", p->name,
                 slope, sqrt(length), (high - low) / (2 * STEP));
}

static void check(struct variant variant)
{
    struct bench b;

    open_bench(&b, variant);
    check_scores(&b);
    memcpy(graph_output_gradient(&b.graph, &b.pass), b.direction, N * N_CLASSES * sizeof(float));
    graph_backward(&b.graph, &b.pass);
    for (int i = 0; i < b.graph.params.n; i++)
        check_gradient(&b, &b.graph.params.items[i], 500 + (uint64_t)i);
    arena_release(&b.arena);
}

static void test_class_token(void **state)
{
    (void)state;
    check((struct variant){0});
}

static void test_mean_of_tokens(void **state)
{
    (void)state;
    check((struct variant){.is_mean = true, .is_tanh = true});
}

static void test_fixed_positions(void **state)
{
    (void)state;
    check((struct variant){.is_sincos = true});
    check((struct variant){.is_sincos = true, .is_mean = true});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_token),
        cmocka_unit_test(test_mean_of_tokens),
        cmocka_unit_test(test_fixed_positions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
