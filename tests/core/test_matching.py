"""Giving an image the distribution of values of another, from file to file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.windows
from affine import Affine
from numpy.typing import NDArray

import landcast.core.matching as module
from landcast.core.errors import LandcastError, NotGeoreferencedError, OutputError, RequestError, UnreadableSourceError
from landcast.core.matching import Matched, MatchRequest, match
from landcast.core.raster.options import SourceOptions

ROOT = Path(__file__).parents[2]
PLACE = Affine(10, 0, 500_000, 0, -10, 5_300_000)
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write (band, y, x) as a GeoTIFF, with a mask inside the file where one is given."""

    def write(
        image: NDArray[Any], name: str, mask: NDArray[np.bool_] | None = None, tags: Any = None, **changes: Any
    ) -> Path:
        profile = {"crs": "EPSG:32633", "transform": PLACE, "driver": "GTiff"} | changes
        size = dict(zip(("count", "height", "width"), image.shape, strict=True))
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(tmp_path / name, "w", dtype=image.dtype, **size, **profile) as target,
        ):
            target.write(image)
            target.update_tags(**(tags or {}))
            if mask is not None:
                target.write_mask(mask)
        return tmp_path / name

    return write


@pytest.fixture
def torture() -> Path:
    data = Path(os.environ.get("LANDCAST_DATA") or ROOT.parent / "shared" / "data")
    folder = data.parent / "torture" / "synthetic"
    if not folder.is_dir():
        pytest.skip("LANDCAST_DATA does not stand beside a folder of rasters that break readers")
    return folder


def texture(seed: int, mean: float, spread: float, dtype: str = "uint8", side: int = 120) -> NDArray[Any]:
    generator = np.random.default_rng(seed)
    levels = generator.normal(mean, spread, (3, side, side)) + np.array([0, spread, -spread])[:, None, None] / 2
    return levels.clip(0, 255 if dtype == "uint8" else 30_000).round().astype(dtype)


def quietly(message: str) -> None:
    raise AssertionError(f"a warning was not expected: {message}")


def run(source: Path, reference: Path, **changes: Any) -> tuple[Matched, list[str]]:
    heard: list[str] = []
    output = changes.pop("output", source.with_name("out.tif"))
    return match(MatchRequest(source, reference, output, **changes), heard.append), heard


def read(path: Path) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.dataset_mask() > 0


def by_quantiles(source: NDArray[Any], reference: NDArray[Any]) -> NDArray[np.float64]:
    """Each pixel's middle rank in its band, looked up among the quantiles of the reference's band."""
    bands = []
    for band, wanted in zip(source, reference, strict=True):
        ordered, others = np.sort(band, axis=None), np.sort(wanted, axis=None)
        rank = (np.searchsorted(ordered, band, "left") + np.searchsorted(ordered, band, "right")) / 2 / ordered.size
        bands.append(np.quantile(others, rank, method="hazen"))
    return np.array(bands)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_an_image_matched_to_itself_comes_back_without_a_word(dtype: str, make: Make) -> None:
    image = texture(1, 120, 40, dtype)
    path = make(image, "a.tif")
    found = match(MatchRequest(path, path, path.with_name("out.tif")), quietly)
    np.testing.assert_array_equal(read(found.path)[0], image)
    assert found.distances == ((0, 0),) * 3


