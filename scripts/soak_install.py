"""Install as people do, with nothing of this environment, and do what README and guide say first.

    scripts/soak install [packages] [installers] [container] [copy] [--dist DIR] [--whole]

packages    wheel and sdist, each into a new environment without the extras; the guide's commands, in its order; what
            both hold.
installers  the README's line for pipx, uv tool and uvx, as it stands there, each in an empty home.
container   what the Containerfile does, without a container: its files and no others, its lines, its entry point.
copy        a fresh copy of the last commit: the README's two commands, in order, at a terminal without sound devices;
            the second runs `tests/docs` alone: every command of README and docs. `--whole` narrows nothing.

What is run is read from the documents. Only the way to packages is taken from this machine: certificates, proxies, the
registry and uv's cache. Without a part all four run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.docs.blocks import blocks_of, plain_lines  # noqa: E402

HEAVY = ("pocketsphinx", "soundfile", "pillow", "mcp", "torch")
IN_WHEEL = (
    "realtime_cli/py.typed",
    "realtime_cli/__init__.pyi",
    "realtime_cli/cli/answer.schema.json",
    "realtime_cli/server/scenario.schema.json",
)
IN_SDIST = (
    "tests/conftest.py",
    "scripts/test",
    ".ci/run",
    ".github/workflows/ci.yml",
    "uv.lock",
    "docs/realtime-cli.1",
)
WAY_TO_PACKAGES = re.compile(
    r"(PIP|UV|SSL_CERT|REQUESTS_CA|CURL_CA)_?\w*|\w+_proxy|SYSTEMROOT|TEMP|TMP|COMSPEC|PATHEXT", re.IGNORECASE
)
NEEDS_SOUND = re.compile(r"--input-file|realtime-cli devices")
WORKS = re.compile(r"typing|type and press Enter|listening")
PARTS = ("packages", "installers", "container", "copy")
LIMIT_S = 900


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--dist", type=Path, help="folder with a wheel and an sdist")
    parser.add_argument("--only-wheel", action="store_true")
    parser.add_argument("--whole", action="store_true", help="the whole of scripts/test in the fresh copy")
    options = parser.parse_args()
    parts = options.parts or PARTS
    with tempfile.TemporaryDirectory(prefix="realtime-cli-soak-") as name:
        folder = Path(name)
        if "packages" in parts:
            try_packages(folder, options.dist, only_wheel=options.only_wheel)
        if "installers" in parts:
            try_installers(folder)
        if "container" in parts:
            try_container(folder)
        if "copy" in parts:
            try_copy(folder, whole=options.whole)


def clean_env(home: Path, *first: Path) -> dict[str, str]:
    """An empty home, a short PATH, and the way to packages."""
    home.mkdir(parents=True, exist_ok=True)
    env = {name: value for name, value in os.environ.items() if WAY_TO_PACKAGES.fullmatch(name)}
    cached = subprocess.run([uv(), "cache", "dir"], capture_output=True, text=True, check=True).stdout.strip()
    path = os.pathsep.join(
        [*map(str, first), os.defpath if os.name == "nt" else "/usr/local/bin:/usr/bin:/bin"]
    )
    return env | {
        "PATH": path, "HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home),
        "PYTHONUTF8": "1", "LANG": "C.UTF-8", "UV_CACHE_DIR": cached,
    }  # fmt: skip


def uv() -> str:
    """uv from PATH, else this environment's."""
    return shutil.which("uv") or str(ROOT / ".venv" / "bin" / "uv")


def run(line: str, env: dict[str, str], folder: Path) -> str:
    """One or more lines of bash; their stdout. Ends the soak when they fail."""
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail\n{line}"], env=env, cwd=folder, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, encoding="utf-8", timeout=LIMIT_S, check=False,
    )  # fmt: skip
    if done.returncode or "Traceback" in done.stderr:
        raise SystemExit(f"FAILED ({done.returncode}): {line}\n{done.stdout}{done.stderr}")
    print(f"  ok  {line.splitlines()[0][:100]}", flush=True)
    return done.stdout


