"""The provider: a Server API address and its credentials, nothing else."""

from dataclasses import dataclass, field

__all__ = ["Provider"]


@dataclass(frozen=True, slots=True)
class Provider:
    """Where rooms and tokens come from: EnableX, or the embedded room server.

    Attributes:
        api_url: base address of the Server API, as `BOTS_API_URL`.
        app_id: application id, as `BOTS_APP_ID`.
        app_key: application key, as `BOTS_APP_KEY`; never shown.
    """

    api_url: str
    app_id: str
    app_key: str = field(repr=False)
