// "Verify in this browser": loads the rules kernel as WebAssembly and replays the transcript here, on the visitor's own machine.
const button = document.getElementById("verify-here");
const status = document.getElementById("verify-status");
const list = document.getElementById("verify-checks");

let kernel;
async function loadKernel() {
  const { dotnet } = await import("/kernel/_framework/dotnet.js");
  const { getAssemblyExports, getConfig } = await dotnet.create();
  return (await getAssemblyExports(getConfig().mainAssemblyName)).Arena.Browser.Kernel;
}

button?.addEventListener("click", async () => {
  button.disabled = true;
  list.replaceChildren();
  status.className = "small muted";
  status.textContent = "Loading the rules (about 5 MB, once) and the transcript…";
  try {
    const transcript = fetch(button.dataset.transcript).then(answer => {
      if (!answer.ok) throw new Error(`the transcript could not be loaded (${answer.status})`);
      return answer.text();
    });
    kernel ??= loadKernel();
    const report = JSON.parse((await kernel).Verify(button.dataset.space, await transcript, button.dataset.commitment));
    for (const check of report.checks) {
      const item = document.createElement("li");
      item.className = check.ok ? "ok" : "no";
      const sign = document.createElement("span");
      sign.className = "sign";
      sign.textContent = check.ok ? "✓" : "✗";
      const words = document.createElement("div");
      words.textContent = check.ok ? check.step : `${check.step}: expected ${check.expected.slice(0, 200)}, found ${check.found.slice(0, 200)}`;
      item.append(sign, words);
      list.append(item);
    }
    status.className = `small ${report.ok ? "good" : "bad"}`;
    status.textContent = report.ok ? "Replayed here, by your browser: every check holds." : "Replayed here, by your browser: this transcript is not what it says.";
  } catch (error) {
    kernel = undefined;
    status.className = "small bad";
    status.textContent = `That did not work: ${error.message}`;
  } finally {
    button.disabled = false;
  }
});
