"""The front door: `--help` without loading any command says the same as with all of them."""

from __future__ import annotations

from typer.testing import CliRunner

from realtime_cli.cli.app import made, overview


def test_the_overview_says_what_the_commands_say() -> None:
    runner = CliRunner(env={"COLUMNS": "100"})
    whole, quick = (runner.invoke(app, ["--help"]) for app in (made(), overview()))
    assert (whole.exit_code, quick.exit_code) == (0, 0)
    assert quick.output == whole.output


def test_one_command_alone_is_the_same_command() -> None:
    runner = CliRunner(env={"COLUMNS": "100"})
    alone, among_all = (
        runner.invoke(app, ["voices", "--help"], prog_name="realtime-cli")
        for app in (made(["voices"]), made())
    )
    assert alone.output == among_all.output


def test_without_arguments_the_help_is_shown() -> None:
    assert "send-text" in CliRunner().invoke(overview(), []).output
