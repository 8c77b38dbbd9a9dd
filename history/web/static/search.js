// The search of a static site: Pagefind's index, one record per page of a version.
const box = document.getElementById("pagefind");
if (box) {
  const field = document.getElementById("pq"), list = document.getElementById("presults"), count = document.getElementById("pcount");
  const engine = await import(new URL(box.dataset.bundle, document.baseURI)).catch(() => null);
  if (!engine) {
    count.textContent = "This copy has no search index, or it was opened as a file: serve the folder (python -m http.server) and open it there.";
  } else {
    let latest = 0;
    const show = async () => {
      const asked = ++latest, words = field.value.trim();
      if (!words) { list.replaceChildren(); count.textContent = ""; return; }
      const found = await engine.debouncedSearch(words);
      if (!found || asked !== latest) return;
      const results = await Promise.all(found.results.slice(0, 30).map((one) => one.data()));
      count.textContent = `${found.results.length} pages${found.results.length > 30 ? ", the first 30" : ""}`;
      list.replaceChildren(...results.map((one) => {
        const item = document.createElement("li"), head = document.createElement("p"), link = document.createElement("a"), text = document.createElement("p");
        item.className = "card";
        link.href = new URL(one.url.replace(/^\/+/, ""), document.baseURI);
        link.textContent = one.meta.title;
        head.append(link);
        text.className = "quote";
        text.dir = "auto";
        // the excerpt is HTML with <mark> only: read it as inert text, piece by piece
        const inert = new DOMParser().parseFromString(one.excerpt, "text/html").body;
        for (const node of inert.childNodes) {
          const piece = node.nodeName === "MARK" ? document.createElement("mark") : document.createElement("span");
          piece.textContent = node.textContent;
          text.append(piece);
        }
        item.append(head, text);
        return item;
      }));
    };
    field.addEventListener("input", show);
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    if (field.value) show();
  }
}
