"""The average of a network's weights: it follows, is lent and given back to the bit, and may be none."""

from __future__ import annotations

import torch

from landcast.training.average import WeightAverage


def moved(network: torch.nn.Linear, average: WeightAverage, steps: int) -> None:
    for step in range(steps):
        with torch.no_grad():
            network.weight.fill_(float(step + 1))
        average.step()


def test_an_average_lies_behind_the_weights_and_they_come_back_to_the_bit() -> None:
    network = torch.nn.Linear(2, 2, bias=False)
    average = WeightAverage(network, 0.9)
    moved(network, average, 20)
    with average.lent():
        lent = network.weight.detach().clone()
        assert (lent < 20).all()
    assert torch.equal(network.weight, torch.full((2, 2), 20.0))
    average.give()
    assert torch.equal(network.weight, lent)
    assert torch.equal(average.weights()[0], lent)


def test_a_restored_average_goes_on_as_if_it_had_not_ended() -> None:
    networks = [torch.nn.Linear(2, 2, bias=False) for _ in range(2)]
    averages = [WeightAverage(network, 0.9) for network in networks]
    moved(networks[0], averages[0], 7)
    averages[1].restore({name: value.clone() for name, value in averages[0].tensors().items()})
    for network, average in zip(networks, averages, strict=True):
        moved(network, average, 3)
    assert torch.equal(averages[0].weights()[0], averages[1].weights()[0])


def test_without_a_decay_nothing_is_kept_beside_the_weights() -> None:
    network = torch.nn.Linear(2, 2, bias=False)
    average = WeightAverage(network, 0)
    moved(network, average, 3)
    assert average.tensors() == {}
    average.restore({})
    with average.lent():
        assert network.weight.tolist() == [[3.0, 3.0]] * 2
    average.give()
    assert average.weights()[0] is network.weight
