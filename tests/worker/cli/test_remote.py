"""What `landcast predict` gives to a worker, and which worker it takes."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from landcast.core.errors import LandcastError, RequestError
from landcast.core.protocol import messages as m
from landcast.core.protocol.versions import Version
from landcast.core.raster.options import SourceOptions
from landcast.core.request import PredictionRequest
from landcast.tests.core.client.scripted_host import ScriptedHost
from landcast.worker.cli.remote import predict_by_worker, to_wire
from landcast.worker.engine.requests import read_request


def silent(*_: object) -> None:
    return None


def test_a_request_arrives_as_it_was_with_paths_that_hold_everywhere(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_model.parent)
    asked = PredictionRequest(
        "a.tif", source_options=SourceOptions((3, 2, 1), "EPSG:32633", None, True), area=Path("b.gpkg"), area_layer="c",
        years=3.5, members=4, seed=2**63 - 1, model=tiny_model.name, stretch=(0.0, 255.0), quicklook=Path("q.png"),
    )  # fmt: skip
    found = read_request(to_wire(asked))
    here = tiny_model.parent
    moved: dict[str, Any] = {
        "source": here / "a.tif", "output": here / "a_pred.tif", "area": here / "b.gpkg", "quicklook": here / "q.png",
        "model": str(tiny_model),
    }  # fmt: skip
    assert {one.name: getattr(found, one.name) for one in fields(found)} == vars(replace(asked, **moved))


def test_addresses_and_names_of_models_stay_what_they_are() -> None:
    wire = to_wire(PredictionRequest("https://example.org/a.tif", Path("/b.tif"), model="naip-california"))
    assert (wire.source, wire.output, wire.model) == ("https://example.org/a.tif", "/b.tif", "naip-california")


def elsewhere(host: ScriptedHost, message: m.Message, frames: object) -> bool:
    """Greet as a worker on another machine."""
    if isinstance(message, m.Hello):
        host.send(replace(host.welcome(), is_local=False))
    return isinstance(message, m.Hello)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (PredictionRequest("a.tif", area=Path("b.gpkg"), model="tiny"), "cannot read it; ask for its --extent"),
        (PredictionRequest("a.tif", model="mine"), "--model mine: .* has no such model, only: tiny"),
        (PredictionRequest("a.tif", model="tiny"), "a.tif: "),
    ],
    ids=["area", "model", "source"],
)
def test_what_a_worker_elsewhere_cannot_do_is_refused_before_anything_is_asked_of_it(
    asked: PredictionRequest, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with ScriptedHost(elsewhere) as host, pytest.raises(LandcastError, match=said):
        predict_by_worker(asked, host.endpoint, silent, silent, silent)
    assert host.said_types() == ["HELLO"]


def test_the_end_of_predicting_fills_the_bar(tmp_path: Path) -> None:
    def work(host: ScriptedHost, message: m.Message, frames: object) -> bool:
        if isinstance(message, m.Submit):
            host.is_working = False
            host.answer(message)
            for stage, done, total in (("planning", 0, 0), ("predicting", 1, 9), ("writing", 0, 0)):
                host.send(m.Progress(message.job, stage, done, total))  # type: ignore[arg-type]
            (tmp_path / "prediction.tif").write_bytes(b"abc")
            host.send(host.done(message.job))
        return isinstance(message, m.Submit)

    shown: list[tuple[int, int]] = []
    with ScriptedHost(work, files={"prediction": b"abc"}, folder=tmp_path) as host:
        answer = predict_by_worker(
            PredictionRequest(tmp_path / "a.tif"), host.endpoint, silent, lambda *step: shown.append(step), silent
        )
    assert shown[-1] == (9, 9)
    assert answer.paths == {"prediction": tmp_path / "prediction.tif"}


def test_a_worker_that_would_leave_iterations_out_is_not_asked(tmp_path: Path, scene: Path) -> None:
    with ScriptedHost(version=Version(1, 0)) as host:
        host.write_file(tmp_path / "worker.json")
        asked = PredictionRequest(scene, iterations=2, is_keeping_iterations=True)
        with pytest.raises(RequestError, match=r"--keep-iterations: the worker \(.*\) is too old for it; update it"):
            predict_by_worker(asked, str(tmp_path / "worker.json"), silent, silent, silent)
        assert "SUBMIT" not in host.said_types()
