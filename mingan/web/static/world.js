// World: films side by side, always at the same frame. A film is a sheet of frames drawn by us.
"use strict";

const RATE = 16; // frames a second

document.querySelectorAll(".player").forEach((player) => {
  const films = Array.from(document.querySelectorAll(".films canvas"), (canvas) => {
    const sheet = new Image();
    const film = { canvas, sheet, pen: canvas.getContext("2d") };
    sheet.onload = () => show(place);
    sheet.src = canvas.dataset.src;
    return film;
  });
  if (!films.length) return;
  const [play, slider, told] = [".play", ".place", ".told"].map((name) => player.querySelector(name));
  const frames = Number(films[0].canvas.dataset.frames);
  const given = Number(films[0].canvas.dataset.given);
  let place = Number(slider.value);
  let timer = 0;

  function show(frame) {
    place = (frame + frames) % frames;
    for (const { canvas, sheet, pen } of films) {
      if (!sheet.complete || !sheet.naturalWidth) continue;
      const { width, height } = canvas;
      const across = Number(canvas.dataset.across);
      pen.drawImage(sheet, (place % across) * width, Math.floor(place / across) * height, width, height, 0, 0, width, height);
    }
    const added = place >= given;
    player.parentElement.classList.toggle("added", added);
    slider.value = String(place);
    const said = `${(place / RATE).toFixed(2)} ${player.dataset.seconds} · ${added ? player.dataset.added : player.dataset.given}`;
    told.textContent = said;
    slider.setAttribute("aria-valuetext", said);
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = player.dataset.play;
  }

  play.addEventListener("click", () => {
    if (timer) return stop();
    timer = setInterval(() => show(place + 1), 1000 / RATE);
    play.textContent = player.dataset.stop;
  });
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  show(place);
});
