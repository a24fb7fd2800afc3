-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on drawn figures in four styles, which method finds the outline rather than the style?
-- Command:  make sweep EXP=domain_shapes
-- Time:     about 5 minutes on 2 cores. Needs no data.
--           Short: make sweep EXP=domain_shapes SET=smoke
return experiment {
    title = "Shapes in four styles, each held out once, MLP",
    question = "Which method finds the outline rather than the style?",
    data = shapes_domains { test_envs = grid { { 0 }, { 1 }, { 2 }, { 3 } }, per_class = 60,
                            steps = 301, every = 100 },
    model = mlp { hidden = { 128, 128 } },
    optimizer = adam {},
    schedule = constant {},
    train = { lr = 1e-3, batch = 32 },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 } },
        { "group_dro", objective = group_dro { by = "environment" } },
        { "vrex", objective = vrex { by = "environment" } },
        { "irm", penalty = irm { anneal = 150 } },
        { "mixup", transform = mixup_domains { alpha = 0.2 } },
        { "coral", penalty = coral {} },
        { "mmd", penalty = mmd {} },
        { "sd", penalty = sd {} },
        { "ib_erm", penalty = ib { anneal = 150 } },
        { "frr", penalty = frr {} },
        { "frr_rgd", penalty = frr {}, objective = rgd { clip = 1 } },
    },
    baseline = "erm",
    seeds = 3,
    smoke = "methods=erm,rgd,frr seeds=2 data.steps=31 data.every=30 data.test_envs=[0]",
}
