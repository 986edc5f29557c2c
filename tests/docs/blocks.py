"""The fenced blocks of the documents, with the marks above them that say what is not run, and why.

<!-- not run: REASON -->           the block that follows
<!-- not run (WORDS): REASON -->   its lines that contain these words
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
)
LANGUAGES = {"sh", "python", "toml", "json", "mermaid", ""}
"""What a fence may say: another word (bash, console) would hide commands from the tests. "" is for drawings."""

_FENCE = re.compile(
    r"(?P<marks>(?:^<!--[^\n]*-->\n)*)^```(?P<language>[^\n]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
_MARK = re.compile(r"<!-- not run(?: \((?P<words>[^)]+)\))?: (?P<reason>[^\n]{8,}) -->")
_COMMAND = re.compile(r"^(?:\$ )?(?:realtime-cli|scripts/|pipx?|uvx?|apt|sudo|export|git|podman|docker) ?")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        document: File name, as in "guide.md".
        code: As it stands.
        runs: The same without the lines that are marked; "" when all are.
        reasons: Why something is not run.
    """

    document: str
    language: str
    code: str
    runs: str
    reasons: tuple[str, ...]

    @property
    def name(self) -> str:
        """For test ids."""
        return f"{self.document}: {self.code.splitlines()[0][:50] if self.code else ''}"


def blocks(*languages: str) -> list[Block]:
    """Those of all documents, in order."""
    return [block for path in DOCUMENTS for block in blocks_of(path) if block.language in languages]


def blocks_of(path: Path) -> Iterator[Block]:
    """Those of one document.

    Raises:
        ValueError: A mark says nothing, or names words that no line has.
    """
    for found in _FENCE.finditer(path.read_text(encoding="utf-8")):
        code, runs, reasons = found["code"], found["code"], []
        for line in found["marks"].splitlines():
            mark = _MARK.fullmatch(line)
            if mark is None:
                if "not run" in line:
                    raise ValueError(f"{path.name}: a mark without a reason: {line}")
                continue
            reasons.append(mark["reason"])
            kept = [one for one in runs.splitlines() if mark["words"] and mark["words"] not in one]
            if mark["words"] and mark["words"] not in runs:
                raise ValueError(f"{path.name}: no line has {mark['words']!r}: {line}")
            runs = "".join(f"{one}\n" for one in kept)
        yield Block(path.name, found["language"], code, runs, tuple(reasons))


def commands_outside(path: Path) -> list[str]:
    """Lines that look like commands but stand in no fenced block: an indented block is one too."""
    rest = _FENCE.sub("", path.read_text(encoding="utf-8"))
    return [
        line for line in rest.splitlines() if re.match(r" {4,}|\t", line) and _COMMAND.match(line.strip())
    ]


def steps(path: Path) -> Iterator[tuple[str | None, str]]:
    """(kind of standing command or None, lines of bash), in the order of the document."""
    lines = [line for block in blocks_of(path) if block.language == "sh" for line in _logical(block.runs)]
    for kind, group in groupby(lines, key=kind_of):
        if kind is None:
            yield None, "\n".join(group)
        else:
            yield from ((kind, line) for line in group)


def plain_lines(path: Path) -> list[str]:
    """What ends by itself, a command each; a here-document is one with its command."""
    lines = [line for block in blocks_of(path) if block.language == "sh" for line in _logical(block.runs)]
    return [line for line in lines if kind_of(line) is None]


def kind_of(line: str) -> str | None:
    """Which command that stands until it is stopped this line is, None for one that ends by itself."""
    words = re.sub(r"\s#.*", "", line)
    if re.search(r"realtime-cli talk\b(?!.*--input-file)", words):
        return "talk"
    if re.search(r"realtime-cli transcribe *(-|$|--)", words.strip()):
        return "transcribe"
    return "serve" if re.search(r"realtime-cli serve\b", words) else None


def _logical(code: str) -> list[str]:
    """Lines; a here-document and what continues a line are one."""
    found: list[str] = []
    until = ""
    for line in code.splitlines():
        if until or (found and found[-1].endswith("\\")):
            found[-1] += "\n" + line
            until = "" if line == until else until
        else:
            found.append(line)
            here = re.search(r"<<'?(\w+)", line)
            until = here[1] if here else ""
    return [line for line in found if line.strip()]
