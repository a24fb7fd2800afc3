/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * BERT and DistilBERT: scores, losses and gradients of Hugging Face's transformers (tests/reference/bert.py), any cut into
 * micro-batches, the counts of weights, and files of weights with other names. */
#include "bert_fixture.h"
#include "learn/weights.h"

/* Single precision through two layers, against double; of a gradient's norm beside a share of itself. */
static const double SCORE_TOLERANCE = 2e-6, NORM_TOLERANCE = 2e-7, NORM_SHARE = 2e-6;

/* A micro-batch: n texts from `first` on. */
struct piece {
    int32_t tokens[N * LONGEST];
    int first[N + 1], second[N];
    struct op_rows rows;
    struct graph_pass pass;
};

static void fill(struct piece *piece, const struct graph *g, const float *w, int first, int n)
{
    *piece = (struct piece){.pass = {.n = n, .first = first, .training = true, .rng = rng_seed(3), .weights = w}};
    for (int i = 0; i < n; i++) {
        memcpy(piece->tokens + piece->first[i], texts[first + i], (size_t)lengths[first + i] * sizeof(int32_t));
        piece->first[i + 1] = piece->first[i] + lengths[first + i];
        piece->second[i] = seconds[first + i];
    }
    piece->rows = (struct op_rows){piece->first, piece->second};
    piece->pass.rows = &piece->rows;
    piece->pass.x[0] = piece->tokens;
    piece->pass.workspace = arena_alloc(&arena, g->workspace_size * sizeof(float));
    piece->pass.scratch = arena_alloc(&arena, g->scratch_size * sizeof(float));
}

/* Scores, losses and the gradient of the mean loss, pieces of n_cut texts at a time. */
static void train(struct graph *g, const float *w, int n_cut, double ret_scores[N][CLASSES], double ret_losses[N],
                  float *ret_grads)
{
    float *prepared = arena_alloc(&arena, g->prepared_size * sizeof *prepared);

    graph_prepare(g, w, prepared);
    for (int first = 0; first < N; first += n_cut) {
        int n = N - first < n_cut ? N - first : n_cut;
        struct piece piece;
        const float *scores;
        float *gradient;

        fill(&piece, g, w, first, n);
        piece.pass.prepared = prepared;
        piece.pass.grads = ret_grads;
        piece.pass.grads_add = first > 0;
        scores = graph_forward(g, &piece.pass);
        gradient = graph_output_gradient(g, &piece.pass);
        for (int i = 0; i < n; i++) {
            double sum = 0;

            for (int k = 0; k < CLASSES; k++) {
                ret_scores[first + i][k] = scores[i * CLASSES + k];
                sum += exp((double)scores[i * CLASSES + k]);
            }
            ret_losses[first + i] = log(sum) - scores[i * CLASSES + labels[first + i]];
            for (int k = 0; k < CLASSES; k++)
                gradient[i * CLASSES + k] =
                    (float)((exp((double)scores[i * CLASSES + k]) / sum - (k == labels[first + i])) / N);
        }
        graph_backward(g, &piece.pass);
    }
}

static double reference_norm(size_t model, const char *name)
{
    for (int i = 0; i < 48 && reference_bert[model].gradients[i].name; i++)
        if (strcmp(reference_bert[model].gradients[i].name, name) == 0)
            return reference_bert[model].gradients[i].norm;
    fail_msg("no \"%s\" in transformers' %s", name, reference_bert[model].model);
    return NAN;
}

