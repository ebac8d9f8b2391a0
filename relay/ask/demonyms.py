"""What belongs to a country, as an adjective: "our Italian trip", "Greek Easter"."""

from __future__ import annotations

import re
from functools import cache

from relay.ask.wordlist import listed

_COUNTRIES = """
american US; british GB; english GB; scottish GB; welsh GB; irish IE; french FR; german DE; italian IT; spanish ES; portuguese PT;
dutch NL; belgian BE; swiss CH; austrian AT; danish DK; swedish SE; norwegian NO; finnish FI; icelandic IS; polish PL; czech CZ;
slovak SK; slovenian SI; hungarian HU; romanian RO; bulgarian BG; greek GR; cypriot CY; maltese MT; croatian HR; serbian RS;
bosnian BA; albanian AL; macedonian MK; montenegrin ME; ukrainian UA; russian RU; belarusian BY; estonian EE; latvian LV;
lithuanian LT; turkish TR; georgian GE; armenian AM; israeli IL; lebanese LB; syrian SY; jordanian JO; egyptian EG; moroccan MA;
tunisian TN; algerian DZ; libyan LY; sudanese SD; ethiopian ET; kenyan KE; tanzanian TZ; ugandan UG; rwandan RW; nigerian NG;
ghanaian GH; senegalese SN; ivorian CI; cameroonian CM; angolan AO; mozambican MZ; zambian ZM; zimbabwean ZW; namibian NA;
saudi SA; emirati AE; qatari QA; kuwaiti KW; omani OM; yemeni YE; iraqi IQ; iranian IR; persian IR; afghan AF; pakistani PK;
indian IN; nepali NP; nepalese NP; bangladeshi BD; bhutanese BT; chinese CN; japanese JP; korean KR; taiwanese TW; mongolian MN;
vietnamese VN; thai TH; cambodian KH; laotian LA; burmese MM; malaysian MY; singaporean SG; indonesian ID; balinese ID;
filipino PH; philippine PH; australian AU; aussie AU; kiwi NZ; fijian FJ; samoan WS; canadian CA; mexican MX; cuban CU; jamaican JM;
haitian HT; dominican DO; guatemalan GT; honduran HN; salvadoran SV; nicaraguan NI; panamanian PA; colombian CO; venezuelan VE;
ecuadorian EC; peruvian PE; bolivian BO; chilean CL; argentinian AR; argentine AR; uruguayan UY; paraguayan PY; brazilian BR;
kazakh KZ; uzbek UZ; maldivian MV; mauritian MU; malagasy MG; scots GB; puertorican PR; hawaiian US
"""
_NAMES = """
british united kingdom; english england; scottish scotland; welsh wales; european europe; african africa; asian asia;
scandinavian scandinavia; nordic scandinavia; caribbean caribbean; tuscan tuscany; bavarian bavaria; sicilian sicily;
californian california; hawaiian hawaii; balinese bali; alpine alps; parisian paris; texan texas; mediterranean mediterranean
"""

TRIPS = listed(
    "trip trips holiday holidays vacation vacations journey adventure getaway honeymoon tour cruise roadtrip travels visit stay "
)
"""Before these, an adjective says where."""


def _rows(text: str) -> dict[str, str]:
    return dict(row.split(maxsplit=1) for row in text.replace("\n", " ").split(";") if row.strip())


_CODES, _PLACES = _rows(_COUNTRIES), _rows(_NAMES)


@cache
def country_name(code: str) -> str:
    """In English: "GB" -> "United Kingdom"; the code itself where none is known."""
    from holidays.registry import COUNTRIES

    known = next((names[0] for names in COUNTRIES.values() if code in names[1:]), code)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", known)


def country_of_adjective(word: str) -> str:
    """ISO 3166 code; empty for other words."""
    return _CODES.get(word, "").strip()


def place_of_adjective(word: str) -> str:
    """The folded name of a place that is no country ("scottish"); empty for other words."""
    return _PLACES.get(word, "").strip()
