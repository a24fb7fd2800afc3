-- SPDX-License-Identifier: GPL-3.0-or-later
-- PACS/art_painting/dog/*.jpg and so on, as DomainBed's download lays it out.
return data_set {
    doc = "PACS: 9,991 pictures of 7 classes in 4 styles",
    origin = "Li et al. 2017, Deeper, Broader and Artier Domain Generalization",
    licence = "not stated; for research",
    domainbed = "PACS",
    format = "folders",
    folder = "PACS",
}
