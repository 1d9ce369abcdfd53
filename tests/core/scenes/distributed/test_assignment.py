"""Who gets which block, and who is held for the cause of a death."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from landcast.core.scenes.distributed.assignment import MOST_DEATHS, Assignment


@given(
    blocks=some.integers(0, 30),
    slots=some.dictionaries(some.sampled_from("abcd"), some.integers(1, 3), min_size=1),
    poisoned=some.sets(some.integers(0, 29), max_size=3),
    order=some.randoms(use_true_random=False),
)
def test_each_block_ends_once_and_only_the_poisoned_are_given_up(
    blocks: int, slots: dict[str, int], poisoned: set[int], order: object
) -> None:
    assignment, done, given_up, deaths = Assignment(range(blocks)), [], [], 0
    while not assignment.is_done:
        assignment.give(slots)
        for worker, most in slots.items():
            assert sum(name == worker for name in assignment.running.values()) <= most
        number, worker = order.choice(sorted(assignment.running.items()))  # type: ignore[attr-defined]
        if number not in poisoned:
            assignment.finish(number)
            done.append(number)
            continue
        deaths += 1
        given_up += [death.number for death in assignment.lose(worker) if death.is_poisoned]
    assert sorted(given_up) == sorted(poisoned & set(range(blocks)))
    assert sorted(done) == sorted(set(range(blocks)) - poisoned)
    # it may die once more in company each time that it shares a worker, and is tried alone after that
    assert deaths <= len(given_up) * (MOST_DEATHS + 1)


def test_a_suspect_has_its_worker_for_itself_until_it_is_done() -> None:
    assignment = Assignment(range(6))
    assert assignment.give({"a": 2, "b": 1}) == [(0, "a"), (1, "b"), (2, "a")]
    assert [(death.number, death.deaths) for death in assignment.lose("a")] == [(0, 0), (2, 0)]
    assert assignment.give({"c": 2, "b": 1}) == [(0, "c")]
    assignment.finish(1)
    assert assignment.give({"c": 2, "b": 1}) == [(2, "b")]
    assignment.finish(0)
    assert assignment.give({"c": 2, "b": 1}) == [(3, "c"), (4, "c")]


def test_workers_of_one_block_each_take_turns_in_order() -> None:
    assignment = Assignment(range(5))
    assert assignment.give({"a": 1, "b": 1}) == [(0, "a"), (1, "b")]
    assignment.finish(1)
    assert assignment.give({"a": 1, "b": 1}) == [(2, "b")]
    assignment.hand_back(0)
    assert assignment.give({"a": 1, "b": 1}) == [(0, "a")]
    assert (assignment.drop_waiting(), assignment.left) == (2, 2)
