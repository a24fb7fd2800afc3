-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: where people labelled wrongly, as they do, how much does RGD lose to ERM, and does trimming or a tilt the
--           other way gain, as they do where wrong labels are drawn (label_noise)?
-- Command:  RGDBENCH_DATA=/data make sweep EXP=label_noise_cifar10n
--           make table EXP=label_noise_cifar10n SET="by=noisy_labels"
-- Time:     about an hour on 2 cores. Needs cifar10 (make data NAME=cifar10) and the labels of CIFAR-10N, see
--           datasets/cifar10n.lua.
--           Short: make sweep EXP=label_noise_cifar10n SET=smoke
--
-- 9, 17 and 40% of the labels are wrong: the majority of three people, one of them, the worst of them. 1,000 pictures of
-- each class train, 500 others validate with labels as wrong as those, as who has such labels has no others; the test
-- part is clean. Each method tries 9 configurations for each kind of labels.
local three = { lr = grid { 0.007, 0.02, 0.06 } }

return experiment {
    title = "CIFAR-10N, people's wrong labels, MLP",
    question = "How much does RGD lose to ERM where people labelled wrongly, and what gains?",
    data = cifar10n { noisy_labels = grid { "aggregate", "random1", "worst" }, validation_labels = "noisy",
                      max_per_class = 1000, validation = 500, augment = "crop_flip", pad = 0 },
    model = mlp { hidden = { 256, 256 } },
    optimizer = sgd { momentum = 0.9, weight_decay = 5e-4 },
    schedule = cosine {},
    train = { epochs = 15, batch = 128, evaluate = 5, test = "last" },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.004, 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.1 } } },
        { "erm_trim", objective = erm { trim = grid { 0.01, 0.05, 0.2 } }, train = three },
        { "rgd", objective = rgd { clip = grid { 0.1, 0.3, 1 } }, train = three },
        { "rgd_trim", objective = rgd { clip = 1, trim = grid { 0.01, 0.03, 0.1 } }, train = three },
        { "kl_dro", objective = kl_dro { lambda = grid { 3, 10, 30 } }, train = three },
        { "term_negative", objective = term { t = grid { -1, -0.3, -0.1 } }, train = three },
    },
    baseline = "erm",
    seeds = 6,
    smoke = "train.epochs=1 train.evaluate=1 train.test=each seeds=1 train.lr=0.02 data.noisy_labels=aggregate,worst "
        .. "methods=erm,rgd_trim,term_negative",
}
