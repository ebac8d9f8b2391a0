"""The ring follows the plan, and is asked once for each change."""

from __future__ import annotations

from glasses.bus import Bus
from glasses.errors import CameraMissingError
from glasses.events import FaultRaised, PlanChanged
from glasses.power.policy import Budget
from glasses.power.ring import RingPlan


async def test_the_ring_is_held_only_while_the_plan_allows_it() -> None:
    bus, asked = Bus(), list[bool]()
    budgets = [Budget(), Budget(preroll=False), Budget(preroll=False, recording=False), Budget()]

    async def hold(on: bool) -> None:
        asked.append(on)

    plan = RingPlan(bus, lambda: budgets[0], hold)
    while budgets:
        bus.publish(PlanChanged("another plan"))
        await plan.step()
        budgets.pop(0)
    assert asked == [False, True]


async def test_a_camera_that_cannot_be_started_is_said() -> None:
    bus, budgets = Bus(), [Budget(preroll=False), Budget()]
    faults = bus.subscribe(FaultRaised)

    async def hold(on: bool) -> None:
        if on:
            raise CameraMissingError("the cable")

    plan = RingPlan(bus, lambda: budgets[0], hold)
    for _ in range(2):
        bus.publish(PlanChanged("another plan"))
        await plan.step()
        budgets.reverse()
    assert (await faults.next()).code == "camera.missing"
