/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/run.h"

#include "learn/protocol/protocol.h"
#include "learn/run_private.h"
#include "os/clock.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- the state between two steps ---- */

/* Everything that a checkpoint keeps. */
static void list_state(struct run *run)
{
    struct run_state *state = &run->state;
    struct state *blocks = &run->blocks;

    blocks->arena = &run->arena;
    state_add_one(blocks, "step", TENSOR_I64, &state->step);
    state_add_one(blocks, "evaluated", TENSOR_I64, &state->evaluated);
    state_add_one(blocks, "n_seen", TENSOR_I64, &state->n_seen);
    state_add_one(blocks, "n_correct", TENSOR_I64, &state->n_correct);
    state_add_one(blocks, "loss", TENSOR_F64, &state->loss);
    state_add(blocks, "weight_counts", TENSOR_I64, state->weights.counts, HISTOGRAM_N);
    trainer_add_state(&run->trainer, blocks);
    if (run->judge.type) {
        state_add_one(blocks, "judged", TENSOR_I64, &state->judged);
        state_add_one(blocks, "best", TENSOR_F64, &state->best);
        state_add(blocks, "best_weights", TENSOR_F32, run->best, run->trainer.engine.graph.params.size);
    }
    if (run->protocol->add_state)
        run->protocol->add_state(run, blocks);
}

static void tell(struct run *run, const char *format, ...)
{
    char line[1200];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    run->observer->tell(run->observer->context, line);
}

/* A checkpoint that cannot be written costs time after a kill, and nothing else. Fails where the data
 * have changed: who restores them later would go on from what the changed ones made. */
static int save(struct run *run, struct error *ret_err)
{
    struct text journal = {0};
    struct error err;

    run->saved_at = clock_now();
    if (!run->checkpoint->path || run->saved_step == run->state.step)
        return 0;
    if (dataset_check(run->dataset, ret_err) < 0)
        return -1;
    run->saved_step = run->state.step;
    text_printf(&journal, "%s", "");
    run->observer->save(run->observer->context, &journal);
    if (checkpoint_save(run->checkpoint, run->blocks.blocks, run->blocks.n, journal.s, &err) < 0)
        tell(run, "no checkpoint at step %ld: %s", run->state.step, err.text);
    text_release(&journal);
    return 0;
}

/* Goes on from the checkpoint, where there is one that serves. */
static int restore(struct run *run, struct error *err)
{
    char *journal;
    int got;

    list_state(run);
    if (!run->checkpoint->path)
        return 0;
    got = checkpoint_load(run->checkpoint, run->blocks.blocks, run->blocks.n, &run->arena, &journal, err);
    if (got < 0)
        tell(run, "checkpoint not used, the run starts anew: %s", err->text);
    if (got <= 0)
        return 0;
    if (!run->stage.is_last && run->state.step >= run->stage.steps_per_epoch * run->stage.epochs)
        run->protocol->begin_stage(run, true);
    if (run->state.step < 0 || run->state.step > run->n_steps)
        return error_set(err, "\"%s\": step %ld of %ld", run->checkpoint->path, run->state.step,
                         run->n_steps);
    if (run->observer->restore(run->observer->context, journal, err) < 0)
        return error_context(err, "\"%s\"", run->checkpoint->path);
    run->saved_step = run->state.step;
    tell(run, "goes on at step %ld of %ld", run->state.step, run->n_steps);
    return 0;
}

/* ---- training ---- */

static bool should_stop(void *context)
{
    struct run *run = context;

    return run->observer->should_stop(run->observer->context, run->state.step, run->n_steps);
}

/* When a step of this stage is made, from 0. */
static struct schedule_time stage_time(const struct run *run, long step)
{
    return (struct schedule_time){(double)step / (double)run->stage.steps_per_epoch, run->stage.epochs,
                                  run->stage.warmup};
}

/* The slots of a step of this stage, from 0. An evaluation has those of the step before, also where the run was stopped
 * between the two. */
static void use_slots(struct run *run, long step)
{
    double late = run->stage.late;
    bool is_late = late > 0 && schedule_has_come_to(stage_time(run, step), late);

    engine_use(&run->trainer.engine, is_late ? ENGINE_LATE : ENGINE_EARLY);
}

