"""What is opened and what never is: formats by content, what a VRT leads to, and what over the network."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.shutil import copy
from rasterio.windows import Window

from landcast.core.errors import SourceError, UnreadableSourceError
from landcast.core.raster import access
from landcast.core.raster.access import is_address
from landcast.core.raster.options import SourceOptions
from landcast.core.raster.source import Pixels, open_source
from landcast.core.raster.survey import survey
from landcast.core.raster.vrt import is_beyond_files
from landcast.tests.core.raster.conftest import Server

Make = Callable[..., Path]
WHOLE = Window(0, 0, 80, 96)
REMOTE = SourceOptions(is_remote_allowed=True)


@pytest.fixture
def image() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(1, 255, (3, 96, 80), np.uint8)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a server at once."""
    for name, value in {"GDAL_HTTP_TIMEOUT": "2", "GDAL_HTTP_CONNECTTIMEOUT": "2", "GDAL_HTTP_MAX_RETRY": "0"}.items():
        monkeypatch.setitem(access.ENVIRONMENT, name, value)


def read(name: str | Path, options: SourceOptions | None = None, window: Window = WHOLE) -> Pixels:
    with open_source(name, options) as source:
        return source.read_native(window)


def refusal(name: str | Path, options: SourceOptions | None = None) -> str:
    """What is said of a source that is not opened, or not read; always one line that names it."""
    with pytest.raises(SourceError) as caught:
        read(name, options)
    message = str(caught.value)
    assert message.startswith(str(name))
    assert "\n" not in message
    return message


# Files


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "missing.tif")
    assert "is a folder" in refusal(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"II*", b"Dear reader,\n", b"\0" * 100, b"<VRTDataset/>", b"CDF\x01", b"GIF89a"]
)
def test_a_file_of_another_format_is_refused_by_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "letter.tif").write_bytes(content)
    message = refusal(tmp_path / "letter.tif")
    assert "gdal_translate" in message
    assert ("is empty" if not content else "GeoTIFF, JPEG") in message


@pytest.mark.parametrize(
    "start", [b"II*\0 not at all", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"BM", b"EHFA_HEADER_TAG"]
)
def test_a_file_that_only_begins_right_is_refused(tmp_path: Path, start: bytes) -> None:
    (tmp_path / "half.tif").write_bytes(start)
    assert "cannot be opened as" in refusal(tmp_path / "half.tif")


def test_the_ending_of_a_plain_format_does_not_matter(
    make_raster: Make, tmp_path: Path, image: NDArray[np.uint8]
) -> None:
    copy(make_raster(image), tmp_path / "a.png", driver="PNG")
    (tmp_path / "a.png").rename(tmp_path / "a.tif")
    (tmp_path / "a.png.aux.xml").rename(tmp_path / "a.tif.aux.xml")
    np.testing.assert_array_equal(read(tmp_path / "a.tif").values, image)


@pytest.mark.skipif(os.name == "nt", reason="names are UTF-16 there")
def test_names_that_cannot_be_opened_are_refused_in_one_line(make_raster: Make, tmp_path: Path) -> None:
    strange = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.tif"))
    try:
        make_raster().rename(strange)
    except OSError:
        strange = Path(os.fsdecode(b"\xff.tif"))
    with pytest.raises(UnreadableSourceError, match="not UTF-8"):
        open_source(strange)
    refusal("x" * 5000 + ".tif")
    refusal("nul\0.tif")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused(make_raster: Make) -> None:
    path = make_raster()
    path.chmod(0)
    assert "Permission denied" in refusal(path)


@pytest.mark.parametrize("suffix", [".msk", ".ovr", ".MSK"])
def test_what_lies_beside_a_source_is_never_a_vrt(make_raster: Make, make_vrt: Make, suffix: str) -> None:
    path = make_raster()
    make_vrt(path, f"{path.name}{suffix}", bands=1)
    for name in (path, make_vrt(path)):
        assert f"source.tif{suffix} beside it is not a GeoTIFF" in refusal(name)


def test_overviews_that_lie_elsewhere_are_not_asked_for(make_raster: Make, server: Server) -> None:
    path = make_raster()
    domain = f'<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/{server.url}/a.tif</MDI></Metadata>'
    path.with_name("source.tif.aux.xml").write_text(f"<PAMDataset>{domain}</PAMDataset>")
    with open_source(path) as source:
        survey(source)
        source.read_native(WHOLE)
    assert not server.requests


