"""The three ways to a worker, in plain words."""

from __future__ import annotations

from pathlib import Path

from qgis.gui import QgsAuthConfigSelect, QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QGroupBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ..translation import tr
from .tall_area import let_shrink

BREAK = "\u200b"
"""Where a line may end though there is no blank."""


class Ways(QWidget):  # type: ignore[misc]
    """An environment of its own, a Python that has Landcast, a worker on another machine."""

    environment_asked = pyqtSignal()
    wheel_given = pyqtSignal(str)
    python_given = pyqtSignal(str)
    worker_given = pyqtSignal(str, str)
    """Address, and the id of the keys in the authentication store."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in (self._environment_box(), self._python_box(), self._worker_box()):
            layout.addWidget(let_shrink(box))

    def show_outlook(self, words: str, button: str, is_possible: bool) -> None:
        """Say what making an environment means here."""
        # a path is one word, which may be wider than the panel
        self.outlook.setText(words.replace("/", f"/{BREAK}").replace("\\", f"\\{BREAK}"))
        self.make.setText(button)
        self.make.setEnabled(is_possible)

    def show_wheel(self, name: str) -> None:
        """Show what Landcast is installed from, where that is a wheel."""
        self.wheel.blockSignals(True)
        self.wheel.setFilePath(name if name.endswith(".whl") else "")
        self.wheel.blockSignals(False)

    def _tell_wheel(self, name: str) -> None:
        # also called while somebody types
        if name.strip().endswith(".whl") and Path(name.strip()).is_file():
            self.wheel_given.emit(name.strip())

    def _environment_box(self) -> QGroupBox:
        box, layout = _group(tr("Make an environment (recommended)"))
        layout.addWidget(
            _words(
                tr(
                    "Landcast and its libraries go into a folder of their own. Neither QGIS nor any other program is "
                    "touched, and one button removes it again."
                )
            )
        )
        self.outlook = _words(tr("Looking at this machine…"))
        layout.addWidget(self.outlook)
        self.wheel = QgsFileWidget()
        self.wheel.setObjectName("landcastWheel")
        self.wheel.setDialogTitle(tr("Wheel of Landcast"))
        self.wheel.setFilter(tr("Wheel of Landcast") + " (landcast-*.whl)")
        self.wheel.lineEdit().setPlaceholderText(tr("Wheel of Landcast (landcast-….whl)"))
        self.wheel.fileChanged.connect(self._tell_wheel)
        layout.addWidget(let_shrink(self.wheel))
        self.make = QPushButton(tr("Make the environment"))
        self.make.setObjectName("landcastMakeEnvironment")
        self.make.setEnabled(False)
        self.make.clicked.connect(self.environment_asked)
        layout.addWidget(self.make)
        return box

    def _python_box(self) -> QGroupBox:
        box, layout = _group(tr("Use a Python that has Landcast"))
        layout.addWidget(
            _words(
                tr(
                    "If you have run “pip install landcast” in an environment already. Its interpreter is bin/python "
                    "there, or Scripts\\python.exe."
                )
            )
        )
        self.python = QgsFileWidget()
        self.python.setObjectName("landcastPython")
        self.python.setDialogTitle(tr("Python with Landcast in it"))
        self.python.setDefaultRoot(str(Path.home()))
        self.python.lineEdit().setPlaceholderText(tr("Interpreter of that environment"))
        layout.addWidget(let_shrink(self.python))
        use = QPushButton(tr("Use this Python"))
        use.setObjectName("landcastUsePython")
        use.clicked.connect(lambda: self.python_given.emit(self.python.filePath().strip()))
        layout.addWidget(use)
        return box

    def _worker_box(self) -> QGroupBox:
        box, layout = _group(tr("Use a worker on another machine"))
        layout.addWidget(
            _words(
                tr("Somebody runs “landcast serve” there and gave you address and keys. Your imagery is sent there.")
            )
        )
        self.address = QLineEdit()
        self.address.setObjectName("landcastAddress")
        self.address.setPlaceholderText("tcp://host:5600")
        self.address.setAccessibleName(tr("Address of the worker"))
        layout.addWidget(self.address)
        layout.addWidget(
            _words(
                tr(
                    "Keys, as basic authentication: user name is your public key, password your secret key, realm the "
                    "worker's public key. Without them the folder of “landcast keys” is used."
                )
            )
        )
        self.keys = QgsAuthConfigSelect(self)
        layout.addWidget(let_shrink(self.keys))
        use = QPushButton(tr("Use this worker"))
        use.setObjectName("landcastUseWorker")
        use.clicked.connect(lambda: self.worker_given.emit(self.address.text().strip(), self.keys.configId()))
        layout.addWidget(use)
        return box


def _group(title: str) -> tuple[QGroupBox, QVBoxLayout]:
    """A box whose title takes as many lines as it needs, which one of Qt's own does not."""
    box = QGroupBox()
    box.setAccessibleName(title)
    layout = QVBoxLayout(box)
    heading = _words(title)
    font = heading.font()
    font.setBold(True)
    heading.setFont(font)
    layout.addWidget(heading)
    return box, layout


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    let_shrink(label)
    return label
