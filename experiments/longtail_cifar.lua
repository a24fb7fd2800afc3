-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: does RGD beat ERM on long-tailed CIFAR-10 (imbalance factor 100), is it the
--           re-weighting or only the larger step, and how do its relatives do, tuned equally?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_cifar             # ERM, RGD and its control
--           RGDBENCH_DATA=/data make sweep EXP=longtail_cifar SET="methods=all seeds=8"
-- Time:     about 25 minutes on 2 cores, and about 3 hours with all methods.
--           Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_cifar SET=smoke
--
-- Each method tries 9 configurations: nine learning rates, or three values of its own setting, from next
-- to ERM to too much, times three learning rates. Objectives whose weights exceed 1 on average get lower ones.
-- Validation has 1000 pictures of each class but the head, which has no unused ones and gives 50 of its own.
local nine = grid { 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.09, 0.13 }
local lower, higher = { lr = grid { 0.007, 0.02, 0.06 } }, { lr = grid { 0.01, 0.03, 0.09 } }
local clips, betas = grid { 0.3, 1, 3 }, grid { 0.999, 0.9999, 0.99999 }
local cosine_head = mlp { hidden = { 256, 256 }, head = "cosine" }

return experiment {
    title = "CIFAR-10, imbalance factor 100, MLP",
    question = "Does RGD beat ERM on long-tailed CIFAR-10, is it the weights or the step, and what do relatives do?",
    -- Flips only (pad = 0): an MLP loses more by random crops than it gains.
    data = cifar10 { imbalance = 100, profile = "exp", augment = "crop_flip", pad = 0, validation = 1000,
                     validation_own = 50 },
    model = mlp { hidden = { 256, 256 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    schedule = cosine {},
    train = { epochs = 20, batch = 128, evaluate = 10, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = nine } },
        -- RGD, its forms and its control
        { "rgd", objective = rgd { clip = clips }, train = lower },
        { "rgd_mean_one", objective = rgd_mean_one { clip = clips }, train = higher },
        { "rgd_chi2", objective = rgd_chi2 { clip = clips }, train = lower },
        { "rgd_revkl", objective = rgd_revkl { clip = clips }, train = lower },
        { "rgd_trim", objective = rgd { clip = 1, trim = grid { 0.01, 0.03, 0.1 } }, train = lower },
        -- distributionally robust relatives
        { "kl_dro", objective = kl_dro { lambda = grid { 2, 10, 50 } }, train = higher },
        { "kl_dro_constrained", objective = kl_dro_constrained { rho = grid { 0.004, 0.02, 0.1 } }, train = higher },
        { "chi2_dro", objective = chi2_dro { rho = grid { 0.01, 0.05, 0.3 } }, train = higher },
        { "chi2_dro_hashimoto", objective = chi2_dro_hashimoto { alpha = grid { 0.5, 0.8, 0.95 } }, train = higher },
        { "chi2_dro_penalised", objective = chi2_dro_penalised { lambda = grid { 2, 10, 50 } }, train = higher },
        { "cvar", objective = cvar { alpha = grid { 0.4, 0.8, 0.95 } }, train = higher },
        { "kl_cvar", objective = kl_cvar { alpha = grid { 0.4, 0.8, 0.95 } }, train = higher },
        { "term_negative", objective = term { t = grid { -1, -0.3, -0.1 } }, train = higher },
        { "absgd", objective = absgd { lambda = grid { 2, 5, 20 } }, train = { lr = grid { 0.005, 0.015, 0.045 } } },
        { "group_dro", objective = group_dro { eta = grid { 0.0001, 0.001, 0.01 } }, train = higher },
        { "vrex", objective = vrex { lambda = grid { 0.01, 0.03, 0.1 }, anneal = 0 }, train = higher },
        -- by the size of the class
        { "class_balanced", objective = class_balanced { beta = betas }, train = higher },
        { "drw", late_objective = class_balanced { beta = betas },
          train = { lr = grid { 0.01, 0.03, 0.09 }, late = 16 } },
        { "focal", loss = focal { gamma = grid { 0.2, 0.5, 1 } }, train = higher },
        { "focal_cb", loss = focal { gamma = 1, class_beta = betas }, train = higher },
        { "ldam", loss = ldam { max_margin = 0.5, scale = grid { 5, 10, 20 } }, model = cosine_head,
          train = lower },
        { "ldam_drw", loss = ldam { max_margin = 0.5, scale = 20 }, model = cosine_head,
          late_loss = ldam { max_margin = 0.5, scale = 20, class_beta = betas },
          train = { lr = grid { 0.015, 0.05, 0.15 }, late = 16 } },
        { "logit_adjustment", loss = logit_adjustment { t = grid { 0.5, 1, 1.5 } }, train = higher },
        { "posthoc", loss = cross_entropy { posthoc = grid { 0.5, 1, 1.5 } }, train = higher },
        { "balanced_softmax", loss = balanced_softmax {}, train = { lr = nine } },
        { "balanced_softmax_rgd", loss = balanced_softmax {}, objective = rgd { clip = clips },
          train = lower },
        { "mse", loss = mse {}, train = { lr = grid { 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8 } } },
        { "smoothing", loss = cross_entropy { smoothing = grid { 0.02, 0.05, 0.1 } }, train = higher },
        -- others that people compare with
        { "mixup", transform = mixup { alpha = grid { 0.1, 0.2, 1 } }, train = higher },
        { "sam", optimizer = sgd { momentum = 0.9, weight_decay = 5e-4, sam = grid { 0.01, 0.02, 0.05 } }, train = higher },
        { "jtt", train = { lr = grid { 0.01, 0.03, 0.09 }, jtt_epochs = 5, jtt_weight = grid { 2, 3, 5 } } },
    },
    default_methods = "erm,rgd,rgd_mean_one", -- methods=all for the rest
    baseline = "erm",
    seeds = 10,
    smoke = "train.epochs=2 train.evaluate=1 seeds=1 train.lr=0.03 drw.train.late=1 jtt.train.jtt_epochs=1 "
        .. "methods=erm,rgd,kl_dro,cvar,group_dro,drw,focal,ldam,mixup,sam,jtt",
}
