"""Problems for other programs: SARIF and GitHub."""

import json

from bots.playbook import Problem, to_github, to_sarif

PROBLEMS = [
    Problem("a b/x.yaml", 3, 5, "error", "missing-key", '"length" is missing', "  - {id: a}", 7),
    Problem("y.yaml", 1, 1, "warning", "unused-clip", "100% of\nit: unused"),
]


def test_sarif_has_a_rule_for_each_id_and_a_region_for_each_problem() -> None:
    log = json.loads(to_sarif(PROBLEMS, version="1.2"))
    assert "2.1.0" == log["version"]
    [run] = log["runs"]
    assert ["missing-key", "unused-clip"] == [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    first, second = run["results"]
    assert ("missing-key", 0, "error") == (first["ruleId"], first["ruleIndex"], first["level"])
    place = first["locations"][0]["physicalLocation"]
    assert "a%20b/x.yaml" == place["artifactLocation"]["uri"]
    region = {"startLine": 3, "startColumn": 5, "endColumn": 12, "snippet": {"text": "  - {id: a}"}}
    assert region == place["region"]
    assert (1, "warning") == (second["ruleIndex"], second["level"])


def test_an_absolute_path_is_a_file_uri() -> None:
    [result] = json.loads(to_sarif([Problem("/a b.yaml", 1, 1, "error", "bad-key", "no")], version="1"))["runs"][0][
        "results"
    ]
    assert "file:///a%20b.yaml" == result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_no_problems_are_a_run_without_results() -> None:
    [run] = json.loads(to_sarif([], version="1"))["runs"]
    assert [] == run["results"]


def test_github_gets_a_command_a_problem_with_its_signs_escaped() -> None:
    first, second = to_github(PROBLEMS).splitlines()
    assert '::error file=a b/x.yaml,line=3,col=5,endColumn=12,title=missing-key::"length" is missing' == first
    assert "::warning file=y.yaml,line=1,col=1,endColumn=2,title=unused-clip::100%25 of%0Ait: unused" == second
