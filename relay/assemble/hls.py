"""A film as HLS (RFC 8216): byte ranges of the one file that is being written. Pure but for reading that file's boxes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from relay.assemble.boxes import Fragment, Layout, layout

SHORTEST_S = 2.0
"""A segment has as many whole fragments as it takes to last so long."""
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"


def playlist(film: Path, media_url: str, *, fps: int, ended: bool) -> str:
    """An EVENT playlist of what is on disk; with its end once the film is whole. ``media_url`` serves ``film`` with ranges."""
    return text(layout(film), media_url, fps=fps, ended=ended)


def text(found: Layout, media_url: str, *, fps: int, ended: bool) -> str:
    parts = list(_segments(found.fragments, fps, ended=ended))
    longest_s = max((sum(one.frames for one in part) / fps for part in parts), default=SHORTEST_S)
    lines = [
        "#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{max(4, round(longest_s))}", "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}", "#EXT-X-INDEPENDENT-SEGMENTS",
    ]  # fmt: skip
    if found.head_end:
        lines.append(f'#EXT-X-MAP:URI="{media_url}",BYTERANGE="{found.head_end}@0"')
    for part in parts:
        first, end = part[0].start, part[-1].end
        lines += [f"#EXTINF:{sum(one.frames for one in part) / fps:.5f},", f"#EXT-X-BYTERANGE:{end - first}@{first}", media_url]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def _segments(fragments: tuple[Fragment, ...], fps: int, *, ended: bool) -> Iterator[list[Fragment]]:
    """The same ones however far the film is: what does not last long enough yet waits for more, but for the film's end."""
    part: list[Fragment] = []
    for one in fragments:
        part.append(one)
        if sum(each.frames for each in part) >= SHORTEST_S * fps:
            yield part
            part = []
    if part and ended:
        yield part
