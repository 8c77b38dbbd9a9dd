// Only adds: every page works without it. Keys n and p between changes, arrows between versions, copy, light and dark.
const root = document.documentElement;
const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
if (stored()) root.dataset.theme = stored();

const bar = document.querySelector(".topbar");
if (bar) {
  const button = document.createElement("button");
  button.type = "button";
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  const label = () => { button.textContent = dark() ? "Light" : "Dark"; button.title = `Show in ${dark() ? "light" : "dark"} colours`; };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* the page still has it */ }
    label();
  });
  label();
  bar.append(button);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

const changes = [...document.querySelectorAll("#changes [data-change], #changes tr:not(.equal):has(ins,del)")];
const hint = document.querySelector(".keys");
if (hint && changes.length) hint.hidden = false;
let at = -1;
const typing = (target) => target.closest("input,select,textarea,[contenteditable]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (changes.length && (event.key === "n" || event.key === "p")) {
    changes[at]?.classList.remove("current");
    at = (at + (event.key === "n" ? 1 : -1 + (at < 0 ? 1 : 0)) + changes.length) % changes.length;
    const one = changes[at];
    one.classList.add("current");
    one.tabIndex = -1;
    one.focus({ preventScroll: true });
    one.scrollIntoView({ block: "center" });
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    if (event.target.closest(".scroll,.slider")) return;
    document.querySelector(`main a[rel=${event.key === "ArrowLeft" ? "prev" : "next"}]`)?.click();
  } else if (event.key === "/") {
    const field = document.querySelector("input[type=search]");
    if (field) { event.preventDefault(); field.focus(); }
  }
});

document.querySelector(".slider [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
