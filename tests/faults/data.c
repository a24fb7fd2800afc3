/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Data and caches that change. usage: [FLIPS=2000] [CHANGES=50] [SEED=1] data PROGRAM
 *
 * 1. Files under cache/ that were damaged on the disk, in this process: each is made anew, which is
 *    told once, and the data set's digest is what it was.
 * 2. Files that a sweep's data come from, changed while it runs: what it ended as finished, and what its
 *    checkpoints hold, is of the data as they were. So, with these back in their places, the same
 *    command completes to the digest of a sweep that was not disturbed. */
#include "data/dataset.h"
#include "faults/harness.h"
#include "os/clock.h"
#include "reference/pictures.h"

#include <fcntl.h>
#include <glob.h>
#include <omp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { N_PICTURES = sizeof reference_pictures / sizeof *reference_pictures };
enum { N_TRAIN = 120, N_TEST = 40, N_CLASSES = 4, COPIES = 2 };

static void put(struct harness *h, const char *name, const void *bytes, size_t size)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", h->folder, name);
    for (char *p = path + strlen(h->folder) + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        mkdir(path, 0777);
        *p = '/';
    }
    harness_put(path, bytes, size);
}

/* ---- data sets ---- */

/* Pictures that a model can learn a little of: a class is a level of grey, under noise. */
static void fill(struct harness *h, unsigned char *pixels, size_t size, int label)
{
    for (size_t i = 0; i < size; i++)
        pixels[i] = (unsigned char)(40 * label + (int)harness_draw(h, 100));
}

static void put_cifar(struct harness *h)
{
    enum { RECORD = 3073 };
    static unsigned char bytes[N_TRAIN * RECORD];

    for (int i = 0; i < N_TRAIN; i++) {
        bytes[i * RECORD] = (unsigned char)(i % N_CLASSES);
        fill(h, bytes + i * RECORD + 1, RECORD - 1, i % N_CLASSES);
    }
    put(h, "data/train.bin", bytes, sizeof bytes);
    put(h, "data/test.bin", bytes, N_TEST * RECORD);
}

static void put_idx(struct harness *h)
{
    enum { SIDE = 12, SIZE = SIDE * SIDE };
    static unsigned char pixels[16 + N_TRAIN * SIZE] = {0, 0, 8, 3, 0, 0, 0, N_TRAIN, 0, 0, 0, SIDE,
                                                        0, 0, 0, SIDE};
    static unsigned char labels[8 + N_TRAIN] = {0, 0, 8, 1, 0, 0, 0, N_TRAIN};

    pixels[7] = labels[7] = N_TRAIN;
    for (int i = 0; i < N_TRAIN; i++) {
        labels[8 + i] = (unsigned char)(i % N_CLASSES);
        fill(h, pixels + 16 + i * SIZE, SIZE, i % N_CLASSES);
    }
    put(h, "data/train-images", pixels, sizeof pixels);
    put(h, "data/train-labels", labels, sizeof labels);
    pixels[7] = labels[7] = N_TEST;
    put(h, "data/test-images", pixels, 16 + N_TEST * SIZE);
    put(h, "data/test-labels", labels, 8 + N_TEST);
}

static void put_folders(struct harness *h)
{
    static const char *const places[] = {"a/cat", "a/dog", "b/cat", "b/dog"};

    for (int p = 0; p < 4; p++)
        for (int i = 0; i < N_PICTURES * COPIES; i++) {
            char name[80];

            snprintf(name, sizeof name, "data/set/%s/%02d%s", places[p], i,
                     strstr(reference_pictures[i % N_PICTURES].name, "png") ? ".png" : ".jpg");
            put(h, name, reference_pictures[i % N_PICTURES].bytes,
                reference_pictures[i % N_PICTURES].size);
        }
}

#define DATA_SET(text) "return data_set { doc = \"d\", origin = \"o\", licence = \"l\", " text " }\n"
#define EXPERIMENT(text) \
    "return experiment { title = \"T\", question = \"Q?\", model = mlp { hidden = { 32 } },\n" text \
    ", methods = { { \"erm\", objective = erm {} }, { \"rgd\", objective = rgd {} } },\n" \
    "baseline = \"erm\", seeds = 3 }\n"
