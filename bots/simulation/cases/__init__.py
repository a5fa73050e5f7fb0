"""Tests of a playbook, played: people do what a test says, and what was seen is judged."""
