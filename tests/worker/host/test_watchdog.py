"""How long an engine may be silent."""

from __future__ import annotations

from landcast.worker.host.settings import Patience
from landcast.worker.host.watchdog import Watchdog

PATIENCE = Patience(starting=180, writing=1800, computing=60, calls=20)


def test_an_engine_that_starts_may_be_silent_for_long() -> None:
    watchdog = Watchdog(PATIENCE, 1000.0)
    assert not watchdog.has_hung(1180.0)
    assert watchdog.has_hung(1181.0)


def test_one_that_computes_may_be_silent_for_twenty_usual_calls() -> None:
    watchdog = Watchdog(PATIENCE, 0.0)
    watchdog.hear(10.0, "predicting")
    assert watchdog.limit_s == 60
    for call_s in (5.0, 5.0, 100.0):
        watchdog.hear(20.0, "predicting", call_s)
    assert watchdog.limit_s == 100
    assert not watchdog.has_hung(120.0)
    assert watchdog.has_hung(120.1)


def test_the_next_stage_has_its_own_limit() -> None:
    watchdog = Watchdog(PATIENCE, 0.0)
    watchdog.hear(0.0, "predicting", 1.0)
    watchdog.hear(1.0, "writing")
    assert watchdog.limit_s == 1800
