"""A bad network between a bot and its room server: two network namespaces, and a link that fails as told."""
