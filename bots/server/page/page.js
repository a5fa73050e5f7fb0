// The page around the client: a door, a list of people, invites, chat. Text from people is set as text, never as HTML.
// The address carries the credentials behind the "#", which browsers do not send: #APP_ID:APP_KEY

import {RoomClient} from "./client.js";

const $ = (id) => document.getElementById(id);
const credentials = decodeURIComponent(location.hash.slice(1));
let parent = null, inside = null, isMuted = false, people = new Map(), talkers = [];
window.room = () => inside ?? parent;  // for the browser's console, and for tests

const status = (text, isBad = false) => { $("status").textContent = text; $("status").classList.toggle("bad", isBad); };
const item = (list, text) => { const li = document.createElement("li"); li.textContent = text; $(list).append(li); return li; };

const api = async (method, path, body) => {
  const reply = await fetch(`/video/v2${path}`, {method, body: body && JSON.stringify(body),
    headers: {Authorization: `Basic ${btoa(credentials)}`, "Content-Type": "application/json"}});
  const answer = await reply.json();
  if (answer.result !== 0) throw new Error(answer.desc ?? answer.error);
  return answer;
};

const listRooms = async (chosen) => {
  const {rooms} = await api("GET", "/rooms");
  $("room").replaceChildren(...rooms.map((room) => new Option(room.name, room.room_id, false, room.room_id === chosen)));
  return rooms;
};

const showPeople = () => {
  $("people").replaceChildren();
  for (const user of people.values()) {
    const li = item("people", `${user.name} (${user.role}${user.audioMuted ? ", muted" : ""})`);
    li.classList.toggle("talks", talkers.some((talker) => talker.clientId === user.clientId));
  }
};

const play = (client) => client.audio.forEach((stream, slot) => {
  const id = `slot-${client.clientId}-${slot}`;
  const player = $(id) ?? Object.assign(document.createElement("audio"), {id, autoplay: true});
  player.srcObject = stream;
  document.body.append(player);
});

const heard = (client) => (name, data) => {
  if (name === "room-connected") people = new Map(data.userList.map((user) => [user.clientId, user]));
  if (name === "user-connected") people.set(data.clientId, data);
  if (name === "user-disconnected") people.delete(data.clientId);
  if (/^user-audio-/.test(name) && data.user) people.set(data.clientId, data.user);
  if (name === "active-talkers-updated") talkers = data.activeList;
  if (name === "onDataStreamToRoom" && data.type === "chat") item("chat", `${data.sender}: ${data.message}`);
  if (name === "slot") play(client());
  if (name === "invite-breakout-room") invited(data);
  if (name === "breakout-room-destroyed") $(`invite-${data.room_id}`)?.remove();
  if (name === "closed") closed(client());
  showPeople();
};

const invited = ({room_id: roomId}) => {
  const li = item("invites", "A breakout room wants you. ");
  li.id = `invite-${roomId}`;
  for (const [label, act] of [["Go there", () => enter(roomId)], ["No, thank you", () => parent.reject(roomId)]]) {
    const button = Object.assign(document.createElement("button"), {textContent: label, type: "button"});
    button.onclick = async () => { li.remove(); try { await act(); } catch (error) { status(error.message, true); } };
    li.append(button);
  }
};

const enter = async (roomId) => {
  inside = await parent.joinBreakout(roomId, heard(() => inside));
  $("back").hidden = false;
  status("You are in a breakout room.");
};

const closed = async (client) => {
  if (client && client === inside) {
    inside = null;
    $("back").hidden = true;
    if (parent) { await parent.resume(); status("Back in the parent room."); }
  } else if (client === parent) {
    parent = null;
    $("inside").hidden = true; $("door").hidden = false;
    status("You have left the room.");
  }
};

$("door").onsubmit = async (event) => {
  event.preventDefault();
  try {
    status("Joining …");
    const {token} = await api("POST", `/rooms/${$("room").value}/tokens`,
      {name: $("name").value, role: $("role").value, user_ref: $("name").value});
    const microphone = $("mic").checked ? await navigator.mediaDevices.getUserMedia({audio: true}) : null;
    parent = new RoomClient(token, {microphone, on: heard(() => parent)});
    const room = await parent.connect();
    $("door").hidden = true; $("inside").hidden = false;
    status(`You are in “${room.room.name}”.`);
  } catch (error) { status(error.message, true); }
};
$("new").onclick = async () => {
  try {
    const {room} = await api("POST", "/rooms", {name: `Room of ${$("name").value}`, owner_ref: "page", settings: {}});
    await listRooms(room.room_id);
  } catch (error) { status(error.message, true); }
};
$("say").onsubmit = async (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (!text) return;
  try { await window.room().say(text); item("chat", `me: ${text}`); $("text").value = ""; } catch (error) { status(error.message, true); }
};
$("mute").onclick = () => { isMuted = !isMuted; window.room().mute(isMuted); $("mute").textContent = isMuted ? "Unmute" : "Mute"; };
$("back").onclick = () => inside.leave();
$("leave").onclick = async () => { await inside?.leave(); await parent?.leave(); };

try {
  if (!credentials.includes(":")) throw new Error("Open this page by the link that `bots room` prints: it has the credentials.");
  if (!(await listRooms()).length) status("There is no room yet.");
} catch (error) { status(error.message, true); }
