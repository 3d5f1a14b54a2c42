// What every page of the bench does beyond plain HTML. All of it is comfort: without JavaScript
// forms still have their buttons and links their addresses.
"use strict";

// A select that submits its form at once; its button goes away.
function submitOnChange(root) {
  for (const select of root.querySelectorAll("select[data-submit]")) {
    const form = select.form;
    const button = form.querySelector("button:not([name])");
    if (button) button.hidden = true;
    select.addEventListener("change", () => form.requestSubmit());
  }
}

// <button data-copy="#id">: copies the text of that element, and says so on the button.
function copyButtons(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const source = document.querySelector(button.dataset.copy);
      const text = source.value === undefined ? source.textContent : source.value;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        select(source);
        return;
      }
      const before = button.textContent;
      button.textContent = button.dataset.copied || before;
      setTimeout(() => { button.textContent = before; }, 1600);
    });
  }
}

// Where the clipboard is closed (plain http in a network), the text is at least selected.
function select(element) {
  if (element.select) {
    element.focus();
    element.select();
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// <button data-opens="#id">: opens a <dialog>; a dialog's own buttons close it as HTML has it.
function dialogs(root) {
  for (const button of root.querySelectorAll("[data-opens]")) {
    button.addEventListener("click", () => document.querySelector(button.dataset.opens).showModal());
  }
}

function wake(root) {
  submitOnChange(root);
  copyButtons(root);
  dialogs(root);
}

document.documentElement.classList.add("js");
wake(document);
document.addEventListener("htmx:afterSwap", (event) => wake(event.detail.target || event.target));
