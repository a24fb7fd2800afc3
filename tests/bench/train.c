/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How fast training is: the rate of the products that a step needs, over the rate
 * of cblas_sgemm at 1024-cubed in the same process; and the throughput of two
 * processes over that of one. Pieces of each are timed in turn, so that a drift of
 * the machine's speed reaches both. Usage: train PROFILE [WORKLOAD-NUMBER ...], or
 * train PROFILE rate WORKLOAD-NUMBER THREADS SECONDS for pictures a second alone
 * (peers.py), or train PROFILE objectives for what each of them costs. */
#include "learn/config/config.h"
#include "learn/platform.h"
#include "learn/trainer.h"
#include "math/blas.h"
#include "math/kernels.h"
#include "os/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MIN_ROUNDS = 5, MAX_ROUNDS = 11, PAIRS = 3, PRODUCTS = 5 };
enum { N = 1024, N_PICTURES = 4096, N_CLASSES = 10, MAX_WIDTHS = 4 };

static const double ROUND_SECONDS = 0.25; /* of steps, at least one */
static const double ROW_SECONDS = 6;      /* of rounds, at least MIN_ROUNDS */

struct number {
    const char *name;
    double value;
};

static const struct workload {
    const char *title, *model;
    int picture[3]; /* channels, height, width; 0: rows of Adult's columns, or texts */
    int tokens[2];  /* of a text, from and to */
    int batch;
    struct number settings[7];
    int hidden[MAX_WIDTHS + 1];
    const char *optimizer;
} workloads[] = {
    {.title = "ViT dim 192, depth 12, heads 3, patch 4, batch 64", .model = "vit",
     .picture = {3, 32, 32}, .batch = 64, .optimizer = "adamw",
     .settings = {{"dim", 192}, {"depth", 12}, {"heads", 3}, {"patch", 4}}},
    {.title = "ViT dim 96, depth 6, heads 3, patch 4, batch 128", .model = "vit",
     .picture = {3, 32, 32}, .batch = 128, .optimizer = "adamw",
     .settings = {{"dim", 96}, {"depth", 6}, {"heads", 3}, {"patch", 4}}},
    {.title = "ViT dim 64, depth 4, heads 4, patch 8, batch 128", .model = "vit",
     .picture = {3, 32, 32}, .batch = 128, .optimizer = "adamw",
     .settings = {{"dim", 64}, {"depth", 4}, {"heads", 4}, {"patch", 8}}},
    {.title = "MLP 3072-256-256-10, batch 128", .model = "mlp", .picture = {3, 32, 32},
     .batch = 128, .optimizer = "sgd", .hidden = {256, 256}},
    {.title = "MLP 64-128-128-10, batch 64", .model = "mlp", .picture = {1, 8, 8}, .batch = 64,
     .optimizer = "sgd", .hidden = {128, 128}},
    {.title = "MNIST_CNN, 28 x 28, batch 64", .model = "mnist_cnn", .picture = {2, 28, 28},
     .batch = 64, .optimizer = "adam"},
    {.title = "ResNet-8, batch 128", .model = "resnet", .picture = {3, 32, 32}, .batch = 128, .optimizer = "sgd",
     .settings = {{"depth", 8}}},
    {.title = "ResNet-32, batch 128", .model = "resnet", .picture = {3, 32, 32}, .batch = 128, .optimizer = "sgd",
     .settings = {{"depth", 32}}},
    {.title = "MLP-PLR 246-224-224-2, batch 256", .model = "mlp_plr", .batch = 256, .optimizer = "adamw",
     .settings = {{"frequencies", 92}, {"sigma", 5.16}, {"embedding", 24}}, .hidden = {224, 224}},
    {.title = "FT-Transformer of 14 columns, batch 256", .model = "ft_transformer", .batch = 256,
     .optimizer = "adamw"},
    {.title = "MLP 108-400-400-400-400-2, batch 256", .model = "mlp", .batch = 256, .optimizer = "adamw",
     .hidden = {400, 400, 400, 400}},
    {.title = "MiniLM-L6, sentences of 11 tokens, batch 32", .model = "bert", .tokens = {4, 18}, .batch = 32,
     .optimizer = "adamw", .settings = {{"dim", 384}, {"depth", 6}, {"heads", 12}}},
    {.title = "MiniLM-L6, pairs of 53 tokens, batch 32", .model = "bert", .tokens = {28, 78}, .batch = 32,
     .optimizer = "adamw", .settings = {{"dim", 384}, {"depth", 6}, {"heads", 12}}},
};

