"""All that can be known to be wrong before a playbook runs."""
