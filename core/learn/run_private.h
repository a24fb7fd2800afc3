/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a run works with, between run_open.c, which makes it of a spec, and run.c, which trains. */
#ifndef LEARN_RUN_PRIVATE_H
#define LEARN_RUN_PRIVATE_H

#include "data/prepare/prepare.h"
#include "data/prepare/standard.h"
#include "learn/config/config.h"
#include "learn/config/method.h"
#include "learn/run.h"
#include "learn/protocol/training_list.h"
#include "math/histogram.h"

/* What changes while it trains, beside the trainer's blocks. */
struct run_state {
    int64_t step;      /* made */
    int64_t evaluated; /* the step of the last evaluation */
    int64_t n_seen, n_correct; /* pictures since the epoch's start */
    double loss;               /* their sum */
    struct histogram weights;  /* of the pictures since the last evaluation */
    int64_t judged;            /* the step of the best evaluation so far, with train.judge = best; 0: none yet */
    double best;               /* its value, higher being better */
};

struct protocol; /* learn/protocol/protocol.h */

/* Everything a run works with, in one arena. */
struct run {
    struct arena arena, evaluation_arena;
    const struct dataset *dataset;
    struct dataset drawn; /* that data set as the trial draws it, where it does; owns its arena */
    struct dataset joined; /* with its test part among the rest, where a test part is drawn */
    struct train_config *train;
    struct split split;
    const struct protocol *protocol;
    const struct domain_protocol *domains; /* of data with environments; else NULL */
    int n_groups; /* that objectives know: the environments that are trained on, or what a column says */
    const uint16_t *train_groups; /* of the train pool's examples where they are not the pool's own; else NULL */
    bool has_unit_pixels; /* pictures are scaled to 0..1, and no more */
    struct prepared prepared; /* the data as the model sees them */
    struct standard standard; /* of pictures */
    struct pool train_pool;   /* prepared.train as it is trained on: labels, environments */
    struct pool validation_pool; /* prepared.train or .test as validation has it: labels */
    int batch;              /* pictures of a step, of all environments */
    const struct augment_config *augment;
    const struct schedule_type *schedule;
    void *schedule_config;
    struct method method;
    struct trainer trainer;
    struct rng rng;
    struct training_list stage;
    unsigned char *errors; /* [split.n_train] of the first stage's model; NULL: one stage */
    float *start;          /* the weights that both stages start from; NULL likewise */
    struct metric_name judge; /* what train.judge_by names; no type: the last evaluation judges */
    struct metric_name *task; /* [dataset->n_score] what the data set says that it is judged by */
    float *best;           /* the model's weights at state.judged; NULL likewise */
    long n_steps;          /* of the run, as far as is known before its last stage */
    struct run_state state;
    struct state blocks; /* what a checkpoint keeps of all of it */
    const struct checkpoint *checkpoint;
    const struct run_observer *observer;
    double saved_at;    /* clock_now() of the last checkpoint, or of the start */
    int64_t saved_step; /* of the last checkpoint; 0: the start, which needs none */
    char diverged[RUN_TEXT_SIZE]; /* as in run_result */
};

/* Data, model and method of the input, before the first step; the dataset, checkpoint and
 * observer of *run are set. To be closed in any case. */
int run_open(struct run *run, const struct run_input *input, struct error *err);
void run_close(struct run *run);

/* What is recorded at the evaluation that judges, beside measures: how many examples of each class there were, what
 * the model named, and what data ask for that name points to look at. In the evaluation's arena. Gives their number. */
enum { RUN_MAX_RECORDS = 13 };

int run_record_judged(struct run *run, const struct run_point *point, struct run_record *ret_records);

/* Steps made in this stage. */
static inline long run_stage_step(const struct run *run)
{
    return (long)(run->state.step - run->stage.first);
}

/* Is the run judged by the validation of this point, as far as it has come? Of equals the first judges. */
bool run_judges(const struct run *run, const struct run_point *point);

#endif
