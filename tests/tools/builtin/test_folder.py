"""Nothing outside of the folder is read, however it is asked for."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.errors import InputError, ToolError
from realtime_cli.tools.builtin.folder import Folder

SECRET = "the secret"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text(SECRET)
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_text("Alpha\nbeta\ngamma\n")
    (root / "sub" / "b.md").write_text("more alpha here\n")
    (root / ".env").write_text(f"KEY={SECRET}")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(SECRET)
    (root / "link.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (root / "linked").symlink_to(tmp_path / "outside")
    (root / "shown.txt").symlink_to(root / "a.txt")
    (root / "hidden-link").symlink_to(root / ".env")
    (root / "loop").symlink_to(root / "loop")
    (root / "binary").write_bytes(b"\0\1\2")
    os.mkfifo(root / "pipe")
    return root


def test_files_are_read_from_any_line(root: Path) -> None:
    folder = Folder(root)
    assert folder.read_file("a.txt") == "Alpha\nbeta\ngamma\n"
    assert folder.read_file("./sub/../a.txt", 3) == "gamma\n"
    assert folder.read_file("shown.txt", 2) == "beta\ngamma\n"
    assert folder.read_file(str(root / "a.txt")).startswith("Alpha")


@pytest.mark.parametrize(
    "path",
    [
        "../outside/secret.txt", "/etc/passwd", "link.txt", "linked/secret.txt", "sub/../../outside/secret.txt",
        ".env", "hidden-link", ".git/config", "sub/../.env", "loop", "pipe", "binary", "nothing", "sub", "a.txt\0",
        "linked/../secret.txt", "../root/.env", "../nothing", "x" * 5000, "~/.bashrc", "",
    ],
)  # fmt: skip
def test_what_may_not_be_read_is_refused_without_a_word_of_it(root: Path, path: str) -> None:
    with pytest.raises(ToolError) as caught:
        Folder(root).read_file(path)
    assert SECRET not in str(caught.value)


@given(
    st.lists(
        st.sampled_from(
            ["..", ".", "sub", "linked", "link.txt", ".env", "/", "outside", "secret.txt", "root", "a.txt"]
        ),
        max_size=6,
    )
)
def test_no_path_reaches_the_secret(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    base = tmp_path_factory.getbasetemp() / "search"
    if not base.exists():
        (base / "outside").mkdir(parents=True)
        (base / "outside" / "secret.txt").write_text(SECRET)
        (base / "root" / "sub").mkdir(parents=True)
        (base / "root" / "a.txt").write_text("fine")
        (base / "root" / ".env").write_text(SECRET)
        (base / "root" / "linked").symlink_to(base / "outside")
        (base / "root" / "link.txt").symlink_to(base / "outside" / "secret.txt")
    folder = Folder(base / "root")
    path = "/".join(parts)
    for read in (folder.read_file, folder.list_folder, lambda where: folder.search_files("secret", where)):
        with suppress(ToolError):
            assert SECRET not in read(path)


def test_a_list_shows_what_may_be_read_only(root: Path) -> None:
    assert Folder(root).list_folder().splitlines() == [
        "a.txt",
        "binary",
        "hidden-link",
        "pipe",
        "shown.txt",
        "sub/",
    ]


def test_a_search_stays_inside_and_skips_hidden_files(root: Path) -> None:
    folder = Folder(root)
    assert folder.search_files("ALPHA").splitlines() == ["a.txt:1: Alpha", "sub/b.md:1: more alpha here"]
    assert folder.search_files("alpha", name="*.md") == "sub/b.md:1: more alpha here"
    assert folder.search_files("alpha", "a.txt") == "a.txt:1: Alpha"
    assert folder.search_files("secret") == "Not found."
    with pytest.raises(ToolError):
        folder.search_files("secret", "linked")
    with pytest.raises(ToolError):
        folder.search_files("")


def test_long_files_are_cut_and_can_be_read_on(root: Path) -> None:
    (root / "long.txt").write_text("".join(f"line {n}\n" for n in range(20_000)))
    text = Folder(root).read_file("long.txt")
    first_line = int(text.rsplit("first_line=", 1)[1].rstrip("]"))
    assert Folder(root).read_file("long.txt", first_line).startswith(f"line {first_line - 1}\n")
    with pytest.raises(ToolError, match="has 20000 lines"):
        Folder(root).read_file("long.txt", 30_000)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        Folder(tmp_path / "none")
