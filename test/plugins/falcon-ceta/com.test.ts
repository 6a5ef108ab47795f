import { seconds } from '../../../core/base';
import { FeiCamera } from '../../../plugins/falcon-ceta/camera';
import type { FeiCameraModel } from '../../../plugins/falcon-ceta/camera-model';
import { ComCamerasWire } from '../../../plugins/falcon-ceta/com-wire';
import { type FeiCameraTransport, type FeiShot, corrections, readModes } from '../../../plugins/falcon-ceta/transport';
import { type CameraUnderTest, describeCamera } from '../../../testing';
import { PacedClock } from '../../support/paced-clock';
import { StandInFolder, describeOnWindows, prepareWindows } from '../../support/windows';
import { ceta, falcon4, traits } from './cameras';

const eagle: FeiCameraModel = { ...ceta, name: 'Eagle', scriptingName: 'BM-Eagle', detector: 'Eagle', height: 32 };
const facts = { binning: 'mean', noise: 0, binningTolerance: 0, exposure: 0.5, tooLong: 31 } as const;
const shot: FeiShot = {
  name: 'BM-Ceta',
  binning: 2,
  restrictedSize: 0,
  exposure: 0.2,
  correction: corrections.gain,
  readMode: readModes.linear,
};

/** One of six ends a process. */
const faults = process.env.EUCENTRIC_VERIFY ? 500 : 12;

/** Processes that speak to the stand-in cameras. */
class Processes {
  private readonly before = { ...process.env };
  readonly folder = new StandInFolder();
  private readonly command: readonly string[];

  constructor() {
    const windows = prepareWindows();
    this.command = windows.command;
    Object.assign(process.env, this.folder.environment(windows));
  }

  wire(changes: Partial<ConstructorParameters<typeof ComCamerasWire>[0]> = {}): ComCamerasWire {
    return new ComCamerasWire({
      program: 'TEMScripting.Instrument.1',
      advancedProgram: 'TEMAdvancedScripting.AdvancedInstrument.2',
      longestExposure: 30,
      hostCommand: this.command,
      answerLimit: 600,
      imageLimit: 60,
      ...changes,
    });
  }

  close(): void {
    this.folder.remove();
    for (const name of Object.keys(process.env)) if (!(name in this.before)) delete process.env[name];
    Object.assign(process.env, this.before);
  }
}

