"""How the Server API says no."""

from collections.abc import Mapping

__all__ = ["ApiRefusal"]


class ApiRefusal(Exception):
    """The Server API says no: HTTP status, result code, short and long text, HTTP headers (server-api.md section 1)."""

    def __init__(
        self, status: int, result: int, error: str, desc: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(desc)
        self.status = status
        self.result = result
        self.error = error
        self.desc = desc
        self.headers = headers or {}
