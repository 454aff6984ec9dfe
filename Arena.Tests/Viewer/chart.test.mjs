import assert from "node:assert/strict";
import { test } from "node:test";
import { format, merge, nearest, range, seriesOf, thin, ticks } from "../../Arena.Web/wwwroot/viewer/chart-math.js";

test("Ticks are round, lie within the range and about as many as asked for", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(-0.3, 0.3, 3), [-0.2, 0, 0.2]);
  assert.deepEqual(ticks(5, 5), [5]);
  for (const [a, b] of [[0, 7e-5], [3, 1e7], [-9, 4]]) {
    const made = ticks(a, b, 6);
    assert.ok(made.length >= 3 && made.length <= 8, `${made}`);
    assert.ok(made.every((t) => t >= a && t <= b));
  }
});

test("A range is never empty, ignores what is no number and includes fixed ends", () => {
  assert.deepEqual(range([]), [-0.06, 1.06]);
  const [low, high] = range([2, 2, NaN]);
  assert.ok(low < 2 && high > 2);
  assert.deepEqual(range([0.5, 0.9], { min: 0, max: 1 }), [0, 1]);
  assert.equal(range([0.5, 1.3], { max: 1 })[1], 1.3);
});

test("A thinned run keeps its first and last point and its spikes", () => {
  const points = Array.from({ length: 10_000 }, (_, i) => ({ x: i, y: i === 4321 ? 99 : Math.sin(i) }));
  const kept = thin(points, 100);
  assert.ok(kept.length <= 210);
  assert.ok(kept.some((p) => p.y === 99));
  assert.equal(kept.at(-1), points.at(-1));
  assert.ok(kept.every((p, i) => !i || p.x > kept[i - 1].x));
});

test("The nearest point is found at both ends and between", () => {
  const points = [0, 10, 20].map((x) => ({ x }));
  assert.deepEqual([-5, 4, 6, 14, 99].map((x) => nearest(points, x)), [0, 0, 1, 1, 2]);
  assert.equal(nearest([], 1), -1);
});

test("Numbers are short", () => {
  assert.deepEqual([0, 0.6931, 1512.3, 0.00002, 2_500_000, NaN].map(format), ["0", "0.693", "1512", "2.0e-5", "2.5 M", "–"]);
});

test("Series are those that were asked for, or every number but the step", () => {
  const points = [{ step: 1, loss: 0.7, note: "x" }, { step: 2, loss: 0.6, "rewards/margins": 0.1 }];
  assert.deepEqual(seriesOf(points).map((s) => s.key), ["loss", "rewards/margins"]);
  assert.deepEqual(seriesOf(points, "loss|Loss"), [{ key: "loss", name: "Loss" }]);
});

test("New points follow, and a step that comes again replaces the old one", () => {
  const first = [{ step: 1, a: 1 }, { step: 2, a: 2 }];
  assert.deepEqual(merge(first, [{ step: 3, a: 3 }]).map((p) => p.a), [1, 2, 3]);
  assert.deepEqual(merge(first, [{ step: 2, a: 9 }, { step: 3, a: 3 }]).map((p) => p.a), [1, 9, 3]);
});
