"""The settings of the options page, each a field with its words; read when the page opens, written on OK."""

from __future__ import annotations

from qgis.core import QgsSettings
from qgis.gui import QgsAuthConfigSelect, QgsFileWidget
from qgis.PyQt.QtWidgets import QFormLayout, QGroupBox, QLabel, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from ..environment.network import CA_SETTING, read_proxy
from ..environment.settings import BASE_PYTHON_SETTING, INSTALL_FROM_SETTING, SHA256_SETTING
from ..environment.where import FOLDER_SETTING, environments_folder, text_setting
from ..interpreter import SETTING as PYTHON_SETTING
from ..translation import tr
from ..worker.choice import AUTO, KEYS_SETTING
from ..worker.choice import SETTING as WORKER_SETTING

FILE, FOLDER = QgsFileWidget.StorageMode.GetFile, QgsFileWidget.StorageMode.GetDirectory


class WorkerFields(QGroupBox):  # type: ignore[misc]
    """Which worker: one that this QGIS starts, or another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Worker"), parent)
        self.own = QRadioButton(tr("Started by QGIS, on this machine"))
        self.other = QRadioButton(tr("One that runs already, here or on another machine"))
        self.address = QLineEdit()
        self.address.setPlaceholderText(
            tr('tcp://host:5600, or "{auto}" for the one that “landcast serve” started here').format(auto=AUTO)
        )
        self.keys = QgsAuthConfigSelect(self)
        self.keys.setToolTip(
            tr("Basic authentication: user name is your public key, password your secret key, realm the worker's.")
        )
        layout = QVBoxLayout(self)
        layout.addWidget(self.own)
        layout.addWidget(self.other)
        form = QFormLayout()
        form.addRow(tr("Address"), self.address)
        form.addRow(tr("Keys"), self.keys)
        layout.addLayout(form)
        self.other.toggled.connect(self._enable)

    def load(self) -> None:
        """Show what the settings say."""
        where = text_setting(WORKER_SETTING)
        self.other.setChecked(bool(where))
        self.own.setChecked(not where)
        self.address.setText(where)
        if text_setting(KEYS_SETTING):
            self.keys.setConfigId(text_setting(KEYS_SETTING))
        self._enable(bool(where))

    def save(self) -> None:
        """Write what is shown."""
        where = self.address.text().strip() if self.other.isChecked() else ""
        write_setting(WORKER_SETTING, where)
        write_setting(KEYS_SETTING, self.keys.configId() if where else text_setting(KEYS_SETTING))

    def _enable(self, is_other: bool) -> None:
        self.address.setEnabled(is_other)
        self.keys.setEnabled(is_other)


class InstallFields(QGroupBox):  # type: ignore[misc]
    """Where Landcast is, or is installed from and to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Landcast's Python"), parent)
        self.python = _chooser(FILE, tr("the environment that the panel makes"))
        self.source = QLineEdit()
        self.source.setPlaceholderText(tr("a wheel of Landcast, a folder of wheels, or the address of an index"))
        self.source.setToolTip(
            tr(
                "A wheel of Landcast, a folder with the wheels of all packages, or the address of a package index that "
                "you trust. Empty: the index that pip is set to, for which the SHA-256 must be given."
            )
        )
        self.sha256 = QLineEdit()
        self.sha256.setPlaceholderText(tr("not checked, unless a file NAME.whl.sha256 stands beside the wheel"))
        self.folder = _chooser(FOLDER, str(environments_folder()))
        self.base_python = _chooser(FILE, tr("the fittest that is found"))
        self.ca_file = _chooser(FILE, tr("the system's, and those of QGIS's authentication settings"))
        self.proxy = QLabel()
        self.proxy.setWordWrap(True)
        form = QFormLayout(self)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Python to use"), self.python)
        form.addRow(tr("Install from"), self.source)
        form.addRow(tr("SHA-256 of the wheel"), self.sha256)
        form.addRow(tr("Folder of environments"), self.folder)
        form.addRow(tr("Python to make them with"), self.base_python)
        form.addRow(tr("Certificates (PEM)"), self.ca_file)
        form.addRow(tr("Proxy"), self.proxy)

    def load(self) -> None:
        """Show what the settings say."""
        for setting, field in self._texts():
            field.setText(text_setting(setting))
        for setting, chooser in self._choosers():
            chooser.setFilePath(text_setting(setting))
        proxy = read_proxy()
        self.proxy.setText(
            tr("the system's, if any (Settings > Options > Network)")
            if proxy is None
            else tr("{} (Settings > Options > Network)").format(proxy.shown)
        )

    def save(self) -> None:
        """Write what is shown."""
        for setting, field in self._texts():
            write_setting(setting, field.text().strip())
        for setting, chooser in self._choosers():
            write_setting(setting, chooser.filePath().strip())

    def _texts(self) -> list[tuple[str, QLineEdit]]:
        return [(INSTALL_FROM_SETTING, self.source), (SHA256_SETTING, self.sha256)]

    def _choosers(self) -> list[tuple[str, QgsFileWidget]]:
        return [
            (PYTHON_SETTING, self.python),
            (FOLDER_SETTING, self.folder),
            (BASE_PYTHON_SETTING, self.base_python),
            (CA_SETTING, self.ca_file),
        ]


def write_setting(name: str, value: str) -> None:
    """Keep a setting; none where it is empty."""
    if value:
        QgsSettings().setValue(name, value)
    else:
        QgsSettings().remove(name)


def _chooser(mode: QgsFileWidget.StorageMode, empty: str) -> QgsFileWidget:
    chooser = QgsFileWidget()
    chooser.setStorageMode(mode)
    chooser.lineEdit().setPlaceholderText(empty)
    return chooser
