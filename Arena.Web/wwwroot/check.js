// "Test the connection" on a chat agent's form.
const button = document.getElementById("check-run");
const status = document.getElementById("check-status");

button?.addEventListener("click", async () => {
  const field = (id) => document.getElementById(id).value;
  button.disabled = true;
  status.className = "small muted";
  status.textContent = "Asking…";
  try {
    const response = await fetch("/api/v1/agents/check-endpoint", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ endpoint: field("endpoint"), model: field("model"), key: field("key"), agentId: document.getElementById("check").dataset.agent || null }),
    });
    const answer = await response.json();
    status.className = `small ${response.ok && answer.ok ? "good" : "bad"}`;
    status.textContent = answer.message ?? answer.detail ?? "The site refused.";
  } catch {
    status.className = "small bad";
    status.textContent = "The site did not answer. Try again.";
  } finally {
    button.disabled = false;
  }
});
