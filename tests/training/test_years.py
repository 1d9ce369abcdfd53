"""Years between two dates, as their paths name them."""

from __future__ import annotations

import pytest

from landcast.core.errors import RequestError
from landcast.training.years import years_between


@pytest.mark.parametrize(
    ("before", "after", "years"),
    [
        ("2016", "2020", 4),
        ("naip_2016.tif", "naip_2018.tif", 2),
        ("2019/a_20160401.tif", "2019/a_2018.tif", None),
        ("/data/1998/city2016/b", "/data/1998/city2020/b", 4),
        ("m_3411764_2010-06-29", "m_3411764_2012-07-31", 2),
        ("x12016", "x2020", None),
        ("2020", "2016", None),
        ("2016", "2016", None),
        ("then", "2020", None),
    ],
)
def test_years_between_come_from_the_last_year_in_each_path(before: str, after: str, years: float | None) -> None:
    if years is None:
        with pytest.raises(RequestError, match="give --years"):
            years_between(before, after)
    else:
        assert years_between(before, after) == years
