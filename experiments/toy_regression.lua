-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: which line do RGD and DRO draw where one point in ten lies on another one?
-- Command:  make sweep EXP=toy_regression, and look at plots/toy_regression/plane.svg
-- Time:     10 seconds on 2 cores. Needs no data.
--           Short: make sweep EXP=toy_regression SET=smoke
--
-- What DRO does to the distribution: points are drawn as large as their weight. Problem and settings are
-- ours. In the test part every other point is of the rare line.
return experiment {
    title = "A number of one number, a linear model",
    question = "Which line do RGD and DRO draw where one point in ten lies on another one?",
    data = rare_line { rare = 0.1, validation = 100 },
    model = mlp { hidden = {} },
    loss = mse {},
    optimizer = sgd { momentum = 0.9 },
    train = { epochs = 30, batch = 50, evaluate = 5, lr = grid { 0.003, 0.01, 0.03, 0.1 } },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 } },
        { "kl_dro", objective = kl_dro { lambda = 0.1 } },
        { "cvar", objective = cvar { alpha = 0.2 } },
    },
    baseline = "erm",
    seeds = 6,
    smoke = "seeds=2 train.lr=0.03",
}
