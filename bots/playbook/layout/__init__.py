"""A playbook as it is written, and its canonical layout."""
