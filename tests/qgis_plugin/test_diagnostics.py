"""What a report of a fault holds, and what it must not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import Qgis, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication

from landcast.qgis_plugin import diagnostics
from landcast.qgis_plugin.diagnostics import DiagnosticsTask, collect, last_lines
from landcast.qgis_plugin.scrubbing import Person, scrub

ANNA = Person(("/home/anna.k",), ("anna.k",), ("gis-7", "gis-7.office.example"))
KEY = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/anna.k/maps/a.tif", "~/maps/a.tif"),
        ("file:///home/anna.k/maps", "file://~/maps"),
        ("/home/anna.kowalski/a", "/home/anna.kowalski/a"),
        ("worker on GIS-7.office.example, gis-7:", "worker on <host>, <host>:"),
        ("owner ANNA.K", "owner <user>"),
        ("http://anna:p@ss/w@proxy.office:3128", "http://<login>@<host>:3128"),
        ("HTTPS_PROXY=bob:hunter2@proxy.corp:3128", "HTTPS_PROXY=<login>@<host>:3128"),
        ("by bob:p/w@10.0.0.1:80, at 12:30 a@b", "by <login>@<host>:80, at 12:30 a@b"),
        ("tcp://gpu.lan:5600", "tcp://<host>:5600"),
        ("tcp://127.0.0.1:5600 https://pypi.org/simple", "tcp://127.0.0.1:5600 https://pypi.org/simple"),
        ("password=hunter2&x=1", "password=<secret>&x=1"),
        ('"client_secret": "abc"', '"client_secret": "<secret>"'),
        ("authcfg=ab12cd3", "authcfg=<secret>"),
        (f"key {KEY} end", "key <key> end"),
        ("torch 2.13.0+cpu, gis-70", "torch 2.13.0+cpu, gis-70"),
    ],
)
def test_what_tells_who_somebody_is_is_taken_out(text: str, expected: str) -> None:
    assert scrub(text, ANNA) == expected


@pytest.mark.parametrize(
    ("home", "name"),
    [
        (r"C:\Users\Jörg (GIS)", "Jörg (GIS)"),
        (r"C:\Users\a+b.*[x]", "a+b.*[x]"),
        ("/Users/Мария Иванова", "Мария Иванова"),
        ("/home/o'brien $HOME", "o'brien $HOME"),
    ],
)
def test_nasty_names_are_taken_out_in_every_way_that_they_are_written(home: str, name: str) -> None:
    person = Person((home,), (name,))
    forms = [home, home.replace("\\", "/"), repr(home), home.upper(), home.replace(" ", "%20")]
    for form in forms:
        text = scrub(f"read {form}/maps/b.tif and {name}.", person)
        assert name.lower() not in text.lower(), form
        assert name.replace(" ", "%20").lower() not in text.lower(), form
        assert "maps" in text


def test_short_names_and_the_root_take_nothing_along() -> None:
    text = "a large table at /usr/lib"
    assert scrub(text, Person(("/", ""), ("a", "la"), ("", "at"))) == text


@pytest.fixture
def telltales(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """Settings and logs full of what must not leave the machine; gives it."""
    home = tmp_path / "Zoë Secretname"
    (home / "cache" / "logs").mkdir(parents=True)
    (home / "cache" / "logs" / "worker-12.log").write_text(
        f"2026 opened {home}/maps/house.tif\nclient {KEY}\nhttp://zoe:hunter2@proxy.secrethost.example:80 said 407\n"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("USER", "zsecretname")
    monkeypatch.setenv("LANDCAST_CACHE", str(home / "cache"))
    monkeypatch.setenv("HTTPS_PROXY", "zoe:hunter2@proxy.other.example:80")
    monkeypatch.setenv("PIP_INDEX_URL", "https://zoe:hunter2@other.example/simple")
    values = {
        "landcast/worker": "tcp://gpu.secrethost.example:5600",
        "landcast/worker_auth": "abc1234",
        "landcast/install_from": f"{home}/wheels",
        "proxy/proxyHost": "proxy.secrethost.example",
    }
    for name, value in values.items():
        QgsSettings().setValue(name, value)
    yield ["Secretname", "zsecretname", "secrethost", "hunter2", "other.example", KEY, "abc1234"]
    for name in values:
        QgsSettings().remove(name)


def test_the_text_tells_versions_settings_and_last_words_and_nothing_of_who_asks(
    qgis_app: Any, telltales: list[str]
) -> None:
    text = collect(doctor="torch 2.13")
    for secret in telltales:
        assert secret.lower() not in text.lower()
    for told in (
        f"QGIS {Qgis.version()}",
        "GDAL",
        "PROJ",
        "landcast/worker = tcp://<host>:5600",
        "landcast/worker_auth = set",
        "HTTPS_<host> is set",
        "PIP_INDEX_URL is set",
        "landcast/install_from = ~/wheels",
        "opened ~/maps/house.tif",
        "said 407",
        "torch 2.13",
    ):
        assert told in text


def test_collecting_at_once_does_not_hold_up_the_window(qgis_app: Any) -> None:
    assert "not asked" in collect()


def test_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    path.write_text("".join(f"line {number} of a log that became long\n" for number in range(50_000)))
    lines = last_lines(path, 3)
    assert lines == ["long.log", *(f"line {number} of a log that became long" for number in (49997, 49998, 49999))]
    assert last_lines(None) == ["none"]
    assert "No such file" in last_lines(tmp_path / "none.log")[0]


def test_a_task_asks_the_doctor_and_fills_the_clipboard(
    qgis_app: Any, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    task = DiagnosticsTask()
    ended: list[bool] = []
    task.ended.connect(lambda: ended.append(True))
    task.begin()
    deadline = time.monotonic() + 90
    while not ended:
        assert time.monotonic() < deadline
        QCoreApplication.processEvents()
        time.sleep(0.02)
    assert '"matrix product": "right"' in task.text
    assert "exit code 0" in task.text
    assert f"{Path.home()}/" not in task.text
    task.copy()
    assert qgis_app.clipboard().text() == task.text


def test_a_doctor_that_does_not_answer_is_left_alone(qgis_app: Any, make_worker: Callable[[str], Path]) -> None:
    silent = make_worker("print('begins', flush=True); time.sleep(60)")
    before = time.monotonic()
    assert "no answer within 0.5 s" in diagnostics.ask_doctor(silent, DiagnosticsTask(), timeout_s=0.5)
    assert time.monotonic() - before < 30
