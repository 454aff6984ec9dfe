// The parts around the board: player strips, game tabs, the list of turns, the controls.
import { el, icon, mark } from "./dom.js";
import { change, duration, elo, fault, nameOf, points } from "./match-words.js";

/** A player's strip: who, rating, points, clock; `data-acting` while it is that player's turn. */
export class Strip {
  constructor(player) {
    this.player = player;
    this.name = el("a", { class: "av-name" });
    this.sub = el("span", { class: "av-sub" });
    this.rating = el("span", { class: "av-rating num" });
    this.clock = el("span", { class: "av-clock num", role: "timer", "aria-live": "off" });
    this.score = el("b", { class: "av-score num" });
    this.root = el("div", { class: `av-strip av-p${player}` },
      mark(player), el("div", { class: "av-who" }, this.name, this.sub), this.rating, this.clock, this.score);
  }

  show({ info, acting, role, score, used, winner, over }) {
    this.name.textContent = nameOf({ [this.player]: info }, this.player);
    this.name.title = info?.name ?? "";
    // A dry run's players are nobody's: their id is all zeros.
    if (info?.agentId && !/^[0-]+$/.test(info.agentId)) this.name.href = `/agents/${info.agentId}`;
    else this.name.removeAttribute("href");
    this.sub.textContent = [info?.kind, info?.kind !== "house" && info?.ownerName ? `by ${info.ownerName}` : null, role].filter(Boolean).join(" · ");
    const moved = over ? change(info?.ratingBefore, info?.ratingAfter) : null;
    const rating = moved ? info.ratingAfter : info?.ratingBefore;
    this.rating.replaceChildren(elo(rating), moved ? el("span", { class: `delta ${moved.way}`, text: moved.text }) : "");
    this.rating.title = rating ? "Rating in this space" : "";
    this.score.textContent = score === null || score === undefined ? "" : points(score);
    this.score.title = score === null || score === undefined ? "" : "Points so far";
    this.root.toggleAttribute("data-acting", acting);
    this.root.toggleAttribute("data-winner", winner);
    this.tick(used);
  }

  tick(used) {
    this.clock.textContent = used === null || used === undefined ? "" : duration(used);
    this.clock.title = used === null || used === undefined ? "" : "Thinking time in this game";
  }
}

/** Tabs for the games of a match; hidden where there is one game. */
export function gameTabs(timeline, shown, announced, select) {
  const count = Math.max(timeline.games.length, announced);
  if (count < 2) return null;
  return el("div", { class: "av-games", role: "group", "aria-label": "Games of this match" },
    ...Array.from({ length: count }, (_, game) => {
      const known = timeline.games[game];
      const result = known?.ended ? known.ended.map((_, player) => points((known.ended[known.seats.indexOf(player)] ?? 0) / 1e6)).join("–") : known ? "" : "next";
      return el("button", {
        type: "button", class: "av-game", "aria-pressed": String(game === shown), disabled: !known,
        onclick: () => select(game),
      }, `Game ${game + 1}`, result ? el("span", { class: "av-game-result num", text: result }) : null);
    }));
}

/** The turns of one game. Keeps its rows and only adds new ones. */
export class TurnList {
  #game = -1;
  #rows = new Map();

  constructor(select) {
    this.select = select;
    this.list = el("ol", { class: "av-turns", "aria-label": "Turns" });
  }

