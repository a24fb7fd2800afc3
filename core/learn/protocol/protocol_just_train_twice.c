/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * As held_out, but twice: the errors of a first model are repeated in the list of a second, which starts anew. Liu et
 * al. 2021 (arXiv 2107.09044). Both stages are one run, so that a run stays a function of its spec. */
#include "learn/protocol/protocol.h"

#include <string.h>

static bool serves(const struct dataset *d, const struct settings *s)
{
    (void)d;
    return settings_number(s, "train.jtt_epochs") > 0;
}

/* The last stage's random numbers are those of a run with one stage. */
static void begin_stage(struct run *run, bool is_last)
{
    const struct train_config *train = run->train;
    const uint32_t *list = run->split.train;
    int n = run->split.n_train;
    size_t size = run->trainer.engine.graph.params.size * sizeof *run->start;
    struct training_list first = protocol_sampled_list(run, list, n, train->jtt_epochs, 0);
    long first_steps = first.steps_per_epoch * first.epochs;

    if (is_last) {
        n = training_list_repeat(list, n, run->errors, train->jtt_weight, &run->arena, &list);
        run->stage = protocol_sampled_list(run, list, n, train->epochs, first_steps);
        run->n_steps = first_steps + run->stage.steps_per_epoch * train->epochs;
        return;
    }
    run->errors = arena_alloc(&run->arena, (size_t)n);
    run->start = arena_alloc(&run->arena, size);
    memcpy(run->start, run->trainer.weights, size);
    first.is_last = false;
    first.late = 0;
    first.rng = rng_derive(run->rng, "first stage");
    run->stage = first;
    run->n_steps = first_steps + first.steps_per_epoch * train->epochs;
}

static void end_first_stage(struct run *run)
{
    const struct engine_data data = {.pool = &run->train_pool, .standard = &run->standard};

    arena_release(&run->evaluation_arena);
    trainer_mark_errors(&run->trainer, &data, run->split.train, run->split.n_train, &run->evaluation_arena,
                        run->errors);
    trainer_restart(&run->trainer, run->start);
    run->state.weights = (struct histogram){{0}};
    begin_stage(run, true);
}

static void add_state(struct run *run, struct state *blocks)
{
    state_add(blocks, "errors", TENSOR_U8, run->errors, (size_t)run->split.n_train);
}

const struct protocol protocol_just_train_twice = {
    .name = "just_train_twice",
    .serves = serves,
    .open = protocol_open_held_out,
    .has_epochs = true,
    .n_blocks = 1,
    .begin_stage = begin_stage,
    .end_first_stage = end_first_stage,
    .add_state = add_state,
    .choose = protocol_choose_held_out,
    .interval = protocol_interval_held_out,
    .is_due = protocol_is_due_held_out,
    .look = protocol_look_held_out,
};
