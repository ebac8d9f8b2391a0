"""Messages in a real browser: asked for by a tap, shown by the service worker, taken back by another tap.

A browser without a network has no push service, so the page's ``subscribe`` is given one: the rest is the browser's own.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from glasses.wire.codec import encode_json
from glasses.wire.push import PushNotice

PASSWORD = "correct horse battery"
pytestmark = [pytest.mark.slow]
PRETEND = """
const made = { endpoint: "https://fcm.googleapis.com/fcm/send/x", options: {}, toJSON: () => (%s),
  unsubscribe: async () => { localStorage.removeItem("pretended"); return true; } };
PushManager.prototype.subscribe = async (how) => {
  if (!how.userVisibleOnly || how.applicationServerKey.length !== 87) throw new Error("no key");
  localStorage.setItem("pretended", "yes");
  return made;
};
PushManager.prototype.getSubscription = async () => (localStorage.getItem("pretended") ? made : null);
"""
KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}  # fmt: skip
"""The receiver of RFC 8291, appendix A."""
SWITCH = "document.querySelector('input[name=push]')"


async def test_a_person_asks_for_messages_and_takes_it_back(relay, browser, tmp_path):
    relay.clock.ms = time.time_ns() // 1_000_000
    mine = await relay.as_companion()
    subscription = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": KEYS}

    async def listed():
        return (await relay.http.get("/api/v1/push", headers=mine)).json()["subscriptions"]

    async with browser(tmp_path / "browser") as tab:
        await tab.ask("Page.addScriptToEvaluateOnNewDocument", source=PRETEND % json.dumps(subscription))
        await tab.ask("ServiceWorker.enable")
        await tab.ask("Page.navigate", url=f"{relay.url}/")
        await tab.sees("Welcome back")
        await tab.types("username", "anna")
        await tab.types("password", PASSWORD)
        await tab.presses("Sign in")
        await tab.sees("Tell me when a film is ready")
        assert await tab.run("Notification.permission") != "granted", "nobody was asked before the tap"
        assert await listed() == []
        await tab.ask("Browser.setPermission", permission={"name": "notifications"}, setting="denied", origin=relay.url)
        await tab.run(f"{SWITCH}.click()")
        await tab.sees("does not let the page show messages")
        assert await tab.run(f"{SWITCH}.checked") is False
        await tab.picture(Path("5-messages-blocked.png"))
        await tab.ask("Browser.setPermission", permission={"name": "notifications"}, setting="granted", origin=relay.url)
        await tab.run(f"{SWITCH}.click()")
        assert await until(tab, f"!{SWITCH}.disabled")
        assert await tab.run(f"{SWITCH}.checked") is True, await tab.run("document.querySelector('.trouble')?.innerText")
        [one] = await listed()
        assert one["service"] == "fcm.googleapis.com"
        await tab.run(f"{SWITCH}.scrollIntoView()")
        await tab.picture(Path("6-messages-on.png"))
        body = "Anna & Ben · Paris · 42 s"
        await delivered(tab, relay, PushNotice(kind="film_ready", subject_id="f", title="Your film is ready", body=body, at=relay.clock.ms))
        await tab.ask("Page.reload")
        await tab.sees("Tell me when a film is ready")
        assert await until(tab, f"{SWITCH}?.checked"), "it is still on"
        await tab.run(f"{SWITCH}.click()")
        assert await until(tab, f"!{SWITCH}.disabled && !{SWITCH}.checked")
        assert await listed() == []
    assert [one for one in tab.complaints if "Content Security Policy" in one or "exceptionThrown" in one] == []


async def delivered(tab, relay, notice):
    """Its service worker gets a push event from the browser itself."""
    script = "navigator.serviceWorker.ready.then((one) => one.active.scriptURL)"
    assert (await tab.run(script)).endswith("/web/worker.js")
    shown = "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
    shown += ".then((all) => all.map((one) => [one.title, one.body, one.tag]))"
    for attempt in range(100):
        if attempt % 20 == 0:  # a worker that has only just become active may miss the first
            await tab.ask(
                "ServiceWorker.deliverPushMessage", origin=relay.url, registrationId=tab.workers[-1], data=encode_json(notice).decode()
            )
        if found := await tab.run(shown):
            break
        await asyncio.sleep(0.05)
    assert found == [["Your film is ready", "Anna & Ben · Paris · 42 s", "film_ready/f"]]


async def until(tab, script):
    for _ in range(300):
        if await tab.run(script):
            return True
        await asyncio.sleep(0.05)
    return False
