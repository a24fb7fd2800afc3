/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn/trainer.h"

#include "learn/step/step.h"

#include <string.h>

static float *floats(struct arena *arena, size_t n)
{
    return arena_alloc(arena, n * sizeof(float));
}

/* Doubles that the objective with most of them keeps. */
static size_t most_numbers(const struct trainer_method *m)
{
    int early = m->engine.slots[ENGINE_EARLY].objective->n_state;
    int late = m->engine.slots[ENGINE_LATE].objective->n_state;

    return (size_t)(early > late ? early : late);
}

void trainer_init(struct trainer *t, struct arena *arena, const struct trainer_method *method,
                  const struct graph *graph, const struct engine_sizes *sizes, struct rng rng)
{
    struct params *params = &t->engine.graph.params;

    *t = (struct trainer){.method = *method, .step = step_choose(method)};
    engine_init(&t->engine, arena, &method->engine, graph, sizes);
    for (int i = 0; i < params->n; i++)
        params->items[i].decays |= method->optimizer_common->decays == OPTIMIZER_DECAYS_ALL;
    t->weights = floats(arena, params->size);
    for (int i = 0; i < method->optimizer->n_states; i++)
        t->states[i] = floats(arena, params->size);
    for (int i = 0; i < method->average.type->n_blocks; i++)
        t->averages[i] = floats(arena, params->size);
    if (t->step->count_room)
        t->step_room = floats(arena, t->step->count_room(method, &t->engine.graph, t->engine.batch));
    t->step_numbers = arena_alloc(arena, most_numbers(method) * sizeof *t->step_numbers);
    params_init(params, t->weights, rng);
    if (t->step->begin)
        t->step->begin(t, t->step_rng = rng_derive(rng, "step"));
}

float *trainer_step_start(struct trainer *t, struct arena *arena)
{
    if (!t->step->has_model)
        return NULL;
    t->step_start = floats(arena, t->engine.graph.params.size);
    params_init(&t->engine.graph.params, t->step_start, t->step_rng);
    return t->step_start;
}

void trainer_begin_step(struct trainer *t)
{
    t->step->begin(t, t->step_rng);
}

double trainer_memory(const struct trainer_method *method, const struct graph *graph,
                      const struct engine_sizes *sizes)
{
    const struct step_type *step = step_choose(method);
    int n_blocks = 1 + method->optimizer->n_states + method->average.type->n_blocks;
    double room = step->count_room ? (double)step->count_room(method, graph, sizes->batch) : 0;

    return engine_memory(&method->engine, graph, sizes) +
           (room + n_blocks * (double)graph->params.size) * sizeof(float);
}

static void restart_all_but_weights(struct trainer *t)
{
    size_t size = t->engine.graph.params.size;

    for (int i = 0; i < t->method.optimizer->n_states; i++)
        memset(t->states[i], 0, size * sizeof *t->states[i]);
    for (int i = 0; i < ENGINE_N_SLOTS; i++)
        objective_restart(t->method.engine.slots[i].objective);
    engine_use(&t->engine, ENGINE_EARLY);
    if (t->step->begin)
        t->step->begin(t, t->step_rng);
}

void trainer_restart(struct trainer *t, const float *weights)
{
    restart_all_but_weights(t);
    memcpy(t->weights, weights, t->engine.graph.params.size * sizeof *weights);
}

void trainer_renew_last_layer(struct trainer *t, struct rng rng)
{
    if (t->averages[0])
        memcpy(t->weights, t->averages[0], t->engine.graph.params.size * sizeof *t->weights);
    params_init_from(&t->engine.graph.params, t->engine.graph.n_params_before_last, t->weights, rng);
    restart_all_but_weights(t);
}

const float *trainer_model(const struct trainer *t)
{
    return t->averages[0] ? t->averages[0] : t->weights;
}

void trainer_add_state(const struct trainer *t, struct state *state)
{
    static const char *const states[OPTIMIZER_MAX_STATES] = {"state1", "state2"};
    static const char *const averages[AVERAGE_MAX_BLOCKS] = {"average", "average_rest"};
    static const char *const objectives[ENGINE_N_SLOTS] = {"objective", "late_objective"};
    const struct engine_slots *slots = t->method.engine.slots;
    size_t size = t->engine.graph.params.size;

    state_add(state, "weights", TENSOR_F32, t->weights, size);
    for (int i = 0; i < t->method.optimizer->n_states; i++)
        state_add(state, states[i], TENSOR_F32, t->states[i], size);
    for (int i = 0; i < t->method.average.type->n_blocks; i++)
        state_add(state, averages[i], TENSOR_F32, t->averages[i], size);
    if (t->step->add_state)
        t->step->add_state(t, state);
    for (int i = 0; i < ENGINE_N_SLOTS; i++)
        if (slots[i].objective->n_state && (i == 0 || slots[i].objective != slots[0].objective))
            state_add(state, objectives[i], TENSOR_F64, slots[i].objective->state,
                      (size_t)slots[i].objective->n_state);
}
