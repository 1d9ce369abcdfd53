"""What a machine offers: its folders, its Pythons, its graphics card and the build of PyTorch that goes with it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from landcast.qgis_plugin.environment import outlook, pythons, torch_build
from landcast.qgis_plugin.environment.installing import InstallOrder, is_too_long
from landcast.qgis_plugin.environment.places import default_base
from landcast.qgis_plugin.environment.problems import NoPythonError
from landcast.qgis_plugin.environment.pythons import BasePython
from landcast.qgis_plugin.environment.source import PackageIndex
from landcast.qgis_plugin.environment.torch_build import INDEX, Card, choose_build, read_cards

ROOT = Path(__file__).resolve().parents[2]
HOME = Path("/home/someone")


def python(version: tuple[int, int, int], unfit: str = "") -> BasePython:
    return BasePython(Path(f"/opt/python{version[0]}.{version[1]}"), version, True, unfit)


@pytest.mark.parametrize(
    ("system", "environment", "expected"),
    [
        ("linux", {}, HOME / ".local/share/landcast/environments"),
        ("linux", {"XDG_DATA_HOME": "/data"}, Path("/data/landcast/environments")),
        ("linux", {"XDG_DATA_HOME": "not/absolute"}, HOME / ".local/share/landcast/environments"),
        ("darwin", {}, HOME / "Library/Application Support/landcast/environments"),
        ("win32", {}, HOME / "AppData/Local/landcast/env"),
        ("win32", {"LOCALAPPDATA": "L", "APPDATA": "R"}, Path("L/landcast/env")),
    ],
)
def test_each_system_has_its_folder_and_windows_one_that_does_not_roam(
    system: str, environment: dict[str, str], expected: Path
) -> None:
    assert default_base(system, environment, HOME) == expected


def test_a_long_path_is_refused_on_windows_alone() -> None:
    usual = r"C:\Users\anna\AppData\Local\landcast\env\0.1.0-py312"
    assert not is_too_long(usual, "win32")
    long = r"C:\Users\anna\Documents\projects of the year\landscape\landcast\0.1.0-py312"
    assert is_too_long(long, "win32")
    assert not is_too_long(long, "linux")


def test_the_longest_name_inside_an_environment_is_the_one_that_is_reckoned_with() -> None:
    folder = ROOT / ".venv" / "lib"
    found = sorted(folder.glob("python*/site-packages/torch-*.dist-info/RECORD"))
    if not found:
        pytest.skip("needs an environment with PyTorch beside the tests")
    names = [line.split(",")[0] for line in found[0].read_text(encoding="utf-8").splitlines()]
    longest = max(len(name) for name in names)
    from landcast.qgis_plugin.environment.installing import LONGEST_INSIDE

    assert len("Lib\\site-packages\\") + longest <= LONGEST_INSIDE


@pytest.mark.parametrize(
    ("driver", "capability", "expected"),
    [
        ("580.65.06", "7.5", "cu130"),  # T4
        ("595.12", "12.0", "cu130"),
        ("581.15", "9.0", "cu130"),
        ("570.124.06", "8.6", "cu126"),
        ("525.60.13", "7.5", "cu126"),
        ("580.65.06", "6.1", "cu126"),  # Pascal: CUDA 13 knows it no more
        ("560.35", "12.0", "cpu"),  # Blackwell needs a newer driver
        ("470.82", "8.0", "cpu"),
        ("390.10", "[N/A]", "cpu"),
        ("580.65.06", "3.5", "cpu"),
        ("580.65.06", "13.0", "cpu"),
    ],
)
def test_the_driver_and_the_card_choose_the_build(driver: str, capability: str, expected: str) -> None:
    [card] = read_cards(f"NVIDIA, RTX 2000, {driver}, {capability}, 8192\n")
    for system, machine in (("linux", "x86_64"), ("win32", "AMD64")):
        build = choose_build(system, machine, card)
        assert build.name == expected
        assert card.name in build.reason
        if build.is_cuda:
            assert build.index == INDEX + expected


def test_an_old_driver_is_told_with_what_would_do() -> None:
    old = choose_build("linux", "x86_64", Card("RTX 5090", (560, 35), (12, 0), 32_000))
    assert "580" in old.reason
    assert "560.35" in old.reason
    unknown = choose_build("linux", "x86_64", Card("GTX 680", (390, 10), None, 2_000))
    assert "525" in unknown.reason


def test_without_a_card_linux_avoids_the_package_index_whose_pytorch_has_gigabytes_of_cuda() -> None:
    assert choose_build("linux", "x86_64", None).index == INDEX + "cpu"
    # that of Windows has none
    assert choose_build("win32", "AMD64", None).index is None
    assert choose_build("darwin", "arm64", None).index is None
    assert all(not choose_build(system, "arm64", None).is_cuda for system in ("linux", "darwin", "win32"))


def test_what_is_no_card_is_left_out() -> None:
    said = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n\n"
    assert [card.name for card in read_cards(said + "Tesla T4, 550.54.15, 7.5, 15360\n")] == ["Tesla T4"]
    assert read_cards("No devices were found\n") == []


def test_the_version_of_pytorch_is_one_that_landcast_takes() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'"torch>=([\d.]+),<([\d.]+)"', text)
    assert found is not None
    low, high, pinned = (tuple(map(int, one.split("."))) for one in (found[1], found[2], torch_build.TORCH))
    assert low <= pinned < high
    assert f"torch=={torch_build.TORCH}" in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_the_pythons_reach_as_far_down_as_landcast_does() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={pythons.OLDEST[0]}.{pythons.OLDEST[1]}"' in text
    assert set(pythons.PREFERRED) == {(3, minor) for minor in range(pythons.OLDEST[1], pythons.NEWEST[1] + 1)}


def test_the_best_known_version_is_chosen_and_the_first_of_equals() -> None:
    some = [python((3, 14, 0)), python((3, 11, 2)), python((3, 9, 1), "too old")]
    assert pythons.choose(some, "linux").version == (3, 11, 2)
    twice = [BasePython(Path("/a"), (3, 12, 1), True), BasePython(Path("/b"), (3, 12, 9), True)]
    assert pythons.choose(twice, "linux").path == Path("/a")


@pytest.mark.parametrize(
    ("system", "found", "words"),
    [
        ("win32", [], "python.org"),
        ("darwin", [], "brew install"),
        ("linux", [], "3.11 or later"),
        ("linux", [python((3, 11, 2), "it lacks the module ensurepip")], "apt install python3-venv"),
    ],
)
def test_where_no_python_fits_it_is_said_what_to_install(system: str, found: list[BasePython], words: str) -> None:
    with pytest.raises(NoPythonError, match=words) as raised:
        pythons.choose(found, system)
    assert all(str(one.path) in str(raised.value) for one in found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"version": [3, 10, 9]}, "3.11"),
        ({"version": [3, 15, 0]}, "3.14"),
        ({"bits": 32}, "32 bit"),
        ({"implementation": "pypy"}, "another kind"),
        ({"is_free_threaded": True}, "another kind"),
        ({"has_venv": False}, "venv"),
        ({"has_ensurepip": False}, "ensurepip"),
        ({"system": "darwin", "platform": "macosx-10.13-universal2", "machine": "x86_64"}, "Intel"),
        ({"system": "darwin", "platform": "macosx-10.9-x86_64", "machine": "arm64"}, "Intel"),
        ({"has_ensurepip": True, "system": "darwin", "platform": "macosx-11.0-arm64", "machine": "arm64"}, ""),
    ],
)
def test_a_python_is_judged_by_what_it_says(change: dict[str, object], words: str) -> None:
    said = {"version": [3, 12, 1], "bits": 64, "implementation": "cpython", "has_venv": True, "has_ensurepip": True}
    unfit = pythons.judge(Path("/p"), {**said, **change}).unfit
    assert words in unfit
    assert bool(unfit) == bool(words)


@pytest.mark.parametrize(
    ("built_for", "machine", "expected"),
    [
        ("win-amd64", "ARM64", "amd64"),
        ("win-arm64", "AMD64", "arm64"),
        ("linux-x86_64", "x86_64", "x86_64"),
        ("linux-aarch64", "aarch64", "aarch64"),
        ("macosx-11.0-universal2", "arm64", "arm64"),
        ("", "AMD64", "amd64"),
    ],
)
def test_the_processor_is_the_one_that_the_python_was_built_for(built_for: str, machine: str, expected: str) -> None:
    assert pythons.read_machine(built_for, machine) == expected


def test_the_python_and_not_qgis_decides_for_which_processor_pytorch_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook.platform, "machine", lambda: "x86_64")
    card = Card("T4", (580, 1), (7, 5), 16_000)
    for machine, name in (("aarch64", "cpu"), ("x86_64", "cu130")):
        found = BasePython(Path("/p"), (3, 12, 1), True, machine=machine)
        order = InstallOrder(
            *(tmp_path, "0.1.0", PackageIndex("https://m")),
            find_python=lambda *_, found=found: found,
            find_card=lambda environment: card,
        )
        assert outlook.look(order).build.name == name


def test_a_real_python_answers_and_what_is_none_does_not(tmp_path: Path) -> None:
    found = pythons.find_base_python(json.loads(json.dumps({"PATH": "/usr/bin:/usr/local/bin"})))
    assert pythons.OLDEST <= found.short <= pythons.NEWEST
    assert not found.unfit
    silent = tmp_path / "python3"
    silent.write_text("#!/bin/sh\nexit 3\n")
    silent.chmod(0o755)
    assert pythons.ask(silent) is None
    assert pythons.ask(tmp_path / "missing") is None


def test_a_python_that_hangs_is_given_up(tmp_path: Path) -> None:
    slow = tmp_path / "python3"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    assert pythons.ask(slow, timeout_s=0.3) is None


def test_only_versions_that_the_folder_has_wheels_for_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [Path("/a"), Path("/b")]
    answers = {Path("/a"): python((3, 12, 4)), Path("/b"): python((3, 11, 4))}
    monkeypatch.setattr(pythons, "candidates", lambda *_: iter(there))
    monkeypatch.setattr(pythons, "ask", answers.get)
    assert pythons.find_base_python({}, "linux").short == (3, 12)
    assert pythons.find_base_python({}, "linux", versions=[(3, 11)]).short == (3, 11)
    with pytest.raises(NoPythonError, match="the folder has no PyTorch"):
        pythons.find_base_python({}, "linux", versions=[(3, 13)])


def test_the_windows_launcher_is_read_in_both_of_its_forms() -> None:
    said = (
        " -V:3.12 *        C:\\Users\\Anna Maria\\AppData\\Local\\Programs\\Python\\Python312\\python.exe\n"
        " -V:3.11          C:\\Python311\\python.exe\n"
        " -3.9-64          C:\\Program Files\\Python39\\python.exe\n"
        "No suitable Python runtime found\n"
    )
    names = [str(path) for path in pythons.read_launcher(said)]
    assert names == [
        "C:\\Users\\Anna Maria\\AppData\\Local\\Programs\\Python\\Python312\\python.exe",
        "C:\\Python311\\python.exe",
        "C:\\Program Files\\Python39\\python.exe",
    ]


def test_windows_places_are_searched_and_the_shop_is_not_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pythons, "_run_launcher", lambda environment: "")
    local, programs, osgeo, store = (tmp_path / name for name in ("local", "programs", "osgeo", "WindowsApps"))
    places = [
        local / "Programs/Python/Python312",
        programs / "Python313",
        osgeo / "apps/Python39",
        programs / "QGIS 3.34/apps/Python312",
        store,
    ]
    for place in places:
        place.mkdir(parents=True)
        (place / "python.exe").write_bytes(b"")
    environment = {
        "LOCALAPPDATA": str(local), "ProgramFiles": str(programs), "OSGEO4W_ROOT": str(osgeo), "PATH": str(store)
    }  # fmt: skip
    found = list(pythons.candidates(environment, "win32", programs / "QGIS 3.34/apps/Python312"))
    assert found == [place / "python.exe" for place in places[:-1]]


def test_the_python_of_the_mac_itself_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Path] = []
    monkeypatch.setattr(Path, "is_file", lambda path: tried.append(path) or False)
    list(pythons.candidates({"PATH": "/usr/bin:/opt/local/bin"}, "darwin"))
    assert Path("/opt/homebrew/bin/python3.12") in tried
    assert Path("/Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12") in tried
    assert Path("/opt/local/bin/python3") in tried
    assert not [path for path in tried if path.parent == Path("/usr/bin")]


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for the driver's program")
def test_the_drivers_program_is_asked_and_may_fail(tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text('#!/bin/sh\necho "NVIDIA H200, 570.86.15, 9.0, 143771"\n')
    program.chmod(0o755)
    card = torch_build.find_card({"PATH": str(tmp_path)})
    assert card == Card("NVIDIA H200", (570, 86, 15), (9, 0), 143771)
    program.write_text("#!/bin/sh\nexit 9\n")
    assert torch_build.find_card({"PATH": str(tmp_path)}) is None
    assert torch_build.find_card({"PATH": str(tmp_path / "none")}) is None
