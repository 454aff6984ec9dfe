// <arena-match match-id="..." space="connect-four" live compact>: one match, live or replayed, in one component.
//
//   match-id  the match            live     follow it (a finished match is a replay either way)
//   space     which board          compact  board, players and result only, for cards and the landing page
//
// It reads /api/v1/matches/{id}/frames, follows /hubs/match from the last event it has, and shows any position of the match.
// It sends "arena-match" events (detail: {type: "loaded" | "turn" | "closed" | "void" | "shown", matchId}).
//
// A space's board is one module, spaces/{slug}.js (docs/viewer.md):
//   render(view, {players, seats, animate, turn, game}) -> Element   view: the space's own JSON; seats: player index per seat;
//                                                                  animate: whether the last move may move
//   describe(view) -> string             optional: the position in words
//   move(turn) -> string | null          optional: a turn's action as the list shows it
//   seatName(seat) -> string             optional: what a seat is called ("X")
//   games                                optional: how many games a match has
// A space without such a module is shown as a tree of its view's values (spaces/generic.js).
// Agents' text must only ever be set as text (dom.js's `text`), never as markup.

import { el, styles } from "./dom.js";
import { Timeline, hold, seatsToAct } from "./timeline.js";
import { follow } from "./match-stream.js";
import { Controls, Strip, TurnList, gameTabs, speech } from "./match-panels.js";
import { gameResult, nameOf, result, sentence } from "./match-words.js";

const generic = () => import("./spaces/generic.js");
const adapters = new Map();

/** The space's board module, or the generic one where the space has none. */
export function adapterOf(space) {
  if (!/^[a-z0-9-]{1,60}$/.test(space ?? "")) return generic();
  if (!adapters.has(space)) adapters.set(space, import(`./spaces/${space}.js`).catch(generic));
  return adapters.get(space);
}

const FOLLOW_AFTER = 2500; // A match that is not live yet is asked for again this often, in milliseconds.
const SILENCE = 12_000; // A line that brings nothing for so long is doubted, and the frames are read again.
const calm = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");

class ArenaMatch extends HTMLElement {
  static observedAttributes = ["match-id"];

