import asyncio

from glasses.bus import Bus
from glasses.events import Answered, OutboxFilled


async def test_a_subscriber_gets_what_it_asked_for_in_order() -> None:
    bus = Bus()
    heard = bus.subscribe(Answered)
    bus.publish(Answered("one"))
    bus.publish(OutboxFilled())
    bus.publish(Answered("two"))
    assert [(await heard.next()).title, (await heard.next()).title] == ["one", "two"]
    assert heard.poll() is None


async def test_a_slow_subscriber_loses_its_oldest_and_knows_how_many() -> None:
    bus = Bus()
    slow, quick = bus.subscribe(Answered, limit=2), bus.subscribe(Answered, limit=8)
    for number in range(5):
        bus.publish(Answered(str(number)))
    assert (slow.dropped, quick.dropped) == (3, 0)
    assert (await slow.next()).title == "3"


async def test_a_waiting_subscriber_wakes() -> None:
    bus = Bus()
    waiting = asyncio.create_task(bus.subscribe(Answered).next())
    await asyncio.sleep(0)
    bus.publish(Answered("now"))
    assert (await waiting).title == "now"
