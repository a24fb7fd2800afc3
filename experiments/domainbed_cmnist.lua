-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on ColoredMNIST, whose colour misleads in the third environment, does any method do
--           better than ERM under DomainBed's protocol?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=domainbed_cmnist
-- Time:     about 2 hours on 2 cores, with default hyper-parameters and 301 of DomainBed's 5,001
--           steps; draws=20 takes 20 times as long. Needs mnist: one of its two pairs of files.
--           Short: make sweep EXP=domainbed_cmnist SET=smoke
return experiment {
    title = "ColoredMNIST, each environment held out once, MNIST_CNN",
    question = "Does any method beat ERM on ColoredMNIST under DomainBed's protocol?",
    data = colored_mnist { test_envs = grid { { 0 }, { 1 }, { 2 } }, scale = "unit",
                           steps = 301, every = 300 },
    model = mnist_cnn {},
    optimizer = adam {},
    schedule = constant {},
    methods = {
        { "erm", objective = erm {}, train = { hparams = "ERM" } },
        { "rgd", objective = rgd {}, train = { hparams = "RGD" } },
        { "group_dro", objective = group_dro { by = "environment" }, train = { hparams = "GroupDRO" } },
        { "vrex", objective = vrex { by = "environment" }, train = { hparams = "VREx" } },
        { "irm", penalty = irm {}, train = { hparams = "IRM" } },
        { "coral", penalty = coral {}, train = { hparams = "CORAL" } },
        { "mmd", penalty = mmd {}, train = { hparams = "MMD" } },
        { "sd", penalty = sd {}, train = { hparams = "SD" } },
        { "ib_erm", penalty = ib {}, train = { hparams = "IB_ERM" } },
        { "frr", penalty = frr {}, train = { hparams = "FRR" } },
        { "frr_rgd", penalty = frr {}, objective = rgd {}, train = { hparams = "FRR_RGD" } },
    },
    baseline = "erm",
    seeds = 3,
    smoke = "methods=erm,frr_rgd seeds=1 data.steps=2 train.batch=4 data.test_envs=[2]",
}
