"""Microphone and speaker opened and watched together, with the capture chain between them and the session.

    device thread -- call_soon_threadsafe --> loop: capture chain, levels --> post(fact)
    interpreter --> play, end_play, flush --> speaker's playout

No trouble with a device ends a session: it becomes a fact, and everything else goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from realtime_cli.devices import portaudio
from realtime_cli.devices.contract import Device, Lost, MicBlock, Microphone, Speaker, SpeakerBlock
from realtime_cli.dsp import pcm16
from realtime_cli.dsp.pcm16 import Int16
from realtime_cli.runtime.adjustment import Adjustment
from realtime_cli.runtime.capture_chain import CaptureChain
from realtime_cli.runtime.care import NO_CARE, Care
from realtime_cli.runtime.exchange import Exchange
from realtime_cli.runtime.heard_account import HeardAccount
from realtime_cli.runtime.keeper import Keeper, Open
from realtime_cli.runtime.local_ear import LocalEar
from realtime_cli.runtime.mic_check import MicCheck
from realtime_cli.runtime.nap import Nap
from realtime_cli.runtime.renewal import Renewal
from realtime_cli.runtime.reports import Reports
from realtime_cli.session.commands import SoundCommand
from realtime_cli.session.facts import (
    DeviceChanged,
    Fact,
    InputEnded,
    MicHeard,
    NewsArrived,
    Piece,
    PlayoutEmpty,
    Which,
)

if TYPE_CHECKING:
    from realtime_cli.dsp.echo import EchoCanceller

_log = logging.getLogger(__name__)


class AudioRig:
    """The sound of one session. Made, started and stopped on the loop.

    Args:
        post: Takes facts; called on the loop.
        microphone: Where to listen; None for a session that does not.
        speaker: Where to play; None for a session that does not.
        echo: Takes the speaker's sound out of the microphone's; None leaves it in.
        refresh: Lists the devices anew, in a thread, while none is open.
        care: What is done beyond moving sound.

    Attributes:
        overheard: Called on the loop with every block that the speaker plays (for recordings).
        overflows: Blocks before which the microphone lost sound.
        underflows: Blocks that the speaker missed.
    """

    def __init__(
        self,
        post: Callable[[Fact], None],
        *,
        microphone: Microphone | None,
        speaker: Speaker | None,
        echo: EchoCanceller | None = None,
        refresh: Callable[[], None] = portaudio.refresh,
        care: Care = NO_CARE,
    ) -> None:
        self._post = post
        self._no_echo = care.no_echo
        self._ear = LocalEar(post, echo) if care.local_ear and microphone and speaker else None
        self._mic_check = MicCheck()
        self._adjustment = Adjustment(speaker)
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._run_in_inbox: Callable[..., None] | None = None
        self._lock = asyncio.Lock()
        self._exchange = Exchange(care.patience, lambda: self._keepers["speaker"], self._lock, self._run)
        self._adjustment.nap = Nap(lambda: self._keepers["speaker"], self._lock, self._run, self._may_nap)
        self._cancels = echo is not None
        self._chain = CaptureChain(self._captured, echo, self._watch_microphone)
        self._speaker = speaker
        self._reports = Reports(self._played, self._run_on_loop, self._microphone_works, self._only_shows)
        self._keepers: dict[Which, Keeper] = {}
        self._renewal = Renewal(self._keepers, self._lock, refresh, self._is_playing)
        self._known_problem: dict[Which, bool] = {}
        self._speaker_given_up = speaker is None
        self._account = HeardAccount(post)
        self._remarks: set[str] = set()
        self._stopped = False
        self.overheard: Callable[[SpeakerBlock], None] | None = None
        self.overflows = self.underflows = 0
        if speaker:
            self._keepers["speaker"] = self._speaker_keeper(speaker)
        if microphone:
            self._keepers["microphone"] = self._microphone_keeper(microphone)

    async def start(self) -> None:
        """Open the microphone, then the speaker. Returns when each delivers or has failed for the first time."""
        if self._ear:
            self._run(self._ear.load(), "load local ear")
        # One after the other: ALSA's Pulse plugin crashed in 2 of 12 starts while both got ready at once.
        which: tuple[Which, ...] = ("microphone", "speaker")
        for name in which:
            if name in self._keepers:
                await self._keepers[name].start()

    async def stop(self) -> None:
        """Close the microphone, then the speaker when it has sounded what it took. Afterwards no fact is posted."""
        self._stopped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            if microphone := self._keepers.get("microphone"):
                await microphone.stop()
            if (speaker := self._keepers.get("speaker")) and speaker.is_open:
                await asyncio.sleep(self._adjustment.sounds_on_s())
        finally:
            if speaker := self._keepers.get("speaker"):
                await speaker.stop()

    def come_in_by(self, run: Callable[..., None]) -> None:
        """Bring every block to the loop by `inbox.Inbox.run`: then its facts are read in the same turn."""
        self._run_in_inbox = run

    # What the interpreter asks for.

    def play(self, item_id: str, content_index: int, pcm: bytes) -> None:
        """Queue PCM16 bytes at 24 kHz, whole frames. Without a speaker they are dropped, and never reported."""
        if self._speaker and not self._speaker_given_up:
            self._adjustment.about_to_play()
            self._speaker.write((item_id, content_index), pcm16.from_bytes(pcm))

    def end_play(self, item_id: str, content_index: int) -> None:
        """The audio of this content part is complete."""
        if self._speaker and not self._speaker_given_up:
            self._speaker.end((item_id, content_index))
        else:
            self._post(PlayoutEmpty())

    def flush(self, fade_ms: int) -> tuple[Piece, ...]:
        """Fade out and forget what is queued; what each unfinished content part will have been heard of.

        These totals are final: reports of blocks handed over before, and of the fade, still follow as `Played`.
        """
        return self._adjustment.flush(fade_ms)

    def adjust(self, command: SoundCommand) -> None:
        """Change how the answer sounds; nothing of it is lost."""
        self._adjustment.perform(command, given_up=self._speaker_given_up)

    def reopen(self, which: Which) -> None:
        """Try a device again, now, with the list of devices made anew. Answered by `DeviceChanged`."""
        keeper = self._keepers.get(which)
        if keeper:
            self._known_problem.pop(which, None)
            keeper.reopen()
        else:
            self._post(DeviceChanged(which, "", f"no {which} is wanted in this session"))

    # What the devices' threads say: each brings it to the loop, and does nothing else.

    def _hear(self, block: MicBlock) -> None:
        self._run_on_loop(self._heard, block)

    def _run_on_loop(self, work: Callable[..., None], *arguments: object) -> None:
        if self._run_in_inbox is not None:
            self._run_in_inbox(work, *arguments)
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(work, *arguments)

    def _is_playing(self) -> bool:
        return bool(self._speaker and self._speaker.queued_frames)

    def _only_shows(self) -> bool:
        """What was played matters to the screen alone."""
        return self._chain.is_plain and self.overheard is None

    def _microphone_works(self) -> bool:
        return "microphone" in self._keepers and self._keepers["microphone"].works

    def _heard(self, block: MicBlock) -> None:
        if self._stopped:
            return
        self._reports.look()
        if self._speaker:
            self._speaker.gather(self._only_shows())
        self._keepers["microphone"].delivered()
        if block.overflowed:
            self.overflows += 1
            _log.info("microphone overflow", extra={"count": self.overflows})
        self._chain.near(block)
        if block.last:
            self._post(InputEnded())

    def _captured(self, pcm: bytes, level_dbfs: float) -> None:
        if self._ear:
            self._ear.listen(pcm, level_dbfs, sounding=self._account.sounding or self._adjustment.held_back)
        self._post(MicHeard(pcm, level_dbfs))

    def _watch_microphone(self, near: Int16, far: Int16) -> None:
        complaint = self._mic_check.watch(near, far)
        if complaint:
            self._post(NewsArrived("warning", *complaint))
        self._chain.watched = not self._mic_check.done

    def _played(self, block: SpeakerBlock) -> None:
        if self._stopped:
            return
        self._keepers["speaker"].delivered()
        if self.overheard:
            self.overheard(block)
        if block.underflowed:
            self.underflows += 1
            _log.info("speaker underflow", extra={"count": self.underflows})
        self._exchange.played(block)
        if "microphone" in self._keepers:
            self._chain.far(block.frames, block.rate_hz, block.heard_at_s)
        self._adjustment.played(block)
        self._account.played(block)
        # While this report was on its way, more may have been written: then it is not empty, and will be once more.
        if block.emptied and self._speaker and not self._speaker.queued_frames:
            self._post(PlayoutEmpty())

    # What becomes of the devices.

    def _keeper(self, which: Which, device: Device, open_device: Open) -> Keeper:
        def told(problem: str, attempts: int) -> None:
            self._told(which, device.name, problem, attempts)

        return Keeper(device, open_device, told, self._renewal, self._lock)

    def _speaker_keeper(self, speaker: Speaker) -> Keeper:
        async def open_speaker(lost: Lost) -> None:
            await speaker.open(self._reports.put, lost)

        return self._keeper("speaker", speaker, open_speaker)

    def _may_nap(self) -> bool:
        """Nobody needs the speaker's silence: a canceller learns from it, and a recording is as long. And nobody takes
        the device away meanwhile, as ALSA's bare hardware is taken by whoever opens it next.
        """
        if self._speaker is None or not self._speaker.can_return or "(hw:" in self._speaker.name:
            return False
        return not ((self._cancels and not self._chain.bypass) or self.overheard)

    def _microphone_keeper(self, microphone: Microphone) -> Keeper:
        async def open_microphone(lost: Lost) -> None:
            self._chain.restart()
            await microphone.open(self._hear, lost)

        return self._keeper("microphone", microphone, open_microphone)

    def _run(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _told(self, which: Which, name: str, problem: str, attempts: int) -> None:
        if self._stopped:
            return
        if which == "microphone" and not problem:
            self._mic_check, self._chain.watched = MicCheck(), True  # it may be another one
        if which == "speaker" and not problem:
            self._chain.bypass = self._no_echo(name)
            self._exchange.opened(name)
        first_of_all = which not in self._known_problem
        if which == "speaker":
            # What is queued survives a device that is exchanged in a moment; later, nobody wants to hear old words.
            for_good = first_of_all or attempts > 1 or not self._keepers[which].device.can_return
            self._give_up_speaker(bool(problem) and for_good)
        self._tell_remark(which)
        if first_of_all or self._known_problem[which] != bool(problem):
            self._known_problem[which] = bool(problem)
            self._post(DeviceChanged(which, name, problem))

    def _tell_remark(self, which: Which) -> None:
        remark = self._keepers[which].device.remark
        if remark and remark not in self._remarks:
            self._remarks.add(remark)
            self._post(NewsArrived("warning", remark, "See `realtime-cli devices`."))

    def _give_up_speaker(self, given_up: bool) -> None:
        if given_up and not self._speaker_given_up and self._speaker:
            self._speaker.flush(0)
            self._post(PlayoutEmpty())
        self._speaker_given_up = given_up
