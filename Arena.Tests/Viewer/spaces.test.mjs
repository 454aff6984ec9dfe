import assert from "node:assert/strict";
import { test } from "node:test";
import { board, withClass } from "./document.mjs";

const two = { players: [{ name: "Ada" }, { name: "Bo" }], seats: [0, 1], animate: false };

test("Instruct shows its constraints, and afterwards who kept to which", async () => {
  const { render, describe, move, kept } = await board("instruct");
  const view = { task: "Write a fable.", constraints: [{ kind: "no-commas", ask: "Use no commas." }, { kind: "title", ask: "Give a title." }], toAct: [0, 1], answers: [{ seat: 0, text: null, kept: null }, { seat: 1, text: null, kept: null }] };
  const open = render(view, two);
  assert.match(open.words, /Write a fable.*Use no commas.*Ada is writing… Bo is writing…/);
  assert.equal(withClass(open, "av-sign").length, 0);
  const done = render({ ...view, toAct: [], answers: [{ seat: 0, text: "<b>x</b>", kept: [true, false], share: 500000 }, { seat: 1, text: null, kept: [false, false], share: 0, fault: "no-answer" }] }, two);
  assert.deepEqual(withClass(done, "av-sign").map((s) => s.attributes["aria-label"]), ["Ada: kept", "Bo: broken", "Ada: broken", "Bo: broken"]);
  assert.match(done.words, /Ada 1 of 2 <b>x<\/b>/);
  assert.match(done.words, /Bo no answer No text was given\./);
  assert.equal(kept([true, true, false]), "2 of 3");
  assert.match(describe(view), /2 constraints/);
  assert.equal(move({ did: "y".repeat(80) }).length, 60);
  assert.equal(move({ did: null }), null);
});

test("Tradewars shows the price, the richest first, and what each did last", async () => {
  const { render, describe, money, position } = await board("tradewars");
  const players = ["Ada", "Bo", "Cy", "Di", "Ed"].map((name) => ({ name }));
  const books = [0, 1, 2, 3, 4].map((seat) => ({ seat, cash: 1_000_000, position: 0, equity: 1_000_000, out: false }));
  const view = { prices: Array.from({ length: 30 }, (_, i) => 10_000 + i), history: 30, round: 0, rounds: 16, books, trades: [], series: null, toAct: [0, 1, 2, 3, 4] };
  const seats = [1, 2, 3, 4, 0];
  const open = render(view, { players, seats });
  assert.match(open.words, /100\.29.*Round 1 of 16.*Bo 10,000\.00 · no units is thinking/);
  assert.equal(withClass(open, "av-best").length, 0);
  const later = render({ ...view, prices: [...view.prices, 10_100], round: 1, trades: [[50, -100, 0, 0, 0]], toAct: [0, 2, 3, 4],
    books: books.map((b) => (b.seat === 0 ? { ...b, position: 50, equity: 1_002_750 } : b.seat === 1 ? { ...b, out: true, equity: 0 } : b)) }, { players, seats });
  assert.match(later.words, /Bo 10,027\.50 · \+50 units bought 50.*Cy out sold 100$/);
  assert.deepEqual(withClass(later, "av-best").map((row) => row.attributes.class.includes("av-p1")), [true]);
  assert.equal(withClass(later, "av-new-prices")[0].attributes.points.split(" ").length, 2);
  assert.match(describe(view), /round 1 of 16\. The price is 100\.29/);
  assert.deepEqual([money(-5), money(NaN), position(-3)], ["-0.05", "–", "−3 units"]);
});

test("A debate shows each side's speeches in their order, and who speaks next", async () => {
  const { render, describe, move } = await board("debate");
  const view = { motion: "Cash should be kept.", sides: ["against", "for"], phase: "rebuttal", toAct: [0, 1], speeches: [{ phase: "opening", seat: 0, text: "No <i>." }, { phase: "opening", seat: 1, text: "Yes." }] };
  const shown = render(view, { ...two, seats: [1, 0] });
  assert.match(shown.words, /Cash should be kept\. Bo against Opening No <i>\. prepares the rebuttal… Ada for Opening Yes\./);
  assert.equal(withClass(shown, "av-waiting").length, 2);
  assert.match(describe(view), /Now the rebuttal/);
  assert.match(describe({ ...view, phase: null }), /It is over/);
  assert.equal(move({ did: "short" }), "short");
});

test("Code duel shows the task, then rows of tests, code as plain text, and what each test said", async () => {
  const { render, describe, move, count, told } = await board("code-duel");
  const empty = { code: null, passed: null, steps: null, length: null, results: null, fault: null };
  const view = { task: "`words` is <i>. Return `words`.", grade: 2, function: "brassArrow", parameters: ["words"], examples: ['brassArrow(["a"]) → 1'], hidden: 2, tests: null, toAct: [0, 1], answers: [{ seat: 0, ...empty }, { seat: 1, ...empty }] };
  const open = render(view, two);
  assert.match(open.words, /brassArrow\(words\).*grade 2 of 5 words is <i>\. Return words .*\["a"\]\) → 1 2 hidden tests wait.*Ada is writing code… Bo is writing code…/);
  assert.equal(withClass(open, "av-cell").length, 0);
  const answers = [
    { seat: 0, code: "<script>alert(1)</script>", passed: 1, steps: 1234, length: 25, results: [{ passed: true, steps: 34, got: null, failure: null }, { passed: false, steps: 1200, got: "<b>", failure: null }], fault: null },
    { seat: 1, ...empty, fault: "no-answer" },
  ];
  const done = render({ ...view, toAct: [], tests: ["t(1) → 1", "t(2) → 4"], answers }, { ...two, seats: [1, 0] });
  assert.deepEqual(withClass(done, "av-cell").map((c) => [c.textContent, c.attributes.title]), [["✓", "1. t(1) → 1: passed, 34 steps"], ["✗", "2. t(2) → 4: returned <b>, 1,200 steps"]]);
  assert.equal(withClass(done, "av-cells")[0].attributes["aria-label"], "Bo: 1 of 2 tests passed");
  assert.equal(withClass(done, "av-code-text")[0].textContent, "<script>alert(1)</script>");
  assert.equal(done.all((n) => n.tag === "script" || n.tag === "b" && n.textContent === "").length, 0);
  assert.match(done.words, /Bo 1 of 2 1,234 steps · 25 characters.*Ada no answer No answer was given\./);
  assert.match(describe(view), /write brassArrow\(words\)/);
  assert.equal(move({ did: "x".repeat(1234) }), "1,234 characters of code");
  assert.deepEqual([move({ did: null }), count(1234567), count(null), told({ passed: false, failure: "TypeError: x", steps: 3 })], [null, "1,234,567", "–", "TypeError: x, 3 steps"]);
});
