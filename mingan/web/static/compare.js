// Compare, made smoother: keys between questions, and the focus kept where something was swapped.
"use strict";

// j and k go to the next and the previous question, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const heads = Array.from(document.querySelectorAll(".question h2"));
  const here = heads.indexOf(document.activeElement.closest(".question")?.querySelector("h2"));
  const next = heads[here < 0 ? (step > 0 ? 0 : heads.length - 1) : here + step];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.closest(".question").scrollIntoView({ block: "start" });
});

// What took the place of what had the focus gets it.
document.addEventListener("htmx:afterSwap", (event) => {
  const swapped = event.detail.elt;
  if (swapped.matches?.("article.answer")) swapped.querySelector(".verdict > summary").focus();
  else if (swapped.matches?.(".question")) swapped.querySelector("h2").focus();
});
