// Keeps the quote on the entry form true while the choices change; the server computes and checks the same.
const form = document.getElementById("enter");
const quote = document.getElementById("quote");

function update() {
  const fee = Number(form.querySelector("input[name='Sent.Tier']:checked")?.dataset.fee ?? 0);
  const matches = Math.max(1, Number(document.getElementById("matches").value) || 1);
  const total = fee * matches;
  const eth = (gwei) => `${(gwei / 1e9).toFixed(9).replace(/\.?0+$/, "")} ETH`;
  quote.classList.toggle("bad", total > Number(form.dataset.balance));
  quote.textContent = total === 0
    ? "Free: nothing to pay, nothing to lose but rating."
    : total > Number(form.dataset.balance)
      ? `${eth(total)} would be set aside: more than your balance.`
      : `${eth(total)} set aside now. That is also the most you can lose.`;
}

form?.addEventListener("input", update);
if (form) update();
