// Dropping files: anywhere on a page with a drop zone. The form is the same without JavaScript.
"use strict";

(function () {
  const zone = document.querySelector("form[data-drop]");
  if (!zone) return;
  const input = zone.querySelector("input[type=file]");
  const holds = (event) => Array.from(event.dataTransfer ? event.dataTransfer.types : []).includes("Files");
  let depth = 0;

  function mark(on) {
    zone.classList.toggle("over", on);
    document.documentElement.classList.toggle("dropping", on);
  }

  document.addEventListener("dragenter", (event) => {
    if (!holds(event)) return;
    depth += 1;
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!holds(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) mark(false);
  });
  document.addEventListener("dragover", (event) => {
    if (holds(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    zone.requestSubmit();
  });
  input.addEventListener("change", () => {
    if (input.files.length) zone.requestSubmit();
  });
  zone.addEventListener("submit", () => {
    zone.querySelector(".busy").hidden = false;
    zone.querySelector("button").disabled = true;
  });
  // Coming back by the browser's button finds the form as it was left.
  addEventListener("pageshow", () => {
    zone.querySelector(".busy").hidden = true;
    zone.querySelector("button").disabled = false;
    input.value = "";
  });
})();
