-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: does RGD beat ERM on long-tailed CIFAR-10 (imbalance factor 100) where the model is
--           a small Vision Transformer trained from scratch?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=longtail_cifar_vit
-- Time:     about 70 minutes on 2 cores. Needs cifar10: make data NAME=cifar10
--           Short: make sweep EXP=longtail_cifar_vit SET=smoke
--
-- Each method tries 9 configurations. Validation is that of longtail_cifar.
return experiment {
    title = "CIFAR-10, imbalance factor 100, ViT",
    question = "Does RGD beat ERM on long-tailed CIFAR-10 with a small Vision Transformer?",
    data = cifar10 { imbalance = 100, profile = "exp", augment = "crop_flip", pad = 4, validation = 1000,
                     validation_own = 50 },
    model = vit { dim = 64, depth = 4, heads = 4, patch = 8 },
    optimizer = adamw { weight_decay = 0.05 },
    schedule = cosine {},
    train = { epochs = 12, warmup = 2, batch = 128, evaluate = 6, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.0005, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.006, 0.009, 0.015 } } },
        { "rgd", objective = rgd { clip = grid { 0.3, 1, 3 } }, train = { lr = grid { 0.001, 0.003, 0.009 } } },
    },
    baseline = "erm",
    seeds = 10,
    smoke = "train.epochs=1 train.warmup=0 train.evaluate=1 train.test=each seeds=1 train.lr=0.002 objective.clip=1",
}