#define TRAIN "train = { epochs = 120, batch = 16, lr = 0.02, evaluate = 30 }"

static const struct kind {
    const char *name, *description, *experiment;
    void (*put)(struct harness *h);
    const char *files[3]; /* patterns of what is changed */
} kinds[] = {
    {"cifar",
     DATA_SET("format = \"cifar\", label_bytes = 1, records = { 120, 40 }, classes = { \"a\", \"b\", "
              "\"c\", \"d\" }, train = { \"train.bin\" }, test = { \"test.bin\" }"),
     EXPERIMENT("data = tiny { validation = 4 }, " TRAIN), put_cifar, {"data/*.bin"}},
    {"idx",
     DATA_SET("format = \"idx\", classes = { \"a\", \"b\", \"c\", \"d\" }, train = { \"train-images\", "
              "\"train-labels\" }, test = { \"test-images\", \"test-labels\" }"),
     EXPERIMENT("data = tiny { validation = 4 }, " TRAIN), put_idx, {"data/*-images", "data/*-labels"}},
    {"folders", DATA_SET("format = \"folders\", folder = \"set\""),
     EXPERIMENT("data = tiny { size = 16, steps = 1000, every = 300, test_envs = { 0 } }, "
                "train = { batch = 8, lr = 0.01 }"),
     put_folders, {"data/set/*/*/*", "cache/*.pictures", "cache/*.pictures"}},
};

static void make_folder(struct harness *h, const struct kind *kind, const char *name)
{
    harness_folder(h, name, kind->experiment);
    h->random = 1; /* the same data each time */
    kind->put(h);
    put(h, "datasets/tiny.lua", kind->description, strlen(kind->description));
}

/* ---- damaged caches ---- */

static char told[4000];

static void listen(void *context, const char *line, bool is_last)
{
    (void)context;
    if (is_last)
        snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", line);
}

static int open_data(struct dataset *d, const struct settings *description,
                     const struct settings *settings, struct error *err)
{
    static const struct listener listener = {NULL, listen};
    const struct dataset_source source = {"tiny", "data", description, &listener};

    told[0] = '\0';
    return dataset_open(d, &source, settings, err);
}

/* A bit mostly; sometimes more. Gives the new size. */
static size_t damage(struct harness *h, unsigned char *bytes, size_t size, bool is_more)
{
    size_t at = harness_draw(h, size);

    if (!is_more) {
        bytes[at] ^= (unsigned char)(1 << harness_draw(h, 8));
        return size;
    }
    switch (harness_draw(h, 4)) {
    case 0:
        return at;
    case 1:
        memset(bytes + size, 0, 64);
        return size + 1 + harness_draw(h, 64);
    case 2:
        memset(bytes + at, bytes[at] ^ 0xff, size - at < 512 ? size - at : 512);
        return size;
    default:
        for (int i = 0; i < 2; i++)
            bytes[i ? at : size - 1 - at] ^= 0x80;
        bytes[at] ^= 1;
        return size;
    }
}

/* A root in memory, where there is such: 2,000 caches that are synced take minutes on a disk. */
static void stand_in_memory(struct harness *h)
{
    char root[] = "/dev/shm/rgdbench-cache-bits-XXXXXX";

    if (access("/dev/shm", W_OK) == 0 && mkdtemp(root)) {
        rmdir(h->root);
        snprintf(h->root, sizeof h->root, "%s", root);
    }
}