enum { N_WORDS = 30522 };

static const int n_words[] = {N_WORDS};

enum { N_NUMBERS = 6, N_CATEGORIES = 8 };

static const int n_levels[N_CATEGORIES] = {9, 16, 7, 15, 6, 5, 2, 42};

enum { N_WORKLOADS = sizeof workloads / sizeof *workloads };

struct bench {
    const struct workload *workload;
    struct arena arena;
    struct loss loss;
    struct objective objective;
    struct optimizer_common common;
    struct objective_filter filter;
    struct trainer trainer;
    struct dataset dataset;
    struct standard standard;
    uint32_t indices[N_PICTURES];
    float *a, *b, *c;
    double step_flop;
    int steps; /* a round's */
    long step;
};

static void die(const struct error *err)
{
    fprintf(stderr, "%s\n", err->text);
    exit(err->status);
}

static const void *config_of(struct bench *b, const struct component *c, const char *slot)
{
    const struct workload *w = b->workload;
    struct settings s;
    struct error err;
    void *config;
    char name[64];

    settings_init(&s, &b->arena);
    if (strcmp(slot, "model") == 0) {
        for (const struct number *p = w->settings; p->name; p++) {
            snprintf(name, sizeof name, "model.%s", p->name);
            settings_set(&s, name, value_number(p->value));
        }
        if (w->hidden[0]) {
            struct value widths[MAX_WIDTHS];
            int n = 0;

            for (; w->hidden[n]; n++)
                widths[n] = value_number(w->hidden[n]);
            settings_set(&s, "model.hidden",
                         (struct value){.kind = VALUE_LIST, .items = widths, .n_items = n});
        }
    }
    component_defaults(c, slot, &s);
    if (component_configure(c, slot, &s, &b->arena, &config, &err) < 0)
        die(&err);
    return config;
}

static void make_pictures(struct bench *b)
{
    struct rng rng = rng_seed(1);
    const int *p = b->workload->picture;
    size_t size = (size_t)(p[0] * p[1] * p[2]);
    unsigned char *pixels = arena_alloc(&b->arena, N_PICTURES * size);
    uint16_t *labels;

    b->dataset = (struct dataset){.signature = signature_picture(p[0], p[1], p[2]), .n_classes = N_CLASSES};
    dataset_pool_init(&b->dataset, &b->dataset.train, N_PICTURES, &labels);
    for (int i = 0; i < N_PICTURES; i++) {
        labels[i] = (uint16_t)rng_below(&rng, N_CLASSES);
        b->indices[i] = (uint32_t)i;
        b->dataset.train.values[0].bytes[i] = pixels + (size_t)i * size;
        for (size_t k = 0; k < size; k += 4) {
            uint32_t x = rng_next(&rng);

            memcpy(pixels + (size_t)i * size + k, &x, 4);
        }
    }
    standard_measure(&b->dataset.signature.fields[0], &b->dataset.train.values[0], b->indices, N_PICTURES,
                     &b->standard);
}

