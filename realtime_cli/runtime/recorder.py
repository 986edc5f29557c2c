"""Records a spoken session: the microphone from its facts, the speaker from the rig, the words from the picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from realtime_cli.devices.contract import SpeakerBlock
from realtime_cli.dsp import pcm16
from realtime_cli.dsp.resample import Resampler
from realtime_cli.errors import RecordingError
from realtime_cli.history.diary import Diary
from realtime_cli.history.recording import RATE_HZ, Recording
from realtime_cli.history.records import Opening
from realtime_cli.history.transcript import TranscriptPen
from realtime_cli.runtime.witness import Post, Watched, Witness
from realtime_cli.session.commands import Command
from realtime_cli.session.facts import Fact, MicHeard, MuteToggled, NewsArrived, Severity


class Recorder:
    """One recording, to be given to a session as a witness and to its speaker as a listener.

    Args:
        path: The sound file; must not exist.
        begun_s: Loop time of the beginning.
        epoch_offset_s: Added to loop times gives seconds since 1970.
        earlier_entries: Entries at the top of the picture that were said before.
    """

    def __init__(self, path: Path, begun_s: float, epoch_offset_s: float, earlier_entries: int) -> None:
        self.path = path
        self._begun_s = begun_s
        self._offset_s = epoch_offset_s
        self._earlier_entries = earlier_entries
        self._recording: Recording | None = None
        self._resampler: Resampler | None = None
        self._rate_hz = RATE_HZ

    def make(self, post: Post) -> Witness:
        """The witness.

        Raises:
            RecordingError: The files cannot be made.
        """

        def report(severity: Severity, text: str, advice: str) -> None:
            post(NewsArrived(severity, text, advice))

        self._recording = Recording(self.path, report)
        try:
            pen = TranscriptPen(
                self.path,
                self._begun_s + self._offset_s,
                lambda error: report("warning", f"The transcript is not written any more: {error}.", ""),
            )
        except OSError as exc:
            self._recording.close()
            raise RecordingError(
                f"The transcript of {self.path} cannot be made: {exc.strerror or exc}",
                advice="Choose another folder.",
            ) from exc
        opening = Opening("talk", "", "")
        book = Diary(opening, pen, self._offset_s, self._earlier_entries)
        return _RecorderWitness(book, self._recording, self._begun_s)

    def overhear(self, block: SpeakerBlock, at_s: float) -> None:
        """A block was given to the speaker at this loop time."""
        if self._recording is None:
            return
        frames = block.frames
        if block.rate_hz != RATE_HZ:
            if self._resampler is None or self._rate_hz != block.rate_hz:
                self._resampler, self._rate_hz = Resampler(block.rate_hz, RATE_HZ), block.rate_hz
            frames = self._resampler.process(frames)
        heard_s = at_s - self._begun_s + block.delay_s + len(frames) / RATE_HZ
        self._recording.put("far", frames, heard_s)


class _RecorderWitness:
    def __init__(self, book: Diary, recording: Recording, begun_s: float) -> None:
        self._book = book
        self._recording = recording
        self._begun_s = begun_s
        self._muted = False

    def begun(self, at_s: float, commands: Sequence[Command]) -> None:
        """The recording began before."""

    def note(self, fact: Fact, at_s: float, commands: Sequence[Command], mind: Watched) -> None:
        if isinstance(fact, MicHeard):
            pcm = bytes(len(fact.pcm)) if self._muted else fact.pcm
            self._recording.put("near", pcm16.from_bytes(pcm), at_s - self._begun_s)
        elif isinstance(fact, MuteToggled):
            self._muted = not self._muted  # whoever mutes does not want to be recorded either
        self._book.note(fact, at_s, mind.glance)

    def finish(self, mind: Watched, at_s: float, exit_code: int, message: str) -> None:
        self._book.finish(mind.glance, at_s, exit_code, message)

    def close(self) -> None:
        self._book.close()
        self._recording.close()
