"""The samplers, against diffusers and against distributions that are known exactly."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from diffusers import DDPMScheduler, DPMSolverMultistepScheduler
from torch import Tensor

from landcast.core.errors import RequestError
from landcast.core.forecast.sampler import (
    TRAINING_STEPS,
    check_sampling_steps,
    crowded_timesteps,
    make_schedule,
    sample,
    trailing_timesteps,
    velocity_to_clean,
)

MEAN, STD = 0.6, 1.4


def toy_network(noisy: Tensor, timestep: int) -> Tensor:
    """Smooth, bounded and different at each time."""
    return torch.tanh(noisy * 0.7 + timestep / 50) + 0.1 * noisy


def noise_of(shape: tuple[int, ...], dtype: torch.dtype = torch.float32) -> Callable[[int], Tensor]:
    """Give other noise for each step, the same at each call."""
    return lambda step: torch.randn(shape, generator=torch.Generator().manual_seed(100 + step), dtype=dtype)


class GaussianProblem:
    """The best possible network where every difference is normal with known mean and deviation."""

    def __init__(self, signal_power: Tensor, is_velocity: bool) -> None:
        self.alpha, self.sigma = signal_power.double().sqrt(), (1 - signal_power.double()).sqrt()
        self.is_velocity = is_velocity

    def __call__(self, noisy: Tensor, timestep: int) -> Tensor:
        alpha, sigma = self.alpha[timestep], self.sigma[timestep]
        clean = MEAN + alpha * STD**2 / (alpha**2 * STD**2 + sigma**2) * (noisy - alpha * MEAN)
        noise = (noisy - alpha * clean) / sigma
        return (alpha * noise - sigma * clean if self.is_velocity else noise).to(noisy.dtype)


# from within diffusers, whose arrays are made of tensors
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("steps", [2, 3, 8, 10, 15, 20, 100])
def test_velocity_sampling_agrees_with_diffusers_own_solver(steps: int) -> None:
    solver = DPMSolverMultistepScheduler(
        num_train_timesteps=TRAINING_STEPS,
        beta_schedule="squaredcos_cap_v2",
        prediction_type="v_prediction",
        algorithm_type="dpmsolver++",
        solver_order=2,
        timestep_spacing="trailing",
        rescale_betas_zero_snr=True,
        final_sigmas_type="zero",
    )
    solver.set_timesteps(timesteps=crowded_timesteps(TRAINING_STEPS, steps))
    noise = noise_of((4, 3, 8, 8), torch.float64)
    expected = noise(0)
    for time in solver.timesteps.tolist():
        expected = solver.step(toy_network(expected, time), time, expected).prev_sample
    # diffusers leaves a trace of signal, 2^-24, where the schedule ends in pure noise
    drawn = sample(toy_network, noise, solver.alphas_cumprod, "v_prediction", steps)
    assert (drawn - expected).abs().max() < 1e-3
    assert expected.std() > 0.1


def test_a_trace_of_signal_at_the_start_makes_little_difference() -> None:
    power = make_schedule("v_prediction").alphas_cumprod
    assert power[-1] == 0
    traced = power.clone()
    traced[-1] = 2**-24
    noise = noise_of((4, 3, 8, 8), torch.float64)
    exact, close = (sample(toy_network, noise, p, "v_prediction", 20) for p in (power, traced))
    assert (exact - close).abs().mean() < 0.03


@pytest.mark.parametrize("steps", [10, 15, 20])
def test_velocity_sampling_draws_a_known_normal_distribution(steps: int) -> None:
    power = make_schedule("v_prediction").alphas_cumprod
    drawn = sample(GaussianProblem(power, True), noise_of((24, 3, 32, 32)), power, "v_prediction", steps)
    assert drawn.mean() == pytest.approx(MEAN, abs=0.02)
    assert drawn.std() == pytest.approx(STD, rel=0.05)


def test_noise_sampling_draws_a_known_normal_distribution() -> None:
    power = make_schedule("epsilon").alphas_cumprod
    drawn = sample(GaussianProblem(power, False), noise_of((24, 3, 32, 32)), power, "epsilon", TRAINING_STEPS)
    assert drawn.mean() == pytest.approx(MEAN, abs=0.02)
    assert drawn.std() == pytest.approx(STD, rel=0.03)


@pytest.mark.parametrize("steps", [10, 25])
def test_noise_sampling_in_fewer_steps_keeps_the_mean(steps: int) -> None:
    power = make_schedule("epsilon").alphas_cumprod
    drawn = sample(GaussianProblem(power, False), noise_of((24, 3, 32, 32)), power, "epsilon", steps)
    assert drawn.mean() == pytest.approx(MEAN, abs=0.05)


def test_noise_sampling_takes_the_same_steps_as_diffusers() -> None:
    """Mean and variance of every step of the posterior, by the sum that they make."""
    scheduler = make_schedule("epsilon")
    scheduler.set_timesteps(TRAINING_STEPS)
    shape = (2, 3, 8, 8)
    generator = torch.Generator().manual_seed(3)
    noises = [torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(TRAINING_STEPS)]
    expected = noises[0]
    generator.manual_seed(3)
    torch.randn(shape, generator=generator, dtype=torch.float64)
    for time in scheduler.timesteps.tolist():
        output = toy_network(expected, time)
        expected = scheduler.step(output, time, expected, generator=generator).prev_sample
    drawn = sample(toy_network, noises.__getitem__, scheduler.alphas_cumprod, "epsilon", TRAINING_STEPS)
    assert ((drawn - expected).abs() / expected.abs().mean()).max() < 1e-3


def test_noise_sampling_cuts_wild_guesses_as_diffusers_does() -> None:
    scheduler = DDPMScheduler(TRAINING_STEPS, beta_schedule="squaredcos_cap_v2", clip_sample=True)
    scheduler.set_timesteps(TRAINING_STEPS)
    shape = (2, 3, 8, 8)
    generator = torch.Generator().manual_seed(3)
    noises = [torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(TRAINING_STEPS)]
    expected = noises[0]
    generator.manual_seed(3)
    torch.randn(shape, generator=generator, dtype=torch.float64)
    for time in scheduler.timesteps.tolist():
        expected = scheduler.step(toy_network(expected, time), time, expected, generator=generator).prev_sample
    drawn = sample(toy_network, noises.__getitem__, scheduler.alphas_cumprod, "epsilon", TRAINING_STEPS, largest=1)
    torch.testing.assert_close(drawn, expected, atol=1e-3, rtol=0)
    assert drawn.abs().max() <= 1.01


def test_noise_sampling_asks_for_the_noise_of_each_step_once() -> None:
    asked: list[int] = []

    def noise(step: int) -> Tensor:
        asked.append(step)
        return torch.zeros(1, 3, 4, 4)

    power = make_schedule("epsilon").alphas_cumprod
    sample(toy_network, noise, power, "epsilon", 7)
    assert asked == list(range(7))


@pytest.mark.parametrize("objective", ["one_step", "v_prediction"])
def test_one_step_from_pure_noise_is_the_negative_velocity(objective: str) -> None:
    power = make_schedule(objective).alphas_cumprod  # type: ignore[arg-type]
    noise = noise_of((2, 3, 8, 8))
    drawn = sample(toy_network, noise, power, objective, 1)  # type: ignore[arg-type]
    torch.testing.assert_close(drawn, -toy_network(noise(0), TRAINING_STEPS - 1))


@pytest.mark.parametrize("objective", ["v_prediction", "epsilon"])
def test_sampling_calls_the_network_once_a_step_and_keeps_its_type(objective: str) -> None:
    times: list[int] = []

    def network(noisy: Tensor, timestep: int) -> Tensor:
        assert noisy.dtype == torch.float32
        times.append(timestep)
        return toy_network(noisy, timestep)

    power = make_schedule(objective).alphas_cumprod  # type: ignore[arg-type]
    drawn = sample(network, noise_of((1, 3, 8, 8)), power, objective, 6)  # type: ignore[arg-type]
    assert drawn.dtype == torch.float32
    assert len(times) == 6
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("steps", range(1, TRAINING_STEPS + 1))
def test_timesteps_are_as_many_as_asked_from_the_last_one_down(steps: int) -> None:
    times = trailing_timesteps(TRAINING_STEPS, steps)
    assert len(times) == steps
    assert times[0] == TRAINING_STEPS - 1
    assert times[-1] >= 0
    gaps = [early - late for early, late in pairwise(times)]
    assert not gaps or (min(gaps) >= 1 and max(gaps) - min(gaps) <= 1)


def test_only_the_velocity_schedule_ends_in_pure_noise() -> None:
    assert make_schedule("v_prediction").alphas_cumprod[-1] == 0
    assert make_schedule("one_step").alphas_cumprod[-1] == 0
    assert 0 < make_schedule("epsilon").alphas_cumprod[-1] < 1e-4


def test_the_schedule_without_rescaling_is_the_squared_cosine_of_its_source() -> None:
    power = make_schedule("epsilon").alphas_cumprod.double()
    times = (torch.arange(TRAINING_STEPS, dtype=torch.float64) + 1) / TRAINING_STEPS
    offset = torch.tensor(0.008, dtype=torch.float64)
    cosine = ((times + offset) / (1 + offset) * torch.pi / 2).cos() ** 2
    expected = cosine / (offset / (1 + offset) * torch.pi / 2).cos() ** 2
    torch.testing.assert_close(power[:-2], expected[:-2], atol=1e-5, rtol=1e-3)


def test_velocity_names_the_clean_image_as_diffusers_says() -> None:
    scheduler: DDPMScheduler = make_schedule("v_prediction")
    generator = torch.Generator().manual_seed(0)
    clean, noise = (torch.randn(4, 3, 8, 8, generator=generator) for _ in range(2))
    times = torch.tensor([3, 30, 60, 99])
    velocity, noisy = scheduler.get_velocity(clean, noise, times), scheduler.add_noise(clean, noise, times)
    alpha = scheduler.alphas_cumprod[times].sqrt().view(-1, 1, 1, 1)
    torch.testing.assert_close(velocity_to_clean(noisy, velocity, alpha, (1 - alpha**2).sqrt()), clean)


@pytest.mark.parametrize("steps", [0, -1, TRAINING_STEPS + 1])
def test_too_few_and_too_many_steps_are_refused(steps: int) -> None:
    with pytest.raises(RequestError, match="between 1 and 100"):
        check_sampling_steps("v_prediction", steps)


def test_a_model_of_one_step_takes_one_step() -> None:
    check_sampling_steps("one_step", 1)
    with pytest.raises(RequestError, match="must be 1"):
        check_sampling_steps("one_step", 4)


@pytest.mark.parametrize("steps", range(1, TRAINING_STEPS + 1))
def test_the_solvers_timesteps_lie_closer_together_near_pure_noise(steps: int) -> None:
    times = crowded_timesteps(TRAINING_STEPS, steps)
    assert len(times) == steps
    assert times[0] == TRAINING_STEPS - 1
    assert times[-1] >= 0
    gaps = [early - late for early, late in pairwise(times)]
    assert not gaps or min(gaps) >= 1
    # but for rounding they grow all the way
    assert all(late >= early - 1 for early, late in pairwise(gaps))
