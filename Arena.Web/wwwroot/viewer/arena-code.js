// <arena-code error-line="3" error-column="8"><textarea name="...">...</textarea></arena-code>: a script editor around a textarea.
//
// The textarea stays what is sent, typed into and read aloud; colours, line numbers and marks lie under it. Without this module it is a plain textarea.
// Keys: Tab and Shift+Tab indent; Escape, then Tab leaves the editor; brackets and quotes come in pairs.
// A page marks an error with the attributes, with reveal(line, column), or with an event: new CustomEvent("code-error", {detail: {line, column, message}});
// typing takes the mark away.

import { el, newId, styles } from "./dom.js";
import { backspace, indent, newline, position, typed } from "./code-edits.js";
import { START, tokenize } from "./js-tokens.js";

class ArenaCode extends HTMLElement {
  static observedAttributes = ["error-line", "error-column"];

  #lines = [];
  #leaving = false;
  #errorAt = null;

  connectedCallback() {
    this.area = this.querySelector("textarea");
    if (!this.area || this.paper) return;
    styles();
    this.gutter = el("div", { class: "code-gutter" });
    this.colours = el("div", { class: "code-colours" });
    this.here = el("div", { class: "code-here" });
    this.wrong = el("div", { class: "code-wrong", hidden: true });
    this.paper = el("div", { class: "code-paper", "aria-hidden": "true" }, this.here, this.wrong, this.colours);
    const hint = el("span", { class: "sr", id: newId("code-hint"), text: "Tab indents. Press Escape, then Tab, to leave the editor." });
    this.message = el("p", { class: "code-message", role: "alert", hidden: true });
    this.area.classList.add("code-area");
    this.area.setAttribute("wrap", "off");
    this.area.setAttribute("aria-describedby", [this.area.getAttribute("aria-describedby"), hint.id].filter(Boolean).join(" "));
    const frame = el("div", { class: "code-frame" });
    this.area.before(frame);
    frame.append(el("div", { class: "code-side", "aria-hidden": "true" }, this.gutter), el("div", { class: "code-main" }, this.paper, this.area));
    frame.after(this.message, hint);
    this.area.addEventListener("input", () => {
      this.mark(0);
      this.#paint();
      this.#caret();
    });
    this.area.addEventListener("scroll", () => this.#scroll());
    this.area.addEventListener("keydown", (event) => this.#key(event));
    this.area.addEventListener("blur", () => { this.#leaving = false; });
    document.addEventListener("selectionchange", this.#onSelection);
    this.addEventListener("code-error", (event) => this.reveal(event.detail.line, event.detail.column, event.detail.message));
    this.#paint();
    this.#caret();
    const line = Number(this.getAttribute("error-line") ?? this.area.dataset.errorLine ?? 0);
    if (line) this.reveal(line, Number(this.getAttribute("error-column") ?? 0));
  }

  disconnectedCallback() {
    document.removeEventListener("selectionchange", this.#onSelection);
  }

  attributeChangedCallback() {
    if (this.paper) this.mark(Number(this.getAttribute("error-line") ?? 0), Number(this.getAttribute("error-column") ?? 0));
  }

  get value() {
    return this.area?.value ?? "";
  }

  set value(text) {
    this.area.value = text;
    this.#paint();
    this.#caret();
  }

  /** Marks a line as wrong; 0 takes the mark away. */
  mark(line, column = 0, message = "") {
    const was = this.#errorAt;
    this.#errorAt = line > 0 ? { line, column } : null;
    if (line > 0) this.area.setAttribute("aria-invalid", "true");
    else this.area.removeAttribute("aria-invalid");
    this.wrong.hidden = !(line > 0);
    this.message.hidden = !(line > 0 && message);
    this.message.textContent = message ? `Line ${line}${column ? `, column ${column}` : ""}: ${message}` : "";
    if (line > 0) {
      this.wrong.style.setProperty("--line", line - 1);
      this.wrong.style.setProperty("--column", Math.max(0, column - 1));
      this.wrong.toggleAttribute("data-column", column > 0);
    }
    if (was) this.gutter.children[was.line - 1]?.classList.remove("code-bad");
    if (line > 0) this.gutter.children[line - 1]?.classList.add("code-bad");
  }

  /** Marks a line, brings it into sight and puts the caret there. */
  reveal(line, column = 0, message = "") {
    this.mark(line, column, message);
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const at = start + Math.min(Math.max(0, column - 1), (lines[line - 1] ?? "").length);
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(at, at);
    this.area.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(this.area).lineHeight));
    this.#caret();
    this.#scroll();
  }

  #onSelection = () => {
    if (document.activeElement === this.area) this.#caret();
  };

  #scroll() {
    this.paper.style.transform = `translate(${-this.area.scrollLeft}px, ${-this.area.scrollTop}px)`;
    this.gutter.style.transform = `translateY(${-this.area.scrollTop}px)`;
  }

  #caret() {
    const { line } = position(this.area.value, this.area.selectionEnd);
    this.here.style.setProperty("--line", line - 1);
    this.gutter.querySelector(".code-now")?.classList.remove("code-now");
    this.gutter.children[line - 1]?.classList.add("code-now");
  }

  /** Colours the lines that changed; the others keep their elements. */
  #paint() {
    const lines = this.area.value.split("\n");
    let state = START;
    const now = lines.map((text) => {
      const line = { text, from: state };
      ({ tokens: line.tokens, state } = tokenize(text, state));
      return line;
    });
    const rows = this.colours.children;
    const same = (a, b) => a && b && a.text === b.text && a.from === b.from;
    let head = 0;
    while (head < now.length && same(now[head], this.#lines[head])) head++;
    let tail = 0;
    while (tail < now.length - head && tail < this.#lines.length - head && same(now.at(-1 - tail), this.#lines.at(-1 - tail))) tail++;
    for (let i = this.#lines.length - tail - 1; i >= head; i--) rows[i].remove();
    const before = rows[head] ?? null;
    for (const line of now.slice(head, now.length - tail)) {
      this.colours.insertBefore(el("div", { class: "code-line" },
        ...line.tokens.map(({ type, text }) => (type === "other" || type === "name" ? text : el("span", { class: `tok-${type}`, text })))), before);
    }
    this.#lines = now;
    while (this.gutter.children.length > now.length) this.gutter.lastChild.remove();
    while (this.gutter.children.length < now.length) this.gutter.append(el("div", { text: this.gutter.children.length + 1 }));
    this.#scroll();
  }

  #key(event) {
    const { area } = this;
    if (event.key === "Escape") {
      this.#leaving = true;
      return;
    }
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { value, selectionStart: start, selectionEnd: end } = area;
    let edit = null;
    if (event.key === "Tab") {
      if (this.#leaving) return;
      edit = indent(value, start, end, event.shiftKey);
    } else if (event.key === "Enter") edit = newline(value, start, end);
    else if (event.key === "Backspace") edit = backspace(value, start, end);
    else if (event.key.length === 1) edit = typed(value, start, end, event.key);
    if (event.key !== "Shift") this.#leaving = false;
    if (!edit) return;
    event.preventDefault();
    if (edit.insert !== value.slice(edit.from, edit.to)) {
      area.setSelectionRange(edit.from, edit.to);
      // insertText keeps the browser's undo; where it is missing, the text is set and undo starts anew.
      if (!document.execCommand(edit.insert ? "insertText" : "delete", false, edit.insert)) {
        area.setRangeText(edit.insert, edit.from, edit.to, "end");
        area.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    area.setSelectionRange(...edit.select);
    this.#caret();
  }
}

if (!customElements.get("arena-code")) customElements.define("arena-code", ArenaCode);
