"""The one library that QGIS may lack: found, or installed into a folder of this Python alone. Standard library only."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ..environment.commands import explain
from ..environment.pythons import read_machine
from ..environment.running import build_command, build_environment, run
from ..translation import tr

PACKAGE = "zmq"
ASK_S = 20.0
TRIES, TRY_S = 10, 0.3
"""Of putting the folder in its place: on Windows a scanner of viruses may look into it just then."""


@dataclass(frozen=True)
class Wheel:
    """What is installed.

    Attributes:
        name: of the distribution.
        version: exactly.
        sha256: of its wheels for the supported systems; any is accepted.
    """

    name: str
    version: str
    sha256: tuple[str, ...]

    @property
    def requirement(self) -> str:
        """The line of a requirements file by which pip checks the hash."""
        return " ".join([f"{self.name}=={self.version}", *(f"--hash=sha256:{one}" for one in self.sha256)]) + "\n"


# CPython 3.9, 3.10, 3.11, and 3.12 and later; macOS, Linux on ARM and x86, Windows
HASHES = (
    "508e23ec9bc44c0005c4946ea013d9317ae00ac67778bd47519fdf5a0e930ff4",
    "bf7b38f9fd7b81cb6d9391b2946382c8237fd814075c6aa9c3b746d53076023b",
    "03ff0b279b40d687691a6217c12242ee71f0fba28bf8626ff50e3ef0f4410e1e",
    "c0bb87227430ee3aefcc0ade2088100e528d5d3298a0a715a64f3d04c60ba02f",
    "226b091818d461a3bef763805e75685e478ac17e9008f49fce2d3e52b3d58b86",
    "c895a6f35476b0c3a54e3eb6ccf41bf3018de937016e6e18748317f25d4e925f",
    "5bbf8d3630bf96550b3be8e1fc0fea5cbdc8d5466c1192887bd94869da17a63e",
    "190cbf120fbc0fc4957b56866830def56628934a9d112aec0e2507aa6a032b97",
    "452631b640340c928fa343801b0d07eb0c3789a5ffa843f6e1a9cee0ba4eb4fc",
    "3837439b7f99e60312f0c926a6ad437b067356dc2bc2ec96eb395fd0fe804233",
    "43ad9a73e3da1fab5b0e7e13402f0b2fb934ae1c876c51d0afff0e7c052eca31",
    "9ce490cf1d2ca2ad84733aa1d69ce6855372cb5ce9223802450c9b2a7cba0ccf",
    "96c71c32fff75957db6ae33cd961439f386505c6e6b377370af9b24a1ef9eafb",
    "849ca054d81aa1c175c49484afaaa5db0622092b5eccb2055f9f3bb8f703782d",
    "3970778e74cb7f85934d2b926b9900e92bfe597e62267d7499acc39c9c28e345",
    "0c996ded912812a2fcd7ab6574f4ad3edc27cb6510349431e4930d4196ade7db",
)
PYZMQ = Wheel("pyzmq", "27.1.0", HASHES)


class MissingPyzmqError(Exception):
    """QGIS's Python has no pyzmq; the message says what to do."""


class InstallError(Exception):
    """pyzmq was not installed; the message holds what pip said last."""


def use_pyzmq(base: Path) -> None:
    """Make `import zmq` possible: as QGIS has it, else from the private folder, which then ends `sys.path`.

    Args:
        base: where the plugin keeps what it installs.

    Raises:
        MissingPyzmqError: it is in neither.
    """
    if importlib.util.find_spec(PACKAGE) is not None:
        return
    folder = private_folder(base)
    if (folder / PACKAGE).is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))
        importlib.invalidate_caches()
    if importlib.util.find_spec(PACKAGE) is None:
        raise MissingPyzmqError(
            tr(
                "QGIS's Python lacks the library pyzmq, by which QGIS talks with Landcast. Open the panel of Landcast "
                "(Raster > Landcast), which installs it on a click. Or install it as your system does (python3-zmq, "
                "or python3-pyzmq), or by this line in QGIS's Python console: {}"
            ).format("from landcast.qgis_plugin.worker import installing; installing.install()")
        )


