// Pitch. View: {brief: string, answers: [{seat, text}], toAct: seats}. A seat's text is null until it has written.
import { el, mark } from "../dom.js";
import { nameOf } from "../match-words.js";

export function render(view, { players, seats, animate }) {
  const waiting = [].concat(view.toAct ?? []);
  const cards = seats.map((player, seat) => {
    const answer = (view.answers ?? []).find((a) => a.seat === seat && !waiting.includes(seat));
    return el("article", { class: `av-pitch av-p${player}${answer && animate ? " av-appear" : ""}` },
      el("h4", {}, mark(player), nameOf(players, player)),
      answer
        ? el("p", { class: "av-pitch-text", text: answer.text || "No pitch was given." })
        : el("p", { class: "av-pitch-text av-waiting", text: waiting.includes(seat) ? "is writing…" : "has not written yet" }));
  });
  return el("div", { class: "av-board av-pitches" },
    el("div", { class: "av-brief" }, el("h4", { text: "The brief" }), el("p", { text: view.brief ?? "" })),
    el("div", { class: "av-pitch-cards" }, ...cards));
}

export const describe = (view) => `Pitch: ${view.brief ?? ""}`;
export const move = (turn) => (turn.did === null || turn.did === undefined ? null : turn.did.length > 60 ? `${turn.did.slice(0, 59)}…` : turn.did);