static void test_as_transformers(void **state)
{
    (void)state;
    for (size_t m = 0; m < 2; m++) {
        double scores[N][CLASSES], losses[N];
        struct graph g;
        float *w, *grads;

        build(reference_bert[m].model, SMALL, N_WORDS, LONGEST, &g);
        graph_plan(&g, N, N * LONGEST);
        w = set_weights(&g.params, 1);
        grads = arena_alloc(&arena, g.params.size * sizeof *grads);
        train(&g, w, N, scores, losses, grads);
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < CLASSES; k++)
                if (fabs(scores[i][k] - reference_bert[m].scores[i][k]) > SCORE_TOLERANCE)
                    fail_msg("%s: score %d of text %d is %.9g, not %.9g", reference_bert[m].model, k, i, scores[i][k],
                             reference_bert[m].scores[i][k]);
            assert_true(fabs(losses[i] - reference_bert[m].losses[i]) <= SCORE_TOLERANCE);
        }
        for (int i = 0; i < g.params.n; i++)
            for (int part = 0; part < n_parts(&g.params.items[i]); part++) {
                const char *name = part_name(&g.params.items[i], part);
                double want = reference_norm(m, name), got = norm_of(&g.params.items[i], part, grads);

                if (fabs(got - want) > NORM_TOLERANCE + NORM_SHARE * want)
                    fail_msg("%s: the gradient of \"%s\" has norm %.9g, not %.9g", reference_bert[m].model, name, got,
                             want);
            }
    }
    arena_release(&arena);
}

/* One by one, in twos, or all together: the same bits, dropout included. */
static void test_any_cut(void **state)
{
    static const char DROPS[] = "model.dim = 24\nmodel.depth = 2\nmodel.heads = 3\nmodel.hidden = 40\n"
                                "model.positions = 14\n";
    double scores[3][N][CLASSES], losses[N];
    float *grads[3];
    struct graph g;

    (void)state;
    build("bert", DROPS, N_WORDS, LONGEST, &g);
    graph_plan(&g, N, N * LONGEST);
    for (int cut = 0; cut < 3; cut++) {
        float *w = set_weights(&g.params, 1);

        grads[cut] = arena_alloc(&arena, g.params.size * sizeof **grads);
        train(&g, w, cut == 2 ? N : cut + 1, scores[cut], losses, grads[cut]);
    }
    for (int cut = 1; cut < 3; cut++) {
        assert_memory_equal(scores[cut], scores[0], sizeof scores[0]);
        for (int i = 0; i < g.params.n; i++)
            assert_memory_equal(grads[cut] + g.params.items[i].offset, grads[0] + g.params.items[i].offset,
                                g.params.items[i].size * sizeof **grads);
    }
    arena_release(&arena);
}

/* As published, of 30,522 words, without the head. */
static void test_counts(void **state)
{
    static const struct {
        const char *model, *settings;
        size_t n_weights;
    } cases[] = {
        {"bert", "model.size = \"tiny\"\n", 4385920},       {"bert", "model.size = \"mini\"\n", 11170560},
        {"bert", "model.size = \"small\"\n", 28763648},     {"bert", "model.size = \"medium\"\n", 41373184},
        {"bert", "", 109482240},                            {"bert", "model.size = \"minilm_l6\"\n", 22713216},
        {"distilbert", "", 66362880 + 768 * 769},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct graph g;

        build(cases[i].model, cases[i].settings, 30522, 128, &g);
        assert_int_equal(params_count(&g.params) - (graph_features_size(&g) + 1) * CLASSES, cases[i].n_weights);
        arena_release(&arena);
    }
}

/* Clark et al. 2020: the embeddings are the lowest layer, pooler and head the highest. */
static void test_layer_rates(void **state)
{
    static const struct {
        const char *begins;
        double share;
    } cases[] = {{"bert.embeddings.", 0.125}, {"bert.encoder.layer.0.", 0.25}, {"bert.encoder.layer.1.", 0.5},
                 {"bert.pooler.", 1}, {"classifier.", 1}};
    struct graph g;

    (void)state;
    build("bert", SMALL, N_WORDS, LONGEST, &g);
    assert_true(params_decay_layers(&g.params, g.params.n, 0.5));
    for (int i = 0; i < g.params.n; i++) {
        const struct param *p = &g.params.items[i];
        size_t c = 0;

        while (strncmp(p->name, cases[c].begins, strlen(cases[c].begins)) != 0)
            assert_true(++c < sizeof cases / sizeof *cases);
        assert_true(p->rate_share == cases[c].share);
    }
    arena_release(&arena);
}

/* ---- files of weights ---- */

