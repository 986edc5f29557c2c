"""The house stays easy to read: no giant modules, no giant functions."""

import ast
from pathlib import Path

import pytest

import realtime_cli

ROOT = Path(realtime_cli.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
WALL_LINES = 300
FUNCTION_LINES = 40

EXCEPTIONS: dict[str, str] = {}
"""Module -> why it may be longer."""


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_is_longer_than_the_wall(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= WALL_LINES or str(path.relative_to(ROOT)) in EXCEPTIONS


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.end_lineno is None:
            continue
        body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
        assert node.end_lineno - body[0].lineno + 1 <= FUNCTION_LINES, (
            f"{path.name}:{node.lineno} {node.name}"
        )


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty_names = {"utils", "helpers", "common", "manager", "base", "misc"}
    assert not [p for p in MODULES if p.stem in empty_names]
