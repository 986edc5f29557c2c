"""A visit to a service: does it open, who greets, does it take settings? Each step as one line in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from realtime_cli import protocol as p
from realtime_cli.errors import RealtimeCliError, Refused, RemoteProtocolError, Unreachable
from realtime_cli.providers.provider import Target
from realtime_cli.runtime.speech import Manner, Speech, manner_of
from realtime_cli.session.fitting import fitted
from realtime_cli.session.verdicts import judge, judge_close
from realtime_cli.transport.transport import LineClosed, Opener, Transport

GREETING_S: Final = 10.0
UPDATE_S: Final = 10.0

Report = Callable[[bool, str], None]
"""(all is well, one line)."""


async def visit(opener: Opener, target: Target, report: Report) -> None:
    """Connect, read the greeting, update the settings, leave.

    Args:
        opener: Opens the line.
        target: Where it leads, and how one speaks there.
        report: Told after each step.

    Raises:
        RealtimeCliError: The step that failed, with its advice.
    """
    dialects: dict[str, p.Dialect | None] = {"ga": p.GA, "beta": p.BETA, "auto": None}
    dialect = dialects[target.dialect]
    manner = manner_of(target)
    talks = p.Ability.CONVERSATION in target.provider.abilities
    wished = p.SessionConfig(output_modalities=("text",)) if talks else p.SessionConfig(type="transcription")
    loop = asyncio.get_running_loop()
    begun_s = loop.time()
    transport = await opener()
    report(True, f"the line is open ({(loop.time() - begun_s) * 1000:.0f} ms)")
    try:
        with _ends_told():
            text, event = await _greeting(transport, dialect or p.GA, report)
            guessed = p.guess(text)
            spoken = dialect or (p.BETA if guessed == "beta" else p.GA)
            named = f"it speaks {guessed}" if guessed else "its dialect cannot be told from that"
            report(True, f"{named}; {spoken.name} is used")
            if isinstance(event, p.SessionCreated):
                report(True, _described(event.session))
            await _update(transport, Speech(manner).accented(spoken), manner, wished, report)
    finally:
        await transport.close()


async def _greeting(
    transport: Transport, dialect: p.Dialect, report: Report
) -> tuple[str, p.ServerEvent | None]:
    try:
        async with asyncio.timeout(GREETING_S):
            text = await transport.receive()
    except TimeoutError:
        report(False, f"no greeting within {GREETING_S:.0f} s; some servers wait for the client")
        return "", None
    event = dialect.decode_server(text)
    if isinstance(event, p.ErrorEvent):
        _raise(event)
    report(True, f"it greets with {p.type_of(event)}")
    return text, event


async def _update(
    transport: Transport, dialect: p.Dialect, manner: Manner, wished: p.SessionConfig, report: Report
) -> None:
    config, left_out = fitted(wished, manner.abilities)
    if left_out:
        report(True, f"left out, because it cannot do that: {', '.join(left_out)}")
    await transport.send(dialect.encode_client(p.SessionUpdate(session=config, event_id="evt_check")))
    try:
        async with asyncio.timeout(UPDATE_S):
            while True:
                try:
                    event = dialect.decode_server(await transport.receive())
                except RemoteProtocolError as error:
                    report(False, str(error))
                    continue
                if isinstance(event, p.SessionUpdated):
                    report(True, f"it takes the settings: {_described(event.session)}")
                    return
                if isinstance(event, p.ErrorEvent):
                    if p.Ability.WHOLE_UPDATES in manner.abilities:
                        _raise(event)
                    report(False, f"it refuses a setting: {judge(event.error).text}")
    except TimeoutError:
        report(
            False, f"it did not confirm the settings within {UPDATE_S:.0f} s; a session goes on without that"
        )


def _described(session: p.SessionConfig) -> str:
    audio_out = session.audio.output if session.audio else None
    voice = audio_out.voice if audio_out else ""
    known = {
        "session": session.id,
        "model": session.model,
        "voice": voice if isinstance(voice, str) else getattr(voice, "id", ""),
    }
    told = [f"{name} {value}" for name, value in known.items() if isinstance(value, str) and value]
    return ", ".join(told) or "it says nothing about its session"


def _raise(event: p.ErrorEvent) -> None:
    verdict = judge(event.error)
    raise Refused(f"it answers with an error: {verdict.text}", advice=verdict.advice)


@contextmanager
def _ends_told() -> Iterator[None]:
    try:
        yield
    except LineClosed as end:
        verdict = judge_close(end.code, end.reason)
        error: RealtimeCliError = Refused(verdict.text, advice=verdict.advice)
        if verdict.exit_code == Unreachable.exit_code:
            error = Unreachable(verdict.text, advice=verdict.advice)
        raise error from end
