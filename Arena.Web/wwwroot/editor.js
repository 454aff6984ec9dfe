// The script editor's dry run. Without this module saving still checks the script.

import "/viewer/arena-code.js";
import "/viewer/arena-match.js";

const editor = document.querySelector("arena-code");
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
      body: JSON.stringify({ space: space.value, opponent: house.value, source: editor.querySelector("textarea").value }),
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
  editor.mark?.(0);
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
  space.addEventListener("change", houses);
  button.addEventListener("click", run);
  editor.area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  houses();
}
