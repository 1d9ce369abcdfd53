"""What a job is asked to do, as it travels; whoever carries it out checks what the fields mean together."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, Optional, Union

from .fields import AtMost, Between, Bounds, CrsText, Name, PathText, PixelType, Real, Shape, Transform

Radiometry = Literal["auto", "as-is", "stretch", "match"]
DeviceChoice = Literal["auto", "cpu", "cuda"]
PrecisionChoice = Literal["auto", "fp32", "bf16", "fp16"]
Positive = Annotated[float, Between(1e-9, 1e9)]
Years = Annotated[float, Between(0, 200)]
Band = Annotated[int, Between(1, 65535)]
Members = Annotated[int, Between(1, 256)]
Seed = Annotated[int, Between(0, 2**63 - 1)]
Steps = Annotated[int, Between(1, 100_000_000)]


@dataclass(frozen=True)
class SourceOptions:
    """`core.raster.options.SourceOptions`, field by field."""

    bands: Annotated[Optional[tuple[Band, ...]], AtMost(3)] = None
    assume_crs: Optional[CrsText] = None
    gsd_m: Optional[Positive] = None
    is_remote_allowed: bool = False


@dataclass(frozen=True)
class PredictRequest:
    """`core.request.PredictionRequest`, field by field, with paths as text.

    Where the client sends the pixels, `source` is the name that is recorded for them.
    """

    kind: ClassVar[str] = "predict"

    source: PathText
    output: Optional[PathText] = None
    source_options: SourceOptions = field(default_factory=SourceOptions)
    ground_scale_m: Optional[Positive] = None
    crs: Optional[CrsText] = None
    years: Optional[Years] = None
    iterations: Optional[Annotated[int, Between(1, 50)]] = None
    extent: Optional[Bounds] = None
    extent_crs: Optional[CrsText] = None
    area: Optional[PathText] = None
    area_layer: Optional[Name] = None
    area_crs: Optional[CrsText] = None
    radiometry: Radiometry = "auto"
    stretch: Annotated[Optional[tuple[Real, ...]], AtMost(6)] = None
    source_date: Optional[Name] = None
    members: Members = 1
    seed: Seed = 0
    model: PathText = "naip-california"
    device: DeviceChoice = "auto"
    precision: PrecisionChoice = "auto"
    sampling_steps: Optional[Annotated[int, Between(1, 100_000)]] = None
    max_output_px: Annotated[int, Between(1, 2**62)] = 2_000_000_000
    is_strict: bool = False
    is_overwriting: bool = False
    is_keeping_iterations: bool = False
    is_drawing_typical: bool = False
    is_mapping_domain: bool = False
    quicklook: Optional[PathText] = None


@dataclass(frozen=True)
class PairSource:
    """Two rasters, or two folders whose equal file names pair the dates; years by the paths where None."""

    before: PathText
    after: PathText
    years: Optional[Years] = None


@dataclass(frozen=True)
class EvaluateRequest:
    """How good a model is on pairs: what `landcast evaluate` takes.

    Attributes:
        pairs: pooled.
        folder: for the results.
        dress_with: training pairs whose residuals dress persistence.
        config: settings whose pairs dress persistence as well.
        into_card: the place that the figures were measured on, to be added to the model's card.
        rivals: names or folders of further models for the same table.
        iterations: above 1 the longest interval is forecast in so many steps as well, to see whether that drifts.
    """

    kind: ClassVar[str] = "evaluate"

    pairs: Annotated[tuple[PairSource, ...], AtMost(64)]
    folder: PathText
    model: PathText = "naip-california"
    members: Annotated[int, Between(2, 256)] = 16
    seed: Seed = 0
    sampling_steps: Optional[Annotated[int, Between(1, 100_000)]] = None
    dress_with: Annotated[tuple[PairSource, ...], AtMost(64)] = ()
    config: Optional[PathText] = None
    into_card: Optional[Name] = None
    device: DeviceChoice = "auto"
    precision: PrecisionChoice = "auto"
    rivals: Annotated[tuple[PathText, ...], AtMost(16)] = ()
    iterations: Annotated[int, Between(1, 50)] = 1


@dataclass(frozen=True)
class TrainRequest:
    """A model of one's own: what `landcast train` takes.

    Attributes:
        folder: the model to make.
        pairs: those of `config` where none are given.
        config: settings in TOML.
        preset: settings to start from; the file's, else `default`, where None.
        is_resuming: whether to go on where an earlier run stopped.
        perceptual_weights: safetensors file with the weights of a VGG19, whose features the upscaler is held to.
        has_tensorboard: whether curves are written for TensorBoard as well.
        base: name or folder of the model whose weights it begins with, to be fine-tuned; the settings' own where None.
        datasets: folders that `landcast pairs` made, in the place of those in the settings.
        memory_limit_bytes: that a step may take; what a GPU has free where None.
    """

    kind: ClassVar[str] = "train"

    folder: PathText
    pairs: Annotated[tuple[PairSource, ...], AtMost(64)] = ()
    config: Optional[PathText] = None
    preset: Optional[Name] = None
    max_steps: Optional[Steps] = None
    stage: Literal["all", "forecaster", "upscaler"] = "all"
    is_resuming: bool = False
    device: DeviceChoice = "auto"
    precision: PrecisionChoice = "auto"
    threads: Optional[Annotated[int, Between(1, 4096)]] = None
    perceptual_weights: Optional[PathText] = None
    has_tensorboard: bool = False
    base: Optional[PathText] = None
    datasets: Annotated[tuple[PathText, ...], AtMost(64)] = ()
    memory_limit_bytes: Optional[Annotated[int, Between(1, 2**62)]] = None


JobRequest = Union[PredictRequest, EvaluateRequest, TrainRequest]


@dataclass(frozen=True)
class SourceGrid:
    """An image that the worker cannot open, as the client knows it.

    Attributes:
        crs: of the image.
        bounds_xy: of the image, in units of `crs`.
        bands: one (grey) or three.
        dtype: of the values that will be sent.
        shape_yx: None for an image without pixels of its own, which is drawn at any scale (XYZ, WMS).
        transform: of an image with pixels of its own; by bounds and shape where None.
    """

    crs: CrsText
    bounds_xy: Bounds
    bands: Annotated[int, Between(1, 3)]
    dtype: PixelType
    shape_yx: Optional[Shape] = None
    transform: Optional[Transform] = None