# VRT


def test_a_vrt_holds_what_it_leads_to(make_raster: Make, make_vrt: Make, image: NDArray[np.uint8]) -> None:
    path = make_raster(image, "deep/er/source.tif")
    for name, where, is_relative in (
        ("absolute.vrt", path, False),
        ("relative.vrt", "deep/er/source.tif", True),
        ("deep/beside.vrt", "er/source.tif", True),
        ("deep/er/up/below.vrt", "../source.tif", True),
        ("nested.vrt", "deep/beside.vrt", True),
        ("CAPITALS.VRT", path, False),
    ):
        found = read(make_vrt(where, name, is_relative=is_relative))
        np.testing.assert_array_equal(found.values, image)
        assert found.valid.all()


def test_a_relative_name_counts_from_where_one_stands_unless_it_says_otherwise(
    make_raster: Make, make_vrt: Make, image: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_raster(image)
    path = make_vrt("source.tif", "deep/a.vrt")
    monkeypatch.chdir(tmp_path)
    np.testing.assert_array_equal(read(path).values, image)


def test_a_mosaic_is_read_across_its_files(make_raster: Make, image: NDArray[np.uint8], tmp_path: Path) -> None:
    halves = [make_raster(image[:, :, :40], "left.tif"), make_raster(image[:, :, 40:], "right.tif")]
    bands = ""
    for number in (1, 2, 3):
        sources = "".join(
            f'<SimpleSource><SourceFilename relativeToVRT="1">{half.name}</SourceFilename><SourceBand>{number}'
            f'</SourceBand><SrcRect xOff="0" yOff="0" xSize="40" ySize="96"/>'
            f'<DstRect xOff="{left}" yOff="0" xSize="40" ySize="96"/></SimpleSource>'
            for half, left in zip(halves, (0, 40), strict=True)
        )
        bands += f'<VRTRasterBand dataType="Byte" band="{number}">{sources}</VRTRasterBand>'
    place = "<SRS>EPSG:32611</SRS><GeoTransform>434400, 0.6, 0, 3774000, 0, -0.6</GeoTransform>"
    path = tmp_path / "mosaic.vrt"
    path.write_text(f'<VRTDataset rasterXSize="80" rasterYSize="96">{place}{bands}</VRTDataset>')
    np.testing.assert_array_equal(read(path).values, image)
    halves[1].unlink()
    with open_source(path) as source:
        assert source.caveats == (f"{path}: leads to 1 file(s) that do not exist, {halves[1]} among them",)
        np.testing.assert_array_equal(source.read_native(Window(0, 0, 40, 96)).values, image[:, :, :40])
        for _ in range(3):
            with pytest.raises(
                UnreadableSourceError, match=r"rows 0 to 96, columns 30 to 60 cannot be read.*right\.tif"
            ):
                source.read_native(Window(30, 0, 30, 96))


def test_a_vrt_under_another_name_is_refused(make_raster: Make, make_vrt: Make) -> None:
    assert "a VRT ends in .vrt" in refusal(make_vrt(make_raster(), "virtual.tif"))


@pytest.mark.parametrize("content", [b"", b"Dear reader", b"<GDAL_WMS/>", b"<VRTDataset", b"\xff\xfe<\0V\0"])
def test_what_only_ends_like_a_vrt_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.vrt").write_bytes(content)
    assert "not a VRT" in refusal(tmp_path / "a.vrt")


def test_a_geotiff_that_ends_like_a_vrt_is_told_from_one(make_raster: Make) -> None:
    assert "give it its own ending" in refusal(make_raster(name="source.vrt"))


@pytest.mark.parametrize(
    "change",
    [
        ("SourceFilename", "SourceFilename"),
        ("SourceFilename", "SOURCEFILENAME"),
        ("SourceFilename", "sourcefilename"),
        ("<SimpleSource>", '<SimpleSource xmlns="urn:x">'),
        ("<SourceFilename", '<SourceFilename xmlns="urn:x"'),
        ("SimpleSource>", "ComplexSource>"),
        ('relativeToVRT="0"', 'relativeToVRT="00"'),
        ("</SourceFilename>", "<!-- --></SourceFilename>"),
        ("</SourceFilename>", "<x/></SourceFilename>"),
        ("</SourceFilename>", " </SourceFilename>"),
    ],
)
def test_a_vrt_never_leads_to_another_format_however_it_is_written(
    make_raster: Make, make_vrt: Make, change: tuple[str, str]
) -> None:
    disguised = make_vrt(make_raster(), "inner.tif")
    path = make_vrt(disguised)
    path.write_text(path.read_text().replace(*change))
    refusal(path)
    plain = make_vrt("/etc/passwd" if Path("/etc/passwd").exists() else disguised)
    assert "which is not a GeoTIFF" in refusal(plain)


@pytest.mark.parametrize("attribute", ["SourceFilename", "sourceFILENAME", "SourceDataset"])
def test_a_name_in_an_attribute_which_gdal_would_follow_is_refused(
    make_raster: Make, make_vrt: Make, attribute: str
) -> None:
    path = make_vrt(make_raster())
    path.write_text(path.read_text().replace("<SimpleSource>", f'<SimpleSource {attribute}="inner.tif">'))
    assert "with attributes that no VRT" in refusal(path)


def test_a_vrt_leads_to_no_folder_and_to_no_contents_in_place_of_a_name(
    make_raster: Make, make_vrt: Make, tmp_path: Path
) -> None:
    assert "which is not a GeoTIFF" in refusal(make_vrt(tmp_path))
    inner = make_vrt(make_raster()).read_text().replace("<", "&lt;")
    assert "leads to <VRTDataset" in refusal(make_vrt(inner, "outer.vrt"))


@pytest.mark.parametrize(
    "name",
    [
        "http://127.0.0.1:9/a.tif",
        "/vsicurl/http://127.0.0.1:9/a.tif",
        "/vsizip/a.zip/a.tif",
        "/vsimem/a.tif",
        "NETCDF:a.nc:b",
        "GTIFF_RAW:a.tif",
        "vrt://a.tif",
        "PG:host=127.0.0.1",
        "{'type': 'x'}",
        "a:b.tif",
    ],
)
def test_a_vrt_leads_beyond_plain_files_only_where_the_user_allows_it(make_vrt: Make, name: str) -> None:
    path = make_vrt(name)
    assert f"leads to {name}; --allow-remote" in refusal(path)
    # allowed, it fails where it is read
    assert "--allow-remote" not in refusal(path, REMOTE)


@pytest.mark.parametrize(
    ("name", "is_beyond"),
    [
        ("a.tif", False),
        ("/a/b:c.tif", False),
        ("C:/images/a.tif", False),
        ("C:\\images\\a.tif", False),
        ("\\\\server\\share\\a.tif", False),
        ("C:a.tif", True),
        ("C:/images/a.tif:stream", True),
        ("\\\\.\\PhysicalDrive0", True),
        ("HDF5:C:/a.h5", True),
        ("https://example.org/a.tif", True),
        ("/vsis3/a.tif", True),
        ("<VRTDataset/>", True),
    ],
)
def test_a_name_in_a_vrt_is_a_path_or_more_than_that(name: str, is_beyond: bool) -> None:
    assert is_beyond_files(name) == is_beyond


@pytest.mark.parametrize(
    ("name", "expected"),
    [("https://a/b.tif", True), ("s3://b/a.tif", True), ("C:\\a.tif", False), ("C://a.tif", False), ("a/b.tif", False)],
)
def test_an_address_begins_with_a_scheme_and_a_drive_is_none(name: str, expected: bool) -> None:
    assert is_address(name) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("<VRTRasterBand ", '<VRTRasterBand subClass="VRTRawRasterBand" '), "VRTRawRasterBand computes pixels or"),
        (("<VRTRasterBand ", '<VRTRasterBand SUBCLASS="vrtrawrasterband" '), "vrtrawrasterband computes pixels or"),
        (("<VRTRasterBand ", '<VRTRasterBand subClass="VRTDerivedRasterBand" '), "VRTDerivedRasterBand computes"),
        (("<VRTDataset ", '<VRTDataset subClass="VRTPansharpenedDataset" '), "VRTPansharpenedDataset computes"),
        (("<SimpleSource>", "<PixelFunctionType>sum</PixelFunctionType><SimpleSource>"), "pixelfunctiontype in a VRT"),
        (("<SimpleSource>", "<subClass>VRTRawRasterBand</subClass><SimpleSource>"), "computes pixels or reads raw"),
        (("<SourceBand>", "<OpenOptions/><SourceBand>"), "openoptions in a VRT"),
        (("<VRTDataset ", "<!DOCTYPE a><VRTDataset "), "entities"),
        (("<VRTDataset ", '<!DOCTYPE a [<!ENTITY b "c">]><VRTDataset '), "entities"),
    ],
)
def test_a_vrt_that_computes_or_reads_bytes_is_refused(
    make_raster: Make, make_vrt: Make, change: tuple[str, str], message: str
) -> None:
    path = make_vrt(make_raster())
    path.write_text(path.read_text().replace(*change))
    for options in (None, REMOTE):
        assert message in refusal(path, options)


