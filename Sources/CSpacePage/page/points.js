// Points and lines drawn quickly: by WebGL 2 where it is, by a plain canvas where not. Both are given the same numbers.

/**
 * @typedef {{positions: Float32Array, colours: Uint8Array, sizes: Float32Array, order: Uint32Array, split: number,
 *   lines: Uint32Array, lineColours: Uint8Array, scale: number, x: number, y: number, ratio: number}} Scene
 *   positions [items, 2] on the map; screen = (position - (x, y))·scale + middle; sizes in pixels; items from `split` on
 *   are diamonds; order: what is drawn first; lines: pairs of items
 */

/** Nearest points by a grid over the map. */
export class PointIndex {
  /**
   * @param {Float32Array} positions
   * @param {number} count
   */
  constructor(positions, count) {
    this.positions = positions;
    /** @type {{left: number, right: number, low: number, high: number}} */
    this.box = { left: Infinity, right: -Infinity, low: Infinity, high: -Infinity };
    const { box } = this;
    for (let i = 0; i < count; i++) {
      box.left = Math.min(box.left, positions[2 * i]);
      box.right = Math.max(box.right, positions[2 * i]);
      box.low = Math.min(box.low, positions[2 * i + 1]);
      box.high = Math.max(box.high, positions[2 * i + 1]);
    }
    /** @type {number} */
    this.side = Math.max(4, Math.min(160, Math.ceil(Math.sqrt(count))));
    /** @type {number} */
    this.cell = Math.max(box.right - box.left, box.high - box.low, 1e-12) / this.side;
    this.heads = new Int32Array((this.side + 1) ** 2).fill(-1);
    this.next = new Int32Array(count).fill(-1);
    for (let i = 0; i < count; i++) {
      const slot = this.slot(positions[2 * i], positions[2 * i + 1]);
      this.next[i] = this.heads[slot];
      this.heads[slot] = i;
    }
  }

  /**
   * @param {number} value
   * @param {number} from
   * @returns {number}
   */
  place(value, from) { return Math.min(Math.max(Math.floor((value - from) / this.cell), 0), this.side); }

  /**
   * @param {number} x
   * @param {number} y
   * @returns {number}
   */
  slot(x, y) { return this.place(y, this.box.low) * (this.side + 1) + this.place(x, this.box.left); }

  /**
   * The nearest item within a radius that is allowed; -1 if none.
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   * @param {(item: number) => boolean} allows
   */
  nearest(x, y, radius, allows) {
    let [best, least] = [-1, radius * radius];
    const [fromX, toX] = [this.place(x - radius, this.box.left), this.place(x + radius, this.box.left)];
    const [fromY, toY] = [this.place(y - radius, this.box.low), this.place(y + radius, this.box.low)];
    for (let row = fromY; row <= toY; row++) {
      for (let column = fromX; column <= toX; column++) {
        for (let i = this.heads[row * (this.side + 1) + column]; i >= 0; i = this.next[i]) {
          const distance = (this.positions[2 * i] - x) ** 2 + (this.positions[2 * i + 1] - y) ** 2;
          if (distance <= least && allows(i)) [best, least] = [i, distance];
        }
      }
    }
    return best;
  }
}

const vertexText = `#version 300 es
in vec2 place; in vec4 colour; in float size; in float kind;
uniform vec2 middle; uniform vec2 factor; uniform float ratio;
out vec4 paint; out float shape; out float extent;
void main() {
  gl_Position = vec4((place - middle) * factor, 0.0, 1.0);
  extent = size * ratio + 2.0;
  gl_PointSize = extent;
  paint = colour; shape = kind;
}`;
const fragmentText = `#version 300 es
precision mediump float;
in vec4 paint; in float shape; in float extent; out vec4 result;
void main() {
  if (shape < 0.0) { result = vec4(paint.rgb * paint.a, paint.a); return; }
  vec2 at = abs(gl_PointCoord * 2.0 - 1.0) * extent * 0.5;
  float edge = extent * 0.5 - 1.0;
  float far = shape > 0.5 ? (at.x + at.y) * 0.7071 - edge * 0.7071 * 1.18 : length(at) - edge;
  float cover = clamp(0.5 - far, 0.0, 1.0) * paint.a;
  if (cover <= 0.0) discard;
  result = vec4(paint.rgb * cover, cover);
}`;

