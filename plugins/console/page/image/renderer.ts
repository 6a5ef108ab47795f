import type { ReceivedImage } from '../base/connection';

/** Place of an image on the canvas: canvas pixel = origin + scale times image pixel. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const vertexSource = `#version 300 es
uniform vec4 place; // origin and size in clip space
out vec2 at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  at = corner;
  gl_Position = vec4(place.xy + corner * place.zw, 0.0, 1.0);
}`;

// A sample is two bytes. To filter each of them and add them afterwards is the same as filtering the sample.
const fragmentSource = `#version 300 es
precision highp float;
uniform sampler2D samples;
uniform vec2 range; // black and white, 0 to 1 of the samples
in vec2 at;
out vec4 shown;
void main() {
  vec2 bytes = texture(samples, at).rg;
  float value = (bytes.r + 256.0 * bytes.g) * (255.0 / 65535.0);
  shown = vec4(vec3(clamp((value - range.x) / max(range.y - range.x, 1e-9), 0.0, 1.0)), 1.0);
}`;

/**
 * Draws images of 16-bit samples with the graphics card, so that zoom, pan and contrast are fast for images of any
 * size.
 */
export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly place: ReturnType<WebGL2RenderingContext['getUniformLocation']>;
  private readonly range: ReturnType<WebGL2RenderingContext['getUniformLocation']>;
  private readonly textures = new Map<ReceivedImage, WebGLTexture>();

  /** Throws without WebGL 2. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      preserveDrawingBuffer: true,
    });
    if (!gl) throw new Error('This browser has no WebGL 2, which shows the images.');
    this.gl = gl;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, vertexSource],
      [gl.FRAGMENT_SHADER, fragmentSource],
    ] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.place = gl.getUniformLocation(program, 'place');
    this.range = gl.getUniformLocation(program, 'range');
  }

  /** Longest side of an image that can be drawn whole. */
  get largest(): number {
    return this.gl.getParameter(this.gl.MAX_TEXTURE_SIZE) as number;
  }

  /**
   * Draws an image between two counts, its parts one over the other; undefined draws the background alone. Background
   * is red, green and blue, 0 to 1.
   */
  draw(
    parts: readonly ReceivedImage[],
    placement: Placement,
    black: number,
    white: number,
    background: readonly [number, number, number],
  ): void {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(...background, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const part of parts) this.drawPart(part, placement, black, white);
  }

  private drawPart(part: ReceivedImage, placement: Placement, black: number, white: number): void {
    const { gl, canvas } = this;
    const { header } = part;
    gl.bindTexture(gl.TEXTURE_2D, this.texture(part));
    // Enlarged pixels stay sharp; reduced ones are smoothed.
    const enlarged = placement.scale * header.reduction >= 2;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, enlarged ? gl.NEAREST : gl.LINEAR);
    const toSamples = (counts: number): number => (counts - header.offset) / header.scale / 65_535;
    gl.uniform2f(this.range, toSamples(black), toSamples(white));
    const [x, y] = [placement.x + header.left * placement.scale, placement.y + header.top * placement.scale];
    const width = header.width * header.reduction * placement.scale;
    const height = header.height * header.reduction * placement.scale;
    gl.uniform4f(
      this.place,
      (2 * x) / canvas.width - 1,
      1 - (2 * y) / canvas.height,
      (2 * width) / canvas.width,
      (-2 * height) / canvas.height,
    );
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /** Frees images that will not be drawn again. */
  keep(images: ReadonlySet<ReceivedImage>): void {
    for (const [image, texture] of this.textures) {
      if (images.has(image)) continue;
      this.gl.deleteTexture(texture);
      this.textures.delete(image);
    }
  }

  private texture(image: ReceivedImage): WebGLTexture {
    const known = this.textures.get(image);
    if (known) return known;
    const { gl } = this;
    const texture = gl.createTexture();
    const { samples, header } = image;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 2);
    gl.texImage2D(
      gl.TEXTURE_2D,
      0,
      gl.RG8,
      header.width,
      header.height,
      0,
      gl.RG,
      gl.UNSIGNED_BYTE,
      new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
    );
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    this.textures.set(image, texture);
    return texture;
  }
}
