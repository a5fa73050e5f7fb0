"""Controls: what people may ask for by a line in the chat, and who."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator

from bots.playbook.values.people import Who
from bots.playbook.values.scalars import parse_duration
from bots.playbook.values.shape import bad

__all__ = ["CONTROLS", "STEERING", "Control", "Controls", "Steering", "check_steering"]

Control = Literal["help", "iam", "more", "hold", "next", "back", "swap", "undo"]
CONTROLS: tuple[Control, ...] = get_args(Control)
STEERING: dict[str, str] = {
    "more": "more 2m", "hold": "hold", "next": "next", "back": "back", "swap": "swap ana luis", "undo": "undo",
}  # fmt: skip
"""Those of a rotation, each with an example."""
Controls = dict[Control, Who]


def check_steering(text: str) -> str:
    """`more 2m`, `hold`, `next`, `back`, `swap ana luis` or `undo`."""
    words = text.split()
    name = words[0] if words else ""
    needed = {"more": 2, "swap": 3}.get(name, 1)
    if name not in STEERING or len(words) != needed or (name == "more" and parse_duration(words[1]) is None):
        raise bad("bad-value", f'"{text[:60]}" steers nothing; write one of {", ".join(STEERING.values())}')
    return text


Steering = Annotated[str, AfterValidator(check_steering)]