/** A canvas with WebGL 2. */
export class LightPainter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {WebGL2RenderingContext} gl
   */
  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    const program = /** @type {WebGLProgram} */ (gl.createProgram());
    for (const [kind, text] of /** @type {[number, string][]} */ ([
      [gl.VERTEX_SHADER, vertexText], [gl.FRAGMENT_SHADER, fragmentText],
    ])) {
      const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) || "shader");
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) || "program");
    this.program = program;
    this.buffers = ["place", "colour", "size", "kind"].map(() => gl.createBuffer());
  }

  /**
   * @param {string} name
   * @param {number} slot
   * @param {Float32Array | Uint8Array} values
   * @param {number} width
   */
  attribute(name, slot, values, width) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[slot]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STREAM_DRAW);
    const place = gl.getAttribLocation(this.program, name);
    gl.enableVertexAttribArray(place);
    const isBytes = values instanceof Uint8Array;
    gl.vertexAttribPointer(place, width, isBytes ? gl.UNSIGNED_BYTE : gl.FLOAT, isBytes, 0, 0);
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.program);
    const uniform = (/** @type {string} */ name) => gl.getUniformLocation(this.program, name);
    gl.uniform2f(uniform("middle"), scene.x, scene.y);
    gl.uniform2f(uniform("factor"), 2 * scene.scale * scene.ratio / canvas.width,
      2 * scene.scale * scene.ratio / canvas.height);
    gl.uniform1f(uniform("ratio"), scene.ratio);
    const pass = (/** @type {Uint32Array} */ items, /** @type {Uint8Array | null} */ colours, /** @type {number} */ mode) => {
      const [place, paint] = [new Float32Array(2 * items.length), new Uint8Array(4 * items.length)];
      const [size, kind] = [new Float32Array(items.length), new Float32Array(items.length)];
      for (let k = 0; k < items.length; k++) {
        const item = items[k];
        place[2 * k] = scene.positions[2 * item]; place[2 * k + 1] = scene.positions[2 * item + 1];
        for (let c = 0; c < 4; c++) paint[4 * k + c] = colours ? colours[4 * k + c] : scene.colours[4 * item + c];
        size[k] = scene.sizes[item];
        kind[k] = colours ? -1 : item < scene.split ? 0 : 1;
      }
      this.attribute("place", 0, place, 2);
      this.attribute("colour", 1, paint, 4);
      this.attribute("size", 2, size, 1);
      this.attribute("kind", 3, kind, 1);
      gl.drawArrays(mode, 0, items.length);
    };
    if (scene.lines.length) pass(scene.lines, scene.lineColours, gl.LINES);
    if (scene.order.length) pass(scene.order, null, gl.POINTS);
  }
}

/** A plain canvas. */
export class PlainPainter {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { context, canvas } = this;
    const { positions, colours, sizes, ratio } = scene;
    const factor = scene.scale * ratio;
    const [middleX, middleY] = [canvas.width / 2, canvas.height / 2];
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.lineWidth = ratio;
    let last = "";
    for (let k = 0; k < scene.lines.length; k += 2) {
      const [p, q, at] = [scene.lines[k], scene.lines[k + 1], 4 * k];
      const c = scene.lineColours;
      const style = `rgba(${c[at]},${c[at + 1]},${c[at + 2]},${(c[at + 3] / 255).toFixed(2)})`;
      if (style !== last) context.strokeStyle = last = style;
      context.beginPath();
      context.moveTo((positions[2 * p] - scene.x) * factor + middleX, middleY - (positions[2 * p + 1] - scene.y) * factor);
      context.lineTo((positions[2 * q] - scene.x) * factor + middleX, middleY - (positions[2 * q + 1] - scene.y) * factor);
      context.stroke();
    }
    last = "";
    for (const i of scene.order) {
      const x = (positions[2 * i] - scene.x) * factor + middleX;
      const y = middleY - (positions[2 * i + 1] - scene.y) * factor;
      const radius = sizes[i] * ratio / 2;
      if (x < -radius || y < -radius || x > canvas.width + radius || y > canvas.height + radius) continue;
      const style = `rgba(${colours[4 * i]},${colours[4 * i + 1]},${colours[4 * i + 2]},${(colours[4 * i + 3] / 255).toFixed(2)})`;
      if (style !== last) context.fillStyle = last = style;
      context.beginPath();
      if (i < scene.split) context.arc(x, y, radius, 0, 7);
      else {
        const arm = radius * 1.18;
        context.moveTo(x, y - arm); context.lineTo(x + arm, y); context.lineTo(x, y + arm); context.lineTo(x - arm, y);
      }
      context.fill();
    }
  }
}

/**
 * @param {HTMLCanvasElement} canvas of its final size
 * @param {boolean} hasLines whether edges of lines are to be smoothed; points smooth their own
 * @returns {{painter: LightPainter | PlainPainter, isLight: boolean}}
 */
export function painterFor(canvas, hasLines) {
  try {
    const gl = canvas.getContext("webgl2", { antialias: hasLines });
    if (gl) return { painter: new LightPainter(canvas, gl), isLight: true };
  } catch { /* the plain canvas it is */ }
  let plain = canvas;
  if (!canvas.getContext("2d")) {   // has been asked for WebGL
    plain = /** @type {HTMLCanvasElement} */ (canvas.cloneNode());
    canvas.replaceWith(plain);
  }
  return { painter: new PlainPainter(plain), isLight: false };
}
