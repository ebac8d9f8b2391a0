"""From what was heard in each file to the bench's figures. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from bench.voice_corpus import Names
from bench.voice_hearing import Outcome
from bench.voice_labels import CLEAN, Label
from bench.voice_names import is_unlisted

REQUESTS = ("create_memory", "show_memories", "find", "correct")


def figures(outcomes: list[Outcome], names: Names) -> dict[str, Any]:
    """The keys of the bench's JSON that come from hearing."""
    said = [outcome for outcome in outcomes if outcome.label.intent is not None]
    in_noise = [outcome for outcome in outcomes if _is_near_in_noise(outcome.label)]
    other = [outcome for outcome in outcomes if outcome.label.intent is None and not _is_near_in_noise(outcome.label)]
    requests = [outcome for outcome in said if outcome.label.slots]
    listed = [outcome for outcome in requests if not is_unlisted(outcome.label, names)]
    unlisted = [outcome for outcome in requests if is_unlisted(outcome.label, names)]
    commands = sorted(
        outcome.latency_s for outcome in said if _is_right(outcome) and not outcome.label.slots and outcome.latency_s is not None
    )
    answers = sorted(outcome.latency_s for outcome in requests if _is_right(outcome) and outcome.latency_s is not None)
    hours = sum(outcome.length_s for outcome in other) / 3600
    false_wakes = sum(outcome.woken for outcome in other if not outcome.label.woken)
    return {
        "wake_miss": _by_snr(said, lambda outcome: not outcome.woken),
        "intent_accuracy": _by_snr(said, _is_right),
        "wrong_intents": sum(_is_wrong(outcome) for outcome in said),
        "wrong_intents_by_snr": _by_snr(said, _is_wrong, share=False),
        "false_wakes_per_h": false_wakes / hours if hours else None,
        "false_commands": sum(len(outcome.intents) for outcome in other),
        "false_commands_in_talk": sum(len(outcome.intents) for outcome in other if not outcome.label.near),
        "near_misses_done_in_noise": _by_snr(in_noise, lambda outcome: bool(outcome.intents)),
        "other_speech_h": hours,
        "slot_accuracy": _share(listed_slots(listed, (CLEAN,))),
        "slot_accuracy_by_snr": {snr: _share(listed_slots(listed, (snr,))) for snr in _snrs(listed)},
        "unlisted_name_forced": _share([forces(outcome, names) for outcome in unlisted if _is_right(outcome)]),
        "unlisted_known_as_unsure": _share([bool(outcome.unsure) for outcome in unlisted if _is_right(outcome)]),
        "action_p50_s": quantile(commands, 0.5), "action_p95_s": quantile(commands, 0.95),
        "action_p95_s_by_snr": {_key(snr): quantile(_latencies(said, snr), 0.95) for snr in _snrs(said)},
        "answer_p50_s": quantile(answers, 0.5), "answer_p95_s": quantile(answers, 0.95),
        "files": {"said": len(said), "other": len(other), "near_in_noise": len(in_noise), "listed": len(listed), "unlisted": len(unlisted)},
    }  # fmt: skip


def listed_slots(outcomes: list[Outcome], snrs: tuple[Any, ...]) -> list[bool]:
    """For each value of each slot: whether it is in the request as it was understood."""
    wanted = [outcome for outcome in outcomes if outcome.label.snr_db in snrs]
    return [
        _is_right(outcome) and f" {value} " in f" {plain(outcome.request)} " for outcome in wanted for value in slot_values(outcome.label)
    ]


def slot_values(label: Label) -> list[str]:
    values = [each for value in label.slots.values() for each in (value if isinstance(value, list) else [value])]
    return [plain(str(value)) for value in values]


def forces(outcome: Outcome, names: Names) -> bool:
    """A name of the wearer's is in what was understood, and was not said."""
    said, understood = " ".join(slot_values(outcome.label)), f" {plain(outcome.request)} "
    return any(f" {name} " in understood and f" {name} " not in f" {said} " for name in _listed(names))


def plain(text: str) -> str:
    """Lower case words, one blank between them."""
    return " ".join(re.findall(r"[\w']+", text.lower()))


def quantile(ordered: list[float], share: float) -> float | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def _latencies(said: list[Outcome], snr: Any) -> list[float]:
    """Of the commands that were understood at this ratio."""
    found = [outcome for outcome in said if outcome.label.snr_db == snr and not outcome.label.slots and _is_right(outcome)]
    return sorted(outcome.latency_s for outcome in found if outcome.latency_s is not None)


def _listed(names: Names) -> list[str]:
    return [name.lower() for name in (*names.people, *names.places)]


def _is_near_in_noise(label: Label) -> bool:
    """Told by itself: nobody speaks so for hours, and how often it is said is not known."""
    return label.intent is None and label.near and label.snr_db != CLEAN


def _is_right(outcome: Outcome) -> bool:
    return outcome.intents[:1] == [outcome.label.intent] and not _is_wrong(outcome)


def _is_wrong(outcome: Outcome) -> bool:
    return any(intent != outcome.label.intent for intent in outcome.intents)


def _snrs(outcomes: list[Outcome]) -> list[Any]:
    found = {outcome.label.snr_db for outcome in outcomes}
    return sorted(found, key=lambda snr: -1000.0 if snr == CLEAN else -float(snr))


def _by_snr(outcomes: list[Outcome], test: Any, *, share: bool = True) -> dict[str, float]:
    groups: dict[Any, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.label.snr_db].append(bool(test(outcome)))
    return {_key(snr): (sum(groups[snr]) / len(groups[snr]) if share else sum(groups[snr])) for snr in _snrs(outcomes)}


def _key(snr: Any) -> str:
    return snr if isinstance(snr, str) else f"{snr:g}"


def _share(found: Iterable[bool]) -> float | None:
    values = list(found)
    return sum(values) / len(values) if values else None
