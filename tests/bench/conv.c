/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How fast op_conv is on the layers of ResNets for CIFAR: GFLOP/s of forward, data gradient and
 * weights' gradient by one thread, beside those of sgemm and of our own product at 512-cubed in the same
 * process; the best of many short pieces. Usage: conv [EXAMPLES-A-MICRO-BATCH [v3]], 8 of them unless
 * said. conv_peers.py reads what it prints. */
#include "math/blas.h"
#include "math/kernels.h"
#include "math/product.h"
#include "nn/op/op.h"
#include "os/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 512, PIECES = 60 };

static const double PIECE_SECONDS = 1e-3;

static const struct layer {
    int side, channels, stride, width_out;
} layers[] = {
    {32, 3, 1, 16}, {32, 16, 1, 16}, {16, 32, 1, 32}, {8, 64, 1, 64}, {32, 16, 2, 32}, {16, 32, 2, 64},
};

enum { N_LAYERS = sizeof layers / sizeof *layers };

struct bench {
    struct arena arena;
    struct op_conv config;
    struct op_node node;
    struct params params;
    struct op_pass pass;
    float *gx;
    float *a, *b, *c; /* sgemm's */
};

static float *filled(struct bench *b, size_t n, uint64_t seed)
{
    float *x = arena_alloc(&b->arena, (n + 1) * sizeof *x);

    kernel_normal(x, n, rng_seed(seed).key);
    return x;
}

static double open_layer(struct bench *b, const struct layer *layer, int n)
{
    struct op_node *node = &b->node;
    struct error err;
    size_t size;

    b->config = (struct op_conv){.height = layer->side, .width = layer->side, .kernel = 3,
                                 .stride = layer->stride, .pad = 1, .width_out = layer->width_out,
                                 .has_no_bias = true};
    *node = (struct op_node){.name = "conv", .type = &op_conv, .config = &b->config, .inputs = {0, -1},
                             .has_weights_before = {true},
                             .in = {{layer->side * layer->side, layer->channels}}};
    if (op_conv.plan(node, &b->params, &b->arena, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    size = (size_t)n * shape_size(node->out);
    b->gx = filled(b, (size_t)n * shape_size(node->in[0]), 1);
    b->pass = (struct op_pass){
        .n = n, .training = true, .gw_adds = true, .w = filled(b, b->params.size, 2),
        .gw = filled(b, b->params.size, 3), .x = {filled(b, (size_t)n * shape_size(node->in[0]), 4)},
        .y = filled(b, size, 5), .gy = filled(b, size, 6),
        .scratch = filled(b, (size_t)n * node->scratch_size, 7),
    };
    if (op_conv.prepare) {
        float *prepared = filled(b, node->prepared_size, 8);

        op_conv.prepare(node, b->pass.w, prepared);
        b->pass.prepared = prepared;
    }
    return 2.0 * (double)size * 9 * layer->channels;
}

static void gemm(struct bench *b)
{
    blas_gemm(false, false, N, N, N, b->a, N, b->b, N, 0, b->c, N);
}

static void multiply(struct bench *b)
{
    product(b->c, N, b->a, N, 1, b->b, N, N, N, N, false);
}

static void forward(struct bench *b)
{
    op_conv.forward(&b->node, &b->pass);
}

static void backward(struct bench *b)
{
    b->pass.gx[0] = b->gx;
    op_conv.backward(&b->node, &b->pass);
}

static void backward_weights(struct bench *b)
{
    b->pass.gx[0] = NULL;
    op_conv.backward(&b->node, &b->pass);
}

/* Seconds of one call, the best of many pieces of so many calls that the clock sees them. */
static double best(struct bench *b, void (*call)(struct bench *b))
{
    double least = 1e9, start = clock_now(), once;
    int calls;

    call(b);
    once = clock_now() - start;
    calls = once < PIECE_SECONDS ? (int)(PIECE_SECONDS / once) + 1 : 1;
    for (int i = 0; i < PIECES; i++) {
        double seconds;

        start = clock_now();
        for (int k = 0; k < calls; k++)
            call(b);
        seconds = (clock_now() - start) / calls;
        least = seconds < least ? seconds : least;
    }
    return least;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 8;
    struct bench b = {.params = {0}};
    struct error err;
    const double square = 2e-9 * N * N * N;

    if (n < 1 || blas_load(BLAS_NATIVE, 1, &err) < 0) {
        fprintf(stderr, "%s\n", n < 1 ? "examples: at least 1" : err.text);
        return 2;
    }
    if (argc > 2 && strcmp(argv[2], "v3") == 0)
        kernels = &kernels_v3;
    b.a = filled(&b, (size_t)N * N, 1);
    b.b = filled(&b, (size_t)N * N, 2);
    b.c = filled(&b, (size_t)N * N, 3);
    printf("%-18s %8.1f %8.1f\n", "sgemm, product", square / best(&b, gemm), square / best(&b, multiply));
    printf("%-18s %8s %8s %8s GFLOP/s\n", "layer", "forward", "data", "weights");
    for (int i = 0; i < N_LAYERS; i++) {
        const struct layer *layer = &layers[i];
        double flop, weights, both;
        char name[32];

        arena_release(&b.arena);
        b.params = (struct params){0};
        flop = 1e-9 * open_layer(&b, layer, n);
        snprintf(name, sizeof name, "%dx%dx%d-%d", layer->side, layer->side, layer->channels,
                 layer->width_out);
        weights = best(&b, backward_weights);
        both = best(&b, backward);
        printf("%-18s %8.1f %8.1f %8.1f\n", name, flop / best(&b, forward), flop / (both - weights),
               flop / weights);
    }
    arena_release(&b.arena);
    return 0;
}
