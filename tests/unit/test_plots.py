"""The plots of docs/performance.md, as the benches write them."""

import re
from itertools import pairwise

from bench.plot import Lines


def circles(svg: str) -> list[float]:
    return [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg)]


def test_many_points_lie_evenly_and_a_few_have_their_numbers() -> None:
    minutes = [n / 4 for n in range(1, 41)]
    svg = Lines("A title", "minutes", minutes, {"bots, MB": [50.0] * 40}, is_even=True).svg()
    places = circles(svg)
    assert 40 == len(places)
    assert {round(b - a, 0) for a, b in pairwise(places)} == {14}
    assert 10 == svg.count(">50<")
    assert ">10</text>" in svg


def test_few_points_all_have_their_numbers_and_lie_by_their_logarithm() -> None:
    svg = Lines("A title", "bots", [1, 10, 100], {"ours": [4.0, 3.0, 2.0]}).svg()
    first, second, third = circles(svg)
    assert second - first == third - second
    for text in (">1<", ">10<", ">100<", ">4<", ">3<", ">2<"):
        assert text in svg
