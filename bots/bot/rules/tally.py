"""What came by of the kind that a rule waits for, and did not fire it: elsewhere, or not quite like that. Counted.

It is what tells afterwards why a rule never fired, at one line of the log a rule instead of one an occasion.
"""

from dataclasses import dataclass

from bots.bot.contract.spec import RulePlan
from bots.bot.rules.facts import Occasion
from bots.bot.rules.triggers import does_fire, matches

__all__ = ["RuleTally", "Tallies"]


@dataclass(slots=True)
class RuleTally:
    """For one rule: how often its kind of thing happened; of these, how often unlike its trigger, and elsewhere."""

    came: int = 0
    unlike: int = 0
    elsewhere: int = 0


class Tallies:
    """The tallies of one bot's rules, by rule id."""

    def __init__(self, rules: tuple[RulePlan, ...]) -> None:
        self.by_rule = {rule.id: RuleTally() for rule in rules}

    def does_fire(self, rule: RulePlan, occasion: Occasion) -> bool:
        """Does this occasion fire this rule? Counts it if it is of the rule's kind."""
        fires = does_fire(rule, occasion)
        if rule.trigger is not None and rule.trigger.kind == occasion.kind:
            tally = self.by_rule[rule.id]
            tally.came += 1
            if not fires:
                is_like = matches(rule.trigger, occasion)
                tally.elsewhere += is_like
                tally.unlike += not is_like
        return fires
