/** How painted labels look. A pattern and a border tell them apart; the colour only helps. */
const LOOKS = {
  good: { tint: "rgb(255 255 255 / 26%)", sign: dots, border: "#ffffff" },
  bad: { tint: "rgb(20 10 0 / 34%)", sign: stripes, border: "#ff8a3c" },
};
const VEIL = "rgb(18 18 24 / 58%)";
const tiles = new Map();

/** Draw a mask at the size that its canvas has on the page. `kinds`: `[{label, look}]`. */
export function drawMask(canvas, mask, kinds) {
  const scale = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  if (!width || !height) return;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  for (const { label, look } of kinds) {
    if (!mask.labels.includes(label)) continue;
    const keep = look === "keep";
    if (keep)
      fill(
        context,
        shape(mask, (other) => other !== label),
        [VEIL],
      );
    else
      fill(
        context,
        shape(mask, (other) => other === label),
        [LOOKS[look].tint, pattern(context, look, scale)],
      );
    border(context, mask, label, keep ? "#ffffff" : LOOKS[look].border, scale);
  }
}

/** The chosen pixels as a stencil. */
function shape(mask, chosen) {
  const stencil = new OffscreenCanvas(mask.width, mask.height);
  const context = stencil.getContext("2d");
  const picture = context.createImageData(mask.width, mask.height);
  for (let i = 0; i < mask.labels.length; i += 1) if (chosen(mask.labels[i])) picture.data[4 * i + 3] = 255;
  context.putImageData(picture, 0, 0);
  return stencil;
}

function fill(context, stencil, styles) {
  const { width, height } = context.canvas;
  const layer = new OffscreenCanvas(width, height);
  const paint = layer.getContext("2d");
  paint.imageSmoothingEnabled = false;
  for (const style of styles) {
    paint.globalCompositeOperation = "source-over";
    paint.clearRect(0, 0, width, height);
    paint.drawImage(stencil, 0, 0, width, height);
    paint.globalCompositeOperation = "source-in";
    paint.fillStyle = style;
    paint.fillRect(0, 0, width, height);
    context.drawImage(layer, 0, 0);
  }
}

/** A light line on a dark one: seen on any picture. */
function border(context, mask, label, colour, scale) {
  const { width, height } = context.canvas;
  const path = new Path2D();
  path.addPath(mask.outline(label), { a: width / mask.width, d: height / mask.height });
  context.lineJoin = "round";
  for (const [style, thick] of [
    ["rgb(15 15 20 / 85%)", 3.4],
    [colour, 1.6],
  ]) {
    context.strokeStyle = style;
    context.lineWidth = thick * scale;
    context.stroke(path);
  }
}

function pattern(context, look, scale) {
  const key = `${look} ${scale}`;
  if (!tiles.has(key)) tiles.set(key, LOOKS[look].sign(scale));
  return context.createPattern(tiles.get(key), "repeat");
}

function stripes(scale) {
  const edge = Math.round(9 * scale);
  const tile = new OffscreenCanvas(edge, edge);
  const paint = tile.getContext("2d");
  paint.strokeStyle = "rgb(255 138 60 / 95%)";
  paint.lineWidth = 2 * scale;
  for (const shift of [-edge, 0, edge]) {
    paint.beginPath();
    paint.moveTo(shift, edge);
    paint.lineTo(shift + edge, 0);
    paint.stroke();
  }
  return tile;
}

function dots(scale) {
  const edge = Math.round(9 * scale);
  const tile = new OffscreenCanvas(edge, edge);
  const paint = tile.getContext("2d");
  for (const [radius, style] of [
    [2.1, "rgb(15 15 20 / 70%)"],
    [1.4, "#ffffff"],
  ]) {
    paint.fillStyle = style;
    paint.beginPath();
    paint.arc(edge / 2, edge / 2, radius * scale, 0, 7);
    paint.fill();
  }
  return tile;
}
