"""`python -m bots` is the command `bots`."""

import sys

__all__ = ["main"]

INTERRUPTED = 130  # `bots.cli.exits.Exit` has it too, and comes with what may be cut off here


def main() -> None:
    """The command: what it is made of is only loaded inside, so that Ctrl-C ends it without a word then, too."""
    try:
        from bots.cli.main import main as command  # the longest part of a short command

        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
