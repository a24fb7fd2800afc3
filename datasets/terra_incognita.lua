-- SPDX-License-Identifier: GPL-3.0-or-later
-- terra_incognita/location_38/bird/*.jpg and so on, as DomainBed's download lays it out.
return data_set {
    doc = "TerraIncognita: 24,788 camera-trap pictures of 10 animals at 4 places",
    origin = "Beery et al. 2018, Recognition in Terra Incognita",
    licence = "CDLA-Permissive-1.0",
    domainbed = "TerraIncognita",
    format = "folders",
    folder = "terra_incognita",
}