@pytest.mark.parametrize("source_dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_values_are_those_of_a_mapping_by_quantiles(source_dtype: str, dtype: str, make: Make) -> None:
    source, reference = texture(1, 100, 30, source_dtype), texture(2, 130, 15, dtype)
    found, heard = run(make(source, "a.tif"), make(reference, "b.tif"))
    result, valid = read(found.path)
    assert result.dtype == reference.dtype
    assert valid.all()
    # quantiles of the reference know no levels between; with 150 levels they are about one apart at its ends
    assert np.abs(result - by_quantiles(source, reference)).mean() < 0.5
    assert all(after < 0.05 < before for before, after in found.distances)
    assert len(heard) == (source_dtype != dtype)


def test_the_result_lies_on_the_sources_own_pixels_and_says_what_was_done(make: Make) -> None:
    mask = np.ones((120, 120), np.bool_)
    mask[:20] = False
    source = make(texture(1, 100, 30), "a.tif", mask=mask, tags={"TIFFTAG_DATETIME": "2018:06:01 12:00:00"})
    found, _ = run(source, make(texture(2, 130, 15, "uint16"), "b.tif"))
    with rasterio.open(found.path) as dataset:
        tags = dataset.tags()
        assert (dataset.crs.to_epsg(), dataset.transform, dataset.shape) == (32633, PLACE, (120, 120))
        assert dataset.descriptions == ("Matched red", "Matched green", "Matched blue")
        np.testing.assert_array_equal(dataset.dataset_mask() > 0, mask)
        assert not dataset.read()[:, ~mask].any()
    assert tags["LANDCAST_MATCHED"] == "YES"
    assert (tags["LANDCAST_SOURCE"], tags["LANDCAST_REFERENCE"]) == ("a.tif", "b.tif")
    assert len(tags["LANDCAST_SOURCE_PIXELS_SHA256"]) == len(tags["LANDCAST_REFERENCE_PIXELS_SHA256"]) == 64
    assert tags["TIFFTAG_DATETIME"] == "2018:06:01 12:00:00"
    assert "LANDCAST_SYNTHETIC" not in tags
    assert not list(found.path.parent.glob("out.tif.*"))


def test_a_prediction_stays_marked_as_one(make: Make) -> None:
    marks = {"LANDCAST_SYNTHETIC": "YES", "LANDCAST_MODEL": "tiny", "LANDCAST_YEARS_AHEAD": "2"}
    source, reference = make(texture(1, 100, 30), "a.tif", tags=marks), make(texture(2, 120, 30), "b.tif")
    found, heard = run(source, reference)
    with rasterio.open(found.path) as dataset:
        assert marks.items() <= dataset.tags().items()
        assert dataset.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("SYNTHETIC")
        assert all(name.startswith("Predicted") for name in dataset.descriptions)
    assert heard == []
    _, heard = run(reference, source, is_overwriting=True)
    assert "is itself a prediction" in heard[0]


def test_masked_pixels_and_nodata_have_no_influence(make: Make) -> None:
    image, other = texture(1, 100, 30), texture(2, 130, 15)
    mask = np.random.default_rng(0).random((120, 120)) > 0.3
    results = []
    for filling in (0, 200):
        source = make(np.where(mask, image, filling).astype(np.uint8), "a.tif", mask=mask)
        reference = make(np.where(mask, other, filling).astype(np.uint8), "b.tif", mask=mask)
        results.append(read(run(source, reference, is_overwriting=True)[0].path)[0])
    np.testing.assert_array_equal(*results)
    assert np.abs(results[0][:, mask] - by_quantiles(image[:, mask], other[:, mask])).mean() < 0.5


def test_the_size_of_blocks_has_no_influence_and_equal_runs_give_equal_bytes(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make(texture(1, 100, 30, "uint16"), "a.tif", transform=PLACE @ Affine.rotation(20))
    reference = make(texture(2, 130, 15, "float32"), "b.tif")
    found = []
    for side in (1024, 1024, 50, 17):
        monkeypatch.setattr(module, "BLOCK_PX", side)
        found.append(run(source, reference, is_overwriting=True)[0].path.read_bytes())
    assert len(set(found)) == 1


def test_only_the_ground_that_both_cover_is_compared(make: Make) -> None:
    ground = texture(1, 100, 20, side=200)
    ground[:, :, 120:] = 250
    source = make(ground, "a.tif")
    reference = make(ground[:, 40:160, :100] // 2, "b.tif", transform=PLACE @ Affine.translation(0, 40))
    found, heard = run(source, reference)
    assert [text for text in heard if "b.tif: covers 30 % of" in text] == heard
    result, _ = read(found.path)
    # two levels of the source become one
    assert np.abs(result[:, 40:160, :100].astype(int) - ground[:, 40:160, :100] // 2).mean() < 0.1
    assert found.source.histogram.pixels == found.reference.histogram.pixels == 12_000
    # what lies beyond keeps its detail: the curve goes on as steep as it is
    assert result[:, :, 120:].min() > 115
    whole, heard = run(source, reference, is_whole=True, is_overwriting=True)
    assert "all of both images is compared" in heard[0]
    assert read(whole.path)[0][:, :, 120:].max() < 110


def test_another_crs_is_warned_of_and_still_compared_where_both_lie(make: Make) -> None:
    image = texture(1, 100, 30, side=200)
    source = make(image, "a.tif")
    reference = make(image, "b.tif", crs="EPSG:32632", transform=Affine(10, 0, 948_900, 0, -10, 5_317_200))
    found, heard = run(source, reference)
    assert "lie in different coordinate reference systems" in heard[0]
    assert 0.3 < found.source.covered_share < 1
    assert found.source.covered_share == pytest.approx(found.reference.covered_share, rel=0.02)


@pytest.mark.parametrize("flip", [(1, -1), (-1, 1), (-1, -1)], ids=["north up", "west", "south up and west"])
def test_a_mirrored_source_is_written_north_up(flip: tuple[int, int], make: Make) -> None:
    image, (across, down) = texture(1, 100, 30, side=90), flip
    stored = image[:, :: -1 if down > 0 else 1, ::across]
    transform = PLACE @ Affine(across, 0, 0 if across > 0 else 90, 0, -down, 0 if down < 0 else 90)
    found, _ = run(make(stored, "a.tif", transform=transform), make(image, "b.tif"))
    with rasterio.open(found.path) as dataset:
        assert dataset.transform == PLACE
        np.testing.assert_array_equal(dataset.read(), image)


def test_a_turned_source_stays_turned_and_is_not_said_to_be_resampled(make: Make) -> None:
    transform = PLACE @ Affine.rotation(30)
    image = texture(1, 100, 30)
    found, heard = run(make(image, "a.tif", transform=transform), make(image, "b.tif", transform=transform))
    assert heard == []
    with rasterio.open(found.path) as dataset:
        assert dataset.transform == transform
        np.testing.assert_array_equal(dataset.read(), image)


def test_images_without_a_place_are_compared_as_a_whole(make: Make) -> None:
    image = texture(1, 100, 30)
    nowhere = make(image, "a.tif", crs=None, transform=Affine(10, 0, 0, 0, -10, 0))
    place = make(texture(2, 130, 20), "b.tif")
    with pytest.raises(NotGeoreferencedError, match=r"--assume-crs EPSG:N says which it is, or --gsd M"):
        run(nowhere, place)
    options = SourceOptions(gsd_m=10)
    found, heard = run(nowhere, place, source_options=options)
    assert [text for text in heard if "no place on Earth, so all of both" in text] == heard
    assert found.facts["compared"] == "whole"
    _, heard = run(place, nowhere, source_options=options, is_overwriting=True)
    assert "no place on Earth" in heard[0]
    with pytest.raises(RequestError, match="--gsd is for images without a place"):
        run(place, place, source_options=options, is_overwriting=True)


def test_bands_are_chosen_for_each_image(make: Make) -> None:
    image, other = texture(1, 100, 30), texture(2, 130, 20)
    four = make(np.concatenate([other[:1], other[::-1]]), "four.tif", photometric="MINISBLACK")
    source = make(image, "a.tif")
    found, heard = run(source, four, reference_bands=(4, 3, 2))
    expected, _ = run(source, make(other, "b.tif"), output=source.with_name("other.tif"))
    np.testing.assert_array_equal(read(found.path)[0], read(expected.path)[0])
    assert heard == []
    with pytest.raises(RequestError, match="--bands and --reference-bands choose"):
        run(source, four, reference_bands=(1,), is_overwriting=True)
    with pytest.raises(RequestError, match=r"^--reference-bands 9: .*four.tif has 4"):
        run(source, four, reference_bands=(9,), is_overwriting=True)
    _, heard = run(source, four, is_overwriting=True)
    assert "--reference-bands R,G,B says which" in heard[0]
    grey, _ = run(source, four, source_options=SourceOptions((2,)), reference_bands=(1,), is_overwriting=True)
    with rasterio.open(grey.path) as dataset:
        assert dataset.descriptions == ("Matched grey",)


def test_what_cannot_be_matched_is_refused_and_leaves_nothing(make: Make) -> None:
    image = texture(1, 100, 30)
    source, reference = make(image, "a.tif"), make(image, "b.tif")
    away = make(image, "away.tif", transform=PLACE @ Affine.translation(5000, 0))
    empty = make(image, "empty.tif", mask=np.zeros((120, 120), np.bool_))
    half = make(image, "half.tif", mask=np.arange(120)[None].repeat(120, 0) < 60)
    far_half = make(image, "far.tif", transform=PLACE @ Affine.translation(60, 0))
    cases: list[tuple[Path, Path, type[LandcastError], str]] = [
        (source, away, RequestError, r"do not overlap, their centres lie 50\.0 km apart; --whole"),
        (empty, reference, RequestError, "empty.tif: no valid pixel where .*b.tif lies; --whole"),
        (source, empty, RequestError, "empty.tif: no valid pixel where .*a.tif lies"),
        (half, far_half, RequestError, "half.tif: no valid pixel where"),
        (source, source.with_name("none.tif"), UnreadableSourceError, "none.tif: no such file"),
    ]
    for one, other, kind, message in cases:
        with pytest.raises(kind, match=message):
            run(one, other)
        assert not source.with_name("out.tif").exists()
    with pytest.raises(RequestError, match=r"empty.tif: no valid pixel$"):
        run(empty, reference, is_whole=True)
    found, heard = run(source, away, is_whole=True)
    assert found.path.exists()
    assert "do not overlap, their centres lie 50.0 km apart; what differs" in heard[0]


def test_results_are_not_written_over_anything(make: Make) -> None:
    source, reference = make(texture(1, 100, 30), "a.tif"), make(texture(2, 100, 30), "b.tif")
    before = source.read_bytes(), reference.read_bytes()
    with pytest.raises(OutputError, match=r"b.tif: exists; --overwrite"):
        run(source, reference, output=reference)
    with pytest.raises(RequestError, match="replace its own source"):
        run(source, reference, output=source, is_overwriting=True)
    with pytest.raises(RequestError, match="replace its own reference"):
        run(source, reference, output=reference, is_overwriting=True)
    assert (source.read_bytes(), reference.read_bytes()) == before


def test_strict_makes_warnings_errors_before_anything_is_written(make: Make) -> None:
    source, reference = make(texture(1, 100, 30), "a.tif"), make(texture(2, 100, 30, "uint16"), "b.tif")
    with pytest.raises(RequestError, match=r"--strict: 1 warning is an error, and nothing was written.*of uint8"):
        run(source, reference, is_strict=True)
    assert not source.with_name("out.tif").exists()


def test_progress_counts_every_block_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK_PX", 50)
    source, reference = make(texture(1, 100, 30), "a.tif"), make(texture(2, 100, 30, side=90), "b.tif")
    seen: list[tuple[int, int]] = []
    match(
        MatchRequest(source, reference, source.with_name("out.tif")),
        lambda message: None,
        on_progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(number, 22) for number in range(1, 23)]


def test_a_damaged_block_is_named_and_nothing_is_left(make: Make, torture: Path, tmp_path: Path) -> None:
    damaged = torture / "cog_bitflip_one_tile.tif"
    with pytest.raises(UnreadableSourceError, match="cannot be read"):
        run(damaged, damaged, output=tmp_path / "out.tif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "caveat"),
    [
        ("pair_b_20m", "differ in resolution"),
        ("pair_b_halfpixel", "up to 0.5 of a pixel beside"),
        ("pair_b_partial", "covers 25 % of"),
        ("pair_b_uint16", "is of uint16"),
    ],
)
@pytest.mark.parametrize("is_reference", [True, False])
def test_pairs_that_differ_are_matched_with_the_caveat(
    name: str, caveat: str, is_reference: bool, torture: Path, tmp_path: Path
) -> None:
    one, other = torture / "pair_a.tif", torture / f"{name}.tif"
    pair = (one, other) if is_reference else (other, one)
    found, heard = run(*pair, output=tmp_path / "out.tif")
    assert found.path.exists()
    assert len(heard) == 1
    assert caveat in heard[0] or (name == "pair_b_uint16" and "of uint16" in heard[0])


@pytest.mark.parametrize("name", ["pair_b_disjoint", "pair_b_othercrs"])
def test_pairs_that_do_not_overlap_are_refused(name: str, torture: Path, tmp_path: Path) -> None:
    pair = torture / "pair_a.tif", torture / f"{name}.tif"
    with pytest.raises(RequestError, match=r"do not overlap.*--whole"):
        run(*pair, output=tmp_path / "out.tif")
    _, heard = run(*pair, output=tmp_path / "out.tif", is_whole=True)
    assert any("do not overlap" in text for text in heard)
    assert any("different coordinate reference systems" in text for text in heard) == (name == "pair_b_othercrs")


def test_two_dates_of_one_place_come_together(naip: Path, tmp_path: Path) -> None:
    pair = [naip / "claremont" / year / "014.tif" for year in ("2016", "2018")]
    found, heard = run(*pair, output=tmp_path / "out.tif")
    assert heard == []
    assert all(after < 0.02 < 0.1 < before for before, after in found.distances)


@pytest.mark.long
def test_memory_does_not_grow_with_the_image(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; from landcast.core.matching import MatchRequest, match; "
        "match(MatchRequest(*map(Path, sys.argv[1:])), print); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    peaks = []
    strip = np.random.default_rng(0).integers(0, 4000, (3, 512, 2048), np.uint16)
    for rows in (2048, 16_384):
        profile = {"driver": "GTiff", "crs": "EPSG:32633", "transform": PLACE, "dtype": "uint16", "tiled": True}
        with rasterio.open(tmp_path / "a.tif", "w", count=3, height=rows, width=2048, **profile) as target:
            for top in range(0, rows, 512):
                target.write(strip, window=rasterio.windows.Window(0, top, 2048, 512))
        names = [tmp_path / "a.tif", tmp_path / "a.tif", tmp_path / f"{rows}.tif"]
        done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout.split()[-1]))
    assert peaks[1] - peaks[0] < 300, peaks