  show(timeline, frame, adapter) {
    if (frame.game !== this.#game) {
      this.#game = frame.game;
      this.#rows.clear();
      this.list.replaceChildren();
    }
    for (const index of timeline.games[frame.game].frames) {
      if (this.#rows.has(index)) continue;
      const row = this.#row(timeline, timeline.frames[index], adapter);
      this.#rows.set(index, row);
      this.list.append(el("li", {}, row));
    }
    for (const [index, row] of this.#rows) {
      if (index === frame.index) {
        row.setAttribute("aria-current", "step");
        // Only the list scrolls; scrollIntoView would move the whole page.
        const top = row.offsetTop - this.list.offsetTop;
        if (top < this.list.scrollTop || top + row.offsetHeight > this.list.scrollTop + this.list.clientHeight) {
          this.list.scrollTop = top - this.list.clientHeight / 2 + row.offsetHeight / 2;
        }
      } else {
        row.removeAttribute("aria-current");
      }
    }
  }

  #row(timeline, frame, adapter) {
    const { turn } = frame;
    const press = { type: "button", class: "av-turn", onclick: () => this.select(frame.index) };
    if (!turn) {
      return el("button", press, el("span", { class: "av-turn-n", text: "" }), el("span", { class: "av-turn-opening", text: "Opening" }));
    }
    const did = (adapter.move ?? ((t) => t.did))(turn);
    return el("button", press,
      el("span", { class: "av-turn-n num", text: frame.n }),
      mark(turn.player),
      turn.fault
        ? el("span", { class: "av-turn-did av-turn-fault", text: fault(turn.fault) })
        : el("span", { class: "av-turn-did", text: did ?? "–" }),
      turn.try > 0 && !turn.fault ? el("span", { class: "av-turn-tries", text: `try ${turn.try + 1}`, title: "Earlier answers were not legal" }) : null,
      talks(turn) ? el("span", { class: "av-turn-said", text: turn.said.trim().slice(0, 120) }) : null,
      el("span", { class: "av-turn-ms num", text: duration(turn.ms) }),
      el("span", { class: "sr", text: `by ${nameOf(timeline.players, turn.player)}` }));
  }
}

/** Whether an agent said more than its move. */
export const talks = (turn) => typeof turn.said === "string" && turn.said.trim() !== "" && turn.said.trim() !== turn.did;

/** What an agent said on a turn, and what went wrong. */
export function speech(turn, players) {
  if (!turn || (!talks(turn) && !turn.fault && !turn.detail)) return [];
  return [
    el("h3", {}, mark(turn.player), nameOf(players, turn.player)),
    turn.fault ? el("p", { class: "av-fault" }, el("span", { class: "badge bad", text: fault(turn.fault) }), " ", turn.detail ?? "") : null,
    talks(turn) ? el("blockquote", { text: turn.said, tabindex: "0" }) : null,
  ].filter(Boolean);
}

/** First, previous, play, next, last, the scrubber, the speed and "follow live". */
export class Controls {
  constructor({ seek, step, toggle, speed, follow }) {
    const button = (name, label, act, key) => el("button", { type: "button", class: `av-button av-${name}`, "aria-label": label, title: `${label}${key ? ` (${key})` : ""}`, onclick: act }, icon(name));
    this.first = button("first", "To the start", () => seek(0), "Home");
    this.back = button("back", "One turn back", () => step(-1), "←");
    this.play = button("play", "Play", toggle, "Space");
    this.next = button("next", "One turn on", () => step(1), "→");
    this.last = button("last", "To the end", () => seek(Infinity), "End");
    this.range = el("input", { type: "range", class: "av-range", min: 0, max: 0, step: 1, value: 0, "aria-label": "Position in the match", oninput: () => seek(+this.range.value) });
    this.speed = el("select", { class: "av-speed", "aria-label": "Speed", title: "Speed", onchange: () => speed(+this.speed.value) },
      ...[0.5, 1, 2, 4, 8].map((s) => el("option", { value: s, text: `${s}×`, selected: s === 1 })));
    this.follow = el("button", { type: "button", class: "av-follow", text: "Follow live", onclick: follow });
    this.root = el("div", { class: "av-controls", role: "group", "aria-label": "Replay" },
      this.range, el("div", { class: "av-buttons" }, this.first, this.back, this.play, this.next, this.last, this.speed, this.follow));
  }

  show({ index, last, playing, live, following, words }) {
    this.range.max = Math.max(last, 0);
    this.range.value = index;
    this.range.style.setProperty("--done", last > 0 ? `${(index / last) * 100}%` : "0%");
    this.range.setAttribute("aria-valuetext", words);
    this.range.disabled = last < 1;
    this.first.disabled = this.back.disabled = index <= 0;
    this.next.disabled = this.last.disabled = index >= last;
    this.play.disabled = last < 1;
    const action = playing ? "pause" : "play";
    if (this.play.dataset.action !== action) {
      this.play.dataset.action = action;
      this.play.replaceChildren(icon(action));
      this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
      this.play.title = playing ? "Pause (Space)" : "Play (Space)";
    }
    this.follow.hidden = !live;
    this.follow.toggleAttribute("data-on", following);
    this.follow.setAttribute("aria-pressed", String(following));
    this.follow.textContent = following ? "Live" : "Follow live";
  }
}
