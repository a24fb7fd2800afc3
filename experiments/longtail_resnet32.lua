-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: is the published gain of re-weighting on long-tailed CIFAR-10 there with the net and the recipe that it is
--           published of?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_resnet32
--           Shares of it on several machines: SHARD=1/8, or make sweep SLURM=...
-- Time:     about 4 hours a run on one core, 9 runs. Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_resnet32 SET=smoke
--
-- LDAM-DRW's code to the letter (Cao et al. 2019): its pictures of rand_number 0, ResNet-32, batch 128, 200 epochs, rate
-- 0.1 after 5 epochs of warm-up, a hundredth of it behind 160 and 180, weight decay on all parameters; but for pictures,
-- which are standardised by their own mean and deviation, and for 50 of each class of the test part, which validate. Its
-- figure is the best test accuracy over epochs: of the oracle, `epochs=all`. Nothing is tuned here: ERM has the code's rate,
-- the others what longtail_resnet selected for them.
return experiment {
    title = "CIFAR-10, LDAM-DRW's imbalance factor 100, ResNet-32, 200 epochs",
    question = "Is re-weighting's published gain there with the net and the recipe that it is published of?",
    data = cifar10 { imbalance = 100, profile = "exp", subset = "ldam", validation_from = "test", validation = 50,
                     augment = "crop_flip" },
    model = resnet { depth = 32 },
    optimizer = sgd { momentum = 0.9, weight_decay = 2e-4, decays = "all" },
    schedule = step { at = { 0.8, 0.9 }, gamma = 0.01 },
    train = { epochs = 200, batch = 128, warmup = 5, warmup_by = "epoch", evaluate = 5, test = "each", lr = 0.1 },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 }, train = { lr = 0.05 } },
        { "rgd_mean_one", objective = rgd_mean_one { clip = 1 } },
    },
    baseline = "erm",
    seeds = 3,
    smoke = "train.epochs=5 train.evaluate=5 train.warmup=2 seeds=1 data.max_per_class=300 "
        .. "data.validation=10 methods=erm,rgd",
}