static void make_rows(struct bench *b)
{
    struct rng rng = rng_seed(1);
    float *numbers = arena_alloc(&b->arena, (size_t)N_PICTURES * N_NUMBERS * sizeof *numbers);
    int32_t *codes = arena_alloc(&b->arena, (size_t)N_PICTURES * N_CATEGORIES * sizeof *codes);
    uint16_t *labels = arena_alloc(&b->arena, N_PICTURES * sizeof *labels);

    kernel_normal(numbers, (size_t)N_PICTURES * N_NUMBERS, rng.key);
    for (int i = 0; i < N_PICTURES; i++) {
        labels[i] = (uint16_t)rng_below(&rng, 2);
        b->indices[i] = (uint32_t)i;
        for (int c = 0; c < N_CATEGORIES; c++)
            codes[i * N_CATEGORIES + c] = (int32_t)rng_below(&rng, (uint32_t)n_levels[c]);
    }
    b->dataset = (struct dataset){
        .signature = {2,
                      {{"numbers", FIELD_NUMBERS, {N_NUMBERS, 1, 1}, NULL, NULL},
                       {"categories", FIELD_CATEGORIES, {N_CATEGORIES, 1, 1}, NULL, n_levels}}},
        .n_classes = 2,
        .train = {.n = N_PICTURES, .values = {{.numbers = numbers}, {.codes = codes}}, .labels = labels},
    };
}

/* Lengths come in turn, from the first to the last, by a stride; a third of a text is its second. */
static int text_length(const struct workload *w, int i)
{
    return w->tokens[0] + i * 7919 % (w->tokens[1] - w->tokens[0] + 1);
}

static void make_texts(struct bench *b)
{
    const struct workload *w = b->workload;
    struct rng rng = rng_seed(1);
    int most = w->tokens[1];
    int32_t *tokens = arena_alloc(&b->arena, (size_t)N_PICTURES * (size_t)most * sizeof *tokens);
    int32_t *lengths = arena_alloc(&b->arena, (size_t)N_PICTURES * 2 * sizeof *lengths);
    uint16_t *labels = arena_alloc(&b->arena, N_PICTURES * sizeof *labels);

    for (int i = 0; i < N_PICTURES; i++) {
        labels[i] = (uint16_t)rng_below(&rng, 2);
        b->indices[i] = (uint32_t)i;
        lengths[2 * i] = text_length(w, i);
        lengths[2 * i + 1] = lengths[2 * i] - lengths[2 * i] / 3;
        for (int k = 0; k < lengths[2 * i]; k++)
            tokens[i * most + k] = (int32_t)(N_WORDS * pow(rng_uniform(&rng), 3)); /* some come often */
    }
    b->dataset = (struct dataset){
        .signature = {2, {{"tokens", FIELD_TOKENS, {most, 1, 1}, NULL, n_words}, {"length", FIELD_LENGTH, {2, 1, 1}, NULL, NULL}}},
        .n_classes = 2,
        .train = {.n = N_PICTURES, .values = {{.codes = tokens}, {.codes = lengths}}, .labels = labels},
    };
}

/* Rows of an example at a node, and their squares, in the mean. */
static void count_rows(const struct workload *w, const struct op_node *node, double *ret_rows, double *ret_squares)
{
    int n = node->most_rows ? w->tokens[1] - w->tokens[0] + 1 : 1;

    *ret_rows = *ret_squares = 0;
    for (int i = 0; i < n; i++) {
        double rows = node->most_rows ? text_length(w, i) : node->out.rows;

        *ret_rows += rows / n;
        *ret_squares += rows * rows / n;
    }
}

/* Multiplications and additions in the products of a step: forward and both
 * gradients, but no gradient of the picture. */
static double step_flop(const struct workload *w, const struct graph *g)
{
    double flop = 0;

    for (int i = g->signature.n; i < g->n_nodes; i++) {
        const struct op_node *node = &g->nodes[i];
        double rows, squares, width = node->out.width;
        double passes = node->has_weights_before[0] ? 3 : 2;

        count_rows(w, node, &rows, &squares);
        if (node->type == &op_linear || node->type == &op_linear_residual)
            flop += 2 * passes * rows * width * node->in[0].width;
        else if (node->type == &op_linear_one_hot)
            flop += 2 * (node->has_weights_before[1] ? 3 : 2) * rows * width * node->in[1].width;
        else if (node->type == &op_patches)
            flop += 2 * passes * (double)shape_size(node->in[0]) * width;
        else if (node->type == &op_conv) {
            const struct op_conv *conv = node->config;
            double window = conv->kernel * conv->kernel * node->in[0].width;

            flop += 2 * passes * rows * width * window;
        } else if (node->type == &op_attention)
            flop += 2 * 6 * squares * width;
        else if (node->type == &op_cross_attention)
            flop += 2 * 6 * rows * node->in[1].rows * width;
    }
    return flop * w->batch;
}

