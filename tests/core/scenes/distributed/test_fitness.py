"""Workers that cannot do what they are asked: they rest, and are left out in the end."""

from __future__ import annotations

from landcast.core.scenes.distributed.fitness import Fitness
from landcast.core.scenes.distributed.orders import Unfit

NO = Unfit("host", "the disk is full")


def test_a_worker_rests_before_it_is_asked_again_and_is_left_out_after_the_third_time() -> None:
    fitness = Fitness(rest_s=10, most_rests=3)
    assert fitness.is_fit("a", 0)
    assert not fitness.blame("a", NO, 0)
    assert not fitness.is_fit("a", 9)
    assert fitness.is_fit("a", 10)
    assert not fitness.blame("a", NO, 10)
    assert not fitness.all_out(["a"])
    assert fitness.blame("a", NO, 20)
    assert not fitness.is_fit("a", 1000)
    assert fitness.all_out(["a"]) == [NO]
    assert not fitness.all_out(["a", "b"])


def test_what_two_blocks_say_at_once_counts_once_and_success_clears_it() -> None:
    fitness = Fitness(rest_s=10, most_rests=2)
    assert not fitness.blame("a", NO, 0)
    assert not fitness.blame("a", NO, 1)
    fitness.praise("a")
    assert fitness.is_fit("a", 2)
    assert not fitness.blame("a", NO, 20)
