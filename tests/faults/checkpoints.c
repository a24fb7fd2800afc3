/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints that were damaged on the disk. usage: [SEED=1] checkpoints PROGRAM
 *
 * Each bit of a small one flipped, each truncation and some bytes behind its end are refused, and
 * nothing is loaded; runs that were stopped, also of nets with running statistics, go on beside damaged ones to the
 * same bits. */
#include "faults/harness.h"

#include "learn/checkpoint.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { N_TENSORS = 3 };

static const float weights[2][5] = {{1, -2, 3e-40f, 4, 5}, {6, 7, 8, 9, 10}};
static const double state[3] = {0.1, 1.0 / 3, -1e300};
static const int64_t step = 326;
static const struct tensor saved[N_TENSORS] = {
    {.name = "w", .type = TENSOR_F32, .n_dims = 2, .dims = {2, 5}, .bytes = weights},
    {.name = "state", .type = TENSOR_F64, .n_dims = 1, .dims = {3}, .bytes = state},
    {.name = "step", .type = TENSOR_I64, .n_dims = 0, .bytes = &step},
};
static const char journal[] = "0.25 s\nstep 10: accuracy 0.5\n";

struct image {
    float weights[2][5];
    double state[3];
    int64_t step;
};

/* What comes of the checkpoint at `path`: as checkpoint_load, and whether all is as it must be. */
static int load(const struct checkpoint *c, bool *ret_is_right)
{
    struct image now, before;
    struct tensor tensors[N_TENSORS];
    struct arena arena = {0};
    struct error err;
    char *text = NULL;
    int got;

    memset(&now, 0x5a, sizeof now);
    before = now;
    memcpy(tensors, saved, sizeof tensors);
    tensors[0].bytes = now.weights;
    tensors[1].bytes = now.state;
    tensors[2].bytes = &now.step;
    got = checkpoint_load(c, tensors, N_TENSORS, &arena, &text, &err);
    if (got == 1)
        *ret_is_right = memcmp(now.weights, weights, sizeof weights) == 0 &&
                        memcmp(now.state, state, sizeof state) == 0 && now.step == step &&
                        strcmp(text, journal) == 0;
    else
        *ret_is_right = memcmp(&now, &before, sizeof now) == 0;
    arena_release(&arena);
    return got;
}

static void expect_refusal(struct harness *h, const struct checkpoint *c, const char *what, size_t at)
{
    bool is_right;
    int got = load(c, &is_right);

    if (got != -1 || !is_right)
        harness_violation(h, "%s %zu: checkpoint_load gives %d%s", what, at, got,
                          got == -1 ? " and has changed what it was to fill" : "");
}

static int bit_by_bit(struct harness *h, size_t *ret_size)
{
    char path[200];
    struct checkpoint c = {.path = path, .key = "0123456789abcdef"};
    unsigned char *bytes;
    struct error err;
    size_t size;
    bool is_right;
    int n = 0;

    snprintf(path, sizeof path, "%s/c.safetensors", h->folder);
    if (checkpoint_save(&c, saved, N_TENSORS, journal, &err) < 0 || load(&c, &is_right) != 1 || !is_right) {
        harness_violation(h, "a sound checkpoint is not read");
        return 0;
    }
    bytes = harness_get(path, &size);
    for (size_t i = 0; i < 8 * size; i++, n++) {
        bytes[i / 8] ^= (unsigned char)(1 << i % 8);
        harness_put(path, bytes, size);
        expect_refusal(h, &c, "flipped bit", i);
        bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    for (size_t i = 0; i < size; i++, n++) {
        harness_put(path, bytes, i);
        expect_refusal(h, &c, "cut to bytes", i);
    }
    bytes = realloc(bytes, size + 64);
    memset(bytes + size, 0, 64);
    for (size_t i = 1; i <= 64; i++, n++) {
        harness_put(path, bytes, size + i);
        expect_refusal(h, &c, "zero bytes behind its end:", i);
    }
    harness_put(path, bytes, size);
    if (load(&c, &is_right) != 1 || !is_right)
        harness_violation(h, "the mended checkpoint is not read");
    free(bytes);
    *ret_size = size;
    return n;
}

static const char *const sweep[] = {"sweep", "small", "--jobs=2", "--quiet", "--checkpoint=0.03", NULL};

/* Damages each checkpoint that there is; gives their number. */
static int damage_checkpoints(struct harness *h)
{
    char pattern[200];
    glob_t found;
    int n = 0;

    snprintf(pattern, sizeof pattern, "%s/results/small.ckpt/*.safetensors", h->folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        return 0;
    for (; n < (int)found.gl_pathc; n++) {
        size_t size;
        unsigned char *bytes = harness_get(found.gl_pathv[n], &size);

        if (harness_draw(h, 2) == 0)
            size = harness_draw(h, size);
        else
            bytes[harness_draw(h, size)] ^= (unsigned char)(1 << harness_draw(h, 8));
        harness_put(found.gl_pathv[n], bytes, size);
        free(bytes);
    }
    globfree(&found);
    return n;
}

static int count(const char *text, const char *what)
{
    int n = 0;

    for (const char *p = text; (p = strstr(p, what)); p++)
        n++;
    return n;
}

/* The i-th sweep that is stopped on the way, its checkpoints damaged, and gone on with; gives how many. */
static int end_to_end(struct harness *h, int i, const char *script, const char *wanted)
{
    static char log[1 << 16];
    struct harness_outcome o;
    char name[40], digest[65];
    int n, status;
    pid_t pid;

    snprintf(name, sizeof name, "stopped-%d", i);
    harness_folder(h, name, script);
    pid = harness_launch(h, sweep, NULL);
    nanosleep(&(struct timespec){.tv_nsec = (long)(350 + harness_draw(h, 450)) * 1000000}, NULL);
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    n = damage_checkpoints(h);
    harness_run(h, sweep, NULL, &o);
    harness_read(h, "results/small.log", log, sizeof log);
    if (o.is_hanging || o.status != 0) {
        harness_violation(h, "stop %d: the sweep does not go on: %s", i, o.err);
        return n;
    }
    harness_digest(h, &o, digest);
    if (strcmp(digest, wanted) != 0)
        harness_violation(h, "stop %d: another digest", i);
    else if (count(log, "starts anew") != n)
        harness_violation(h, "stop %d: %d damaged checkpoints, of which %d are told", i, n,
                          count(log, "starts anew"));
    return n;
}

int main(int argc, char **argv)
{
    enum { N_STOPS = 12 };
    const char *const scripts[] = {harness_medium, harness_residual};
    struct harness h;
    struct harness_outcome o;
    char digests[2][65];
    size_t size = 0;
    int n, n_damaged = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2) {
        fprintf(stderr, "usage: checkpoints PROGRAM\n");
        return 2;
    }
    harness_start(&h, "damaged-checkpoints", argv[1]);
    for (int i = 0; i < 2; i++) {
        harness_folder(&h, i ? "undisturbed-residual" : "undisturbed", scripts[i]);
        harness_run(&h, sweep, NULL, &o);
        harness_digest(&h, &o, digests[i]);
    }
    n = bit_by_bit(&h, &size);
    for (int i = 0; i < N_STOPS; i++)
        n_damaged += end_to_end(&h, i, scripts[i % 2], digests[i % 2]);
    if (n_damaged == 0)
        harness_violation(&h, "no sweep was stopped with a checkpoint");
    return harness_end(&h, "%d damages of one of %zu bytes, all refused; %d sweeps gone on beside %d damaged ones",
                       n, size, N_STOPS, n_damaged);
}
