// The page /verify: a transcript from anywhere, replayed in this browser. The file is read here and sent nowhere.
import { LARGEST, siteStep, sizeProblem } from "./transcript-file.js";
import { read, replay, restart, show, stop } from "./verify-kernel.js";

const at = (id) => document.getElementById(id);
const [drop, file, status, facts, list, halt, verdict, site] = ["drop", "file", "verify-status", "file-facts", "verify-checks", "stop", "verdict", "on-site"].map(at);
let turn = 0;

function clear(words) {
  list.replaceChildren();
  facts.replaceChildren();
  at("result").hidden = verdict.hidden = site.hidden = true;
  status.className = "small muted mb0";
  status.textContent = words;
}

function refuse(name, words) {
  clear("");
  status.className = "small bad mb0";
  status.textContent = `${name}: ${words}`;
}

function fact(name, words) {
  const [term, value] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = name;
  value.textContent = words;
  facts.append(term, value);
}

/** The site's line of that match, null where it has none, undefined where it could not be asked. */
async function lineOf(match) {
  if (!match) return null;
  try {
    const answer = await fetch(`/api/v1/matches/${match}`);
    return answer.ok ? await answer.json() : answer.status === 404 ? null : undefined;
  } catch {
    return undefined;
  }
}

function showSite(match, line) {
  const link = document.createElement("a");
  link.href = `/matches/${match}/verify`;
  link.textContent = line?.status === "closed" ? "Compare it with the chain" : "To the match";
  site.replaceChildren(
    line === undefined ? "This site could not be asked whether it played the match; load the file again to try once more."
      : line === null ? "This site played no match of that id, so there is no published commitment and no root on the chain to compare with. The replay stands by itself."
        : line.status === "closed" ? "This match was played on this site. Its result, rating change and Merkle proof are compared with the root on the chain on its own page. "
          : "A match of that id is on this site, and not closed yet. ");
  if (line) site.append(link);
  site.hidden = false;
}

async function verify(name, load) {
  const mine = ++turn;
  stop();
  clear(`Reading ${name}; the rules (about 5 MB) are loaded once…`);
  halt.hidden = false;
  try {
    const bytes = await load();
    const transcript = await read(bytes);
    if (mine !== turn) return;
    if (transcript.problem) return refuse(name, transcript.problem);
    status.textContent = `Replaying ${name}…`;
    const line = await lineOf(transcript.match);
    const report = await replay(transcript.space, undefined, line?.commitment);
    if (mine !== turn) return;
    const checks = line?.transcriptHash && report.hash ? [...report.checks, siteStep(report.hash, line.transcriptHash)] : report.checks;
    const ok = report.ok && checks.every((check) => check.ok);
    clear("");
    fact("File", `${name}, ${bytes.length.toLocaleString("en")} bytes`);
    fact("Space", transcript.space);
    fact("Match", `${transcript.match ?? "no proper id"}${transcript.kind ? `, ${transcript.kind}` : ""}`);
    if (report.hash) {
      fact("Score", report.scores ? report.scores.map((score) => `${score / 1e6}`).join(" : ") : "judges decide; the rules give none");
      fact("keccak-256", report.hash);
    }
    show(list, checks);
    verdict.className = `notice ${ok ? "good" : "bad"}`;
    verdict.textContent = ok ? "Replayed here, by your browser: every check holds." : "This transcript is not what it says. The red step says what was expected and what was found.";
    verdict.hidden = at("result").hidden = false;
    showSite(transcript.match, line);
    verdict.scrollIntoView({ block: "nearest" });
  } catch (error) {
    if (mine !== turn) return;
    if (error.name !== "AbortError") restart();
    refuse(name, error.name === "AbortError" ? "stopped." : `that did not work: ${error.message}`);
  } finally {
    if (mine === turn) halt.hidden = true;
  }
}

function take(chosen) {
  const size = sizeProblem(chosen.size);
  return size ? refuse(chosen.name, size) : verify(chosen.name, async () => new Uint8Array(await chosen.arrayBuffer()));
}

function takeChosen() {
  if (file.files.length > 0) take(file.files[0]);
  // The same file, changed on disk, can be chosen again.
  file.value = "";
}

file.addEventListener("change", takeChosen);
// One may have been chosen before this script had come.
takeChosen();

// Anywhere on the page: a file that misses the box must not be opened instead of the page.
addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
addEventListener("dragleave", () => drop.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const [dropped] = event.dataTransfer.files;
  if (dropped) take(dropped);
  else refuse("What was dropped", "it is no file.");
});
addEventListener("paste", (event) => {
  const [pasted] = event.clipboardData.files;
  const text = event.clipboardData.getData("text");
  if (pasted) take(pasted);
  else if (text.length > LARGEST) refuse("The pasted text", sizeProblem(text.length));
  else if (text) verify("the pasted text", async () => new TextEncoder().encode(text));
});

halt.addEventListener("click", () => stop());
