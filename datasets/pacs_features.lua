-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a network trained on ImageNet makes of PACS: a row of features for each picture, in DomainBed's order.
-- Any network will do; docs/GUIDE.md says how such a file is made.
return data_set {
    doc = "PACS as the 1,280 features of EfficientNet-Lite0, 9,991 rows in 4 styles",
    origin = "Li et al. 2017; features: Tan and Le 2019, weights of efficientnet-lite0 (Apache-2.0)",
    licence = "as PACS: not stated; for research",
    domainbed = "PACS",
    format = "environment_features",
    file = "pacs-features.safetensors",
}