def test_a_vrt_with_comments_and_a_declaration_is_read(
    make_raster: Make, make_vrt: Make, image: NDArray[np.uint8]
) -> None:
    path = make_vrt(make_raster(image))
    path.write_text('<?xml version="1.0"?><!-- a mosaic -->' + path.read_text().replace("<SRS>", "<!-- here --><SRS>"))
    np.testing.assert_array_equal(read(path).values, image)


def test_a_vrt_that_leads_to_itself_stops_at_the_block(make_vrt: Make) -> None:
    assert "rows 0 to 96, columns 0 to 80 cannot be read" in refusal(make_vrt("virtual.vrt", is_relative=True))
    make_vrt("second.vrt", "first.vrt", is_relative=True)
    assert "rows 0 to 96" in refusal(make_vrt("first.vrt", "second.vrt", is_relative=True))


def test_a_vrt_is_looked_into_once_however_often_it_is_named(make_raster: Make, make_vrt: Make) -> None:
    # eight deep and thirty wide, which would take for ever one by one
    source = make_raster()
    for number in range(8):
        path = make_vrt(source.name, f"{number}.vrt", is_relative=True)
        head, one, tail = path.read_text().partition("<SimpleSource>")[0], "", "</VRTRasterBand></VRTDataset>"
        one = path.read_text().removeprefix(head).partition("</VRTRasterBand>")[0]
        alias = one.replace(source.name, f"./{source.name}")
        path.write_text(head + 15 * (one + alias) + tail)
        source = path
    with open_source(path) as opened:
        assert opened.shape_yx == (96, 80)
    assert "more than 8 deep" in refusal(make_vrt("7.vrt", "8.vrt", is_relative=True))


