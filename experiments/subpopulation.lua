-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: under spurious correlation, attribute imbalance and class imbalance, which method does best on the worst group,
--           and how much of that needs to know the attribute: in training, in validation?
-- Command:  make sweep EXP=subpopulation
--           Four cells; group_dro and reweight_group know the attribute in training, the others do not:
--           make table EXP=subpopulation                                         # known in validation
--           make table EXP=subpopulation SET="select=worst_class_accuracy"       # unknown there
--           make table EXP=subpopulation SET="select=accuracy"
--           RGDBENCH_DATA=/data make sweep EXP=subpopulation SET="data=subpopulation_digits"   # MNIST's digits
-- Time:     about 35 minutes on 2 cores. Needs no data.
--           Short: make sweep EXP=subpopulation SET=smoke
--
-- The attribute is a colour, of which a model sees the channel. A group is a class in a colour; in the test all four are
-- equal, so that worst-group accuracy is of 500 pictures. Knobs as in SubpopBench (Yang et al. 2023, arXiv 2302.12254), each
-- alone and with the others: eight of ten colours go with the class or none in particular, four of the first class for one
-- of the second, four of the first colour for one of the second. Form tells the class of nine pictures in ten. A quarter
-- of what is trained on validates, with its imbalances. Each method tries six configurations.
local three, six = { lr = grid { 0.0003, 0.001, 0.003 } }, { lr = grid { 0.0001, 0.0003, 0.0006, 0.001, 0.002, 0.004 } }

return experiment {
    title = "Two classes in two colours, MLP",
    question = "Which method does best on the worst group, and does that need to know the groups?",
    data = subpopulation_shapes { spurious = grid { 0.5, 0.8 }, class_imbalance = grid { 1, 4 },
                                  attribute_imbalance = grid { 1, 4 }, label_flip = 0.1, validation_share = 0.25 },
    model = mlp { hidden = { 128, 128 } },
    optimizer = adamw { weight_decay = 1e-4 },
    train = { epochs = 10, batch = 100, evaluate = 10 },
    methods = {
        { "erm", objective = erm {}, train = six },
        { "group_dro", objective = group_dro { by = "environment", eta = grid { 0.01, 0.1 } }, train = three },
        { "reweight_group", objective = reweight { by = "environment", power = grid { 0.5, 1 } }, train = three },
        { "reweight_class", objective = reweight { by = "class", power = grid { 0.5, 1 } }, train = three },
        { "rgd", objective = rgd { clip = grid { 1, 3 } }, train = three },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 1, 3 } }, train = three },
        { "kl_dro", objective = kl_dro { lambda = grid { 1, 4 } }, train = three },
        { "cvar", objective = cvar { alpha = grid { 0.3, 0.7 } }, train = three },
        { "gce", objective = gce { q = grid { 0.2, 0.7 } }, train = three },
        { "jtt", objective = erm {}, train = { jtt_epochs = 2, jtt_weight = grid { 3, 10 }, lr = grid { 0.0003, 0.001, 0.003 } } },
    },
    measure = "worst_group_accuracy",
    baseline = "erm",
    seeds = 10,
    smoke = "methods=erm,group_dro,jtt seeds=1 train.epochs=3 train.evaluate=3 train.lr=0.001 data.class_imbalance=1 data.attribute_imbalance=1",
}
