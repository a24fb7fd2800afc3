-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: does weighting the hard examples help on long-tailed drawn shapes?
-- Command:  make sweep EXP=quickstart
-- Time:     about a minute on 2 cores. Needs no data.
--           Short: make sweep EXP=quickstart SET=smoke
return experiment {
    title = "Long-tailed shapes, MLP",
    question = "Does weighting the hard examples help on long-tailed drawn shapes?",
    data = shapes { imbalance = 20, train_per_class = 600, difficulty = 0.3, validation = 30 },
    model = mlp { hidden = { 128, 128 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    train = { epochs = 10, batch = 64, lr = grid { 0.02, 0.05 }, evaluate = 2 },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.01, 0.02, 0.05, 0.1 } } },
        { "rgd", objective = rgd { clip = grid { 1, 3 } } },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 1, 3 } } },
    },
    baseline = "erm",
    seeds = 6,
    smoke = "train.epochs=2 seeds=2 train.lr=0.05",
}
