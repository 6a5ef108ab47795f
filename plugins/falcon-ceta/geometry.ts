import type { CameraArea } from '../../core/devices';
import type { FeiCameraModel } from './camera-model';
import { type RestrictedSize, restrictedSizes } from './transport';

const smallestFirst: readonly RestrictedSize[] = [restrictedSizes.quarter, restrictedSizes.half, restrictedSizes.full];

/** The area about the centre that is read at a restricted size, in whole binned pixels. */
export function areaRead(
  { width, height }: Pick<FeiCameraModel, 'width' | 'height'>,
  size: RestrictedSize,
  binning: number,
): CameraArea {
  const span = (whole: number): readonly [number, number] => {
    const length = Math.max(1, Math.floor(whole / 2 ** size / binning)) * binning;
    const start = Math.floor((whole - length) / 2);
    return [start, start + length];
  };
  const [left, right] = span(width);
  const [top, bottom] = span(height);
  return { left, top, right, bottom };
}

/** The smallest restricted size that holds an area. */
export function sizeHolding(
  model: Pick<FeiCameraModel, 'width' | 'height'>,
  wanted: CameraArea,
  binning: number,
): RestrictedSize {
  const holds = (size: RestrictedSize): boolean => {
    const { left, top, right, bottom } = areaRead(model, size, binning);
    return wanted.left >= left && wanted.top >= top && wanted.right <= right && wanted.bottom <= bottom;
  };
  return smallestFirst.find(holds) ?? restrictedSizes.full;
}