def test_a_damaged_file_behind_a_vrt_is_an_error_that_names_both(make_raster: Make, make_vrt: Make) -> None:
    source = make_raster()
    source.write_bytes(source.read_bytes()[:100])
    path = make_vrt(source)
    message = refusal(path)
    assert "rows 0 to 96, columns 0 to 80" in message
    assert "source.tif" in message


# The network


def test_addresses_other_than_of_the_web_and_paths_beyond_files_are_refused() -> None:
    assert "only http and https" in refusal("s3://bucket/a.tif")
    assert "only http and https" in refusal("file:///etc/passwd")
    assert "--allow-remote allows it" in refusal("/vsizip//tmp/a.zip/a.tif")


def test_a_path_beyond_files_is_read_where_the_user_allows_it(
    make_raster: Make, image: NDArray[np.uint8], server: Server
) -> None:
    make_raster(image)
    found = read(f"/vsicurl/{server.url}/source.tif", REMOTE)
    np.testing.assert_array_equal(found.values, image)


@pytest.mark.parametrize("behaviour", ["ranges", "redirects"])
def test_an_address_holds_the_pixels_of_the_file(
    make_raster: Make, image: NDArray[np.uint8], server: Server, behaviour: str
) -> None:
    path = make_raster(image, driver="COG", nodata=7)
    server.behaviour = behaviour
    with open_source(f"{server.url}/source.tif") as source, open_source(path) as local:
        assert source.is_remote
        assert source.transform == local.transform
        assert not source.caveats
        here, there = local.read_native(WHOLE), source.read_native(WHOLE)
        np.testing.assert_array_equal(there.values, here.values)
        np.testing.assert_array_equal(there.valid, here.valid)
        assert survey(source).pixels_sha256 == survey(local).pixels_sha256


