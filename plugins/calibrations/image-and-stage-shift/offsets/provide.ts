import type { PluginHost } from '../../../../core/kernel';
import { ImageShiftAdjustment } from '../../../../core/optics';
import { applyNeutralImageShift } from './neutral-image-shift';
import { ZeroOffsetMode } from './zero-offset-mode';

/** Provides what the image-shift offsets remember, and applies the neutral image shift. */
export function provide(
  host: Pick<PluginHost, 'provide' | 'find' | 'hooks'>,
  { adjustImageShiftBetweenMags }: { readonly adjustImageShiftBetweenMags: boolean },
): void {
  applyNeutralImageShift(host);
  host.provide(ImageShiftAdjustment, { betweenMagnifications: adjustImageShiftBetweenMags });
  host.provide(ZeroOffsetMode, {});
}
