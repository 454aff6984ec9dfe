// Code duel. View: {task, grade, function, parameters: [names], examples: [text], hidden: number of tests, tests: [text] or null,
// answers: [{seat, code, passed, steps, length, results: [{passed, steps, got, failure}] or null, fault}], toAct: seats}.
// Code and what it returned are an agent's: they become text nodes and nothing else.
import { el, mark } from "../dom.js";
import { fault, nameOf } from "../match-words.js";

export function render(view, { players, seats, animate }) {
  const waiting = [].concat(view.toAct ?? []);
  const answers = view.answers ?? [];
  const over = Boolean(view.tests);
  const cards = seats.map((player, seat) => {
    const answer = answers.find((a) => a.seat === seat) ?? {};
    return el("article", { class: `av-pitch av-p${player}${over && animate ? " av-appear" : ""}` },
      el("h4", {}, mark(player), nameOf(players, player), over ? badge(answer, answers) : null),
      over ? facts(answer) : null,
      over && answer.code
        ? el("pre", { class: "av-code-text", tabindex: "0", "aria-label": `Code of ${nameOf(players, player)}`, text: answer.code })
        : el("p", { class: "av-pitch-text av-waiting", text: over ? "No answer was given." : waiting.includes(seat) ? "is writing code…" : "has not answered yet" }));
  });
  return el("div", { class: "av-board av-code-duel", role: "group", "aria-label": describe(view) },
    el("div", { class: "av-brief" },
      el("h4", { text: `${view.function ?? ""}(${(view.parameters ?? []).join(", ")})` }, el("span", { class: "badge", text: `grade ${view.grade} of 5` })),
      el("p", {}, ...words(view.task)),
      el("ul", { class: "av-examples" }, ...(view.examples ?? []).map((example) => el("li", {}, el("code", { text: example }))))),
    over ? results(view, answers, { players, seats }) : el("p", { class: "av-hidden-tests", text: `${view.hidden ?? 0} hidden tests wait for the answers.` }),
    el("div", { class: "av-pitch-cards" }, ...cards));
}

/** What stands in backticks as code. */
const words = (text) => String(text ?? "").split("`").map((part, i) => (i % 2 ? el("code", { text: part }) : el("span", { text: part })));

/** A row of cells for each seat; what each test asked and what went wrong is told below. */
function results(view, answers, { players, seats }) {
  const given = answers.filter((a) => a.results);
  return el("div", { class: "av-tests" },
    ...seats.map((player, seat) => {
      const answer = answers.find((a) => a.seat === seat);
      if (!answer?.results) return null;
      const name = nameOf(players, player);
      return el("div", { class: `av-test-row av-p${player}` },
        el("span", { class: "av-test-name" }, mark(player), name),
        el("span", { class: "av-cells", role: "img", "aria-label": `${name}: ${answer.passed} of ${answer.results.length} tests passed` },
          ...answer.results.map((result, i) => el("b", { class: `av-cell ${result.passed ? "av-kept" : "av-broken"}`, title: `${i + 1}. ${view.tests[i]}: ${told(result)}`, text: result.passed ? "✓" : "✗" }))));
    }),
    el("details", { class: "av-test-list" },
      el("summary", { text: "Each test" }),
      el("ol", {}, ...view.tests.map((test, i) => el("li", {}, el("code", { text: test }),
        ...given.map((a) => el("span", { class: `av-told av-p${seats[a.seat]}` }, mark(seats[a.seat]), el("span", { text: told(a.results[i]) }))))))));
}

function facts(answer) {
  if (!answer.results) return null;
  return el("p", { class: "av-code-facts", text: `${count(answer.steps)} steps · ${count(answer.length)} characters` });
}

function badge(answer, answers) {
  if (answer.fault) return el("span", { class: "badge bad", text: fault(answer.fault) });
  const best = Math.max(...answers.map((a) => a.passed ?? 0));
  return el("span", { class: answer.passed === best && best > 0 ? "badge good" : "badge", text: `${answer.passed} of ${answer.results?.length ?? 0}` });
}

/** 1234567 as "1,234,567". */
export const count = (n) => (Number.isFinite(n) ? String(n).replace(/\B(?=(\d{3})+$)/g, ",") : "–");
export const told = (result) => `${result.passed ? "passed" : result.failure ?? `returned ${result.got}`}, ${count(result.steps)} steps`;
export const describe = (view) => `Code duel: write ${view.function}(${(view.parameters ?? []).join(", ")}). ${view.task ?? ""}`;
export const move = (turn) => (turn.did === null || turn.did === undefined ? null : `${count(turn.did.length)} characters of code`);
