"""The texts that a person reads, in the language of their QGIS.

Translations are read from the files of Qt Linguist themselves: compiled ones would be binaries, which a plugin must not
bring.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QFile, QIODevice, QXmlStreamReader

FOLDER = Path(__file__).parent / "i18n"
UNFINISHED = "unfinished"


def tr(text: str) -> str:
    """Translate a text; the text itself where there is no translation."""
    return translations(language()).get(text, text)


def language() -> str:
    """Of QGIS's window, as a code of two letters."""
    return str(QgsApplication.locale())[:2].lower()


@cache
def translations(code: str) -> dict[str, str]:
    """Finished translations into a language, by text; none where it is not among ours."""
    path = FOLDER / f"landcast_{code}.ts"
    return _read(path) if path.is_file() else {}


def _read(path: Path) -> dict[str, str]:
    file = QFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        return {}
    reader, found, source = QXmlStreamReader(file), {}, ""
    while not reader.atEnd():
        reader.readNext()
        if not reader.isStartElement():
            continue
        if reader.name() == "source":
            source = str(reader.readElementText())
        elif reader.name() == "translation":
            is_finished = reader.attributes().value("type") != UNFINISHED
            text = str(reader.readElementText())
            if is_finished and text:
                found[source] = text
    file.close()
    return found
