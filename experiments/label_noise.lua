-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: where labels are wrong, hard examples are often wrong ones: how much does RGD lose to
--           ERM there, and does trimming the highest losses first bring it back?
-- Command:  make sweep EXP=label_noise
--           make table EXP=label_noise SET="by=label_noise"
-- Time:     about 10 minutes on 2 cores. Needs no data.
--           Short: make sweep EXP=label_noise SET=smoke
--
-- A label is drawn anew from all classes with the given probability, in the training part only, which has
-- 150 pictures of each class; 500 others of each validate. Each method tries 9 configurations at each
-- rate. TERM with a negative tilt is the relative that is made to suppress outliers.
local three = { lr = grid { 0.02, 0.06, 0.2 } }

return experiment {
    title = "Drawn shapes with wrong labels, MLP",
    question = "How much does RGD lose to ERM where labels are wrong, and does trimming bring it back?",
    data = shapes { label_noise = grid { 0, 0.2, 0.4 }, train_per_class = 650, difficulty = 0.3,
                    max_per_class = 150, validation = 500 },
    model = mlp { hidden = { 128, 128 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    train = { epochs = 10, batch = 100, evaluate = 5, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.3 } } },
        { "erm_trim", objective = erm { trim = grid { 0.01, 0.05, 0.2 } }, train = three },
        { "rgd", objective = rgd { clip = grid { 0.1, 0.3, 1 } }, train = three },
        { "rgd_trim", objective = rgd { clip = 1, trim = grid { 0.01, 0.03, 0.1 } },
          train = { lr = grid { 0.01, 0.03, 0.1 } } },
        { "kl_dro", objective = kl_dro { lambda = grid { 3, 10, 30 } }, train = three },
        { "term_negative", objective = term { t = grid { -1, -0.3, -0.1 } }, train = three },
    },
    baseline = "erm",
    seeds = 10,
    smoke = "train.epochs=2 train.evaluate=1 seeds=2 train.lr=0.03 data.label_noise=0,0.4",
}
