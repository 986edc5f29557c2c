"""Engines are put together from what is installed."""

import asyncio

import pytest

from realtime_cli.errors import ConfigError
from realtime_cli.server.engines.catalog import EngineChoice, assemble
from realtime_cli.server.engines.contract import Question, Thought, Words
from realtime_cli.server.engines.installed import Installed, what_is_installed
from tests.server.engines.speech import hear, needs_espeak, needs_pocketsphinx

NOTHING = Installed(pocketsphinx=False, espeak=False, library=False, silero=False)


def test_on_a_bare_machine_everything_still_works_and_says_what_adds_the_rest() -> None:
    engines = assemble(EngineChoice(), NOTHING)
    assert (engines.ears.name, engines.mouth.name, engines.brain.name) == ("none", "tone", "rules")
    assert len(engines.missing) == 3
    assert all("pip install" in line or "apt install" in line for line in engines.missing)


@pytest.mark.parametrize(
    "choice",
    [
        EngineChoice(ears="pocketsphinx"),
        EngineChoice(mouth="espeak-ng"),
        EngineChoice(mouth="espeak-loader"),
        EngineChoice(vad="silero"),
    ],
)
def test_an_engine_asked_for_by_name_must_be_there(choice: EngineChoice) -> None:
    with pytest.raises(ConfigError, match="is not installed") as caught:
        assemble(choice, NOTHING)
    assert "install" in caught.value.advice


def test_a_name_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ConfigError, match="expected one of auto, rules, llm, echo, scripted"):
        assemble(EngineChoice(brain="genius"))  # type: ignore[arg-type]


@needs_espeak
@needs_pocketsphinx
def test_auto_takes_the_best_and_misses_nothing() -> None:
    engines = assemble()
    assert (engines.ears.name, engines.mouth.name) == ("pocketsphinx", "espeak-ng")
    assert not [line for line in engines.missing if not line.startswith("Voice")]


def test_named_engines_are_taken() -> None:
    engines = assemble(EngineChoice(ears="scripted", mouth="tone", brain="echo", vad="energy"))
    assert (engines.ears.name, engines.mouth.name, engines.brain.name) == ("scripted", "tone", "echo")
    assert engines.missing == ()


def test_scripts_are_handed_to_the_scripted_engines() -> None:
    engines = assemble(EngineChoice("scripted", "tone", "scripted", transcripts=("hello",), answers=("hi",)))
    assert asyncio.run(hear(engines.ears, b"")) == "hello"

    async def first() -> Thought:
        return await anext(engines.brain.answer(Question("", ())))

    assert asyncio.run(first()) == Words("hi")


def test_each_session_gets_a_voice_detector_of_its_own() -> None:
    for kind in ("energy", "auto"):
        engines = assemble(EngineChoice(ears="none", mouth="tone", vad=kind))
        first, second = engines.new_vad(), engines.new_vad()
        assert first is not second
        assert 0.0 <= first(bytes(1024)) < 0.5


def test_the_list_names_every_engine_and_how_to_add_it() -> None:
    rows = what_is_installed()
    assert {row.part for row in rows} == {"hearing", "speaking", "answering", "voice detection"}
    assert all(row.installed or row.add for row in rows)


def test_nothing_is_started_by_putting_together() -> None:
    async def main() -> None:
        engines = assemble()
        await engines.ears.stop()
        await engines.mouth.stop()
        await engines.brain.stop()

    asyncio.run(main())
