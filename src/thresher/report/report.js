// What moves in the report. Without it every answer, figure and table is there, too.
"use strict";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

async function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).blob();
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// Tables: a button in each heading, so that the keyboard reaches it.
function makeSortable(table) {
  const heads = all("thead th", table);
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const body = one("tbody", table);
      const rows = all("tr", body);
      rows.sort((a, b) => compare(key(a, column), key(b, column), direction));
      body.append(...rows);
    });
  });
}

const key = (row, column) => row.children[column].dataset.sort;

function compare(a, b, direction) {
  if (a === "" || b === "") return (a === "") - (b === ""); // missing values stay last
  const difference = Number(a) - Number(b);
  return direction * (Number.isNaN(difference) ? a.localeCompare(b) : difference);
}

// Figures that the page carries compressed: other scales, other thresholds, and all for a phone.
const drawn = new Map();
const phone = matchMedia("(max-width: 40rem)");

const keyOf = (name) => (phone.matches ? "phone-" : "") + name;

async function draw(name) {
  const key = keyOf(name);
  if (!drawn.has(key)) {
    const packed = document.getElementById("packed-" + key);
    drawn.set(key, packed ? await (await unpack(packed.textContent)).text() : drawn.get(name));
  }
  return drawn.get(key);
}

function put(figure, name, svg) {
  figure.dataset.shown = name;
  const canvas = one(".canvas", figure);
  if (canvas.innerHTML !== svg) canvas.innerHTML = svg;
}

async function show(figure, name) {
  figure.dataset.shown = name;
  const wanted = keyOf(name);
  const svg = await draw(name);
  if (wanted === keyOf(figure.dataset.shown)) put(figure, name, svg); // else changed meanwhile
}

function makeFigures(figures) {
  figures.forEach((figure) => drawn.set(figure.dataset.shown, one(".canvas", figure).innerHTML));
  const fit = () => figures.forEach((figure) => show(figure, figure.dataset.shown));
  phone.addEventListener("change", fit);
  if (phone.matches) fit();
}

// One slider: verdicts and figures of a grid change in the same moment.
function makeGrid(grid) {
  const slider = one("input[type=range]", grid);
  if (!slider) return;
  const levels = all(".level", grid);
  const figures = all(".switched .figure", grid);
  const output = one("output", grid);
  let wanted = slider.value;
  slider.addEventListener("input", async () => {
    wanted = slider.value;
    const level = wanted;
    const names = figures.map((figure) => stepOf(figure.dataset.shown, level));
    const svgs = await Promise.all(names.map(draw));
    if (level !== wanted) return; // the slider has moved on meanwhile
    figures.forEach((figure, i) => {
      put(figure, names[i], svgs[i]);
      all(".said", figure).forEach((said, step) => (said.hidden = step !== Number(level)));
    });
    levels.forEach((part) => (part.hidden = part.dataset.level !== level));
    const name = levels[level].dataset.name;
    slider.setAttribute("aria-valuetext", name);
    output.textContent = name;
    grid.dataset.level = level;
  });
}

// "survival.level-4" at step 7 is "survival.level-7".
const stepOf = (name, step) => name.slice(0, name.lastIndexOf("-") + 1) + step;

// Another scale of a figure.
function makeScale(choice) {
  const figure = document.getElementById(choice.dataset.figure);
  all("input", choice).forEach((radio) =>
    radio.addEventListener("change", async () => {
      await show(figure, radio.value);
      figure.dispatchEvent(new Event("redrawn"));
    }),
  );
}

// Learning curves: the values at a place on the axis.
function makeCurves() {
  const figure = one("#figure-learning_curves");
  const slider = one("#reading");
  const readings = document.getElementById("readings");
  if (figure && slider && readings) makeReading(figure, slider, JSON.parse(readings.textContent));
}

