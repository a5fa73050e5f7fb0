"""The Server API: which rooms may be, who may enter them, what has been; its HTTP routes and their description."""
