"""Texts in the language of QGIS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("qgis.core", reason="needs QGIS's own Python")

from qgis.core import QgsSettings

from landcast.qgis_plugin import translation
from landcast.qgis_plugin.translation import tr

KEYS = ("locale/userLocale", "locale/overrideFlag")


@pytest.fixture
def speak(qgis_app: object) -> Iterator[Callable[[str], None]]:
    def speak(locale: str) -> None:
        QgsSettings().setValue(KEYS[0], locale)
        QgsSettings().setValue(KEYS[1], True)

    yield speak
    for key in KEYS:
        QgsSettings().remove(key)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("ru", "Прогноз будущего ландшафта"),
        ("ru_RU", "Прогноз будущего ландшафта"),
        ("de", "Künftige Landschaft vorhersagen"),
        ("de_AT", "Künftige Landschaft vorhersagen"),
        ("fr", "Predict future landscape"),
    ],
)
def test_texts_are_in_the_language_of_qgis(speak: Callable[[str], None], locale: str, expected: str) -> None:
    speak(locale)
    assert tr("Predict future landscape") == expected


def test_a_text_without_a_translation_is_itself(speak: Callable[[str], None]) -> None:
    speak("ru")
    assert tr("Nobody ever says this.") == "Nobody ever says this."


def test_what_is_not_finished_is_not_shown(
    speak: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "landcast_xx.ts").write_text(
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS><context><name>Landcast</name>'
        "<message><source>A &amp; B</source><translation>Щ &amp; Ю</translation></message>"
        '<message><source>C</source><translation type="unfinished">Ц</translation></message></context></TS>',
        encoding="utf-8",
    )
    monkeypatch.setattr(translation, "FOLDER", tmp_path)
    speak("xx")
    assert (tr("A & B"), tr("C")) == ("Щ & Ю", "C")
    translation.translations.cache_clear()
