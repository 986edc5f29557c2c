"""The rig around simulated and toy devices, on a clock that jumps: what becomes a fact, and what never hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from realtime_cli.devices.contract import Hear, Lost, Microphone, Report, Speaker
from realtime_cli.devices.headset import is_headset
from realtime_cli.devices.simulated import SimulatedMicrophone, SimulatedSpeaker
from realtime_cli.dsp.gate import HalfDuplexGate
from realtime_cli.dsp.pcm16 import from_bytes, to_bytes
from realtime_cli.errors import DeviceError
from realtime_cli.runtime.audio_rig import AudioRig
from realtime_cli.runtime.care import Care
from realtime_cli.runtime.mic_check import ZEROS
from realtime_cli.session.commands import DozeSpeaker, RouseSpeaker
from realtime_cli.session.facts import (
    DeviceChanged,
    Fact,
    InputEnded,
    MicHeard,
    NewsArrived,
    Piece,
    Played,
    PlayoutEmpty,
)
from tests.support.clock import run_jumping
from tests.support.sound import noise, read_wav, write_wav

SECOND = to_bytes(noise(1.0))


class BreakableSpeaker(SimulatedSpeaker):
    """A speaker that can be pulled out."""

    can_return = True

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path)
        self.broken = False
        self.pull: Lost = lambda reason: None

    async def open(self, report: Report, lost: Lost) -> None:
        if self.broken:
            raise DeviceError("still gone")
        self.pull = lost
        await super().open(report, lost)


class DozingSpeaker(BreakableSpeaker):
    """A speaker whose openings are counted."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path)
        self.dozes = True
        self.openings = 0

    async def open(self, report: Report, lost: Lost) -> None:
        await super().open(report, lost)
        self.dozes = False
        self.openings += 1

    async def close(self) -> None:
        await super().close()
        self.dozes = True


class SteadyMicrophone(SimulatedMicrophone):
    """A microphone whose openings are counted."""

    can_return = True

    def __init__(self) -> None:
        super().__init__(None)
        self.opened_at_s: list[float] = []

    async def open(self, hear: Hear, lost: Lost) -> None:
        self.opened_at_s.append(asyncio.get_running_loop().time())
        await super().open(hear, lost)


class Rig:
    """A rig and its facts, with their times."""

    def __init__(self, microphone: Microphone | None, speaker: Speaker | None) -> None:
        self.facts: list[tuple[float, Fact]] = []
        self.loop = asyncio.get_running_loop()
        self.refreshed = 0
        self.rig = AudioRig(self._post, microphone=microphone, speaker=speaker, refresh=self._refresh)

    def _post(self, fact: Fact) -> None:
        self.facts.append((self.loop.time(), fact))

    def _refresh(self) -> None:
        self.refreshed += 1

    def changes(self) -> list[DeviceChanged]:
        return [fact for _, fact in self.facts if isinstance(fact, DeviceChanged)]

    def count(self, kind: type[Fact]) -> int:
        return sum(isinstance(fact, kind) for _, fact in self.facts)

    def played(self, item_id: str) -> int:
        pieces = [piece for _, fact in self.facts if isinstance(fact, Played) for piece in fact.pieces]
        return sum(piece.frames for piece in pieces if piece.item_id == item_id)

    def play(self, item_id: str, pcm: bytes = SECOND) -> None:
        self.rig.play(item_id, 0, pcm)
        self.rig.end_play(item_id, 0)


def live(
    microphone: Microphone | None, speaker: Speaker | None, story: Callable[[Rig], Awaitable[None]]
) -> Rig:
    async def main() -> Rig:
        rig = Rig(microphone, speaker)
        await rig.rig.start()
        await story(rig)
        await rig.rig.stop()
        told = len(rig.facts)
        await asyncio.sleep(1)
        assert len(rig.facts) == told
        return rig

    return run_jumping(main())


