"""What a moderator can do in a room: the part of `Room` that moderates.

Source: moderation.md.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Literal

from bots.errors import RequestRefused
from bots.room.events import Participant
from bots.room.moderated import FloorStep
from bots.room.view import RoomView
from bots.wire import (
    AdmitAwaited,
    Answer,
    ChangeRoleOption,
    DenyAwaited,
    Drop,
    EnableKnock,
    ExtendDuration,
    GetTalkerCount,
    HardMuteRoom,
    HardMuteUser,
    HardUnmuteRoom,
    HardUnmuteUser,
    InviteToFloor,
    LockRoom,
    OpenFloor,
    ProcessFloor,
    Request,
    RoleChange,
    SetAdvancedOptions,
    SetTalkerCount,
    StartRecording,
    StopRecording,
    SwitchRole,
    SwitchRoomMode,
)

__all__ = ["FloorDecision", "Moderation", "OwnFloorStep"]

_BAD_ARGUMENT = 1155
_ONLY_MODERATORS = 1168
_FEWEST_HEARD = 3  # what the SDK asks for however few it is told (moderation.md section 9)
_Shown = Literal["update-pin-users", "spotlight-users"]


OwnFloorStep = Literal["requested", "cancelled", "finished", "accepted", "rejected"]
FloorDecision = Literal["granted", "denied", "released", "invite_cancelled"]
_OWN_STEPS: Mapping[OwnFloorStep, str] = {
    "requested": "requestFloor", "cancelled": "cancelFloor", "finished": "finishFloor", "accepted": "acceptFloor",
    "rejected": "rejectFloor",
}  # fmt: skip
_DECISIONS: Mapping[FloorDecision, str] = {
    "granted": "grantFloor", "denied": "denyFloor", "released": "releaseFloor",
    "invite_cancelled": "cancelFloorInvite",
}  # fmt: skip


class Moderation(RoomView):
    """Every request raises `RequestRefused`: 1168 if the bot is no moderator, else with the server's code and text."""

    async def hard_mute(self, client_id: str | None = None) -> None:
        """Take one participant's microphone, or everybody's."""
        await self._moderate(HardMuteUser(client_id=client_id) if client_id else HardMuteRoom())

    async def hard_unmute(self, client_id: str | None = None) -> None:
        """Give one participant's microphone back, or everybody's."""
        await self._moderate(HardUnmuteUser(client_id=client_id) if client_id else HardUnmuteRoom())

    async def drop(self, client_ids: Sequence[str]) -> None:
        """Remove participants; at least one, because an empty list would mean everybody."""
        if not client_ids:
            raise RequestRefused("drop", _BAD_ARGUMENT, "nobody is named")
        await self._moderate(Drop(is_all=False, client_ids=tuple(client_ids)))

    async def lock(self) -> None:
        """Let nobody in any more; whoever is here stays."""
        await self._moderate(LockRoom(is_locked=True))

    async def unlock(self) -> None:
        """Let people in again."""
        await self._moderate(LockRoom(is_locked=False))

    # ---- who waits to be let in

    async def admit(self, client_id: str) -> None:
        """Let somebody in who has knocked."""
        await self._settle(AdmitAwaited(client_id=client_id), client_id)

    async def deny(self, client_id: str) -> None:
        """Turn somebody away who has knocked."""
        await self._settle(DenyAwaited(client_id=client_id), client_id)

    async def set_knock(self, *, is_on: bool) -> None:
        """Must participants knock from now on? Off lets in everybody who waits."""
        await self._moderate(EnableKnock(is_on=is_on))

    # ---- the floor of a lecture

    async def take_floor_step(self, step: OwnFloorStep) -> None:
        """Ask for the floor (`requested`), take that back, give the floor back, accept or reject an offer."""
        client_id = self._session.state.client_id
        await self._move(client_id, step, self._session.ask(ProcessFloor(client_id=client_id, action=_OWN_STEPS[step])))
        await self._session.follow_floor()

    async def decide_floor(self, client_id: str, step: FloorDecision) -> None:
        """As a moderator: grant or deny the floor, take it back, withdraw an offer of it."""
        decision = ProcessFloor(client_id=client_id, action=_DECISIONS[step])
        await self._move(client_id, step, self._moderate(decision))

    async def offer_floor(self, client_id: str) -> None:
        """As a moderator: offer somebody the floor."""
        await self._move(client_id, "invited", self._moderate(InviteToFloor(client_id=client_id)))

    async def open_floor(self, *, is_open: bool) -> None:
        """As a moderator: let everybody speak without asking, or no longer."""
        await self._moderate(OpenFloor(is_on=is_open))

    async def _move(self, client_id: str, step: FloorStep, asking: Awaitable[Answer]) -> None:
        """Ask, and note the step, of which nobody is told who takes it; what the server says meanwhile is later."""
        state = self._session.state
        told = state.floor.told(client_id)
        await asking
        if state.floor.told(client_id) == told:
            state.floor.moved(step, state.participants.get(client_id) or Participant(client_id))

    # ---- roles, mode, time

    async def hand_over(self, client_id: str) -> None:
        """Make a participant the moderator instead of the bot, which becomes a participant."""
        await self._moderate(SwitchRole(changes=(RoleChange(client_id=client_id),)))

    async def change_roles(self, roles: Mapping[str, str]) -> None:
        """Give people other roles (client id -> role); EnableX knows it from SDK 3.1.8 on."""
        changes = tuple(RoleChange(client_id=client_id, role=role) for client_id, role in roles.items())
        await self._moderate(SwitchRole(changes=changes, is_list=True))

    async def wish_role(self, role: str) -> None:
        """Ask the moderators for another role; an empty one takes the wish back."""
        action = "requestInitiate" if role else "requestCancel"
        await self._session.ask(ChangeRoleOption(action=action, role=role))

    async def answer_role_wish(self, client_id: str, role: str, *, is_granted: bool) -> None:
        """As a moderator: answer somebody who asks for another role."""
        action = "requestAccepted" if is_granted else "requestDenied"
        await self._moderate(ChangeRoleOption(action=action, client_id=client_id, role=role))

    async def switch_mode(self, mode: str) -> None:
        """Make the room a `group` or a `lecture`."""
        await self._moderate(SwitchRoomMode(mode=mode))

    async def extend(self) -> int:
        """Make the session longer; returns by how many minutes, 0 if the server does not say."""
        answer = await self._moderate(ExtendDuration())
        return answer.number("extendedTime") or 0

    # ---- recording

    async def start_recording(self) -> None:
        """Have the room recorded from now on; everybody is told (`RecordingOn`)."""
        await self._moderate(StartRecording())

    async def stop_recording(self) -> None:
        """End the recording; its files are with the Server API's archive then."""
        await self._moderate(StopRecording())

    # ---- talkers, pins, spotlight

    async def talker_count(self) -> int:
        """How many talkers the bot is sent at most."""
        answer = await self._session.ask(GetTalkerCount())
        count = answer.number("numTalkers")
        return len(self._session.state.slots) if count is None else count

    async def set_talker_count(self, count: int) -> int:
        """Be sent fewer talkers, for this bot alone; returns how many are heard now, three at least as with the SDK."""
        if count < 0:
            raise RequestRefused(SetTalkerCount.event, _BAD_ARGUMENT, "the count is 0 or more")
        asked = SetTalkerCount(talkers=count, audio_talkers=max(count, _FEWEST_HEARD), video_talkers=0)
        heard = (await self._session.ask(asked)).number("numAudioTalkers")
        return count if heard is None else heard

    async def pin(self, client_ids: Sequence[str], *, is_on: bool = True) -> None:
        """Have everybody see these people always, or no longer; everybody is told (`PinsChanged`)."""
        await self._show("update-pin-users", client_ids, is_on=is_on)

    async def spotlight(self, client_ids: Sequence[str], *, is_on: bool = True) -> None:
        """Put these people into the spotlight, or take them out; everybody is told (`SpotlightChanged`)."""
        await self._show("spotlight-users", client_ids, is_on=is_on)

    async def _show(self, what: _Shown, client_ids: Sequence[str], *, is_on: bool) -> None:
        if not client_ids:
            raise RequestRefused(SetAdvancedOptions.event, _BAD_ARGUMENT, "nobody is named")
        await self._moderate(SetAdvancedOptions.shown(what, client_ids, is_on=is_on))

    async def _settle(self, request: AdmitAwaited | DenyAwaited, client_id: str) -> None:
        try:
            await self._moderate(request)
        except RequestRefused as refused:
            if refused.result == _BAD_ARGUMENT:  # they do not wait any more, and no message tells that
                self._session.state.forget_awaited(client_id)
            raise
        self._session.state.forget_awaited(client_id)

    async def _moderate(self, request: Request) -> Answer:
        if not self.is_moderator:
            raise RequestRefused(request.event, _ONLY_MODERATORS, "only a moderator may do this")
        return await self._session.ask(request)
