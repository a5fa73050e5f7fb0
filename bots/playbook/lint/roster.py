"""Static checks of the roster: ids that are taken, and names that do not tell two people apart."""

from collections import defaultdict
from collections.abc import Iterator

from bots.playbook.lint.finding import Finding
from bots.playbook.model.playbook import Playbook
from bots.playbook.values.people import SELECTORS, copy_ids, plain_name
from bots.playbook.values.shape import Loc

__all__ = ["check_roster"]


def check_roster(playbook: Playbook) -> Iterator[Finding]:
    """Everything that keeps the people of a roster from being known."""
    bots = {copy for bot_id, bot in playbook.bots.items() for copy in (bot_id, *copy_ids(bot_id, bot.count))}
    ids: set[str] = set()
    for index, entry in enumerate(playbook.roster):
        loc: Loc = ("roster", index, "id")
        if entry.id in ids:
            yield Finding(loc, "duplicate-id", f'somebody before this has the id "{entry.id}" too')
        elif entry.id in bots:
            yield Finding(loc, "duplicate-id", f'a bot has the id "{entry.id}" too; give this person another one')
        elif entry.id in SELECTORS:
            yield Finding(loc, "bad-value", f'"{entry.id}" means a group of people; give this person another id')
        ids.add(entry.id)
    yield from _check_names(playbook)


def _check_names(playbook: Playbook) -> Iterator[Finding]:
    owners: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for index, entry in enumerate(playbook.roster):
        for name in {plain_name(one): one for one in (entry.id, entry.name, *entry.aliases)}.values():
            owners[plain_name(name)].append((index, name))
    for shared in owners.values():
        ids = list(dict.fromkeys(playbook.roster[index].id for index, _ in shared))
        if len(ids) < 2:
            continue
        second, name = shared[1]
        whose = " and of ".join(ids)
        message = f'"{name}" is a name of {whose}; who comes as "{name}" is taken for none of them'
        yield Finding(("roster", second, "name"), "ambiguous-name", message, "warning")