static int damaged_caches(const char *program, long n_flips)
{
    struct harness h;
    struct arena arena = {0};
    struct settings description, settings;
    char digest[HASH_HEX_SIZE];
    struct dataset d;
    struct error err;
    glob_t found;
    long n_more = n_flips / 10;
    uint64_t random;

    harness_start(&h, "cache-bits", program);
    random = h.random;
    stand_in_memory(&h);
    make_folder(&h, &kinds[2], "flips");
    h.random = random;
    if (chdir(h.folder) < 0)
        return 2;
    sleep(3); /* of a folder that has just changed nothing is remembered */
    settings_init(&description, &arena);
    settings_init(&settings, &arena);
    settings_set(&description, "format", value_string("folders"));
    settings_set(&description, "folder", value_string("set"));
    settings_set(&settings, "data.size", value_number(16));
    settings_set(&settings, "data.skip_bad", value_bool(false));
    if (open_data(&d, &description, &settings, &err) < 0 ||
        glob("cache/*", 0, NULL, &found) != 0 || found.gl_pathc < 2) {
        harness_violation(&h, "no cache: %s", err.text);
        return harness_end(&h, "nothing done");
    }
    memcpy(digest, d.digest, sizeof digest);
    dataset_close(&d);
    for (long i = 0; i < n_flips + n_more && h.n_violations < 10; i++) {
        const char *path, *line;
        unsigned char *bytes;
        size_t size;

        do /* the lock's file is nothing */
            path = found.gl_pathv[harness_draw(&h, found.gl_pathc)];
        while (strstr(path, ".part"));
        bytes = harness_get(path, &size);
        bytes = realloc(bytes, size + 200);
        harness_put(path, bytes, damage(&h, bytes, size, i >= n_flips));
        free(bytes);
        if (open_data(&d, &description, &settings, &err) < 0) {
            harness_violation(&h, "damage %ld of %s: %s", i, path, err.text);
            break;
        }
        line = strstr(told, path);
        if (strcmp(d.digest, digest) != 0)
            harness_violation(&h, "damage %ld of %s: another digest", i, path);
        else if (!line || strstr(line + 1, path))
            harness_violation(&h, "damage %ld of %s is not told once: %s", i, path, told);
        dataset_close(&d);
    }
    globfree(&found);
    arena_release(&arena);
    return harness_end(&h, "seed %ld, %ld flipped bits and %ld other damages, all made anew", h.seed,
                       n_flips, n_more);
}

/* ---- changes under a sweep ---- */

