-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on tables of which few rows are of the class that matters, which method does best where all classes
--           count the same?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=tabular_imbalance
--           build/rgdbench table tabular_imbalance measures=balanced_accuracy,worst_class_accuracy
-- Time:     about an hour and a half on 2 cores. Needs shuttle, coil2000, thyroid_odds and thyroid
--           Short: make sweep EXP=tabular_imbalance SET=smoke
--
-- The commonest class has 79, 94, 97 and 92% of the rows; 10 rows of Shuttle's 58,000 are of the rarest.
local nine = grid { 0.0003, 0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.05 }
local lower, higher = { lr = grid { 0.0007, 0.003, 0.01 } }, { lr = grid { 0.001, 0.004, 0.015 } }
local drawn = { validation_share = 0.2, numbers = "quantile" }

return experiment {
    title = "Four tables with rare classes, MLP",
    question = "Which method does best on rare classes of tables?",
    data = grid { shuttle(drawn), coil2000 { validation_share = 0.2 }, thyroid_odds(drawn), thyroid(drawn) },
    model = mlp { hidden = { 128, 128 }, dropout = 0.1 },
    optimizer = adamw { weight_decay = 1e-4 },
    schedule = constant {},
    train = { epochs = 60, batch = 256, judge = "best", patience = 10, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = nine } },
        { "rgd", objective = rgd { clip = grid { 0.3, 1, 3 } }, train = lower },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 0.3, 1, 3 } }, train = higher },
        { "kl_dro", objective = kl_dro { lambda = grid { 0.5, 2, 10 } }, train = higher },
        { "cvar", objective = cvar { alpha = grid { 0.05, 0.2, 0.7 } }, train = higher },
        { "focal", loss = focal { gamma = grid { 0.5, 2, 5 } }, train = higher },
        { "class_balanced", objective = class_balanced { beta = grid { 0.9, 0.999, 1 } }, train = higher },
        { "logit_adjustment", loss = logit_adjustment { t = grid { 0.5, 1, 2 } }, train = higher },
        { "group_dro", objective = group_dro { eta = grid { 0.001, 0.01, 0.1 } }, train = higher },
    },
    measure = "balanced_accuracy",
    baseline = "erm",
    seeds = 6,
    smoke = "methods=erm,logit_adjustment seeds=1 data=drawn_table data.validation_share=0.2 train.epochs=3 train.patience=0 train.lr=0.001",
}
