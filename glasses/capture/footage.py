"""One recording while it runs: cut into files at key frames, each closed and in the spool while the next is written."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from glasses.capture.mp4 import ClosedFile
from glasses.capture.preroll import Gop, Moment
from glasses.capture.take import Take, with_facts
from glasses.capture.timeline import Sound
from glasses.config import Recording
from glasses.hw.packet import EncodedFrame
from glasses.spool.spool import Spool
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import CaptureProfile, Segment

log = logging.getLogger("glasses.footage")

BACKLOG_BYTES = 32_000_000
"""Pictures that wait for a slow disk; beyond it they are dropped, up to the next key frame, and counted."""
LATE_S = 0.5
"""How long the end of a recording waits for its last sound."""
PATIENCE_FRAMES = 60
"""How long a file that is over waits for its last sound while the next one runs."""

NextSegment = Callable[[Segment, Moment], Awaitable[Segment]]
"""The segment that follows one, numbered and noted in the spool."""
Shot = tuple[EncodedFrame, Moment]
Keep = Callable[[Segment], Awaitable[None]]


class Footage:
    """``see`` and ``hear`` take what comes and never wait; ``run`` writes it, and returns when the recording is over."""

    def __init__(
        self, segment: Segment, profile: CaptureProfile, headers: bytes, spool: Spool, limits: Recording, follow: NextSegment, keep: Keep
    ) -> None:
        self.segment = segment
        self.closed: list[Segment] = []
        self.dropped_frames = 0
        self.over = False
        self.first_index: int | None = None
        self._profile, self._headers, self._spool, self._follow, self._keep = profile, headers, spool, follow, keep
        self._samples_per_frame = profile.audio_rate_hz // profile.fps
        self._part_frames, self._most_frames = round(limits.segment_s * profile.fps), round(limits.longest_s * profile.fps)
        self._inbox: asyncio.Queue[Shot | Sound | None] = asyncio.Queue()
        self._backlog_bytes = 0
        self._dropping = False
        self._take: Take | None = None
        self._ending: list[Take] = []
        self._held: deque[Sound] = deque()
        self._heard_until = self._end_index = 0
        self._asked_at: float | None = None
        self._command_at: float | None = None

    def begin(self, gops: list[Gop], sounds: list[Sound], asked_at: float | None = None) -> None:
        """What the ring held comes first. ``asked_at``: the sample with which the words began that asked for this."""
        self._asked_at = asked_at
        for sound in sounds:
            self.hear(sound)
        for gop in gops:
            for frame in gop.frames:
                self.see(frame, gop.moment)

    def see(self, frame: EncodedFrame, moment: Moment) -> None:
        """Frames before the first key frame, and after the end, are left out."""
        if self.over or (self.first_index is None and not frame.is_keyframe):
            return
        if self._drop(frame):
            self.dropped_frames += 1
            return
        if self.first_index is None:
            self.first_index = frame.index
        self._backlog_bytes += len(frame.data)
        self._inbox.put_nowait((frame, moment))
        self._end_index = frame.index + 1
        if self._end_index - self.first_index >= self._most_frames:
            self.end()

    def hear(self, sound: Sound) -> None:
        self._inbox.put_nowait(sound)

    def end(self, command_at: float | None = None) -> None:
        """The last frame has been seen. ``command_at``: the sample with which the words began that asked for it."""
        if not self.over:
            self.over, self._command_at = True, command_at
            self._inbox.put_nowait(None)

    async def run(self) -> None:
        """Raises what the disk raises, with all that could be saved in the spool."""
        try:
            await self._write_all()
            await self._wait_for_sound()
            if self._take is not None:
                self._take.end_index = self._end_index
                self._ending.append(self._take)
                self._take = None
            await self._close_those_over(patient=False)
        except (SouvenirError, OSError):
            await self._rescue()
            raise
        if not self.closed:
            await self._spool.abandon(self.segment)

    # writing
    async def _write_all(self) -> None:
        while (item := await self._inbox.get()) is not None:
            if isinstance(item, Sound):
                await self._take_sound(item)
            else:
                self._backlog_bytes -= len(item[0].data)
                await self._write_frame(*item)

    async def _write_frame(self, frame: EncodedFrame, moment: Moment) -> None:
        at_sample = frame.index * self._samples_per_frame
        if self._take is None:
            self._take = self._new_take(self.segment, frame.index)
        elif frame.is_keyframe:
            await self._give_sound(at_sample)
            if frame.index - self._take.first_index >= self._part_frames:
                await self._cut(frame.index, moment)
        elif self._held and self._held[-1].end <= at_sample:
            await self._give_sound(at_sample)
        await self._take.see(frame)
        if self._ending:
            await self._close_those_over(patient=frame.index - (self._ending[0].end_index or 0) < PATIENCE_FRAMES)

    async def _take_sound(self, sound: Sound) -> None:
        """Sound is held until it is known in which file its pictures are; late sound belongs to a file that is over."""
        self._heard_until = max(self._heard_until, sound.end)
        for take in self._ending:
            await self._share(take, sound, take.end_sample or 0)
        self._held.append(sound)

    async def _give_sound(self, until_sample: int) -> None:
        """To the current file what was heard with the pictures before ``until_sample``."""
        while self._held and self._held[0].first < until_sample and self._take is not None:
            sound = self._held.popleft()
            await self._share(self._take, sound, until_sample)
            if rest := sound.between(until_sample, sound.end):
                self._held.appendleft(rest)
                return

    @staticmethod
    async def _share(take: Take, sound: Sound, until_sample: int) -> None:
        part = sound.between(take.first_sample, until_sample)
        if part is not None:
            await take.hear(part)

    async def _wait_for_sound(self) -> None:
        """The last of the sound comes a little after its pictures."""
        end_sample = self._end_index * self._samples_per_frame
        try:
            async with asyncio.timeout(LATE_S):
                while self._heard_until < end_sample and self._take is not None:
                    item = await self._inbox.get()
                    if isinstance(item, Sound):
                        await self._take_sound(item)
        except TimeoutError:
            log.info("the last %d samples were not heard", end_sample - self._heard_until)
        await self._give_sound(end_sample)

    # files
    def _new_take(self, segment: Segment, first_index: int) -> Take:
        take = Take(segment, self._spool.media.part_path(segment), self._profile, self._headers, first_index)
        if self._asked_at is not None and first_index == self.first_index and self._asked_at > take.first_sample:
            segment.asked_at_s = (self._asked_at - take.first_sample) / self._profile.audio_rate_hz
        return take

    async def _cut(self, at_index: int, moment: Moment) -> None:
        assert self._take is not None  # noqa: S101  # only a running file is cut
        self._take.end_index = at_index
        self._ending.append(self._take)
        self._take = None
        self.segment = await self._follow(self.segment, moment)
        self._take = self._new_take(self.segment, at_index)

    async def _close_those_over(self, *, patient: bool) -> None:
        while self._ending and not (patient and self._heard_until < (self._ending[0].end_sample or 0)):
            take = self._ending[0]
            self._note_command(take)
            closed = await take.close()
            self._ending.remove(take)
            await self._put_away(take, closed)

    def _note_command(self, take: Take) -> None:
        if self._command_at is not None and self._command_at < (take.end_sample or 0):
            seconds = (self._command_at - take.first_sample) / self._profile.audio_rate_hz
            take.segment.command_from_s = max(0.0, seconds)

    async def _put_away(self, take: Take, closed: ClosedFile | None) -> None:
        if closed is None or closed.frames == 0:
            await self._spool.abandon(take.segment)
            return
        await self._keep(with_facts(take.segment, closed))
        self.closed.append(take.segment)

    async def _rescue(self) -> None:
        self.over = True
        takes = [*self._ending, self._take] if self._take else list(self._ending)
        for take in takes:
            await self._put_away(take, await take.rescue())
        if self.segment not in [*self.closed, *(take.segment for take in takes)]:
            await self._spool.abandon(self.segment)

    def _drop(self, frame: EncodedFrame) -> bool:
        """A picture without those before it is worth nothing: what is dropped is dropped up to the next key frame."""
        if self._backlog_bytes + len(frame.data) > BACKLOG_BYTES:
            self._dropping = True
        elif frame.is_keyframe:
            self._dropping = False
        return self._dropping