# --- packages --------------------------------------------------------------------------------------------------


def try_packages(folder: Path, dist: Path | None, *, only_wheel: bool) -> None:
    """Wheel and sdist: what they hold, and the guide with each."""
    if dist is None:
        dist = folder / "dist"
        subprocess.run([uv(), "build", "-q", "--out-dir", dist, ROOT], check=True)
    [wheel], [sdist] = list(dist.glob("*.whl")), list(dist.glob("*.tar.gz"))
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= set(IN_WHEEL), set(IN_WHEEL) - names
    assert any(name.endswith("man1/realtime-cli.1") for name in names), "the man page is missing"
    assert not any(name.startswith(("tests/", "scripts/")) for name in names)
    with tarfile.open(sdist) as packed:
        held = {name.partition("/")[2] for name in packed.getnames()}
    assert held >= set(IN_SDIST), set(IN_SDIST) - held
    print(f"{wheel.name}: {wheel.stat().st_size // 1024} kB; {sdist.name}: {sdist.stat().st_size // 1024} kB")
    for package in (wheel,) if only_wheel else (wheel, sdist):
        try_package(package, folder / package.suffix.strip("."))


def try_package(package: Path, place: Path) -> None:
    """A new environment, a new home, and the guide."""
    place.mkdir()
    subprocess.run([uv(), "venv", "-q", "--python", sys.executable, place / "venv"], check=True)
    binaries = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = binaries / ("python.exe" if os.name == "nt" else "python")
    subprocess.run([uv(), "pip", "install", "-q", "--python", python, package], check=True)
    listed = subprocess.run(
        [uv(), "pip", "list", "--python", python], check=True, capture_output=True, text=True
    )
    installed = {line.split()[0].lower() for line in listed.stdout.splitlines()[2:]}
    assert not installed & set(HEAVY), f"the plain install brings {installed & set(HEAVY)}"
    size = sum(path.stat().st_size for path in (place / "venv").rglob("*") if path.is_file())
    print(f"{package.name}: {len(installed)} packages, {size / 1e6:.0f} MB with the environment")
    env = clean_env(place / "home", binaries)
    env |= {"REALTIME_CLI_CONFIG_DIR": str(place / "config"), "SHELL": "/bin/bash"}
    run(f"'{python.as_posix()}' -m realtime_cli --version", env, place)
    said = "".join(run(line, env, place) for line in guide_lines())
    assert "Your name is Ada" in said
    assert "It is" in said


def guide_lines() -> list[str]:
    """What the guide says, less what stands until it is stopped, needs sound, or starts up a shell."""
    lines = plain_lines(ROOT / "docs" / "guide.md")
    return [line for line in lines if not NEEDS_SOUND.search(line) and "--install-completion" not in line]


# --- installers ------------------------------------------------------------------------------------------------


def try_installers(folder: Path) -> None:
    """The README's lines for pipx, uv tool and uvx, each in an empty home, from a copy of the last commit."""
    copy = fresh_copy(folder / "source")
    tools = folder / "tools"
    subprocess.run([uv(), "venv", "-q", "--python", sys.executable, tools], check=True)
    subprocess.run(
        [uv(), "pip", "install", "-q", "--python", tools / "bin" / "python", "pipx", "uv"], check=True
    )
    for number, line in enumerate(installer_lines()):
        home = folder / f"installed-{number}"
        env = clean_env(home, home / ".local" / "bin", tools / "bin")
        if line.startswith("uvx "):
            run(
                line.replace("realtime-cli talk", "realtime-cli send-text -p local 'what time is it'"),
                env,
                copy,
            )
            continue
        run(line, env, copy)
        assert (home / ".local" / "bin" / "realtime-cli").exists()
        assert "It is" in run("realtime-cli send-text -p local 'what time is it'", env, home)
        assert "pocketsphinx" in run("realtime-cli serve --list-engines", env, home)


