"""How far an area is from what a model was trained on, in the user's language."""

from __future__ import annotations

from ..core.protocol.values import DomainFigure
from .translation import tr


def domain_words(figure: DomainFigure) -> str:
    """The figure, for who has to judge it."""
    return tr(
        "{unlike} % of {tiles} tiles spread over the area are unlike what the model was trained on "
        "(median distance {median}; like its training is up to 1)"
    ).format(unlike=round(100 * figure.unlike_share), tiles=figure.tiles, median=f"{figure.median:.2f}")


def domain_warning(figure: DomainFigure) -> str:
    """The same, where the user should know before anything is predicted."""
    return tr("{figure}: take with care what is predicted there.").format(figure=domain_words(figure))
