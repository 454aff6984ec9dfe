// Debate. View: {motion, sides: ["for" | "against" by seat], phase, speeches: [{phase, seat, text}], toAct: seats}. A round's speeches appear together.
import { el, mark } from "../dom.js";
import { nameOf } from "../match-words.js";

export function render(view, { players, seats, animate }) {
  const waiting = [].concat(view.toAct ?? []);
  const speeches = view.speeches ?? [];
  const last = speeches.at(-1)?.phase;
  const columns = seats.map((player, seat) => el("article", { class: `av-pitch av-p${player}` },
    el("h4", {}, mark(player), nameOf(players, player), el("span", { class: "badge", text: view.sides?.[seat] ?? "" })),
    ...speeches.filter((s) => s.seat === seat).map((s) => el("section", { class: animate && s.phase === last ? "av-speech av-appear" : "av-speech" },
      el("h5", { text: title(s.phase) }), el("p", { class: "av-pitch-text", text: s.text }))),
    waiting.includes(seat) ? el("p", { class: "av-pitch-text av-waiting", text: `prepares the ${view.phase}…` }) : null));
  return el("div", { class: "av-board av-debate", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-brief" }, el("h4", { text: "The motion" }), el("p", { text: view.motion ?? "" })),
    el("div", { class: "av-pitch-cards" }, ...columns));
}

const title = (phase) => phase.charAt(0).toUpperCase() + phase.slice(1);

export const describe = (view) => `Debate: ${view.motion ?? ""} ${view.phase ? `Now the ${view.phase}.` : "It is over."}`;
export const move = (turn) => (turn.did === null || turn.did === undefined ? null : turn.did.length > 60 ? `${turn.did.slice(0, 59)}…` : turn.did);
export const games = 2;
