// Countdown. View: {numbers: six integers, target, answers: [{seat, text, value, distance, fault}], toAct: seats}.
// Every seat has an answer from the start, empty while the seat must act.
import { el, mark } from "../dom.js";
import { fault, nameOf } from "../match-words.js";

export function render(view, { players, seats, animate }) {
  const waiting = [].concat(view.toAct ?? []);
  const answers = (view.answers ?? []).filter((a) => !waiting.includes(a.seat));
  const best = Math.min(...answers.map((a) => (Number.isFinite(a.distance) ? a.distance : Infinity)));
  const rows = seats.map((player, seat) => {
    const answer = answers.find((a) => a.seat === seat);
    return el("li", { class: `av-answer av-p${player}${answer && Number.isFinite(best) && answer.distance === best ? " av-best" : ""}${answer && animate ? " av-appear" : ""}` },
      mark(player),
      el("div", { class: "av-answer-body" },
        el("span", { class: "av-answer-name", text: nameOf(players, player) }),
        answer ? el("span", { class: "av-answer-text", text: answer.text || "–" }) : el("span", { class: "av-answer-text av-waiting", text: waiting.includes(seat) ? "is calculating…" : "" })),
      answer ? verdict(answer) : null);
  });
  return el("div", { class: "av-board av-countdown", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-target" }, el("span", { text: "Target" }), el("b", { text: view.target ?? "?" })),
    el("ul", { class: "av-numbers", "aria-label": "Numbers to use" }, ...(view.numbers ?? []).map((n) => el("li", { text: n }))),
    el("ul", { class: "av-answers", "aria-label": "Answers" }, ...rows));
}

function verdict(answer) {
  if (answer.fault) return el("span", { class: "badge bad", text: fault(answer.fault) });
  if (answer.distance === 0) return el("span", { class: "badge good", text: "exact" });
  if (!Number.isFinite(answer.distance)) return el("span", { class: "badge bad", text: "does not count" });
  return el("span", { class: "badge", text: `${answer.value}: ${answer.distance} away` });
}

export const describe = (view) => `Countdown: reach ${view.target} with ${(view.numbers ?? []).join(", ")}.`;
export const move = (turn) => turn.did;
