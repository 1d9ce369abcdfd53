"""What a result says of itself, where QGIS shows it: the layer's metadata, and properties that go with the project."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsRasterLayer

from ..translation import tr
from .dates import ahead_text
from .details import CHANGE, PREDICTION, SPREAD, Details

PROPERTY = "landcast/"
TAG_PROPERTY = f"{PROPERTY}landcast_"
PAST = "past"
KEYWORDS = ("synthetic", "prediction", "landcast")
FACTS = (
    "MODEL", "MODEL_SHA256", "SOURCE", "SOURCE_BANDS", "SOURCE_DATE", "RESULT_DATE", "YEARS_AHEAD", "ITERATIONS",
    "MEMBERS", "SEED", "SAMPLING_STEPS", "GSD_M", "GROUND_SCALE_M", "AREA", "COMPOSITION", "VERSIONS",
)  # fmt: skip


def mark_layer(layer: QgsRasterLayer, details: Details) -> None:
    """Say in a layer's metadata and properties that it is predicted, and how."""
    metadata = layer.metadata()
    metadata.setTitle(layer.name())
    metadata.setAbstract(_abstract(details))
    metadata.setKeywords({"landcast": list(KEYWORDS)})
    metadata.setHistory(run_details(details))
    metadata.setType("dataset")
    metadata.setLanguage("")
    metadata.setCrs(layer.crs())
    metadata.setRights([tr("Made up by a statistical model; not an observation.")])
    layer.setMetadata(metadata)
    for name, text in details.tags.items():
        layer.setCustomProperty(PROPERTY + name.lower(), text)
    layer.setCustomProperty(f"{PROPERTY}kind", details.kind)
    layer.setAbstract(_abstract(details))


def mark_past(layer: QgsMapLayer) -> None:
    """Say in a layer's properties that it is the image which a prediction was made from."""
    layer.setCustomProperty(f"{PROPERTY}kind", PAST)


def kind_of(layer: QgsMapLayer | None) -> str:
    """`prediction`, `spread`, `change` or `past`; empty for a layer that is no result."""
    return "" if layer is None else str(layer.customProperty(f"{PROPERTY}kind", "") or "")


def details_of(layer: QgsMapLayer) -> Details:
    """What was said of a layer when it was marked."""
    names = [name for name in layer.customPropertyKeys() if name.startswith(TAG_PROPERTY)]
    tags = {name[len(PROPERTY) :].upper(): str(layer.customProperty(name)) for name in names}
    return Details(kind_of(layer), tags)


def run_details(details: Details) -> list[str]:
    """All facts of a run, a line each."""
    lines = [] if not details.is_partial else [tr("Stopped before its end: only a part is there.")]
    return lines + [f"{name.lower()}: {details.text(name)}" for name in FACTS if details.text(name)]


def _abstract(details: Details) -> str:
    texts = {
        PREDICTION: tr("One way in which this place may look: {when}."),
        SPREAD: tr("How far the members of a prediction lie apart: {when}."),
        CHANGE: tr("How probable it is that this place changes: {when}."),
    }
    first = texts.get(details.kind, texts[PREDICTION]).format(when=ahead_text(details))
    second = tr("Predicted by Landcast from “{source}” with the model {model}. Synthetic: this is not a photograph.")
    return f"{first} {second.format(source=details.source, model=details.text('MODEL'))}"
