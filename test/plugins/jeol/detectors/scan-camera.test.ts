import { StoppedError, degrees, inDegrees, seconds } from '../../../../core/base';
import { type Exposure, drivenDetectors } from '../../../../core/devices';
import { JeolDetectorLevels, levelStep } from '../../../../plugins/jeol/detectors/levels';
import { type CameraUnderTest, describeCamera } from '../../../../testing';
import { ramp, servedScans, smallModel, whole } from './served-camera';

type Served = Awaited<ReturnType<typeof servedScans>>;

describeCamera(
  'The STEM camera of JEOL',
  async (): Promise<CameraUnderTest> => {
    // As the generator counts.
    const served = await servedScans({ model: { ...smallModel, pixelTimeStep: 0.05 } });
    await served.connect();
    return {
      camera: served.camera,
      clock: served.clock,
      exposures: () => served.service.scans,
      mostAtOnce: () => served.service.mostScansAtOnce,
      whileExposing: (next) => (served.service.whileScanning = next),
      dispose: served.dispose,
    };
  },
  { binning: 'mean', noise: 0, binningTolerance: 0.02, exposure: 0.1, tooLong: 1000 },
);

describe('the STEM camera of JEOL', () => {
  let served: Served;
  afterEach(() => served.dispose());
  const use = async (options: Parameters<typeof servedScans>[0] = {}): Promise<Served> => {
    served = await servedScans(options);
    await served.connect();
    return served;
  };

  it('inserts its detectors, has the scan read them, sets it up and fetches one image of each', async () => {
    const { camera, service, clock } = await use();
    const before = clock.now();
    const frame = await camera.acquire(whole({ scanning: { detectors: ['BF', 'HAADF'] } }));
    expect(service.writes).toEqual([
      'POST BF/Insert',
      'POST HAADF/Insert',
      'GET BF/AssignChannel/1',
      'GET HAADF/AssignChannel/2',
      'POST BF/Setting',
      'POST HAADF/Setting',
      'POST SnapShotAll',
    ]);
    expect(clock.now() - before).toBeGreaterThan(1.4 + 64 * (64 * 10e-6 + 50e-6));
    expect(service.of('BF').setting).toMatchObject({ scanMode: 0, ImagingArea: { X: 0, Y: 0, Width: 64, Height: 64 } });
    expect([...frame.scan!.images['HAADF']!.data]).toEqual(ramp('HAADF', 64, 64));
    expect(frame.image).toBe(frame.scan!.images['BF']);
    expect(frame.image.data[0]! - frame.scan!.images['HAADF']!.data[0]!).toBe(2000);
    const sent = service.writes.length;
    await camera.acquire(whole({ scanning: { detectors: ['BF', 'HAADF'] } }));
    expect(service.writes.slice(sent)).toEqual(['POST SnapShotAll']);
  });

  it('reports the time on a pixel that the service holds', async () => {
    const { camera } = await use();
    const frame = await camera.acquire(whole({ exposure: seconds(4096 * 10.33e-6) }));
    expect(frame.scan!.pixelTime).toBeCloseTo(10.35e-6, 10);
    expect(frame.exposure.exposure).toBeCloseTo(4096 * 10.35e-6, 9);
  });

  it('turns the scan in its steps, and back to where it was', async () => {
    const { camera, service } = await use({ settings: { ScanRotation: 350, scanRotationStep: 2 } });
    const { exposure } = await camera.acquire(whole({ scanning: { rotation: degrees(25.3) } }));
    expect(inDegrees(exposure.scanning!.rotation!)).toBeCloseTo(26, 9);
    expect(service.of('HAADF').setting['ScanRotation']).toBeCloseTo(16, 9);
    await camera.acquire(whole());
    expect(service.of('HAADF').setting['ScanRotation']).toBeCloseTo(350, 9);
  });

  it('takes the rotation of JeolSTEMrotation where the site has one', async () => {
    const { camera, service } = await use({ model: { ...smallModel, rotation: 90 } });
    await camera.acquire(whole());
    expect(service.of('HAADF').setting['ScanRotation']).toBeCloseTo(90, 9);
  });

  it('waits for the end of a scan whose order alone was answered', async () => {
    const { camera, clock } = await use({ answersAtOnce: true, pass: async () => {} });
    await camera.acquire(whole());
    const before = clock.now();
    await camera.acquire(whole());
    expect(clock.now() - before).toBeGreaterThanOrEqual(0.1 + 64 * (64 * 10e-6 + 50e-6) - 1e-9);
  });

  it.each<[NonNullable<Exposure['scanning']>, string]>([
    [{ detectors: ['SE'] }, 'detectors'],
    [{ detectors: ['BF', 'ADF1'] }, 'one of BF, ADF1 at a time'],
    [{ lineSync: true }, 'line synchronization'],
    [{ rotation: degrees(200) }, 'scan rotation'],
  ])('refuses %p before anything is sent', async (scanning, what) => {
    const { camera, service } = await use();
    const sent = service.requests.length;
    await expect(camera.acquire(whole({ scanning }))).rejects.toMatchObject({
      code: 'jeol/bad-exposure',
      message: expect.stringContaining(what) as string,
    });
    expect(service.requests).toHaveLength(sent);
  });

  it('reads fewer pixels with more detectors', async () => {
    const large = { ...smallModel, width: 4096, height: 4096, exclusive: [] };
    const { camera, service } = await use({ model: large });
    const area = { left: 0, top: 0, right: 4096, bottom: 4096 };
    const sent = service.requests.length;
    await expect(
      camera.acquire(whole({ area, exposure: seconds(30), scanning: { detectors: ['BF', 'HAADF'] } })),
    ).rejects.toMatchObject({ message: expect.stringContaining('at most 3072') as string });
    expect(service.requests).toHaveLength(sent);
  });

  it('refuses a time on a pixel that is beyond the companions of the setting', async () => {
    const { camera, service } = await use();
    await expect(camera.acquire(whole({ exposure: seconds(4096 * 600e-6) }))).rejects.toMatchObject({
      code: 'jeol/detector-setting-not-taken',
      message: expect.stringContaining('0.2 to 500 us') as string,
    });
    expect(service.scans).toBe(0);
  });

  it('does not take pixels of 8 bits for counts', async () => {
    const { camera } = await use({ bits: 8 });
    await expect(camera.acquire(whole())).rejects.toMatchObject({ code: 'jeol/strange-image' });
  });

  it('says which detector is missing, and what a refusal was about', async () => {
    served = await servedScans({ detectors: ['HAADF', 'TVCAM_U'] });
    await expect(served.connect()).rejects.toMatchObject({
      code: 'jeol/no-such-detector',
      message: expect.stringContaining('"BF"') as string,
    });
    await served.dispose();
    const { camera, service } = await use();
    service.inStem = false;
    await expect(camera.acquire(whole())).rejects.toMatchObject({
      code: 'jeol/detectors-refused',
      message: expect.stringContaining('SnapShotAll (HTTP 400)') as string,
    });
  });

  it('scans on and on while it is watched, and ends the live scan', async () => {
    const { camera, service } = await use();
    const stop = new AbortController();
    let shown = 0;
    await camera.watch(
      whole({ scanning: { detectors: ['HAADF', 'BF'] } }),
      ({ image, scan }) => {
        expect(image.shape).toEqual([64, 64]);
        expect(Object.keys(scan!.images)).toEqual(['HAADF', 'BF']);
        if (++shown === 3) stop.abort(new StoppedError('The live image'));
      },
      stop.signal,
    );
    expect(shown).toBe(3);
    expect(service.writes.slice(-2)).toEqual(['POST HAADF/LiveStart', 'POST HAADF/LiveStop']);
    await camera.acquire(whole());
  });

  it('sets brightness and contrast in whole steps within their companions, and the place, of the chosen detector', async () => {
    const { transport, clock, service } = await use({ settings: { GainIndexMin: 95 } });
    const levels = new JeolDetectorLevels(transport, clock, seconds(0.7));
    const detectors = drivenDetectors(smallModel.detectors, levels, levelStep);
    await detectors.stemDetector.write('BF');
    expect(await detectors.detectorBrightness.read()).toBeCloseTo(2000 / 4095, 9);
    await detectors.detectorContrast.write(0.25);
    await detectors.detectorBrightness.write(1);
    expect(service.of('BF').setting).toMatchObject({ GainIndex: 95 + 1000, OffsetIndex: 4095 });
    expect(service.of('HAADF').setting).toMatchObject({ GainIndex: 1000, OffsetIndex: 2000 });
    const before = clock.now();
    await detectors.detectorInserted!.write(true);
    expect([clock.now() - before, service.of('BF').inside]).toEqual([expect.closeTo(0.7, 9), true]);
    await detectors.detectorInserted!.write(true);
    await detectors.detectorInserted!.write(false);
    expect(service.writes.slice(-2)).toEqual(['POST BF/Insert', 'POST BF/Retract']);
  });
});