def test_of_a_large_remote_file_only_what_is_needed_is_fetched(make_raster: Make, server: Server) -> None:
    image = np.random.default_rng(0).integers(0, 255, (3, 4096, 4096), np.uint8)
    path = make_raster(image, driver="COG", blocksize=256, overviews="NONE")
    size = path.stat().st_size
    with open_source(f"{server.url}/source.tif") as source:
        assert server.sent_bytes < 0.01 * size
        # neither masks nor metadata are looked for beside it
        assert set(server.requests) == {"/source.tif"}
        found = source.read_native(Window(1000, 2000, 256, 256))
        np.testing.assert_array_equal(found.values, image[:, 2000:2256, 1000:1256])
        assert server.sent_bytes < 0.05 * size
        assert len(server.requests) < 12


def test_a_remote_file_that_was_absent_or_cut_short_once_is_found_when_it_is_there(
    make_raster: Make, image: NDArray[np.uint8], server: Server
) -> None:
    make_raster(image)
    for behaviour in ("404", "500", "truncates"):
        server.behaviour = behaviour
        refusal(f"{server.url}/source.tif")
        server.behaviour = "ranges"
        np.testing.assert_array_equal(read(f"{server.url}/source.tif").values, image)


@pytest.mark.parametrize("behaviour", ["404", "403", "500", "503"])
def test_the_answer_of_a_server_is_part_of_the_error(make_raster: Make, server: Server, behaviour: str) -> None:
    make_raster()
    server.behaviour = behaviour
    assert behaviour in refusal(f"{server.url}/source.tif")


def test_a_server_that_sends_only_whole_files_is_refused_with_the_reason(make_raster: Make, server: Server) -> None:
    make_raster(np.random.default_rng(0).integers(0, 255, (3, 1000, 1000), np.uint8))
    server.behaviour = "whole"
    assert "servers that send parts of a file" in refusal(f"{server.url}/source.tif")


def test_a_server_that_hangs_is_given_up(make_raster: Make, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access.ENVIRONMENT, "GDAL_HTTP_TIMEOUT", "1")
    make_raster()
    server.behaviour = "hangs"
    start = time.monotonic()
    assert "timed out" in refusal(f"{server.url}/source.tif")
    assert time.monotonic() - start < 15


@pytest.mark.parametrize("behaviour", ["500", "truncates", "hangs"])
def test_a_server_that_fails_during_a_read_is_an_error_at_the_window_for_good(
    make_raster: Make, server: Server, behaviour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access.ENVIRONMENT, "GDAL_HTTP_TIMEOUT", "1")
    image = np.random.default_rng(0).integers(0, 255, (3, 1024, 1024), np.uint8)
    make_raster(image, tiled=True, blockxsize=256, blockysize=256)
    with open_source(f"{server.url}/source.tif") as source:
        server.behaviour = behaviour
        with pytest.raises(UnreadableSourceError, match="rows 512 to 768, columns 256 to 512") as caught:
            source.read_native(Window(256, 512, 256, 256))
        assert str(caught.value).startswith(f"{server.url}/source.tif")
        assert "its server sent too little" in str(caught.value)
        server.behaviour = "ranges"
        with pytest.raises(UnreadableSourceError, match="rows 512 to 768"):
            source.read_native(Window(256, 512, 256, 256))
    found = read(f"{server.url}/source.tif", window=Window(256, 512, 256, 256))
    np.testing.assert_array_equal(found.values, image[:, 512:768, 256:512])


def test_no_server_at_all_is_an_error() -> None:
    assert "cannot be opened as GTiff" in refusal("http://127.0.0.1:9/source.tif")


def test_a_vrt_behind_an_address_is_refused(make_raster: Make, make_vrt: Make, server: Server) -> None:
    make_vrt(make_raster())
    assert "only GeoTIFF is read there" in refusal(f"{server.url}/virtual.vrt")


def test_a_vrt_may_lead_to_the_web_where_the_user_allows_it(
    make_raster: Make, make_vrt: Make, image: NDArray[np.uint8], server: Server
) -> None:
    make_raster(image)
    path = make_vrt(f"/vsicurl/{server.url}/source.tif")
    refusal(path)
    assert not server.requests
    np.testing.assert_array_equal(read(path, REMOTE).values, image)
    assert server.requests


def test_gdal_is_left_as_it_was(make_raster: Make) -> None:
    with rasterio.Env(GDAL_HTTP_TIMEOUT="77") as environment:
        read(make_raster())
        assert environment.options["GDAL_HTTP_TIMEOUT"] == "77"
