"""Where the wearer lives: told by the companion, used by requests."""

from __future__ import annotations


async def test_home_is_told_shown_and_forgotten(relay):
    headers = await relay.as_companion()
    assert (await relay.http.get("/api/v1/me", headers=headers)).json()["home"] == {"lat": None, "lon": None}
    told = await relay.http.put("/api/v1/home", headers=headers, json={"lat": 52.52, "lon": 13.4})
    assert (told.status_code, told.json()) == (200, {"lat": 52.52, "lon": 13.4})
    assert (await relay.http.get("/api/v1/me", headers=headers)).json()["home"] == {"lat": 52.52, "lon": 13.4}
    for wrong in ({"lat": 91, "lon": 0}, {"lat": 1}, {"lon": 181, "lat": 0}):
        assert (await relay.http.put("/api/v1/home", headers=headers, json=wrong)).json()["code"] == "wire.malformed"
    await relay.http.put("/api/v1/home", headers=headers, json={})
    assert (await relay.http.get("/api/v1/me", headers=headers)).json()["home"] == {"lat": None, "lon": None}
