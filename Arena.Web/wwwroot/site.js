// What every page shares: relative times that stay true, copy buttons, "are you sure".
// Nothing here is needed to read a page or to send a form.

function ago(seconds) {
  if (seconds < 10) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

export function refreshTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const at = Date.parse(time.dateTime);
    time.textContent = ago((Date.now() - at) / 1000);
    time.title = new Date(at).toLocaleString();
  }
}

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("button[data-copy]");
  if (copy) {
    const source = document.getElementById(copy.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      copy.textContent = "Press Ctrl+C";
    }
  }
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.sure ?? event.target.dataset.sure;
  if (question && !confirm(question)) event.preventDefault();
});

refreshTimes();
setInterval(refreshTimes, 15000);

// Parts of a page that change by themselves: [data-live-part] with an id is read again from the same address, and a
// [data-follow] part after the match in it has ended. Whoever reads, selects or types in a part is left alone.

const EVERY = 5000;
const AFTER_THE_END = 6000;

function busy(part) {
  const selection = getSelection();
  return part.contains(document.activeElement) || (selection && !selection.isCollapsed && part.contains(selection.anchorNode));
}

async function refresh(selector) {
  let fresh;
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
    if (!response.ok || response.redirected) return;
    fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return;
  }
  for (const part of document.querySelectorAll(selector)) {
    const next = part.id && fresh.getElementById(part.id);
    if (!next || busy(part) || next.innerHTML === part.dataset.last) continue;
    const open = [...part.querySelectorAll("details")].map((details) => details.open);
    const last = next.innerHTML;
    const taken = document.adoptNode(next);
    taken.querySelectorAll("details").forEach((details, i) => { if (i < open.length) details.open = open[i]; });
    taken.dataset.last = last;
    part.replaceWith(taken);
    refreshTimes(taken);
  }
}

async function keepFresh() {
  if (!document.hidden && document.querySelector("[data-live-part]")) await refresh("[data-live-part]");
  setTimeout(keepFresh, EVERY);
}

setTimeout(keepFresh, EVERY);

document.addEventListener("arena-match", (event) => {
  const type = event.detail?.type;
  if (type !== "closed" && type !== "void") return;
  setTimeout(() => refresh("[data-live-part]"), 800);
  if (event.target.closest?.("[data-follow]")) setTimeout(() => refresh("[data-follow]"), AFTER_THE_END);
});
