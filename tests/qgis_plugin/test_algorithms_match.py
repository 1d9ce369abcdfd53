"""`landcast:match` in a real QGIS, by a real child process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsProcessingException

from .algorithm_runs import RecordingFeedback
from .processing_runs import geotransform, make_pixels, read_pixels, run_algorithm, write_raster
from .tiles import tile_at, write_tiles

UTM, ORIGIN = 32611, (434400.0, 3774000.0)
MakeWorker = Callable[[str], Path]
pytestmark = pytest.mark.usefixtures("no_interpreter")


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    return write_raster(tmp_path / "reference.tif", make_pixels(300, 260), UTM, ORIGIN, 0.6)


@pytest.fixture
def hazy(tmp_path: Path) -> Path:
    """The reference through haze: each value is another one, in the same order."""
    pixels = (make_pixels(300, 260) * 0.5 + 70).astype(np.uint8)
    return write_raster(tmp_path / "hazy.tif", pixels, UTM, ORIGIN, 0.6)


def match(source: Any, reference: Any, output: Path, feedback: RecordingFeedback | None = None, **more: Any) -> Any:
    return run_algorithm("match", feedback, INPUT=source, REFERENCE=reference, OUTPUT=output, **more)


def test_an_image_through_haze_gets_its_colours_back(
    reference: Path, hazy: Path, tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    feedback = RecordingFeedback()
    made = match(hazy, reference, tmp_path / "clear.tif", feedback)
    assert made["OUTPUT"] == str(tmp_path / "clear.tif")
    assert geotransform(made["OUTPUT"]) == geotransform(hazy)
    clear = read_pixels(made["OUTPUT"])[:3].astype(int)
    # half of the levels were lost in the haze
    assert np.abs(clear - read_pixels(reference)).max() <= 2
    assert made["DISTANCE_BEFORE"] > 0.1
    assert made["DISTANCE_AFTER"] < made["DISTANCE_BEFORE"] / 5
    assert feedback.progress() == 100


def test_what_the_command_says_of_an_error_arrives(
    reference: Path, hazy: Path, tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    content = hazy.read_bytes()
    with pytest.raises(QgsProcessingException, match="would replace its own") as raised:
        match(hazy, reference, hazy)
    assert "\n" not in str(raised.value)
    assert hazy.read_bytes() == content


def test_a_layer_that_only_qgis_reads_is_refused_with_a_way_out(
    reference: Path,
    tmp_path: Path,
    interpreter: Path,
    use_interpreter: Callable[[Path], None],
    open_layer: Callable[..., Any],
) -> None:
    use_interpreter(interpreter)
    tiles = open_layer(write_tiles(tmp_path / "tiles", tile_at(18.0, 60.0), 1, 1), "web tiles", "wms")
    with pytest.raises(QgsProcessingException, match=r"“web tiles” is no file that Landcast can open.*Save the part"):
        match(reference, tiles, tmp_path / "out.tif")


def test_a_cancelled_match_leaves_nothing(
    tmp_path: Path, interpreter: Path, use_interpreter: Callable[[Path], None]
) -> None:
    use_interpreter(interpreter)
    large = [write_raster(tmp_path / f"{n}.tif", make_pixels(4200, 4200), UTM, ORIGIN, 0.6) for n in "ab"]
    (tmp_path / "out").mkdir()
    feedback = RecordingFeedback()
    feedback.progressChanged.connect(lambda _: feedback.cancel())
    assert match(large[0], large[1], tmp_path / "out" / "out.tif", feedback) == {}
    assert 0 < feedback.progress() < 100
    assert not list((tmp_path / "out").iterdir())


def test_a_killed_child_leaves_nothing_and_its_last_words_are_told(
    reference: Path, hazy: Path, tmp_path: Path, make_worker: MakeWorker, use_interpreter: Callable[[Path], None]
) -> None:
    (tmp_path / "out").mkdir()
    aside = tmp_path / "out" / ".out.tif.0a1b2c.partial"
    use_interpreter(make_worker(f"""
        if sys.argv[1] == "-m":
            open({str(aside)!r}, "w").close()
            print("last words", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    """))  # fmt: skip
    with pytest.raises(QgsProcessingException, match="ended unexpectedly: last words"):
        match(hazy, reference, tmp_path / "out" / "out.tif")
    assert not list((tmp_path / "out").iterdir())


def test_without_an_interpreter_nothing_is_begun(reference: Path, hazy: Path, tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match="No Python with Landcast in it is set"):
        match(hazy, reference, tmp_path / "out.tif")
