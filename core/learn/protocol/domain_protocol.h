/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * domain_protocol: DomainBed's protocol for data with environments: which are held out for the test,
 * what of the others is trained on, what a step sees and when is looked.
 *
 * 1. Each environment is split in two, "in" and "out", as DomainBed splits it under the
 *    trial (data/split_domains.h); the trial is the run's seed.
 * 2. A step takes one batch of every training environment, drawn from its "in" with
 *    replacement, one behind the other. train.batch is per environment.
 * 3. It looks after the first step, every `every` steps from there, and at the end. Validation is
 *    the mean over the training environments' "out"; test is the "in" of the first test
 *    environment: what DomainBed selects by and reports. It looks at both parts of the test
 *    environments and the "out" of the others, as no selection rule reads more; with
 *    `parts = "all"` at the "in" of the others too, which is most of the pictures.
 *
 * Environments have other numbers in training: 0 .. n_training-1 in their order, as the
 * methods only know of these.
 */
#ifndef LEARN_PROTOCOL_DOMAIN_PROTOCOL_H
#define LEARN_PROTOCOL_DOMAIN_PROTOCOL_H

#include "data/split_domains.h"
#include "learn/sampler/sampler.h"
#include "learn/trainer.h"
#include "math/rng.h"

struct domain_protocol_config {
    struct hparam_integers test_envs;
    double holdout;
    int steps, every;
    int scale; /* enum domain_protocol_scale */
    int parts; /* enum domain_protocol_parts */
};

enum domain_protocol_scale { DOMAIN_PROTOCOL_MEASURED, DOMAIN_PROTOCOL_UNIT };
enum domain_protocol_parts { DOMAIN_PROTOCOL_SELECTION, DOMAIN_PROTOCOL_ALL };

/* hparams of `struct domain_protocol_config`, under "data". */
extern const struct component domain_protocol_component;

struct domain_protocol {
    const struct domain_protocol_config *config;
    int n_environments, n_training;
    bool is_test[DATASET_MAX_GROUPS];
    struct domain_split splits[DATASET_MAX_GROUPS];
    const uint16_t *environments; /* [n of the pool] in the training's numbers */
    uint32_t *train;      /* [n_train] the "in" of all training environments */
    int n_train;
    int *class_counts;       /* [n_classes] of train */
};

/* Fails where a test environment is not there, or none is left to train on, or a part of one
 * would be empty. Memory from `arena`; borrows d and config. */
int domain_protocol_open(struct domain_protocol *o, const struct dataset *d,
                         const struct domain_protocol_config *config,
                         int trial, struct arena *arena, struct error *err);

/* What a step sees: ret_indices[n_training * per_environment]; `rng` is the step's. With `groups` [n_training] of the
 * environments' "in" the sampler draws, else each example alike. */
void domain_protocol_draw(const struct domain_protocol *o, int per_environment, const struct sampler_type *sampler,
                          const struct sampler_groups *groups, struct rng rng, uint32_t *ret_indices);

/* One part of one environment, as the model sees it. */
struct domain_protocol_part {
    const char *name; /* domain_protocol_part_name */
    struct evaluation result;
};

/* Looks at ret_parts[*ret_n], and what is selected by and reported. `data` is for evaluation.
 * False where it was told to stop. Memory from `arena`. */
bool domain_protocol_evaluate(const struct domain_protocol *o, struct trainer *t,
                              const struct engine_data *data,
                              struct arena *arena, const struct domain_protocol_part **ret_parts,
                              int *ret_n,
                              struct evaluation *ret_validation, struct evaluation *ret_test);

/* Is it time to look, with so many steps made? */
bool domain_protocol_is_due(const struct domain_protocol *o, long n_made);

/* "env2_in", "env0_out": good for ever. */
const char *domain_protocol_part_name(int environment, bool is_out);

#endif
