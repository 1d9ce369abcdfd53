"""Small words beside the fields of the form, and how a wrong field looks."""

from __future__ import annotations

from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLabel, QSizePolicy, QWidget

SMALLER = 0.92
FAINT = 170
WRONG = "{kind} {{ border: 1px solid #c0392b; border-radius: 2px; padding: 1px; }}"


class WrappedLabel(QLabel):  # type: ignore[misc]
    """Text in as many lines as it needs at its width; Qt's own guess at a good shape leaves gaps in a form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setWordWrap(True)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """One line; more by its width."""
        return QSize(0, self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as may be."""
        return self.sizeHint()


class NoteLabel(WrappedLabel):
    """Explains the field above it, in quieter letters; takes no room while it has nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * SMALLER)
        self.setFont(font)
        fade(self)

    def say(self, text: str) -> None:
        """Show a text, or nothing."""
        self.setText(text)
        self.setVisible(bool(text))


def fade(label: QLabel) -> None:
    """Write in quieter colour, whatever the theme."""
    palette = label.palette()
    colour = palette.color(QPalette.ColorRole.WindowText)
    colour.setAlpha(FAINT)
    palette.setColor(QPalette.ColorRole.WindowText, colour)
    label.setPalette(palette)


def mark_wrong(field: QWidget, is_wrong: bool) -> None:
    """Draw a field as one that cannot be understood, or as any other."""
    field.setStyleSheet(WRONG.format(kind=type(field).__name__) if is_wrong else "")


def add_below(form: QFormLayout, field: QWidget) -> None:
    """Put something under a field; without a label, which would take room where it is hidden."""
    form.setWidget(form.rowCount(), QFormLayout.ItemRole.FieldRole, field)


def let_shrink(field: QComboBox, letters: int = 8) -> None:
    """Let a list be narrower than the longest of its texts."""
    field.setMinimumContentsLength(letters)
    field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
