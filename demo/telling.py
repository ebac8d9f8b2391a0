"""Says on the terminal how the request was read, what was chosen and what was not, and where every clip is."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from demo.report import describe
from glasses.wire.memory import Memory
from glasses.wire.video import VideoInfo


def tell(console: Console, memory: Memory, videos: list[VideoInfo], result: dict[str, Any]) -> None:
    numbers = {video.video_id: number for number, video in enumerate(videos, 1)}
    _tell_plan(console, memory)
    _tell_clips(console, memory, videos, result)
    _tell_misses(console, memory, numbers)
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result["stages"].items())
    console.print(f"[bold]Timings:[/] {stages}")
    custody = result["custody"]
    where = f"{custody['recorded']} recorded, {custody['on_the_relay']} on the relay"
    console.print(f"[bold]Custody:[/] {where}, {custody['lost']} lost, {custody['duplicates']} twice")
    _tell_verdict(console, result)


def _tell_plan(console: Console, memory: Memory) -> None:
    console.print(f'\n[bold]Heard:[/] "{memory.query}"')
    if memory.plan is None:
        return
    console.print(f"[bold]Read as:[/] {memory.plan.said}")
    for term in memory.plan.terms:
        known = "" if term.resolved else f"  [red]not resolved: {term.hint}[/]"
        console.print(f'  {term.kind:<7} {term.value}  [dim]from "{term.heard}"[/]{known}')
    if memory.plan.leftover:
        console.print(f"  [yellow]not understood: {' '.join(memory.plan.leftover)}[/]")


def _tell_clips(console: Console, memory: Memory, videos: list[VideoInfo], result: dict[str, Any]) -> None:
    """Two short lines a clip, which fit any terminal."""
    chosen = {clip.video_id: clip.reason for clip in memory.clips_used}
    missed = {miss.video_id: miss.reason for miss in memory.near_misses}
    states = {clip["segment_id"]: clip["custody"] for clip in result["custody"]["clips"]}
    console.print("\n[bold]Every clip of the day:[/]")
    for number, video in enumerate(videos, 1):
        mark = "[green]in the film[/]" if video.video_id in chosen else "[dim]not in it[/]  "
        who = ", ".join(video.people) or "nobody known"
        console.print(f"{number:>3} {mark}  {describe(video)}, {video.place.name}; {who}; {states.get(video.video_id, '?')}")
        why = chosen.get(video.video_id) or missed.get(video.video_id) or "fits none of it"
        console.print(f"    [dim]{why} (seen: {', '.join(video.things[:3]) or 'nothing'})[/]")


def _tell_misses(console: Console, memory: Memory, numbers: dict[str, int]) -> None:
    if memory.problem:
        console.print(f"[red]{memory.problem.get('detail', '')}[/] {memory.problem.get('hint', '')}")
    if memory.near_misses:
        console.print("\n[bold]Near misses, the nearest first:[/]")
    for miss in memory.near_misses:
        console.print(f"  clip {numbers.get(miss.video_id, '?')}: {miss.reason}", soft_wrap=True)


def _tell_verdict(console: Console, result: dict[str, Any]) -> None:
    film = result["film"]
    clips = f"clips {film['clips']} (expected {film['expected_clips']})"
    console.print(f"[bold]Film:[/] {clips}, {film['frames']} of {film['planned_frames']} planned frames, {film['duration_s']:.1f} s")
    for name, held in result["checks"].items():
        console.print(f"  {'[green]ok   [/]' if held else '[red]WRONG[/]'} {name.replace('_', ' ')}")
