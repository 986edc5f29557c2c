"""Sessions as a screen sees them: one state after the other, with what the keyboard and the terminal add."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from realtime_cli.session.holdings import ContextUse
from realtime_cli.session.state import Call, CallStatus, Notice, Question, SessionState, Spoken, TokenUse
from realtime_cli.terminal.contract import KeysPicture, PromptLine
from tests.terminal.states import CALL, NOW_S, PHASES, SPEAKING


class Scene(Struct, frozen=True):
    """What one picture is made of."""

    state: SessionState = SPEAKING
    keys: KeysPicture = KeysPicture(work=True)
    notes: tuple[str, ...] = ()
    size: tuple[int, int] = (80, 24)
    now_s: float = NOW_S


class Step(Struct, frozen=True):
    """What happens between two pictures."""

    state: dict[str, object] = {}
    scene: dict[str, object] = {}
    phase: str = ""
    words: str = ""
    heard_chars: int = 0
    entry: Spoken | Call | Notice | None = None
    ends_call: bool = False
    settles: int = 0

    def after(self, scene: Scene) -> Scene:
        """The scene when it has happened."""
        state = scene.state
        if self.phase:
            state = replace(PHASES[self.phase], entries=state.entries, settled=state.settled)
        entries = list(state.entries)
        for index in range(state.settled, len(entries)):
            entry = entries[index]
            if isinstance(entry, Spoken):
                text = entry.text + self.words
                heard_chars = min(len(text), entry.heard_chars + self.heard_chars)
                entries[index] = replace(entry, text=text, heard_chars=heard_chars)
            elif isinstance(entry, Call) and self.ends_call:
                entries[index] = replace(entry, status=CallStatus.DONE, output="done", ended_at_s=scene.now_s)
        if self.entry is not None:
            entries.append(self.entry)
        settled = min(len(entries), state.settled + self.settles)
        state = replace(state, entries=tuple(entries), settled=settled, **self.state)
        return replace(scene, **{"state": state, "now_s": scene.now_s + 0.1, **self.scene})


_levels = st.floats(-100, 0)
_words = st.text(st.sampled_from("ab 日é\n"), max_size=30)
_spoken = st.builds(
    Spoken,
    st.just("item"),
    st.sampled_from(["user", "assistant", "system"]),
    _words,
    st.integers(0, 9),
    final=st.booleans(),
    interrupted=st.booleans(),
    commentary=st.booleans(),
    problem=st.sampled_from(["", "nothing was understood"]),
)
_entries = st.one_of(
    _spoken,
    st.sampled_from([CALL, replace(CALL, status=CallStatus.ASKING, started_at_s=None)]),
    st.builds(
        Notice, st.sampled_from(["info", "warning", "error"]), _words, st.sampled_from(["", "try again"])
    ),
)
keys = st.builds(
    KeysPicture,
    work=st.booleans(),
    can_hold=st.booleans(),
    page=st.sampled_from(["", "", "help", "cost"]),
    prompt=st.sampled_from(
        [None, None, PromptLine("", 0), PromptLine("hello there", 4), PromptLine("/it", 3)]
    ),
    choices=st.sampled_from([(), ("/items", "/pin")]),
    edits_call=st.booleans(),
)
_FIGURES = {
    "speaker_delay_ms": st.sampled_from([None, 20.0, 149.7, 150.2, 150.4, 300.0]),
    "volume_percent": st.sampled_from([0, 80, 100]),
    "latency_ms": st.sampled_from([None, 40.0, 900.0, 2_000.0]),
    "tokens": st.builds(TokenUse, responses=st.integers(0, 2), total=st.sampled_from([0, 950, 1_234])),
    "cost_usd": st.sampled_from([None, 0.004, 1.5]),
    "context": st.builds(ContextUse, st.sampled_from([0, 900]), st.sampled_from([0, 1_000])),
    "uplink_dropped_ms": st.sampled_from([0, 1_400]),
    "muted": st.booleans(),
    "local_speech": st.booleans(),
    "mic_works": st.booleans(),
    "speaker_works": st.booleans(),
    "answer_waits": st.booleans(),
    "model": st.sampled_from(["", "gpt-realtime-2.1"]),
    "question": st.sampled_from([None, Question("call_1", "clock_time", '{"zone": "UTC"}', "may ring")]),
}
figures: st.SearchStrategy[dict[str, object]] = st.fixed_dictionaries(_FIGURES)
"""All that hints and facts tell, and what they do not tell."""
_sizes = st.tuples(st.integers(10, 130), st.integers(2, 30))

steps = st.one_of(
    st.builds(lambda mic, spk: Step({"mic_dbfs": mic, "speaker_dbfs": spk}), _levels, _levels),
    st.builds(Step, state=st.fixed_dictionaries({}, optional=_FIGURES)),
    st.builds(Step, phase=st.sampled_from(list(PHASES))),
    st.builds(Step, words=_words, heard_chars=st.integers(0, 9)),
    st.builds(Step, entry=_entries),
    st.builds(Step, ends_call=st.booleans(), settles=st.integers(0, 3)),
    st.builds(lambda shown: Step(scene={"keys": shown}), keys),
)
"""What can happen on a screen that keeps its size."""

turmoil = st.one_of(
    steps,
    st.builds(lambda size: Step(scene={"size": size}), _sizes),
    st.builds(lambda notes: Step(scene={"notes": tuple(notes)}), st.lists(_words, max_size=2)),
    st.builds(lambda now_s: Step(scene={"now_s": now_s}), st.floats(NOW_S, NOW_S + 4_000)),
)
"""All that can happen."""
