// What runs in this `bots serve`, what comes, and what is broken; and the ways to steer it. The page itself knows nothing:
// all comes from GET /status, with the token. Text from files and rooms is set as text, never as HTML.

const LOOK_MS = 2000;
const SURE_MS = 4000;  // in which a second press on "End" ends a session, and an answer can be read
const COMING = 12;
const STEERING = [["2 minutes more", "more 2m"], ["Hold", "hold"], ["Next round", "next"], ["Round before", "back"], ["Undo", "undo"]];
const $ = (id) => document.getElementById(id);
const cards = new Map();  // session -> what is shown of it
let token = sessionStorage.getItem("token") ?? "", skewMs = 0, readUntil = 0;

const made = (tag, text = "", values = {}) => Object.assign(document.createElement(tag), {textContent: text, ...values});
const say = (text, isBad = false) => { $("state").textContent = text; $("state").classList.toggle("bad", isBad); };
const note = (text) => { say(text); readUntil = Date.now() + SURE_MS; };  // stays long enough to be read
const now = () => Date.now() + skewMs;
const two = (number) => String(number).padStart(2, "0");
const span = (until) => {
  const seconds = Math.max(0, Math.round((new Date(until) - now()) / 1000));
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

const ask = async (method, path, body) => {
  const reply = await fetch(path, {method, body: body && JSON.stringify(body), headers: {Authorization: `Bearer ${token}`}});
  if (reply.status === 401 || reply.status === 403) { shut(await reply.text()); throw new Error("closed"); }
  if (!reply.ok) throw new Error(await reply.text());
  skewMs = new Date(reply.headers.get("date") ?? Date.now()) - Date.now();
  return reply;
};

const shut = (why) => {
  token = "";
  sessionStorage.removeItem("token");
  $("door").hidden = false;
  $("inside").hidden = true;
  say(why.startsWith("set ") ? "This bots serve was started without BOTS_HTTP_TOKEN, so it shows nothing." : "This is not its token.", true);
};

const look = async () => {
  if (!token) return;
  try {
    show(await (await ask("GET", "/status")).json());
  } catch (error) {
    if (token) say(error instanceof TypeError ? "bots serve does not answer." : error.message, true);
  }
};

// ---- what there is

const show = (status) => {
  $("door").hidden = true;
  $("inside").hidden = false;
  const waiting = `the journal cannot be written; ${status.journal_backlog} writes wait`;
  if (status.is_stopping) say("It is being stopped.", true);
  else if (status.is_journal_away) say(`It goes on, but ${waiting}.`, true);
  else if (Date.now() > readUntil) say(status.is_open ? "All is well." : "The folder is being read.");
  showRunning(status.running);
  showComing(status.books);
  showBroken(status.books.filter((book) => book.problem));
};

const showRunning = (running) => {
  for (const [session, card] of cards) if (!running.some((one) => one.session === session)) { card.root.remove(); cards.delete(session); }
  for (const one of running) {
    const card = cards.get(one.session) ?? newCard(one.session);
    const [line, people] = told(one);
    card.line.textContent = line;
    card.people.textContent = people;
    card.people.classList.toggle("bad", (one.snapshot?.counts.errors ?? 0) > 0);
    card.steering.forEach((button) => { button.hidden = !one.snapshot?.rounds.length; });
    card.end.hidden = one.is_stopping;
  }
  $("running").dataset.count = running.length;
  if (!running.length) $("running").replaceChildren(made("p", "Nothing runs now.", {className: "quiet"}));
  else $("running").querySelector(":scope > p")?.remove();
};

const newCard = (session) => {
  const card = {root: made("article"), line: made("p"), people: made("p", "", {className: "quiet"}), steering: []};
  const bar = made("div", "", {className: "bar"});
  for (const [label, text] of STEERING) {
    const button = made("button", label, {type: "button"});
    button.onclick = () => act(session, "steer", {text}, `Asked: ${text}.`);
    card.steering.push(button);
  }
  card.end = made("button", "End", {type: "button", className: "end"});
  card.end.onclick = () => {
    if (card.end.textContent === "End") {
      card.end.textContent = "Really end it?";
      setTimeout(() => { card.end.textContent = "End"; }, SURE_MS);
    } else act(session, "stop", null, "It is asked to end: its bots finish their step, and leave.");
  };
  bar.append(...card.steering, card.end);
  card.root.append(made("h3", session), card.line, card.people, bar);
  $("running").append(card.root);
  cards.set(session, card);
  return card;
};

const act = async (session, what, body, done) => {
  try {
    await ask("POST", `/sessions/${encodeURIComponent(session)}/${what}`, body);
    note(done);
  } catch (error) {
    if (token) say(error.message, true);
  }
};

// How it stands, as the live line of a terminal says it, and who is there.
const told = ({snapshot, is_stopping: isStopping, starts_at: startsAt, ends_at: endsAt}) => {
  if (!snapshot) return ["It is being made ready.", ""];
  const {present, bots, gone, counts, rounds} = snapshot;
  const people = `${present} of ${bots - gone} bots are there, ${counts.errors} errors, ${counts.said} lines said, ${counts.accepted} invites accepted`;
  if (isStopping) return ["It is ending.", people];
  if (new Date(startsAt) > now()) return [`It starts in ${span(startsAt)}.`, people];
  const left = `It ends in ${span(endsAt)}.`;
  return [rounds.length ? `${rounds.map(round).join(" ")} ${left}` : left, people];
};

const round = (one) => {
  const head = `${one.rotation}, round ${one.round} of ${one.rounds}`;
  const inside = one.people - one.missing.length;
  if (one.phase === "closing") return `${head} is ending, ${inside} not back yet.`;
  if (one.phase !== "running") return `${one.rotation}: the next round begins in ${span(one.until)}.`;
  const time = one.is_held ? "its time stands still" : `${span(one.until)} left`;
  const missing = one.missing.length ? `; missing: ${one.missing.join(", ")}` : "";
  return `${head}: ${time}, ${one.rooms} rooms, ${inside} of ${one.people} in place${missing}.`;
};

const showComing = (books) => {
  const starts = books.flatMap((book) => book.entries.filter((entry) => entry.starts_at)
    .map((entry) => [entry.starts_at, `${book.playbook}/${entry.entry}`])).sort().slice(0, COMING);
  const rows = starts.map(([at, name]) => {
    const row = made("tr");
    const here = new Date(at).toLocaleString(undefined, {weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"});
    row.append(made("td", here), made("td", at.slice(5, 16).replace("T", " ")), made("td", name));
    return row;
  });
  if (!rows.length) { const row = made("tr"); row.append(made("td", "No session is to come.", {colSpan: 3, className: "quiet"})); rows.push(row); }
  $("coming").replaceChildren(...rows);
};

const showBroken = (books) => {
  const parts = books.flatMap((book) => [made("h2", `${book.file} cannot be used${book.entries.length ? "; its last good version is" : ""}`),
    made("pre", book.problem)]);
  $("broken").replaceChildren(...parts);
};

$("door").onsubmit = (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  sessionStorage.setItem("token", token);
  $("token").value = "";
  look();
};
look();
setInterval(look, LOOK_MS);
