-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: on PACS (paintings, cartoons, photographs, sketches), does any method do better than ERM
--           on the style that is held out, with a small Vision Transformer trained from scratch?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=domainbed_pacs
-- Time:     about 15 minutes on 2 cores. Needs PACS as DomainBed downloads it: /data/PACS
--           Short: make sweep EXP=domainbed_pacs SET=smoke
--
-- Selecting by leave-one-domain-out needs the pairs too, another 25 minutes:
--           make sweep EXP=domainbed_pacs SET="data.test_envs=held_out(4,2)"
-- DomainBed trains a pretrained ResNet-50 at 224 pixels for 5,001 steps with augmentation: its numbers
-- are some 65 points higher, and not comparable. What FRR's paper leaves open is as `list penalty` says.
return experiment {
    title = "PACS at 48 pixels, each style held out once, small ViT from scratch (not a pretrained ResNet-50)",
    question = "Does any method beat ERM on PACS with a small Vision Transformer trained from scratch?",
    data = pacs { size = 48, test_envs = grid { { 0 }, { 1 }, { 2 }, { 3 } }, steps = 201, every = 200 },
    model = vit { dim = 64, depth = 4, heads = 4, patch = 8 },
    optimizer = adam {},
    schedule = constant {},
    train = { lr = 1e-3, batch = 32 },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = 1 } },
        { "group_dro", objective = group_dro { by = "environment" } },
        { "coral", penalty = coral {} },
        { "frr", penalty = frr {} },
        { "frr_rgd", penalty = frr {}, objective = rgd { clip = 1 } },
    },
    baseline = "erm",
    seeds = 3,
    smoke = "methods=erm,frr_rgd seeds=1 data.steps=2 data.test_envs=[3]",
}
