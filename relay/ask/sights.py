"""Sights and regions that are no towns: name, latitude, longitude, radius in kilometres; what no circle fits has several.

Positions from common maps, good to the radius.
"""

from __future__ import annotations

from relay.ask.context import PlaceMatch
from relay.ask.words import key_of

_SIGHTS = """
Eiffel Tower 48.8584 2.2945 1
Louvre 48.8606 2.3376 1
Notre Dame 48.8530 2.3499 0.8
Sacre Coeur 48.8867 2.3431 0.8
Montmartre 48.8867 2.3387 1.2
Arc de Triomphe 48.8738 2.2950 0.8
Champs Elysees 48.8698 2.3076 1.5
Versailles Palace 48.8049 2.1204 2
Disneyland Paris 48.8674 2.7836 3
Mont Saint Michel 48.6361 -1.5115 2
Big Ben 51.5007 -0.1246 0.8
Tower Bridge 51.5055 -0.0754 0.8
Buckingham Palace 51.5014 -0.1419 0.8
Hyde Park 51.5073 -0.1657 1.5
London Eye 51.5033 -0.1196 0.7
Trafalgar Square 51.5080 -0.1281 0.6
Piccadilly Circus 51.5101 -0.1340 0.6
Covent Garden 51.5117 -0.1240 0.6
Stonehenge 51.1789 -1.8262 2
Colosseum 41.8902 12.4922 0.8
Trevi Fountain 41.9009 12.4833 0.5
Pantheon 41.8986 12.4769 0.5
Vatican 41.9029 12.4534 1
Spanish Steps 41.9060 12.4828 0.5
Trastevere 41.8880 12.4700 1
Ponte Vecchio 43.7680 11.2531 0.5
Leaning Tower of Pisa 43.7230 10.3966 0.8
Rialto Bridge 45.4380 12.3359 0.5
St Mark's Square 45.4342 12.3388 0.5
Lake Como 46.0160 9.2572 25
Lake Garda 45.6389 10.7163 28
Amalfi Coast 40.6340 14.6027 18
Cinque Terre 44.1461 9.6439 10
Pompeii 40.7497 14.4869 2
Mount Etna 37.7510 14.9934 15
Brandenburg Gate 52.5163 13.3777 0.7
Checkpoint Charlie 52.5075 13.3904 0.5
Alexanderplatz 52.5219 13.4132 0.7
Reichstag 52.5186 13.3762 0.6
Neuschwanstein 47.5576 10.7498 2
Black Forest 48.1000 8.2000 60
Cologne Cathedral 50.9413 6.9583 0.6
Marienplatz 48.1374 11.5755 0.6
Theresienwiese 48.1315 11.5497 1
Schonbrunn 48.1845 16.3122 1
Charles Bridge 50.0865 14.4114 0.6
Prague Castle 50.0911 14.4016 0.8
Sagrada Familia 41.4036 2.1744 0.8
Park Guell 41.4145 2.1527 0.8
La Rambla 41.3809 2.1730 0.9
Camp Nou 41.3809 2.1228 0.8
Alhambra 37.1761 -3.5881 1.2
Prado 40.4138 -3.6921 0.6
Plaza Mayor 40.4155 -3.7074 0.5
Acropolis 37.9715 23.7257 0.8
Parthenon 37.9715 23.7267 0.6
Hagia Sophia 41.0086 28.9802 0.6
Blue Mosque 41.0054 28.9768 0.6
Grand Bazaar 41.0107 28.9681 0.6
Cappadocia 38.6431 34.8289 30
Red Square 55.7539 37.6208 0.7
Kremlin 55.7520 37.6175 0.8
Giza 29.9792 31.1342 3
Pyramids 29.9792 31.1342 3
Petra 30.3285 35.4444 4
Burj Khalifa 25.1972 55.2744 1
Taj Mahal 27.1751 78.0421 1.5
Gateway of India 18.9220 72.8347 0.7
Great Wall 40.4319 116.5704 60
Great Wall of China 40.4319 116.5704 60
Forbidden City 39.9163 116.3972 1.2
Tiananmen Square 39.9055 116.3976 1
Victoria Peak 22.2759 114.1455 1.5
Shibuya Crossing 35.6595 139.7005 0.6
Tokyo Tower 35.6586 139.7454 0.7
Mount Fuji 35.3606 138.7274 25
Fushimi Inari 34.9671 135.7727 1.2
Angkor Wat 13.4125 103.8670 6
Marina Bay Sands 1.2834 103.8607 0.8
Gardens by the Bay 1.2816 103.8636 1
Sydney Opera House -33.8568 151.2153 0.8
Harbour Bridge -33.8523 151.2108 1
Bondi Beach -33.8915 151.2767 1.2
Great Barrier Reef -18.2871 147.6992 400
Uluru -25.3444 131.0369 8
Milford Sound -44.6414 167.8974 12
Table Mountain -33.9628 18.4098 6
Kruger National Park -23.9884 31.5547 150
Serengeti -2.3333 34.8333 120
Kilimanjaro -3.0674 37.3556 30
Victoria Falls -17.9243 25.8572 8
Machu Picchu -13.1631 -72.5450 4
Christ the Redeemer -22.9519 -43.2105 1
Copacabana Beach -22.9711 -43.1822 2
Sugarloaf Mountain -22.9493 -43.1546 1
Iguazu Falls -25.6953 -54.4367 8
Statue of Liberty 40.6892 -74.0445 1
Times Square 40.7580 -73.9855 0.7
Central Park 40.7812 -73.9665 2.2
Empire State Building 40.7484 -73.9857 0.5
Brooklyn Bridge 40.7061 -73.9969 1
Wall Street 40.7060 -74.0088 0.5
White House 38.8977 -77.0365 0.7
Lincoln Memorial 38.8893 -77.0502 0.7
Golden Gate Bridge 37.8199 -122.4783 1.8
Golden Gate 37.8199 -122.4783 1.8
Alcatraz 37.8270 -122.4230 0.8
Fisherman's Wharf 37.8080 -122.4177 0.8
Hollywood Sign 34.1341 -118.3215 1.5
Venice Beach 33.9850 -118.4695 1.5
Santa Monica Pier 34.0083 -118.4988 0.7
Disneyland 33.8121 -117.9190 1.5
Disney World 28.3852 -81.5639 8
Space Needle 47.6205 -122.3493 0.6
Mount Rushmore 43.8791 -103.4591 3
Grand Canyon 36.1069 -112.1129 60
Yellowstone 44.6000 -110.5000 60
Yosemite 37.8651 -119.5383 40
Death Valley 36.5054 -117.0794 60
Zion National Park 37.2982 -113.0263 18
Niagara Falls 43.0828 -79.0742 5
CN Tower 43.6426 -79.3871 0.6
Banff National Park 51.4968 -115.9281 60
Chichen Itza 20.6843 -88.5678 4
Alps 44.8000 6.7000 75
Alps 45.6000 6.9000 70
Alps 46.2000 7.9000 70
Alps 46.7000 9.6000 75
Alps 47.0000 11.4000 65
Alps 46.4000 11.9000 60
Alps 47.2000 13.0000 70
Alps 47.4000 14.6000 60
Dolomites 46.4102 11.8440 45
Pyrenees 42.6667 1.0000 160
Cotswolds 51.8330 -1.8433 40
Lake District 54.4609 -3.0886 30
Scottish Highlands 57.1200 -4.7100 120
Loch Ness 57.3229 -4.4244 20
French Riviera 43.5500 7.0000 60
Cote d'Azur 43.5500 7.0000 60
Tuscany 43.4500 11.1500 95
Provence 43.8000 5.4000 100
Normandy 49.1000 0.1000 120
Lake Tahoe 39.0968 -120.0324 22
Lake Geneva 46.4500 6.5500 35
Lake Constance 47.6500 9.3000 35
Rocky Mountains 43.7410 -110.8025 800
Mount Everest 27.9881 86.9250 20
Algarve 37.1300 -8.2500 85
Mallorca 39.6200 2.9800 55
Majorca 39.6200 2.9800 55
Menorca 39.9700 4.0800 25
Ibiza 38.9800 1.4300 25
Tenerife 28.2900 -16.6200 45
Gran Canaria 27.9600 -15.6000 30
Santorini 36.4000 25.4400 15
Mykonos 37.4500 25.3600 12
Maui 20.8000 -156.3300 38
Oahu 21.4700 -157.9800 35
Kauai 22.0500 -159.5000 30
Patagonia -49.0000 -71.0000 850
Goa 15.3500 74.0500 60
Cornwall 50.4000 -4.9000 75
Silicon Valley 37.3700 -122.0400 28
Bay Area 37.7000 -122.2500 75
New England 43.8000 -71.3000 280
Cape Cod 41.7000 -70.2500 45
Napa Valley 38.5000 -122.3600 30
Big Sur 36.2700 -121.8100 45
Everglades 25.3000 -80.9000 60
Great Lakes 45.0000 -84.5000 550
Lapland 67.5000 24.5000 350
Loire Valley 47.4000 0.8000 110
Black Sea 43.0000 34.5000 600
Lake Balaton 46.8300 17.7300 45
Lake Victoria -1.0000 33.0000 220
Himalayas 29.5000 83.5000 900
Andes -20.0000 -68.0000 2800
Sahara 25.0000 5.0000 1800
Galapagos -0.6000 -90.5000 150
Zanzibar -6.1500 39.3500 50
Bora Bora -16.5000 -151.7400 12
Halong Bay 20.9000 107.1000 30
Blue Mountains -33.7000 150.3000 40
Great Ocean Road -38.7000 143.5000 90
Rijksmuseum 52.3600 4.8852 0.5
Anne Frank House 52.3752 4.8840 0.4
Uffizi 43.7678 11.2553 0.4
British Museum 51.5194 -0.1270 0.5
Natural History Museum 51.4967 -0.1764 0.5
Camden Market 51.5413 -0.1460 0.6
Wembley 51.5560 -0.2796 1
Edinburgh Castle 55.9486 -3.1999 0.6
Hadrian's Wall 55.0200 -2.3000 40
Giant's Causeway 55.2408 -6.5116 2
Cliffs of Moher 52.9715 -9.4309 4
Sistine Chapel 41.9029 12.4545 0.4
Roman Forum 41.8925 12.4853 0.6
Milan Cathedral 45.4642 9.1916 0.5
Plitvice Lakes 44.8654 15.5820 6
Matterhorn 45.9763 7.6586 8
Jungfrau 46.5367 7.9626 8
Wannsee 52.4200 13.1600 4
Museum Island 52.5169 13.4019 0.6
Tiergarten 52.5145 13.3501 1.5
Englischer Garten 48.1642 11.6056 2
Tivoli Gardens 55.6736 12.5681 0.5
Little Mermaid 55.6929 12.5993 0.4
Senso-ji 35.7148 139.7967 0.5
Osaka Castle 34.6873 135.5259 0.8
Golden Temple 31.6200 74.8765 0.6
India Gate 28.6129 77.2295 0.7
Red Fort 28.6562 77.2410 0.8
Gateway Arch 38.6247 -90.1848 0.8
Griffith Observatory 34.1184 -118.3004 0.8
Waikiki 21.2793 -157.8292 1.8
High Line 40.7480 -74.0048 1.2
Rockefeller Center 40.7587 -73.9787 0.5
Madison Square Garden 40.7505 -73.9934 0.4
Coney Island 40.5749 -73.9857 1.8
Las Vegas Strip 36.1147 -115.1728 4
Hoover Dam 36.0160 -114.7377 2
Monument Valley 36.9980 -110.0985 15
Millennium Park 41.8826 -87.6226 0.6
French Quarter 29.9584 -90.0644 1
Stanley Park 49.3017 -123.1417 1.8
Belem Tower 38.6916 -9.2160 0.6
Jeronimos Monastery 38.6979 -9.2068 0.6
Temple Bar 53.3455 -6.2640 0.5
Phoenix Park 53.3559 -6.3298 2.5
Guinness Storehouse 53.3419 -6.2867 0.5
Vatican City 41.9029 12.4534 1
St Peter's Basilica 41.9022 12.4539 0.5
Palace of Versailles 48.8049 2.1204 2
Buda Castle 47.4962 19.0396 0.8
Topkapi Palace 41.0115 28.9833 0.7
Galata Tower 41.0256 28.9741 0.5
Western Wall 31.7767 35.2345 0.5
Al-Aqsa 31.7761 35.2358 0.5
Burj Al Arab 25.1412 55.1853 0.8
Oslo Opera House 59.9074 10.7531 0.5
Vasa Museum 59.3280 18.0914 0.4
Hermitage 59.9398 30.3146 0.6
Victoria and Albert Museum 51.4966 -0.1722 0.4
St Paul's Cathedral 51.5138 -0.0984 0.5
Tower of London 51.5081 -0.0759 0.5
Westminster Abbey 51.4993 -0.1273 0.4
The Shard 51.5045 -0.0865 0.4
Arthur's Seat 55.9441 -3.1618 1.2
Royal Mile 55.9501 -3.1882 1
Jemaa el-Fnaa 31.6258 -7.9891 0.5
Robben Island -33.8067 18.3662 3
Chapman's Peak -34.0870 18.3590 2
Boulders Beach -34.1972 18.4512 1
Casa Rosada -34.6081 -58.3703 0.5
Obelisco -34.6037 -58.3816 0.5
La Boca -34.6345 -58.3631 1.2
Ipanema Beach -22.9868 -43.2050 1.5
Zocalo 19.4326 -99.1332 0.6
Teotihuacan 19.6925 -98.8438 2.5
Griffith Park 34.1365 -118.2942 4
Union Square 37.7880 -122.4075 0.5
Pike Place Market 47.6094 -122.3422 0.5
Navy Pier 41.8917 -87.6044 0.8
Cloud Gate 41.8827 -87.6233 0.3
Faneuil Hall 42.3600 -71.0563 0.4
National Mall 38.8896 -77.0230 2
Empress Hotel 48.4218 -123.3680 0.4
Granville Island 49.2712 -123.1340 0.8
Darling Harbour -33.8748 151.2009 0.8
Federation Square -37.8180 144.9691 0.4
Sky Tower -36.8485 174.7622 0.5
Meiji Shrine 35.6764 139.6993 0.7
Dotonbori 34.6687 135.5013 0.6
Himeji Castle 34.8394 134.6939 0.8
Gyeongbokgung 37.5796 126.9770 0.7
Grand Palace 13.7500 100.4913 0.6
Wat Arun 13.7437 100.4889 0.4
Petronas Towers 3.1579 101.7116 0.6
Merlion 1.2868 103.8545 0.4
Sentosa 1.2494 103.8303 2.5
Borobudur -7.6079 110.2038 1
The Bund 31.2400 121.4900 1
Terracotta Army 34.3841 109.2785 1
Charminar 17.3616 78.4747 0.5
Marine Drive 18.9440 72.8230 2
Lotus Temple 28.5535 77.2588 0.5
Hawa Mahal 26.9239 75.8267 0.5
Mysore Palace 12.3052 76.6552 0.7
"""


def _table() -> dict[str, PlaceMatch]:
    table: dict[str, PlaceMatch] = {}
    for line in _SIGHTS.strip().splitlines():
        name, lat, lon, radius = line.rsplit(" ", 3)
        key, circle = key_of(name).removeprefix("the "), f"near:{lat},{lon},{radius}"
        circles = (*table[key].ids, circle) if key in table else (circle,)
        table[key] = PlaceMatch(name=name, kind="sight", ids=circles, lat=float(lat), lon=float(lon))
    return table


SIGHTS: dict[str, PlaceMatch] = _table()
"""By folded name, without a leading "the"."""
