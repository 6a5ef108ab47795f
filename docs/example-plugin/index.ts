import { EucentricError, definePlugin, seconds, z } from 'eucentric';
import { LabCamera } from './camera';
import { countsPerSecond } from './counts-per-second';
import { httpDetector, virtualDetector } from './detectors';

const options = z.strictObject({
  camera: z.int().min(0).default(0).describe('Number of the camera in this file.'),
  server: z.url().optional().describe('Address of the detector; the virtual microscope by default.'),
});

export default definePlugin({
  id: 'lab-camera',
  summary: 'The camera of our laboratory, and a calibration of it.',
  options,
  apply(host) {
    const { camera, server } = host.options;
    const site = host.settings.cameras.find(({ index }) => index === camera);
    if (!site)
      throw new EucentricError({
        code: 'lab-camera/no-camera',
        message: `The configuration describes no active camera ${camera}.`,
        hint: 'Describe it under "cameras:" and name it in ActiveCameraList.',
      });
    const traits = {
      index: site.index,
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
    const detector = server === undefined ? virtualDetector(host, camera) : httpDetector(server);
    const labCamera = new LabCamera(traits, detector, host.clock);
    host.provideCamera(labCamera);
    host.connect(site.name, async () => () => labCamera.stop());
    host.menuItem(countsPerSecond);
  },
});
