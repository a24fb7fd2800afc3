-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on Adult, which method does best on the worst of the four groups of sex and income?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=tabular_groups
-- Time:     about 40 minutes on 2 cores. Needs UCI's adult.data and adult.test
--           Short: make sweep EXP=tabular_groups SET=smoke
return experiment {
    title = "Adult by sex and income, MLP",
    question = "Which method does best on the worst group of Adult?",
    data = adult { validation_share = 0.2, numbers = "quantile" },
    model = mlp { hidden = { 128, 128 }, dropout = 0.1 },
    optimizer = adamw { weight_decay = 1e-4 },
    schedule = constant {},
    train = { epochs = 40, batch = 256, judge = "best", patience = 8, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.0001, 0.0003, 0.001, 0.003 } } },
        { "rgd", objective = rgd { clip = grid { 1, 3 } }, train = { lr = grid { 0.0002, 0.001 } } },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 1, 3 } }, train = { lr = grid { 0.0003, 0.0015 } } },
        { "group_dro", objective = group_dro { by = "environment", eta = grid { 0.01, 0.1 } },
          train = { lr = grid { 0.0003, 0.0015 } } },
        { "cvar", objective = cvar { alpha = grid { 0.1, 0.5 } }, train = { lr = grid { 0.0003, 0.0015 } } },
        { "logit_adjustment", loss = logit_adjustment { t = grid { 0.5, 1 } }, train = { lr = grid { 0.0003, 0.0015 } } },
    },
    measure = "worst_group_accuracy",
    baseline = "erm",
    seeds = 6,
    smoke = "methods=erm,group_dro seeds=1 data=drawn_table data.validation_share=0.2 train.epochs=3 train.patience=0 train.lr=0.001",
}
