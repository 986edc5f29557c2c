"""Slash commands about the session: instructions, voice, turns, tools, questions beside the conversation, usage."""

from __future__ import annotations

import re

from realtime_cli.protocol import (
    AudioConfig,
    AudioOutput,
    FunctionTool,
    SemanticVad,
    ServerVad,
    SessionConfig,
    TurnDetection,
)
from realtime_cli.session.facts import QuitPressed
from realtime_cli.session.request_facts import (
    AskedAside,
    ResponseCancelAsked,
    SessionChanged,
    TurnsChanged,
)
from realtime_cli.session.state import SessionState, TurnMode
from realtime_cli.terminal.counter import Counter
from realtime_cli.terminal.sanitize import clean_line
from realtime_cli.terminal.usage import context_lines, usage_lines

SUMMARY_REQUEST = (
    "Summarise our conversation so far in a few sentences: what was asked, found out and decided."
)
SUMMARY_MARK = (("kind", "summary"),)
_EAGERNESS = ("auto", "low", "medium", "high")


def instructions(counter: Counter, rest: str) -> None:
    """`/instructions [TEXT]`: without a text the present ones are opened in the line editor."""
    if rest.strip():
        counter.post(SessionChanged(SessionConfig(instructions=rest.strip())))
        counter.note(["The instructions are changed."])
    else:
        counter.open_line(f"/instructions {present_instructions(counter.state)}")


def voice(counter: Counter, rest: str) -> None:
    """`/voice [NAME]`: the mind refuses with the reason once the model has spoken."""
    name = rest.strip()
    if not name:
        counter.note(
            [f"The voice is {counter.state.voice or 'the server default'}. Change it with /voice NAME."]
        )
        return
    counter.post(SessionChanged(SessionConfig(audio=AudioConfig(output=AudioOutput(voice=name)))))


def model(counter: Counter, rest: str) -> None:
    """`/model`: which one; another one needs another connection."""
    lines = [f"The model is {counter.state.model or 'chosen by the server'}."]
    if rest.strip():
        wanted = clean_line(rest.strip(), 60)
        lines.append(f"It is fixed when the session begins: start again with --model {wanted}.")
    counter.note(lines)


def vad(counter: Counter, rest: str) -> None:
    """`/vad [server [THRESHOLD] [MS] | semantic [EAGERNESS] | off]`: who ends your turns."""
    words = rest.split()
    kind = words[0].lower() if words else ""
    if not kind:
        counter.note([_turns(counter.state)])
    elif kind in ("off", "ptt", "none"):
        counter.post(TurnsChanged(None))
    elif kind == "server" and (detection := _server_vad(words[1:])) is not None:
        counter.post(TurnsChanged(detection))
    elif kind == "semantic" and (len(words) == 1 or words[1] in _EAGERNESS):
        chosen = {} if len(words) == 1 else {"eagerness": words[1]}
        counter.post(TurnsChanged(SemanticVad(**chosen)))  # type: ignore[arg-type]  # checked one line above
    else:
        counter.note(
            [
                "Say one of: /vad server [THRESHOLD 0..1] [SILENCE ms], /vad semantic [auto|low|medium|high], "
                "/vad off (push-to-talk)."
            ]
        )


def tools(counter: Counter, rest: str) -> None:
    """`/tools`: what the model may call, and whether it is asked for."""
    offered = counter.state.asked.tools or ()
    own = {function.name: function for function in counter.state.functions}
    if not offered:
        counter.note(["The model has no functions. Give it some with --tools FILE."])
        return
    lines = []
    for tool in offered:
        if isinstance(tool, FunctionTool):
            said = clean_line(tool.description, 160) if isinstance(tool.description, str) else ""
            terms = own.get(tool.name)
            word = f"  [{terms.approval}, {clean_line(terms.source, 60)}]" if terms is not None else ""
            lines.append(f"{clean_line(tool.name, 64)}{word}  {said}".rstrip())
        else:
            lines.append(f"{tool.server_label}  (MCP server, called by the provider)")
    counter.note(lines)


def ask(counter: Counter, rest: str) -> None:
    """`/ask QUESTION`: answered beside the conversation, which stays as it is."""
    if rest.strip():
        counter.post(AskedAside(rest.strip()))
        counter.note([f"Asked beside the conversation: {clean_line(rest, 200)}"])
    else:
        counter.note(["Say what: /ask QUESTION. The conversation stays as it is."])


def summary(counter: Counter, rest: str) -> None:
    """`/summary`: the model sums the conversation up, beside it."""
    if not counter.state.items:
        counter.note(["There is nothing to sum up yet."])
        return
    counter.post(AskedAside(SUMMARY_REQUEST, metadata=SUMMARY_MARK))
    counter.note(["A summary is on its way."])


def cancel(counter: Counter, rest: str) -> None:
    """`/cancel RESPONSE`: stop a response by its id."""
    running = [aside.response_id for aside in counter.state.asides if not aside.over and aside.response_id]
    wanted = rest.strip() or (running[-1] if running else counter.state.response_id)
    if wanted:
        counter.post(ResponseCancelAsked(wanted))
    else:
        counter.note(["There is no response in progress."])


def context(counter: Counter, rest: str) -> None:
    """`/context`: how full the model's memory is, and what would go first."""
    counter.note(context_lines(counter.state))


def cost(counter: Counter, rest: str) -> None:
    """`/cost`: tokens and what they cost, about."""
    counter.note(usage_lines(counter.state))


def leave(counter: Counter, rest: str) -> None:
    """`/quit`."""
    counter.post(QuitPressed())


def other_turns(state: SessionState) -> TurnDetection | None:
    """What the key `v` switches to: push-to-talk (None), or the detection that was asked for before."""
    if state.turn_mode is not TurnMode.PUSH_TO_TALK:
        return None
    for config in (state.asked, state.accepted):
        detection = config.audio.input.turn_detection if config.audio and config.audio.input else None
        if isinstance(detection, ServerVad | SemanticVad):
            return detection
    return ServerVad()


def present_instructions(state: SessionState) -> str:
    """What was asked for, or else what the server says it goes by."""
    for config in (state.asked, state.accepted):
        if isinstance(config.instructions, str):
            return config.instructions
    return ""


def _turns(state: SessionState) -> str:
    config = state.accepted
    detection = config.audio.input.turn_detection if config.audio and config.audio.input else None
    if not isinstance(detection, ServerVad | SemanticVad):
        return f"Turns: {state.turn_mode.value}."
    said = {name: getattr(detection, name) for name in detection.__struct_fields__}
    known = ", ".join(
        f"{name}={value}" for name, value in said.items() if isinstance(value, bool | int | float | str)
    )
    return f"Turns: {state.turn_mode.value} ({known})." if known else f"Turns: {state.turn_mode.value}."


def _server_vad(words: list[str]) -> ServerVad | None:
    """`0.6 700` in any order: a threshold from 0 to 1, a silence in ms."""
    said: dict[str, float | int] = {}
    for word in words:
        if re.fullmatch(r"\d{2,5}(ms)?", word):
            said["silence_duration_ms"] = int(word.removesuffix("ms"))
        elif re.fullmatch(r"0?\.\d+|[01](\.0)?", word):
            said["threshold"] = float(word)
        else:
            return None
    return ServerVad(**said)  # type: ignore[arg-type]  # an int and a float under their own names
