"""The Python interface, against the built-in server and against a server that refuses."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import pytest

import realtime_cli
from realtime_cli.dsp.pcm16 import to_bytes
from realtime_cli.runtime.library_inside import Inside
from realtime_cli.session.facts import Fact, QuitPressed
from realtime_cli.session.state import ResponseState, TurnMode
from tests.cli.strange_server import StrangeServer
from tests.support.clock import run_jumping
from tests.support.sound import read_wav, speech


@pytest.fixture(autouse=True)
def _own_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REALTIME_CLI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("REALTIME_CLI_DATA_DIR", str(tmp_path / "data"))


def test_a_conversation_remembers_what_was_said() -> None:
    async def main() -> list[str]:
        async with realtime_cli.connect(provider="local") as session:
            first = await session.ask("remember that my name is Ada")
            return [first.text, (await session.ask("what is my name")).text]

    assert "Ada" in asyncio.run(main())[1]


def test_a_program_may_take_its_time() -> None:
    async def main() -> list[str]:
        answers = []
        async with realtime_cli.connect(provider="local") as session:
            for number in ("one", "two"):
                await asyncio.sleep(600)
                answers.append((await session.ask(f"repeat {number}")).text)
        return answers

    assert run_jumping(main()) == ["one", "two"]


def test_functions_are_called_and_told() -> None:
    def get_time() -> str:
        """Tells the time of day."""
        return "ten past nine"

    async def main() -> tuple[str, list[realtime_cli.Event]]:
        seen: list[realtime_cli.Event] = []
        async with realtime_cli.connect(provider="local", tools=[get_time]) as session:
            await session.send_text("what time is it")
            async for event in session.events():
                seen.append(event)
                if isinstance(event, realtime_cli.Answered) and "nine" in event.text:
                    return event.text, seen
        return "", seen

    text, seen = asyncio.run(main())
    assert "ten past nine" in text
    calls = [event for event in seen if isinstance(event, realtime_cli.Called)]
    assert [(call.name, call.worked) for call in calls] == [("get_time", True)]


def test_a_spoken_answer_comes_with_its_sound() -> None:
    async def main() -> realtime_cli.Answer:
        async with realtime_cli.connect(provider="local", speak=True, tts_engine="tone") as session:
            return await session.ask("repeat hello")

    answer = asyncio.run(main())
    assert answer.text.startswith("hello")
    assert len(answer.audio) > 4_800
    assert len(answer.audio) % 2 == 0


@pytest.fixture(scope="module")
def question() -> bytes:
    """ "What time is it", PCM16 mono 24 kHz."""
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        pytest.skip("no voice to ask with: espeak-ng and sox are missing")
    return to_bytes(read_wav(speech("what time is it"))[0][:, 0])


async def _until_answered(session: realtime_cli.Session) -> tuple[list[realtime_cli.Event], int]:
    """Events up to the answer, and how many bytes of sound came."""
    seen: list[realtime_cli.Event] = []
    size = 0
    async with asyncio.timeout(40):
        async for event in session.events():
            size += len(event.pcm) if isinstance(event, realtime_cli.AudioDelta) else 0
            seen.append(event)
            if isinstance(event, realtime_cli.Answered):
                break
    return seen, size


@pytest.mark.parametrize("turns", ["manual", "server_vad", "semantic_vad"])
def test_a_spoken_question_is_written_down_and_answered_aloud(
    question: bytes, turns: Literal["manual", "server_vad", "semantic_vad"]
) -> None:
    async def main() -> tuple[list[realtime_cli.Event], int]:
        async with realtime_cli.connect(provider="local", turns=turns, tts_engine="tone") as session:
            if turns == "manual":
                await session.begin_turn()
            await session.send_audio(question)
            if turns == "manual":
                await session.end_turn()
            else:
                await session.send_audio(bytes(2 * 24_000 * 2))
            return await _until_answered(session)

    seen, size = asyncio.run(main())
    said = [event.text for event in seen if isinstance(event, realtime_cli.UserSaid)]
    assert said == ["what time is it"]
    assert isinstance(seen[-1], realtime_cli.Answered)
    assert ":" in seen[-1].text
    assert size > 4_800


def test_a_session_in_another_format_of_sound_gives_the_same_sound() -> None:
    async def size_of(audio_format: str) -> int:
        settings: dict[str, Any] = {"tts_engine": "tone", "audio_format": audio_format}
        async with realtime_cli.connect(provider="local", turns="manual", **settings) as session:
            return len((await session.ask("repeat hello")).audio)

    async def main() -> tuple[int, int]:
        return await size_of("pcm16"), await size_of("pcmu")

    usual, telephone = asyncio.run(main())
    assert telephone == pytest.approx(usual, rel=0.05)


@pytest.mark.parametrize(
    "settings",
    [
        {"provider": "local", "tts_engine": "no-such-engine"},
        {"provider": "local", "tts_engine": "tone", "stt_engine": "no-such-engine"},
        {"provider": "xai", "ephemeral": True},  # it has no client secrets
        {"url": "wss://127.0.0.1:1", "ca_file": "/no/such/file.pem"},
    ],
)
def test_settings_of_engines_and_of_the_way_are_heeded(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    monkeypatch.setenv("XAI_API_KEY", "k")

    async def main() -> None:
        async with realtime_cli.connect(**settings):
            pass

    with pytest.raises(realtime_cli.RealtimeCliError) as caught:
        asyncio.run(main())
    assert caught.value.exit_code == 78


@pytest.mark.parametrize(
    ("turns", "mode"),
    [
        ("manual", TurnMode.PUSH_TO_TALK),
        ("server_vad", TurnMode.SERVER_VAD),
        ("semantic_vad", TurnMode.SEMANTIC_VAD),
    ],
)
@pytest.mark.parametrize("setting", ["PTT=true", "PTT=false", "AUDIO=false", "VAD=semantic"])
def test_who_ends_turns_is_for_the_program_to_say_and_not_for_the_users_settings(
    monkeypatch: pytest.MonkeyPatch,
    turns: Literal["manual", "server_vad", "semantic_vad"],
    mode: TurnMode,
    setting: str,
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(f"REALTIME_CLI_{name}", value)

    async def main() -> TurnMode:
        async with realtime_cli.connect(provider="local", turns=turns, tts_engine="tone") as session:
            return session.state.turn_mode

    assert asyncio.run(main()) is mode


def test_a_line_without_certificates_is_loud() -> None:
    async def main() -> None:
        async with realtime_cli.connect(url="wss://127.0.0.1:1", insecure=True):
            pass

    with pytest.warns(UserWarning, match="NOT checked"), pytest.raises(realtime_cli.RealtimeCliError):
        asyncio.run(main())


def test_with_manual_turns_nothing_is_answered_before_the_turn_ends(question: bytes) -> None:
    async def main() -> tuple[bool, list[realtime_cli.Event]]:
        async with realtime_cli.connect(provider="local", turns="manual", tts_engine="tone") as session:
            await session.begin_turn()
            await session.send_audio(question + bytes(2 * 24_000 * 2))
            early = asyncio.create_task(_until_answered(session))
            await asyncio.sleep(1.0)  # with turns found by VAD the answer would have come by now
            answered = early.done()
            await session.end_turn()
            return answered, (await early)[0]

    answered, seen = asyncio.run(main())
    assert not answered
    assert isinstance(seen[-1], realtime_cli.Answered)


LONG = "repeat one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"


def test_an_interrupted_answer_ends_where_the_program_stopped_taking_its_sound() -> None:
    async def main() -> tuple[realtime_cli.Answered, realtime_cli.Answer]:
        async with realtime_cli.connect(provider="local", speak=True, tts_engine="tone") as session:
            await session.send_text(LONG)
            async for event in session.events():
                if isinstance(event, realtime_cli.AudioDelta):
                    break
            while session.state.response is not ResponseState.NONE:
                await asyncio.sleep(0.01)  # all of it has come, and one piece was taken
            await session.interrupt()
            seen, _ = await _until_answered(session)
            assert isinstance(seen[-1], realtime_cli.Answered)
            return seen[-1], await session.ask("repeat hello")

    cut, later = asyncio.run(main())
    assert cut.interrupted
    assert 0 < len(cut.text) < len(LONG) - len("repeat ")
    assert (later.text.startswith("hello"), later.interrupted) == (True, False)


def test_an_answer_of_which_nothing_was_taken_is_told_as_empty() -> None:
    async def main() -> realtime_cli.Answered:
        async with realtime_cli.connect(provider="local", speak=True, tts_engine="tone") as session:
            await session.send_text(LONG)
            async for event in session.events():
                if isinstance(event, realtime_cli.TextDelta):
                    await session.interrupt()
                    break
            seen, _ = await _until_answered(session)
            assert isinstance(seen[-1], realtime_cli.Answered)
            return seen[-1]

    cut = asyncio.run(main())
    assert (cut.text, cut.interrupted) == ("", True)


def test_an_answer_that_failed_before_its_first_word_does_not_keep_the_program_waiting(
    strange: StrangeServer,
) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), realtime_cli.connect(url=strange.at("failed")) as session:
            await session.ask("hello")

    with pytest.raises(realtime_cli.RealtimeCliError):
        asyncio.run(main())


def test_signals_belong_to_the_program() -> None:
    async def main() -> list[object]:
        async with realtime_cli.connect(provider="local"):
            return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    before = signal.getsignal(signal.SIGTERM)
    sigint, sigterm = asyncio.run(main())
    assert sigterm == before
    assert sigint != signal.SIG_IGN


def test_an_error_has_its_next_step() -> None:
    async def main() -> None:
        async with realtime_cli.connect(url="ws://127.0.0.1:1/v1"):
            pytest.fail("nobody is there")

    with pytest.raises(realtime_cli.RealtimeCliError) as caught:
        asyncio.run(main())
    assert caught.value.exit_code == 69
    assert caught.value.advice


def test_the_current_folder_has_no_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, strange: StrangeServer
) -> None:
    (tmp_path / "realtime-cli.toml").write_text('provider = "nobody"\n')
    monkeypatch.chdir(tmp_path)

    async def main() -> str:
        async with realtime_cli.connect(url=strange.at("ok")) as session:
            return (await session.ask("hello")).text

    assert asyncio.run(main()) == "you said: hello"


def test_leaving_in_the_middle_leaves_nothing_behind(strange: StrangeServer) -> None:
    async def main() -> int:
        async with realtime_cli.connect(url=strange.at("slow")) as session:
            await session.send_text("never answered")
        return len(asyncio.all_tasks())

    assert asyncio.run(main()) == 1


def test_the_public_names_are_those_of_the_stub() -> None:
    stub = (Path(realtime_cli.__file__).parent / "__init__.pyi").read_text(encoding="utf-8")
    named = {line.rsplit(" as ", 1)[1] for line in stub.splitlines() if " as " in line}
    assert named == set(realtime_cli.__all__) - {"__version__"}
    for name in named:
        assert name == "Event" or getattr(realtime_cli, name).__name__ == name


def test_a_session_has_the_names_of_its_documents_and_no_others() -> None:
    page = (Path(__file__).parents[2] / "docs" / "library.md").read_text(encoding="utf-8")
    names = {name for name in dir(realtime_cli.Session) if not name.startswith("_")}
    assert sorted(names) == [
        *["ask", "begin_turn", "end_turn", "events", "interrupt", "send_audio", "send_text", "state"],
    ]
    assert not [name for name in names if f"`{name}`" not in page and f"session.{name}" not in page]


def test_a_program_that_leaves_before_the_session_began_ends_it() -> None:
    async def main() -> list[Fact]:
        inside, posted = Inside(plays=False), list[Fact]()
        inside.quit()
        inside.attend(posted.append)
        return posted

    assert asyncio.run(main()) == [QuitPressed()]


def test_importing_the_package_is_cheap() -> None:
    code = "import sys, realtime_cli; print(len([m for m in sys.modules if m.startswith('realtime_cli')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