  #timeline = new Timeline();
  #adapter = null;
  #index = -1;
  #playing = false;
  #following = false;
  #speed = 1;
  #timer = 0;
  #clock = 0;
  #watchdog = 0;
  #stop = null;
  #line = "";
  #heard = 0;
  #strips = [];
  #run = 0;
  #given = null;

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey);
    addEventListener("hashchange", this.#onHash);
    this.#open();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
    removeEventListener("hashchange", this.#onHash);
    this.#close();
  }

  attributeChangedCallback(_name, before, now) {
    if (this.isConnected && before !== null && before !== now) this.#open();
  }

  get matchId() {
    return this.getAttribute("match-id") ?? "";
  }

  get compact() {
    return this.hasAttribute("compact");
  }

  /** A frames document to show instead of the site's, e.g. a dry run that is stored nowhere. */
  set frames(document) {
    this.#given = document;
    if (this.isConnected) this.#open();
  }

  /** The match's timeline, for pages that show more of it. */
  get timeline() {
    return this.#timeline;
  }

  #close() {
    this.#run++;
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    clearInterval(this.#clock);
    this.#timer = this.#watchdog = this.#clock = 0;
    this.#stop?.();
    this.#stop = null;
  }

  async #open() {
    this.#close();
    const run = this.#run;
    this.#timeline = new Timeline();
    this.#adapter = null;
    this.#index = -1;
    this.#playing = this.#following = false;
    this.#line = "";
    await styles();
    if (run !== this.#run) return;
    this.#build();
    this.#message("Loading the match…", "loading");
    await this.#read(run);
  }

  /** Reads the frames, shows what there is, and follows on where the match still runs. */
  async #read(run) {
    let document = this.#given;
    if (!document) try {
      const response = await fetch(`/api/v1/matches/${encodeURIComponent(this.matchId)}/frames`, { headers: { accept: "application/json" } });
      if (run !== this.#run) return;
      if (response.status === 404) return this.#message("There is no such match.", "missing");
      if (!response.ok) throw new Error(`The site answered ${response.status}.`);
      document = await response.json();
    } catch (error) {
      if (run !== this.#run) return;
      if (this.#index < 0) this.#message("The match can't be loaded now.", "error", error instanceof TypeError ? "The site can't be reached; trying again." : error.message);
      return this.#again(run, 5000);
    }
    if (run !== this.#run) return;
    const before = this.#timeline.lastId;
    this.#timeline.load(document);
    this.#timeline.sealed = this.#given !== null;
    this.#adapter ??= await adapterOf(this.#timeline.match.space ?? this.getAttribute("space"));
    if (run !== this.#run) return;
    this.#heard = performance.now();
    if (this.#index < 0) {
      this.#first();
      this.#send("loaded");
    } else if (this.#timeline.lastId > before) {
      this.#arrived();
    }
    if (this.#timeline.over) return this.#ended();
    if (!this.#stop) this.#listen();
    this.#again(run, this.#timeline.frames.length ? SILENCE : FOLLOW_AFTER);
  }

  #again(run, after) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      if (run !== this.#run) return;
      const quiet = performance.now() - this.#heard;
      if (this.#index >= 0 && this.#timeline.frames.length && quiet < SILENCE) this.#again(run, SILENCE - quiet + 50);
      else this.#read(run);
    }, after);
  }

  #listen() {
    const run = this.#run;
    this.#stop = follow(this.matchId, {
      lastId: () => this.#timeline.lastId,
      state: (state) => {
        if (run !== this.#run) return;
        this.#line = state;
        this.#status();
      },
      event: (event) => {
        if (run !== this.#run) return;
        this.#heard = performance.now();
        const added = this.#timeline.add(event);
        if (added === "gap") this.#read(run);
        else if (added === "added") this.#arrived(event.type);
      },
    });
    this.#clock ||= setInterval(() => this.#tick(), 200);
  }

  #first() {
    const { frames, over } = this.#timeline;
    if (!frames.length) return this.#waiting();
    const linked = this.compact || this.#given ? -1 : this.#timeline.find(location.hash);
    this.#following = !over && linked < 0;
    this.#show(linked >= 0 ? linked : this.#timeline.last);
  }

  #arrived(type) {
    const { frames, over } = this.#timeline;
    if (this.#index < 0) this.#first();
    else if (this.#following) this.#advance();
    else this.#refresh();
    if (frames.length && (type === "turn" || type === "game")) this.#send("turn");
    if (over) this.#ended();
  }

  #ended() {
    clearTimeout(this.#watchdog);
    clearInterval(this.#clock);
    this.#clock = 0;
    this.#stop?.();
    this.#stop = null;
    if (this.#index < 0) this.#waiting();
    else this.#refresh();
    if (this.#line !== "ended") {
      const watched = this.#line !== "";
      this.#line = "ended";
      if (watched) this.#send(this.#timeline.voidReason !== null ? "void" : "closed");
    }
    if (this.#following && this.#index >= this.#timeline.last) this.#following = false;
    this.#status();
  }

  // ---- Moving through the match ----

  /** Shows the next position when its time has come; used by play and by following. */
  #advance() {
    if (this.#timer) return;
    const live = this.#following;
    const { last } = this.#timeline;
    if (!live && !this.#playing) return;
    if (this.#index >= last) {
      if (this.#playing) this.#link();
      this.#playing = false;
      if (this.#timeline.over && this.#following) this.#following = false;
      return this.#refresh();
    }
    const frame = this.#timeline.frames[this.#index];
    const wait = hold(frame, { speed: this.#speed, backlog: last - this.#index, live, ended: this.#endsGame(frame) });
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#show(this.#index + 1, { animate: true });
      this.#advance();
    }, wait);
  }

  #endsGame(frame) {
    const game = this.#timeline.games[frame.game];
    return Boolean(game.ended) && game.frames.at(-1) === frame.index;
  }

  /** Shows a position and stops whatever was moving. Infinity = the last. */
  seek(index) {
    this.#halt();
    this.#show(Math.max(0, Math.min(index, this.#timeline.last)), { link: true });
  }

  step(by) {
    this.#halt();
    const index = Math.max(0, Math.min(this.#index + by, this.#timeline.last));
    if (index !== this.#index) this.#show(index, { animate: by === 1, link: true });
  }

  toggle() {
    if (this.#playing || this.#following) {
      this.#halt();
      this.#link();
      return this.#refresh();
    }
    this.#halt();
    this.#playing = true;
    if (this.#index >= this.#timeline.last) this.#show(0);
    this.#refresh();
    this.#advance();
  }

  follow() {
    if (this.#following) {
      this.#halt();
      return this.#refresh();
    }
    this.#halt();
    this.#following = true;
    this.#show(this.#timeline.last);
  }

  #halt() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#playing = this.#following = false;
  }

  // ---- Drawing ----

  #build() {
    this.board = el("div", { class: "av-stage", tabindex: this.compact ? null : "0", role: "group", "aria-label": "Board" });
    this.above = el("div", { class: "av-strips" });
    this.below = el("div", { class: "av-strips" });
    this.said = el("div", { class: "av-said" });
    this.status = el("div", { class: "av-status" });
    this.tabs = el("div");
    this.voice = el("div", { class: "sr", role: "status", "aria-live": "polite" });
    this.turns = new TurnList((index) => this.seek(index));
    this.controls = new Controls({
      seek: (index) => this.seek(index),
      step: (by) => this.step(by),
      toggle: () => this.toggle(),
      follow: () => this.follow(),
      speed: (speed) => {
        this.#speed = speed;
        clearTimeout(this.#timer);
        this.#timer = 0;
        this.#advance();
      },
    });
    this.controls.root.hidden = true;
    this.replaceChildren(el("div", { class: `av-root${this.compact ? " av-compact" : ""}` },
      el("div", { class: "av-cols" },
        el("div", { class: "av-main" }, this.above, this.board, this.below, this.controls.root),
        el("div", { class: "av-side" }, this.status, this.tabs, this.turns.list, this.said)),
      this.voice));
    this.#strips = [];
  }

  #message(text, kind, detail) {
    if (!this.board) this.#build();
    this.dataset.state = kind;
    this.board.replaceChildren(el("div", { class: `av-message av-message-${kind}`, role: "status" }, el("p", { text }), detail ? el("p", { class: "small muted", text: detail }) : null));
  }

  /** Before the first position: what the match waits for. */
  #waiting() {
    const { match, voidReason } = this.#timeline;
    this.#players(null);
    this.#status();
    if (voidReason !== null) this.#message("This match is void.", "void", voidReason);
    else if (match?.status?.toLowerCase() === "scheduled") this.#message("The match starts soon.", "soon", "It appears here by itself.");
    else if (this.#timeline.over) this.#message("No turn was played.", "empty");
    else this.#message("The match is being played at full speed.", "soon", "Its replay appears here as soon as it has ended.");
  }

  #show(index, { animate = false, link = false } = {}) {
    const frame = this.#timeline.frames[index];
    if (!frame) return;
    this.#index = index;
    this.dataset.state = "shown";
    const { seats } = this.#timeline.games[frame.game];
    const move = animate && !calm?.matches && !(this.#playing && this.#speed > 4);
    let board;
    try {
      board = this.#adapter.render(frame.view, { players: this.#timeline.players, seats, animate: move, turn: frame.turn, game: frame.game });
    } catch {
      // A view that its board can't draw (an older match, a newer space) is still shown, as values.
      generic().then((g) => { if (this.#index === index) this.board.replaceChildren(g.render(frame.view)); });
      board = el("div");
    }
    this.board.replaceChildren(board);
    this.#say(frame);
    if (link) this.#link();
    this.#refresh();
    this.#send("shown");
  }

  /** The position's address, so that it can be shared. Only where the viewer is the page's own match. */
  #link() {
    if (this.compact || this.#given) return;
    history.replaceState(history.state, "", location.pathname + location.search + this.#timeline.hash(this.#index));
  }

  /** Everything but the board. */
  #refresh() {
    const frame = this.#timeline.frames[this.#index];
    if (!frame) return;
    const { last, over, games } = this.#timeline;
    this.#players(frame);
    this.#status();
    if (this.compact) {
      this.controls.root.hidden = !over;
    } else {
      this.controls.root.hidden = false;
      this.tabs.replaceChildren(gameTabs(this.#timeline, frame.game, this.#planned(), (game) => this.seek(games[game].frames.at(game < frame.game || games[game].ended ? 0 : -1))) ?? "");
      this.turns.show(this.#timeline, frame, this.#adapter);
      this.said.replaceChildren(...speech(frame.turn, this.#timeline.players));
    }
    this.controls.show({
      index: this.#index, last, playing: this.#playing || this.#following, live: !over, following: this.#following,
      words: `Game ${frame.game + 1}, turn ${frame.n} of ${games[frame.game].frames.length - 1}`,
    });
  }

  /** How many games the match has, where the space says so even before they have begun. */
  #planned() {
    return Math.max(this.#adapter?.games ?? 0, this.#timeline.games.length);
  }

  #players(frame) {
    const { players, over, last, result: end } = this.#timeline;
    if (this.#strips.length !== players.length) {
      this.#strips = players.map((_, player) => new Strip(player));
      // Two players sit above and below the board as at a table; more of them stand in one list above it.
      const two = players.length === 2;
      this.above.replaceChildren(...(two ? [this.#strips[0].root] : this.#strips.map((s) => s.root)));
      this.below.replaceChildren(...(two ? [this.#strips[1].root] : []));
      this.above.classList.toggle("av-many", !two);
    }
    const atEnd = over && this.#index >= last;
    const seats = frame ? this.#timeline.games[frame.game].seats : [];
    const acting = frame && !atEnd ? seatsToAct(frame.view).map((seat) => seats[seat] ?? seat) : [];
    const score = frame ? this.#timeline.score(this.#index) : null;
    const winners = atEnd && end ? result(end.scores, players).winners : [];
    this.#strips.forEach((strip, player) => {
      const seat = seats.indexOf(player);
      const role = seat >= 0 && this.#adapter?.seatName ? this.#adapter.seatName(seat) : "";
      strip.show({
        info: players[player], acting: acting.includes(player), role: role ? `plays ${role}` : null,
        score: score?.[player] ?? (atEnd && end ? end.scores[player] / 1e6 : null), winner: winners.includes(player), over: atEnd,
        used: frame ? this.#used(player, frame) : null,
      });
    });
  }

  #used(player, frame) {
    const used = this.#timeline.used(player, frame);
    const waits = !this.#timeline.over && frame.index === this.#timeline.last && this.#timeline.thinking.includes(player);
    return waits ? (used ?? 0) + performance.now() - this.#heard : used;
  }

  #tick() {
    const frame = this.#timeline.frames[this.#index];
    if (frame) this.#strips.forEach((strip, player) => strip.tick(this.#used(player, frame)));
  }

  #status() {
    const { over, judging, voidReason, result: end, players, frames, last, games } = this.#timeline;
    const frame = frames[this.#index];
    const line = over ? null : el("span", { class: `av-line av-line-${this.#line || "connecting"}`, text: { live: "Live", reconnecting: "Reconnecting…", offline: "Connection lost" }[this.#line] ?? "Connecting…" });
    let headline = "";
    let detail = "";
    if (voidReason !== null) [headline, detail] = ["Void", voidReason];
    else if (judging) [headline, detail] = ["The judges are at work", "Every judge reads the answers in both orders."];
    else if (end && (!frame || this.#index >= last)) {
      const score = this.#timeline.score();
      const words = result(end.scores, players, score);
      [headline, detail] = [words.headline, players.length === 2 ? words.tally : ""];
    } else if (frame && this.#endsGame(frame)) headline = gameResult(games[frame.game], players);
    else if (frame) {
      const acting = seatsToAct(frame.view).map((seat) => nameOf(players, games[frame.game].seats[seat] ?? seat));
      headline = acting.length === 1 ? `${acting[0]} to move` : acting.length ? `${acting.length} players answer` : "";
      if (this.#planned() > 1) detail = `Game ${frame.game + 1} of ${this.#planned()}${frame.n === 0 ? `: ${nameOf(players, games[frame.game].seats[0])} begins` : ""}`;
    }
    this.status.replaceChildren(...[el("div", { class: "av-headline" }, el("strong", { text: headline }), line), detail ? el("span", { class: "av-detail", text: detail }) : null].filter(Boolean));
  }

  #say(frame) {
    if (this.#playing && this.#speed > 2 && frame.index < this.#timeline.last) return;
    const players = this.#timeline.players;
    const words = frame.turn ? sentence(frame.turn, players, this.#adapter.move?.(frame.turn) ?? frame.turn.did) : `Game ${frame.game + 1} begins.`;
    this.voice.textContent = this.#endsGame(frame) ? `${words} ${gameResult(this.#timeline.games[frame.game], players)}.` : words;
  }

  #send(type) {
    this.dispatchEvent(new CustomEvent("arena-match", { bubbles: true, detail: { type, matchId: this.matchId } }));
  }

  // ---- Keys and links ----

  #onKey = (event) => {
    if (this.compact || this.#index < 0 || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("input, textarea, select, [contenteditable], arena-code")) return;
    const inside = this.contains(target);
    // Elsewhere on the page only the keys that mean nothing there are ours.
    if (!inside && target !== document.body) return;
    const act = {
      ArrowLeft: () => this.step(-1),
      ArrowRight: () => this.step(1),
      " ": target.closest("button, a, summary") ? null : () => this.toggle(),
      Home: inside ? () => this.seek(0) : null,
      End: inside ? () => this.seek(Infinity) : null,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  #onHash = () => {
    const index = this.compact || this.#given ? -1 : this.#timeline.find(location.hash);
    if (index >= 0 && index !== this.#index) {
      this.#halt();
      this.#show(index);
    }
  };
}

if (!customElements.get("arena-match")) customElements.define("arena-match", ArenaMatch);