/* Saves, under names that `change` makes of ours (NULL: left out). */
static void save_as(const char *path, const struct params *p, const float *w, const char *(*change)(const char *name))
{
    static struct tensor tensors[64];
    struct error err;
    int n = 0;

    for (int i = 0; i < p->n; i++)
        for (int part = 0; part < n_parts(&p->items[i]); part++) {
            const struct param *item = &p->items[i];
            size_t size = item->size / (size_t)n_parts(item);
            float *floats = arena_alloc(&arena, size * sizeof *floats);
            const char *name = change(part_name(item, part));

            for (size_t k = 0; k < size; k++)
                floats[k] = w[place_of(item, part, k)];
            tensors[n] = (struct tensor){.name = name, .type = TENSOR_F32, .n_dims = item->n_dims, .bytes = floats};
            for (int d = 0; d < item->n_dims; d++)
                tensors[n].dims[d] = (size_t)item->dims[d] / (d == 0 ? (size_t)n_parts(item) : 1);
            n += name != NULL;
        }
    if (safetensors_write(path, tensors, n, NULL, &err) < 0)
        fail_msg("%s", err.text);
}

static const char *as_it_is(const char *name)
{
    return name;
}

/* A bare encoder, with the ends of the first releases. */
static const char *as_bare(const char *name)
{
    size_t n = strlen(name);

    if (strncmp(name, "bert.", 5) != 0 || strncmp(name, "bert.pooler.", 12) == 0)
        return NULL;
    if (n > 16 && strcmp(name + n - 16, "LayerNorm.weight") == 0)
        return arena_printf(&arena, "%.*sgamma", (int)(n - 6 - 5), name + 5);
    if (n > 14 && strcmp(name + n - 14, "LayerNorm.bias") == 0)
        return arena_printf(&arena, "%.*sbeta", (int)(n - 4 - 5), name + 5);
    return name + 5;
}

static const char *with_cls(const char *name)
{
    return strcmp(name, "classifier.bias") == 0 ? "cls.predictions.bias" : name;
}

static const char *with_other(const char *name)
{
    return strcmp(name, "classifier.bias") == 0 ? "bert.other" : name;
}

static void test_files(void **state)
{
    static const struct {
        const char *(*change)(const char *name);
        const char *keeps; /* parameters that begin so stay as they were; NULL: it is refused */
    } cases[] = {{as_it_is, "-"}, {as_bare, "classifier. bert.pooler."}, {with_cls, "classifier.bias"}, {with_other, NULL}};
    char path[] = "/tmp/rgdbench-bert-XXXXXX", digest[HASH_HEX_SIZE];
    struct graph g;
    struct error err;
    float *w;

    (void)state;
    close(mkstemp(path));
    build("bert", SMALL, N_WORDS, LONGEST, &g);
    w = set_weights(&g.params, 1);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        float *got = arena_alloc(&arena, g.params.size * sizeof *got);

        for (size_t i = 0; i < g.params.size; i++)
            got[i] = 7;
        save_as(path, &g.params, w, cases[c].change);
        assert_int_equal(weights_digest(path, digest, &err), 0);
        if (!cases[c].keeps) {
            assert_int_equal(weights_load(path, digest, "", &g.params, got, &err), -1);
            assert_non_null(strstr(err.text, "no parameter of the model is its tensor \"bert.other\""));
            continue;
        }
        if (weights_load(path, digest, "", &g.params, got, &err) < 0)
            fail_msg("%s", err.text);
        for (int i = 0; i < g.params.n; i++) {
            const struct param *p = &g.params.items[i];
            bool kept = false;

            for (const char *k = cases[c].keeps; *k; k += strcspn(k, " ") + (k[strcspn(k, " ")] == ' '))
                kept |= strncmp(p->name, k, strcspn(k, " ")) == 0;
            for (size_t k = 0; k < p->size; k++)
                assert_true(got[p->offset + k] == (kept ? 7 : w[p->offset + k]));
        }
    }
    unlink(path);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_transformers),
        cmocka_unit_test(test_any_cut),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_layer_rates),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
