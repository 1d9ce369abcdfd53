"""From noise to a difference image: pure functions of network, noise and schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from diffusers import DDPMScheduler
from torch import Tensor

from ..errors import RequestError
from ..model.contract import Objective

TRAINING_STEPS = 100
"""Steps of the noise schedule."""

CROWDING = 1.5
"""How much closer together the solver's steps lie near pure noise; 1 spaces them evenly."""

Network = Callable[[Tensor, int], Tensor]
"""Takes a noisy difference (n, channel, 32, 32) and a timestep; gives what the objective names, in the same shape."""

StepNoise = Callable[[int], Tensor]
"""Gives the standard normal noise (n, channel, 32, 32) of a sampling step; 0 is where the sampler starts."""


def make_schedule(objective: Objective) -> DDPMScheduler:
    """The squared-cosine schedule of 100 steps; for v-prediction rescaled to end in pure noise.

    Source: Nichol & Dhariwal 2021, equation 17; Lin et al. 2024, algorithm 1.
    """
    is_velocity = objective != "epsilon"
    settings: dict[str, Any] = {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"} if is_velocity else {}
    return DDPMScheduler(
        num_train_timesteps=TRAINING_STEPS,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction" if is_velocity else "epsilon",
        clip_sample=False,
        **settings,
    )


def check_sampling_steps(objective: Objective, steps: int) -> None:
    """Raise RequestError where an objective cannot be sampled in this number of steps."""
    if objective in ("one_step", "regression") and steps != 1:
        raise RequestError(f"--sampling-steps must be 1 for this model, which predicts in one step, not {steps}")
    if not 1 <= steps <= TRAINING_STEPS:
        raise RequestError(f"--sampling-steps must lie between 1 and {TRAINING_STEPS}, not {steps}")


def sample(
    network: Network,
    noise: StepNoise,
    signal_power: Tensor,
    objective: Objective,
    steps: int,
    largest: float = float("inf"),
) -> Tensor:
    """Draw one member; float (n, channel, 32, 32) in units of the difference's standard deviation.

    Args:
        network: predicts velocity or noise.
        noise: noise of each step; the deterministic solver asks for step 0 only.
        signal_power: float, (timestep,); cumulative product of the schedule's alphas.
        objective: what the network was trained to predict.
        steps: network calls.
        largest: size that no difference exceeds; guesses from predicted noise, which are wild at first, are cut there,
            as DDPMScheduler of diffusers does.
    """
    check_sampling_steps(objective, steps)
    if objective == "epsilon":
        return _sample_ancestral(network, noise, signal_power.double(), steps, largest)
    if objective == "regression":
        # the mean of all futures starts from nothing, so that all its members are one
        return _sample_multistep(network, torch.zeros_like(noise(0)), signal_power.double(), steps)
    return _sample_multistep(network, noise(0), signal_power.double(), steps)


def trailing_timesteps(training_steps: int, steps: int) -> list[int]:
    """Timesteps from the last one down, evenly spaced (Lin et al. 2024, section 3.4)."""
    return [round(training_steps - index * training_steps / steps) - 1 for index in range(steps)]


def crowded_timesteps(training_steps: int, steps: int) -> list[int]:
    """Timesteps from the last one down, closer together near pure noise, none twice.

    There the solver has no earlier guess to lean on, and large forms are decided: evenly spaced, it draws members that
    differ too little (spread over skill of a small model: 0.97 with 8 of these steps, 0.94 with 8 even ones).
    """
    times: list[int] = []
    for index in range(steps):
        wanted = round(training_steps - training_steps * (index / steps) ** CROWDING) - 1
        times.append(min(wanted, times[-1] - 1) if times else wanted)
    return times


def velocity_to_clean(noisy: Tensor, velocity: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
    """Salimans & Ho 2022, section 2.4: x = alpha z - sigma v."""
    return (alpha * noisy - sigma * velocity).to(noisy.dtype)


def _sample_multistep(network: Network, noisy: Tensor, signal_power: Tensor, steps: int) -> Tensor:
    """DPM-Solver++ (2M), Lu et al. 2022, algorithm 2, for velocity; one step of it is one prediction."""
    alphas, sigmas = signal_power.sqrt(), (1 - signal_power).sqrt()
    times = crowded_timesteps(len(signal_power), steps)
    last_clean, last_width = noisy, torch.tensor(torch.inf, dtype=torch.float64)
    for now, then in zip(times, [*times[1:], None], strict=True):
        clean = velocity_to_clean(noisy, network(noisy, now), alphas[now], sigmas[now])
        if then is None:
            return clean
        width = (alphas[then] / sigmas[then]).log() - (alphas[now] / sigmas[now]).log()
        share = (width / (2 * last_width)) if last_width.isfinite() else torch.zeros(())
        guess = clean if share == 0 else (1 + share) * clean - share * last_clean
        noisy = (sigmas[then] / sigmas[now] * noisy - alphas[then] * torch.expm1(-width) * guess).to(clean.dtype)
        last_clean, last_width = clean, width
    raise AssertionError("a sampler takes at least one step")


def _sample_ancestral(network: Network, noise: StepNoise, signal_power: Tensor, steps: int, largest: float) -> Tensor:
    """Ancestral sampling, Ho et al. 2020, algorithm 2, on every or every few steps of the schedule."""
    times = trailing_timesteps(len(signal_power), steps)
    noisy = noise(0)
    for index, (now, then) in enumerate(zip(times, [*times[1:], None], strict=True)):
        power = signal_power[now]
        power_then = signal_power[then] if then is not None else torch.ones((), dtype=torch.float64)
        alpha = power / power_then
        clean = ((noisy - (1 - power).sqrt() * network(noisy, now)) / power.sqrt()).clamp(-largest, largest)
        mean = (power_then.sqrt() * (1 - alpha) * clean + alpha.sqrt() * (1 - power_then) * noisy) / (1 - power)
        if then is None:
            return mean.to(noisy.dtype)
        spread = ((1 - power_then) / (1 - power) * (1 - alpha)).sqrt()
        noisy = (mean + spread * noise(index + 1)).to(noisy.dtype)
    raise AssertionError("a sampler takes at least one step")