static void nap(long milliseconds)
{
    nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

static const char *const ways[] = {"overwrite", "replace", "truncate", "append", "touch"};
enum { N_WAYS = sizeof ways / sizeof *ways };

/* As other programs would. */
static void change(const char *path, int way, const unsigned char *bytes, size_t size)
{
    unsigned char *other = malloc(size + 1);
    char beside[400];
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    snprintf(beside, sizeof beside, "%s.new", path);
    for (size_t i = 0; i < size; i++)
        other[i] = i < 64 ? bytes[i] : (unsigned char)(bytes[i] ^ 0x55); /* heads stay as they are */
    switch (way) {
    case 0:
        if (pwrite(fd, other, size, 0) < 0)
            perror(path);
        break;
    case 1:
        harness_put(beside, other, size);
        rename(beside, path);
        break;
    case 2:
        if (ftruncate(fd, (off_t)size / 2) < 0)
            perror(path);
        break;
    case 3:
        if (pwrite(fd, "more", 4, (off_t)size) < 0)
            perror(path);
        break;
    default:
        futimens(fd, NULL);
    }
    close(fd);
    free(other);
}

static const char *const sweep[] = {"sweep", "small",           "--jobs=2", "--threads=1",
                                    "--quiet", "--checkpoint=0.02", "--data=data", NULL};

/* Which file to change; "" where none is there (yet). */
static void pick(struct harness *h, const struct kind *kind, char ret_path[300])
{
    char pattern[300];
    int n = 0;
    glob_t found;

    while (n < 3 && kind->files[n])
        n++;
    snprintf(pattern, sizeof pattern, "%s/%s", h->folder, kind->files[harness_draw(h, (size_t)n)]);
    ret_path[0] = '\0';
    if (glob(pattern, 0, NULL, &found) == 0)
        snprintf(ret_path, 300, "%s", found.gl_pathv[harness_draw(h, found.gl_pathc)]);
    globfree(&found);
}

/* What a change came to. */
struct counts {
    int n_told, n_failed, n_unnoticed;
};

/* What the undisturbed sweep gives, and how long it takes here and now. */
struct whole {
    char digest[65];
    long milliseconds;
};

static void one_change(struct harness *h, const struct kind *kind, int way, int i, const struct whole *whole,
                       struct counts *counts)
{
    static char status[1 << 18];
    struct harness_outcome o;
    char name[40], path[300], digest[65];
    unsigned char *bytes;
    uint64_t random = h->random;
    size_t size;
    pid_t pid;
    int end;

    snprintf(name, sizeof name, "%s-%s-%d", kind->name, ways[way], i);
    make_folder(h, kind, name);
    h->random = random;
    pid = harness_launch(h, sweep, NULL);
    nap(1 + (long)harness_draw(h, (size_t)whole->milliseconds));
    pick(h, kind, path);
    if (!path[0]) { /* slower than we are */
        nap(500);
        pick(h, kind, path);
    }
    bytes = path[0] ? harness_get(path, &size) : NULL;
    if (bytes)
        change(path, way, bytes, size);
    waitpid(pid, &end, 0);
    harness_run(h, (const char *[]){"status", "small", NULL}, NULL, &o);
    snprintf(status, sizeof status, "%s", o.out);
    if (!WIFEXITED(end))
        harness_violation(h, "%s: the sweep was ended by a signal", name);
    else if (strstr(status, "data changed while it was used"))
        counts->n_told++;
    else if (WEXITSTATUS(end) != 0)
        counts->n_failed++;
    else
        counts->n_unnoticed++;
    if (bytes)
        harness_put(path, bytes, size);
    free(bytes);
    if (!h->folder[0])
        return;
    harness_run(h, sweep, NULL, &o);
    if (o.is_hanging || o.status != 0) {
        harness_violation(h, "%s: with the data as before the sweep does not succeed: %s", name, o.err);
        return;
    }
    harness_digest(h, &o, digest);
    if (strcmp(digest, whole->digest) != 0)
        harness_violation(h, "%s: another digest: \"%s\" %s", name, digest, o.err);
}

static int changed_data(const char *program, long n_changes)
{
    enum { N_KINDS = sizeof kinds / sizeof *kinds };
    struct harness h;
    struct harness_outcome o;
    struct counts counts = {0};
    struct whole wholes[N_KINDS];
    uint64_t random;

    harness_start(&h, "changed-data", program);
    random = h.random;
    for (int k = 0; k < N_KINDS; k++) {
        double started;

        make_folder(&h, &kinds[k], kinds[k].name);
        started = clock_now();
        harness_run(&h, sweep, NULL, &o);
        wholes[k].milliseconds = 1 + (long)(1000 * (clock_now() - started));
        if (o.status != 0)
            harness_violation(&h, "%s: the undisturbed sweep fails: %s", kinds[k].name, o.err);
        harness_digest(&h, &o, wholes[k].digest);
    }
    h.random = random;
    for (long i = 0; i < n_changes && h.n_violations < 10; i++)
        one_change(&h, &kinds[i % N_KINDS], (int)(i / N_KINDS % N_WAYS), (int)i,
                   &wholes[i % N_KINDS], &counts);
    if (n_changes >= 10 && counts.n_told == 0)
        harness_violation(&h, "no change was told");
    return harness_end(&h, "seed %ld, %ld changes: %d told, %d others failed the sweep, %d too early, too late or harmless",
                       h.seed, n_changes, counts.n_told, counts.n_failed, counts.n_unnoticed);
}

int main(int argc, char **argv)
{
    char program[4096];
    int status;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc != 2 || !realpath(argv[1], program)) {
        fprintf(stderr, "usage: data PROGRAM\n");
        return 2;
    }
    omp_set_num_threads(1);
    status = changed_data(program, harness_count("CHANGES", 50));
    return damaged_caches(program, harness_count("FLIPS", 2000)) | status;
}
