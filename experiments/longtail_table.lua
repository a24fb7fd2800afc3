-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: how do RGD and its strongest relatives do from mild to extreme imbalance?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_table
--           make table EXP=longtail_table SET="by=imbalance": the layout of the long-tail papers
-- Time:     about 2 hours on 2 cores. Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_table SET=smoke
--
-- Each method tries 9 configurations at each imbalance factor, as in longtail_cifar, with its validation.
-- Published numbers, of ResNet-32 and other training, stand in a column of their own
-- (results/published/longtail_table.csv).
local nine = grid { 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.09, 0.13 }
local lower, higher = { lr = grid { 0.007, 0.02, 0.06 } }, { lr = grid { 0.01, 0.03, 0.09 } }
local clips, betas = grid { 0.3, 1, 3 }, grid { 0.99, 0.9999, 0.99999 }
local cosine_head = mlp { hidden = { 256, 256 }, head = "cosine" }

return experiment {
    title = "CIFAR-10 by imbalance factor, MLP",
    question = "How do RGD and its strongest relatives do from mild to extreme imbalance?",
    data = cifar10 { imbalance = grid { 10, 50, 100 }, profile = "exp", augment = "crop_flip", pad = 0,
                     validation = 1000, validation_own = 50 },
    model = mlp { hidden = { 256, 256 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    schedule = cosine {},
    train = { epochs = 20, batch = 128, evaluate = 10, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = nine } },
        { "rgd", objective = rgd { clip = clips }, train = lower },
        { "rgd_mean_one", objective = rgd_mean_one { clip = clips }, train = higher },
        { "class_balanced", objective = class_balanced { beta = betas }, train = higher },
        { "focal", loss = focal { gamma = grid { 0.2, 0.5, 1 } }, train = higher },
        { "ldam", loss = ldam { scale = grid { 5, 10, 20 } }, model = cosine_head, train = lower },
        { "drw", late_objective = class_balanced { beta = betas },
          train = { lr = grid { 0.01, 0.03, 0.09 }, late = 16 } },
        { "balanced_softmax", loss = balanced_softmax {}, train = { lr = nine } },
        { "balanced_softmax_rgd", loss = balanced_softmax {}, objective = rgd { clip = clips }, train = lower },
        { "mixup", transform = mixup { alpha = grid { 0.1, 0.2, 1 } }, train = higher },
    },
    default_methods = "erm,rgd,rgd_mean_one,drw,balanced_softmax",
    baseline = "erm",
    seeds = 10,
    smoke = "train.epochs=1 train.evaluate=1 train.test=each seeds=1 train.lr=0.03 data.imbalance=50,100 methods=erm,rgd,ldam,balanced_softmax",
}
