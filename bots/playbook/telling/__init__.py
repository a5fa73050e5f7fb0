"""A playbook in plain English."""
