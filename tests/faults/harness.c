/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faults/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char data_set[] = "return data_set {\n"
                               "    doc = \"drawn shapes\", origin = \"the program\",\n"
                               "    licence = \"GPL-3.0-or-later\", format = \"shapes\",\n"
                               "}\n";

#define SCRIPT(per_class, model, epochs, seeds)                                                \
    "return experiment {\n"                                                                    \
    "    title = \"Small\", question = \"Does it survive?\",\n"                                \
    "    data = shapes { train_per_class = " per_class ", test_per_class = 4, validation = 4 },\n" \
    "    model = " model ",\n"                                                                  \
    "    train = { epochs = " epochs ", batch = 32, micro_batch = 16, lr = 0.05 },\n"          \
    "    methods = { { \"erm\", objective = erm {} }, { \"rgd\", objective = rgd { clip = 1 } },\n" \
    "                { \"cvar\", objective = cvar { alpha = 0.5 } } },\n"                      \
    "    baseline = \"erm\", seeds = " seeds ",\n"                                             \
    "}\n"

const char harness_small[] = SCRIPT("10", "mlp { hidden = { 8 } }", "2", "1");
const char harness_medium[] = SCRIPT("60", "mlp { hidden = { 64 } }", "20", "2");
const char harness_residual[] = SCRIPT("20", "resnet { depth = 8, width = 4 }", "10", "1");

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

_Noreturn static void die(const char *what)
{
    perror(what);
    exit(2);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static void remove_folder(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void harness_put(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) != 0)
        die(path);
}

unsigned char *harness_get(const char *path, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    unsigned char *bytes;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !(bytes = malloc((size_t)st.st_size + 1)) ||
        read(fd, bytes, (size_t)st.st_size) != st.st_size)
        die(path);
    close(fd);
    *ret_size = (size_t)st.st_size;
    return bytes;
}

static void put(const struct harness *h, const char *name, const char *text)
{
    char path[256];

    snprintf(path, sizeof path, "%s/%s", h->folder, name);
    harness_put(path, text, strlen(text));
}

size_t harness_draw(struct harness *h, size_t n)
{
    uint64_t z = h->random += 0x9e3779b97f4a7c15u; /* splitmix64 */

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (size_t)((z ^ z >> 31) % n);
}

void harness_start(struct harness *h, const char *name, const char *program)
{
    *h = (struct harness){.name = name, .started = now(), .seed = harness_count("SEED", 1)};
    h->random = (uint64_t)h->seed;
    h->program = open(program, O_RDONLY | O_CLOEXEC);
    if (h->program < 0)
        die(program);
    snprintf(h->root, sizeof h->root, "/tmp/rgdbench-%s-XXXXXX", name);
    if (!mkdtemp(h->root))
        die(h->root);
    unsetenv("RGDBENCH_DATA");
}

void harness_folder(struct harness *h, const char *name, const char *script)
{
    static const char *const parts[] = {"", "/experiments", "/datasets"};
    char path[256];

    if (h->folder[0])
        remove_folder(h->folder);
    snprintf(h->folder, sizeof h->folder, "%s/%.40s", h->root, name);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", h->folder, parts[i]);
        if (mkdir(path, 0777) < 0)
            die(path);
    }
    put(h, "experiments/small.lua", script);
    put(h, "datasets/shapes.lua", data_set);
}

static void to_file(const struct harness *h, const char *name, int fd)
{
    char path[256];
    int file;

    snprintf(path, sizeof path, "%s/%s", h->folder, name);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0666); /* two may write to it */
    if (file < 0 || dup2(file, fd) < 0)
        _exit(127);
    close(file);
}

pid_t harness_launch(struct harness *h, const char *const *words, const char *const *environment)
{
    const char *argv[32] = {"rgdbench"};
    pid_t pid;

    for (int i = 0; words[i] && i < 30; i++)
        argv[i + 1] = words[i];
    pid = fork();
    if (pid < 0)
        die("fork");
    if (pid > 0)
        return pid;
    setpgid(0, 0);
    for (; environment && *environment; environment++)
        putenv((char *)*environment);
    to_file(h, "out", STDOUT_FILENO);
    to_file(h, "err", STDERR_FILENO);
    if (chdir(h->folder) == 0)
        fexecve(h->program, (char *const *)argv, environ);
    _exit(127);
}

void harness_read(struct harness *h, const char *name, char *ret_text, size_t size)
{
    char path[256];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", h->folder, name);
    f = fopen(path, "r");
    if (f) {
        n = fread(ret_text, 1, size - 1, f);
        fclose(f);
    }
    ret_text[n] = '\0';
}

void harness_run(struct harness *h, const char *const *words, const char *const *environment,
                 struct harness_outcome *ret_outcome)
{
    const struct timespec nap = {.tv_nsec = 2000000};
    long n_naps = 0; /* not the clock's time: all may be suspended for a while, */
    bool is_suspended = false; /* or the program alone */
    pid_t pid = harness_launch(h, words, environment);
    pid_t got;

    ret_outcome->is_hanging = false;
    while ((got = waitpid(pid, &ret_outcome->status, WNOHANG | WUNTRACED | WCONTINUED)) == 0 ||
           WIFSTOPPED(ret_outcome->status) || WIFCONTINUED(ret_outcome->status)) {
        if (got > 0)
            is_suspended = WIFSTOPPED(ret_outcome->status);
        else if (n_naps > HARNESS_SECONDS * 500)
            break;
        n_naps += !is_suspended;
        ret_outcome->status = 0;
        nanosleep(&nap, NULL);
    }
    if (got == 0) {
        ret_outcome->is_hanging = true;
        kill(-pid, SIGKILL);
        waitpid(pid, &ret_outcome->status, 0);
    }
    harness_read(h, "out", ret_outcome->out, sizeof ret_outcome->out);
    harness_read(h, "err", ret_outcome->err, sizeof ret_outcome->err);
}

void harness_digest(struct harness *h, struct harness_outcome *ret_outcome, char ret_digest[65])
{
    harness_run(h, (const char *[]){"digest", "small", NULL}, NULL, ret_outcome);
    ret_digest[0] = '\0';
    if (ret_outcome->status == 0 && strspn(ret_outcome->out, "0123456789abcdef") == 64)
        snprintf(ret_digest, 65, "%.64s", ret_outcome->out);
}

void harness_violation(struct harness *h, const char *format, ...)
{
    va_list args;

    h->n_violations++;
    printf("%s: VIOLATION: ", h->name);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf(" (see %s)\n", h->folder);
    fflush(stdout);
    h->folder[0] = '\0'; /* it stays */
}

int harness_end(struct harness *h, const char *format, ...)
{
    va_list args;

    if (h->folder[0])
        remove_folder(h->folder);
    rmdir(h->root); /* where nothing was kept */
    printf("%s: ", h->name);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf(", %d violations, %.0f s\n", h->n_violations, now() - h->started);
    return h->n_violations ? 1 : 0;
}

long harness_count(const char *name, long otherwise)
{
    const char *text = getenv(name);

    return text && *text ? atol(text) : otherwise;
}
