"""What the worker says, in the words of the form: it names settings as the command line does."""

from __future__ import annotations

import re

from ..translation import tr

OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")


def in_plain_words(text: str) -> str:
    """The text with the options of the command line named as the fields of the form are."""
    fields = {
        "area": tr("area"),
        "bands": tr("bands"),
        "extent": tr("area"),
        "from": tr("start from a model"),
        "ground-scale": tr("ground scale"),
        "gsd": tr("metres a pixel"),
        "iterations": tr("iterations"),
        "keep-iterations": tr("keep every iteration"),
        "members": tr("members"),
        "memory-limit": tr("memory that a step may take"),
        "model": tr("model"),
        "pairs": tr("dataset"),
        "seed": tr("seed"),
        "source-date": tr("date"),
        "typical": tr("most typical future"),
        "years": tr("years ahead"),
    }
    named = OPTION.sub(lambda match: fields.get(match[1], match[0]), text)
    return named[:1].upper() + named[1:] if named != text and not text[:1].isupper() else named
