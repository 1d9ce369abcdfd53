"""Turns between clients."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from landcast.worker.host.queue import TurnQueue

OWNERS = st.sampled_from([b"a", b"b", b"c"])


def fill(owners: list[bytes]) -> TurnQueue:
    queue = TurnQueue()
    for number, owner in enumerate(owners):
        queue.push(owner, f"{owner.decode()}{number}")
    return queue


def drain(queue: TurnQueue) -> list[str]:
    found = []
    while (job := queue.pop()) is not None:
        found.append(job)
    return found


def test_clients_take_turns_and_each_ones_jobs_keep_their_order() -> None:
    assert drain(fill([b"a", b"a", b"a", b"b", b"c", b"b"])) == ["a0", "b3", "c4", "a1", "b5", "a2"]


@given(st.lists(OWNERS, max_size=12))
def test_every_job_comes_once_at_the_position_that_was_told(owners: list[bytes]) -> None:
    queue = fill(owners)
    jobs = [f"{owner.decode()}{number}" for number, owner in enumerate(owners)]
    told = {job: queue.position(job) for job in jobs}
    order = drain(queue)
    assert sorted(order) == sorted(jobs)
    assert told == {job: place for place, job in enumerate(order)}
    assert len(queue) == 0


@given(st.lists(OWNERS, min_size=1, max_size=8), st.data())
def test_a_job_that_was_interrupted_is_the_next(owners: list[bytes], data: st.DataObject) -> None:
    queue = fill(owners)
    queue.push_front(data.draw(OWNERS), "again")
    assert queue.position("again") == 0
    assert queue.pop() == "again"


def test_a_removed_job_does_not_come_and_a_moved_one_waits_for_its_new_owner() -> None:
    queue = fill([b"a", b"a", b"b"])
    assert queue.remove("a0")
    assert not queue.remove("a0")
    queue.move("a1", b"c")
    assert queue.count_of(b"c") == 1
    assert drain(queue) == ["b2", "a1"]
