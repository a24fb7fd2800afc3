-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: do the nets that others train on Adult score here what they score there?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=tabular_anchors
-- Time:     about an hour on 2 cores, nearly all of it ft_transformer (SET="methods=mlp,mlp_plr": 5 minutes).
--           Needs UCI's adult.data and adult.test.
--           Short: make sweep EXP=tabular_anchors SET=smoke
--
-- The tuned settings of TabM's repository (28e47ae: mlp, mlp-periodiclite) and the default of rtdl-revisiting-models
-- (e3ed46c: ft_transformer), on the official test part; a fifth of the training part validates, and a run ends 16 epochs behind
-- its best. Their results stand in a column of their own (results/published/tabular_anchors.csv).
return experiment {
    title = "Adult, official test part, the settings of others",
    question = "Do nets on Adult score here what they score elsewhere?",
    data = adult { validation_share = 0.2, numbers = "quantile" },
    schedule = constant {},
    train = { epochs = 200, batch = 256, judge = "best", patience = 16, test = "last" },
    methods = {
        { "mlp", model = mlp { hidden = { 400, 400, 400, 400 }, dropout = 0.23115082929957356 },
          optimizer = adamw { weight_decay = 0.07951092079903721, decays = "all", clip_norm = 1 },
          train = { lr = 0.00010632258766605092 } },
        { "mlp_plr",
          model = mlp_plr { hidden = { 224, 224 }, dropout = 0.29513110099038925, frequencies = 92, embedding = 24,
                            sigma = 5.161792001273396 },
          optimizer = adamw { weight_decay = 0, clip_norm = 1 }, train = { lr = 3.976618303384924e-05 } },
        { "ft_transformer", model = ft_transformer { hidden = 255 }, optimizer = adamw { weight_decay = 1e-5 },
          train = { lr = 1e-4 } },
    },
    baseline = "mlp",
    seeds = 5,
    smoke = "methods=mlp,mlp_plr seeds=1 train.epochs=1 train.patience=0",
}
