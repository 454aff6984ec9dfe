// What the editor's keys do to a text. Pure: (text, start, end) in, an edit out, or null where the key is the browser's.
// An edit replaces [from, to) by `insert` and then selects [select[0], select[1]).

const PAIRS = { "(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`" };
const CLOSERS = new Set(Object.values(PAIRS));
const UNIT = "  ";

const lineStart = (text, at) => text.lastIndexOf("\n", at - 1) + 1;

/** Tab: two spaces at the caret, or the selected lines moved in; with `out` they move back. */
export function indent(text, start, end, out) {
  if (start === end && !out) {
    const missing = UNIT.length - (start - lineStart(text, start)) % UNIT.length;
    return { from: start, to: end, insert: " ".repeat(missing), select: [start + missing, start + missing] };
  }
  const from = lineStart(text, start);
  const to = end > start && text[end - 1] === "\n" ? end - 1 : end;
  const old = text.slice(from, to);
  const changed = old.split("\n").map((line) => (out ? line.replace(/^ {1,2}|^\t/, "") : line && UNIT + line)).join("\n");
  if (changed === old) return { from: start, to: end, insert: text.slice(start, end), select: [start, end] };
  const firstShift = changed.split("\n")[0].length - old.split("\n")[0].length;
  const newStart = Math.max(from, start + firstShift);
  return { from, to, insert: changed, select: start === end ? [newStart, newStart] : [newStart, end + changed.length - old.length] };
}

/** Enter: the line's indentation goes on, one step deeper after an opening bracket; between a pair of brackets it opens up. */
export function newline(text, start, end) {
  const line = text.slice(lineStart(text, start), start);
  const base = /^[ \t]*/.exec(line)[0];
  const opens = /[{([]\s*$/.test(line);
  const deeper = opens ? base + UNIT : base;
  const between = opens && PAIRS[line.trimEnd().at(-1)] === text[end];
  const insert = `\n${deeper}${between ? `\n${base}` : ""}`;
  const caret = start + 1 + deeper.length;
  return { from: start, to: end, insert, select: [caret, caret] };
}

/** A typed character: brackets and quotes come in pairs, wrap a selection, and a closing one that is there already is stepped over. */
export function typed(text, start, end, key) {
  const after = text[end] ?? "";
  if (start === end && CLOSERS.has(key) && after === key) return { from: start, to: end, insert: "", select: [start + 1, start + 1] };
  const close = PAIRS[key];
  if (!close) return key === "}" ? closing(text, start, end) : null;
  if (start !== end) return { from: start, to: end, insert: key + text.slice(start, end) + close, select: [start + 1, end + 1] };
  const quote = key === close;
  // A quote after a letter or another quote is most often an apostrophe or the end of a text.
  if (quote && /[\w"'`\\]/.test(text[start - 1] ?? "")) return null;
  if (after && !/[\s)\]};,]/.test(after)) return null;
  return { from: start, to: end, insert: key + close, select: [start + 1, start + 1] };
}

/** A closing brace on an otherwise empty line moves back one step. */
function closing(text, start, end) {
  const from = lineStart(text, start);
  const before = text.slice(from, start);
  if (start !== end || before === "" || before.trim() !== "" || before.length < UNIT.length) return null;
  const caret = start - UNIT.length + 1;
  return { from: start - UNIT.length, to: end, insert: "}", select: [caret, caret] };
}

/** Backspace: an empty pair goes as one; in leading white space a whole step goes. */
export function backspace(text, start, end) {
  if (start !== end || start === 0) return null;
  const before = text[start - 1];
  if (PAIRS[before] && PAIRS[before] === text[start]) return { from: start - 1, to: start + 1, insert: "", select: [start - 1, start - 1] };
  const lead = text.slice(lineStart(text, start), start);
  if (lead.length >= UNIT.length && lead.trim() === "" && lead.length % UNIT.length === 0 && lead.endsWith(UNIT)) {
    return { from: start - UNIT.length, to: start, insert: "", select: [start - UNIT.length, start - UNIT.length] };
  }
  return null;
}

/** Line and column (from 1) of a place in the text. */
export function position(text, at) {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: before.at(-1).length + 1 };
}
