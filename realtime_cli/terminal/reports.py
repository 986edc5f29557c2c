"""What came in answer to commands: fetched items, and answers from beside the conversation. Each is told once."""

from __future__ import annotations

from realtime_cli.protocol import InputAudio, InputImage, InputText, MessageItem, OutputAudio, OutputText
from realtime_cli.session.holdings import Aside, Retrieved
from realtime_cli.session.state import SessionState
from realtime_cli.terminal.sanitize import clean

_BYTES_PER_S = 48_000
_TEXT_LIMIT_CHARS = 20_000


class Reports:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._retrieved = 0
        self._told: set[str] = set()

    def new(self, state: SessionState) -> list[str]:
        """Lines that are to be shown now; mostly none."""
        lines: list[str] = []
        if state.retrieved is not None and state.retrieved.number > self._retrieved:
            self._retrieved = state.retrieved.number
            lines += retrieved_lines(state.retrieved)
        for aside in state.asides:
            if aside.over and aside.aside_id not in self._told:
                self._told.add(aside.aside_id)
                lines += aside_lines(aside)
        return lines


def retrieved_lines(retrieved: Retrieved) -> list[str]:
    """An item as the server has it."""
    item = retrieved.item
    if not isinstance(item, MessageItem):
        words = [
            f"{name}: {clean(str(value), line_limit_chars=2_000)}"
            for name in ("name", "call_id", "arguments", "output")
            if isinstance(value := getattr(item, name, None), str) and value
        ]
        return [f"{retrieved.item_id}  {type(item).__struct_config__.tag}", *(f"  {line}" for line in words)]
    status = f" [{item.status}]" if isinstance(item.status, str) and item.status != "completed" else ""
    lines = [f"{retrieved.item_id}  {item.role}{status}"]
    for part in item.content:
        match part:
            case InputText(text=text) | OutputText(text=text):
                lines += _indented(text)
            case InputAudio(transcript=transcript) | OutputAudio(transcript=transcript):
                lines += _indented(
                    transcript if isinstance(transcript, str) and transcript else "(no transcript)"
                )
            case InputImage():
                lines.append("  (a picture)")
    if retrieved.pcm:
        lines.append(
            f"  {len(retrieved.pcm) / _BYTES_PER_S:.1f} s of sound: /show {retrieved.item_id} --audio"
        )
    return lines


def aside_lines(aside: Aside) -> list[str]:
    """A question beside the conversation, and what came of it."""
    answer = aside.text.strip()
    is_summary = dict(aside.metadata).get("kind") == "summary"
    title = "the conversation so far:" if is_summary else f"beside the conversation: {aside.question}"
    lines = [clean(title, line_limit_chars=300)]
    lines += _indented(answer) if answer else []
    if aside.problem:
        lines.append(f"  {clean(aside.problem, line_limit_chars=500)}")
    elif not answer:
        lines.append("  (no words)")
    return lines


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in clean(text, line_limit_chars=_TEXT_LIMIT_CHARS).strip().split("\n")]
