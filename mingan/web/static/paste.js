// Paste mode: Ctrl+Enter stores, the cursor follows the work, and half-written text stays in this
// browser until it is sent. Without JavaScript all of it works by hand.
"use strict";

(function () {
  const PREFIX = "mingan-paste:";
  const SENT = "mingan-paste-sent";
  const DAYS_14 = 14 * 24 * 3600 * 1000;
  const form = document.getElementById("back");

  function forget(place) {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(PREFIX)) continue;
      let at = 0;
      try { at = JSON.parse(localStorage[name]).at; } catch { at = 0; }
      const sent = name === PREFIX + sessionStorage[SENT] && name !== PREFIX + place;
      if (sent || Date.now() - at > DAYS_14) localStorage.removeItem(name);
    }
  }

  function remember(name, box) {
    try {
      if (box.value) localStorage[name] = JSON.stringify({ text: box.value, at: Date.now() });
      else localStorage.removeItem(name);
    } catch { /* the browser's own store is full or closed: then it is not kept */ }
  }

  function recall(name, box) {
    try {
      if (!box.value && localStorage[name]) box.value = JSON.parse(localStorage[name]).text;
    } catch { /* nothing to recall */ }
  }

  try { forget(form ? form.dataset.place : ""); } catch { /* no store in this browser */ }
  if (!form) return;
  const box = form.querySelector("textarea");
  const name = PREFIX + form.dataset.place;
  recall(name, box);
  box.addEventListener("input", () => remember(name, box));
  form.addEventListener("submit", () => {
    try { sessionStorage[SENT] = form.dataset.place; } catch { /* no store */ }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[value=next]"));
  });

  // After copying, what comes next is pasting; where the clipboard is closed the text is selected.
  const copy = document.querySelector("button.copy");
  copy.addEventListener("click", () => {
    setTimeout(() => { if (document.activeElement === copy) box.focus(); }, 500);
  });
})();
