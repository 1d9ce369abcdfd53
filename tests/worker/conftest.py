"""Hosts that leave nothing, and what they predict from."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import torch

from landcast.tests.worker.bench import Bench
from landcast.tests.worker.raw import Hosts
from landcast.worker.demo.scene import write_scene

HAS_PASSED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Compute in this process with as many threads as engines have here, for sums depend on it in their last bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    """Start hosts with a cache folder of their own."""
    started = Hosts(tmp_path)
    yield started
    started.end()


@pytest.fixture(scope="session")
def small_scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene of one block; read it only."""
    path = tmp_path_factory.mktemp("scenes") / "small.tif"
    write_scene(path, (250, 270), seed=3)
    return path


@pytest.fixture(scope="session")
def long_scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene of several blocks; read it only."""
    path = tmp_path_factory.mktemp("scenes") / "long.tif"
    write_scene(path, (200, 3000), seed=3)
    return path


@pytest.fixture(scope="session")
def one_bench(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[Bench]:
    """One for all tests that disturb it."""
    made = Bench(tmp_path_factory.mktemp("bench"), tiny_model)
    yield made
    made.hosts.end()
    made.hosts.check_nothing_left()
    assert not list(made.hosts.folder.glob("*.json"))


@pytest.fixture
def bench(one_bench: Bench, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """That of all tests, with nothing in it of a test that failed."""
    yield one_bench
    if not request.node.stash.get(HAS_PASSED, False):
        one_bench.start_anew()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether their test passed."""
    report = yield
    if report.when == "call":
        item.stash[HAS_PASSED] = report.passed
    return report
