"""The package as its users get it: a wheel, in an environment that has no Node.js."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


def build(source: Path, folder: Path, *options: str) -> Path:
    """Build the wheel of a source tree, or of a source distribution."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder)]
    command += ["--quiet", "--disable-pip-version-check", *options, str(source)]
    subprocess.run(command, check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


@dataclass(frozen=True)
class Installed:
    """A virtual environment of its own, with the package from a wheel."""

    prefix: Path

    @classmethod
    def alone(cls, folder: Path, wheel: Path) -> Installed:
        """The wheel alone is installed; what it depends on is seen in this environment."""
        installed = cls._made(folder)
        installed._install("--no-deps", "--no-index", str(wheel))
        # A line of a .pth file names a folder whose own .pth files, such as that of an editable
        # install, are not read.
        seen = sysconfig.get_path("purelib")
        (installed._purelib / "seen.pth").write_text(f"{seen}\n")
        return installed

    @classmethod
    def complete(cls, folder: Path, wheel: Path, *others: str) -> Installed:
        """The wheel and all that it depends on, from the package index."""
        installed = cls._made(folder)
        installed._install(str(wheel), *others)
        return installed

    @classmethod
    def _made(cls, folder: Path) -> Installed:
        venv.create(folder, with_pip=False)
        return cls(folder)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of this environment, of the user, or of Node.js."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("COLONIES", "JUPYTER", "PYTHON", "VIRTUAL_ENV"))
        }
        path = f"{self.prefix / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
        while node := shutil.which("node", path=path):
            path = os.pathsep.join(
                each for each in path.split(os.pathsep) if Path(each) != Path(node).parent
            )
        home = self.prefix / "home"
        home.mkdir(exist_ok=True)
        return {**kept, "PATH": path, "HOME": str(home), "JUPYTER_PLATFORM_DIRS": "1"}

    def run(self, *command: str) -> str:
        """What a Python program of this environment says, to both outputs."""
        done = subprocess.run(
            [self.prefix / "bin" / "python", *command],
            env=self.environment,
            cwd=self.prefix,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def extensions(self, module: str) -> str:
        """What `jupyter … list` prints in this environment, without colours."""
        told = self.run(
            "-c",
            f"import sys, jupyter_colonies; from {module} import main\n"
            "print(jupyter_colonies.__file__, flush=True)\n"
            "sys.argv = ['jupyter', 'list']; main()",
        )
        assert told.startswith(str(self.prefix)), told
        return re.sub(r"\x1b\[[\d;]*m", "", told)

    @property
    def _purelib(self) -> Path:
        variables = {"base": str(self.prefix), "platbase": str(self.prefix)}
        return Path(sysconfig.get_path("purelib", "venv", vars=variables))

    def _install(self, *what: str) -> None:
        python = str(self.prefix / "bin" / "python")
        command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
        subprocess.run([*command, "--disable-pip-version-check", *what], check=True)