/* Has it looked as often since the best as train.patience allows? */
static bool has_lost_patience(const struct run *run)
{
    return run->train->patience && run->state.evaluated == run->state.step && run->state.judged > 0 &&
           (run->state.evaluated - run->state.judged) / run->protocol->interval(run) >= run->train->patience;
}

/* What train.judge_by is, higher being better; where it does not exist, the worst. */
static double judging_value(const struct run *run, const struct evaluation *validation)
{
    double x = metric_value(&validation->values, run->judge.type->name, run->judge.class_index);

    if (isnan(x))
        x = metric_worst(run->judge.type);
    return run->judge.type->lower_is_better ? -x : x;
}

bool run_judges(const struct run *run, const struct run_point *point)
{
    if (!run->judge.type)
        return point->step == run->n_steps;
    return run->state.judged == 0 ||
           metric_exceeds(judging_value(run, &point->validation), run->state.best);
}

/* With train.judge = best: what the run ends with, unless a better one comes. */
static void keep_best(struct run *run, const struct run_point *point)
{
    if (!run->judge.type)
        return;
    run->state.judged = point->step;
    run->state.best = judging_value(run, &point->validation);
    memcpy(run->best, trainer_model(&run->trainer), run->trainer.engine.graph.params.size * sizeof *run->best);
}

/* Looks at the held-out parts. False where it was told to stop. */
static bool look(struct run *run, struct run_point *point)
{
    struct engine_data data = {.standard = &run->standard, .should_stop = should_stop, .stop_context = run};

    arena_release(&run->evaluation_arena);
    if (!run->protocol->look(run, &data, point))
        return false;
    point->is_judged = run_judges(run, point);
    return true;
}

/* The loss of validation may be the first to show it; and no loss shows a weight of minus infinity in front of a relu.
 * What the test part makes of a model decides nothing about the run: its loss is recorded as it is, and a measure that
 * does not exist counts as the worst. */
static bool has_diverged(struct run *run, const struct run_point *point)
{
    const char *weights = trainer_trace_weights(&run->trainer);
    bool is_lost = !isfinite(point->validation.loss);

    if (weights)
        snprintf(run->diverged, sizeof run->diverged,
                 "evaluation at step %ld: not finite: weights \"%s\"", point->step, weights);
    else if (is_lost)
        snprintf(run->diverged, sizeof run->diverged,
                 "evaluation at step %ld: not finite: validation loss", point->step);
    return weights || is_lost;
}

static int evaluate(struct run *run, enum run_outcome *ret_outcome, struct error *err)
{
    struct run_state *state = &run->state;
    float weights[HISTOGRAM_N];
    struct run_record records[1 + RUN_MAX_RECORDS] = {{.name = "weights", .n = HISTOGRAM_N, .numbers = weights}};
    struct run_point point = {
        .step = state->step,
        .n_steps = run->n_steps,
        .epoch = (int)(run_stage_step(run) / run->stage.steps_per_epoch),
        .train_loss = state->loss / (double)state->n_seen,
        .train_accuracy = (double)state->n_correct / (double)state->n_seen,
        .records = records,
    };

    *ret_outcome = RUN_STOPPED;
    use_slots(run, run_stage_step(run) - 1);
    if (!look(run, &point))
        return 0;
    *ret_outcome = has_diverged(run, &point) ? RUN_DIVERGED : RUN_FINISHED;
    point.is_judged &= !run->judge.type || *ret_outcome == RUN_FINISHED;
    point.n_records = histogram_shares(&state->weights, weights) > 0;
    if (point.is_judged && *ret_outcome == RUN_FINISHED) {
        keep_best(run, &point);
        point.n_records += run_record_judged(run, &point, records + point.n_records);
    }
    if (run->judge.type && !point.is_judged)
        point.test.answers = NULL; /* those of the best so far stand */
    state->weights = (struct histogram){{0}};
    state->evaluated = state->step;
    return run->observer->evaluated(run->observer->context, &point, err);
}

