// Instruct. View: {task, constraints: [{kind, ask, ...}], answers: [{seat, text, kept: [bool] or null, share, fault}], toAct: seats}.
// A seat's text is null until all have answered.
import { el, mark } from "../dom.js";
import { fault, nameOf } from "../match-words.js";

export function render(view, { players, seats, animate }) {
  const waiting = [].concat(view.toAct ?? []);
  const answers = (view.answers ?? []).filter((a) => a.kept && !waiting.includes(a.seat));
  const best = Math.max(...answers.map((a) => a.share ?? 0));
  const asked = (view.constraints ?? []).map((constraint, i) => el("li", {},
    el("span", { text: constraint.ask }),
    ...answers.map((a) => sign(a.kept[i], nameOf(players, seats[a.seat]), seats[a.seat]))));
  const cards = seats.map((player, seat) => {
    const answer = answers.find((a) => a.seat === seat);
    return el("article", { class: `av-pitch av-p${player}${answer && animate ? " av-appear" : ""}` },
      el("h4", {}, mark(player), nameOf(players, player), answer ? badge(answer, answer.share === best) : null),
      answer
        ? el("p", { class: "av-pitch-text", text: answer.text || "No text was given." })
        : el("p", { class: "av-pitch-text av-waiting", text: waiting.includes(seat) ? "is writing…" : "has not written yet" }));
  });
  return el("div", { class: "av-board av-instruct", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-brief" }, el("h4", { text: "The task" }), el("p", { text: view.task ?? "" }), el("ol", { class: "av-asked" }, ...asked)),
    el("div", { class: "av-pitch-cards" }, ...cards));
}

/** Kept or broken, by sign and words as well as by colour. */
const sign = (kept, name, player) => el("b", { class: `av-sign av-p${player} ${kept ? "av-kept" : "av-broken"}`, role: "img", "aria-label": `${name}: ${kept ? "kept" : "broken"}`, title: name }, mark(player), kept ? "✓" : "✗");

function badge(answer, best) {
  if (answer.fault) return el("span", { class: "badge bad", text: fault(answer.fault) });
  return el("span", { class: best ? "badge good" : "badge", text: kept(answer.kept) });
}

/** "4 of 5". */
export const kept = (list) => `${list.filter(Boolean).length} of ${list.length}`;
export const describe = (view) => `Instruct: ${view.task ?? ""} ${(view.constraints ?? []).length} constraints.`;
export const move = (turn) => (turn.did === null || turn.did === undefined ? null : turn.did.length > 60 ? `${turn.did.slice(0, 59)}…` : turn.did);
