// The keys of the reading desk. Every key presses a button or ticks a box that is on the page, so
// nothing can be done by key that cannot be done by mouse, and the page decides what keys there are.
"use strict";

const desk = document.querySelector("#desk");
const help = document.querySelector("#keys");

function typing(element) {
  return element.matches("textarea, select, input:not([type=checkbox])");
}

function busy() {
  return desk.querySelector(".htmx-request") !== null;
}

// A key that is held down, or pressed while the last verdict is on its way, is no second verdict.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (help.open) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // A button or link that has the focus keeps Enter for itself.
  if (key === "Enter" && event.target.matches("button, a, summary")) return;
  if (key === "n") {
    const reason = desk.querySelector(".reason");
    if (reason === null) return;
    event.preventDefault();
    reason.open = true;
    reason.querySelector("input").focus();
    return;
  }
  const pressed = desk.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (pressed === null) return;
  event.preventDefault();
  if (!event.repeat && !busy()) pressed.click();
});

// After each verdict the next question has the focus, so that a screen reader reads it at once.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== desk) return;
  const question = desk.querySelector("h1");
  if (question !== null) question.focus({ preventScroll: true });
  scrollTo(0, 0);
});
