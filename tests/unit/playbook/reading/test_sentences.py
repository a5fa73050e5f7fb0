"""What a problem says where the first guess would lead astray."""

from pathlib import Path

import pytest

from bots.playbook import lint

FOLDER = Path(__file__).parents[4] / "tests" / "broken"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("version-in-quotes", '"1" is no value of "playbook"; write 1 without quotes'),
        ("control-misspelt", '"moer" is not a control; did you mean "more"?'),
        ("answer-before-the-last", '"otherwise" is for the last entry: what stands behind it is never looked at'),
        ("variable-without-braces", 'a variable of the environment is written "${NAME}"'),
        ("number-with-too-many-digits", "a number is shown with 1 to 9 digits, like {n:02}"),
        ("group-that-is-not-there", '"pupil-01" is to stay in group 99; there are at most 10, from 1'),
    ],
)
def test_it_says_what_to_write(file: str, sentence: str) -> None:
    assert [sentence] == [problem.message for problem in lint(FOLDER / f"{file}.yaml")]


def test_a_missing_file_is_never_said_to_be_meant_as_the_clip_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "playbook: 1\nname: L\nroom: {create: {name: R}}\nschedule: [{length: 5m}]\naudio: {bell: {file: bell.wav}}\n"
        "bots: {host: {timeline: [{at: start, do: [{play: bell}]}]}}\n",
        encoding="utf-8",
    )
    assert ["no file 'bell.wav'"] == [problem.message for problem in lint(path)]


@pytest.mark.parametrize(
    ("pupils", "sentence"),
    [
        ("0", '"count" is at least 1, not "0" ({inputs.pupils})'),
        ("2.5", '"count" is a whole number, not "2.5" ({inputs.pupils})'),
        ("many", '"many" is no value for the input "pupils": its type is number, like 12'),
    ],
)
def test_of_an_input_it_says_what_was_given(pupils: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        "playbook: 1\nname: L\nroom: {create: {name: R}}\nschedule: [{length: 5m}]\n"
        'inputs: {pupils: {type: number, default: 3}}\nbots: {host: {count: "{inputs.pupils}"}}\n',
        encoding="utf-8",
    )
    assert [sentence] == [problem.message for problem in lint(path, inputs={"pupils": pupils})]
