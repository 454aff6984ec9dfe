import assert from "node:assert/strict";
import { test } from "node:test";
import { backspace, indent, newline, position, typed } from "../../Arena.Web/wwwroot/viewer/code-edits.js";
import { START, tokenize } from "../../Arena.Web/wwwroot/viewer/js-tokens.js";

const apply = (text, edit) => text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
/** A text with | where the caret is (or two for a selection): what a key makes of it, in the same form. */
function press(marked, act) {
  const start = marked.indexOf("|");
  const end = marked.indexOf("|", start + 1);
  const text = marked.replaceAll("|", "");
  const edit = act(text, start, end < 0 ? start : end - 1);
  if (!edit) return null;
  const made = apply(text, edit);
  const [a, b] = edit.select;
  return a === b ? `${made.slice(0, a)}|${made.slice(a)}` : `${made.slice(0, a)}|${made.slice(a, b)}|${made.slice(b)}`;
}
const types = (line, state) => tokenize(line, state).tokens.filter((t) => t.text.trim()).map((t) => `${t.type}:${t.text}`);

test("Tab fills to the next step and moves selected lines in and out", () => {
  assert.equal(press("a|", indent), "a |");
  assert.equal(press("|", indent), "  |");
  assert.equal(press("|a\nb|", indent), "  |a\n  b|");
  assert.equal(press("  |a\n  b|", (t, s, e) => indent(t, s, e, true)), "|a\nb|");
  assert.equal(press("    a|", (t, s, e) => indent(t, s, e, true)), "  a|");
  assert.equal(press("a|", (t, s, e) => indent(t, s, e, true)), "a|");
});

test("Enter keeps the indentation and opens a pair of braces", () => {
  assert.equal(press("  a;|", newline), "  a;\n  |");
  assert.equal(press("if (x) {|", newline), "if (x) {\n  |");
  assert.equal(press("  f({|})", newline), "  f({\n    |\n  })");
});

test("Brackets and quotes come in pairs, wrap a selection and are stepped over", () => {
  const key = (k) => (t, s, e) => typed(t, s, e, k);
  assert.equal(press("f|", key("(")), "f(|)");
  assert.equal(press("f(|)", key(")")), "f()|");
  assert.equal(press("|ab|", key("[")), "[|ab|]");
  assert.equal(press("|abc", key("(")), null);
  assert.equal(press("don|", key("'")), null);
  assert.equal(press("x = |;", key('"')), 'x = "|";');
  assert.equal(press("{\n  |", key("}")), "{\n}|");
  assert.equal(press("a|", key("b")), null);
});

test("Backspace takes an empty pair and a whole step of indentation", () => {
  assert.equal(press("f(|)", backspace), "f|");
  assert.equal(press("    |a", backspace), "  |a");
  assert.equal(press("ab|", backspace), null);
  assert.equal(press("|", backspace), null);
});

test("Places are lines and columns from 1", () => {
  assert.deepEqual(position("ab\ncd", 4), { line: 2, column: 2 });
  assert.deepEqual(position("", 0), { line: 1, column: 1 });
});

test("A line's pieces are named for what they are", () => {
  assert.deepEqual(types("const x = act(1.5, 'it\\'s'); // done"),
    ["keyword:const", "name:x", "other:=", "function:act", "bracket:(", "number:1.5", "other:,", "string:'it\\'s'", "bracket:)", "other:;", "comment:// done"]);
  assert.deepEqual(types("o.delete(null)"), ["name:o", "other:.", "function:delete", "bracket:(", "constant:null", "bracket:)"]);
});

test("A slash divides after a value and begins a regular expression elsewhere", () => {
  assert.deepEqual(types("a / b / c").filter((t) => t.startsWith("regex")), []);
  assert.deepEqual(types("x.match(/[/]\\d+/g)")[4], "regex:/[/]\\d+/g");
});

test("Block comments and template texts go on over lines", () => {
  const comment = tokenize("/* a");
  assert.equal(comment.state, "comment");
  assert.deepEqual(types("b */ let", comment.state), ["comment:b */", "keyword:let"]);
  const template = tokenize("x = `a");
  assert.equal(template.state, "template");
  assert.equal(tokenize("b` + 1", template.state).state, START);
});

test("The pieces of any text joined give the text again", () => {
  const samples = ["", "\t a\u00a0b", "'open", "`${a + `b`} c", "😀 = \"é\" /", "a\\b #private @x 0x1Fn .5e-3", "/*/ */ /", "))}]]"];
  for (const line of samples) {
    for (const state of ["", "comment", "template"]) {
      assert.equal(tokenize(line, state).tokens.map((t) => t.text).join(""), line);
    }
  }
});
