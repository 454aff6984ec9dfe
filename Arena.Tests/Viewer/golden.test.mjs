// Every view of the golden playthroughs, which the kernel's own tests hold, drawn by its space's board.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Node, board, withClass } from "./document.mjs";

const here = (path) => new URL(path, import.meta.url);
const playthroughs = readdirSync(here("../Rules/Spaces/Golden")).filter((name) => name.endsWith(".txt")).map((name) => name.slice(0, -4));
const boards = playthroughs.filter((slug) => existsSync(here(`../../Arena.Web/wwwroot/viewer/spaces/${slug}.js`)));
const names = ["Ada", "Bo", "Cy", "Di", "Ed"];

/** The frames of a playthrough: the view, and the turn that led to it or null at a game's opening. */
function frames(slug) {
  const all = [];
  let game = 0, seat = 0, seats = 0, said = null, opens = true;
  for (const line of readFileSync(here(`../Rules/Spaces/Golden/${slug}.txt`), "utf8").split("\n")) {
    const turn = line.match(/^== turn \d+ game (\d+) ply \d+ seat (\d+) player (\d+)/), end = line.match(/^== end of game (\d+)/);
    if (turn) {
      opens = Number(turn[1]) !== game || all.length === 0;
      game = Number(turn[1]);
      seats = Math.max(seats, Number(turn[3]) + 1);
    }
    if (end) [game, opens] = [Number(end[1]), false];
    if (line.startsWith("-- view ")) all.push({ view: JSON.parse(line.slice(8)), game, turn: opens ? null : { seat, did: said } });
    if (line.startsWith("-- said ")) said = line.slice(8);
    if (turn) seat = Number(turn[2]);
  }
  const count = Math.max(seats, 2);
  return all.map((frame) => ({ ...frame, players: names.slice(0, count).map((name) => ({ name })), seats: Array.from({ length: count }, (_, s) => (s + frame.game) % count) }));
}

const flat = (view) => view.board.flat();
const shown = (drawn, name, count) => assert.equal(withClass(drawn, name).length, count, name);
const says = (drawn, ...texts) => texts.forEach((text) => assert.ok(drawn.words.includes(String(text).replace(/\s+/g, " ").trim()), `"${text}" isn't shown`));
const labels = (drawn, label) => drawn.all((n) => n.attributes["aria-label"] === label).length;
const purse = (view, drawn) => says(drawn, ...view.balance.map((chips) => (chips > 0 ? `+${chips} chips` : `${Math.abs(chips)} chips`)));

