/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How fast training is: the rate of the products that an MLP 3072-256-256-10 at
 * batch 128 needs, over the rate of cblas_sgemm at 1024-cubed in the same process;
 * and the throughput of two processes over that of one. Pieces of each are timed
 * in turn, so that a drift of the machine's speed reaches both. */
#include "base/clock.h"
#include "learn/config.h"
#include "learn/platform.h"
#include "learn/trainer.h"
#include "math/blas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 15, STEPS = 60, BATCH = 128, N = 1024, N_PICTURES = 4096 };

/* Multiplications and additions of one step: forward, both gradients, but no
 * gradient of the first layer's input. */
static const double STEP_FLOP =
    2.0 * BATCH * (2.0 * 3072 * 256 + 3.0 * 256 * 256 + 3.0 * 256 * 10);

struct bench {
    struct arena arena;
    struct trainer trainer;
    struct dataset dataset;
    struct standard standard;
    uint32_t indices[N_PICTURES];
    float *a, *b, *c;
    long step;
};

static const void *config_of(struct bench *b, const struct component *c, const char *slot)
{
    struct settings s;
    struct error err;
    void *config;

    settings_init(&s, &b->arena);
    component_defaults(c, slot, &s);
    if (component_configure(c, slot, &s, &b->arena, &config, &err) < 0)
        exit(1);
    return config;
}

static void open_bench(struct bench *b)
{
    struct error err;
    const struct component *model = component_find(&model_kind, "mlp", &err);
    const struct component *loss = component_find(&loss_kind, "cross_entropy", &err);
    const struct component *objective = component_find(&objective_kind, "rgd", &err);
    const struct component *optimizer = component_find(&optimizer_kind, "sgd", &err);
    struct trainer_method method = {
        (const struct loss_type *)loss, config_of(b, loss, "loss"),
        (const struct objective_type *)objective, config_of(b, objective, "objective"),
        (const struct optimizer_type *)optimizer, config_of(b, optimizer, "optimizer")};
    struct graph graph;
    struct rng rng = rng_seed(1);
    unsigned char *pixels = arena_alloc(&b->arena, (size_t)N_PICTURES * 3072);
    uint16_t *labels;

    b->dataset = (struct dataset){.channels = 3, .height = 32, .width = 32, .n_classes = 10};
    dataset_pool_init(&b->dataset, &b->dataset.train, N_PICTURES, &labels);
    for (int i = 0; i < N_PICTURES; i++) {
        labels[i] = (uint16_t)rng_below(&rng, 10);
        b->indices[i] = (uint32_t)i;
        b->dataset.train.pixels[i] = pixels + (size_t)i * 3072;
        for (int k = 0; k < 3072; k += 4) {
            uint32_t x = rng_next(&rng);

            memcpy(pixels + (size_t)i * 3072 + k, &x, 4);
        }
    }
    standard_measure(&b->dataset, &b->dataset.train, b->indices, N_PICTURES, &b->standard);
    graph_init(&graph, &b->arena, (struct shape){1, 3072});
    if (((const struct model_type *)model)
            ->build(config_of(b, model, "model"), (struct picture_shape){3, 32, 32}, 10, &graph,
                    &err) < 0)
        exit(1);
    trainer_init(&b->trainer, &b->arena, &method, &graph, 10, BATCH, BATCH, 1, rng);
    b->a = arena_alloc(&b->arena, (size_t)N * N * sizeof(float));
    b->b = arena_alloc(&b->arena, (size_t)N * N * sizeof(float));
    b->c = arena_alloc(&b->arena, (size_t)N * N * sizeof(float));
    for (int i = 0; i < N * N; i++)
        b->a[i] = b->b[i] = (float)(i % 101) * 0.01f;
}

static double time_steps(struct bench *b)
{
    struct trainer_data data = {.dataset = &b->dataset, .pool = &b->dataset.train,
                                .standard = &b->standard};
    double start = clock_now();

    for (int i = 0; i < STEPS; i++) {
        struct trainer_step step = {.step = ++b->step, .rate = 1e-4, .rng = rng_seed(2)};
        struct trainer_sums sums;

        trainer_step(&b->trainer, &data, b->indices + (i * BATCH) % N_PICTURES, BATCH, &step,
                     &sums);
    }
    return (clock_now() - start) / STEPS;
}

static double time_gemm(struct bench *b)
{
    double start = clock_now();

    for (int i = 0; i < 10; i++)
        blas_gemm(false, false, N, N, N, b->a, N, b->b, N, 0, b->c, N);
    return (clock_now() - start) / 10;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_size);
    return x[n / 2];
}

/* Seconds that `n` processes take for the same number of steps each. */
static double time_processes(struct bench *b, int n)
{
    double start = clock_now();

    for (int i = 0; i < n; i++) {
        if (fork() == 0) { /* no thread has been started in this program */
            for (int k = 0; k < 10; k++)
                time_steps(b);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return clock_now() - start;
}

int main(int argc, char **argv)
{
    const char *numeric = argc > 1 ? argv[1] : "native";
    static struct bench b;
    double steps[ROUNDS], gemm[ROUNDS], ratios[ROUNDS], scaling[5];
    struct error err;

    if (platform_enter(numeric, argv, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return err.status;
    }
    open_bench(&b);
    time_steps(&b);
    time_gemm(&b);
    for (int i = 0; i < ROUNDS; i++) {
        steps[i] = time_steps(&b);
        gemm[i] = time_gemm(&b);
        ratios[i] = STEP_FLOP / steps[i] / (2.0 * N * N * N / gemm[i]);
    }
    printf("%-9s %-9s MLP 3072-256-256-10, batch %d, rgd: %.0f examples/s, %.1f GFLOP/s; "
           "sgemm 1024: %.1f GFLOP/s; ratio %.3f (median of %d)\n",
           numeric, blas_core(), BATCH, BATCH / median(steps, ROUNDS),
           STEP_FLOP / median(steps, ROUNDS) * 1e-9,
           2.0 * N * N * N / median(gemm, ROUNDS) * 1e-9, median(ratios, ROUNDS), ROUNDS);
    for (int i = 0; i < 5; i++) {
        double one = time_processes(&b, 1);

        scaling[i] = 2 * one / time_processes(&b, 2);
    }
    printf("%-9s two workers over one: %.2f times the throughput (median of 5)\n", numeric,
           median(scaling, 5));
    return 0;
}
