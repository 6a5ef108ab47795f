import { goodSize, realTransform2 } from '../../../imaging';
import { reframed, type Frame } from '../../base/frame';
import { enlarged } from '../../base/plane';
import { scratch } from '../../base/scratch';
import { isPoint, throughProbe } from '../../scan/probe';
import type { Canvas } from '../../scan/sampling';
import type { SeenScan } from './scan-path';

/** The specimen as a probe of one defocus or another sees it, painted once. */
export class BlurredSpecimen {
  private readonly frame: Frame;
  private readonly canvas: Omit<Canvas, 'data'>;
  private readonly painted: Float32Array;
  private spectrum: Float32Array | undefined;

  constructor(
    private readonly seen: SeenScan,
    scale: number,
    margin: number,
  ) {
    const { frame } = seen;
    const columns = goodSize(Math.ceil((frame.columns + 2 * margin) * scale));
    const rows = goodSize(Math.ceil((frame.rows + 2 * margin) * scale));
    // With an even number of canvas pixels to one of the scan, its middle falls on an edge: the canvas is moved by half of one.
    const half = scale % 2 === 0 ? 0.5 : 0;
    const shift = margin * scale + half;
    this.frame = reframed(finer(frame, scale), shift, shift, columns, rows);
    this.canvas = { columns, rows, scale, originColumn: shift - 0.5, originRow: shift - 0.5 };
    this.painted = scratch('scanned specimen', columns * rows).subarray(0, columns * rows);
    seen.paint(this.painted, this.frame);
  }

  at(defocus: number): Canvas {
    const { frame, canvas, painted, seen } = this;
    if (isPoint(seen.probe, defocus, frame)) return { ...canvas, data: painted };
    const plan = realTransform2(canvas.rows, canvas.columns);
    this.spectrum ??= plan.forward(painted);
    throughProbe(this.spectrum, plan.complex, seen.probe, defocus, {
      ...plan,
      matrix: enlarged(seen.lab, canvas.scale),
    });
    return { ...canvas, data: plan.inverse(plan.complex, plan.real) };
  }
}

/** The same frame with several pixels for one, along either axis. */
const finer = (frame: Frame, scale: number): Frame => ({
  ...frame,
  columns: frame.columns * scale,
  rows: frame.rows * scale,
  originColumn: frame.originColumn * scale,
  originRow: frame.originRow * scale,
  columnX: frame.columnX * scale,
  columnY: frame.columnY * scale,
  rowX: frame.rowX * scale,
  rowY: frame.rowY * scale,
  centreColumn: frame.centreColumn * scale,
  centreRow: frame.centreRow * scale,
  pixelSize: frame.pixelSize / scale,
});
