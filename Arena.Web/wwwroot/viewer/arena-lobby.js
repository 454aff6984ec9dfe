// <arena-lobby match-id="..." space="...">: a match that is being played, and another one some seconds after it has ended.
//
//   match-id   the first match (without it: any that runs)       space   only matches of this space
//   heading    the title, instead of the space's name            names   spaces' names as JSON, {"kuhn-poker": "Kuhn poker"}
//   prefer     spaces to choose first, "connect-four,tic-tac-toe"   list    how many other live matches to name, 5 by default
// "Stay" keeps the match. It hears of matches on the hub (WatchLobby) and reads /api/v1/matches?status=running now and then.

import "./arena-match.js";
import { el, mark, styles } from "./dom.js";
import { hub } from "./match-stream.js";
import { Lobby, spaceName } from "./lobby-choice.js";
import { nameOf } from "./match-words.js";

const PAUSE = 7000; // How long a result stays before the next match comes, in milliseconds.
const REREAD = 30_000;
const REREAD_WITHOUT_HUB = 8000;

class ArenaLobby extends HTMLElement {
  #lobby = new Lobby();
  #current = null;
  #ended = false;
  #stay = false;
  #hub = false;
  #pause = 0;
  #timer = 0;
  #leave = null;
  #names = {};

  connectedCallback() {
    styles();
    this.#names = JSON.parse(this.getAttribute("names") ?? "{}");
    this.#build();
    this.addEventListener("arena-match", this.#onMatch);
    const first = this.getAttribute("match-id");
    if (first) this.#show({ id: first, space: this.getAttribute("match-space") ?? this.getAttribute("space") });
    this.#listen();
    this.#read();
  }

  disconnectedCallback() {
    this.removeEventListener("arena-match", this.#onMatch);
    this.#leave?.();
    clearTimeout(this.#pause);
    clearTimeout(this.#timer);
  }

  async #listen() {
    try {
      this.#leave = await hub().lobby((notice) => {
        this.#lobby.notice(notice);
        this.#changed();
      });
      this.#hub = true;
    } catch {
      this.#hub = false;
    }
  }

  async #read() {
    clearTimeout(this.#timer);
    try {
      const space = this.getAttribute("space");
      const response = await fetch(`/api/v1/matches?status=running&limit=30${space ? `&space=${encodeURIComponent(space)}` : ""}`, { headers: { accept: "application/json" } });
      if (response.ok) {
        const answer = await response.json();
        this.#lobby.load(answer.matches ?? answer.items ?? []);
        this.#changed();
      }
    } catch {
      // The match element says by itself that the site can't be reached.
    }
    if (this.isConnected) this.#timer = setTimeout(() => this.#read(), this.#hub ? REREAD : REREAD_WITHOUT_HUB);
  }

  #changed() {
    this.#list();
    if (!this.#current || (this.#ended && !this.#stay && !this.#pause)) this.#onward();
  }

  #onward() {
    const prefer = (this.getAttribute("prefer") ?? "connect-four,tic-tac-toe").split(",").map((s) => s.trim());
    const next = this.#lobby.next(this.#current?.id, { space: this.getAttribute("space") ?? "", prefer });
    if (next) this.#show(next);
  }

  #show(match) {
    this.#current = match;
    this.#ended = false;
    clearTimeout(this.#pause);
    this.#pause = 0;
    this.#title(match.space);
    this.link.href = `/matches/${match.id}`;
    this.link.hidden = false;
    this.stayButton.hidden = false;
    let view = this.stage.querySelector("arena-match");
    if (!view) {
      view = el("arena-match", { "match-id": match.id, space: match.space, live: true, compact: true });
      this.stage.replaceChildren(view);
    } else if (view.getAttribute("match-id") !== match.id) {
      view.setAttribute("space", match.space ?? "");
      view.setAttribute("match-id", match.id);
    }
    this.#list();
  }

  #onMatch = (event) => {
    const { type, matchId } = event.detail;
    if (matchId !== this.#current?.id) return;
    if (type === "loaded") {
      const space = event.target.timeline?.match?.space;
      if (space) this.#title(space);
    }
    const over = type === "closed" || type === "void" || (type === "loaded" && event.target.timeline?.over);
    if (!over || this.#ended) return;
    this.#ended = true;
    this.#list();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = 0;
      // A reader who is looking at the replay, or asked to stay, is not pulled away.
      if (!this.#stay && !this.stage.contains(document.activeElement)) this.#onward();
    }, PAUSE);
  };

  #build() {
    const given = this.querySelector("arena-match");
    this.heading = el("h2");
    this.link = el("a", { text: "Open", "aria-label": "Open the match", hidden: true });
    this.stayButton = el("button", {
      type: "button", class: "al-stay", "aria-pressed": "false", hidden: true, text: "Stay", title: "Keep this match on the page when it has ended",
      onclick: () => {
        this.#stay = !this.#stay;
        this.stayButton.setAttribute("aria-pressed", String(this.#stay));
        this.stayButton.textContent = this.#stay ? "Staying" : "Stay";
        if (!this.#stay && this.#ended && !this.#pause) this.#onward();
      },
    });
    this.stage = el("div", { class: "al-stage" }, given ?? el("div", { class: "av-message av-message-soon" },
      el("p", { text: "The next match is about to start." }), el("p", { class: "small muted", text: "It appears here by itself." })));
    this.others = el("div", { class: "al-others" });
    this.#title(this.getAttribute("space"));
    this.replaceChildren(el("div", { class: "al-head" }, this.heading, this.stayButton, this.link), this.stage, this.others);
  }

  #title(space) {
    this.heading.textContent = this.getAttribute("heading") ?? (spaceName(space, this.#names) || "Live");
  }

  #list() {
    const limit = Number(this.getAttribute("list") ?? 5);
    const others = this.#lobby.list(this.getAttribute("space") ?? "").filter((m) => m.id !== this.#current?.id && m.shown !== false).slice(0, limit);
    this.others.replaceChildren(...(others.length ? [
      el("h3", { text: "Also live" }),
      el("ul", {}, ...others.map((m) => el("li", {}, el("a", { href: `/matches/${m.id}` },
        ...m.players.flatMap((_, i) => [i ? el("span", { class: "al-vs", text: "vs" }) : null, el("span", { class: "al-name" }, mark(i), nameOf(m.players, i))])),
      el("span", { class: "al-space", text: spaceName(m.space, this.#names) })))),
    ] : []));
  }
}

if (!customElements.get("arena-lobby")) customElements.define("arena-lobby", ArenaLobby);
