// "Verify in this browser" on a match's Verify page: replays its transcript here, on the visitor's own machine.
import { replay, restart, show } from "./verify-kernel.js";

const button = document.getElementById("verify-here");
const status = document.getElementById("verify-status");
const list = document.getElementById("verify-checks");

button?.addEventListener("click", async () => {
  button.disabled = true;
  list.replaceChildren();
  status.className = "small muted";
  status.textContent = "Loading the rules (about 5 MB, once) and the transcript…";
  try {
    const answer = await fetch(button.dataset.transcript);
    if (!answer.ok) throw new Error(`the transcript could not be loaded (${answer.status})`);
    const report = await replay(button.dataset.space, await answer.text(), button.dataset.commitment);
    show(list, report.checks);
    status.className = `small ${report.ok ? "good" : "bad"}`;
    status.textContent = report.ok ? "Replayed here, by your browser: every check holds." : "Replayed here, by your browser: this transcript is not what it says.";
  } catch (error) {
    restart();
    status.className = "small bad";
    status.textContent = `That did not work: ${error.message}`;
  } finally {
    button.disabled = false;
  }
});
