"""Install the packages as people do, in a fresh environment, and run the documented first commands in order.

    scripts/soak install [--dist DIR] [--local-extra]

Builds wheel and sdist unless --dist has them; installs each into a new environment without the extras (plain install),
with nothing of this environment on PATH, a home of its own and no variables of ours; runs the first use; looks at what
was installed, and that the wheel holds what it should.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("pocketsphinx", "soundfile", "pillow", "mcp", "torch")
FIRST_USE = (
    (["--version"], "realtime-cli"),
    (["--help"], "send-text"),
    (["send-text", "--provider", "local", "what time is it"], "It is"),
    (["send-text", "--provider", "local", "--json", "hello"], '"text"'),
    (["providers"], "openai"),
    (["voices"], "marin"),
    (["config", "list"], ""),
    (["keys", "list"], ""),
    (["doctor", "--no-sound", "--no-network"], "All is well"),
    (["history", "list"], "what time is it"),
)
IN_WHEEL = (
    "realtime_cli/py.typed",
    "realtime_cli/__init__.pyi",
    "realtime_cli/cli/answer.schema.json",
    "realtime_cli/server/scenario.schema.json",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dist", type=Path, help="folder with a wheel and an sdist")
    parser.add_argument("--only-wheel", action="store_true")
    options = parser.parse_args()
    uv = shutil.which("uv") or str(ROOT / ".venv" / "bin" / "uv")
    with tempfile.TemporaryDirectory() as folder:
        dist = options.dist or Path(folder, "dist")
        if options.dist is None:
            subprocess.run([uv, "build", "-q", "--out-dir", dist, ROOT], check=True)
        [wheel], [sdist] = list(dist.glob("*.whl")), list(dist.glob("*.tar.gz"))
        names = set(zipfile.ZipFile(wheel).namelist())
        assert names >= set(IN_WHEEL), set(IN_WHEEL) - names
        assert any(name.endswith("man1/realtime-cli.1") for name in names), "the man page is missing"
        assert not any(name.startswith(("tests/", "scripts/")) for name in names)
        print(
            f"{wheel.name}: {wheel.stat().st_size // 1024} kB; {sdist.name}: {sdist.stat().st_size // 1024} kB"
        )
        for package in (wheel,) if options.only_wheel else (wheel, sdist):
            try_out(uv, package, Path(folder, package.suffix.strip(".")))


def try_out(uv: str, package: Path, place: Path) -> None:
    """A new environment, a new home, and the first use."""
    place.mkdir()
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, place / "venv"], check=True)
    binaries = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = binaries / ("python.exe" if os.name == "nt" else "python")
    subprocess.run([uv, "pip", "install", "-q", "--python", python, package], check=True)
    env = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    env |= {"PATH": f"{binaries}{os.pathsep}{os.defpath}", "HOME": str(place), "USERPROFILE": str(place),
            "APPDATA": str(place), "LOCALAPPDATA": str(place), "PYTHONUTF8": "1"}  # fmt: skip
    listed = subprocess.run(
        [uv, "pip", "list", "--python", python], check=True, capture_output=True, text=True
    )
    installed = {line.split()[0].lower() for line in listed.stdout.splitlines()[2:]}
    assert not installed & set(HEAVY), f"the plain install brings {installed & set(HEAVY)}"
    size = sum(path.stat().st_size for path in (place / "venv").rglob("*") if path.is_file())
    print(f"{package.name}: {len(installed)} packages, {size / 1e6:.0f} MB with the environment")
    command = str(binaries / ("realtime-cli.exe" if os.name == "nt" else "realtime-cli"))
    for arguments, expected in FIRST_USE:
        done = subprocess.run([command, *arguments], env=env, cwd=place, capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, encoding="utf-8", check=False)  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert expected in done.stdout, f"{arguments}: {done.stdout!r}"
        assert "Traceback" not in done.stderr
        print(f"  ok  realtime-cli {' '.join(arguments)}")
    module = subprocess.run([str(python), "-m", "realtime_cli", "--version"], env=env, cwd=place, check=False)
    assert module.returncode == 0


if __name__ == "__main__":
    main()
