/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The program itself, linked with --wrap, so that it tells where its CPU time goes: each of a sweep's
 * processes adds a line to the file PIPELINE_TIMES, which pipeline.sh sums. With one thread each. */
#include "learn/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Whatever is called by way of others is theirs alone. */
static enum part { STEPS, EVALUATION, READING, REST, N_PARTS } part = REST;
static double seconds[N_PARTS], entered;
static long n_steps;

static double cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Returns where we were. */
static enum part enter(enum part next)
{
    enum part last = part;
    double now = cpu();

    seconds[part] += now - entered;
    entered = now;
    part = next;
    return last;
}

/* The linker's names for what is called, and for what it is called instead. */
__typeof__(trainer_step) __real_trainer_step, __wrap_trainer_step;
__typeof__(trainer_evaluate) __real_trainer_evaluate, __wrap_trainer_evaluate;
__typeof__(batch_fill) __real_batch_fill, __wrap_batch_fill;
__typeof__(batch_fill_bytes) __real_batch_fill_bytes, __wrap_batch_fill_bytes;

void __wrap_trainer_step(struct trainer *t, const struct engine_data *data, const uint32_t *indices,
                         int n, const struct trainer_step *step, struct trainer_sums *ret_sums)
{
    enum part last = enter(STEPS);

    __real_trainer_step(t, data, indices, n, step, ret_sums);
    n_steps++;
    enter(last);
}

bool __wrap_trainer_evaluate(struct trainer *t, const struct engine_data *data,
                             const uint32_t *indices, int n, struct arena *arena,
                             struct evaluation *ret_evaluation)
{
    enum part last = enter(EVALUATION);
    bool result = __real_trainer_evaluate(t, data, indices, n, arena, ret_evaluation);

    enter(last);
    return result;
}

void __wrap_batch_fill(const struct field *field, const struct values *values,
                       const struct standard *standard, const uint32_t *indices, int n,
                       const struct augment_config *augment, struct rng rng, void *ret_x)
{
    enum part last = enter(READING);

    __real_batch_fill(field, values, standard, indices, n, augment, rng, ret_x);
    enter(last);
}

void __wrap_batch_fill_bytes(const struct field *picture, const struct values *values,
                             const uint32_t *indices, int n, const struct augment_config *augment,
                             struct rng rng, unsigned char *ret_x)
{
    enum part last = enter(READING);

    __real_batch_fill_bytes(picture, values, indices, n, augment, rng, ret_x);
    enter(last);
}

static __attribute__((destructor)) void tell(void)
{
    const char *path = getenv("PIPELINE_TIMES");
    FILE *f = path ? fopen(path, "a") : NULL;

    enter(REST); /* before main too */
    if (!f)
        return;
    fprintf(f, "%ld %.9f %.9f %.9f %.9f\n", n_steps, seconds[STEPS], seconds[READING],
            seconds[EVALUATION], seconds[REST]);
    fclose(f);
}
