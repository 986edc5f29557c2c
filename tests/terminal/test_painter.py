"""Pictures whose lines are kept look as if everything had been drawn anew."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.text import Text

from realtime_cli.session.state import Notice, SessionState
from realtime_cli.terminal.contract import KeysPicture
from realtime_cli.terminal.entries import entry_lines, note_lines, notice_lines
from realtime_cli.terminal.hints import help_lines, hints_line, prompt_lines
from realtime_cli.terminal.question_lines import question_lines
from realtime_cli.terminal.render import Canvas, Painter, render, stilled
from realtime_cli.terminal.runs import Run, line_of
from realtime_cli.terminal.status import facts_line, session_left, state_lines
from realtime_cli.terminal.theme import Theme
from realtime_cli.terminal.usage import usage_lines
from tests.terminal.states import EPOCH_OFFSET_S, NOW_S, PHASES, SPEAKING
from tests.terminal.stories import Scene, Step, figures, keys, steps, turmoil
from tests.terminal.test_live import Desk


def canvas(scene: Scene) -> Canvas:
    return Canvas(
        *scene.size, Theme(), "openai", scene.keys, epoch_offset_s=EPOCH_OFFSET_S, notes=scene.notes
    )


def looks(lines: Iterable[Text]) -> list[tuple[object, ...]]:
    return [(line.plain, line.spans, line.style, line.no_wrap, line.overflow) for line in lines]


def styled(lines: Iterable[Text]) -> list[list[tuple[str, list[object]]]]:
    """Every character with its styles; blanks at the end of a line are not seen."""
    return [
        [
            (character, [line.style, *(span.style for span in line.spans if span.start <= at < span.end)])
            for at, character in enumerate(line.plain.rstrip())
        ]
        for line in lines
        if line.plain.strip()
    ]


def whole(scene: Scene) -> list[Text]:
    """Every line by itself from the state as it is, for a screen with room for all; without blank lines."""
    state, keys, theme, width = scene.state, scene.keys, Theme(), max(12, scene.size[0] - 1)
    alive = state.entries[state.settled :]
    told = [entry for entry in alive if isinstance(entry, Notice)][-3:]
    notices = [line for entry in told for line in notice_lines(entry, width, theme)][-6:]
    lines = [Text(f"  {line}") for line in usage_lines(state)] if keys.page == "cost" else []
    lines += help_lines(keys, theme, width) if keys.page == "help" else []
    if not keys.page:
        for entry in alive:
            lines += [] if isinstance(entry, Notice) else entry_lines(entry, width, theme, scene.now_s)
        lines += [line for note in scene.notes for line in note_lines(note, width, theme)]
    left = session_left(state, scene.now_s + EPOCH_OFFSET_S)
    lines += notices + (question_lines(state.question, width, theme) if state.question is not None else [])
    lines += state_lines(state, theme, width, scene.now_s)
    lines.append(facts_line(state, "openai", theme, width, left))
    lines += prompt_lines(keys.prompt, theme, width) if keys.prompt is not None else []
    return [*lines, hints_line(state, keys, theme, width)]


@given(st.lists(turmoil, max_size=25))
@settings(max_examples=200, deadline=None)
def test_what_is_kept_is_what_would_be_drawn_anew(story: list[Step]) -> None:
    painter, scene = Painter(), Scene()
    for step in story:
        scene = step.after(scene)
        painted = painter.paint(scene.state, canvas(scene), scene.now_s)
        assert looks(painted.lines) == looks(render(scene.state, canvas(scene), scene.now_s).lines)


@given(st.lists(turmoil, max_size=25))
@settings(max_examples=100, deadline=None)
def test_each_line_is_what_the_whole_state_makes_of_it(story: list[Step]) -> None:
    painter, scene = Painter(), Scene()
    for step in story:
        scene = step.after(scene)
        tall = replace(scene, size=(max(90, scene.size[0]), 1_000))
        painted = painter.paint(tall.state, canvas(tall), tall.now_s).lines
        assert styled(painted) == styled(whole(tall))


@given(st.sampled_from(list(PHASES.values())), figures, keys)
def test_hints_facts_and_pages_need_nothing_of_what_moves(
    phase: SessionState, told: dict[str, object], shown: KeysPicture
) -> None:
    state = replace(phase, mic_dbfs=-5.0, speaker_dbfs=-6.0, answer_text="words", **told)
    still, theme = stilled(state), Theme()
    left = session_left(state, NOW_S + EPOCH_OFFSET_S)
    assert looks([hints_line(still, shown, theme, 90)]) == looks([hints_line(state, shown, theme, 90)])
    assert looks([facts_line(still, "openai", theme, 90, left)]) == looks(
        [facts_line(state, "openai", theme, 90, left)]
    )
    assert usage_lines(still) == usage_lines(state)


@given(st.lists(steps, max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_screen_that_was_changed_in_place_looks_like_one_that_was_given_back_each_time(
    story: list[Step],
) -> None:
    in_place, anew = Desk(), Desk()
    scene = Scene()
    for desk in (in_place, anew):
        desk.view.watch_keys(lambda: scene.keys)
        desk.view.start()
    for step in story:
        scene = step.after(scene)
        in_place.view.update(scene.state, scene.now_s)
        anew.view.suspend()
        anew.view.start()
        anew.view.update(scene.state, scene.now_s)
        assert in_place.screen.cells == anew.screen.cells


def test_while_only_the_meters_move_every_other_line_is_the_same_object() -> None:
    painter, still = Painter(), Scene(keys=KeysPicture(work=True))
    before = painter.paint(still.state, canvas(still), NOW_S).lines
    louder = replace(SPEAKING, mic_dbfs=-20.0, speaker_dbfs=-30.0, speaker_delay_ms=12.0)
    after = painter.paint(louder, canvas(still), NOW_S + 0.1).lines
    drawn = [new.plain for old, new in zip(before, after, strict=True) if old is not new]
    assert len(before) > len(drawn) == 1
    assert "mic" in drawn[0]


@given(
    st.lists(st.tuples(st.text("ab 日", max_size=4), st.sampled_from(["", "dim", "bold red"])), max_size=8)
)
def test_a_line_made_in_one_go_is_as_if_appended(runs: list[Run]) -> None:
    appended = Text()
    for words, style in runs:
        appended.append(words, style)
    assert looks([line_of(runs)]) == looks([appended])
