"""`realtime-cli serve`, and the local server behind `send-text`, as a user runs them: real processes, real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.server.engines.fake_chat import fake_chat

QUICK = ("--stt-engine", "none", "--tts-engine", "tone", "--vad-engine", "energy")
KEYS = ("OPENAI_API_KEY", "REALTIME_CLI_LLM_KEY")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Ours without keys, with a home of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in KEYS}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), **more}


async def run(folder: Path, *arguments: str, **more: str) -> tuple[int, str, str]:
    """The program to its end: exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "realtime_cli", *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env=environment(folder, **{"PYTHONPATH": str(Path(__file__).parents[2]), **more}),
    )  # fmt: skip
    async with asyncio.timeout(40):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def serving(folder: Path, *arguments: str) -> AsyncIterator[str]:
    """`serve`, stopped at the end as by Ctrl+C; yields the URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "realtime_cli", "serve", "--port", "0", *arguments,
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,
        env=environment(folder, PYTHONPATH=str(Path(__file__).parents[2])),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            yield (await process.stdout.readline()).decode().strip()
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            await process.communicate()
    assert process.returncode == 0


def test_lists_and_refusals_are_quick_and_clear(tmp_path: Path) -> None:
    async def main() -> None:
        listed, faults, unknown, open_door = await asyncio.gather(
            run(tmp_path, "serve", "--list-engines"),
            run(tmp_path, "serve", "--faults", "list"),
            run(tmp_path, "serve", "--faults", "gremlins"),
            run(tmp_path, "serve", "--port", "0", "--host", "0.0.0.0", *QUICK),
        )
        assert listed[0] == faults[0] == 0
        assert "faster-whisper" in listed[1]
        assert "late-transcripts" in faults[1]
        assert unknown[0] != 0
        assert "no fault 'gremlins'" in unknown[2]
        assert open_door[0] != 0
        assert "--token-file" in open_door[2]

    asyncio.run(main())


def test_a_language_model_answers_in_the_terminal_and_its_failure_is_an_exit_code(tmp_path: Path) -> None:
    async def main() -> None:
        async with fake_chat() as chat:
            chosen = ("send-text", "--llm", chat.url, "--llm-model")
            code, out, err = await run(tmp_path, *chosen, "ollama", "hi", REALTIME_CLI_LLM_KEY="sk-private")
            assert (code, out.strip()) == (0, "Hello there. How are you?"), err
            assert "Bearer sk-private" in chat.headers[0]
            assert "sk-private" not in out + err
            code, _, err = await run(tmp_path, *chosen, "dies", "hi")
            assert code != 0
            assert "broke off" in err

    asyncio.run(main())


def test_serve_with_a_model_records_what_it_served_and_plays_it_again(tmp_path: Path) -> None:
    async def main() -> None:
        record = tmp_path / "session.json"
        asking = ("hi",)
        async with fake_chat() as chat:
            arguments = ("--llm", chat.url, "--llm-model", "ollama", "--record", str(record), *QUICK)
            async with serving(tmp_path, *arguments) as url:
                first = await run(tmp_path, "send-text", "--url", url, *asking)
        async with serving(tmp_path, "--faults", str(record)) as url:
            again = await run(tmp_path, "send-text", "--url", url, *asking)
        assert first[:2] == again[:2] == (0, "Hello there. How are you?\n"), (first, again)
        assert {"expect": "response.create", "within_ms": 60000} in json.loads(record.read_text())["steps"]

    asyncio.run(main())


def test_an_engine_that_does_not_start_is_said_in_one_line(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "pocketsphinx").mkdir()
        (tmp_path / "pocketsphinx" / "__init__.py").write_text("raise ImportError('broken here')")
        root = str(Path(__file__).parents[2])
        code, _, err = await run(
            tmp_path, "serve", "--port", "0", "--stt-engine", "pocketsphinx", PYTHONPATH=f"{tmp_path}:{root}"
        )
        assert code != 0
        assert "broken here" in err
        assert "--list-engines" in err
        assert "Traceback" not in err

    asyncio.run(main())


def test_a_folder_does_not_choose_who_reads_the_words(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "realtime-cli.toml").write_text('llm = "http://collector.test/v1"\n')
        code, _, err = await run(tmp_path, "send-text", "--provider", "local", "hi")
        assert code != 0
        assert "--trust-project" in err

    asyncio.run(main())
