import type { PluginHost } from '../../../../core/kernel';
import { ImageShiftAdjustment } from '../../../../core/optics';
import { ZeroOffsetMode } from './zero-offset-mode';

/** Provides what the image-shift offsets remember. */
export function provide(
  host: Pick<PluginHost, 'provide'>,
  { adjustImageShiftBetweenMags }: { readonly adjustImageShiftBetweenMags: boolean },
): void {
  host.provide(ImageShiftAdjustment, { betweenMagnifications: adjustImageShiftBetweenMags });
  host.provide(ZeroOffsetMode, {});
}
