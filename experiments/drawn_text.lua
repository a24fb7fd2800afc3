-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: does re-weighting help a tiny BERT to tell whether a verb agrees with its subject, some labels wrong?
-- Command:  make sweep EXP=drawn_text
-- Time:     about five minutes on 2 cores; needs no file
--           Short: make sweep EXP=drawn_text SET=smoke
--
-- A first look at texts: sentences of a small grammar, in which only the order of words tells, and a transformer from
-- scratch. A tenth of the labels is wrong, of the test part too: 90% is the most that can be right.
local nine = grid { 0.0003, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.004, 0.006 }
local three = { lr = grid { 0.0005, 0.0015, 0.004 } }

return experiment {
    title = "Sentences of a small grammar, a tiny BERT",
    question = "Does re-weighting help a tiny BERT where some labels are wrong?",
    data = drawn_text { noise = 0.1, validation = 300 },
    model = bert { depth = 2, dim = 64, heads = 2, dropout = 0, attention_dropout = 0, classifier_dropout = 0 },
    optimizer = adamw { weight_decay = 0.01, clip_norm = 1 },
    schedule = cosine {},
    train = { epochs = 10, batch = 32, evaluate = 10 },
    methods = {
        { "erm", objective = erm {}, train = { lr = nine } },
        { "rgd", objective = rgd { clip = grid { 0.3, 1, 3 } }, train = three },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 0.3, 1, 3 } }, train = three },
    },
    baseline = "erm",
    seeds = 6,
    smoke = "methods=erm,rgd seeds=1 train.epochs=2 train.evaluate=2 train.lr=0.001 objective.clip=1",
}