def private_folder(base: Path) -> Path:
    """The folder for this version of Python on this platform; others cannot load what is in it."""
    return base / f"{sys.implementation.cache_tag}-{sysconfig.get_platform()}"


def install_pyzmq(
    pip_python: Path,
    base: Path,
    show_line: Callable[[str], None],
    is_cancelled: Callable[[], bool],
    wheels: Path | None = None,
    wheel: Wheel = PYZMQ,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """Install the wheel for this Python into the private folder, by the pip of any Python; waits for it.

    Args:
        pip_python: an interpreter that has pip.
        base: where the plugin keeps what it installs.
        show_line: gets what pip says.
        is_cancelled: asked several times a second.
        wheels: a folder with the wheel, instead of the package index.
        wheel: what to install.
        variables: of the network, for pip.

    Raises:
        InstallError: pip could not.
        ChildCancelledError: `is_cancelled` said yes.
        OSError: the interpreter cannot be started, or the folder not be written.
    """
    folder = private_folder(base)
    base.mkdir(parents=True, exist_ok=True)
    words: list[str] = []

    def hear(line: str) -> None:
        words.append(line)
        show_line(line)

    with tempfile.TemporaryDirectory(prefix=".installing-", dir=base) as aside:
        requirements = Path(aside) / "requirements.txt"
        requirements.write_text(wheel.requirement, encoding="utf-8")
        target = Path(aside) / "target"
        command = _command(pip_python, requirements, target, wheels)
        exit_code = run(command, build_environment(os.environ, variables), hear, is_cancelled)
        if exit_code != 0 or not target.is_dir():
            raise InstallError(
                tr("{name} {version} was not installed: {reason}").format(
                    name=wheel.name,
                    version=wheel.version,
                    reason=explain(words) or tr("exit code {}").format(exit_code),
                )
            )
        _put(target, folder)
    return folder


def find_pip_python(pythons: Iterable[Path]) -> Path | None:
    """The first interpreter that has pip, which those of systems may lack; waits."""
    return next((one for one in pythons if _has_pip(one)), None)


def find_own_python() -> Path | None:
    """The interpreter that belongs to QGIS; None where it cannot be told.

    QGIS itself is what Python takes for it on Windows and macOS.
    """
    prefix, version = Path(sys.exec_prefix), f"{sys.version_info.major}.{sys.version_info.minor}"
    if os.name == "nt":
        places = [prefix / "python.exe", prefix / "python3.exe"]
    else:
        places = [prefix / "bin" / name for name in (f"python{version}", "python3")]
    return next((place for place in places if place.is_file()), None)


def _has_pip(interpreter: Path) -> bool:
    try:
        done = subprocess.run(
            [str(interpreter), "-m", "pip", "--version"],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=ASK_S,
            env=build_environment(os.environ, {}),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _put(target: Path, folder: Path, pause_s: float = TRY_S) -> None:
    """Put a folder in its place, over what is there.

    Raises:
        OSError: it cannot be put there, also after some tries.
    """
    for tried in range(1, TRIES + 1):
        try:
            if folder.exists():
                shutil.rmtree(folder)
            target.replace(folder)
        except PermissionError:
            if tried == TRIES:
                raise
            time.sleep(pause_s)
        else:
            return


def _command(pip_python: Path, requirements: Path, target: Path, wheels: Path | None) -> list[str]:
    command = build_command(pip_python, "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps")
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(requirements)]
    command += ["--target", str(target), "--implementation", "cp"]
    command += ["--python-version", f"{sys.version_info.major}.{sys.version_info.minor}"]
    for name in _platforms():
        command += ["--platform", name]
    if wheels is not None:
        command += ["--no-index", "--find-links", str(wheels)]
    return command


def _platforms() -> list[str]:
    """Tags of wheels that this Python takes: of the processor that it was built for, not of the machine."""
    machine = read_machine(sysconfig.get_platform(), platform.machine())
    if sys.platform == "win32":
        return [f"win_{machine}"]
    if sys.platform == "darwin":
        return [f"macosx_11_0_{machine}"]
    return [f"manylinux_2_28_{machine}", f"manylinux2014_{machine}"]
