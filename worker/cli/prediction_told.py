"""What `landcast predict` says of one prediction, and of a dry run: for programs, and to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.raster.disk import format_bytes
from ...core.scenes.summary import duration

if TYPE_CHECKING:
    from ...core.predict import DryRun, Prediction


def describe(prediction: Prediction) -> dict[str, Any]:
    """Turn a prediction into what `--json` prints."""
    return {
        "output": str(prediction.paths["prediction"]),
        "files": {name: str(path) for name, path in prediction.paths.items()},
        "crs": prediction.grid.crs.to_string(),
        "transform": prediction.transform,
        "width": prediction.shape_yx[1],
        "height": prediction.shape_yx[0],
        **{name: value for name, value in prediction.facts.items() if value is not None},
        "warnings": prediction.warnings,
        "seconds": round(prediction.seconds, 2),
    }


def describe_dry_run(tried: DryRun) -> dict[str, Any]:
    """Turn a dry run into what `--json` prints."""
    plan = tried.plan
    return {
        "crs": plan.grid.crs.to_string(),
        "transform": plan.grid.transform(plan.rect).to_gdal(),
        "width": plan.rect.width,
        "height": plan.rect.height,
        "pixels": plan.rect.width * plan.rect.height,
        "is_native": plan.grid.is_native,
        "gsd_m": plan.grid.gsd_m,
        "ground_scale_m": plan.grid.ground_scale_m,
        "bands": plan.bands,
        "dtype": plan.dtype,
        "radiometry": plan.tones.kind,
        "years_ahead": plan.interval.years_ahead,
        "iterations": plan.interval.iterations,
        "source_date": plan.source_date,
        "result_date": plan.result_date,
        "blocks": len(plan.blocks),
        "unet_calls": tried.unet_calls,
        "upscaler_calls": tried.upscaler_calls,
        "seconds": round(tried.seconds, 1),
        "memory_bytes": tried.memory_bytes,
        "disk_bytes_expected": plan.disk_bytes[0],
        "disk_bytes_at_most": plan.disk_bytes[1],
        "warnings": list(plan.caveats),
        "notes": list(plan.notes),
    }


def tell_dry_run(tried: DryRun) -> str:
    """Turn a dry run into lines to read."""
    plan = tried.plan
    size = f"{plan.rect.width} x {plan.rect.height} px, {plan.rect.width * plan.rect.height / 1e6:.2f} Mpx"
    where = "the source's own pixels" if plan.grid.is_native else "resampled"
    dates = f"; {plan.source_date} becomes {plan.result_date}" if plan.source_date else ""
    expected, most = map(format_bytes, plan.disk_bytes)
    calls = f"{tried.unet_calls} of the UNet, {tried.upscaler_calls} of the upscaler, at most"
    scale = f"{plan.grid.gsd_m:.4g} m a pixel ({plan.grid.ground_scale_m:.4g} m a tile)"
    lines = {
        "grid": f"{plan.grid.crs.name}, {scale}, {where}",
        "result": f"{size}, {plan.bands} band(s) of {plan.dtype}, values {plan.tones.kind}",
        "years": f"{plan.interval.years_ahead:g} ahead in {plan.interval.iterations} iteration(s){dates}",
        "calls": f"{calls}, in {len(plan.blocks)} block(s)",
        "time": f"{duration(tried.seconds)}, by one timed call of each network",
        "memory": f"{format_bytes(tried.memory_bytes)} at most",
        "disk": f"{expected} expected, {most} at most",
    }
    return "\n".join(f"{name + ':':8} {text}" for name, text in lines.items())
