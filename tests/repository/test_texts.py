"""The texts of the plugin: collected, translated, and never written past the translation."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from landcast.tests.programs import load_program

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "qgis_plugin"
SHOWN_FIRST = {
    "QAction", "QCheckBox", "QGroupBox", "QLabel", "QPushButton", "QRadioButton", "addAction", "addItem", "addMenu",
    "addRow", "addTab", "pushCritical", "pushInfo", "pushMessage", "pushSuccess", "pushWarning", "reportError",
    "setAccessibleDescription", "setAccessibleName", "setDescription", "setHeaderLabel", "setHtml", "setLabelText",
    "setPlaceholderText", "setPrefix", "setProgressText", "setSpecialValueText", "setStatusTip", "setSuffix",
    "setText", "setTitle", "setToolTip", "setWhatsThis", "setWindowTitle",
}  # fmt: skip
"""Calls whose texts a person reads."""
SAME_EVERYWHERE = {"Landcast", "&Landcast", "GSD", " m", " px"}


collector = load_program(".ci/texts.py")
LANGUAGES = collector.LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_of_translations_hold_the_texts_of_the_code(language: str) -> None:
    held = collector.read_translations(collector.path_of(language))
    assert list(held) == collector.texts_in_code(), "run: python .ci/texts.py"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    held = collector.read_translations(collector.path_of(language))
    assert not [text for text, translation in held.items() if not translation.strip()]


def fields(text: str) -> list[tuple[str, str, str]]:
    """What is filled in: name, format and conversion."""
    return sorted(
        (name, form or "", how or "") for _, name, form, how in string.Formatter().parse(text) if name is not None
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_filled_in_as_the_texts_are(language: str) -> None:
    for text, translation in collector.read_translations(collector.path_of(language)).items():
        if "{" in text or "{" in translation:
            assert fields(text) == fields(translation), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_form_of_the_texts(language: str) -> None:
    for text, translation in collector.read_translations(collector.path_of(language)).items():
        assert text[:1].isspace() == translation[:1].isspace(), text
        assert text[-1:].isspace() == translation[-1:].isspace(), text
        assert text.count("\n\n") == translation.count("\n\n"), text
        assert text.endswith((".", ":", "…")) == translation.endswith((".", ":", "…")), text
        assert text.count("<") == translation.count("<"), text


def raw_texts(tree: ast.Module) -> list[ast.Call]:
    """Calls that show a text which nobody can translate."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name(node.func) in SHOWN_FIRST and any(map(_is_raw, node.args))
    ]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_raw(argument: ast.expr) -> bool:
    """Whether there are letters in it that stand in the code, and are not handed to the translation."""
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(any(map(str.isalpha, text)) and not _is_same_everywhere(text) for text in texts)


def _is_same_everywhere(text: str) -> bool:
    return text in SAME_EVERYWHERE or "://" in text


@pytest.mark.parametrize("path", sorted(PLUGIN.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_text_is_shown_past_the_translation(path: Path) -> None:
    found = raw_texts(ast.parse(path.read_text(encoding="utf-8")))
    assert not found, [f"{path.name}:{node.lineno}" for node in found]


@pytest.mark.parametrize("code", ['QLabel("Years")', 'box.setToolTip(f"{n} tiles")', 'bar.pushMessage("Done", text)'])
def test_a_text_past_the_translation_would_be_found(code: str) -> None:
    assert raw_texts(ast.parse(code))


@pytest.mark.parametrize("code", ['QLabel(tr("Years"))', 'box.setText("")', 'box.setText(f"{n}/{m}")', 'QLabel("GSD")'])
def test_other_texts_pass(code: str) -> None:
    assert not raw_texts(ast.parse(code))


def test_what_is_no_literal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("tr(f'{n} tiles')")
    with pytest.raises(collector.TextError, match=r"one\.py:1"):
        collector.texts_in_code(tmp_path)


def test_new_texts_wait_and_known_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "i18n" / "landcast_ru.ts"
    collector.write_translations(path, "ru", {"Seed & <more>": "Зерно & <ещё>", "New": ""})
    assert collector.read_translations(path) == {"Seed & <more>": "Зерно & <ещё>", "New": ""}
    assert 'type="unfinished"' in path.read_text(encoding="utf-8")
