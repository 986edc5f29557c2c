"""What readers of the documents have already: files of their own, a conversation or two, a folder with changes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import soundfile

from tests.docs.blocks import ROOT
from tests.support.sound import read_wav, speech

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)
ITEMS = '{"role": "user", "text": "My name is Ada."}\n{"role": "assistant", "text": "Hello Ada."}\n'
PAST = "realtime-cli send-text -p local 'repeat the ferry to oslo' >/dev/null"
"""A conversation that `history search` finds."""


def lay_out(folder: Path) -> None:
    """Everything that the documents call the reader's own."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [tools] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (folder / "my_tools.py").write_text(tools)
    (folder / "chart.png").write_bytes(PNG)
    for name in ("before.jsonl", "turns.jsonl"):
        (folder / name).write_text(ITEMS)
    _sounds(folder)
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-C", str(folder)]
    for words in (["init", "-q"], ["add", "my_tools.py"], ["commit", "-q", "-m", "A function"]):
        subprocess.run([*git, *words], check=True)
    (folder / "my_tools.py").write_text(tools + "\n# repeat what is new\n")


def _sounds(folder: Path) -> None:
    said = speech("what time is it")
    for name in ("question.wav", "talk.wav", "part1.wav", "part2.wav"):
        (folder / name).write_bytes(said.read_bytes())
    frames, rate_hz = read_wav(said)
    for name in ("question.mp3", "talk.mp3"):
        soundfile.write(folder / name, frames, rate_hz)
