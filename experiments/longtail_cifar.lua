-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: does RGD beat ERM on long-tailed CIFAR-10 (imbalance factor 100), and is it the
--           re-weighting or only the larger step?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_cifar
-- Time:     about 16 minutes on 2 cores. Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_cifar SET="train.epochs=2 seeds=2"
--
-- Each method tries 6 configurations: as many learning rates for ERM as clip levels times
-- learning rates for the others.
return experiment {
    title = "CIFAR-10, imbalance factor 100, MLP",
    question = "Does RGD beat ERM on long-tailed CIFAR-10, and is it the weights or the step?",
    -- Flips only (pad = 0): an MLP loses more by random crops than it gains.
    data = cifar10 { imbalance = 100, profile = "exp", augment = "crop_flip", pad = 0, validation = 50 },
    model = mlp { hidden = { 256, 256 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    schedule = cosine {},
    train = { epochs = 20, batch = 128, evaluate = 4 },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.01, 0.02, 0.03, 0.05, 0.07, 0.1 } } },
        { "rgd", objective = rgd { clip = grid { 1, 3, 9 } }, train = { lr = grid { 0.02, 0.03 } } },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 1, 3, 9 } },
          train = { lr = grid { 0.03, 0.05 } } },
    },
    baseline = "erm",
    seeds = 6,
}
