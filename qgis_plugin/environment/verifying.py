"""A real operation in the finished environment: on the graphics card if there is one, against the processor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..interpreter import MODULE
from ..translation import tr
from .places import Environment
from .problems import CardError, VerifyError
from .running import run
from .torch_build import TorchBuild

TOLERANCE = 1e-3
OPERATION = """
import json
import torch
from torch.nn.functional import conv2d

torch.backends.cudnn.allow_tf32 = False
generator = torch.Generator().manual_seed(0)
image = torch.randn(2, 16, 32, 32, generator=generator)
weight = torch.randn(8, 16, 3, 3, generator=generator)
expected = conv2d(image, weight)
by_hand = float((image[0, :, :3, :3] * weight[0]).sum())
facts = {"torch": torch.__version__, "device": "cpu", "name": "", "problem": "",
         "processor_error": abs(float(expected[0, 0, 0, 0]) - by_hand)}
try:
    if torch.cuda.is_available():
        facts["name"] = torch.cuda.get_device_name()
        found = conv2d(image.cuda(), weight.cuda()).cpu()
        facts["error"] = float((found - expected).abs().max())
        facts["device"] = "cuda"
except RuntimeError as error:
    facts["problem"] = str(error).splitlines()[0]
print(json.dumps(facts))
"""


@dataclass(frozen=True)
class Verified:
    """What the environment was seen to do.

    Attributes:
        torch: its version.
        device: `cuda` or `cpu`.
        words: for a person: what Landcast computes on, and why not on the card.
        doctor: what Landcast says of itself.
    """

    torch: str
    device: str
    words: str
    doctor: dict[str, Any]


def verify(
    environment: Environment,
    version: str,
    build: TorchBuild,
    variables: Mapping[str, str],
    hear: Callable[[str], None],
    is_cancelled: Callable[[], bool],
) -> Verified:
    """Compute in an environment, and ask Landcast in it what it is.

    Raises:
        VerifyError: it does not compute, or holds another version.
        CardError: the card does not compute, the processor does.
        ChildCancelledError: `is_cancelled` said yes.
        OSError: it cannot be started.
    """
    interpreter = str(environment.interpreter)
    computed = _ask([interpreter, "-c", OPERATION], variables, hear, is_cancelled)
    device, words = judge(computed, build)
    doctor = _ask([interpreter, "-m", MODULE, "doctor", "--json"], variables, hear, is_cancelled)
    if doctor.get("landcast") != version:
        raise VerifyError(
            tr("The environment holds Landcast {found}, not {version}.").format(
                found=doctor.get("landcast", "?"), version=version
            )
        )
    broken = [f"{name}: {value}" for name, value in doctor.items() if str(value).startswith("BROKEN")]
    if broken:
        raise VerifyError(tr("Landcast was installed and says that something is broken: {}").format("; ".join(broken)))
    return Verified(str(computed.get("torch", "")), device, words, doctor)


def judge(computed: Mapping[str, Any], build: TorchBuild) -> tuple[str, str]:
    """The device and the words for it, from what the operation gave.

    Raises:
        VerifyError: not even the processor computes rightly.
        CardError: PyTorch would use a card that does not compute.
    """
    if not float(computed.get("processor_error", 1.0)) <= TOLERANCE:
        raise VerifyError(tr("PyTorch was installed, but it computes wrongly on this processor."))
    name = computed.get("name") or tr("the graphics card")
    if computed.get("device") == "cuda" and float(computed.get("error", 1.0)) <= TOLERANCE:
        return "cuda", tr("Landcast computes on {name}.").format(name=name)
    if computed.get("device") == "cuda":
        raise CardError(
            tr("{name} gives wrong results: Landcast computes on the processor, which is slower.").format(name=name)
        )
    if computed.get("problem"):
        raise CardError(
            tr(
                "{name} was found and does not compute ({problem}): Landcast computes on the processor, which "
                "is slower."
            ).format(name=name, problem=computed["problem"])
        )
    if build.is_cuda:
        return "cpu", tr(
            "PyTorch does not see the graphics card, though its driver does: Landcast computes on the processor, which "
            "is slower."
        )
    return "cpu", build.reason


def read_json(lines: list[str]) -> dict[str, Any] | None:
    """The JSON object among lines of output; None where there is none."""
    text = "\n".join(lines)
    try:
        found = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _ask(
    command: list[str], variables: Mapping[str, str], hear: Callable[[str], None], is_cancelled: Callable[[], bool]
) -> dict[str, Any]:
    lines: list[str] = []

    def keep(line: str) -> None:
        lines.append(line)
        hear(line)

    exit_code = run(command, variables, keep, is_cancelled)
    found = read_json(lines)
    if found is None:
        raise VerifyError(
            tr("The environment was made, but what is in it does not run (exit code {code}): {words}").format(
                code=exit_code, words=" ".join(lines[-3:])
            )
        )
    return found
