"""What a result says of itself, where QGIS shows it: the layer's metadata, and properties that go with the project."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsRasterLayer

from ..translation import tr
from .dates import ahead_text
from .details import CHANGE, DOMAIN, PREDICTION, SPREAD, TYPICAL, Details

PROPERTY = "landcast/"
TAG_PROPERTY = f"{PROPERTY}landcast_"
PAST = "past"
KEYWORDS = ("synthetic", "prediction", "landcast")
MEASURED = ("landcast",)
"""Keywords of a layer that tells of the image and predicts nothing."""
FACTS = (
    "MODEL", "MODEL_SHA256", "SOURCE", "SOURCE_BANDS", "SOURCE_DATE", "RESULT_DATE", "YEARS_AHEAD", "ITERATIONS",
    "MEMBERS", "CHANGE_CALIBRATED", "CHANGE_CALIBRATED_ON", "SEED", "SAMPLING_STEPS", "GSD_M", "GROUND_SCALE_M",
    "AREA", "COMPOSITION", "VERSIONS",
)  # fmt: skip


def mark_layer(layer: QgsRasterLayer, details: Details) -> None:
    """Say in a layer's metadata and properties that it is predicted, and how."""
    metadata = layer.metadata()
    metadata.setTitle(layer.name())
    metadata.setAbstract(_abstract(details))
    metadata.setKeywords({"landcast": list(MEASURED if details.kind == DOMAIN else KEYWORDS)})
    metadata.setHistory(run_details(details))
    metadata.setType("dataset")
    metadata.setLanguage("")
    metadata.setCrs(layer.crs())
    if details.kind != DOMAIN:
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
    """`prediction`, `spread`, `change`, `typical`, `domain` or `past`; empty for a layer that is no result."""
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
    if details.kind == DOMAIN:
        return tr(
            "How far each tile of “{source}” is from what the model {model} was trained on. Up to 1 it is like the "
            "training; the further beyond, the less is to be made of what is predicted there. Near does not mean right."
        ).format(source=details.source, model=details.text("MODEL"))
    texts = {
        PREDICTION: tr("One way in which this place may look: {when}."),
        SPREAD: tr("How far the members of a prediction lie apart: {when}."),
        TYPICAL: tr("Of the members of a prediction, place by place the one that is most like the others: {when}."),
        CHANGE: _change_text(details),
    }
    first = texts.get(details.kind, texts[PREDICTION]).format(when=ahead_text(details))
    second = tr("Predicted by Landcast from “{source}” with the model {model}. Synthetic: this is not a photograph.")
    return f"{first} {second.format(source=details.source, model=details.text('MODEL'))}"


def _change_text(details: Details) -> str:
    """What the layer of change is worth, in words for who plans with it."""
    if details.is_calibrated:
        place = details.text("CHANGE_CALIBRATED_ON").replace("{", "").replace("}", "")
        return tr(
            "How probable it is that this place changes: {when}. Calibrated: in {place}, of the places that got 70 %, "
            "about 70 % did change."
        ).replace("{place}", place)
    if details.is_calibrated is False:
        members = details.text("MEMBERS")
        return tr(
            "How many of the {members} futures that were drawn change this place, in percent: {when}. Not calibrated: "
            "read it as more or less likely, not as a probability."
        ).replace("{members}", members)
    return tr("How probable it is that this place changes: {when}.")
