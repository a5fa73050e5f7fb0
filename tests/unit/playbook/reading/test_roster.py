"""A roster in a CSV file: read with its places, its problems told in the file."""

from pathlib import Path

import pytest

from bots.playbook import lint, load

TEXT = """playbook: 1
name: Class
room: {create: {name: Class}}
roster: 9b.csv
schedule: [{length: 10m}]
bots: {helper: {role: moderator, timeline: [{at: start, do: [{say: {text: Hi, to: [ana.r, "tag:beginner"]}}]}]}}
"""


def found(folder: Path, csv: str | bytes | None, *, name: str = "9b.csv", text: str = TEXT) -> list[str]:
    path = folder / "class.yaml"
    path.write_text(text.replace("9b.csv", name))
    if csv is not None:
        (folder / "9b.csv").write_bytes(csv if isinstance(csv, bytes) else csv.encode())
    return [f"{Path(one.file).name}:{one.line}:{one.column} {one.id}" for one in lint(str(path))]


GOOD = 'id,name,aliases,role,tags\nana.r,Ana Ruiz,Ani;Anita,,beginner\n\nluis.m,"Luis, ""Lu"" M.",,Moderator,\n'


@pytest.mark.parametrize("data", [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n")])
def test_people_are_read_with_their_lists(tmp_path: Path, data: str) -> None:
    assert [] == found(tmp_path, data)
    ana, luis = load(str(tmp_path / "class.yaml"), environment={}, inputs={}).roster
    assert ("ana.r", "Ana Ruiz", ("Ani", "Anita"), "participant", ("beginner",)) == (
        ana.id, ana.name, ana.aliases, ana.role, ana.tags,
    )  # fmt: skip
    assert ('Luis, "Lu" M.', "moderator") == (luis.name, luis.role)


def test_semicolons_between_columns_are_understood(tmp_path: Path) -> None:
    assert [] == found(tmp_path, "id;name;tags\nana.r;Ana Ruiz;beginner,shy\n")
    assert ("beginner", "shy") == load(str(tmp_path / "class.yaml"), environment={}, inputs={}).roster[0].tags


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("id,name,tags\nana.r,Ana,beginner\nana.r,Tom,\n", ["9b.csv:3:1 duplicate-id"]),
        ("id,name,tags\nana.r,Ana,beginner\n,Tom,\n", ["9b.csv:3:1 missing-key"]),
        ("id,name,tags\nana.r,,beginner\n", ["9b.csv:2:1 missing-key"]),
        ("id,name,tags\nana.r,Ana,beginner\nhelper,Tom,\n", ["9b.csv:3:1 duplicate-id"]),
        ("id,name,role,tags\nana.r,Ana,teacher,beginner\n", ["9b.csv:2:11 bad-value"]),
        ("id,nmae,tags\nana.r,Ana,beginner\n", ["9b.csv:1:4 unknown-key"]),
        ("name,tags\nAna,beginner\n", ["9b.csv:1:1 missing-key"]),
        ("id,name,tags\nana.r,Ana,beginner,more\n", ["9b.csv:2:20 bad-roster"]),
        ("id,name,aliases,tags\nana.r,Ana,,beginner\nb,Bea,ana,\n", ["9b.csv:3:3 ambiguous-name"]),
        ("", ["9b.csv:1:1 bad-roster"]),
        (b"id,name,tags\nana.r,An\xe4,beginner\n", ["9b.csv:2:1 bad-encoding"]),
        ("id,name\nana.r,Ana\n", ["class.yaml:6:83 unknown-person"]),
        (None, ["class.yaml:4:9 missing-roster"]),
    ],
)
def test_what_is_wrong_is_told_in_its_file_at_its_place(
    tmp_path: Path, data: str | bytes | None, expected: list[str]
) -> None:
    assert expected == [one for one in found(tmp_path, data) if "unknown-" not in one or "unknown-" in expected[0]]


def test_names_are_shared_where_matching_takes_them_for_one(tmp_path: Path) -> None:
    full_width = "\uff21na"
    found(tmp_path, f"id,name,tags\nana.r,Ana,beginner\nb,{full_width},\nc,ANA,\n")
    (problem,) = lint(str(tmp_path / "class.yaml"))
    assert "ambiguous-name" == problem.id
    assert "a name of ana.r and of b and of c;" in problem.message


@pytest.mark.parametrize(
    ("name", "id_"), [("../9b.csv", "outside-folder"), ("/tmp/9b.csv", "outside-folder"), ("9b.txt", "bad-roster")]
)
def test_only_csv_files_in_the_folder_are_read(tmp_path: Path, name: str, id_: str) -> None:
    assert f"class.yaml:4:9 {id_}" in found(tmp_path, GOOD, name=name)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.csv").write_text(GOOD)
    (tmp_path / "in" / "9b.csv").symlink_to(tmp_path / "secret.csv")
    assert "class.yaml:4:9 outside-folder" in found(tmp_path / "in", None)
    (tmp_path / "in" / "9b.csv").unlink()
    (tmp_path / "in" / "9b.csv").symlink_to(tmp_path / "in" / "9b.csv")
    assert "class.yaml:4:9 missing-roster" in found(tmp_path / "in", None)
