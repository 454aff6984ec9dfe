import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline, hold, seatsToAct } from "../../Arena.Web/wwwroot/viewer/timeline.js";

const players = [{ name: "A" }, { name: "B" }];
const turn = (id, game, n, player, more = {}) => ({ id, type: "turn", data: { game, ply: n - 1, seat: 0, player, did: String(n), view: { n, toAct: n % 2 }, ms: 100 * n, ...more } });
const events = [
  { id: 1, type: "started", data: { space: "x", players } },
  { id: 2, type: "game", data: { game: 0, seats: [0, 1], view: { n: 0, toAct: 0 } } },
  turn(3, 0, 1, 0), turn(4, 0, 2, 1, { ended: [0, 1_000_000] }),
  { id: 5, type: "game", data: { game: 1, seats: [1, 0], view: { n: 0, toAct: 0 } } },
  turn(6, 1, 1, 1, { ended: [1_000_000, 0] }),
];
const closed = { id: 7, type: "closed", data: { scores: [0, 1_000_000], ratings: [{ player: 0, before: 1500000, after: 1484000 }] } };
const loaded = (count = events.length) => new Timeline().load({ match: { id: "m", status: "running" }, players, events: events.slice(0, count) });

test("Positions are the openings and the turns, in order", () => {
  const timeline = loaded();
  assert.deepEqual(timeline.frames.map((f) => [f.game, f.n, f.view.n]), [[0, 0, 0], [0, 1, 1], [0, 2, 2], [1, 0, 0], [1, 1, 1]]);
});

test("Live events after a load give the same timeline as the whole replay", () => {
  const live = loaded(3);
  for (const event of events.slice(3)) assert.equal(live.add(event), "added");
  assert.deepEqual(live.frames, loaded().frames);
});

test("An event that is known is ignored and a gap is told", () => {
  const timeline = loaded(3);
  assert.equal(timeline.add(events[1]), "known");
  assert.equal(timeline.add(events[5]), "gap");
  assert.equal(timeline.frames.length, 2);
  timeline.load({ match: {}, players, events });
  assert.equal(timeline.frames.length, 5);
});

test("Seats swap between mirrored games and the score follows the players", () => {
  const timeline = loaded();
  assert.equal(timeline.score(1), null);
  assert.deepEqual(timeline.score(2), [0, 1]);
  assert.deepEqual(timeline.score(), [0, 2]);
});

test("The players who think are those whose seats must act", () => {
  assert.deepEqual(loaded(5).thinking, [1]);
  assert.deepEqual(loaded(2).thinking, [0]);
});

test("A closed match names its scores and ratings, and nobody thinks", () => {
  const timeline = loaded();
  timeline.add(closed);
  assert.equal(timeline.over, true);
  assert.equal(timeline.players[0].ratingAfter, 1484000);
  assert.equal(timeline.players[1].score, 1_000_000);
  assert.deepEqual(timeline.thinking, []);
});

test("A void match says why, whether by event or by its row", () => {
  const byEvent = loaded();
  byEvent.add({ id: 7, type: "void", data: { reason: "gone" } });
  assert.equal(byEvent.voidReason, "gone");
  assert.equal(new Timeline().load({ match: { status: "Void", voidReason: "row" }, players, events: [] }).voidReason, "row");
});

test("A link finds its position and nothing else", () => {
  const timeline = loaded();
  assert.equal(timeline.find("#2.1"), 4);
  assert.equal(timeline.hash(4), "#2.1");
  for (const other of ["#turn-3", "#9.1", "#1.99", "", "#1.1x", undefined]) assert.equal(timeline.find(other), -1);
});

test("Time used counts a player's turns of the game up to the position", () => {
  const timeline = loaded();
  assert.equal(timeline.used(0, timeline.frames[2]), 100);
  assert.equal(timeline.used(1, timeline.frames[1]), null);
});

test("A view may name one seat, several or none", () => {
  assert.deepEqual([seatsToAct({ toAct: 1 }), seatsToAct({ toAct: [0, 2] }), seatsToAct({ toAct: null }), seatsToAct(null)], [[1], [0, 2], [], []]);
});

test("The end of a game stays longer and a late viewer catches up", () => {
  const frame = { turn: {} };
  assert.ok(hold(frame, { ended: true }) > hold(frame));
  assert.ok(hold(frame, { live: true, backlog: 20 }) < hold(frame, { live: true }));
  assert.equal(hold(frame, { speed: 2 }) * 2, hold(frame));
});
