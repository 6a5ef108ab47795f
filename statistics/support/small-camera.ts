import type { CameraChange } from '../harness/table';

const withSides = (yaml: string, sideOf: (side: number) => number): string =>
  yaml.replace(/(CameraSize[XY]: )(\d+)/g, (_, name: string, side: string) => `${name}${sideOf(Number(side))}`);

/** The cameras of a configuration made square, with so few pixels on a side that a run takes a fraction of a second. They see less of the specimen. */
export const cameraOf =
  (pixels: number): CameraChange =>
  (yaml) =>
    withSides(yaml, () => pixels);

/** The cameras of a configuration with pixels larger by a factor, which see as much of the specimen as before with fewer of them. */
export const coarseCamera =
  (factor: number): CameraChange =>
  (yaml) => {
    const start = yaml.search(/^cameras:/m);
    const times = (value: string): string => Number((factor * Number(value)).toPrecision(6)).toString();
    const cameras = withSides(yaml.slice(start), (side) => 8 * Math.floor(side / factor / 8))
      .replace(/(PixelSizeInMicrons: )([\d.]+)/g, (_, name: string, value: string) => `${name}${times(value)}`)
      // Of the rows for a magnification the last number is the pixel size.
      .replace(
        /^( +- \[\d+, [^,]+, [^,]+, )([\d.]+)\]$/gm,
        (_, others: string, pixel: string) => `${others}${times(pixel)}]`,
      );
    return yaml.slice(0, start) + cameras;
  };

/** The cameras of the virtual Krios with Record images of 256 pixels of 0.16 nm at mag index 26. */
export const ringCamera: CameraChange = (yaml) =>
  // A camera with super-resolution has two pixels for each one of its properties.
  cameraOf(512)(yaml).replace('Record: { binning: 2', 'Record: { binning: 4');

/** The cameras of traps: Focus images of 256 pixels or fewer, so that a thousand runs take some ten minutes. */
export const trapCamera: CameraChange = cameraOf(2048);
