"""Collects the texts that a person reads in QGIS: `python .ci/texts.py` brings qgis_plugin/i18n up to date.

What is translated stays, what is new waits for a translation, what is gone goes. The files are those of Qt Linguist.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
PLUGIN = ROOT / "qgis_plugin"
LANGUAGES = ("de", "ru")
CONTEXT = "Landcast"
TRANSLATE = "tr"
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="{language}" sourcelanguage="en">
<context>
    <name>{context}</name>
"""
MESSAGE = """    <message>
        <source>{source}</source>
        <translation>{translation}</translation>
    </message>
"""
WAITING = """    <message>
        <source>{source}</source>
        <translation type="unfinished"></translation>
    </message>
"""
TAIL = """</context>
</TS>
"""


class TextError(Exception):
    """A text cannot be collected; the message says where it stands."""


def texts_in_code(folder: Path = PLUGIN) -> list[str]:
    """Every text once, in the order of files and lines."""
    found: dict[str, None] = {}
    for path in sorted(folder.rglob("*.py")):
        found |= dict.fromkeys(_texts_of(path))
    return list(found)


def path_of(language: str, folder: Path = PLUGIN) -> Path:
    """The file of a language."""
    return folder / "i18n" / f"landcast_{language}.ts"


def read_translations(path: Path) -> dict[str, str]:
    """Translations by text; empty where one is awaited. Nothing where there is no file."""
    if not path.exists():
        return {}
    messages = ElementTree.parse(path).iter("message")
    return {one.findtext("source", ""): _finished(one.find("translation")) for one in messages}


def write_translations(path: Path, language: str, translations: dict[str, str]) -> None:
    """Write a file of Qt Linguist."""
    parts = [HEAD.format(language=language, context=CONTEXT)]
    for source, translation in translations.items():
        form = MESSAGE if translation else WAITING
        parts.append(form.format(source=escape(source), translation=escape(translation)))
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(parts) + TAIL, encoding="utf-8")


def _texts_of(path: Path) -> Iterator[str]:
    for node in _calls(ast.parse(path.read_text(encoding="utf-8"))):
        [text] = node.args
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            raise TextError(f"{path}:{node.lineno}: only a literal text can be collected for translation")
        yield text.value


def _calls(tree: ast.Module) -> list[ast.Call]:
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == TRANSLATE
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _finished(translation: ElementTree.Element | None) -> str:
    if translation is None or translation.get("type") == "unfinished":
        return ""
    return translation.text or ""


def main() -> None:
    """Bring all languages up to date, and tell how many texts wait."""
    texts = texts_in_code()
    for language in LANGUAGES:
        known = read_translations(path_of(language))
        translations = {text: known.get(text, "") for text in texts}
        write_translations(path_of(language), language, translations)
        waiting = sum(not translation for translation in translations.values())
        sys.stdout.write(f"{path_of(language).relative_to(ROOT)}: {len(texts)} texts, {waiting} to be translated\n")


if __name__ == "__main__":
    main()
