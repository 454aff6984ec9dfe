// The script editor: a textarea with line numbers, indentation keys and a marked error line, and the dry run.
// Without this module the textarea still works and saving still checks the script.

class ArenaEditor extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.gutter = document.createElement("div");
    this.gutter.className = "gutter";
    this.gutter.setAttribute("aria-hidden", "true");
    this.prepend(this.gutter);
    this.area.addEventListener("input", () => { this.mark(0); this.number(); });
    this.area.addEventListener("scroll", () => { this.gutter.scrollTop = this.area.scrollTop; });
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.error = Number(this.area.dataset.errorLine || 0);
    this.number();
    if (this.error) this.reveal(this.error);
  }

  number() {
    const lines = this.area.value.split("\n").length;
    if (lines !== this.lines || this.shownError !== this.error) {
      this.gutter.replaceChildren(...Array.from({ length: lines }, (_, i) => {
        const row = document.createElement("div");
        row.textContent = String(i + 1);
        if (i + 1 === this.error) row.className = "error";
        return row;
      }));
      this.lines = lines;
      this.shownError = this.error;
    }
    this.gutter.scrollTop = this.area.scrollTop;
  }

  mark(line) {
    this.error = line;
    this.area.toggleAttribute("aria-invalid", line > 0);
    this.number();
  }

  reveal(line) {
    this.mark(line);
    const lines = this.area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    this.area.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(this.area).lineHeight));
  }

  // Tab indents, Shift+Tab takes back, Enter keeps the indentation; Escape then Tab leaves the editor.
  key(event) {
    const area = this.area;
    if (event.key === "Escape") { this.leaving = true; return; }
    if (event.key === "Tab" && !this.leaving) {
      event.preventDefault();
      const { value, selectionStart: from, selectionEnd: to } = area;
      const first = value.lastIndexOf("\n", from - 1) + 1;
      if (from === to && !event.shiftKey) { document.execCommand("insertText", false, "  "); return; }
      const old = value.slice(first, to);
      const changed = event.shiftKey ? old.replace(/^ {1,2}/gm, "") : old.replace(/^/gm, "  ");
      area.setSelectionRange(first, to);
      document.execCommand("insertText", false, changed);
      area.setSelectionRange(from === to ? first + changed.length : first, first + changed.length);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const before = area.value.slice(0, area.selectionStart);
      const line = before.slice(before.lastIndexOf("\n") + 1);
      const indent = line.match(/^ */)[0] + (/[{([]\s*$/.test(line) ? "  " : "");
      document.execCommand("insertText", false, "\n" + indent);
    } else if (event.key === "Enter") {
      document.getElementById("try-run")?.click();
    }
    this.leaving = false;
  }
}

customElements.define("arena-editor", ArenaEditor);

const editor = document.querySelector("arena-editor");
const space = document.getElementById("try-space");
const house = document.getElementById("try-house");
const status = document.getElementById("try-status");
const result = document.getElementById("try-result");
const button = document.getElementById("try-run");

function houses() {
  let first = null;
  for (const option of house.options) {
    option.hidden = option.disabled = option.dataset.space !== space.value;
    if (!option.disabled && !first) first = option;
  }
  if (house.selectedOptions[0]?.disabled && first) first.selected = true;
}

function say(text, tone = "") {
  status.className = `small mb0 ${tone || "muted"}`;
  status.textContent = text;
}

async function run() {
  button.disabled = true;
  say("Playing…");
  try {
    const response = await fetch("/api/v1/agents/dry-run", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ space: space.value, opponent: house.value, source: editor.area.value }),
    });
    const answer = await response.json();
    if (!response.ok) {
      result.hidden = true;
      say(answer.detail ?? answer.title ?? "The site refused.", "bad");
      if (answer.line) editor.reveal(answer.line);
      return;
    }
    show(answer);
  } catch {
    say("The site did not answer. Your script is still here; try again.", "bad");
  } finally {
    button.disabled = false;
  }
}

function show(answer) {
  result.hidden = false;
  editor.mark(0);
  say(answer.fault ? `${answer.result} ${answer.fault}` : answer.result, answer.fault ? "bad" : "good");
  const match = document.createElement("arena-match");
  match.setAttribute("match-id", "dry-run");
  match.setAttribute("space", answer.frames.match.space);
  match.frames = answer.frames;
  document.getElementById("try-board").replaceChildren(match);
  const log = document.getElementById("try-log");
  log.textContent = answer.log.length
    ? answer.log.map((turn) => [`game ${turn.game + 1}, turn ${turn.turn + 1}: ${turn.answer ?? "no answer"}`, ...turn.lines.map((line) => "  " + line), ...(turn.problem ? ["  ! " + turn.problem] : [])].join("\n")).join("\n")
    : "Nothing. console.log(...) shows up here, turn by turn.";
}

if (button) {
  await import("/viewer/arena-match.js").catch(() => {});
  space.addEventListener("change", houses);
  button.addEventListener("click", run);
  houses();
}