/* As many of each class. */
static const struct objective_data even_classes = {
    .n_classes = N_CLASSES, .class_counts = (const int[N_CLASSES]){400, 400, 400, 400, 400, 400, 400, 400, 400, 400}};

static void open_bench(struct bench *b, const struct workload *w, const char *objective_name, int n_threads)
{
    struct error err;
    const struct component *model = component_find(&model_kind, w->model, &err);
    const struct component *loss = component_find(&loss_kind, "cross_entropy", &err);
    const struct component *objective = component_find(&objective_kind, objective_name, &err);
    const struct component *optimizer = component_find(&optimizer_kind, w->optimizer, &err);
    const struct model_type *type = (const struct model_type *)model;
    const void *config;
    struct engine_slots slots;
    struct trainer_method method;
    struct graph graph;

    *b = (struct bench){.workload = w};
    if (w->picture[0])
        make_pictures(b);
    else if (w->tokens[0])
        make_texts(b);
    else
        make_rows(b);
    if (loss_init(&b->loss, &b->arena, (const struct loss_type *)loss, config_of(b, loss, "loss"),
                  &(struct loss_common){0}, &(struct loss_data){.n_classes = b->dataset.n_classes}, &err) < 0 ||
        objective_init(&b->objective, &b->arena, (const struct objective_type *)objective,
                       config_of(b, objective, "objective"), &b->filter, &even_classes,
                       w->batch, &err) < 0)
        die(&err);
    slots = (struct engine_slots){
        .transform = (const struct transform_type *)transform_kind.at(0), /* none */
        .loss = &b->loss,
        .objective = &b->objective,
    };
    method = (struct trainer_method){
        .engine = {.slots = {slots, slots}},
        .optimizer = (const struct optimizer_type *)optimizer,
        .optimizer_config = config_of(b, optimizer, "optimizer"),
        .optimizer_common = &b->common,
        .average = {(const struct average_type *)component_find(&average_kind, "last_iterate", &err), NULL},
    };
    config = config_of(b, model, "model");
    graph_init(&graph, &b->arena, &b->dataset.signature);
    if (type->build(config, b->dataset.n_classes, &graph, &err) < 0)
        die(&err);
    b->step_flop = step_flop(w, &graph);
    trainer_init(&b->trainer, &b->arena, &method, &graph,
                 &(struct engine_sizes){.n_classes = b->dataset.n_classes,
                                         .batch = w->batch,
                                         .micro_batch = type->micro_batch(config),
                                         .n_threads = n_threads,
                                         .keep = ENGINE_KEEP},
                 rng_seed(1));
    b->steps = 1;
}

static void open_products(struct bench *b)
{
    b->a = arena_alloc(&b->arena, (size_t)N * N * sizeof(float));
    b->b = arena_alloc(&b->arena, (size_t)N * N * sizeof(float));
    b->c = arena_alloc(&b->arena, (size_t)N * N * sizeof(float));
    for (int i = 0; i < N * N; i++)
        b->a[i] = b->b[i] = (float)(i % 101) * 0.01f;
}

static double time_steps(struct bench *b)
{
    struct engine_data data = {.pool = &b->dataset.train, .standard = &b->standard};
    int batch = b->workload->batch;
    double start = clock_now();

    for (int i = 0; i < b->steps; i++) {
        struct trainer_step step = {.step = ++b->step, .rate = 1e-4, .rng = rng_seed(2)};
        struct trainer_sums sums;

        trainer_step(&b->trainer, &data, b->indices + (i * batch) % N_PICTURES, batch, &step,
                     &sums);
    }
    return (clock_now() - start) / b->steps;
}

static double time_gemm(struct bench *b)
{
    double start = clock_now();

    for (int i = 0; i < PRODUCTS; i++)
        blas_gemm(false, false, N, N, N, b->a, N, b->b, N, 0, b->c, N);
    return (clock_now() - start) / PRODUCTS;
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
            for (int k = 0; k < (b->steps > 1 ? 2 : 1); k++)
                time_steps(b);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return clock_now() - start;
}