function makeReading(figure, slider, readings) {
  const read = (index) => {
    one("#read-at").textContent = `at ${readings.axis} ${readings.names[index]}`;
    one("#read-at").hidden = false;
    slider.value = index;
    slider.setAttribute("aria-valuetext", readings.names[index]);
    readings.arms.forEach((values, arm) => {
      one(`[data-read="${arm}"]`).textContent = values[index] ?? "";
    });
    mark(figure, readings, index);
  };
  slider.addEventListener("input", () => read(Number(slider.value)));
  slider.addEventListener("focus", () => read(Number(slider.value)));
  figure.addEventListener("pointermove", (event) => {
    const frame = frameOf(figure);
    if (!frame || !event.target.closest("svg")) return;
    const share = (event.clientX - frame.left) / frame.width;
    if (share < 0 || share > 1) return;
    const [low, high] = readings.limits;
    read(nearest(readings.times, low + share * (high - low)));
  });
  figure.addEventListener("redrawn", () => {
    if (!one("#read-at").hidden) read(Number(slider.value));
  });
}

const nearest = (values, wanted) =>
  values.reduce((best, value, i) => (Math.abs(value - wanted) < Math.abs(values[best] - wanted) ? i : best), 0);

// The plotting area, in pixels of the screen.
function frameOf(figure) {
  const frame = one('[id$="--frame"]', figure) ?? one('[id$="--patch_2"]', figure);
  return frame?.getBoundingClientRect();
}

function mark(figure, readings, index) {
  const svg = one("svg", figure);
  const frame = frameOf(figure);
  if (!svg || !frame) return;
  const line = one(".guide", svg) ?? svg.appendChild(document.createElementNS(svg.namespaceURI, "line"));
  const [low, high] = readings.limits;
  const x = frame.left + ((readings.times[index] - low) / (high - low)) * frame.width;
  const toUser = svg.getScreenCTM().inverse();
  const top = new DOMPoint(x, frame.top).matrixTransform(toUser);
  const bottom = new DOMPoint(x, frame.bottom).matrixTransform(toUser);
  line.setAttribute("class", "guide");
  for (const [name, value] of [["x1", top.x], ["y1", top.y], ["x2", bottom.x], ["y2", bottom.y]])
    line.setAttribute(name, value.toFixed(2));
}

// A figure as it is shown: what is switched off is left out, ink on white.
function figureText(figure) {
  const svg = one("svg", figure);
  const copy = svg.cloneNode(true);
  const shown = all("*", svg);
  const copied = all("*", copy);
  shown.forEach((element, i) => {
    if (getComputedStyle(element).display === "none" || element.matches(".guide")) copied[i].remove();
  });
  const [, , width, height] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
  copy.setAttribute("width", width + "pt");
  copy.setAttribute("height", height + "pt");
  copy.setAttribute("style", "color:#1a1a1a;background:#fff;stroke-linejoin:round;stroke-linecap:butt");
  return new XMLSerializer().serializeToString(copy);
}

async function saveFigure(figure, kind) {
  const text = figureText(figure);
  const name = figure.dataset.shown + "." + kind;
  const blob = new Blob([text], { type: "image/svg+xml" });
  if (kind === "svg") return save(blob, name);
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth * 3, image.naturalHeight * 3];
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  canvas.toBlob((png) => save(png, name), "image/png");
}

function start() {
  document.documentElement.classList.add("js");
  all(".needs-js:not(output)").forEach((part) => (part.hidden = false));
  all("table.sortable").forEach(makeSortable);
  makeFigures(all("figure.figure"));
  all(".grid").forEach(makeGrid);
  all(".scale-axis").forEach(makeScale);
  makeCurves();
  all("[data-save]").forEach((button) =>
    button.addEventListener("click", () => saveFigure(button.closest("figure"), button.dataset.save)),
  );
  all("a.csv").forEach((link) =>
    link.addEventListener("click", async (event) => {
      if (!window.DecompressionStream) return; // the link itself saves it compressed
      event.preventDefault();
      const csv = await unpack(link.href.split(",")[1]);
      save(new Blob([csv], { type: "text/csv" }), link.dataset.file);
    }),
  );
}

start();
