"""The form: widgets and what is chosen in them; knows nothing of workers and runs."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsProject
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QAction, QFormLayout, QFrame, QScrollArea, QVBoxLayout, QWidget

from ..translation import tr
from .area_fields import AreaFields
from .choices import Choices
from .model_fields import ModelFields
from .more_fields import MoreFields
from .remembered import last_folder
from .run_fields import RunFields
from .scale_fields import ScaleFields
from .source_fields import SourceFields
from .years_fields import YearsFields

WIDTH_PX = 340


class PredictionForm(QWidget):  # type: ignore[misc]
    """All that is chosen for a prediction, above what it would be.

    Attributes:
        source, area, model, years, scale, more: groups of fields.
        output: file to write; a temporary one where empty.
        run: plan, buttons and progress.
    """

    changed = pyqtSignal()
    """Something else is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = SourceFields(self)
        self.area = AreaFields(self)
        self.model = ModelFields(self)
        self.years = YearsFields(self)
        self.scale = ScaleFields(self)
        self.more = MoreFields(self)
        self.output = self._make_output()
        self.run = RunFields()
        self._arrange()
        self._connect()

    @staticmethod
    def _make_output() -> QgsFileWidget:
        output = QgsFileWidget()
        output.setObjectName("landcastOutput")
        output.setStorageMode(QgsFileWidget.StorageMode.SaveFile)
        output.setDefaultRoot(last_folder())
        # a file that is there already is never replaced: the result gets another name
        output.setConfirmOverwrite(False)
        output.setFilter(tr("GeoTIFF") + " (*.tif *.tiff)")
        output.setDialogTitle(tr("File of the future layer"))
        output.lineEdit().setPlaceholderText(tr("temporary file"))
        output.setToolTip(
            tr("Where the result is written. A temporary file is gone once QGIS ends; save its layer to keep it.")
        )
        return output

    def _arrange(self) -> None:
        inner = QWidget()
        form = QFormLayout(inner)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setContentsMargins(9, 9, 9, 6)
        form.setVerticalSpacing(5)
        for fields in (self.source, self.area, self.model, self.years, self.scale):
            fields.add_to(form)
        form.addRow(tr("O&utput"), self.output)
        form.labelForField(self.output).setBuddy(self.output.lineEdit())
        form.addRow(self.more.box)
        scroll = _NarrowArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        column.addWidget(line)
        column.addWidget(self.run)

    def _connect(self) -> None:
        self.source.changed.connect(self._on_source)
        self.model.changed.connect(self._on_model)
        for fields in (self.area, self.years, self.scale, self.more):
            fields.changed.connect(self.changed)
        self.output.fileChanged.connect(self.changed)
        # a panel has no default button that Enter would press
        enter = QAction(self)
        enter.setShortcut("Ctrl+Return")
        enter.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        enter.triggered.connect(self.run.predict.click)
        self.addAction(enter)
        self._on_source()

    def choices(self) -> Choices:
        """All that is chosen."""
        layer, polygons = self.source.chosen_layer, self.area.chosen_polygons
        is_selected_only = self.area.is_selected_only
        return Choices(
            layer="" if layer is None else layer.id(),
            is_canvas=self.source.is_canvas,
            bands=self.more.chosen_bands,
            source_date=self.source.source_date,
            area=self.area.chosen_kind,
            rectangle=self.area.rectangle,
            polygons="" if polygons is None else polygons.id(),
            is_selected_only=is_selected_only.isEnabled() and is_selected_only.isChecked(),
            ground_scale_m=self.scale.chosen_m,
            model=self.model.chosen,
            years_ahead=self.years.chosen,
            members=self.more.members.value(),
            seed=self.more.seed.value(),
            keeps_iterations=self.more.keeps_iterations.isChecked(),
            draws_typical=self.more.is_drawing_typical,
            maps_domain=self.more.is_mapping_domain,
            output=str(self.output.filePath()).strip(),
        )

    def show_choices(self, choices: Choices) -> None:
        """Fill in what was chosen before, as far as it is still there."""
        self.source.show_choices(choices, _layer(choices.layer))
        self.area.show_choices(choices, _layer(choices.polygons))
        self.model.choose(choices.model)
        self.years.choose(choices.years_ahead)
        self.scale.choose(choices.ground_scale_m)
        self.more.show_choices(choices)
        self.output.setFilePath(choices.output)

    def stop_following(self) -> None:
        """Leave project and layers alone; called before the form is deleted."""
        self.source.close()
        self.area.close()

    def _on_source(self) -> None:
        self.more.show_layer(self.source.chosen_layer)
        self.changed.emit()

    def _on_model(self) -> None:
        self.years.show_card(self.model.card)
        self.more.show_card(self.model.card)
        self.changed.emit()


def _layer(identity: str) -> QgsMapLayer | None:
    return QgsProject.instance().mapLayer(identity) if identity else None


class _NarrowArea(QScrollArea):  # type: ignore[misc]
    """Scrolls up and down, and is never narrower than what it holds."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the fields and the bar beside them."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self.widget().minimumSizeHint().width() + bar, 120)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for most languages."""
        return QSize(max(WIDTH_PX, self.minimumSizeHint().width()), self.widget().sizeHint().height())
