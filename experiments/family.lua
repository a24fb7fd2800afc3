-- SPDX-License-Identifier: GPL-3.0-or-later
-- Question: of all objectives, which weigh in the direction that helps where classes are rare, and which where labels are
--           wrong: high losses more, or less?
-- Command:  make sweep EXP=family
--           make table EXP=family SET="measures=balanced_accuracy,worst_class_accuracy correction=benjamini_hochberg"
-- Time:     about an hour on 2 cores. Needs no data.
--           Short: make sweep EXP=family SET=smoke
--
-- Shapes: 200 of each class, or as many of the head and 20 of the tail; labels right, or drawn anew with probability 0.3, in
-- the training part only; 200 others of each class validate. The table has 3,000 and 300 rows of its two classes. Each
-- method tries 12 configurations under each condition, three strengths (from nearly ERM to more than is good) at four
-- rates; ERM, which has no strength, twelve rates. All classes count the same, in validation and in the test. A
-- correction over a table of this many methods leaves only large differences: p by Benjamini and Hochberg says which to
-- ask again (make confirm). TERM is tried with both signs.
local four = { lr = grid { 0.0005, 0.0015, 0.005, 0.015 } }

return experiment {
    title = "All objectives on drawn shapes and a drawn table, MLP",
    question = "Which objectives help where classes are rare, and which where labels are wrong?",
    data = grid {
        shapes { imbalance = grid { 1, 10 }, label_noise = grid { 0, 0.3 }, train_per_class = 400, difficulty = 0.3,
                 max_per_class = 200, validation = 200 },
        drawn_table { imbalance = 10, train = 10000, test = 4000, noise = 0.3, numbers = "quantile",
                      max_per_class = 3000, validation = 250 },
    },
    model = mlp { hidden = { 128, 128 } },
    optimizer = adamw { weight_decay = 1e-4 },
    train = { epochs = 15, batch = 100, evaluate = 15 },
    methods = {
        { "erm", objective = erm {}, train = { lr = grid { 0.0003, 0.0005, 0.0007, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.007,
                                                           0.01, 0.015, 0.02 } } },
        { "rgd", objective = rgd { clip = grid { 0.3, 1, 3 } }, train = four },
        { "rgd_mean_one", objective = rgd_mean_one { clip = grid { 0.3, 1, 3 } }, train = four },
        { "rgd_chi2", objective = rgd_chi2 { clip = grid { 0.3, 1, 3 } }, train = four },
        { "rgd_revkl", objective = rgd_revkl { clip = grid { 0.3, 1, 3 } }, train = four },
        { "gce", objective = gce { q = grid { 0.1, 0.4, 0.9 } }, train = four },
        { "sce", objective = sce { alpha = grid { 0.1, 0.5, 2.5 } }, train = four },
        { "superloss", objective = superloss { lambda = grid { 0.5, 2, 8 } }, train = four },
        { "self_paced", objective = self_paced { lambda = grid { 0.5, 2, 8 }, every = 50 }, train = four },
        { "kl_dro", objective = kl_dro { lambda = grid { 1, 4, 16 } }, train = four },
        { "kl_dro_constrained", objective = kl_dro_constrained { rho = grid { 0.01, 0.05, 0.25 } }, train = four },
        { "chi2_dro", objective = chi2_dro { rho = grid { 0.01, 0.05, 0.25 } }, train = four },
        { "chi2_dro_hashimoto", objective = chi2_dro_hashimoto { alpha = grid { 0.6, 0.8, 0.95 } }, train = four },
        { "chi2_dro_penalised", objective = chi2_dro_penalised { lambda = grid { 1, 3, 10 } }, train = four },
        { "cvar", objective = cvar { alpha = grid { 0.5, 0.7, 0.9 } }, train = four },
        { "cvar_dual", objective = cvar_dual { alpha = grid { 0.5, 0.7, 0.9 } }, train = four },
        { "tv_dro", objective = tv_dro { rho = grid { 0.02, 0.1, 0.4 } }, train = four },
        { "cressie_read", objective = cressie_read { k = 4, rho = grid { 0.01, 0.05, 0.25 } }, train = four },
        { "cressie_read_penalised", objective = cressie_read_penalised { k = 4, lambda = grid { 1, 3, 10 } }, train = four },
        { "spectral_extremile", objective = spectral_extremile { r = grid { 1.2, 1.5, 2.5 } }, train = four },
        { "spectral_exponential", objective = spectral_exponential { aversion = grid { 0.3, 1, 3 } }, train = four },
        { "rockafellian", objective = rockafellian { theta = grid { 1, 4, 16 } }, train = four },
        { "kl_cvar", objective = kl_cvar { alpha = 0.5, lambda = grid { 1, 3, 10 } }, train = four },
        { "term", objective = term { t = grid { -1, -0.3, 0.3 } }, train = four },
        { "absgd", objective = absgd { lambda = grid { 2, 5, 20 } }, train = four },
        { "lin_upper", objective = lin_upper { r = grid { 0.4, 1, 4 } }, train = four },
        { "quadratic", objective = quadratic { r = grid { 0.4, 1, 4 } }, train = four },
        { "extremes", objective = extremes { r = grid { 0.4, 1, 4 } }, train = four },
        { "group_dro", objective = group_dro { eta = grid { 0.0001, 0.001, 0.01 } }, train = four },
        { "class_balanced", objective = class_balanced { beta = grid { 0.9, 0.99, 1 } }, train = four },
        { "reweight", objective = reweight { power = grid { 0.5, 1, 2 } }, train = four },
        { "vrex", objective = vrex { lambda = grid { 0.01, 0.1, 1 }, anneal = 50 }, train = four },
    },
    measure = "balanced_accuracy",
    baseline = "erm",
    seeds = 6,
    smoke = "methods=erm,rgd,gce,tv_dro,reweight seeds=1 train.epochs=2 train.evaluate=2 train.lr=0.003",
}
