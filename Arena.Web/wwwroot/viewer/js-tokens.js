// JavaScript cut into coloured pieces, line by line. Pure, and forgiving: it colours what is being typed, it does not check it.

const KEYWORDS = new Set("async await break case catch class const continue debugger default delete do else export extends finally for function if import in instanceof let new of return static super switch throw try typeof var void while with yield".split(" "));
const CONSTANTS = new Set("true false null undefined NaN Infinity this".split(" "));

const TOKEN = /\/\/.*|\/\*|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`|0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?|[A-Za-z_$][\w$]*|\s+|=>|[{}()[\]]|./gu;

/** What a line starts in: "" code, "comment" a block comment, "template" a template text. */
export const START = "";

/**
 * One line's pieces: {tokens: [{type, text}], state}, where state is what the next line starts in.
 * Types: keyword, constant, function, number, string, regex, comment, bracket, name, other. The texts joined give the line.
 */
export function tokenize(line, state = START) {
  const tokens = [];
  let at = 0;
  // A slash begins a regular expression where a value can't have ended.
  let value = false;
  const add = (type, text) => {
    if (text) tokens.push({ type, text });
    at += text.length;
  };
  while (at < line.length) {
    if (state === "comment") {
      const end = line.indexOf("*/", at);
      add("comment", end < 0 ? line.slice(at) : line.slice(at, end + 2));
      if (end >= 0) state = START;
      continue;
    }
    if (state === "template") {
      const rest = line.slice(at);
      const end = /^(?:[^`\\]|\\.)*`/u.exec(rest);
      add("string", end ? end[0] : rest);
      if (end) [state, value] = [START, true];
      continue;
    }
    const rest = line.slice(at);
    if (rest[0] === "/" && rest[1] !== "/" && rest[1] !== "*" && !value) {
      const regex = /^\/(?:[^/\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+\/[a-z]*/u.exec(rest);
      if (regex) {
        add("regex", regex[0]);
        value = true;
        continue;
      }
    }
    TOKEN.lastIndex = at;
    const text = TOKEN.exec(line)[0];
    if (/^\s/.test(text)) {
      add("other", text);
    } else if (text.startsWith("//")) {
      add("comment", text);
    } else if (text === "/*") {
      state = "comment";
      add("comment", text);
    } else if (text === "`") {
      state = "template";
      add("string", text);
    } else if (/^["']/.test(text)) {
      add("string", text);
      value = true;
    } else if (/^(?:\d|\.\d)/.test(text)) {
      add("number", text);
      value = true;
    } else if (/^[A-Za-z_$]/.test(text)) {
      const property = /\.\s*$/.test(line.slice(0, at)) && !/\.\.\.\s*$/.test(line.slice(0, at));
      const called = /^\s*\(/.test(line.slice(at + text.length));
      const type = !property && KEYWORDS.has(text) ? "keyword" : !property && CONSTANTS.has(text) ? "constant" : called ? "function" : "name";
      add(type, text);
      value = type !== "keyword";
    } else {
      add(/[{}()[\]]/.test(text) ? "bracket" : "other", text);
      value = text === ")" || text === "]" || text === "}";
    }
  }
  return { tokens, state };
}
