"""Which worker the settings name; asked in the main thread, as a password of QGIS may have to be entered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from qgis.core import QgsApplication, QgsAuthMethodConfig, QgsSettings

from ...core.client.address import Keys
from ...core.client.errors import AddressError
from ...core.protocol.keys import ENDPOINT
from ..interpreter import find_interpreter
from ..translation import tr

SETTING = "landcast/worker"
KEYS_SETTING = "landcast/worker_auth"
AUTO = "auto"


class WorkerChoiceError(Exception):
    """The settings name no worker; the message says what to do."""


@dataclass(frozen=True)
class OwnWorker:
    """One that this QGIS starts.

    Attributes:
        interpreter: that Landcast is installed in.
    """

    interpreter: Path


@dataclass(frozen=True)
class OtherWorker:
    """One that somebody else started.

    Attributes:
        where: an endpoint or the path of a connection file; None for the one that `landcast serve` started here.
        keys: of QGIS's authentication store; those of the folder with keys where None.
    """

    where: str | None
    keys: Keys | None = None


WorkerChoice = Union[OwnWorker, OtherWorker]


def choose_worker() -> WorkerChoice:
    """The worker that the settings name; one of QGIS's own where they name none.

    Raises:
        WorkerChoiceError: the address is none, or its keys cannot be read.
        InterpreterError: no interpreter is set that could start one.
    """
    where = str(QgsSettings().value(SETTING, "") or "").strip()
    if not where:
        return OwnWorker(find_interpreter())
    if where == AUTO:
        return OtherWorker(None)
    if "://" in where and not re.fullmatch(ENDPOINT, where):
        raise WorkerChoiceError(
            tr("{where} (QGIS setting {setting}) is no address of a worker; it looks like tcp://host:5600.").format(
                where=where, setting=SETTING
            )
        )
    return OtherWorker(where, _stored_keys())


def _stored_keys() -> Keys | None:
    """Keys of an authentication configuration of kind `Basic`: user name and password are the client's, realm the
    worker's public key.
    """
    identity = str(QgsSettings().value(KEYS_SETTING, "") or "").strip()
    if not identity:
        return None
    is_loaded, config = QgsApplication.authManager().loadAuthenticationConfig(identity, QgsAuthMethodConfig(), True)
    if not is_loaded or config.method() != "Basic":
        raise WorkerChoiceError(
            tr(
                "The worker's keys (QGIS setting {setting}: {identity}) are not in the authentication store, or not as "
                "basic authentication: user name is your public key, password your secret one, realm the worker's."
            ).format(setting=KEYS_SETTING, identity=identity)
        )
    try:
        return Keys(config.config("username"), config.config("password"), config.config("realm") or None)
    except AddressError as error:
        raise WorkerChoiceError(tr("The worker's keys in the authentication store: {}").format(error)) from error
