-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: how does RGD's accuracy depend on clip level and learning rate, the two that its
--           authors tune? `make plot EXP=clip_sweep` draws the heat maps.
-- Command:  make sweep EXP=clip_sweep
-- Time:     about 9 minutes on 2 cores. Needs no data.
--           Short: make sweep EXP=clip_sweep SET=smoke
--
-- The clip levels are from 0.5, where a weight is at most 1.40, to 9, where it is at most 2.46; both
-- ends tend to ERM. Budgets differ by design: the table's caption says so.
return experiment {
    title = "RGD by clip level and learning rate, long-tailed shapes, MLP",
    question = "How does RGD's accuracy depend on clip level and learning rate?",
    data = shapes { imbalance = 20, train_per_class = 250, difficulty = 0.3, validation = 50 },
    model = mlp { hidden = { 128, 128 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    train = { epochs = 10, batch = 64, evaluate = 5, lr = grid { 0.01, 0.02, 0.03, 0.05 } },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = grid { 0.5, 1, 3, 5, 9 } } },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 0.5, 1, 3, 5, 9 } } },
    },
    baseline = "erm",
    seeds = 6,
    smoke = "train.epochs=2 train.evaluate=1 seeds=2 train.lr=0.02,0.05 "
        .. "objective.clip=1,3 data.train_per_class=200",
}
