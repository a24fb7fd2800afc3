-- SPDX-License-Identifier: GPL-3.0-or-later
-- A first look at texts, without files or network: does the verb agree with its subject? A tiny BERT from scratch.
-- Command:  make sweep EXP=drawn_text
-- Time:     to be measured
return experiment {
    title = "Sentences of a small grammar, a tiny BERT",
    question = "does re-weighting help a tiny BERT to tell whether a verb agrees with its subject, a tenth of labels wrong?",
    smoke = "seeds=2 train.epochs=2",
    data = drawn_text { noise = 0.1, validation = 200 },
    model = bert { depth = 2, dim = 64, heads = 2, dropout = 0, attention_dropout = 0, classifier_dropout = 0 },
    optimizer = adamw { weight_decay = 0.01 },
    schedule = cosine {},
    train = { epochs = 10, batch = 32, lr = grid { 0.0005, 0.001, 0.002 } },
    methods = {
        { "erm", objective = erm {} },
        { "rgd", objective = rgd { clip = grid { 0.3, 1, 3 } } },
    },
    seeds = 3,
}
