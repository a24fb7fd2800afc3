-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: how much does a result on long-tailed CIFAR-10 depend on which pictures its tail has, and how much on
--           initialisation and order; and does RGD minus ERM depend on either?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_variance
--           make table EXP=longtail_variance SET="by=rand_number"
-- Time:     about 10 minutes on 2 cores. Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_variance SET=smoke
--
-- The subsets are those that LDAM-DRW's code draws under rand_number 0 (the one that is published most) to 4, whole:
-- validation comes out of the test part. A seed is the rest: initial weights, order, flips, which pictures validate.
-- Nothing is tuned, so that what differs is nothing else: each method has the configuration that most seeds selected in
-- longtail_cifar. A published difference of one run each is one subset and one seed of each.
return experiment {
    title = "CIFAR-10, LDAM-DRW's subsets of imbalance factor 100, MLP",
    question = "How much of a result is which pictures, and how much initialisation and order?",
    data = cifar10 { imbalance = 100, profile = "exp", subset = "ldam", rand_number = grid { 0, 1, 2, 3, 4 },
                     validation_from = "test", validation = 50, augment = "crop_flip", pad = 0 },
    model = mlp { hidden = { 256, 256 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    schedule = cosine {},
    train = { epochs = 20, batch = 128, evaluate = 10, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = 0.03 } },
        { "rgd", objective = rgd { clip = 1 }, train = { lr = 0.02 } },
    },
    baseline = "erm",
    seeds = 10,
    smoke = "train.epochs=1 train.evaluate=1 train.test=each seeds=2",
}
