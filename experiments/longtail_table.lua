-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: how do RGD and its strongest relatives do from mild to extreme imbalance?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_table
--           make table EXP=longtail_table SET="by=imbalance": the layout of the long-tail papers
-- Time:     an hour and a half on 2 shared cores, and about 5 with SET="methods=all data.imbalance=10,20,50,100,200".
--           Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_table SET=smoke
--
-- Each method tries 4 configurations at each imbalance factor. Published numbers, of ResNet-32 and
-- other training, stand in a column of their own (results/published/longtail_table.csv).
local lower, higher = { lr = grid { 0.02, 0.03 } }, { lr = grid { 0.03, 0.05 } }
local cosine_head = mlp { hidden = { 256, 256 }, head = "cosine" }

return experiment {
    title = "CIFAR-10 by imbalance factor, MLP",
    question = "How do RGD and its strongest relatives do from mild to extreme imbalance?",
    data = cifar10 { imbalance = grid { 10, 50, 100 }, profile = "exp", augment = "crop_flip", pad = 0,
                     validation = 25 },
    model = mlp { hidden = { 256, 256 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    schedule = cosine {},
    train = { epochs = 20, batch = 128, evaluate = 10, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.02, 0.03, 0.05, 0.07 } } },
        { "rgd", objective = rgd { clip = grid { 1, 3 } }, train = lower },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 1, 3 } }, train = higher },
        { "class_balanced", objective = class_balanced { beta = grid { 0.99, 0.9999 } }, train = lower },
        { "focal", loss = focal { gamma = grid { 0.5, 1 } }, train = higher },
        { "ldam", loss = ldam { scale = grid { 10, 20 } }, model = cosine_head, train = { lr = grid { 0.02, 0.05 } } },
        { "drw", late_objective = class_balanced { beta = grid { 0.99, 0.9999 } },
          train = { lr = grid { 0.03, 0.05 }, late = 16 } },
        { "balanced_softmax", loss = balanced_softmax {}, train = { lr = grid { 0.02, 0.03, 0.05, 0.07 } } },
        { "balanced_softmax_rgd", loss = balanced_softmax {}, objective = rgd { clip = grid { 1, 3 } }, train = lower },
        { "mixup", transform = mixup { alpha = grid { 0.2, 1 } }, train = higher },
    },
    default_methods = "erm,rgd,rgd_mean_one,drw,balanced_softmax",
    baseline = "erm",
    seeds = 6,
    smoke = "train.epochs=1 seeds=1 train.lr=0.03 data.imbalance=50,100 methods=erm,rgd,ldam,balanced_softmax",
}
