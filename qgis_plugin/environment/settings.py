"""What the user's settings say about the environment: where, from what, by which proxy. In the main thread."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ... import __version__
from .installing import InstallOrder
from .network import CA_SETTING, certificate_variables, proxy_variables, read_own_certificates, read_proxy
from .source import read_source
from .where import environments_folder, text_setting

INSTALL_FROM_SETTING = "landcast/install_from"
SHA256_SETTING = "landcast/install_sha256"
BASE_PYTHON_SETTING = "landcast/base_python"


def read_order() -> InstallOrder:
    """What is to be made, as the settings are.

    Raises:
        SourceError: there is nothing to install from.
        OSError: the file with certificates cannot be read.
    """
    python = text_setting(BASE_PYTHON_SETTING)
    return InstallOrder(
        environments_folder(),
        __version__,
        read_source(text_setting(INSTALL_FROM_SETTING)),
        text_setting(SHA256_SETTING),
        network_variables(),
        Path(python).expanduser().absolute() if python else None,
        Path(sys.exec_prefix),
    )


def network_variables() -> dict[str, str]:
    """Proxy and certificates for the programs that download.

    Raises:
        OSError: the file with certificates cannot be read.
    """
    own = read_own_certificates()
    certificates = certificate_variables(os.environ, text_setting(CA_SETTING), own, environments_folder())
    return {**proxy_variables(read_proxy()), **certificates}