/* MB of this process that a worker would have for itself: not the pictures, which workers
 * map from a file. */
static double private_memory(const struct bench *b)
{
    const int *p = b->workload->picture;
    double pictures = (double)N_PICTURES * p[0] * p[1] * p[2];
    double kb = 0;
    char line[128];
    FILE *f = fopen("/proc/self/status", "r");

    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "RssAnon: %lf", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return (kb * 1024 - pictures) * 1e-6;
}

/* An odd number, that a median may be one of them. */
static int rounds_for(double seconds)
{
    int n = seconds * MAX_ROUNDS < ROW_SECONDS ? MAX_ROUNDS : (int)(ROW_SECONDS / seconds);

    return n < MIN_ROUNDS ? MIN_ROUNDS : n | 1;
}

static void run(const char *profile, const struct workload *w, bool with_two)
{
    static struct bench b;
    double steps[MAX_ROUNDS], gemm[MAX_ROUNDS], ratios[MAX_ROUNDS], scaling[PAIRS];
    double one, before, memory, memory_before;
    int n;

    open_bench(&b, w, "rgd", 1);
    time_steps(&b);
    one = time_steps(&b);
    b.steps = one < ROUND_SECONDS ? (int)(ROUND_SECONDS / one) : 1;
    n = rounds_for(one * b.steps);
    memory = private_memory(&b);
    open_products(&b);
    time_gemm(&b);
    before = time_gemm(&b);
    memory_before = private_memory(&b);
    for (int i = 0; i < n; i++) {
        double after;

        steps[i] = time_steps(&b);
        after = time_gemm(&b);
        gemm[i] = (before + after) / 2;
        ratios[i] = b.step_flop / steps[i] / (2.0 * N * N * N / gemm[i]);
        before = after;
    }
    printf("%-8s  %-52s %9.0f %8.1f %8.1f %7.3f %6.0f %+6.1f", profile, w->title,
           w->batch / median(steps, n), b.step_flop / median(steps, n) * 1e-9,
           2.0 * N * N * N / median(gemm, n) * 1e-9, median(ratios, n), memory,
           private_memory(&b) - memory_before);
    for (int i = 0; with_two && i < PAIRS; i++) {
        one = time_processes(&b, 1);
        scaling[i] = 2 * one / time_processes(&b, 2);
    }
    if (with_two)
        printf(" %6.2f", median(scaling, PAIRS));
    printf("\n");
    fflush(stdout);
}

