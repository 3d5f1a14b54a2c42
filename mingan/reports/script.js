/* Opens a question's answers on demand, filters the list, keeps both in the address.
   Whatever a model wrote goes through textContent and nothing else. Nothing is fetched. */
(function () {
  "use strict";

  const $ = (id) => document.getElementById(id);
  const list = $("list");
  if (!list) return;
  document.documentElement.classList.add("js");

  const words = JSON.parse($("words").textContent);
  const items = Array.from(list.children);
  const form = $("filter");
  const fields = { text: $("f-text"), a: $("f-a"), av: $("f-av"), b: $("f-b"), bv: $("f-bv"), tier: $("f-tier"), tag: $("f-tag") };
  const names = Array.from(fields.a.options).slice(1).map((option) => option.text);
  const signs = items.map((item) => Array.from(item.querySelector(".strip").textContent));
  const presets = {
    all: () => true,
    disagree: (strip) => strip.includes("●") && strip.includes("○"),
    all_wrong: (strip) => strip.includes("○") && !strip.includes("●"),
    all_right: (strip) => strip.length > 0 && strip.every((sign) => sign === "●"),
    some_unsure: (strip) => strip.includes("◐"),
  };
  let preset = "all";
  let opened = "";
  let answers = null;
  let haystacks = null;

  /* The answers are parsed when first needed, so that opening the page costs nothing. */
  function data() {
    if (!answers) answers = JSON.parse($("payload").textContent);
    return answers;
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function pair(label, value) {
    const span = make("span", "", label + " ");
    span.append(make("b", "", value));
    return span;
  }

  /* --- one question ------------------------------------------------------------------------ */

  function build(index) {
    const box = items[index].lastElementChild;
    const question = data().questions[index];
    const choices = question.o.map((choice, i) => String.fromCharCode(65 + (i % 26)) + ". " + choice);
    const full = [question.p].concat(choices).join("\n");
    const excerpt = items[index].querySelector(".prompt").textContent;
    box.replaceChildren();
    if (full !== excerpt) box.append(make("p", "full", full));
    box.append(about(index, question));
    const grid = make("div", "answers");
    const picked = [fields.a.value, fields.b.value].filter((value) => value !== "").map(Number);
    const order = (row) => (picked.includes(row[0]) ? picked.indexOf(row[0]) - picked.length : row[0]);
    const rows = question.a.map((row, i) => [order(row), i, row]).sort((x, y) => x[0] - y[0] || x[1] - y[1]);
    for (const row of rows) grid.append(answer(row[2], picked.includes(row[2][0])));
    box.append(grid);
  }

  function about(index, question) {
    const meta = make("p", "meta");
    if (question.r === null) meta.append(make("span", "", words.no_reference));
    else meta.append(pair(words.reference, question.r));
    if (question.l.length) meta.append(pair(words.aliases, question.l.join(" / ")));
    if (question.k || question.w) {
      meta.append(pair(words.grader, [question.k, question.w].filter(Boolean).join(" · ")));
    }
    const link = make("a", "", words.permalink + " " + items[index].dataset.id);
    link.href = "#" + address({ q: items[index].dataset.id });
    meta.append(link);
    return meta;
  }

  function answer(row, picked) {
    const [model, repeat, state, verdict, reason, extracted, text, reasoning, footnote, turns, picture] = row;
    const card = make("article", picked ? "answer picked" : "answer");
    const title = make("h3", "", repeat ? names[model] + " · " + words.repeat.replace("{n}", repeat + 1) : names[model]);
    const kind = data().verdicts[verdict];
    const how = data().states[state];
    title.append(make("span", "pill " + kind, how === "ok" ? words[kind] : words[how] + " · " + words[kind]));
    card.append(title);
    if (reasoning) card.append(folded(words.reasoning, reasoning));
    for (const [who, said] of turns) card.append(spoken(who, said));
    if (turns.length) card.append(speaker(0));
    if (picture.startsWith("data:image/png;base64,")) card.append(drawing(picture));
    card.append(body(text));
    const why = [reason];
    if (extracted && !reason.includes(extracted)) why.push(words.extracted + " " + extracted);
    if (why.some(Boolean)) card.append(make("p", "why", why.filter(Boolean).join("\n")));
    if (footnote) card.append(make("p", "tiny", footnote));
    return card;
  }

  /* One turn of a conversation: 0 the model's, 1 what was said to it, 2 that in a new one. */
  function spoken(who, said) {
    const turn = make("div", who ? "turn user" : "turn");
    turn.append(speaker(who), body(said));
    return turn;
  }

  function speaker(who) {
    return make("p", "speaker", [words.by_model, words.by_user, words.by_user_anew][who]);
  }

  /* A picture that Mingan rendered; the SVG itself is only ever shown as text. */
  function drawing(picture) {
    const image = make("img", "drawing");
    image.src = picture;
    image.alt = words.drawing;
    return image;
  }

  function folded(label, text) {
    const details = make("details");
    details.append(make("summary", "", label), make("div", "text", text));
    return details;
  }

  function body(text) {
    const box = make("div");
    const shown = make("div", "text", text || words.no_text);
    box.append(shown);
    if (text.length > 420 || text.split("\n").length > 14) {
      shown.classList.add("cut");
      const more = make("button", "link", words.show_all);
      more.type = "button";
      more.setAttribute("aria-expanded", "false");
      more.addEventListener("click", () => {
        const cut = shown.classList.toggle("cut");
        more.textContent = cut ? words.show_all : words.show_less;
        more.setAttribute("aria-expanded", String(!cut));
      });
      box.append(more);
    }
    return box;
  }

  function toggle(index, open) {
    const button = items[index].firstElementChild;
    const box = items[index].lastElementChild;
    if (open) build(index);
    else box.replaceChildren();
    box.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    opened = open ? items[index].dataset.id : "";
  }

  /* --- filtering --------------------------------------------------------------------------- */

  function haystack(index) {
    if (!haystacks) {
      haystacks = data().questions.map((question, i) =>
        [items[i].dataset.id, question.p, question.r || ""]
          .concat(question.a.flatMap((row) => [row[6]].concat(row[9].map((turn) => turn[1])))).join("\n").toLowerCase());
    }
    return haystacks[index];
  }

  function has(strip, model, sign) {
    if (model === "") return sign === "" || strip.includes(sign);
    return sign === "" ? strip[model] !== "–" : strip[model] === sign;
  }

  function apply() {
    const wanted = fields.text.value.trim().toLowerCase();
    let count = 0;
    items.forEach((item, i) => {
      const strip = signs[i];
      const fits = presets[preset](strip)
        && has(strip, fields.a.value, fields.av.value)
        && has(strip, fields.b.value, fields.bv.value)
        && (!fields.tier || !fields.tier.value || item.dataset.tier === fields.tier.value)
        && (!fields.tag || !fields.tag.value || (item.dataset.tags || "").split("\n").includes(fields.tag.value))
        && (!wanted || haystack(i).includes(wanted));
      item.hidden = !fits;
      if (fits) count += 1;
    });
    $("shown").textContent = count
      ? words.shown.replace("{n}", count).replace("{all}", items.length)
      : words.nothing;
    for (const button of form.querySelectorAll("[data-preset]")) {
      button.setAttribute("aria-pressed", String(button.dataset.preset === preset));
    }
  }

  /* --- the address: #q=ID&a=MODEL&av=●&b=…&bv=…&tier=…&tag=…&s=TEXT&p=PRESET --------------- */

  function address(extra) {
    const state = new URLSearchParams();
    if (extra.q) state.set("q", extra.q);
    for (const side of ["a", "b"]) {
      if (fields[side].value !== "") state.set(side, names[fields[side].value]);
      if (fields[side + "v"].value) state.set(side + "v", fields[side + "v"].value);
    }
    if (fields.tier && fields.tier.value) state.set("tier", fields.tier.value);
    if (fields.tag && fields.tag.value) state.set("tag", fields.tag.value);
    if (fields.text.value) state.set("s", fields.text.value);
    if (preset !== "all") state.set("p", preset);
    return state.toString();
  }

  function remember() {
    const now = address({ q: opened });
    history.replaceState(null, "", now ? "#" + now : "#questions");
  }

  function follow() {
    const state = new URLSearchParams(location.hash.slice(1));
    if (!["q", "a", "av", "b", "bv", "tier", "tag", "s", "p"].some((key) => state.has(key))) return;
    for (const side of ["a", "b"]) {
      const at = names.indexOf(state.get(side));
      fields[side].value = at < 0 ? "" : String(at);
      fields[side + "v"].value = state.get(side + "v") || "";
    }
    if (fields.tier) fields.tier.value = state.get("tier") || "";
    if (fields.tag) fields.tag.value = state.get("tag") || "";
    fields.text.value = state.get("s") || "";
    preset = Object.hasOwn(presets, state.get("p")) ? state.get("p") : "all";
    apply();
    const index = items.findIndex((item) => item.dataset.id === state.get("q"));
    if (index < 0) return $("questions").scrollIntoView();
    items[index].hidden = false;
    toggle(index, true);
    items[index].firstElementChild.focus({ preventScroll: true });
    items[index].scrollIntoView({ behavior: "instant", block: "start" });
  }

  /* --- events ------------------------------------------------------------------------------ */

  list.addEventListener("click", (event) => {
    const button = event.target.closest("li > button[aria-controls]");
    if (!button) return;
    const index = items.indexOf(button.parentElement);
    toggle(index, button.getAttribute("aria-expanded") !== "true");
    remember();
  });
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { apply(); remember(); }, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => { preset = "all"; setTimeout(() => { apply(); remember(); }); });
  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-preset]");
    if (!chip) return;
    preset = chip.dataset.preset;
    apply();
    remember();
  });
  for (const chip of form.querySelectorAll("[data-preset]")) {
    chip.lastElementChild.textContent = signs.filter(presets[chip.dataset.preset]).length;
  }
  addEventListener("hashchange", follow);
  apply();
  follow();
})();
