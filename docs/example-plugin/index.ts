import { EucentricError, definePlugin, seconds, z } from 'eucentric';
import { LabCamera } from './camera';
import { countsPerSecond } from './counts-per-second';
import { httpDetector, virtualDetector } from './detectors';

const options = z.strictObject({
  camera: z.int().min(0).default(0).describe('Number of the camera in this file.'),
  server: z.url().optional().describe('Address of the detector; the virtual microscope where nothing is said.'),
});

export default definePlugin({
  id: 'lab-camera',
  summary: 'The camera of our laboratory, and a calibration of it.',
  options,
  apply(host) {
    const { camera: index, server } = host.options;
    const site = host.settings.cameras.find((each) => each.index === index);
    if (!site)
      throw new EucentricError({
        code: 'lab-camera/no-camera',
        message: `The configuration describes no active camera ${index}.`,
        hint: 'Describe it under "cameras:" and name it in ActiveCameraList.',
      });
    const traits = {
      index,
      name: site.name,
      width: site.sizeX,
      height: site.sizeY,
      binnings: site.binnings,
      directDetector: false,
      behindFilter: site.isGif,
      stem: false,
      shortestExposure: seconds(0.001),
      deadTime: seconds(0),
      startupDelay: seconds(0),
      builtInSettling: seconds(0),
      allowsPostActions: false,
    };
    const detector = server === undefined ? virtualDetector(host, index) : httpDetector(server);
    const camera = new LabCamera(traits, detector, host.clock);
    host.provideCamera(camera);
    host.connect(site.name, async () => () => camera.stop());
    host.menuItem(countsPerSecond);
  },
});