/* In a process of its own, so that a row's memory is. */
static bool run_apart(const char *profile, const struct workload *w, bool with_two)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        run(profile, w, with_two);
        exit(0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void print_rate(const struct workload *w, int n_threads, double seconds)
{
    static struct bench b;
    double start;
    long warm;

    open_bench(&b, w, "rgd", n_threads);
    time_steps(&b);
    warm = b.step;
    start = clock_now();
    do
        time_steps(&b);
    while (clock_now() - start < seconds);
    printf("%.1f\n", (double)((b.step - warm) * w->batch) / (clock_now() - start));
}

/* ---- what an objective costs ---- */

/* Processor seconds: of a machine that others use as well. */
static double processor_now(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Seconds to weigh N_LOSSES of them, the fastest of some times. */
static double time_weights(struct bench *b, const struct component *c)
{
    enum { N_LOSSES = 200000, TIMES = 3 };
    struct rng rng = rng_seed(3);
    double *losses = arena_alloc(&b->arena, N_LOSSES * sizeof *losses), best = INFINITY;
    double *weights = arena_alloc(&b->arena, N_LOSSES * sizeof *weights);
    int *classes = arena_alloc(&b->arena, N_LOSSES * sizeof *classes);
    const struct objective_batch batch = {.n = N_LOSSES, .losses = losses, .classes = classes};
    struct objective o;
    struct error err;

    for (int i = 0; i < N_LOSSES; i++) {
        losses[i] = -kernel_log(1 - rng_uniform(&rng));
        classes[i] = i % N_CLASSES;
    }
    if (objective_init(&o, &b->arena, (const struct objective_type *)c, config_of(b, c, "objective"), &b->filter,
                       &even_classes, N_LOSSES, &err) < 0)
        die(&err);
    for (int i = 0; i < TIMES; i++) {
        double start = processor_now();

        objective_weigh(&o, &batch, weights);
        best = fmin(best, processor_now() - start);
    }
    return best;
}

/* A step's time over that of ERM's, pieces of both in turn. */
static double time_beside(struct bench *b, struct bench *erm)
{
    enum { ROUNDS = 7 };
    double ratios[ROUNDS], start = processor_now(), middle;

    time_steps(b);
    b->steps = erm->steps = 1 + (int)(0.1 / (processor_now() - start + 1e-6));
    for (int i = 0; i < ROUNDS; i++) {
        start = processor_now();
        time_steps(erm);
        middle = processor_now();
        time_steps(b);
        ratios[i] = (processor_now() - middle) / (middle - start);
    }
    return median(ratios, ROUNDS);
}

struct worst {
    const char *name;
    double value;
};

static void note(struct worst *worst, const char *name, double value)
{
    if (value > worst->value)
        *worst = (struct worst){name, value};
}

/* The dearest of each kind; false where one is above its bound. */
static bool run_objectives(const char *profile)
{
    const struct workload *w = &workloads[3];
    const double most_seconds = 0.5, most_by_example = 1.25, most_by_batch = 1.5;
    static struct bench erm, b;
    struct worst weights = {"", 0}, by_example = {"", 0}, by_batch = {"", 0};
    const struct component *c;

    open_bench(&erm, w, "erm", 1);
    time_steps(&erm);
    for (int i = 0; (c = objective_kind.at(i)); i++) {
        bool is_by_batch = ((const struct objective_type *)c)->reach == REACH_BATCH;

        open_bench(&b, w, c->name, 1);
        time_steps(&b);
        note(is_by_batch ? &by_batch : &by_example, c->name, time_beside(&b, &erm));
        note(&weights, c->name, time_weights(&b, c));
        arena_release(&b.arena);
    }
    printf("%-8s  objectives: 200,000 losses are weighed in %.3f s at most (%s, below %g); a step of %s takes %.2f times "
           "ERM's at most where a weight is of its example (%s, below %g), %.2f of the batch (%s, below %g)\n", profile,
           weights.value, weights.name, most_seconds, w->title, by_example.value, by_example.name, most_by_example,
           by_batch.value, by_batch.name, most_by_batch);
    return weights.value < most_seconds && by_example.value < most_by_example && by_batch.value < most_by_batch;
}

int main(int argc, char **argv)
{
    const char *profile = argc > 1 ? argv[1] : "native";
    struct error err;

    if (platform_enter(profile, 1, &err) < 0)
        die(&err);
    if (argc == 6 && strcmp(argv[2], "rate") == 0) {
        int number = atoi(argv[3]);

        if (number < 1 || number > N_WORKLOADS)
            return 2;
        print_rate(&workloads[number - 1], atoi(argv[4]), atof(argv[5]));
        return 0;
    }
    if (argc == 3 && strcmp(argv[2], "objectives") == 0)
        return run_objectives(profile) ? 0 : 1;
    printf("profile %s: OpenBLAS %s, one core; medians of %d to %d; ratio: of the two rates; MB: "
           "private memory, and what it grew by while timed; x2: two processes over one\n"
           "%-8s  %-52s %9s %8s %8s %7s %6s %6s %6s\n",
           profile, blas_core(), MIN_ROUNDS, MAX_ROUNDS, "", "RGD, reading included", "pict./s",
           "GFLOP/s", "sgemm", "ratio", "MB", "grew", "x2");
    fflush(stdout);
    for (int i = 0; i < N_WORKLOADS; i++) {
        bool is_chosen = argc < 3;

        for (int k = 2; k < argc; k++)
            is_chosen |= atoi(argv[k]) == i + 1;
        if (is_chosen && !run_apart(profile, &workloads[i], argc < 3))
            return 1;
    }
    return 0;
}
