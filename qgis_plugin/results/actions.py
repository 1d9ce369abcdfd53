"""What can be done with a result: in the context menu of its layers and its group, and as methods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis, QgsApplication, QgsLayerTreeNode, QgsMapLayer, QgsSettings
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QFileDialog

from ..free_file import free_name
from ..interpreter import InterpreterError
from ..log import LOG
from ..translation import tr
from .blinking import Blinking
from .comparison import Comparison
from .exporting import Export, export_animation, export_picture
from .layer_menu import Entry, LayerMenu
from .map_frames import NoPastError, PlaceError
from .metadata import kind_of
from .playing import NotDatedError, play
from .runs_in_tree import PREDICTED, RunInTree, find_run
from .swipe_tool import SwipeTool

if TYPE_CHECKING:
    from ..runs.controller import RunController

FOLDER_SETTING = "landcast/export_folder"


class ResultActions(QObject):  # type: ignore[misc]
    """A part of the windows.

    Args:
        iface: of QGIS.
        controller: tells whoever predicts that the user wants to go further.

    Attributes:
        controller: as given.
    """

    def __init__(self, iface: Any, controller: RunController) -> None:
        super().__init__()
        self._iface, self.controller = iface, controller
        self._comparison: Comparison | None = None
        self._tool: SwipeTool | None = None
        self._exports: list[Export] = []
        all_entries = [
            *self._comparing_entries(), *self._stopping_entries(), *self._run_entries(), *self._layer_entries()
        ]  # fmt: skip
        self._menu = LayerMenu(iface, self.entries, all_entries)

    def load(self) -> None:
        """Follow the context menu of the layer tree."""
        self._menu.load()

    def unload(self) -> None:
        """Stop all that was begun."""
        self._menu.unload()
        self.stop_comparing()
        self.stop_exporting()

    @property
    def comparison(self) -> Comparison | None:
        """The one in progress."""
        return self._comparison

    def swipe(self, node: QgsLayerTreeNode | None) -> None:
        """Compare by a line that follows the mouse."""
        comparison = self._compare(node)
        if comparison is not None:
            self._tool = SwipeTool(self._iface.mapCanvas(), comparison)
            self._iface.mapCanvas().setMapTool(self._tool)
            self._iface.mapCanvas().setFocus()
            # after the tool's own slot
            comparison.stopped.connect(self._drop_tool)

    def blink(self, node: QgsLayerTreeNode | None) -> None:
        """Compare by turns."""
        comparison = self._compare(node)
        if comparison is not None:
            Blinking(comparison)

    def stop_comparing(self) -> None:
        """Show the map as it was."""
        if self._comparison is not None:
            self._comparison.stop()

    def stop_exporting(self) -> None:
        """Leave what is being written."""
        for export in list(self._exports):
            export.cancel()

    def play(self, node: QgsLayerTreeNode | None) -> None:
        """Let the temporal controller play past, present and future."""
        run = self._run(node)
        if run is None:
            return
        try:
            play(run, self._iface.mapCanvas(), self._iface.mainWindow())
        except NotDatedError as error:
            self._tell(str(error), Qgis.MessageLevel.Warning)

    def predict_further(self, node: QgsLayerTreeNode | None) -> None:
        """Have the form filled so that this prediction is the source of the next."""
        run = self._run(node)
        if run is not None:
            self.controller.further_asked.emit(run.chosen)

    def copy_details(self, layer: QgsMapLayer) -> None:
        """Put the details of the run on the clipboard."""
        lines = [layer.name(), layer.metadata().abstract(), *layer.metadata().history()]
        QgsApplication.clipboard().setText("\n".join(lines))
        self._tell(tr("The details of the run are on the clipboard."), Qgis.MessageLevel.Info)

    def export_picture(self, node: QgsLayerTreeNode | None, output: Path | None = None) -> Export | None:
        """Write before and after side by side; the file is asked for where none is given."""
        return self._export(node, output, tr("PNG picture") + " (*.png)", ".png", export_picture)

    def export_animation(self, node: QgsLayerTreeNode | None, output: Path | None = None) -> Export | None:
        """Write past and future as an animation; the file is asked for where none is given."""
        kinds = tr("GIF animation") + " (*.gif);;" + tr("MP4 film") + " (*.mp4)"
        return self._export(node, output, kinds, ".gif", export_animation)

    def entries(self, node: QgsLayerTreeNode | None) -> list[Entry]:
        """What suits a node of the layer tree."""
        layer = None if node is None or not hasattr(node, "layer") else node.layer()
        entries: list[Entry] = []
        if find_run(node) is not None:
            entries += self._comparing_entries() if self._comparison is None else self._stopping_entries()
            entries += self._run_entries()
        if kind_of(layer) in PREDICTED:
            entries += self._layer_entries()
        return entries

    def _comparing_entries(self) -> list[Entry]:
        return [(tr("Compare by swiping"), self.swipe), (tr("Compare by blinking"), self.blink)]

    def _stopping_entries(self) -> list[Entry]:
        return [(tr("Stop comparing"), lambda _: self.stop_comparing())]

    def _run_entries(self) -> list[Entry]:
        return [
            (tr("Play past and future"), self.play),
            (tr("Predict further from here…"), self.predict_further),
            (tr("Export before and after as a picture…"), self.export_picture),
            (tr("Export an animation…"), self.export_animation),
        ]

    def _layer_entries(self) -> list[Entry]:
        return [(tr("Copy details of the run"), lambda node: self.copy_details(node.layer()))]

    def _run(self, node: QgsLayerTreeNode | None) -> RunInTree | None:
        run = find_run(node)
        if run is None:
            self._tell(tr("Choose a layer or a group that Landcast predicted."), Qgis.MessageLevel.Warning)
        return run

    def _compare(self, node: QgsLayerTreeNode | None) -> Comparison | None:
        run = self._run(node)
        self.stop_comparing()
        if run is None:
            return None
        self._comparison = Comparison(self._iface.mapCanvas(), run, self)
        self._comparison.stopped.connect(self._on_comparison_stopped)
        return self._comparison

    def _on_comparison_stopped(self) -> None:
        comparison, self._comparison = self._comparison, None
        if comparison is not None:
            comparison.deleteLater()

    def _drop_tool(self) -> None:
        """The map owns the tool, and outlives the plugin."""
        tool, self._tool = self._tool, None
        if tool is not None:
            tool.deleteLater()

    def _export(self, node: Any, output: Path | None, kinds: str, suffix: str, begin: Any) -> Export | None:
        run = self._run(node)
        path = output if output is not None or run is None else self._ask_file(run, kinds, suffix)
        if run is None or path is None:
            return None
        try:
            export: Export = begin(run, self._iface.mapCanvas(), path, self)
        except (PlaceError, NoPastError, InterpreterError) as error:
            self._tell(str(error), Qgis.MessageLevel.Warning)
            return None
        self._exports.append(export)
        export.finished.connect(lambda problem, is_cancelled: self._on_exported(export, problem, is_cancelled))
        return export

    def _on_exported(self, export: Export, problem: str, is_cancelled: bool) -> None:
        self._exports.remove(export)
        if problem:
            self._tell(
                tr("{name} was not written: {reason}").format(name=export.output.name, reason=problem),
                Qgis.MessageLevel.Warning,
            )
        elif not is_cancelled:
            link = f'<a href="{export.output.as_uri()}">{export.output}</a>'
            self._tell(tr("Written: {link}").format(link=link), Qgis.MessageLevel.Success)
        export.deleteLater()

    def _ask_file(self, run: RunInTree, kinds: str, suffix: str) -> Path | None:
        folder = Path(str(QgsSettings().value(FOLDER_SETTING, "") or Path.home()))
        name = "".join(one if one.isalnum() or one in " -_()" else "_" for one in run.title)
        chosen, kind = QFileDialog.getSaveFileName(
            self._iface.mainWindow(), tr("Export"), str(folder / f"{name}{suffix}"), kinds
        )
        if not chosen:
            return None
        path = Path(chosen)
        QgsSettings().setValue(FOLDER_SETTING, str(path.parent))
        known = (".gif", ".mp4") if suffix == ".gif" else (suffix,)
        if path.suffix.lower() in known:
            return path
        # the dialog did not ask whether to replace a file of this name
        return free_name(path.with_name(path.name + (".mp4" if "*.mp4" in kind else suffix)))

    def _tell(self, text: str, level: Any) -> None:
        self._iface.messageBar().pushMessage(LOG, text, level)
