// A room client for the browser, as small as the protocol allows: one socket, one connection for what is sent,
// one for each talker slot. It follows the same reference as the Python client (signalling.md sections 2 to 7, 10).

const decodeToken = (token) => JSON.parse(atob(token));

export class RoomClient {
  // `on` is called with (event name, payload, client) for everything that the server says, for "slot" and for "closed".
  constructor(token, {microphone = null, on = () => {}} = {}) {
    this.fields = decodeToken(token);
    this.microphone = microphone;
    this.tell = (name, data) => on(name, data, this);
    this.people = new Map();      // client id -> who is in the room, as the server describes them
    this.name = "";
    this.talkers = [];
    this.isMuted = false;
    this.hasLeft = false;
    this.lastWords = "the connection was lost";
    this.peers = new Map();       // stream id -> RTCPeerConnection
    this.audio = new Map();       // slot -> MediaStream
    this.waiting = new Map();     // ack id -> resolve
    this.nextAck = 0;
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${this.fields.host}/v3/socket.io/?EIO=4&transport=websocket`);
    return new Promise((resolve, reject) => {
      this.admitted = resolve;
      this.refused = reject;
      this.socket.onmessage = (message) => this.receive(message.data);
      this.socket.onerror = () => reject(new Error("the room server cannot be reached"));
      this.socket.onclose = () => {
        this.closePeers();
        reject(new Error("the room server closed the connection"));
        this.tell("closed", {});
      };
    });
  }

  // ---- Engine.IO 4 and Socket.IO 5, text only

  receive(text) {
    if (text[0] === "0") return this.socket.send("40");
    if (text[0] === "2") return this.socket.send("3");
    if (text[0] !== "4") return;
    const match = /^(\d)(\d*)([\s\S]*)$/.exec(text.slice(1));
    if (!match) return;
    const [, kind, id, body] = match;
    if (kind === "0") return this.present();
    if (kind === "3") return this.waiting.get(Number(id))?.(JSON.parse(body));
    if (kind === "2") {
      const [name, ...values] = JSON.parse(body);
      if (id && this.socket.readyState === WebSocket.OPEN) this.socket.send(`43${id}${JSON.stringify([{result: 0, msg: "success"}])}`);
      this.handle(name, values[0] ?? {});
    }
  }

  send(name, ...values) {
    if (this.socket.readyState !== WebSocket.OPEN) return Promise.resolve(["error", {msg: "You are not in the room any more."}]);
    const id = this.nextAck++;
    this.socket.send(`42${id}${JSON.stringify([name, ...values])}`);
    return new Promise((resolve) => this.waiting.set(id, (answer) => { this.waiting.delete(id); resolve(answer); }));
  }

  async ask(name, ...values) {
    const [first, second] = await this.send(name, ...values);
    const answer = first === "success" || first === "error" ? second : first;
    if (first === "error" || (answer?.result ?? 0) !== 0) throw new Error(answer?.msg ?? `${name} was refused`);
    return answer;
  }

  async present() {
    try {
      await this.ask("token", {...this.fields, version: "page", hostType: "chrome-stable", userAgent: navigator.userAgent});
    } catch (error) {
      this.refused(error);
    }
  }

  // ---- what the server says

  handle(name, data) {
    if (name === "media_engine_connecting") return this.signal(data.peerId ?? data.streamId, data.msg);
    this.remember(name, data);
    this.tell(name, data);
    if (name === "room-connected") this.welcome(data).catch((error) => this.tell("failed", error));
    if (name === "room-disconnected") this.socket.close();
  }

  remember(name, data) {
    if (name === "room-connected") {
      this.name = data.room.name;
      this.people = new Map(data.userList.map((user) => [user.clientId, user]));
    }
    if (name === "user-connected") this.people.set(data.clientId, data);
    if (name === "user-disconnected") this.people.delete(data.clientId);
    if (/^user-audio-/.test(name) && data.user) this.people.set(data.clientId, data.user);
    if (name === "active-talkers-updated") this.talkers = data.activeList;
    if (name === "room-disconnected") this.lastWords = data.cause?.msg ?? data.msg;
  }

  async welcome(data) {
    this.clientId = data.clientId;
    this.admitted(data);
    if (this.microphone) await this.publish();
    for (const stream of data.streams.filter((one) => one.id < 100)) await this.subscribe(stream.id);
  }

  async publish() {
    const {id} = await this.ask("publish", {state: "media_engine", data: true, audio: true, video: false,
      attributes: {}, muteStream: {audio: false, video: true}}, null);
    this.publication = id;
    const peer = this.peer(id);
    for (const track of this.microphone.getAudioTracks()) peer.addTrack(track, this.microphone);
    await this.offer(id, peer);
  }

  async subscribe(slot) {
    await this.send("subscribe", {streamId: slot, audio: true, video: false, data: true}, null);
    const peer = this.peer(slot);
    peer.addTransceiver("audio", {direction: "recvonly"});
    peer.ontrack = (event) => { this.audio.set(slot, new MediaStream([event.track])); this.tell("slot", {slot}); };
    await this.offer(slot, peer);
  }

  peer(id) {
    const peer = new RTCPeerConnection();
    this.peers.set(id, peer);
    peer.onicecandidate = ({candidate}) => this.send("signaling_message", {streamId: id, msg: {type: "candidate",
      candidate: candidate ? {...candidate.toJSON(), candidate: `a=${candidate.candidate}`}
        : {sdpMLineIndex: -1, sdpMid: "end", candidate: "end"}}}, null);
    return peer;
  }

  async offer(id, peer) {
    await peer.setLocalDescription();
    await this.send("signaling_message", {streamId: id, msg: {type: "offer", sdp: peer.localDescription.sdp}}, null);
  }

  async signal(id, msg) {
    if (msg.type === "answer") await this.peers.get(id)?.setRemoteDescription({type: "answer", sdp: msg.sdp});
  }

  // ---- what a person does

  say(text) { return this.ask("sendDataStreamToRoom", {msg: text, broadcast: true, clients: [], type: "chat"}); }
  mute(on) {
    this.isMuted = on;
    this.microphone?.getAudioTracks().forEach((track) => { track.enabled = !on; });
    return this.send(on ? "user-audio-muted" : "user-audio-unmuted");
  }
  pause() { return this.ask("muteRoom", {audio: true, video: true}); }
  resume() { return this.ask("unMuteRoom", {audio: false, video: false}); }

  // A client inside the breakout room; this one, in the parent, is paused meanwhile.
  async joinBreakout(roomId, on) {
    await this.pause();
    try {
      const {token} = await this.ask("join-breakout-room", {room_id: roomId, role: "participant"});
      const inside = new RoomClient(token, {microphone: this.microphone, on});
      const room = await inside.connect();
      await this.ask("user-joined-breakout-room", {name: room.room.name});
      if (this.isMuted) await inside.mute(true);
      return inside;
    } catch (error) {
      await this.resume();
      throw error;
    }
  }
  reject(roomId) { return this.ask("reject-breakout-room", roomId); }

  async leave() {
    this.hasLeft = true;
    await Promise.race([this.send("drop", {self: true}), new Promise((done) => setTimeout(done, 1000))]);
    this.socket.close();
  }

  closePeers() {
    this.peers.forEach((peer) => peer.close());
    this.peers.clear();
    this.audio.clear();
  }
}
