"""The models of a playbook: what its YAML can say."""
