-- SPDX-License-Identifier: GPL-3.0-or-later
-- domain_net/clip/airplane/*.jpg and so on, as DomainBed's download lays it out.
return data_set {
    doc = "DomainNet: 586,575 pictures of 345 things in 6 styles",
    origin = "Peng et al. 2019, Moment Matching for Multi-Source Domain Adaptation",
    licence = "fair use; for research",
    domainbed = "DomainNet",
    format = "folders",
    folder = "domain_net",
}
