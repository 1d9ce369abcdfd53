"""How far two images are apart in the features of a VGG19 or VGG16, whose weights the user brings.

Nothing is downloaded, and nothing is unpickled. The layers are those of Simonyan & Zisserman 2015, table 1, columns E
and D; weights bear the names of torchvision (`features.0.weight`), as most published files do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate, mse_loss

from ..core.errors import RequestError
from ..core.files import hash_file

WIDTHS_OF_STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Channels and convolutions of each stage; a pooling layer lies between two."""
WIDTHS_OF_VGG16 = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
SIDE_PX = 224
"""Images are brought to the side that the network was made for, as the method's authors do."""
PREFIX = "features."


class PerceptualLoss(nn.Module):
    """Mean squared error of the last convolution's features, before its activation; the network stays as it is.

    Raises:
        RequestError: the file cannot be read, or holds another network.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        self.features = build_vgg19_features()
        self.features.load_state_dict(read_weights(weights, self.features))
        self.features.eval().requires_grad_(False)

    def forward(self, drawn: Tensor, real: Tensor) -> Tensor:
        """Compare float32 (n, 3, y, x) in 0..1 with another; a scalar."""
        sized = [interpolate(image, (SIDE_PX, SIDE_PX), mode="bilinear") for image in (drawn, real)]
        return mse_loss(self.features(sized[0]), self.features(sized[1]).detach())


def hash_weights(path: Path) -> str:
    """SHA-256 of the file, so that a resumed run can tell another one; raises RequestError where it cannot be read."""
    try:
        return hash_file(path)
    except OSError as error:
        raise RequestError(f"--perceptual-weights {path}: cannot be read: {error.strerror}") from error


def build_vgg19_features() -> nn.Sequential:
    """The convolutional part of VGG19 up to and with its sixteenth convolution; 35 layers."""
    return nn.Sequential(*stage_layers(WIDTHS_OF_STAGES)[:-2])


def stage_layers(stages: Sequence[tuple[int, int]]) -> list[nn.Module]:
    """Layers of a VGG in order: stages of convolutions, each followed by its activation, and a pooling after each."""
    layers: list[nn.Module] = []
    before = 3
    for width, convolutions in stages:
        for _ in range(convolutions):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
            before = width
        layers.append(nn.MaxPool2d(2))
    return layers


def read_weights(path: Path, network: nn.Module, what: str = "VGG19") -> dict[str, Tensor]:
    """Read what a network, which is called `what`, needs of a safetensors file.

    Raises:
        RequestError: the file cannot be read, or a tensor is missing or of another shape.
    """
    said = _read(path)
    tensors = {name.removeprefix(PREFIX): tensor for name, tensor in said.items()}
    for name, wanted in network.state_dict().items():
        if name not in tensors:
            raise RequestError(f"{path}: {PREFIX}{name} is missing; the weights of a {what} are needed")
        if tensors[name].shape != wanted.shape:
            shapes = f"{tuple(tensors[name].shape)}, and that of a {what} {tuple(wanted.shape)}"
            raise RequestError(f"{path}: {PREFIX}{name} has the shape {shapes}")
    return {name: tensors[name].float() for name in network.state_dict()}


def _read(path: Path) -> dict[str, Tensor]:
    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise RequestError(
            f"--perceptual-weights {path}: cannot be read as safetensors ({error}); a state dict of torch becomes such "
            f"a file by safetensors.torch.save_file(state_dict, FILE), where you trust it"
        ) from error
