-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on features that a network pretrained on ImageNet makes of PACS, does any method train a head that
--           does better than ERM's on the style that is held out?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=domainbed_features
-- Time:     about 15 minutes on 2 cores. Needs /data/pacs-features.safetensors: docs/GUIDE.md says how it is made
--           Short: make sweep EXP=domainbed_features SET=smoke
--
-- Selecting by leave-one-domain-out needs the pairs too, another quarter of an hour:
--           make sweep EXP=domainbed_features SET="data.test_envs=held_out(4,2)"
-- The network is EfficientNet-Lite0 at 224 pixels and is not trained further, where DomainBed tunes a ResNet-50. Heads are
-- linear, as FRR-L trains them; those of coral, which compares features by style, have a hidden layer to change,
-- and erm_hidden is what to read them beside. FRR's penalty is as `list penalty` says.
local rates = grid { 0.0001, 0.0003, 0.001, 0.003, 0.01 }
local hidden = mlp { hidden = { 256 } }

return experiment {
    title = "PACS, each style held out once, heads on features of EfficientNet-Lite0",
    question = "Does any method train a better head than ERM for a style that it has not seen?",
    data = pacs_features { test_envs = grid { { 0 }, { 1 }, { 2 }, { 3 } }, steps = 601, every = 200 },
    model = mlp { hidden = {} },
    optimizer = adam {},
    schedule = constant {},
    train = { batch = 32, lr = rates },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 } },
        { "rgd_mean_one", objective = rgd_mean_one { clip = 1 } },
        { "group_dro", objective = group_dro { by = "environment" } },
        { "frr_l", penalty = frr { erm = 0, linear = 1 } },
        { "frr_l_rgd", penalty = frr { erm = 0, linear = 1 }, objective = rgd { clip = 1 } },
        { "erm_hidden", model = hidden, objective = erm {} },
        { "coral_hidden", model = hidden, penalty = coral {} },
    },
    baseline = "erm",
    seeds = 10,
    smoke = "methods=erm,frr_l_rgd seeds=1 data.steps=21 data.every=20 train.lr=0.001 data.test_envs=[3]",
}