/** What must be seen of a view, by space. */
const facts = {
  "bid-tac-toe": (view, drawn) => {
    shown(drawn, "av-sign", flat(view).filter(Boolean).length);
    says(drawn, ...view.coins.map((coins) => `${coins} coins`), ...(view.bids ?? []).map((bid) => `bid ${bid}`));
  },
  breakthrough: (view, drawn, seats) => seats.forEach((player, seat) => shown(drawn, `av-p${player}`, flat(view).filter((cell) => cell === seat + 1).length)),
  chess: (view, drawn) => {
    const men = view.board.join("").replaceAll(".", "");
    shown(drawn, "av-man-light", men.replace(/[a-z]/g, "").length);
    shown(drawn, "av-man-dark", men.replace(/[A-Z]/g, "").length);
    shown(drawn, "av-check", view.check ? 1 : 0);
    says(drawn, view.fen, ...(view.end ? [view.end.slice(1)] : []));
  },
  "code-duel": (view, drawn) => {
    says(drawn, view.function, ...view.parameters, ...view.examples, ...view.answers.map((a) => a.code ?? ""));
    shown(drawn, "av-cell", view.answers.reduce((sum, a) => sum + (a.results?.length ?? 0), 0));
  },
  "connect-four": (view, drawn) => {
    shown(drawn, "av-piece", flat(view).filter(Boolean).length);
    shown(drawn, "av-won-cell", view.line ? 4 : 0);
    shown(drawn, "av-drop", view.last ? 1 : 0);
  },
  countdown: (view, drawn) => says(drawn, view.target, ...view.numbers, ...view.answers.map((a) => a.text ?? "")),
  debate: (view, drawn) => says(drawn, view.motion, ...view.sides, ...view.speeches.map((s) => s.text)),
  holdem: (view, drawn) => {
    const hand = view.hands[view.hand];
    says(drawn, `Hand ${view.hand + 1}`, `Pot ${hand.chips[0] + hand.chips[1]}`, ...hand.chips.map((chips) => `${view.stack - chips} left`));
    assert.equal(labels(drawn, "a card face down"), 5 - hand.board.length + (hand.cards ? 0 : 4));
    purse(view, drawn);
  },
  instruct: (view, drawn) => says(drawn, view.task, ...view.constraints.map((c) => c.ask), ...view.answers.map((a) => a.text ?? "")),
  "kuhn-poker": (view, drawn) => {
    says(drawn, view.hand + 1);
    assert.equal(drawn.all((n) => n.textContent === "hidden").length, view.hands[view.hand].cards ? 0 : 2);
    purse(view, drawn);
  },
  "leduc-poker": (view, drawn) => {
    const hand = view.hands[view.hand];
    says(drawn, `Hand ${view.hand + 1}`, ...hand.chips.map((chips) => `${chips} in`));
    assert.equal(labels(drawn, "a card face down"), (hand.board ? 0 : 1) + (hand.cards ? 0 : 2));
    purse(view, drawn);
  },
  "liars-dice": (view, drawn) => {
    const opened = view.bids.length === 0 && view.rounds.length > 0, bid = view.bids.at(-1);
    shown(drawn, "av-die-hidden", opened ? 0 : view.left.reduce((a, b) => a + b, 0));
    if (bid) says(drawn, `Bid: ${bid.count} × ${bid.face}`);
  },
  pitch: (view, drawn) => says(drawn, view.brief, ...view.answers.map((a) => a.text ?? "")),
  "tic-tac-toe": (view, drawn) => {
    shown(drawn, "av-sign", flat(view).filter(Boolean).length);
    shown(drawn, "av-won-line", view.line ? 1 : 0);
  },
  tradewars: (view, drawn) => says(drawn, ...(view.round < view.rounds ? [`Round ${view.round + 1} of ${view.rounds}`] : []), ...names,
    ...view.books.map((b) => (b.equity / 100).toLocaleString("en-US", { minimumFractionDigits: 2 }))),
};

test("every board is told here what it must show", () => assert.deepEqual(Object.keys(facts).sort(), [...boards].sort()));

test("a space without a board of its own is shown as a tree of its values", async () => {
  const generic = await board("generic");
  for (const slug of playthroughs) {
    const { view } = frames(slug).at(-1), drawn = generic.render(view);
    assert.equal(drawn.all((n) => n.tag === "dl")[0].children.filter((n) => n.tag === "dt").length, Object.keys(view).length);
    assert.doesNotMatch(drawn.words, /undefined|\[object/);
  }
});

for (const slug of boards) {
  test(`${slug}: every view of the playthrough is drawn, described and named`, async () => {
    const own = await board(slug), all = frames(slug);
    assert.ok(all.length > 2);
    for (const [at, { view, players, seats, game, turn }] of all.entries()) {
      const about = { players, seats, animate: true, turn, game };
      const drawn = own.render(view, about);
      assert.ok(drawn instanceof Node);
      const where = `frame ${at}, game ${game}`;
      for (const node of drawn.all(() => true)) {
        for (const text of [node.textContent, ...Object.values(node.attributes), ...node.children.filter((child) => !(child instanceof Node))]) {
          assert.doesNotMatch(String(text), /\bundefined\b|\bNaN\b|\[object|\bnull\b/, where);
        }
      }
      try { facts[slug](view, drawn, seats); } catch (e) { e.message = `${where}: ${e.message}`; throw e; }
      assert.match(own.describe(view), /\w{4}/, where);
      assert.doesNotMatch(own.describe(view), /undefined|NaN|\[object/, where);
      if (turn) assert.ok(String(own.move(turn)).length > 0, where);
      for (const seat of seats.keys()) assert.doesNotMatch(String(own.seatName?.(seat) ?? ""), /undefined/);
    }
  });
}