def installer_lines() -> list[str]:
    """pipx, uv tool and uvx, as the README has them; what stands behind "or:" is one, too."""
    text = "\n".join(block.code for block in blocks_of(ROOT / "README.md") if "pipx install" in block.code)
    found = re.findall(r"(?:^|or: )((?:pipx|uv|uvx) [^#\n]+?) *(?:#|$)", text, re.MULTILINE)
    assert [line.split()[0] for line in found] == ["pipx", "uv", "uvx"], found
    return found


# --- the container ----------------------------------------------------------------------------------------------


def try_container(folder: Path) -> None:
    """Both stages in folders: the first sees what COPY names, the second only the environment that the first made."""
    source, context, made = fresh_copy(folder / "container"), folder / "context", folder / "opt"
    text = (source / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    context.mkdir()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *names, target = line.split()
        for name in names:
            place = context / (Path(target) / Path(name).name if target.endswith("/") else target)
            place.parent.mkdir(parents=True, exist_ok=True)
            if (source / name).is_dir():
                shutil.copytree(source / name, place)
            else:
                shutil.copy(source / name, place)
    env = clean_env(folder / "container-home", Path(uv()).parent)
    for line in re.findall(r"^ENV (.+)$", text, re.MULTILINE):
        for word in line.split():
            name, _, value = word.partition("=")
            env[name] = value.replace("/opt/realtime-cli", str(made)).replace("$PATH", env["PATH"])
    [sync] = re.findall(r"^RUN (uv sync .+)$", text, re.MULTILINE)
    run(sync, env | {"UV_PYTHON": sys.executable}, context)
    shutil.rmtree(context)  # the second stage takes over the environment alone
    [entry] = re.findall(r'^ENTRYPOINT \["(.+)"\]$', text, re.MULTILINE)
    home = folder / "container-home"
    for line in re.findall(r"podman run --rm realtime-cli (.+)$", text, re.MULTILINE):
        assert "It is" in run(f"{entry} {line}", env, home)
    run(f"{entry} --help", env, home)


# --- a fresh copy ----------------------------------------------------------------------------------------------


def fresh_copy(place: Path) -> Path:
    """The last commit, as `git clone` gives it, without its history."""
    place.mkdir()
    packed = subprocess.run(["git", "-C", ROOT, "archive", "HEAD"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", place], input=packed, check=True)
    return place


def try_copy(folder: Path, *, whole: bool) -> None:
    """The README's two commands, as they stand there, then every command of the documents."""
    copy = fresh_copy(folder / "copy")
    [two] = [block for block in blocks_of(ROOT / "README.md") if "scripts/talk" in block.code]
    first, second = [line.partition("#")[0].strip() for line in two.code.splitlines()]
    env = clean_env(folder / "home") | {"TERM": "xterm-256color"}
    talk_and_leave(first, env, copy)
    run(f"ls '{copy}/.venv/bin/realtime-cli'", env, copy)
    run(second if whole else f"{second} -q tests/docs", env, copy)


def talk_and_leave(line: str, env: dict[str, str], folder: Path) -> None:
    """Run it at a terminal until it works, type a question, see its answer, press Ctrl+C."""
    import pty
    import select

    pid, terminal = pty.fork()
    if not pid:
        os.chdir(folder)
        os.execve("/bin/bash", ["bash", "-c", line], env)  # this is the child: it becomes the program
    shown, begun, asked = "", False, False
    while select.select([terminal], [], [], LIMIT_S)[0]:
        try:
            shown += os.read(terminal, 65536).decode(errors="replace")
        except OSError:  # the program has gone
            break
        if not begun and WORKS.search(shown):
            begun = True
            os.write(terminal, b"repeat the ferry\r" if "listening" not in shown else b"trepeat the ferry\r")
        if begun and not asked and re.search(r"assistant\W.*the ferry", shown):
            asked = True
            os.write(terminal, b"\x03\x03")
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code or not asked:
        raise SystemExit(f"FAILED ({code}): {line}\n{shown}")
    print(f"  ok  {line}: a conversation at a terminal", flush=True)


if __name__ == "__main__":
    main()
