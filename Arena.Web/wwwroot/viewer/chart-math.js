// Numbers behind a line chart. Pure.

/** Round tick values that cover [min, max]: steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function ticks(min, max, count = 5) {
  if (!(max > min)) return [min];
  const raw = (max - min) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.75);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)));
}

/** The range that an axis shows for values: padded, never empty; `fixed` ends stay as they are. */
export function range(values, { min, max } = {}) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) [low, high] = [0, 1];
  const pad = (high - low || Math.abs(high) || 1) * 0.06;
  return [Number.isFinite(min) ? Math.min(min, low) : low - pad, Number.isFinite(max) ? Math.max(max, high) : high + pad];
}

/** At most about two points for each pixel, the lowest and the highest: a long run draws quickly and keeps its spikes. */
export function thin(points, pixels) {
  if (points.length <= pixels * 2) return points;
  const size = Math.ceil(points.length / pixels);
  const kept = [];
  for (let i = 0; i < points.length; i += size) {
    const bucket = points.slice(i, i + size);
    let low = bucket[0], high = bucket[0];
    for (const point of bucket) {
      if (point.y < low.y) low = point;
      if (point.y > high.y) high = point;
    }
    kept.push(...(low === high ? [low] : low.x < high.x ? [low, high] : [high, low]));
  }
  const last = points.at(-1);
  if (kept.at(-1) !== last) kept.push(last);
  return kept;
}

/** Index of the point whose x is nearest; points ascend in x; -1 when there are none. */
export function nearest(points, x) {
  if (!points.length) return -1;
  let low = 0, high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle].x < x) low = middle;
    else high = middle;
  }
  return Math.abs(points[low].x - x) <= Math.abs(points[high].x - x) ? low : high;
}

/** A number in few characters. */
export function format(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.001) return value.toExponential(1);
  if (size >= 1e6) return `${Number((value / 1e6).toFixed(2))} M`;
  return String(Number(value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3)));
}

/** Which keys of the points are series: `wanted` ("loss|Loss, x") or every number but the step. [{key, name}] */
export function seriesOf(points, wanted) {
  if (wanted) {
    return wanted.split(",").map((item) => item.split("|").map((s) => s.trim())).filter(([key]) => key).map(([key, name]) => ({ key, name: name || key }));
  }
  const keys = new Set();
  for (const point of points) for (const [key, value] of Object.entries(point)) if (typeof value === "number" && !["step", "x", "round"].includes(key)) keys.add(key);
  return [...keys].map((key) => ({ key, name: key }));
}

/** Adds points to those there are: ascending steps, a step that comes again replaces the old one. */
export function merge(points, more) {
  if (!more.length) return points;
  if (!points.length || more[0].step > points.at(-1).step) return [...points, ...more];
  const byStep = new Map(points.map((p) => [p.step, p]));
  for (const point of more) byStep.set(point.step, point);
  return [...byStep.values()].sort((a, b) => a.step - b.step);
}
