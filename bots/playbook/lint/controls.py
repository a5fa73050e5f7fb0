"""Static checks of controls: is there anything that they could do?"""

from collections.abc import Iterator

from bots.playbook.lint.finding import Finding
from bots.playbook.model.controls import STEERING
from bots.playbook.model.playbook import Playbook
from bots.playbook.model.steps.rotate import Rotate

__all__ = ["check_controls"]


def check_controls(playbook: Playbook) -> Iterator[Finding]:
    """Controls without what they are about."""
    rotates = any(isinstance(step, Rotate) for step in playbook.all_steps())
    for name in playbook.controls:
        if name in STEERING and not rotates:
            message = f"!{name} steers a rotation, and no step plays one"
            yield Finding(("controls", name), "never-fires", message, "warning", is_about_key=True)
        if name == "iam" and not playbook.roster:
            message = "!iam names somebody of the roster, and there is none"
            yield Finding(("controls", name), "never-fires", message, "warning", is_about_key=True)