describeOnWindows('FEI cameras over COM', () => {
  let processes: Processes;
  /** The process that most tests share; starting one takes a while. */
  let shared: ComCamerasWire;
  beforeAll(() => {
    processes = new Processes();
    shared = processes.wire();
  });
  afterAll(async () => {
    await shared.close();
    processes.close();
  });

  test('scans with several detectors at once, and refuses what is not selected in the panel', async () => {
    await shared.open();
    expect(await shared.lookUpDetectors()).toEqual(['HAADF', 'BF']);
    const scan = {
      detectors: ['BF', 'HAADF'],
      binning: 2,
      restrictedSize: 1,
      dwellTime: 1e-5,
      exposure: 0.00256,
    } as const;
    const { BF, HAADF } = await shared.scan(scan);
    // The half of each side about the centre, every second pixel.
    expect([BF!.width, BF!.height, HAADF!.width]).toEqual([16, 16, 16]);
    expect(BF!.data[1]! - BF!.data[0]!).toBe(20);
    await expect(shared.scan({ ...scan, detectors: ['ADF'] })).rejects.toThrow(/"ADF" is not selected/);
    await expect(shared.scan({ ...scan, dwellTime: 1e-9 })).rejects.toThrow(/became/);
  });

  /** A camera whose exposures take their time on a clock that the test sees. */
  const cameraOf = async (model: FeiCameraModel): Promise<CameraUnderTest> => {
    const clock = new PacedClock(100);
    const wire = shared;
    let action: (() => void) | undefined;
    let exposures = 0;
    let running = 0;
    let most = 0;
    const paced: FeiCameraTransport = {
      open: (signal) => wire.open(signal),
      // Only what is said to close everything has to.
      close: async () => {
        if (expect.getState().currentTestName?.includes('closes everything')) await wire.close();
      },
      lookUp: (name) => wire.lookUp(name),
      isInserted: (name) => wire.isInserted(name),
      lookUpDetectors: () => wire.lookUpDetectors(),
      scan: (given) => wire.scan(given),
      setInserted: (name, inserted) => wire.setInserted(name, inserted),
      acquire: async (wanted) => {
        exposures++;
        most = Math.max(most, ++running);
        const now = action;
        action = undefined;
        now?.();
        await clock.delay(seconds(model.startupDelay + wanted.exposure));
        return wire.acquire(wanted).finally(() => running--);
      },
    };
    const camera = new FeiCamera(traits(model), model, paced, clock);
    await paced.open();
    await camera.connect();
    const dispose = async (): Promise<void> => {
      camera.disconnect();
      await paced.close();
    };
    return {
      camera,
      clock,
      dispose,
      exposures: () => exposures,
      mostAtOnce: () => most,
      whileExposing: (next) => void (action = next),
    };
  };

  describeCamera('A Ceta over COM', () => cameraOf(ceta), facts);
  describeCamera('A Falcon 4 over COM', () => cameraOf({ ...falcon4, retractable: true, insertionDelay: 0.01 }), facts);
  describeCamera('An Eagle over COM', () => cameraOf(eagle), facts);

  describe('with both kinds of scripting', () => {
    let wire: ComCamerasWire;
    beforeEach(async () => {
      wire = shared;
      await wire.open();
      await wire.setInserted('BM-Falcon', false);
    });

    it('uses what each reports about its cameras', async () => {
      expect(await wire.lookUp('BM-Falcon')).toEqual({
        shortestExposure: 0.02,
        longestExposure: 30,
        counts: true,
        corrections: [corrections.gain],
      });
      expect(await wire.lookUp('BM-Ceta')).toMatchObject({ shortestExposure: 0.001, counts: false });
      expect(await wire.lookUp('BM-Eagle')).toEqual({
        shortestExposure: 0.001,
        longestExposure: 30,
        counts: false,
        corrections: [corrections.none, corrections.gain],
      });
      expect(await wire.lookUp('BM-Nothing')).toBeUndefined();
    });

    it('delivers the counts of each pixel from the top left', async () => {
      const { width, height, data } = await wire.acquire(shot);
      expect([width, height]).toEqual([32, 32]);
      expect(data).toBeInstanceOf(Uint16Array);
      expect([data[0], data[1], data[32]]).toEqual([55, 75, 255]);
    });

    it('inserts, counts, and takes the requested exposure', async () => {
      expect(await wire.isInserted('BM-Falcon')).toBe(false);
      await expect(wire.acquire({ ...shot, name: 'BM-Falcon' })).rejects.toMatchObject({
        message: expect.stringContaining('not inserted') as string,
      });
      await wire.setInserted('BM-Falcon', true);
      expect(await wire.isInserted('BM-Falcon')).toBe(true);
      const counted = await wire.acquire({ ...shot, name: 'BM-Falcon', readMode: readModes.counting, exposure: 0.31 });
      expect(counted.data[0]).toBe(10055);
      expect(processes.folder.journal().at(-1)).toMatch(/^expose BM-Falcon 2 0 0\.31/);
    });

    it('does not correct what is to stay as it is, where the scripting can', async () => {
      const raw = await wire.acquire({ ...shot, name: 'BM-Eagle', correction: corrections.none });
      expect([raw.width, raw.height, raw.data[0]]).toEqual([32, 16, 20055]);
    });

    it.each([
      [
        'a correction that the scripting does not have',
        { correction: corrections.none },
        'gain-normalized images only',
      ],
      ['counting that the camera does not have', { readMode: readModes.counting }, 'cannot count'],
      ['a binning that the camera does not have', { binning: 3 }, 'does not offer binning 3'],
    ])('refuses %s', async (_name, changes, words) => {
      const before = processes.folder.journal().length;
      await expect(wire.acquire({ ...shot, ...changes })).rejects.toMatchObject({
        message: expect.stringContaining(words) as string,
      });
      expect(processes.folder.journal().length).toBe(before);
    });

    it(`never delivers a wrong image or a part of one through ${faults} faults of the server`, async () => {
      const right = await wire.acquire(shot);
      const moods = ['refuse', 'crash', 'late 40', 'busy', 'late 5', 'refuse'];
      const members = [
        'CameraSingleAcquisition.Acquire',
        'AcqImage.AsSafeArray',
        'CameraSettings.ExposureTime',
        'AcqImage.Width',
        'CameraSettings.Binning',
      ];
      let failed = 0;
      for (let seed = 0; seed < faults; seed++) {
        processes.folder.expect(`${members[(seed * 7) % members.length]} ${moods[seed % moods.length]}`);
        const picture = await wire.acquire(shot).catch((error: unknown) => error);
        if (!(picture instanceof Error)) {
          expect({ seed, picture }).toEqual({ seed, picture: right });
          continue;
        }
        failed++;
        expect(picture).toMatchObject({ hint: expect.stringMatching(/\.$/) as string });
      }
      expect(failed).toBeGreaterThan(faults / 4);
      expect(await wire.acquire(shot)).toEqual(right);
    }, 1_200_000);

    it('fails an image that is under way when the server crashes, and takes the next one', async () => {
      processes.folder.expect('CameraSingleAcquisition.Acquire crash');
      await expect(wire.acquire(shot)).rejects.toMatchObject({
        code: 'host/crashed',
        message: expect.stringMatching(/^FEI cameras: .* during acquire/s) as string,
      });
      expect((await wire.acquire(shot)).width).toBe(32);
    });
  });

  describe('with one kind of scripting', () => {
    it('finds the cameras of the standard one', async () => {
      const wire = processes.wire({ advancedProgram: 'TEMAdvancedScripting.AdvancedInstrument.9' });
      await wire.open();
      expect(await wire.lookUp('BM-Falcon')).toMatchObject({ counts: false });
      await wire.close();
    });

    it('says when neither is there', async () => {
      const wire = processes.wire({
        program: 'TEMScripting.Instrument.9',
        advancedProgram: 'TEMAdvancedScripting.AdvancedInstrument.9',
      });
      await expect(wire.open()).rejects.toMatchObject({ code: 'com/not-registered' });
    });
  });
});
