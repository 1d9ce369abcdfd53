"""Where Landcast is installed from, what pip is told, and what proxies and certificates become."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsNetworkAccessManager, QgsSettings
from qgis.PyQt.QtNetwork import QNetworkProxy

from landcast.qgis_plugin.environment import commands, network
from landcast.qgis_plugin.environment.network import CA_VARIABLES, Proxy
from landcast.qgis_plugin.environment.places import (
    ASIDE,
    FINISHED,
    OWNER,
    Environment,
    environment_at,
    environments,
    find_finished,
    find_outdated,
)
from landcast.qgis_plugin.environment.problems import HashError, InUseError, NotOursError, SourceError
from landcast.qgis_plugin.environment.running import build_environment, windows_kill_command
from landcast.qgis_plugin.environment.source import (
    LOCK_FILE,
    PackageIndex,
    WheelFile,
    WheelFolder,
    check_hash,
    check_known,
    find_lock,
    find_wheel,
    known_hash,
    python_versions,
    read_source,
)
from landcast.qgis_plugin.environment.torch_build import TORCH, Card, choose_build

ROOT = Path(__file__).resolve().parents[2]
VERSION = "0.1.0"
WHEEL = f"landcast-{VERSION}-py3-none-any.whl"
CPU = choose_build("linux", "x86_64", None)
CUDA = choose_build("linux", "x86_64", Card("T4", (580, 1), (7, 5), 16_000))
DOWNLOADS, REPORT = Path("/d"), Path("/r")


def has_pair(arguments: list[str], option: str, value: str) -> bool:
    return value in [after for before, after in zip(arguments, arguments[1:]) if before == option]


def finish(environment: Environment, version: str = VERSION) -> None:
    environment.claim()
    environment.interpreter.parent.mkdir(parents=True, exist_ok=True)
    environment.interpreter.write_text("")
    environment.finish({"landcast": version})


def test_one_setting_names_an_index_a_wheel_or_a_folder(tmp_path: Path) -> None:
    wheel = tmp_path / WHEEL
    wheel.write_bytes(b"wheel")
    assert read_source("  ") == PackageIndex()
    assert read_source("https://mirror.example/simple") == PackageIndex("https://mirror.example/simple")
    assert read_source(str(wheel)) == WheelFile(wheel)
    assert read_source(str(tmp_path)) == WheelFolder(tmp_path)
    for text in (str(tmp_path / "none"), str(tmp_path / "none.whl"), "landcast"):
        with pytest.raises(SourceError, match="neither the address"):
            read_source(text)


def test_a_wheel_of_another_version_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "landcast-0.2.0-py3-none-any.whl"
    other.write_bytes(b"")
    for source in (WheelFile(other), WheelFolder(tmp_path)):
        with pytest.raises(SourceError, match=r"0\.1\.0"):
            find_wheel(source, VERSION)
    assert find_wheel(PackageIndex(), VERSION) is None
    assert find_wheel(WheelFolder(tmp_path), "0.2.0") == other


def test_the_hash_of_the_setting_goes_before_that_of_the_file_beside(tmp_path: Path) -> None:
    wheel = tmp_path / WHEEL
    wheel.write_bytes(b"pixels")
    right = hashlib.sha256(b"pixels").hexdigest()
    assert known_hash(wheel, "") is None
    (tmp_path / (WHEEL + ".sha256")).write_text(f"{right.upper()} *{WHEEL}\n")
    assert known_hash(wheel, "") == right
    assert known_hash(wheel, "a" * 64) == "a" * 64
    assert check_hash(wheel, right) == right
    with pytest.raises(HashError, match=f"{right}, expected was aaaa"):
        check_hash(wheel, "a" * 64)
    with pytest.raises(HashError, match="64 hexadecimal digits"):
        known_hash(wheel, "md5:123")
    (tmp_path / (WHEEL + ".sha256")).write_text("")
    with pytest.raises(HashError):
        known_hash(wheel, "")


def test_a_lock_file_is_one_beside_the_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / WHEEL
    wheel.write_bytes(b"")
    assert find_lock(WheelFile(wheel)) is None
    lock = tmp_path / LOCK_FILE
    lock.write_text("")
    assert find_lock(WheelFile(wheel)) == find_lock(WheelFolder(tmp_path)) == lock
    assert find_lock(PackageIndex()) is None
    arguments = commands.locked_arguments(WheelFile(wheel), lock, CUDA, DOWNLOADS, REPORT)
    assert "--require-hashes" in arguments
    assert has_pair(arguments, "--requirement", str(lock))


def test_the_versions_of_python_are_read_from_the_wheels_of_a_folder(tmp_path: Path) -> None:
    for name in ("torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl", "torch-2.13.0-cp312-cp312-win_amd64.whl", "a-1.whl"):
        (tmp_path / name).write_bytes(b"")
    assert set(python_versions(WheelFolder(tmp_path))) == {(3, 11), (3, 12)}
    assert python_versions(PackageIndex()) == []


def test_pytorch_comes_from_the_index_of_its_build_alone() -> None:
    for build in (CPU, CUDA):
        arguments = commands.torch_arguments(PackageIndex(), build, DOWNLOADS, REPORT)
        assert has_pair(arguments, "--index-url", str(build.index))
        assert arguments[-1] == f"torch=={TORCH}"
        assert "--extra-index-url" not in arguments
    # CUDA's libraries come with it
    assert "--no-deps" in commands.torch_arguments(PackageIndex(), CPU, DOWNLOADS, REPORT)
    assert "--no-deps" not in commands.torch_arguments(PackageIndex(), CUDA, DOWNLOADS, REPORT)
    mirror = commands.torch_arguments(PackageIndex("https://m/simple"), CUDA, DOWNLOADS, REPORT)
    assert "--index-url" not in mirror
    assert commands.index_variables(PackageIndex("https://m/simple")) == {"PIP_INDEX_URL": "https://m/simple"}
    assert commands.index_variables(PackageIndex()) == {}
    mac = commands.torch_arguments(PackageIndex(), choose_build("darwin", "arm64", None), DOWNLOADS, REPORT)
    assert "--index-url" not in mac


def test_a_folder_of_wheels_uses_no_network_for_anything() -> None:
    source = WheelFolder(Path("/wheels"))
    for arguments in (
        commands.torch_arguments(source, CUDA, DOWNLOADS, REPORT),
        commands.landcast_arguments(source, Path("/wheels") / WHEEL, DOWNLOADS, REPORT),
        commands.locked_arguments(source, Path("/wheels/lock"), CUDA, DOWNLOADS, REPORT),
    ):
        assert "--no-index" in arguments
        assert has_pair(arguments, "--find-links", "/wheels")
        assert not [one for one in arguments if "index-url" in one]


def test_landcast_is_installed_with_what_it_trains_with_and_nothing_is_built() -> None:
    arguments = commands.landcast_arguments(PackageIndex(), Path(WHEEL), DOWNLOADS, REPORT)
    assert f"{WHEEL}[training]" in arguments
    assert "[training]" in commands.wheel_only_arguments(Path(WHEEL), DOWNLOADS, REPORT)[-1]
    assert "training = [" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    # so that what was installed first is kept
    assert f"torch=={TORCH}" in arguments
    assert has_pair(arguments, "--only-binary", ":all:")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("WARNING: Retrying after connection broken by 'NewConnectionError(...)'", "could not be reached"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy", "asks for a login"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "certificate is not trusted"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "SHA-256 differs"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for torch==2.13.0", "lacks a package"),
        ("ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied", "could not be written"),
        ("ERROR: Could not install requirement: Missing dependencies for SOCKS support.", "SOCKS"),
        ("ERROR: something new", "ERROR: something new"),
    ],
)
def test_what_pip_says_becomes_words_with_what_to_do(said: str, words: str) -> None:
    assert words in commands.explain(["Collecting torch", said])
    assert commands.explain([]) == ""


def test_a_proxy_becomes_variables_whatever_its_password_holds() -> None:
    proxy = Proxy("http", "proxy.example", 3128, "DOM\\anna", "p@ss:/ wörd", ("intranet", "10.0.0.1"))
    variables = network.proxy_variables(proxy)
    assert variables["HTTPS_PROXY"] == variables["https_proxy"] == proxy.url
    assert proxy.url == "http://DOM%5Canna:p%40ss%3A%2F%20w%C3%B6rd@proxy.example:3128"
    assert variables["NO_PROXY"] == "intranet,10.0.0.1"
    assert "p@ss" not in proxy.shown
    assert Proxy("socks", "s", 1080).url == "socks5h://s:1080"
    assert network.proxy_variables(None) == {}


def test_the_proxy_of_qgis_is_read_with_its_login(qgis_app: Any) -> None:
    values = {"Enabled": True, "Type": "HttpProxy", "Host": "p.example", "Port": "8080", "User": "u", "Password": "w"}
    for name, value in values.items():
        QgsSettings().setValue(f"proxy/proxy{name}", value)
    try:
        assert network.read_proxy() == Proxy("http", "p.example", 8080, "u", "w")
        QgsSettings().setValue("proxy/proxyEnabled", False)
        assert network.read_proxy() is None
    finally:
        QgsSettings().remove("proxy")
        # QGIS has taken the proxy over meanwhile, for all that it fetches
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
    socks = QNetworkProxy(QNetworkProxy.ProxyType.Socks5Proxy, "s", 1080)
    assert network.as_proxy(socks, ["http://a.example/"]) == Proxy("socks", "s", 1080, passed=("a.example",))
    assert network.as_proxy(QNetworkProxy(QNetworkProxy.ProxyType.NoProxy), []) is None


def test_the_certificates_of_the_setting_go_first_then_those_of_the_environment_then_qgis_own(tmp_path: Path) -> None:
    named = tmp_path / "ca.pem"
    named.write_text("PEM")
    base = tmp_path / "base"
    assert network.certificate_variables({"PIP_CERT": "/x"}, str(named), b"OWN", base) == dict.fromkeys(
        CA_VARIABLES, str(named)
    )
    assert network.certificate_variables({"PIP_CERT": "/x"}, "", b"OWN", base) == {}
    assert network.certificate_variables({}, "", b"", base) == {}
    found = network.certificate_variables({}, "", b"OWN", base)
    assert {Path(path).read_bytes() for path in found.values()} == {b"OWN"}
    with pytest.raises(FileNotFoundError):
        network.certificate_variables({}, str(tmp_path / "none"), b"", base)


def test_pip_is_not_led_elsewhere_by_qgis_or_the_users_settings() -> None:
    given = {"PYTHONHOME": "/q", "PIP_TARGET": "/t", "PIP_USER": "1", "PIP_INDEX_URL": "https://m", "PATH": "/bin"}
    made = build_environment(given, {"HTTPS_PROXY": "http://p"})
    assert not {"PYTHONHOME", "PIP_TARGET"} & set(made)
    # the file of pip's settings may say otherwise
    assert made["PIP_USER"] == made["PIP_REQUIRE_VIRTUALENV"] == "0"
    assert made["PIP_INDEX_URL"] == "https://m"
    assert made["HTTPS_PROXY"] == "http://p"
    assert made["PYTHONNOUSERSITE"] == "1"
    assert windows_kill_command(7) == ["taskkill", "/T", "/F", "/PID", "7"]


def test_only_a_finished_environment_of_this_version_is_found(tmp_path: Path) -> None:
    made = environment_at(tmp_path, VERSION, (3, 12))
    assert made.folder.name == "0.1.0-py312"
    made.claim()
    assert find_finished(tmp_path, VERSION) is None
    finish(made)
    assert find_finished(tmp_path, VERSION) == made
    # after an update of the plugin
    assert find_finished(tmp_path, "0.2.0") is None
    assert find_outdated(tmp_path, "0.2.0") == made
    # a Python that the system took away leaves a link to nothing
    made.interpreter.unlink()
    made.interpreter.symlink_to(tmp_path / "gone")
    assert find_finished(tmp_path, VERSION) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"landcast": ""}', "\0" * 40])
def test_a_broken_marker_is_no_marker(tmp_path: Path, text: str) -> None:
    made = environment_at(tmp_path, VERSION, (3, 12))
    finish(made)
    (made.folder / FINISHED).write_text(text)
    assert find_finished(tmp_path, VERSION) is None
    assert not made.is_finished


def test_what_landcast_did_not_make_is_neither_taken_nor_removed(tmp_path: Path) -> None:
    folder = environment_at(tmp_path, VERSION, (3, 12)).folder
    folder.mkdir()
    (folder / "thesis.docx").write_text("years of work")
    environment = Environment(folder)
    for act in (environment.claim, environment.remove, environment.empty):
        with pytest.raises(NotOursError):
            act()
    (folder / OWNER).write_text('{"program": "another"}')
    with pytest.raises(NotOursError):
        environment.remove()
    assert (folder / "thesis.docx").read_text() == "years of work"
    assert list(environments(tmp_path)) == []


def test_removing_follows_no_link_out_of_the_folder(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "a.tif").write_text("pixels")
    made = environment_at(tmp_path / "base", VERSION, (3, 12))
    finish(made)
    (made.folder / "lib64").symlink_to(precious, target_is_directory=True)
    made.remove()
    assert not made.folder.exists()
    assert (precious / "a.tif").read_text() == "pixels"
    assert list(made.folder.parent.iterdir()) == []
    # a link in the place of an environment is none
    finish(made)
    link = tmp_path / "base" / "0.1.0-py313"
    link.symlink_to(made.folder, target_is_directory=True)
    with pytest.raises(NotOursError):
        Environment(link).remove()
    assert made.is_finished


def test_an_environment_that_is_in_use_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = environment_at(tmp_path, VERSION, (3, 12))
    finish(made)

    def refuse(path: Path, target: Path) -> None:
        raise PermissionError(13, "in use", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(InUseError, match=r"is in use.*nothing was removed"):
            made.remove()
    assert made.is_finished
    made.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_removal_that_was_broken_off_is_never_taken_for_an_environment_and_is_gone_on_with(tmp_path: Path) -> None:
    made = environment_at(tmp_path, VERSION, (3, 12))
    finish(made)
    made.folder.rename(tmp_path / f"{ASIDE}12ab")
    assert find_finished(tmp_path, VERSION) is None
    [left] = environments(tmp_path)
    assert not left.is_finished
    left.remove()
    assert list(tmp_path.iterdir()) == []


def test_an_index_is_trusted_where_the_settings_name_it_or_the_hash() -> None:
    check_known(PackageIndex("https://m/simple"), None)
    check_known(PackageIndex(), "a" * 64)
    with pytest.raises(SourceError, match="make wheel"):
        check_known(PackageIndex(), None)
    assert "hunter2" not in repr(PackageIndex("https://bob:hunter2@m/simple"))
    assert str(PackageIndex("https://bob:hunter2@m/simple")) == "https://m/simple"
