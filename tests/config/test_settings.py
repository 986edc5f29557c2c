"""Six sources, one settings object."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime_cli.config.secret import Secret
from realtime_cli.config.settings import LISTS, Settings, load, setting_types
from realtime_cli.errors import ConfigError


@pytest.fixture
def user_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "user"
    folder.mkdir()
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_nothing_said_gives_the_defaults(project: Path, user_dir: Path) -> None:
    loaded = load({}, {"REALTIME_CLI_CONFIG_DIR": str(user_dir)}, project)
    assert loaded.settings == Settings()
    assert loaded.origins == {}


def test_each_source_wins_over_the_ones_below_it(project: Path, user_dir: Path) -> None:
    environ = {"REALTIME_CLI_CONFIG_DIR": str(user_dir)}
    sources = []

    (user_dir / "config.toml").write_text('voice = "user"')
    sources.append(load({}, environ, project))
    (project / "realtime-cli.toml").write_text('voice = "project"')
    sources.append(load({}, environ, project))
    (project / ".env").write_text("REALTIME_CLI_VOICE=dotenv\n")
    sources.append(load({}, environ, project))
    environ["REALTIME_CLI_VOICE"] = "environment"
    sources.append(load({}, environ, project))
    sources.append(load({"voice": "flag"}, environ, project))

    assert [s.settings.voice for s in sources] == ["user", "project", "dotenv", "environment", "flag"]
    assert [Path(s.origins["voice"]).name for s in sources] == [
        "config.toml",
        "realtime-cli.toml",
        ".env",
        "environment",
        "command line",
    ]


def test_a_flag_that_was_not_given_leaves_the_others_their_say(project: Path) -> None:
    loaded = load({"voice": None}, {"REALTIME_CLI_VOICE": "cedar"}, project)
    assert loaded.settings.voice == "cedar"


def test_dotenv_never_overrides_a_variable_that_is_set(project: Path) -> None:
    (project / ".env").write_text("OPENAI_API_KEY=from-file\nXAI_API_KEY=only-there\n")
    environment = load({}, {"OPENAI_API_KEY": "from-shell"}, project).environment
    assert environment.key("OPENAI_API_KEY") == Secret("from-shell")
    assert environment.origin("OPENAI_API_KEY") == "environment"
    assert environment.key("XAI_API_KEY") == Secret("only-there")
    assert environment.origin("XAI_API_KEY") == ".env"


def test_dotenv_of_a_parent_folder_is_not_read(project: Path) -> None:
    (project.parent / ".env").write_text("REALTIME_CLI_VOICE=parent\n")
    assert load({}, {}, project).settings.voice is None


def test_an_empty_key_counts_as_not_set(project: Path) -> None:
    assert load({}, {"OPENAI_API_KEY": "  "}, project).environment.key("OPENAI_API_KEY") is None


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("REALTIME_CLI_PTT", "yes", "ptt", True),
        ("REALTIME_CLI_AUDIO", "0", "audio", False),
        ("REALTIME_CLI_SILENCE_MS", "700", "silence_ms", 700),
        ("REALTIME_CLI_THRESHOLD", "0.25", "threshold", 0.25),
        ("REALTIME_CLI_INPUT_DEVICE", "3", "input_device", 3),
        ("REALTIME_CLI_INPUT_DEVICE", "USB Mic", "input_device", "USB Mic"),
        ("REALTIME_CLI_HEADPHONES", "yes", "headphones", True),
        ("REALTIME_CLI_MAX_TOKENS", "300", "max_tokens", 300),
        ("REALTIME_CLI_MAX_TOKENS", "inf", "max_tokens", "inf"),
        ("REALTIME_CLI_TOOLS", "a.py,b.py", "tools", ("a.py", "b.py")),
        ("REALTIME_CLI_KEYWORDS", "Delft, Gouda", "keywords", ("Delft", "Gouda")),
        ("REALTIME_CLI_INCLUDE", "item.x", "include", ("item.x",)),
        ("REALTIME_CLI_TOOL", "a: b = c {x}\nd: e = f 1,2", "tool", ("a: b = c {x}", "d: e = f 1,2")),
    ],
)
def test_variables_are_spelled_as_people_spell_them(
    project: Path, variable: str, text: str, name: str, value: object
) -> None:
    assert getattr(load({}, {variable: text}, project).settings, name) == value


@pytest.mark.parametrize(
    ("flags", "environ", "expected"),
    [
        (
            {},
            {"REALTIME_CLI_VAD": "sem"},
            "REALTIME_CLI_VAD in the environment: expected one of server, semantic",
        ),
        ({}, {"REALTIME_CLI_THRESHOLD": "2"}, "REALTIME_CLI_THRESHOLD in the environment"),
        ({"silence_ms": -1}, {}, "silence_ms in command line"),
    ],
)
def test_a_wrong_value_is_named_with_its_source(
    project: Path, flags: dict[str, object], environ: dict[str, str], expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(flags, environ, project)
    assert expected in str(caught.value)


def test_every_list_can_stand_in_a_variable(project: Path) -> None:
    lists = {name for name, kind in setting_types().items() if kind == tuple[str, ...]}
    for name in lists:
        loaded = load({}, {f"REALTIME_CLI_{name.upper()}": "one"}, project)
        assert getattr(loaded.settings, name) == ("one",)
    assert lists == set(LISTS)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("approve", "perhaps", "expected one of auto, ask, never"),
        ("max_tokens", "many", "expected a number, or inf"),
        ("max_tokens", "0", "expected a whole number >= 1"),
        ("silence_ms", "soon", "expected a whole number, got text"),
        ("headphones", "perhaps", "expected true or false"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_ones(
    project: Path, name: str, text: str, expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected):
        load({name: text}, {}, project)


def test_an_unknown_key_in_a_file_is_an_error_and_names_the_file(project: Path) -> None:
    (project / "realtime-cli.toml").write_text("voise = 1")
    with pytest.raises(ConfigError, match=r"voise in realtime-cli.toml: there is no such setting"):
        load({}, {}, project)


def test_a_broken_file_is_named(project: Path) -> None:
    (project / "realtime-cli.toml").write_text("voice = ")
    with pytest.raises(ConfigError, match=r"realtime-cli\.toml cannot be read"):
        load({}, {}, project)


def test_only_files_of_the_current_folder_count_as_the_project(project: Path, user_dir: Path) -> None:
    (user_dir / "config.toml").write_text(
        'url = "wss://a.example"\n[providers.mine]\nurl = "wss://b.example"'
    )
    environ = {"REALTIME_CLI_CONFIG_DIR": str(user_dir)}
    assert not load({}, environ, project).from_project("url")
    (project / "realtime-cli.toml").write_text('url = "wss://c.example"')
    assert load({}, environ, project).from_project("url")
    assert not load({"url": "wss://d.example"}, environ, project).from_project("url")


@given(st.text(min_size=1))
def test_a_secret_shows_nothing_of_itself(value: str) -> None:
    secret = Secret(value + "-tail")
    for shown in (str(secret), repr(secret), f"{secret}", f"{[secret]}"):
        assert shown.strip("[]") == "Secret('***')"
    assert secret.reveal() == value + "-tail"
