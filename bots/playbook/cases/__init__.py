"""Tests of a playbook: what a teacher writes into `*.test.yaml`."""
