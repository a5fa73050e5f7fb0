"""Meeting-room bots for EnableX, run from YAML playbooks."""

__version__ = "0.1.0"
