"""The Python interface, against the built-in server and against a server that refuses."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

import realtime_cli
from tests.cli.strange_server import StrangeServer


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


def test_importing_the_package_is_cheap() -> None:
    code = "import sys, realtime_cli; print(len([m for m in sys.modules if m.startswith('realtime_cli')]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
