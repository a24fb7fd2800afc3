-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on RotatedMNIST, digits turned by 0 to 75 degrees, does any method do better than ERM on
--           those that stand upright, under DomainBed's protocol?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=domainbed_rmnist
-- Time:     about 15 minutes on 2 cores, with default hyper-parameters and 81 of DomainBed's 5,001
--           steps. Needs mnist: one of its two pairs of files.
--           Short: make sweep EXP=domainbed_rmnist SET=smoke
--
-- As long as DomainBed, 14 hours:  SET="data.steps=5001 data.every=100"
-- Each angle held out, six times as long:  SET="data.test_envs=held_out(6)"; with the pairs that
-- leave-one-domain-out selects by, 21 times:  SET="data.test_envs=held_out(6,2)"
-- Hyper-parameters drawn as there, twenty times as long:  SET="draws=20"
return experiment {
    title = "RotatedMNIST, upright digits held out, MNIST_CNN",
    question = "Does any method beat ERM on RotatedMNIST under DomainBed's protocol?",
    data = rotated_mnist { test_envs = { 0 }, scale = "unit", drawing = "trial",
                           steps = 81, every = 80 },
    model = mnist_cnn {},
    optimizer = adam {},
    schedule = constant {},
    methods = {
        { "erm", objective = erm {}, train = { hparams = "ERM" } },
        { "rgd", objective = rgd {}, train = { hparams = "RGD" } },
        { "group_dro", objective = group_dro { by = "environment" }, train = { hparams = "GroupDRO" } },
        { "mixup", transform = mixup_domains {}, train = { hparams = "Mixup" } },
        { "coral", penalty = coral {}, train = { hparams = "CORAL" } },
        { "frr", penalty = frr {}, train = { hparams = "FRR" } },
        { "frr_rgd", penalty = frr {}, objective = rgd {}, train = { hparams = "FRR_RGD" } },
    },
    baseline = "erm",
    seeds = 3,
    smoke = "methods=erm,frr_rgd seeds=1 data.steps=2 train.batch=4",
}
