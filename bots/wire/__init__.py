"""What is said: Engine.IO and Socket.IO packets, and EnableX messages as typed values. Pure: no I/O, no clock."""

from bots.wire.answers import *  # noqa: F403
from bots.wire.notices import *  # noqa: F403
from bots.wire.objects import *  # noqa: F403
from bots.wire.requests import *  # noqa: F403
