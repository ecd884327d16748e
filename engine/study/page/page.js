"use strict";
(async () => {
  const byId = (id) => document.getElementById(id);
  const bytes = Uint8Array.from(atob(byId("packed").textContent), (c) => c.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const data = JSON.parse(await new Response(unpacked).text());

  // The parts of a step, in the order of the computation.
  const last = data.layers.length - 1;
  const numbers = data.layers.map((_, k) => k);
  const parts = [
    { kind: "batch" },
    ...numbers.map((layer) => ({ kind: "forward", layer })),
    { kind: "loss", layer: last },
    ...numbers.reverse().map((layer) => ({ kind: "backward", layer })),
    { kind: "update" },
  ];
  const at = { step: 0, part: 0, row: 0, layer: 0, unit: 0 };

  const step = () => data.steps[at.step];
  const part = () => parts[at.part];
  const found = (layer) => step().layers[layer];
  const size = (text) => Math.abs(parseFloat(text.replace("−", "-"))) || 0;
  const isNegative = (text) => text.startsWith("−") && text !== "−0";
  // What fits into a circle: three digits, or two and an exponent.
  function short(text) {
    const value = Number(text.replace(/−/g, "-"));
    if (text === "" || !Number.isFinite(value)) return text;
    const rounded = String(Number(value.toPrecision(3)));
    return (rounded.includes("e") ? String(Number(value.toPrecision(1))) : rounded).replace(/-/g, "−");
  }
  const shownUnits = (layer) => Math.min(data.layers[layer].units, data.most.units);

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function draw(tag, attributes = {}, text = null) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== null) element.textContent = text;
    return element;
  }

  // --- formulas -------------------------------------------------------------------------------

  function filled(form, texts) {
    const values = texts.split(" ");
    return data.forms[form].split("<mn></mn>").reduce(
      (told, piece, k) => `${told}<mn>${values[k - 1]}</mn>${piece}`);
  }

  // A formula in pieces, so that a long sum goes on in the next line.
  const mathOf = (form) => form.split("\n").map((piece) => `<math><mrow>${piece}</mrow></math>`).join("<wbr>");

  function equation([symbol, formula, sides, result, remark, keras]) {
    const lines = [[mathOf(data.forms[symbol]), mathOf(data.forms[formula])]];
    for (let k = 0; k < sides.length; k += 2) lines.push(["", mathOf(filled(sides[k], sides[k + 1]))]);
    lines.push(["", `<span class="result">${result}</span>`]);
    const box = make("div", { class: "equation" });
    const grid = make("div", { class: "lines" });
    for (const [left, right] of lines)
      grid.insertAdjacentHTML("beforeend", `<span>${left}</span><span>=</span><span>${right}</span>`);
    box.append(grid);
    if (keras) box.append(make("div", { class: "keras" }, `Keras says ${keras}.`));
    if (remark) box.append(make("div", { class: "remark" }, remark));
    return box;
  }

  function list(title, equations, note = "") {
    if (!equations.length && !note) return [];
    const told = [make("h2", {}, title), ...equations.map(equation)];
    if (note) told.push(make("p", { class: "remark" }, note));
    return told;
  }

  function showFormulas() {
    const unit = found(at.layer).units[at.unit];
    const row = unit.rows[at.row];
    const name = `unit ${at.unit} of layer ${at.layer + 1}`;
    const left = unit.left ? `… and ${unit.left.toLocaleString("en")} more weights` : "";
    const told = {
      batch: () => [make("h2", {}, "The batch"), make("p", {},
        `Row ${at.row}: x = (${step().x[at.row].slice(0, 16).join(", ")}` +
        `${step().x[at.row].length > 16 ? ", …" : ""}), y = ${step().y[at.row].join(", ")}.`)],
      forward: () => [
        ...list(`What comes in: through ${data.before.join(", ")}, row ${at.row}`,
          found(at.layer).units[0].rows[at.row].before),
        ...list(`Forward: ${name}, row ${at.row}`, row.forward)],
      loss: () => [
        ...list(`Label of unit ${at.unit}, row ${at.row}`, row.smoothed),
        ...list(`Loss of row ${at.row}: ${data.loss}`, found(last).units[0].rows[at.row].loss),
        ...list(`Loss of the step: ${step().loss}`, step().total)],
      backward: () => [
        ...list(`Backward: ${name}, row ${at.row}`, row.backward, row.backward.length ? "" :
          "No gradient is formed: neither this layer nor one before it has a trained weight."),
        ...list("Gradients of its weights: the sum over all rows", unit.gradients,
          unit.gradients.length ? left : row.backward.length ? "The weights are frozen: no gradient is formed." : "")],
      update: () => [
        ...list("The same for all weights", step().rates),
        ...list(`Update by ${data.optimizer}: ${name}`, unit.updates, left)],
    }[part().kind]();
    byId("formulas").replaceChildren(...told);
  }

  // --- the numbers of the layer, as a table -----------------------------------------------------

  function showNumbers() {
    const isBatch = part().kind === "batch", here = found(at.layer), { read } = step();
    const back = ["backward", "update"].includes(part().kind);
    const columns = (isBatch ? [["x", step().x], ...(read ? [read] : [])]
      : [["z", here.z], ["a", here.a], ...(here.passed ? [here.passed] : []),
        ...(back ? [["da", here.da], ["dz", here.dz]] : [])]).filter(([, values]) => values);
    const values = columns.map(([, all]) => all[at.row]);
    const told = isBatch ? `Row ${at.row} of the batch`
      : `Layer ${at.layer + 1}, ${data.layers[at.layer].name}, row ${at.row}`;
    const head = make("tr", {}, make("th", { scope: "col" }, isBatch ? "input" : "unit"),
      ...columns.map(([name]) => make("th", { scope: "col" }, name)));
    const rows = values[0].map((_, k) => make("tr", !isBatch && k === at.unit ? { class: "chosen" } : {},
      make("th", { scope: "row" }, String(k)), ...values.map((column) => make("td", {}, column[k]))));
    byId("numbers").replaceChildren(make("caption", {}, told), make("thead", {}, head),
      make("tbody", {}, ...rows));
  }

  // --- the drawing ------------------------------------------------------------------------------

  const RADIUS = 25, DOWN = 60, MOST = 10;

  /* The units of a column that are drawn: the first ones, and the chosen one among them. */
  function visible(column) {
    const count = column === 0 ? data.inputs : shownUnits(column - 1);
    const all = [...Array(Math.min(count, MOST)).keys()];
    if (column - 1 === at.layer && at.unit >= MOST) all[MOST - 1] = at.unit;
    return all;
  }

  /* Which numbers stand in the circles of a layer, and whether the layer's turn has come. */
  function inCircles(layer) {
    const { kind, layer: now = 0 } = part();
    if (kind === "batch" || (kind === "forward" && layer > now)) return ["", null];
    const passed = found(layer).passed || ["a", found(layer).a];
    if (kind === "forward" || kind === "loss") return passed;
    if (kind === "backward" && layer < now) return passed;
    return ["dz", found(layer).dz];
  }

  function onEdges(layer) {
    const { kind, layer: now = 0 } = part();
    const told = kind === "update" ? ["update", found(layer)["update kernel"]]
      : kind === "backward" && layer >= now ? ["gradient", found(layer).dkernel] : null;
    if (told) return told[1] ? told : ["", found(layer).kernel]; // of frozen weights there is none
    const quiet = kind === "batch" || (kind === "forward" && layer > now);
    return [quiet ? "" : "weight", found(layer).kernel];
  }

  function showDrawing() {
    const columns = data.layers.length + 1;
    const drawn = [...Array(columns).keys()].map(visible);
    const tallest = Math.max(...drawn.map((units) => units.length));
    // As wide as the page gives room for, so that numbers stay legible on a phone.
    const side = 64, room = byId("network").parentElement.clientWidth || 1020;
    const across = Math.max(105, Math.min(330, (room - 2 * side) / (columns - 1)));
    const width = (columns - 1) * across + 2 * side, height = tallest * DOWN + 70;
    const place = (column, k) => [side + column * across,
      50 + (tallest - drawn[column].length) * DOWN / 2 + k * DOWN + DOWN / 2];
    const svg = byId("network");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("width", width);
    svg.style.minWidth = `${Math.round(0.75 * width)}px`; // smaller than that it is moved, not shrunk
    const held = svg.contains(document.activeElement) && document.activeElement !== svg;
    const edges = draw("g", { "aria-hidden": "true" }), labels = draw("g", { "aria-hidden": "true" });
    const units = draw("g");

    for (let layer = 0; layer <= last; layer++) {
      const [kind, kernel] = onEdges(layer);
      const largest = Math.max(...kernel.slice(0, 200).flat().map(size)) || 1;
      drawn[layer].forEach((input, i) => drawn[layer + 1].forEach((unit, j) => {
        const text = kernel[input][unit];
        const [x1, y1] = place(layer, i), [x2, y2] = place(layer + 1, j);
        edges.append(draw("line", { x1, y1, x2, y2,
          class: kind ? `${isNegative(text) ? "minus" : "plus"} ${layer !== at.layer || unit === at.unit ? "" : "pale"}` : "quiet",
          "stroke-width": kind ? 0.4 + 3.6 * size(text) / largest : 0.8 }));
        if (kind && layer === at.layer && unit === at.unit && part().kind !== "loss")
          labels.append(draw("text", { class: "edge-number", x: x1 + 0.3 * (x2 - x1),
            y: y1 + 0.3 * (y2 - y1) }, short(text)));
      }));
    }
    for (let column = 0; column < columns; column++) {
      const layer = column - 1;
      const first = part().kind !== "batch" && step().read || ["x", step().x];
      const [name, values] = layer < 0 ? first : inCircles(layer);
      const isNow = layer === at.layer ? part().kind !== "batch" : layer < 0 && part().kind === "batch";
      const head = layer < 0 ? "inputs" : data.layers[layer].name;
      const total = layer < 0 ? data.inputs : data.layers[layer].units;
      const [x] = place(column, 0);
      const largest = values ? Math.max(...values[at.row].map(size)) || 1 : 1;
      units.append(draw("text", { class: "head", x, y: 14 }, head));
      units.append(draw("text", { x, y: 30 }, layer < 0 ? `${name}: ${total}` :
        `${data.layers[layer].activation}: ${total}`));
      const others = layer < 0 ? data.before : data.layers[layer].behind;
      if (others.length) {
        const named = `then ${others.join(", ")}`; // where it has room
        units.append(draw("text", { x, y: 46 }, named.length * 5.4 < Math.min(across, 2 * side) ? named
          : `then ${others.length} more layer${others.length > 1 ? "s" : ""}`));
      }
      drawn[column].forEach((unit, k) => {
        const [cx, cy] = place(column, k);
        const text = values ? values[at.row][unit] : "";
        const chosen = layer === at.layer && unit === at.unit && part().kind !== "batch";
        const what = layer < 0 ? `input ${unit}` : `unit ${unit} of layer ${layer + 1}`;
        const group = draw("g", { class: `${layer < 0 ? "" : "unit"} ${isNow ? "now" : ""} ${chosen ? "chosen" : ""}` });
        const tint = text && !chosen ? ` fill-opacity: ${0.45 * size(text) / largest}` : "";
        group.append(draw("circle", { cx, cy, r: RADIUS, class: "paper" }),
          draw("circle", { cx, cy, r: RADIUS, class: isNegative(text) ? "minus" : "plus", style: tint.trim() }), draw("text", { x: cx, y: cy, style: short(text).length > 6 ? "font-size: 9px" : "" }, short(text)));
        if (layer >= 0) {
          group.setAttribute("role", "button");
          group.setAttribute("tabindex", "0");
          group.setAttribute("aria-pressed", String(chosen));
          group.setAttribute("aria-label", text ? `${what}: ${name} = ${text}` : what);
          group.dataset.unit = `${layer},${unit}`;
        }
        units.append(group);
      });
      if (total > drawn[column].length)
        units.append(draw("text", { x, y: place(column, drawn[column].length - 1)[1] + RADIUS + 9 },
          `⋮ ${(total - drawn[column].length).toLocaleString("en")} more`));
    }
    svg.replaceChildren(edges, labels, units);
    if (held) (svg.querySelector('[aria-pressed="true"]') || svg).focus({ preventScroll: true });
    const [circles] = inCircles(at.layer), [lines] = onEdges(at.layer);
    const back = part().kind === "backward" && at.layer > 0;
    const beyond = data.layers.some(({ behind }) => behind.length)
      ? " (before further layers what they pass on)" : "";
    byId("legend").textContent = (back ?
      `From this layer on circles show dz and lines gradients; in the layers before a${beyond} and weights. ` :
      (circles ? `Circles: ${circles}${circles === "a" ? beyond : ""}. ` : "") + (lines ? `Lines: ${lines}s. ` : "")) +
      (lines ? "The wider a line the larger; blue and whole: positive, orange and dashed: negative." : "");
  }

  const isFrozen = (layer) => !found(layer).dkernel && !found(layer).dbias;

  // --- where we are -------------------------------------------------------------------------------

  function told() {
    const { kind, layer } = part();
    const name = layer === undefined ? "" : `layer ${layer + 1}, ${data.layers[layer].name}`;
    const when = data.steps.length > 1 || step().number > 1 ? `Step ${step().number}. ` : "";
    return `${when}Part ${at.part + 1} of ${parts.length}: ` + {
      batch: `the batch of ${step().batch} row${step().batch > 1 ? "s" : ""} comes in.`,
      forward: `forward through ${name}: z = inputs · weights + bias, a = ${data.layers[layer || 0].activation}(z)` +
        `${layer !== undefined && data.layers[layer].behind.length ? `; then through ${data.layers[layer].behind.join(", ")}` : ""}.`,
      loss: `the loss: ${data.loss} = ${step().loss}.`,
      backward: layer === undefined ? "" : !found(layer).dz ? `no way back through ${name}: from here on nothing is trained.` :
        `backward through ${name}: the error signal dz of every unit` +
        `${isFrozen(layer) ? "; its weights are frozen" : ", and the gradients of its weights"}.`,
      update: `the update: ${data.optimizer} moves every weight${numbers.some(isFrozen) ? " that is not frozen" : ""}.`,
    }[kind];
  }

  function options(select, texts, chosen) {
    if (select.options.length !== texts.length || [...select.options].some((o, k) => o.text !== texts[k]))
      select.replaceChildren(...texts.map((text, k) => make("option", { value: k }, text)));
    select.selectedIndex = chosen;
  }

  function show() {
    at.row = Math.min(at.row, step().rows - 1);
    at.unit = Math.min(at.unit, shownUnits(at.layer) - 1);
    options(byId("step"), data.steps.map((s) => `${s.number}`), at.step);
    options(byId("row"), step().x.map((_, k) => `${k}`), at.row);
    options(byId("layer"), data.layers.map((l, k) => `${k + 1}: ${l.name}`), at.layer);
    options(byId("unit"), [...Array(shownUnits(at.layer)).keys()].map(String), at.unit);
    const stage = byId("stage");
    stage.max = parts.length - 1;
    stage.value = at.part;
    byId("now").textContent = told();
    stage.setAttribute("aria-valuetext", told());
    byId("back").disabled = at.part === 0;
    byId("next").disabled = at.part === parts.length - 1;
    showDrawing();
    showFormulas();
    showNumbers();
  }

  function goTo(number) {
    at.part = Math.max(0, Math.min(parts.length - 1, number));
    if (part().layer !== undefined) at.layer = part().layer;
    show();
  }

  function choose(layer, unit) {
    at.layer = layer;
    at.unit = unit;
    const { kind } = part();
    if (kind === "forward" || kind === "backward")
      at.part = parts.findIndex((p) => p.kind === kind && p.layer === layer);
    if (kind === "batch" || (kind === "loss" && layer !== last)) at.part = parts.findIndex((p) => p.layer === layer);
    show();
    const again = document.querySelector(`[data-unit="${layer},${unit}"]`);
    if (again && document.activeElement === document.body) again.focus();
  }

  byId("back").addEventListener("click", () => goTo(at.part - 1));
  byId("next").addEventListener("click", () => goTo(at.part + 1));
  byId("stage").addEventListener("input", (event) => goTo(Number(event.target.value)));
  byId("step").addEventListener("change", (event) => { at.step = event.target.selectedIndex; show(); });
  byId("row").addEventListener("change", (event) => { at.row = event.target.selectedIndex; show(); });
  byId("layer").addEventListener("change", (event) => choose(event.target.selectedIndex, 0));
  byId("unit").addEventListener("change", (event) => choose(at.layer, event.target.selectedIndex));
  const pressed = (event) => {
    const unit = event.target.closest("[data-unit]");
    if (unit) choose(...unit.dataset.unit.split(",").map(Number));
    return unit;
  };
  byId("network").addEventListener("click", pressed);
  addEventListener("resize", showDrawing);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    // Up, down, page and end keys scroll; only in the drawing they choose.
    const onControl = event.target.closest("select, input"), inDrawing = event.target.closest("#network");
    const moves = { ArrowRight: () => goTo(at.part + 1), ArrowLeft: () => goTo(at.part - 1) };
    if (inDrawing) Object.assign(moves, {
      Home: () => goTo(0), End: () => goTo(parts.length - 1),
      ArrowDown: () => choose(at.layer, Math.min(at.unit + 1, shownUnits(at.layer) - 1)),
      ArrowUp: () => choose(at.layer, Math.max(at.unit - 1, 0)),
      PageDown: () => { at.row = Math.min(at.row + 1, step().rows - 1); show(); },
      PageUp: () => { at.row = Math.max(at.row - 1, 0); show(); },
    });
    if (event.key === "Enter" || event.key === " ") {
      if (pressed(event)) event.preventDefault();
    } else if (!onControl && event.key in moves) {
      moves[event.key]();
      event.preventDefault();
    }
  });

  byId("title").textContent = data.title;
  const units = data.layers.map((l) => l.units).join("-");
  byId("about").textContent = `${data.inputs}-${units}, ${data.loss}, ${data.optimizer}; ` +
    "units, inputs and rows are counted from 0, as in arrays; layers from 1." +
    (step().batch > step().rows ? ` Of the batch's ${step().batch} rows the first ${step().rows} can be chosen.` : "") +
    (data.layers.some((l) => l.units > data.most.units) ? ` Of a layer the first ${data.most.units} units can be chosen.` : "") +
    (data.keras ? " Keras's numbers stand beside those that its own fit leaves behind." : "");
  show();
  document.body.dataset.ready = "yes";
})();
