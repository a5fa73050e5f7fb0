// The page around the client: a door, a list of people, invites, chat. Text from people is set as text, never as HTML.
// The address carries the credentials behind the "#", which browsers do not send: #APP_ID:APP_KEY

import {RoomClient} from "./client.js";

const LOOK_MS = 3000;  // between two looks at the list of rooms, while the door is open
const NOBODY = "There is no room yet.";
const $ = (id) => document.getElementById(id);
const credentials = decodeURIComponent(location.hash.slice(1));
let parent = null, inside = null;
const here = () => inside ?? parent;
window.room = here;  // for the browser's console, and for tests

const status = (text, isBad = false) => { $("status").textContent = text; $("status").classList.toggle("bad", isBad); };
const item = (list, text) => { const li = document.createElement("li"); li.textContent = text; $(list).append(li); return li; };
const trying = (act) => async (event) => {
  event.preventDefault();
  try { await act(event); } catch (error) { status(error.message, true); }
};

const api = async (method, path, body) => {
  const reply = await fetch(`/video/v2${path}`, {method, body: body && JSON.stringify(body),
    headers: {Authorization: `Basic ${btoa(credentials)}`, "Content-Type": "application/json"}});
  const answer = await reply.json();
  if (answer.result !== 0) throw new Error(answer.desc ?? answer.error);
  return answer;
};

// ---- the door

const listRooms = async (chosen = $("room").value) => {
  const {rooms} = await api("GET", "/rooms");
  const before = [...$("room").options].map((option) => option.value).join();
  if (rooms.map((room) => room.room_id).join() !== before) {
    $("room").replaceChildren(...rooms.map((room) => new Option(room.name, room.room_id)));
  }
  if (rooms.some((room) => room.room_id === chosen)) $("room").value = chosen;
  $("join").disabled = !rooms.length;
  if (!rooms.length) status(NOBODY);
  else if ($("status").textContent === NOBODY) status("Not connected.");
};

const join = async () => {
  status("Joining …");
  const {token} = await api("POST", `/rooms/${$("room").value}/tokens`,
    {name: $("name").value, role: $("role").value, user_ref: $("name").value});
  const microphone = $("mic").checked ? await navigator.mediaDevices.getUserMedia({audio: true}) : null;
  const client = new RoomClient(token, {microphone, on: heard});
  try {
    const {room} = await client.connect();
    parent = client;
    showInside();
    status(`You are in “${room.name}”.`);
  } catch (error) {
    switchOff(microphone);
    throw error;
  }
};

const switchOff = (microphone) => microphone?.getTracks().forEach((track) => track.stop());

const showInside = () => {
  $("door").hidden = Boolean(parent);
  $("inside").hidden = !parent;
  for (const list of ["invites", "chat"]) $(list).replaceChildren();
  showHere();
};

// ---- the room

const showHere = () => {
  const client = here();
  $("people").replaceChildren();
  for (const user of client?.people.values() ?? []) {
    const isMe = user.clientId === client.clientId;
    const li = item("people", `${user.name} (${user.role}${isMe ? ", you" : ""}${user.audioMuted ? ", muted" : ""})`);
    li.classList.toggle("talks", client.talkers.some((talker) => talker.clientId === user.clientId));
  }
  $("title").textContent = client ? client.name : "Join a room";
  $("back").hidden = !inside;
  $("mute").hidden = !client?.microphone;
  $("mute").textContent = client?.isMuted ? "Unmute" : "Mute";
};

const play = (client) => client.audio.forEach((stream, slot) => {
  const id = `slot-${client.clientId}-${slot}`;
  const player = $(id) ?? Object.assign(document.createElement("audio"), {id, autoplay: true});
  player.srcObject = stream;
  document.body.append(player);
});

const silence = (client) => document.querySelectorAll(`audio[id^="slot-${client.clientId}-"]`).forEach((one) => one.remove());

const heard = (name, data, client) => {
  if (name === "onDataStreamToRoom" && data.type === "chat") showLine(data.sender, data.message);
  if (name === "slot") play(client);
  if (name === "failed") status(data.message, true);
  if (name === "invite-breakout-room") invited(data);
  if (name === "breakout-room-destroyed") $(`invite-${data.room_id}`)?.remove();
  if (name === "closed") closed(client);
  showHere();
};

const showLine = (sender, text) => {
  const li = item("chat", `: ${text}`);
  li.prepend(Object.assign(document.createElement("b"), {textContent: sender}));
  $("chat").scrollTop = $("chat").scrollHeight;
};

const invited = ({room_id: roomId}) => {
  $(`invite-${roomId}`)?.remove();
  const li = item("invites", "A breakout room wants you.");
  li.id = `invite-${roomId}`;
  for (const [label, act] of [["Go there", () => enter(roomId)], ["No, thank you", () => parent.reject(roomId)]]) {
    const button = Object.assign(document.createElement("button"), {textContent: label, type: "button"});
    button.onclick = trying(() => { li.remove(); return act(); });
    li.append(button);
  }
};

const enter = async (roomId) => {
  inside = await parent.joinBreakout(roomId, heard);
  status("You are in a breakout room.");
  showHere();
};

const closed = async (client) => {
  silence(client);
  if (client === inside) {
    inside = null;
    if (client.isMuted !== parent.isMuted) parent.mute(client.isMuted);
    await parent.resume();
    status("Back in the parent room.");
  } else if (client === parent) {
    parent = null;
    switchOff(client.microphone);
    showInside();
    status(client.hasLeft ? "You have left the room." : `The room is over for you: ${client.lastWords}.`, !client.hasLeft);
  }
};

$("door").onsubmit = trying(join);
$("new").onclick = trying(async () => {
  const {room} = await api("POST", "/rooms", {name: `Room of ${$("name").value}`, owner_ref: "page", settings: {}});
  await listRooms(room.room_id);
});
$("say").onsubmit = trying(async () => {
  const text = $("text").value;
  if (!text) return;
  await here().say(text);
  showLine("me", text);
  $("text").value = "";
});
$("mute").onclick = trying(async () => { await here().mute(!here().isMuted); showHere(); });
$("back").onclick = trying(() => inside.leave());
$("leave").onclick = trying(async () => { await inside?.leave(); await parent?.leave(); });

try {
  if (!credentials.includes(":")) throw new Error("Open this page by the link that `bots room` prints: it has the credentials.");
  await listRooms();
  setInterval(() => { if (!parent && !document.hidden) listRooms().catch((error) => status(error.message, true)); }, LOOK_MS);
} catch (error) { status(error.message, true); }
