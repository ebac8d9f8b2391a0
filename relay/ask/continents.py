"""Continents, and regions of several countries, as the countries that lie in them (GeoNames, ISO 3166 codes)."""

from __future__ import annotations

from relay.ask.wordlist import in_order

CONTINENTS: dict[str, tuple[str, ...]] = {
    "europe": in_order(
        "AD AL AT AX BA BE BG BY CH CS CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU "
        "LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK "
    ),
    "asia": in_order(
        "AE AF AM AZ BD BH BN BT CC CN GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV "
        "MY NP OM PH PK PS QA SA SG SY TH TJ TM TR TW UZ VN YE "
    ),
    "africa": in_order(
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU "
        "MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW "
    ),
    "north america": in_order(
        "AG AI AN AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI "
    ),
    "south america": in_order("AR BO BR CL CO EC FK GF GY PE PY SR UY VE "),
    "scandinavia": in_order("DK NO SE"),
    "balkans": in_order("AL BA BG GR HR ME MK RO RS SI XK"),
    "baltics": in_order("EE LV LT"),
    "benelux": in_order("BE NL LU"),
    "british isles": in_order("GB IE IM JE GG"),
    "nordic countries": in_order("DK FI IS NO SE"),
    "middle east": in_order("AE BH CY EG IL IQ IR JO KW LB OM PS QA SA SY TR YE"),
    "central america": in_order("BZ CR GT HN NI PA SV"),
    "caribbean": in_order("AG AI AW BB BL BM BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI"),
    "southeast asia": in_order("BN ID KH LA MM MY PH SG TH TL VN"),
    "latin america": in_order("AR BO BR BZ CL CO CR CU DO EC GF GT HN HT MX NI PA PE PR PY SV UY VE"),
    "west africa": in_order("BF BJ CI CV GH GM GN GW LR ML MR NE NG SL SN TG"),
    "east africa": in_order("BI DJ ER ET KE MG RW SO SS SD TZ UG"),
    "north africa": in_order("DZ EG EH LY MA SD TN"),
    "southern africa": in_order("AO BW LS MW MZ NA SZ ZA ZM ZW"),
    "east asia": in_order("CN HK JP KP KR MN MO TW"),
    "south asia": in_order("AF BD BT IN LK MV NP PK"),
    "central asia": in_order("KG KZ TJ TM UZ"),
    "eastern europe": in_order("BG BY CZ HU MD PL RO RU SK UA"),
    "western europe": in_order("AT BE CH DE FR GB IE LI LU MC NL"),
    "nordics": in_order("DK FI IS NO SE"),
    "gulf states": in_order("AE BH KW OM QA SA"),
    "iberia": in_order("ES PT"),
    "oceania": in_order("AS AU CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS "),
}
