"""The provider's Server API from outside: rooms, tokens, who is there, what has been. Source: server-api.md."""
