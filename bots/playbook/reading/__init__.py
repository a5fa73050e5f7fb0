"""From text to a Playbook, with every problem at its place."""
