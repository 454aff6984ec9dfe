import assert from "node:assert/strict";
import { test } from "node:test";
import { change, duration, elo, nameOf, points, result } from "../../Arena.Web/wwwroot/viewer/match-words.js";

test("Ratings are milli-Elo shown in points", () => {
  assert.equal(elo(1512300), "1512");
  assert.equal(elo(null), "");
  assert.deepEqual(change(1512300, 1520700), { text: "+8.4", way: "up" });
  assert.deepEqual(change(1512300, 1504100), { text: "−8.2", way: "down" });
  assert.deepEqual(change(1512300, 1512310), { text: "±0.0", way: "same" });
  assert.equal(change(null, 1), null);
});

test("Points are written with halves", () => {
  assert.deepEqual([0, 0.5, 1, 1.5, 2, 0.333333].map(points), ["0", "½", "1", "1½", "2", "0.33"]);
});

test("Durations read as people say them", () => {
  assert.deepEqual([340, 2400, 65_000, NaN].map(duration), ["340 ms", "2.4 s", "1:05", ""]);
});

test("A house agent's name leaves out its space and an owner's name is never cut", () => {
  const players = [{ name: "Connect Four · Greedy", kind: "house" }, { name: "a · b", kind: "script" }];
  assert.deepEqual([nameOf(players, 0), nameOf(players, 1), nameOf(players, 2)], ["Greedy", "a · b", "Player 3"]);
});

test("A result names the winner, a draw, or those who share first place", () => {
  const players = [{ name: "A" }, { name: "B" }, { name: "C" }];
  assert.deepEqual(result([1_000_000, 0], players.slice(0, 2), [2, 0]), { headline: "A wins", tally: "2 – 0", winners: [0] });
  assert.equal(result([500_000, 500_000], players.slice(0, 2)).headline, "Drawn");
  assert.deepEqual(result([500_000, 500_000, 0], players).winners, [0, 1]);
});
