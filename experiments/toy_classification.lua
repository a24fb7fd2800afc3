-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: how do RGD and DRO move a straight boundary towards points that are rare and hard?
-- Command:  make sweep EXP=toy_classification, and look at plots/toy_classification/plane.svg
-- Time:     10 seconds on 2 cores. Needs no data.
--           Short: make sweep EXP=toy_classification SET=smoke
--
-- After the sketch of two features in the paper's summary; clusters, sizes and settings are ours. One in
-- twenty of the second class lies above the first. In the test part it is every other one, so that the
-- accuracy there says what the rare points got.
return experiment {
    title = "Two classes in the plane, a linear model",
    question = "How do RGD and DRO move a straight boundary towards points that are rare and hard?",
    data = rare_cluster { rare = 0.05, validation = 50 },
    model = mlp { hidden = {} },
    optimizer = sgd { momentum = 0.9 },
    train = { epochs = 30, batch = 50, evaluate = 5, lr = grid { 0.01, 0.03, 0.1, 0.3 } },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 } },
        { "kl_dro", objective = kl_dro { lambda = 0.5 } },
        { "cvar", objective = cvar { alpha = 0.2 } },
    },
    baseline = "erm",
    seeds = 6,
    smoke = "seeds=2 train.lr=0.1",
}