def test_speaker_and_microphone_work_and_say_so(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        await asyncio.sleep(1)

    path = write_wav(tmp_path / "question.wav", noise(0.5))
    rig = live(SimulatedMicrophone(path), SimulatedSpeaker(None), story)
    assert rig.changes() == [
        DeviceChanged("microphone", "question.wav", ""),
        DeviceChanged("speaker", "nowhere", ""),
    ]
    heard = from_bytes(b"".join(fact.pcm for _, fact in rig.facts if isinstance(fact, MicHeard)))
    assert np.array_equal(heard[:12_000], noise(0.5))
    assert rig.count(InputEnded) == 1


def test_the_input_ends_after_its_last_sound(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        await asyncio.sleep(1)

    rig = live(SimulatedMicrophone(write_wav(tmp_path / "q.wav", noise(0.5))), None, story)
    kinds = [type(fact) for _, fact in rig.facts]
    assert kinds[: kinds.index(InputEnded)].count(MicHeard) >= 25
    assert kinds[kinds.index(InputEnded) :].count(MicHeard) > 10  # silence goes on


def test_what_is_played_is_told_a_few_times_a_second_and_recorded(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(2)

    rig = live(None, SimulatedSpeaker(tmp_path / "out.wav"), story)
    reports = [fact for _, fact in rig.facts if isinstance(fact, Played)]
    assert rig.played("one") == 24_000
    assert all(report.level_dbfs > -20 for report in reports[:-1])
    assert reports[-1] == Played((), -100.0, 0.0)  # the meter falls
    assert max(sum(piece.frames for piece in report.pieces) for report in reports) <= 1440
    assert rig.count(PlayoutEmpty) == 1
    frames = read_wav(tmp_path / "out.wav")[0][:, 0]
    assert np.array_equal(frames[np.flatnonzero(frames)], noise(1.0))


def test_the_playout_is_not_called_empty_while_more_is_there() -> None:
    async def story(rig: Rig) -> None:
        for _ in range(20):
            rig.rig.play("one", 0, SECOND[:960])
            await asyncio.sleep(0.02)
        rig.rig.end_play("one", 0)
        await asyncio.sleep(1)

    rig = live(None, SimulatedSpeaker(None), story)
    assert rig.played("one") == 20 * 480
    empty_at = [index for index, (_, fact) in enumerate(rig.facts) if isinstance(fact, PlayoutEmpty)]
    played_at = [
        index for index, (_, fact) in enumerate(rig.facts) if isinstance(fact, Played) and fact.pieces
    ]
    assert empty_at[-1] > played_at[-1]


def test_a_flush_gives_totals() -> None:
    flushed: list[tuple[Piece, ...]] = []

    async def story(rig: Rig) -> None:
        rig.play("one")
        rig.play("two")
        await asyncio.sleep(0.5)
        flushed.append(rig.rig.flush(10))
        await asyncio.sleep(0.5)
        assert rig.played("one") == flushed[0][0].frames

    live(None, SimulatedSpeaker(None), story)
    assert [piece.item_id for piece in flushed[0]] == ["one", "two"]
    assert abs(flushed[0][0].frames - 12_000) <= 480
    assert flushed[0][1] == Piece("two", 0, 0)


def test_without_a_speaker_nothing_is_played_and_nothing_hangs() -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(1)
        assert rig.rig.flush(10) == ()
        rig.rig.reopen("speaker")

    rig = live(None, None, story)
    assert [type(fact) for _, fact in rig.facts] == [PlayoutEmpty, DeviceChanged]
    assert rig.changes()[0].problem


def test_a_speaker_that_cannot_be_opened_is_a_fact_and_the_microphone_works(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(3)

    rig = live(SimulatedMicrophone(None), SimulatedSpeaker(tmp_path / "no" / "out.wav"), story)
    microphone, speaker = rig.changes()
    assert (speaker.which, microphone) == ("speaker", DeviceChanged("microphone", "silence", ""))
    assert "No such file" in speaker.problem
    assert rig.played("one") == 0
    assert rig.count(PlayoutEmpty) >= 1
    assert rig.count(MicHeard) > 100


def test_a_microphone_file_that_cannot_be_read_is_a_fact(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(3)

    rig = live(SimulatedMicrophone(tmp_path / "none.wav"), SimulatedSpeaker(None), story)
    assert {change.which: bool(change.problem) for change in rig.changes()} == {
        "speaker": False,
        "microphone": True,
    }
    assert rig.played("one") == 24_000


def test_a_speaker_that_comes_back_at_once_plays_the_rest() -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(0.5)
        speaker.pull("pulled out")
        await asyncio.sleep(2)

    speaker = BreakableSpeaker()
    rig = live(None, speaker, story)
    assert rig.played("one") == 24_000


def test_a_speaker_that_stays_away_forgets_what_was_queued() -> None:
    async def story(rig: Rig) -> None:
        rig.play("one", SECOND * 10)
        await asyncio.sleep(0.5)
        speaker.broken = True
        speaker.pull("pulled out")
        await asyncio.sleep(3)
        assert rig.count(PlayoutEmpty) == 1
        rig.play("two")
        assert rig.count(PlayoutEmpty) == 2
        speaker.broken = False
        await asyncio.sleep(6)
        rig.play("three")
        await asyncio.sleep(2)

    speaker = BreakableSpeaker()
    rig = live(None, speaker, story)
    assert [change.problem for change in rig.changes()] == ["", "pulled out", ""]
    assert rig.played("one") < 24_000
    assert rig.played("two") == 0
    assert rig.played("three") == 24_000


def test_a_speaker_that_cannot_return_forgets_at_once() -> None:
    async def story(rig: Rig) -> None:
        rig.play("one")
        await asyncio.sleep(0.5)
        speaker.pull("the disk is full")
        await asyncio.sleep(1)
        rig.play("two")

    speaker = BreakableSpeaker()
    speaker.can_return = False
    rig = live(None, speaker, story)
    assert [change.problem for change in rig.changes()] == ["", "the disk is full"]
    assert rig.count(PlayoutEmpty) == 2


def test_a_microphone_that_works_is_seldom_interrupted_to_look_for_a_speaker() -> None:
    async def story(rig: Rig) -> None:
        speaker.broken = True
        speaker.pull("pulled out")
        await asyncio.sleep(120)
        assert rig.count(MicHeard) > 5900

    speaker, microphone = BreakableSpeaker(), SteadyMicrophone()
    rig = live(microphone, speaker, story)
    # At the beginning, and before the attempts after the 3rd, 6th, 12th and 24th failure.
    assert len(microphone.opened_at_s) == 5
    assert rig.refreshed == 4
    assert [change.problem for change in rig.changes()] == ["", "", "pulled out"]


def test_the_user_may_interrupt_it() -> None:
    async def story(rig: Rig) -> None:
        rig.rig.reopen("speaker")
        await asyncio.sleep(1)

    microphone = SteadyMicrophone()
    rig = live(microphone, BreakableSpeaker(), story)
    assert (len(microphone.opened_at_s), rig.refreshed) == (2, 1)


def test_when_both_are_gone_devices_are_listed_before_each_attempt() -> None:
    async def story(rig: Rig) -> None:
        await asyncio.sleep(10)

    speaker = BreakableSpeaker()
    speaker.broken = True
    rig = live(None, speaker, story)
    assert rig.refreshed == 4  # after 0.5, 1.5, 3.5 and 8.5 s


@pytest.mark.parametrize("which", ["speaker", "microphone"])
def test_a_reopening_is_answered(which: str) -> None:
    async def story(rig: Rig) -> None:
        await asyncio.sleep(0.5)
        rig.rig.reopen("speaker" if which == "speaker" else "microphone")
        await asyncio.sleep(0.5)

    rig = live(SimulatedMicrophone(None), SimulatedSpeaker(None), story)
    assert [change.which for change in rig.changes()] == ["microphone", "speaker", which]
    assert not any(change.problem for change in rig.changes())


def test_a_microphone_that_comes_back_with_zeros_alone_is_named_again() -> None:
    async def story(rig: Rig) -> None:
        await asyncio.sleep(10)
        rig.rig.reopen("microphone")
        await asyncio.sleep(10)

    rig = live(SteadyMicrophone(), SimulatedSpeaker(None), story)
    told_at_s = [at_s for at_s, fact in rig.facts if isinstance(fact, NewsArrived) and fact.text == ZEROS]
    assert len(told_at_s) == 2
    assert 9 < told_at_s[1] - told_at_s[0] < 11


class NamedSpeaker(SimulatedSpeaker):
    """A speaker that says what it is."""

    def __init__(self, name: str) -> None:
        super().__init__(None)
        self._own_name = name

    @property
    def name(self) -> str:
        return self._own_name


@pytest.mark.parametrize(("speaker", "heard"), [("AirPods Pro", True), ("MacBook Pro Speakers", False)])
def test_with_a_headset_known_by_its_name_the_voice_passes_untouched(
    tmp_path: Path, speaker: str, heard: bool
) -> None:
    """The half-duplex gate shuts the microphone while an answer sounds, but not where no echo can come back."""
    voice = write_wav(tmp_path / "voice.wav", noise(3.0))

    async def main() -> list[float]:
        levels: list[float] = []

        def post(fact: Fact) -> None:
            if isinstance(fact, MicHeard):
                levels.append(fact.level_dbfs)

        care = Care(no_echo=is_headset)
        rig = AudioRig(
            post,
            microphone=SimulatedMicrophone(voice),
            speaker=NamedSpeaker(speaker),
            echo=HalfDuplexGate(),
            care=care,
        )
        await rig.start()
        rig.play("answer", 0, SECOND * 2)
        await asyncio.sleep(1.5)
        levels.clear()
        await asyncio.sleep(0.4)
        await rig.stop()
        return levels

    levels = run_jumping(main())
    assert len(levels) > 10
    assert all((level > -60) is heard for level in levels)


def test_stopping_before_the_end_of_the_start_leaves_nothing_behind() -> None:
    async def main() -> None:
        rig = Rig(SimulatedMicrophone(None), SimulatedSpeaker(None))
        starting = asyncio.create_task(rig.rig.start())
        await asyncio.sleep(0.01)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await rig.rig.stop()

    run_jumping(main())


def test_who_is_cancelled_while_the_microphone_closes_closes_the_speaker_too() -> None:
    class SlowMicrophone(SimulatedMicrophone):
        async def close(self) -> None:
            await asyncio.sleep(0.5)
            await super().close()

    class CountedSpeaker(SimulatedSpeaker):
        closed = 0

        async def close(self) -> None:
            self.closed += 1
            await super().close()

    async def main() -> None:
        speaker = CountedSpeaker(None)
        rig = Rig(SlowMicrophone(None), speaker)
        await rig.rig.start()
        stopping = asyncio.create_task(rig.rig.stop())
        await asyncio.sleep(0.1)
        stopping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopping
        assert speaker.closed

    run_jumping(main())


# A speaker that dozes.


def test_a_dozing_speaker_is_not_taken_for_dumb_and_plays_when_it_is_roused() -> None:
    speaker = DozingSpeaker()

    async def story(rig: Rig) -> None:
        rig.rig.adjust(DozeSpeaker())
        await asyncio.sleep(30)
        asleep = speaker.dozes
        assert asleep
        assert not any(change.problem for change in rig.changes())
        rig.rig.adjust(RouseSpeaker())
        await asyncio.sleep(0.01)
        assert speaker.openings == 2
        rig.play("a")
        await asyncio.sleep(1.5)

    rig = live(SteadyMicrophone(), speaker, story)
    assert rig.played("a") == 24_000


def test_sound_that_nobody_expected_rouses_it_too() -> None:
    speaker = DozingSpeaker()

    async def story(rig: Rig) -> None:
        for command in (DozeSpeaker(), RouseSpeaker(), DozeSpeaker()):  # the last one counts
            rig.rig.adjust(command)
        await asyncio.sleep(1)
        assert speaker.dozes
        rig.play("a")
        await asyncio.sleep(1.5)

    rig = live(None, speaker, story)
    assert rig.played("a") == 24_000
    assert speaker.openings == 2


def test_who_cancels_the_echo_or_records_needs_the_speakers_silence_and_bare_hardware_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def main(**more: object) -> bool:
        speaker = DozingSpeaker(Path("card (hw:0,0).wav") if "bare" in more else None)
        echo = HalfDuplexGate() if "cancels" in more else None
        rig = AudioRig(lambda fact: None, microphone=SteadyMicrophone(), speaker=speaker, echo=echo)
        if "records" in more:
            rig.overheard = lambda block: None
        await rig.start()
        rig.adjust(DozeSpeaker())
        await asyncio.sleep(1)
        dozed = speaker.dozes
        await rig.stop()
        return dozed

    assert run_jumping(main())
    assert not run_jumping(main(cancels=True))
    assert not run_jumping(main(records=True))
    assert not run_jumping(main(bare=True))


def test_a_speaker_pulled_out_while_it_dozes_is_told_when_it_is_needed_and_opened_again() -> None:
    speaker = DozingSpeaker()

    async def story(rig: Rig) -> None:
        rig.rig.adjust(DozeSpeaker())
        await asyncio.sleep(1)
        speaker.broken = True
        rig.rig.adjust(RouseSpeaker())
        await asyncio.sleep(1)
        assert "still gone" in rig.changes()[-1].problem
        speaker.broken = False
        await asyncio.sleep(3)
        assert not rig.changes()[-1].problem
        rig.play("a")
        await asyncio.sleep(1.5)

    rig = live(None, speaker, story)
    assert rig.played("a") == 24_000
