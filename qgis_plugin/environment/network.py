"""Proxy and certificates of QGIS's settings, as variables for the programs that download.

Variables and not arguments: any user of the machine may read the arguments of a process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from qgis.core import QgsApplication, QgsNetworkAccessManager, QgsSettings
from qgis.PyQt.QtNetwork import QNetworkProxy

from ..translation import tr
from .places import CERTIFICATES, claim_own

CA_SETTING = "landcast/ca_file"
CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
SCHEMES = {"http": "http", "socks": "socks5h"}


@dataclass(frozen=True)
class Proxy:
    """A proxy server.

    Attributes:
        kind: `http` or `socks`.
        host, port: where it listens.
        user, password: empty where it asks for none.
        passed: hosts that are reached without it.
    """

    kind: str
    host: str
    port: int
    user: str = ""
    password: str = ""
    passed: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """As programs take it, with user and password."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{SCHEMES[self.kind]}://{login}{self.host}{port}"

    @property
    def shown(self) -> str:
        """As a person may see it."""
        return f"{self.host}:{self.port}" + (tr(" with a password") if self.password else "")


def read_proxy() -> Proxy | None:
    """The proxy of QGIS's network settings, with the login of its authentication store; None where it uses none.

    Where QGIS follows the system's proxy there is none either: pip follows that by itself. In the main thread, as a
    master password may have to be entered.
    """
    if not QgsSettings().value("proxy/proxyEnabled", False, type=bool):
        return None
    manager = QgsNetworkAccessManager.instance()
    manager.setupDefaultProxyAndCache()
    return as_proxy(manager.fallbackProxy(), manager.excludeList())


def as_proxy(proxy: QNetworkProxy, passed: Sequence[str]) -> Proxy | None:
    """From Qt's description; None where it names no server."""
    if not proxy.hostName():
        return None
    kind = "socks" if proxy.type() == QNetworkProxy.ProxyType.Socks5Proxy else "http"
    hosts = tuple(one.split("://")[-1].strip("/") for one in passed if one.strip())
    return Proxy(kind, proxy.hostName(), int(proxy.port()), proxy.user(), proxy.password(), hosts)


def proxy_variables(proxy: Proxy | None) -> dict[str, str]:
    """The variables by which programs find a proxy; none where there is none, which leaves the environment's own."""
    if proxy is None:
        return {}
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    without = {name: ",".join(proxy.passed) for name in ("NO_PROXY", "no_proxy")} if proxy.passed else {}
    return {**dict.fromkeys(names, proxy.url), **without}


def certificate_variables(environment: Mapping[str, str], named: str, own: bytes, base: Path) -> dict[str, str]:
    """The variables by which programs find certificates of an authority that the system does not know.

    Args:
        environment: of this process; what it says is left.
        named: a file with certificates, of the setting; empty where there is none.
        own: certificates in PEM form that QGIS trusts beside the system's; empty where there are none.
        base: folder of environments, in whose own part `own` is written.

    Raises:
        NotOursError: that part is not ours.
        OSError: `named` cannot be read, or `own` not be written.
    """
    if named:
        path = Path(named).expanduser().absolute()
        path.open("rb").close()
        return dict.fromkeys(CA_VARIABLES, str(path))
    if any(environment.get(name) for name in CA_VARIABLES) or not own.strip():
        return {}
    claim_own(base)
    path = base / CERTIFICATES
    path.write_bytes(own)
    return dict.fromkeys(CA_VARIABLES, str(path))


def read_own_certificates() -> bytes:
    """All certificates that QGIS trusts, where a person added some of their own; else nothing. In the main thread."""
    manager = QgsApplication.authManager()
    if manager.isDisabled() or not (manager.databaseCAs() or manager.extraFileCAs()):
        return b""
    return bytes(manager.trustedCaCertsPemText())
