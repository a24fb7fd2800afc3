/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * protocol: what a run is made of in time: what it trains on, what a step sees, when it looks at what, and in how many
 * stages.
 *
 * To add one:
 *   1. write learn/protocol/protocol_NAME.c after the pattern of protocol_domains.c, ending in
 *      `const struct protocol protocol_NAME`;
 *   2. add one line to the list in protocol.c, before those that serve runs that it serves as well.
 */
#ifndef LEARN_PROTOCOL_PROTOCOL_H
#define LEARN_PROTOCOL_PROTOCOL_H

#include "learn/run_private.h"

/* What the next step sees: places in stage.order. */
struct protocol_choice {
    int first, n;
    uint64_t augmentation; /* that it has */
    bool begins;           /* a span of steps, whose losses are averaged */
};

struct protocol {
    const char *name;
    bool (*serves)(const struct dataset *d, const struct settings *s);
    /* Sets the run's split, batch and groups; `dataset` and `batch` are set. run->train may be NULL, in a check. */
    int (*open)(struct run *run, const struct settings *s, struct error *err);
    bool has_epochs; /* for what is set in epochs */
    int n_blocks;    /* as large as the weights, that it keeps */
    /* Sets run->stage and n_steps, of the last stage or, where there are two, of the first; the trainer is there. */
    void (*begin_stage)(struct run *run, bool is_last);
    /* Behind the last step of the first stage; NULL: there is one stage. Begins the last. */
    void (*end_first_stage)(struct run *run);
    void (*add_state)(struct run *run, struct state *blocks); /* (optional) what it keeps */
    void (*choose)(struct run *run, struct protocol_choice *ret_choice);
    /* Steps between evaluations, and whether one is due. */
    long (*interval)(const struct run *run);
    bool (*is_due)(const struct run *run);
    /* Looks at the held-out parts, as `data` says for evaluations: fills point's parts, validation, test and has_test.
     * False where it was told to stop. */
    bool (*look)(struct run *run, struct engine_data *data, struct run_point *point);
};

/* The list of all, NULL-ended. */
extern const struct protocol *const protocols[];

const struct protocol *protocol_choose(const struct dataset *d, const struct settings *s);

/* ---- for protocols that go through a list in epochs ---- */

int protocol_open_held_out(struct run *run, const struct settings *s, struct error *err);
void protocol_choose_held_out(struct run *run, struct protocol_choice *ret_choice);
long protocol_interval_held_out(const struct run *run);
bool protocol_is_due_held_out(const struct run *run);
bool protocol_look_held_out(struct run *run, struct engine_data *data, struct run_point *point);

/* Room for n lists by group, and one of them; NULL where the run's sampler draws from none. */
struct sampler_groups *protocol_groups(struct run *run, int n);
struct sampler_groups protocol_group(struct run *run, const uint32_t *list, int n);

/* A stage that goes through list[n] of what is trained on `epochs` times, from the run's step `first` on, as the run's
 * sampler has it; its order is yet to be drawn. And one that goes through any list, without the sampler. */
struct training_list protocol_sampled_list(struct run *run, const uint32_t *list, int n, int epochs, long first);
struct training_list protocol_list(struct run *run, const uint32_t *list, int n, int epochs, long first);

#endif
