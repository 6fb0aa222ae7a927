// Hands files in one by one and tells htmx when something happened. No inline scripts, nothing from elsewhere.
(() => {
  "use strict";

  const TYPES = ["reports.uploaded", "reports.parsed", "reports.scored", "alerts.changed"];
  const REFRESH_MS = 200;
  const RECONNECT_MS = 5000;
  const AT_ONCE = 3;

  let due = null;
  function refresh() {
    // at most one refresh in REFRESH_MS, and always one after the last event
    due ??= setTimeout(() => {
      due = null;
      document.body.dispatchEvent(new Event("live"));
    }, REFRESH_MS);
  }

  function listen() {
    const state = document.getElementById("link-state");
    const show = (text, ok) => {
      state.hidden = false;
      state.textContent = text;
      state.classList.toggle("lost", !ok);
    };
    const connect = () => {
      const source = new EventSource("/api/v1/events");
      source.onopen = () => { show("实时更新", true); refresh(); };
      source.onerror = () => {
        show("连接中断，正在重连", false);
        // after an answer that is no stream, such as a proxy's 502, the browser does not try again by itself
        if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
      };
      TYPES.forEach((type) => source.addEventListener(type, refresh));
    };
    connect();
  }

  async function handIn(file, form, item) {
    const query = new URLSearchParams({ name: file.name });
    for (const name of ["unit", "year"]) {
      if (form.elements[name].value.trim()) query.set(name, form.elements[name].value.trim());
    }
    try {
      const answer = await fetch(`/api/v1/reports?${query}`, {
        method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" },
      });
      const told = await answer.json();
      item.className = answer.ok ? "ok" : "refused";
      item.textContent = answer.ok ? `${file.name}：已接收` : `${file.name}：${told.detail}`;
    } catch {
      item.className = "refused";
      item.textContent = `${file.name}：没有送达，请检查网络后重试。`;
    }
    refresh();
  }

  async function handInAll(files, form) {
    const list = document.getElementById("sent");
    list.replaceChildren();
    const waiting = Array.from(files, (file) => {
      const item = document.createElement("li");
      item.textContent = `${file.name}：正在上传`;
      list.append(item);
      return [file, item];
    });
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await handIn(next[0], form, next[1]);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  function takeFiles(form) {
    const input = form.elements.files;
    input.addEventListener("change", async () => {
      await handInAll(input.files, form);
      input.value = "";
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const name of ["dragenter", "dragover"]) {
      form.addEventListener(name, (event) => { event.preventDefault(); form.classList.add("over"); });
    }
    for (const name of ["dragleave", "drop"]) {
      form.addEventListener(name, () => form.classList.remove("over"));
    }
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) handInAll(event.dataTransfer.files, form);
    });
  }

  const form = document.getElementById("drop");
  if (form) {
    takeFiles(form);
    listen();
  }
})();
