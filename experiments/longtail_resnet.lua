-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: does RGD beat ERM on long-tailed CIFAR-10 with the field's kind of net, is it the weights or the step, and how
--           do the methods that the field compares with do, tuned equally?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_resnet           # ERM, RGD and its control
--           RGDBENCH_DATA=/data make sweep EXP=longtail_resnet SET="methods=all"
-- Time:     about 3 hours on 2 cores, 7 with all methods. Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_resnet SET=smoke
--
-- ResNet-8 and 15 epochs of LDAM-DRW's recipe, on LDAM-DRW's pictures (rand_number 0), whole: 50 pictures of each class of
-- the test part validate, the other 9,500 are tested. longtail_resnet32 has the field's net and its 200 epochs.
-- Each method tries four configurations. Objectives whose weights exceed 1 on average get lower learning rates.
local lower, higher = { lr = grid { 0.05, 0.1 } }, { lr = grid { 0.1, 0.2 } }
local clips = grid { 1, 3 }
local cosine_head = resnet { depth = 8, head = "cosine" }

return experiment {
    title = "CIFAR-10, LDAM-DRW's imbalance factor 100, ResNet-8",
    question = "Does RGD beat ERM on long-tailed CIFAR-10 with a residual net, and is it the weights or the step?",
    data = cifar10 { imbalance = 100, profile = "exp", subset = "ldam", validation_from = "test", validation = 50,
                     augment = "crop_flip" },
    model = resnet { depth = 8 },
    optimizer = sgd { momentum = 0.9, weight_decay = 2e-4, decays = "all" },
    schedule = step { at = { 0.8, 0.9 }, gamma = 0.01 },
    train = { epochs = 15, batch = 128, warmup = 1, evaluate = 3, test = "each" },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.05, 0.1, 0.2, 0.4 } } },
        { "rgd", objective = rgd { clip = clips }, train = lower },
        { "rgd_mean_one", objective = rgd_mean_one { clip = clips }, train = higher },
        { "class_balanced", objective = class_balanced { beta = grid { 0.999, 0.9999 } }, train = higher },
        { "ldam_drw", model = cosine_head, loss = ldam { max_margin = 0.5, scale = 30 },
          late_loss = ldam { max_margin = 0.5, scale = 30, class_beta = grid { 0.999, 0.9999 } },
          train = { lr = grid { 0.1, 0.2 }, late = 0.8 } },
        { "balanced_softmax", loss = balanced_softmax {}, train = { lr = grid { 0.05, 0.1, 0.2, 0.4 } } },
        { "logit_adjustment", loss = logit_adjustment { t = grid { 1, 1.5 } }, train = higher },
    },
    default_methods = "erm,rgd,rgd_mean_one", -- methods=all for the rest
    baseline = "erm",
    seeds = 7,
    smoke = "train.epochs=1 train.evaluate=1 train.warmup=0 seeds=1 train.lr=0.1 data.max_per_class=500 "
        .. "data.validation=10 methods=erm,rgd,ldam_drw",
}