static enum run_outcome train_step(struct run *run)
{
    const struct train_config *train = run->train;
    struct run_state *state = &run->state;
    struct training_list *stage = &run->stage;
    const struct schedule_warmup warmup = {stage->warmup, train->warmup_by, train->warmup_from};
    struct engine_data data = {
        .pool = stage->pool,
        .standard = &run->standard,
        .augment = stage->is_plain ? NULL : run->augment,
    };
    struct trainer_step step = {
        .step = run_stage_step(run) + 1,
        .n_steps = stage->steps_per_epoch * stage->epochs,
        .rate = stage->lr * schedule_factor(run->schedule, run->schedule_config, warmup, run_stage_step(run),
                                            stage->steps_per_epoch, stage->epochs),
        .rng = rng_index(rng_derive(stage->rng, "step"), (uint64_t)run_stage_step(run)),
    };
    struct trainer_sums sums;
    struct text where = {0};
    struct protocol_choice choice;
    const uint32_t *examples;

    run->protocol->choose(run, &choice);
    examples = stage->order + choice.first;
    if (choice.begins) {
        state->loss = 0;
        state->n_correct = state->n_seen = 0;
    }
    data.augment_rng = rng_index(rng_derive(stage->rng, "augment"), choice.augmentation);
    use_slots(run, run_stage_step(run));
    trainer_step(&run->trainer, &data, examples, choice.n, &step, &sums);
    state->step++;
    state->loss += sums.loss;
    state->n_correct += sums.n_correct;
    state->n_seen += choice.n;
    if (isfinite(sums.loss)) {
        histogram_add(&state->weights, run->trainer.engine.example_weights, choice.n,
                      run->trainer.engine.weight_scale);
        return RUN_FINISHED;
    }
    trainer_trace(&run->trainer, &data, examples, choice.n, &step, &where);
    snprintf(run->diverged, sizeof run->diverged, "step %ld: not finite: %s", (long)state->step,
             where.s);
    text_release(&where);
    return RUN_DIVERGED;
}

/* Until the end, or until it diverges, loses patience or is stopped. */
static int train(struct run *run, enum run_outcome *ret_outcome, struct error *err)
{
    run->saved_at = clock_now();
    for (;;) {
        *ret_outcome = RUN_FINISHED;
        if (run->state.step > run->state.evaluated && run->protocol->is_due(run) && evaluate(run, ret_outcome, err) < 0)
            return -1;
        if (*ret_outcome == RUN_DIVERGED ||
            (*ret_outcome == RUN_FINISHED && (run->state.step == run->n_steps || has_lost_patience(run))))
            return 0;
        if (*ret_outcome == RUN_STOPPED || should_stop(run)) {
            *ret_outcome = RUN_STOPPED;
            return save(run, err);
        }
        if (clock_now() - run->saved_at >= run->checkpoint->interval && save(run, err) < 0)
            return -1;
        *ret_outcome = train_step(run);
        if (*ret_outcome == RUN_DIVERGED)
            return 0;
        if (!run->stage.is_last && run->state.step == run->stage.steps_per_epoch * run->stage.epochs)
            run->protocol->end_first_stage(run);
    }
}

int run_train(const struct run_input *input, const struct run_observer *observer,
              struct run_result *ret_result, struct error *err)
{
    struct run run = {.dataset = input->dataset,
                      .checkpoint = input->checkpoint,
                      .observer = observer};
    struct run_result result;
    int status = -1;

    if (run_open(&run, input, err) == 0 && restore(&run, err) == 0 &&
        train(&run, &result.outcome, err) == 0 && dataset_check_bytes(input->dataset, err) == 0) {
        const struct params *params = &run.trainer.engine.graph.params;
        const float *weights = run.judge.type && result.outcome == RUN_FINISHED ? run.best
                                                                           : trainer_model(&run.trainer);

        result.n_steps = run.n_steps;
        result.last_step = run.state.step;
        params_hash(params, weights, result.weights_hash);
        memcpy(result.diverged, run.diverged, sizeof result.diverged);
        *ret_result = result;
        status = observer->ended && result.outcome != RUN_STOPPED
                     ? observer->ended(observer->context, params, weights, err)
                     : 0;
    }
    run_close(&run);
    return status;
}
