-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on ColoredMNIST, whose colour misleads in the third environment, does any method do
--           better there than ERM under DomainBed's protocol?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=domainbed_cmnist
-- Time:     about 15 minutes on 2 cores, with default hyper-parameters and 101 of DomainBed's 5,001
--           steps. Needs mnist: one of its two pairs of files.
--           Short: make sweep EXP=domainbed_cmnist SET=smoke
--
-- As long as DomainBed, 10 hours:  SET="data.steps=5001 data.every=100"
-- Each environment held out, three times as long:  SET="data.test_envs=held_out(3)"; with the pairs
-- that leave-one-domain-out selects by, six times:  SET="data.test_envs=held_out(3,2)"
-- Hyper-parameters drawn as there, twenty times as long:  SET="draws=20"
return experiment {
    title = "ColoredMNIST, the environment whose colour misleads held out, MNIST_CNN",
    question = "Does any method beat ERM on ColoredMNIST under DomainBed's protocol?",
    data = colored_mnist { test_envs = { 2 }, scale = "unit", drawing = "trial",
                           steps = 101, every = 100 },
    model = mnist_cnn {},
    optimizer = adam {},
    schedule = constant {},
    methods = {
        { "erm", objective = erm {}, train = { hparams = "ERM" } },
        { "rgd", objective = rgd {}, train = { hparams = "RGD" } },
        { "group_dro", objective = group_dro { by = "environment" }, train = { hparams = "GroupDRO" } },
        { "vrex", objective = vrex { by = "environment" }, train = { hparams = "VREx" } },
        { "irm", penalty = irm {}, train = { hparams = "IRM" } },
        { "mixup", transform = mixup_domains {}, train = { hparams = "Mixup" } },
        { "coral", penalty = coral {}, train = { hparams = "CORAL" } },
        { "mmd", penalty = mmd {}, train = { hparams = "MMD" } },
        { "sd", penalty = sd {}, train = { hparams = "SD" } },
        { "ib_erm", penalty = ib {}, train = { hparams = "IB_ERM" } },
        { "frr", penalty = frr {}, train = { hparams = "FRR" } },
        { "frr_rgd", penalty = frr {}, objective = rgd {}, train = { hparams = "FRR_RGD" } },
    },
    baseline = "erm",
    seeds = 3,
    smoke = "methods=erm,frr_rgd seeds=1 data.steps=2 train.batch=4",
}
