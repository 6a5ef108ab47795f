import type { ImageContext, LowDose } from '../../core/kernel';

/** The area of Low Dose for an image, and what it adds to the defocus; nothing where Low Dose is off. */
export function lowDoseContext(lowDose: Pick<LowDose, 'area' | 'defocusOffset'> | undefined): Partial<ImageContext> {
  const { area, defocusOffset = 0 } = lowDose ?? {};
  if (area === undefined) return {};
  return { lowDoseArea: area, ...(defocusOffset !== 0 && { lowDoseDefocusOffset: defocusOffset }) };
}
