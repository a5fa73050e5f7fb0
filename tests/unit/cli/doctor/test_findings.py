from bots.cli.doctor.findings import Findings, shape


def test_a_shape_has_keys_results_and_words_and_no_values() -> None:
    value = {"result": 1729, "msg": "Failed", "token": "abc", "clients": ["c-1", "c-2"], "on": True, "none": None}
    assert "{result: 1729, msg: 'Failed', token: text, clients: [text x 2], on: true, none: null}" == shape(value)


def test_a_shape_is_bounded_in_depth_and_length() -> None:
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"a": deep}
    assert "{a: {a: {a: {a: …}}}}" == shape(deep)
    assert len(shape({f"key {n}": "x" for n in range(1000)})) < 1000


def test_what_differs_is_told_first_with_what_was_expected() -> None:
    found = Findings()
    found.note("a.md 1", "this", expected="0", seen="0", is_same=True)
    found.note("b.md 2", "that", expected="1", seen="2", is_same=False)
    found.miss("c.md 3", "the rest", "it was refused")
    lines = found.text().splitlines()
    assert "differs from the reference: 1" == lines[0]
    assert ["    expected: 1", "    seen:     2"] == lines[2:4]
    assert "    why:      it was refused" in lines
    assert ["same", "differs", "unseen"] == [one["verdict"] for one in found.write()]
